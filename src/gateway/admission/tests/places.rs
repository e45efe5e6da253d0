//! What waiters hear of their places, whose turn it is, and who holds how many permits.

use std::rc::Rc;

use super::*;

type Heard = Rc<Mutex<Vec<usize>>>;

/// A waiter and the places it heard.
async fn listener(admission: &Admission, session: &str) -> (Heard, Waiting) {
    let (heard, of, name) = (Heard::default(), admission.clone(), session.to_owned());
    let hears = Rc::clone(&heard);
    let mut waiting: Waiting = Box::pin(unconstrained(async move {
        of.acquire(&name, Glm, patient(), |place, _| hears.lock().unwrap().push(place)).await
    }));
    assert!(look(&mut waiting).await.is_none());
    (heard, waiting)
}

/// Lets all waiters listen, and tells which places each one heard since.
async fn news(waiters: &mut [(Heard, Waiting)]) -> Vec<Vec<usize>> {
    let mut news = Vec::new();
    for (heard, waiting) in waiters {
        assert!(look(waiting).await.is_none());
        news.push(std::mem::take(&mut *heard.lock().unwrap()));
    }
    news
}

#[tokio::test(start_paused = true)]
async fn a_place_is_the_number_of_those_who_are_served_before() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "x", Glm).await;
    let mut waiters = Vec::new();
    for session in ["a", "a", "a", "b", "b"] {
        waiters.push(listener(&admission, session).await);
    }
    let heard = news(&mut waiters).await;
    let last: Vec<_> = heard.iter().map(|places| *places.last().unwrap()).collect();
    assert_eq!(last, [1, 3, 5, 2, 4], "sessions take turns");
    assert_eq!(heard[3..], [[2], [4]], "the place that is heard first is true already");
}

#[tokio::test(start_paused = true)]
async fn in_a_short_queue_every_change_is_heard_at_once() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "x", Glm).await;
    let mut waiters = Vec::new();
    for _ in 0..17 {
        waiters.push(listener(&admission, "a").await);
    }
    let _ = news(&mut waiters).await;
    drop(waiters.remove(0));
    let all_are_nearer: Vec<_> = (1..=16).map(|place| vec![place]).collect();
    assert_eq!(news(&mut waiters).await, all_are_nearer);
}

#[tokio::test(start_paused = true)]
async fn in_a_long_queue_changes_are_heard_together_and_seldom() {
    let (_dir, admission) = alone(glm(1));
    let _held = granted(&admission, "x", Glm).await;
    let mut waiters = Vec::new();
    for _ in 0..60 {
        waiters.push(listener(&admission, "a").await);
    }
    assert_eq!(*waiters[59].0.lock().unwrap(), [60], "the first place is heard at once");
    tokio::time::advance(Duration::from_secs(1)).await;
    let _ = news(&mut waiters).await;
    for _ in 0..20 {
        drop(waiters.remove(0));
    }
    let at_once: usize = news(&mut waiters).await.iter().map(Vec::len).sum();
    assert!(at_once <= waiters.len(), "{at_once} places were told: more than one each");
    tokio::time::advance(Duration::from_millis(250)).await;
    // The first one watches for all: its news come from itself.
    assert!(look(&mut waiters[0].1).await.is_none());
    assert_eq!(news(&mut waiters).await, (1..=40).map(|place| vec![place]).collect::<Vec<_>>());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(news(&mut waiters).await.iter().all(Vec::is_empty), "nothing has changed");
    assert!(admission.shared.state().due().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_a_session_gets_of_one_provider_does_not_cost_it_its_turn_at_another() {
    let (_dir, admission) = alone(glm(1));
    let mut held = granted(&admission, "x", Glm).await;
    let mut patient = queued(&admission, "a", Glm).await;
    let mut others = vec![("b", queued(&admission, "b", Glm).await), ("c", queued(&admission, "c", Glm).await)];
    // The session is served by another provider all the time.
    drop(granted(&admission, "a", Kimi).await);
    drop(held);
    held = look(&mut patient).await.expect("the first turn").unwrap();
    assert!(served(&mut others).await.is_empty());
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn when_all_share_one_limit_the_session_that_was_served_longest_ago_goes_first() {
    let (_dir, admission) = alone(Limits { global: 1, ..wide() });
    let held = granted(&admission, "x", Glm).await;
    let mut waiting = Vec::new();
    for (name, provider) in [("a1", Glm), ("a2", Kimi), ("a3", Custom), ("b1", Glm), ("b2", Kimi)] {
        waiting.push((name, queued(&admission, &name[..1], provider).await));
    }
    let order = order_of_service(held, waiting).await;
    assert_eq!(order, ["a1", "b1", "a2", "b2", "a3"]);
}

#[tokio::test(start_paused = true)]
async fn sessions_are_listed_with_what_they_hold_and_only_then() {
    let (_dir, admission) = alone(glm(2));
    let held = [granted(&admission, "a", Glm).await, granted(&admission, "a", Kimi).await];
    let other = granted(&admission, "b", Glm).await;
    let _mock = granted(&admission, "c", Mock).await;
    let _waits = queued(&admission, "d", Glm).await;
    assert_eq!(admission.sessions(), BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 1)]));
    drop((held, other));
    assert_eq!(admission.sessions(), BTreeMap::from([("d".to_owned(), 1)]), "the waiter's turn has come");
}
