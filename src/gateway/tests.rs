//! What callers see of joining, reuse, retries and routing, with the fake providers behind the gateway.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use exai_fake::{Ending, Fake, Outcome, Placement, Point, Provider, Reply, Scenario, Usage as Counted};

use super::testing::{Call, Door, StoppedClock};
use super::*;
use crate::clock::Timestamp;
use crate::error::Kind;
use crate::protocol::UsageSource;
use crate::providers::ProviderName;

const GLM: &str = "glm-4.6";
const KIMI: &str = "kimi-k3";

/// Answers `text` to everybody; the replies wait before their headers until the test opens the gate `go`.
fn held(text: &str) -> Scenario {
    Scenario::of([Reply::answer(text).wait("go", Point::BeforeHeaders)])
}

/// Two calls that ask the same: the request of the first is under way, the second waits for it.
async fn two_of_one(door: &Door) -> [(Call, tokio::task::JoinHandle<Result<Answer>>); 2] {
    let ask = door.question(GLM, "why?");
    let [first, second] = [door.call(), door.call()];
    let asking = first.begin(&ask);
    door.fake.held_reach("go", 1).await;
    let joining = second.begin(&ask);
    second.reaches(is_joined).await;
    [(first, asking), (second, joining)]
}

fn is_joined(event: &EventKind) -> bool {
    matches!(event, EventKind::Sent { joined: true, .. })
}

fn is_retrying(event: &EventKind) -> bool {
    matches!(event, EventKind::Retrying { .. })
}

fn requests(fake: &Fake) -> usize {
    fake.requests().len()
}

#[tokio::test]
async fn equal_asks_at_once_are_one_request_and_each_has_its_own_books() {
    let door = Door::to(held("Because of the cache.")).await;
    let [(first, asking), (second, joining)] = two_of_one(&door).await;
    door.fake.open("go");
    let answers = (asking.await.unwrap().unwrap(), joining.await.unwrap().unwrap());
    assert_eq!(answers.0.text, "Because of the cache.");
    assert_eq!(answers.0, answers.1);
    assert_eq!(requests(&door.fake), 1);

    let (paid, free) = (first.account(), second.account());
    assert_eq!((paid.joined, free.joined), (false, true));
    assert_eq!((paid.model.tried.len(), free.model.tried.len()), (1, 0));
    assert!(paid.usage.output.is_some() && free.usage.output.is_none(), "{paid:?} {free:?}");
    assert_eq!(free.cost.usd, Some(0.0));
    assert_eq!(free.model.used.as_deref(), Some(GLM));
}

#[tokio::test]
async fn a_joined_caller_hears_the_answer_from_its_start() {
    let reply = Reply::answer("One two three four.").wait("go", Point::AfterFrames(2));
    let door = Door::to(Scenario::of([reply])).await;
    let [(_, asking), (second, joining)] = two_of_one(&door).await;
    door.fake.open("go");
    joining.await.unwrap().unwrap();
    assert_eq!(second.heard(), "One two three four.");
    asking.await.unwrap().unwrap();
}

#[tokio::test]
async fn many_equal_asks_without_any_order_are_one_request() {
    let door = Door::to(Scenario::answer("Once.")).await;
    let ask = door.question(GLM, "why?");
    let calls: Vec<_> = (0..20).map(|_| door.call()).collect();
    let tasks: Vec<_> = calls.iter().map(|call| call.begin(&ask)).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().text, "Once.");
    }
    assert_eq!(requests(&door.fake), 1);
    let paid = calls.iter().filter(|call| !call.tried().is_empty()).count();
    let free = calls.iter().filter(|call| call.account().joined || call.account().reused).count();
    assert_eq!((paid, free), (1, 19));
}

#[tokio::test]
async fn an_ask_whose_look_for_an_answer_came_just_too_early_pays_nothing_all_the_same() {
    let door = Door::to(held("Once.")).await;
    let ask = door.question(GLM, "why?");
    let (first, late) = (door.call(), door.call());
    let asking = first.begin(&ask);
    door.fake.held_reach("go", 1).await;
    // By the time the late one goes on, whatever it looked for is seen and the first one has its answer.
    let mut looking = pin!(late.ask(&ask));
    assert!(poll_fn(|context| Poll::Ready(looking.as_mut().poll(context))).await.is_pending());
    assert_eq!(door.gateway.store.find_answer("another".to_owned(), Timestamp::now()).await.unwrap(), None);
    door.fake.open("go");
    asking.await.unwrap().unwrap();
    assert_eq!(looking.await.unwrap().text, "Once.");
    assert_eq!(requests(&door.fake), 1);
}

#[tokio::test]
async fn cancelling_one_of_two_leaves_the_other_with_the_answer() {
    for cancelled in [0, 1] {
        let door = Door::to(held("Still here.")).await;
        let mut both = two_of_one(&door).await.map(|(_, task)| Some(task));
        let gone = both[cancelled].take().unwrap();
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        door.fake.open("go");
        let left = both[1 - cancelled].take().unwrap();
        assert_eq!(left.await.unwrap().unwrap().text, "Still here.");
        assert_eq!(door.fake.settles(0).await, Outcome::Answered);
        assert_eq!(requests(&door.fake), 1);
    }
}

#[tokio::test]
async fn when_the_last_waiter_leaves_the_connection_is_closed_and_the_permit_is_back() {
    let door = Door::to(held("Too late.")).await;
    let [(first, asking), (_, joining)] = two_of_one(&door).await;
    asking.abort();
    joining.abort();
    assert_eq!(door.fake.settles(0).await, Outcome::ClientClosed);
    door.gateway.tasks.close();
    door.gateway.tasks.wait().await;
    assert_eq!(first.tried(), [(GLM.to_owned(), "cancelled".to_owned())]);
    assert_eq!(door.gateway.admission.gauges().0.in_use, 0);
    // Nobody can join what is over: the next ask is a new request.
    door.fake.open("go");
    assert_eq!(door.call().ask(&door.question(GLM, "why?")).await.unwrap().text, "Too late.");
    assert_eq!(requests(&door.fake), 2);
}

#[tokio::test]
async fn a_shared_request_outlives_the_deadline_of_the_one_who_began_it() {
    let _clock = StoppedClock::stop();
    let door = Door::to(held("Late, but here.")).await;
    let (hasty, patient) = (door.call(), door.call());
    let short = Ask { deadline: Deadline::after(Duration::from_secs(5)), ..door.question(GLM, "why?") };
    let asking = hasty.begin(&short);
    door.fake.held_reach("go", 1).await;
    let joining = patient.begin(&door.question(GLM, "why?"));
    patient.reaches(is_joined).await;
    tokio::time::advance(Duration::from_secs(6)).await;
    let error = asking.await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert_eq!(error.message, "deadline of 5 s passed while waiting for the first answer of glm-4.6");
    door.fake.open("go");
    assert_eq!(joining.await.unwrap().unwrap().text, "Late, but here.");
    assert_eq!(requests(&door.fake), 1);
}

#[tokio::test]
async fn an_equal_ask_later_is_answered_from_the_store() {
    let door = Door::to(Scenario::answer("Kept.")).await;
    let ask = door.question(GLM, "why?");
    door.call().ask(&ask).await.unwrap();
    let later = door.call();
    let answer = later.ask(&ask).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.model.as_str()), ("Kept.", GLM));
    assert_eq!(requests(&door.fake), 1);
    let account = later.account();
    assert!(account.reused && !account.joined && account.model.tried.is_empty(), "{account:?}");
    assert_eq!((account.cost.usd, later.heard().as_str()), (Some(0.0), "Kept."));
    assert!(matches!(later.events()[..], [EventKind::Sent { reused: true, .. }, ..]), "{:?}", later.events());
}

#[tokio::test]
async fn fresh_neither_joins_nor_reuses() {
    let door = Door::to(held("New.")).await;
    let ask = door.question(GLM, "why?");
    let fresh = Ask { fresh: true, ..ask.clone() };
    let asking = door.call().begin(&ask);
    door.fake.held_reach("go", 1).await;
    let (beside, after) = (door.call(), door.call());
    let besides = beside.begin(&fresh);
    door.fake.held_reach("go", 2).await;
    door.fake.open("go");
    asking.await.unwrap().unwrap();
    besides.await.unwrap().unwrap();
    after.ask(&fresh).await.unwrap();
    assert_eq!(requests(&door.fake), 3);
    for call in [beside, after] {
        assert!(!call.account().joined && !call.account().reused && call.tried().len() == 1, "{call:?}");
    }
}

#[tokio::test]
async fn an_owner_neither_joins_nor_reuses_what_another_owner_asked() {
    let door = Door::to(held("Private.")).await;
    let ask = door.question(GLM, "why?");
    let other = Ask { owner: "other".into(), ..ask.clone() };
    let asking = door.call().begin(&ask);
    door.fake.held_reach("go", 1).await;
    let beside = door.call().begin(&other);
    door.fake.held_reach("go", 2).await;
    door.fake.open("go");
    asking.await.unwrap().unwrap();
    beside.await.unwrap().unwrap();
    let third = door.call();
    third.ask(&Ask { owner: "third".into(), ..ask }).await.unwrap();
    assert_eq!((requests(&door.fake), third.account().reused), (3, false));
}

#[tokio::test]
async fn the_conversation_does_not_make_a_difference_but_the_question_does() {
    let door = Door::to(Scenario::answer("The same.")).await;
    let ask = door.question(KIMI, "why?");
    for (thread, text, sent) in [("one", "why?", 1), ("two", "why?", 1), ("two", "why not?", 2)] {
        let mut ask = Ask { request: door.question(KIMI, text).request, ..ask.clone() };
        ask.request.cache_key = Some(thread.to_owned());
        door.call().ask(&ask).await.unwrap();
        assert_eq!(requests(&door.fake), sent, "{thread}: {text}");
    }
    assert_eq!(door.fake.requests()[0].body["prompt_cache_key"], "one");
}

#[tokio::test]
async fn an_expired_answer_is_not_reused() {
    let door = Door::changed(Scenario::answer("Short-lived."), |gateway| gateway.reuse = Duration::ZERO).await;
    for sent in [1, 2] {
        let call = door.call();
        call.ask(&door.question(GLM, "why?")).await.unwrap();
        assert_eq!((requests(&door.fake), call.account().reused), (sent, false));
    }
}

#[tokio::test]
async fn an_error_is_not_reused() {
    let door = Door::to(Scenario::of([Reply::glm_error("1002"), Reply::answer("Now it works.")])).await;
    let ask = door.question(GLM, "why?");
    assert_eq!(door.call().ask(&ask).await.unwrap_err().code, ErrorCode::ProviderError);
    assert_eq!(door.call().ask(&ask).await.unwrap().text, "Now it works.");
    assert_eq!(requests(&door.fake), 2);
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_after_a_pause() {
    let _clock = StoppedClock::stop();
    let door = Door::to(Scenario::load("rate_limited_then_answer")).await;
    let call = door.call();
    let asking = call.begin(&door.question(GLM, "why?"));
    call.reaches(is_retrying).await;
    assert_eq!(requests(&door.fake), 1);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(asking.await.unwrap().unwrap().text, "The second try is answered.");
    assert_eq!(requests(&door.fake), 2);
    let outcomes: Vec<_> = call.tried().into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(outcomes, ["rate_limited", "ok"]);
    // The refused request cost nothing, so the sum is known.
    assert!(call.account().cost.priced);
    let record = call.record().await;
    assert_eq!(
        record.attempts.iter().map(|attempt| attempt.outcome.as_deref()).collect::<Vec<_>>(),
        [Some("rate_limited"), Some("ok")]
    );
}

#[tokio::test]
async fn no_pause_goes_past_the_deadline() {
    let _clock = StoppedClock::stop();
    let door = Door::to(Scenario::glm_error("1302")).await;
    let call = door.call();
    let ask = Ask { deadline: Deadline::after(Duration::from_millis(900)), ..door.question(GLM, "why?") };
    let error = call.ask(&ask).await.unwrap_err();
    assert_eq!((error.code, error.kind()), (ErrorCode::ProviderError, Kind::Retryable));
    assert_eq!(error.retry_after, Some(Duration::from_secs(1)));
    assert_eq!(requests(&door.fake), 1);
}

#[tokio::test]
async fn what_can_not_be_mended_is_asked_once() {
    let broken = |ending| Scenario::of([Reply::answer("The cache is read before").ending(ending)]);
    for (scenario, outcome, kind) in [
        (broken(Ending::Eof), "cut", Kind::Retryable),
        (broken(Ending::Reset), "reset", Kind::Retryable),
        (Scenario::load("unauthorized"), "auth", Kind::NoVerdict),
        (Scenario::load("empty"), "empty", Kind::NoVerdict),
        (Scenario::load("truncated"), "truncated", Kind::NoVerdict),
        (Scenario::load("refused"), "content_refused", Kind::NoVerdict),
    ] {
        let door = Door::to(scenario).await;
        let call = door.call();
        let error = call.ask(&Ask { route: door.route(None), ..door.question(GLM, "why?") }).await.unwrap_err();
        assert_eq!(call.tried(), [(GLM.to_owned(), outcome.to_owned())], "{error}");
        assert_eq!((requests(&door.fake), error.kind()), (1, kind), "{error}");
        assert_eq!(call.account().model.used, None);
    }
}

#[tokio::test]
async fn an_explicit_model_is_never_replaced() {
    for code in ["1113", "1211"] {
        let door = Door::to(Scenario::of([Reply::glm_error(code).provider(Provider::Glm), Reply::answer("Me!")])).await;
        let call = door.call();
        let error = call.ask(&door.question(GLM, "why?")).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ProviderError);
        let asked: Vec<_> = door.fake.requests().iter().map(|request| request.model().to_owned()).collect();
        assert_eq!(asked, [GLM], "{error}");
    }
}

#[tokio::test]
async fn auto_goes_on_to_the_next_model_when_the_account_is_empty() {
    let door = Door::to(Scenario::of([Reply::glm_error("1113").provider(Provider::Glm), Reply::answer("Me!")])).await;
    let call = door.call();
    let ask = Ask { route: door.route(None), ..door.question(GLM, "why?") };
    let answer = call.ask(&ask).await.unwrap();
    assert_eq!((answer.provider.as_str(), answer.model.as_str()), ("kimi", KIMI));
    let tried = [(GLM, "no_balance"), (KIMI, "ok")].map(|(model, outcome)| (model.to_owned(), outcome.to_owned()));
    assert_eq!(call.tried(), tried);
    let model = call.account().model;
    assert_eq!((model.requested.as_deref(), model.used.as_deref()), (Some("auto"), Some(KIMI)));
}

/// A gateway through which one request to GLM goes at a time.
async fn narrow(queue: usize) -> Door {
    let change = |gateway: &mut Gateway| {
        gateway.admission.set_limit("glm", 1).unwrap();
        gateway.admission.set_limit("queue", queue).unwrap();
    };
    Door::changed(Scenario::of([Reply::answer("Me!")]), change).await
}

async fn permit(door: &Door) -> impl Drop + use<> {
    let deadline = Deadline::after(Duration::from_mins(1));
    door.gateway.admission.acquire("other", ProviderName::Glm, deadline, |_, _| {}).await.unwrap()
}

#[tokio::test]
async fn auto_goes_on_to_the_next_model_when_the_queue_of_the_first_is_full() {
    let door = narrow(0).await;
    let _held = permit(&door).await;
    let ask = Ask { route: door.route(None), ..door.question(GLM, "why?") };
    assert_eq!(door.call().ask(&ask).await.unwrap().model, KIMI);
    let error = door.call().ask(&door.question(GLM, "why?")).await.unwrap_err();
    assert_eq!((error.code, requests(&door.fake)), (ErrorCode::OverCapacity, 1), "{error}");
}

#[tokio::test]
async fn a_request_whose_turn_comes_after_the_deadline_is_refused_at_once() {
    let _clock = StoppedClock::stop();
    let door = narrow(9).await;
    let held = permit(&door).await;
    tokio::time::advance(Duration::from_secs(10)).await;
    drop(held);
    let _held = permit(&door).await;
    let ask = Ask { deadline: Deadline::after(Duration::from_secs(7)), ..door.question(GLM, "why?") };
    let error = door.call().ask(&ask).await.unwrap_err();
    assert_eq!((error.code, error.kind()), (ErrorCode::OverCapacity, Kind::Retryable), "{error}");
    assert_eq!(error.retry_after, Some(Duration::from_secs(3)));
    assert_eq!(requests(&door.fake), 0);
}

#[tokio::test]
async fn a_caller_that_paid_itself_in_the_end_is_not_called_joined() {
    let empty = Reply::glm_error("1113").provider(Provider::Glm).times(1).wait("go", Point::BeforeHeaders);
    let door = Door::to(Scenario::of([empty, Reply::answer("Me!")])).await;
    let [(_, asking), (second, joining)] = {
        let explicit = door.question(GLM, "why?");
        let auto = Ask { route: door.route(None), ..explicit.clone() };
        let [first, second] = [door.call(), door.call()];
        let asking = first.begin(&explicit);
        door.fake.held_reach("go", 1).await;
        let joining = second.begin(&auto);
        second.reaches(is_joined).await;
        [(first, asking), (second, joining)]
    };
    door.fake.open("go");
    assert_eq!(asking.await.unwrap().unwrap_err().code, ErrorCode::ProviderError);
    assert_eq!(joining.await.unwrap().unwrap().model, KIMI);
    assert_eq!(second.tried(), [(KIMI.to_owned(), "ok".to_owned())]);
    assert!(!second.account().joined);
}

#[tokio::test]
async fn costs_are_exact_and_unknown_ones_are_null() {
    let counted = Counted { input: Some(1200), output: Some(240), cached: Some(256), ..Counted::default() };
    let unsaid = Counted { placement: Some(Placement::None), ..Counted::default() };
    for (usage, model, cost, source) in [
        // 944 fresh tokens at 0.60, 256 cached ones at 0.11 and 240 of output at 2.20 dollars a million.
        (counted, GLM, Some(0.001_122_56), UsageSource::Provider),
        (unsaid, GLM, None, UsageSource::Estimated),
        (unsaid, "glm-4.7-flash", Some(0.0), UsageSource::Estimated),
        (counted, "glm-99", None, UsageSource::Provider),
    ] {
        let door = Door::to(Scenario::of([Reply { usage, ..Reply::answer("It depends.") }])).await;
        let call = door.call();
        call.ask(&door.question(model, "how much?")).await.unwrap();
        let account = call.account();
        assert_eq!((account.cost.usd, account.cost.priced), (cost, cost.is_some()), "{model}");
        assert_eq!((account.usage.source, account.usage.output.is_some()), (source, true), "{model}");
        let attempt = call.record().await.attempts.remove(0);
        assert_eq!((attempt.cost_usd, attempt.usage), (cost, account.usage), "{model}");
    }
}

#[tokio::test]
async fn what_can_not_fit_is_refused_before_anything_is_sent() {
    let door = Door::to(Scenario::answer("Never.")).await;
    let long = "word ".repeat(400_000);
    let error = door.call().ask(&door.question(GLM, &long)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::ValidationError);
    assert_eq!(requests(&door.fake), 0);
}

#[tokio::test]
async fn a_model_that_is_left_alone_still_gives_the_answers_that_were_kept() {
    let door = Door::to(Scenario::answer("Kept.")).await;
    let ask = door.question(GLM, "why?");
    door.call().ask(&ask).await.unwrap();
    for _ in 0..5 {
        door.gateway.breakers.record(ask.route.first().unwrap(), Some(false));
    }
    assert_eq!(door.call().ask(&ask).await.unwrap().text, "Kept.");
    let error = door.call().ask(&door.question(GLM, "why not?")).await.unwrap_err();
    assert_eq!((error.code, error.retry_after.is_some()), (ErrorCode::ServiceUnavailable, true));
    let elsewhere = Ask { route: door.route(None), ..door.question(GLM, "why not?") };
    assert_eq!(door.call().ask(&elsewhere).await.unwrap().model, KIMI);
    assert_eq!(requests(&door.fake), 2);
}
