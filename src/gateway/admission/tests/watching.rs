//! Who looks what other processes give back, and when nobody does.

use super::*;

fn has_something_to_do(admission: &Admission) -> bool {
    admission.shared.state().due().is_some()
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_while_only_this_process_is_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(2)), process(&dir, glm(2)));
    let held = [granted(&here, "a", Glm).await, granted(&here, "a", Glm).await];
    let waiting = queued(&here, "a", Glm).await;
    assert!(!has_something_to_do(&here));
    drop(waiting);
    drop(held);
    let _held = [granted(&here, "a", Glm).await, granted(&elsewhere, "a", Glm).await];
    let waiting = queued(&here, "a", Glm).await;
    assert!(has_something_to_do(&here), "what another process holds comes back without a word");
    drop(waiting);
    assert!(!has_something_to_do(&here), "nobody waits");
}

#[tokio::test(start_paused = true)]
async fn who_stops_watching_leaves_the_duty_to_another_waiter() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(1)), process(&dir, glm(1)));
    let held = granted(&elsewhere, "x", Glm).await;
    let watching = queued(&here, "a", Glm).await;
    let mut next = queued(&here, "b", Glm).await;
    drop(watching);
    drop(held);
    assert!(look(&mut next).await.is_none(), "it is the next look that notices");
    let begun = Instant::now();
    next.await.unwrap();
    assert!(begun.elapsed() <= 2 * LOOK, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_here_is_granted_at_once_while_another_process_holds_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(3)), process(&dir, glm(3)));
    let _elsewhere = [granted(&elsewhere, "x", Glm).await, granted(&elsewhere, "x", Glm).await];
    let held = granted(&here, "a", Glm).await;
    let mut waiting = [queued(&here, "a", Glm).await, queued(&here, "b", Glm).await];
    drop(held);
    let _held = look(&mut waiting[0]).await.expect("the one that came back").unwrap();
    assert!(look(&mut waiting[1]).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stranger_to_the_queue_looks_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (process(&dir, glm(1)), process(&dir, glm(1)));
    let held = granted(&elsewhere, "x", Glm).await;
    drop(queued(&here, "a", Glm).await);
    drop(held);
    granted(&here, "a", Glm).await;
}
