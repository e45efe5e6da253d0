//! Who is told at once that waiting makes no sense, and when it would.

use super::*;

const HOLD: Duration = Duration::from_secs(10);

/// The usual caller, with a deadline.
async fn hurried(admission: &Admission, session: &str, provider: ProviderName, allowed: u64) -> Result<Waiting> {
    let (of, name) = (admission.clone(), session.to_owned());
    let deadline = Deadline::after(Duration::from_secs(allowed));
    let mut waiting: Waiting =
        Box::pin(unconstrained(async move { of.acquire(&name, provider, deadline, |_, _| {}).await }));
    match look(&mut waiting).await {
        Some(Ok(_)) => panic!("{session} need not wait"),
        Some(Err(error)) => Err(error),
        None => Ok(waiting),
    }
}

/// Lets a permit of `provider` be held for the usual time.
async fn measure(admission: &Admission, provider: ProviderName) {
    let permit = granted(admission, "measured", provider).await;
    tokio::time::advance(HOLD).await;
    drop(permit);
}

#[tokio::test(start_paused = true)]
async fn whose_turn_comes_after_its_deadline_is_refused_and_told_when_it_would_fit() {
    let (_dir, admission) = alone(glm(1));
    measure(&admission, Glm).await;
    let _held = granted(&admission, "a", Glm).await;
    let _first = hurried(&admission, "b", Glm, 10).await.unwrap();
    let error = hurried(&admission, "c", Glm, 15).await.err().unwrap();
    assert_eq!((error.code, error.retry_after), (ErrorCode::OverCapacity, Some(Duration::from_secs(5))));
    assert_eq!(
        error.message,
        "the turn for glm comes in about 20.0 s (ahead: 1, limits.glm: 1, each takes 10.0 s), \
         and 15.0 s are left before the deadline"
    );
    assert_eq!(error.hints, ["try again in 5 s, allow more time with --timeout, or raise limits.glm"]);
    assert_eq!(admission.gauges().1["glm"].waiting, 1, "who was refused does not wait");
    // The advice is true.
    tokio::time::advance(Duration::from_secs(5)).await;
    drop(hurried(&admission, "c", Glm, 15).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn nobody_is_refused_on_a_guess() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "a", Glm).await;
    measure(&admission, Kimi).await;
    drop(hurried(&admission, "b", Glm, 0).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_nobody_used_says_nothing_about_how_long_one_is_held() {
    let (_dir, admission) = alone(glm(1));
    let held = granted(&admission, "a", Glm).await;
    let gone = queued(&admission, "b", Glm).await;
    tokio::time::advance(HOLD).await;
    drop(held);
    // Granted, and its caller does not come to fetch it.
    tokio::time::advance(100 * HOLD).await;
    drop(gone);
    let _held = granted(&admission, "a", Glm).await;
    drop(hurried(&admission, "b", Glm, 10).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn each_limit_refuses_in_its_own_name() {
    for (limits, name) in
        [(Limits { session: 1, ..wide() }, "session"), (glm(1), "glm"), (Limits { global: 1, ..wide() }, "global")]
    {
        let (_dir, admission) = alone(limits);
        measure(&admission, Glm).await;
        let _held = granted(&admission, "a", Glm).await;
        let error = hurried(&admission, "a", Glm, 5).await.err().unwrap();
        assert_eq!(error.details.unwrap()["limit"], name);
        assert_eq!(error.retry_after, Some(Duration::from_secs(5)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_waits_for_itself_does_not_get_others_refused() {
    let (_dir, admission) = alone(Limits { session: 3, ..glm(2) });
    measure(&admission, Glm).await;
    let _held = [granted(&admission, "a", Glm).await, granted(&admission, "b", Glm).await];
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(queued(&admission, "a", Glm).await);
    }
    hurried(&admission, "a", Glm, 100).await.err().unwrap();
    // Its turns are each after one more call of the busy session, not after all twenty.
    let _first = hurried(&admission, "c", Glm, 10).await.unwrap();
    drop(hurried(&admission, "c", Glm, 20).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn the_lanes_of_other_providers_are_counted_where_all_share_one_limit() {
    let (_dir, admission) = alone(Limits { global: 1, ..wide() });
    measure(&admission, Glm).await;
    let _held = granted(&admission, "a", Glm).await;
    let _before = [queued(&admission, "b", Kimi).await, queued(&admission, "c", Custom).await];
    let error = hurried(&admission, "d", Glm, 25).await.err().unwrap();
    assert_eq!(error.retry_after, Some(Duration::from_secs(5)), "{error}");
    drop(hurried(&admission, "d", Glm, 30).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_says_when_all_who_wait_have_had_their_turn() {
    let (_dir, admission) = alone(Limits { queue: 2, ..glm(1) });
    measure(&admission, Glm).await;
    let _held = granted(&admission, "a", Glm).await;
    let _waiting = [queued(&admission, "b", Glm).await, queued(&admission, "c", Glm).await];
    let error = look(&mut caller(&admission, "d", Glm)).await.unwrap().unwrap_err();
    assert_eq!((error.message.as_str(), error.retry_after), ("the queue for glm is full: 2 wait", Some(3 * HOLD)));
    assert_eq!(error.hints, ["try again in 30 s, or raise limits.queue"]);
}
