//! An upstream that takes too long or sends too much: each ends at its own limit, with a message that names it.

use exai_fake::{Ending, Fake, Outcome, Point, Reply, Scenario};

use crate::support::User;

struct Case {
    what: &'static str,
    reply: Reply,
    /// Settings that make the limit short.
    set: &'static [&'static str],
    exit: i32,
    /// The attempt's outcome in the journal.
    outcome: &'static str,
    says: &'static str,
}

fn words(count: usize) -> Reply {
    Reply::answer(&"word ".repeat(count))
}

fn cases() -> Vec<Case> {
    let headers = &["timeouts.headers_thinking=0.3", "timeouts.headers=0.3"];
    let idle = &["timeouts.idle_thinking=0.3", "timeouts.idle=0.3"];
    let case =
        |what, reply, set: &'static [&'static str], exit, outcome, says| Case { what, reply, set, exit, outcome, says };
    let big = format!("{{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}", "x".repeat(50 << 20));
    vec![
        case("never answers", words(9).stall(Point::BeforeHeaders), headers, 4, "timeout_headers", "0.3 s"),
        case("stalls after the headers", words(9).stall(Point::AfterHeaders), idle, 4, "timeout_idle", "0.3 s"),
        case("stalls in the middle", words(9).stall(Point::AfterFrames(4)), idle, 4, "timeout_idle", "0.3 s"),
        case("resets", words(9).wait("go", Point::AfterFrames(4)).ending(Ending::Reset), &[], 4, "reset", "glm"),
        case("sends 50 MB in a line", Reply::frames([big.as_str()]), &[], 3, "too_large", "is longer than"),
    ]
}

#[test]
fn every_limit_ends_the_wait_and_is_named() {
    for Case { what, reply, set, exit, outcome, says } in cases() {
        let fake = Fake::start(Scenario::of([reply]));
        fake.open("go");
        let user = User::with(&fake);
        let mut arguments = vec!["call", "chat", "hello", "--model", "glm-5.3-flash"];
        for setting in set {
            arguments.extend(["--set", setting]);
        }
        let envelope = user.envelope(&arguments);
        assert_eq!(envelope["exit"]["code"], exit, "{what}: {envelope:#}");
        assert_eq!(envelope["model"]["tried"][0]["outcome"], outcome, "{what}: {envelope:#}");
        let message = envelope["error"]["message"].as_str().unwrap();
        assert!(message.contains(says), "{what}: {message}");
        for request in 0..fake.requests().len() {
            assert_ne!(fake.wait_until_settled(request), Outcome::Pending, "{what}: nothing is left open");
        }
    }
}

#[test]
fn an_answer_that_drips_for_ever_ends_with_the_call() {
    let fake = Fake::start(Scenario::of([Reply { pause_ms: 100, ..words(1000) }]));
    let user = User::with(&fake);
    let ran = user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash", "--timeout", "1s"]).exits(4);
    assert!(ran.stderr.contains("deadline of 1 s passed while"), "{ran:#?}");
    fake.wait_until_closed(0);
}

#[test]
fn a_wait_that_the_provider_names_is_not_slept_past_the_deadline() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\nkimi_error = \"rate_limit_reached_error\"\nerror_message = \"max RPM: 3, please try again after 60 seconds\"\n",
    ));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "chat", "hello", "--model", "kimi-k3.1-pro", "--timeout", "20s"]);
    assert_eq!((&envelope["exit"]["code"], &envelope["retry_after_s"]), (&4.into(), &60.0.into()), "{envelope:#}");
    assert_eq!(fake.requests().len(), 1, "it says when to come back in place of sleeping");
}

#[test]
fn a_quota_that_is_used_up_is_not_asked_again_before_its_reset() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\nglm_error = \"1310\"\nerror_message = \"[1310][Your limit will reset at 2999-01-01 08:00:00][r]\"\n",
    ));
    let user = User::with(&fake);
    let first = user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash"]).exits(4);
    assert!(first.stderr.contains("1310"), "{first:#?}");
    let second = user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash"]).exits(4);
    assert!(second.stderr.contains("is used up until 2999-01-01T00:00:00"), "UTC+8 is understood: {second:#?}");
    assert_eq!(fake.requests().len(), 1);
    user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash", "--fresh"]).exits(4);
    assert_eq!(fake.requests().len(), 2, "--fresh asks all the same");
    let other_key = user.set("GLM_API_KEY", "test-key-other");
    other_key.run(&["call", "chat", "hello", "--model", "glm-5.3-flash"]).exits(4);
    assert_eq!(fake.requests().len(), 3, "another account is another matter");
}

#[test]
fn a_parameter_that_a_model_refuses_is_left_out_from_then_on() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\nglm_error = \"1210\"\nerror_message = \"temperature is not supported\"\ntimes = 1\n[[reply]]\ntext = \"Yes.\"\n",
    ));
    let user = User::with(&fake);
    let ran = user.run(&["call", "chat", "one", "--model", "glm-4.6", "--temperature", "0.5"]).exits(0);
    assert_eq!(ran.stdout, "Yes.\n");
    assert!(ran.stderr.contains("does not take `temperature`"), "{ran:#?}");
    user.run(&["call", "chat", "two", "--model", "glm-4.6", "--temperature", "0.5"]).exits(0);
    let sent: Vec<_> = fake.requests().iter().map(|request| request.body.get("temperature").is_some()).collect();
    assert_eq!(sent, [true, false, false]);
}
