//! Limits that change while calls wait.

use super::*;

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_limit_is_served_at_once_when_it_is_raised() {
    for (limits, name) in
        [(Limits { session: 1, ..wide() }, "session"), (glm(1), "glm"), (Limits { global: 1, ..wide() }, "global")]
    {
        let (_dir, admission) = alone(limits);
        let _held = granted(&admission, "a", Glm).await;
        let mut waiting = Vec::new();
        for caller in ["one", "two", "three"] {
            waiting.push((caller, queued(&admission, "a", Glm).await));
        }
        admission.set_limit(name, 3).unwrap();
        let names: Vec<_> = served(&mut waiting).await.iter().map(|(caller, _)| *caller).collect();
        assert_eq!(names, ["one", "two"], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lowered_limit_takes_nothing_away_and_grants_nothing_before_enough_came_back() {
    for name in ["session", "glm", "global"] {
        let (_dir, admission) = alone(wide());
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(granted(&admission, "a", Glm).await);
        }
        admission.set_limit(name, 2).unwrap();
        assert_eq!(admission.gauges().0.in_use, 4, "{name}");
        let mut waiting = queued(&admission, "a", Glm).await;
        for left in [3, 2] {
            drop(held.remove(0));
            assert!(look(&mut waiting).await.is_none(), "{name}: {left} are held still");
        }
        drop(held.remove(0));
        look(&mut waiting).await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_room_in_the_queue_can_be_changed_down_to_nothing() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "a", Glm).await;
    let _waits = queued(&admission, "a", Glm).await;
    admission.set_limit("queue", 0).unwrap();
    assert!(look(&mut caller(&admission, "a", Glm)).await.unwrap().is_err());
    admission.set_limit("queue", 2).unwrap();
    drop(queued(&admission, "a", Glm).await);
}

#[test]
fn a_limit_that_makes_no_sense_is_refused_and_what_is_allowed_is_said() {
    let (_dir, admission) = alone(wide());
    for (name, limit) in [("glm", 0), ("session", 0), ("global", 10_001), ("queue", 1_000_001)] {
        let error = admission.set_limit(name, limit).unwrap_err();
        assert_eq!((error.code, error.kind()), (ErrorCode::ValidationError, Kind::Usage));
        let details = error.details.unwrap();
        assert_eq!((&details["field"], &details["value"]), (&format!("limits.{name}").into(), &limit.into()));
        assert_eq!(details["allowed"], if name == "queue" { "0 to 1000000" } else { "1 to 10000" });
    }
    for name in ["mock", "GLM", "", "calls"] {
        let details = admission.set_limit(name, 5).unwrap_err().details.unwrap();
        assert_eq!(details["allowed"], serde_json::json!(["session", "global", "glm", "kimi", "custom", "queue"]));
    }
    assert_eq!(admission.limits(), wide());
}

#[tokio::test(start_paused = true)]
async fn a_reload_replaces_all_limits() {
    let (_dir, admission) = alone(Limits { session: 1, ..glm(1) });
    let _held = granted(&admission, "a", Glm).await;
    let mut waiting = vec![("waiter", queued(&admission, "a", Glm).await)];
    admission.set_limits(limits());
    assert_eq!(admission.limits(), limits());
    assert_eq!(served(&mut waiting).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_name_sets_its_limit_and_no_other() {
    let (_dir, admission) = alone(limits());
    for (name, limit) in [("session", 11), ("global", 12), ("glm", 13), ("kimi", 14), ("custom", 15), ("queue", 16)] {
        admission.set_limit(name, limit).unwrap();
    }
    let providers = BTreeMap::from([(Glm, 13), (Kimi, 14), (Custom, 15)]);
    assert_eq!(admission.limits(), Limits { session: 11, global: 12, providers, queue: 16 });
}
