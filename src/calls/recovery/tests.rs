//! Who is marked, who is not, and that marking can not undo a result.

use serde_json::Map;

use super::*;
use crate::coordination::prepare_state_dir;
use crate::protocol::{CallEvent, CallId, CallState, Envelope, EventKind, InstanceId};
use crate::store::{AttemptEnd, CallEnd, CallNews, CallStart, EndedAttempt, NewAttempt};

struct House {
    dir: tempfile::TempDir,
    store: Store,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        prepare_state_dir(dir.path()).unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        Self { dir, store }
    }

    /// A call of `instance` that has its row and was sent so often.
    async fn call(&self, instance: &InstanceId, attempts: u32) -> CallStart {
        let now = Timestamp::now();
        let start = CallStart {
            id: CallId::new(),
            owner: "default".into(),
            session: "s".into(),
            instance: instance.clone(),
            tool: "chat".to_owned(),
            arguments: Map::new(),
            thread_id: None,
            created_at: now,
            deadline_at: now,
        };
        assert!(self.store.save_call_later(start.clone(), CallNews::default()));
        let is_there = async |id| self.store.running_calls().await.unwrap().iter().any(|(_, call)| call.id == id);
        while !is_there(start.id.clone()).await {
            tokio::task::yield_now().await;
        }
        for n in 1..=attempts {
            let (provider, model) = ("glm".to_owned(), "glm-5.3".to_owned());
            let attempt = NewAttempt { n, provider, model, request_key: "k".to_owned(), at: now };
            self.store.begin_attempt(start.clone(), CallNews::default(), attempt, false).await.unwrap();
        }
        start
    }

    async fn ended(&self, call: &CallStart, n: u32, outcome: &str) {
        let end = AttemptEnd {
            at: Timestamp::now(),
            outcome: outcome.to_owned(),
            message: None,
            usage: crate::protocol::Usage::default(),
            cost: None,
            priced_on: None,
            extra: None,
        };
        self.store.end_attempt(call.id.clone(), EndedAttempt { n, end, answer: None }).await.unwrap();
    }

    async fn result(&self, call: &CallStart) -> Envelope {
        self.store.get_call("default".to_owned(), call.id.to_string()).await.unwrap().result
    }

    async fn recover(&self) -> usize {
        Calls::recover(&self.store, self.dir.path()).await.unwrap()
    }
}

#[tokio::test]
async fn many_who_recover_at_once_mark_each_dead_call_once_and_no_living_one() {
    let house = House::new().await;
    let living = Instance::announce(house.dir.path()).unwrap();
    let alive = house.call(living.id(), 1).await;
    let dead = InstanceId::new();
    let mut lost = Vec::new();
    for _ in 0..40 {
        lost.push(house.call(&dead, 0).await);
    }
    let others: Vec<_> = try_join_all((0..4).map(|_| Store::open(house.dir.path()))).await.unwrap();
    let marked = try_join_all(others.iter().map(|store| Calls::recover(store, house.dir.path()))).await.unwrap();
    assert_eq!(marked.iter().sum::<usize>(), 40, "{marked:?}");
    assert_eq!(house.result(&alive).await.state, CallState::Running);
    for call in &lost {
        assert_eq!(house.result(call).await.state, CallState::Interrupted);
    }
    drop(living);
    assert_eq!(house.recover().await, 1);
}

#[tokio::test]
async fn a_call_that_ends_between_being_listed_and_being_marked_keeps_its_result() {
    let house = House::new().await;
    let call = house.call(&InstanceId::new(), 0).await;
    let listed = house.store.running_calls().await.unwrap();
    let mut result = Envelope::running(call.id.clone(), "chat");
    result.state = CallState::Succeeded;
    house
        .store
        .finish_call(CallEnd::of(call.clone(), CallNews::default(), result, None, Timestamp::now()))
        .await
        .unwrap();
    for (_, running) in listed {
        assert!(!house.store.interrupt_call(running, Timestamp::now()).await.unwrap());
    }
    assert_eq!(house.result(&call).await.state, CallState::Succeeded);
}

#[tokio::test]
async fn a_process_that_was_taken_for_dead_and_is_not_has_the_last_word() {
    let house = House::new().await;
    let call = house.call(&InstanceId::new(), 0).await;
    assert_eq!(house.recover().await, 1);
    let mut result = Envelope::running(call.id.clone(), "chat");
    result.state = CallState::Succeeded;
    result.text = "an answer".to_owned();
    let kind = EventKind::Finished { state: CallState::Succeeded };
    let event = CallEvent { call_id: call.id.clone(), n: 1, at: Timestamp::now(), kind: kind.clone() };
    house
        .store
        .finish_call(CallEnd::of(call.clone(), CallNews::of(vec![event]), result, None, Timestamp::now()))
        .await
        .unwrap();
    let record = house.store.get_call("default".to_owned(), call.id.to_string()).await.unwrap();
    assert_eq!((record.result.state, record.result.text.as_str()), (CallState::Succeeded, "an answer"));
    assert_eq!(record.events.into_iter().map(|event| event.kind).collect::<Vec<_>>(), [kind]);
}

#[tokio::test]
async fn an_interrupted_call_tells_what_it_may_have_cost() {
    let house = House::new().await;
    let dead = InstanceId::new();
    let (unsent, lost, answered, refused) = (
        house.call(&dead, 0).await,
        house.call(&dead, 2).await,
        house.call(&dead, 1).await,
        house.call(&dead, 1).await,
    );
    house.ended(&lost, 1, "overloaded").await;
    house.ended(&answered, 1, "ok").await;
    house.ended(&refused, 1, "overloaded").await;
    assert_eq!(house.recover().await, 4);
    for (call, part) in [
        (unsent, "it had sent nothing"),
        (lost, "may have been paid for"),
        (answered, "without paying again"),
        (refused, "none of its requests was answered"),
    ] {
        let error = house.result(&call).await.error.unwrap();
        assert!(error.hints[0].contains(part), "{part}: {error:?}");
        assert!(error.message.contains("ended before it"), "{error:?}");
    }
}
