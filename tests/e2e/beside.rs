//! Calls in process beside a daemon, in one state directory: the same limits, the same journal.

use exai_fake::{Fake, Point, Provider, Reply, Scenario};
use serde_json::Value;

use crate::support::daemon::{Daemon, until};
use crate::support::{Running, User};

fn user(fake: &Fake) -> User {
    User::with(fake).set("EXAI_WS_PORT", "0")
}

fn held() -> Fake {
    Fake::start(Scenario::of([Reply::answer("Yes.").wait("go", Point::BeforeHeaders)]))
}

fn running(user: &User) -> Vec<Value> {
    let listed = user.run(&["calls", "list", "--state", "running", "--json", "--no-daemon"]).exits(0).json();
    listed.as_array().unwrap().clone()
}

/// A call that goes to the daemon, or to nobody else, as `more` says.
fn ask(user: &User, question: &str, more: &[&str]) -> Running {
    let arguments = ["call", "chat", question, "--model", "glm-5.3-flash", "--quiet"];
    Running::start(user.command(arguments.iter().chain(more)))
}

#[test]
fn the_daemon_and_calls_in_process_share_the_limits() {
    let fake = held();
    let user = user(&fake);
    let _daemon = Daemon::start(&user);
    // One of each kind has a permit; then all others wait, whoever carries them out.
    let mut asked = vec![ask(&user, "first", &[])];
    fake.wait_until_held("go", 1);
    asked.push(ask(&user, "second", &["--no-daemon"]));
    fake.wait_until_held("go", 2);
    for number in 0..3 {
        asked.push(ask(&user, &format!("there {number}"), &[]));
        asked.push(ask(&user, &format!("here {number}"), &["--no-daemon"]));
    }
    until("calls that wait", || (running(&user).len() == 8).then_some(()));
    assert_eq!(fake.requests().len(), 2);
    fake.open("go");
    for call in asked {
        assert_eq!(call.finish().exits(0).stdout, "Yes.\n");
    }
    assert_eq!((fake.requests().len(), fake.max_in_flight(Provider::Glm)), (8, 2));
}

#[test]
fn each_sees_the_calls_of_the_other_and_ends_them() {
    let fake = Fake::start(Scenario::load("silence"));
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    for (request, (caller, other)) in [(&[][..], &["--no-daemon"][..]), (&["--no-daemon"], &[])].into_iter().enumerate()
    {
        let caller = ask(&user, &format!("question {request}"), caller);
        fake.wait_for_requests(request + 1);
        let list =
            |more: &[&str]| user.run(&[&["calls", "list", "--state", "running", "--json"], more].concat()).json();
        let listed = list(other);
        let id = listed[0]["call_id"].as_str().unwrap_or_else(|| panic!("{listed:#}")).to_owned();
        let ran = user.run(&[&["calls", "cancel", &id], other].concat()).exits(0);
        assert!(ran.stdout.contains(&id), "{ran:#?}");
        let ran = caller.finish().exits(130);
        assert!(ran.stderr.contains("was cancelled"), "{ran:#?}");
        fake.wait_until_closed(request);
        assert_eq!(list(other), serde_json::json!([]));
    }
    daemon.stop().exits(0);
}

#[test]
fn a_call_goes_to_the_daemon_by_itself_and_the_daemon_knows_whose_it_is() {
    let fake = held();
    let user = user(&fake);
    let daemon = Daemon::start(&user);
    let caller = ask(&user, "who am I?", &[]);
    fake.wait_until_held("go", 1);
    let picture = user.run(&["monitor", "--once", "--json"]).exits(0).json();
    let call = &picture["calls"][0];
    assert_eq!(
        (&picture["daemon"]["pid"], &call["tool"], &call["state"]),
        (&daemon.pid.into(), &"chat".into(), &"running".into())
    );
    let sessions = picture["sessions"].as_array().unwrap();
    let session = sessions.iter().find(|session| session["session_id"] == call["session_id"]);
    let session = session.unwrap_or_else(|| panic!("the call's session is missing: {picture:#}"));
    assert_eq!(session["client"], format!("exai {}", env!("CARGO_PKG_VERSION")));
    assert_eq!((&session["connected"], &session["inflight"]), (&true.into(), &1.into()));
    fake.open("go");
    caller.finish().exits(0);
}

#[test]
fn ctrl_c_ends_a_call_at_the_daemon_upstream_too() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let fake = Fake::start(Scenario::load("silence"));
        let user = user(&fake);
        let daemon = Daemon::start(&user);
        let caller = ask(&user, "is it there?", &[]);
        fake.wait_for_requests(1);
        caller.signal(signal);
        let ran = caller.finish().exits(code);
        fake.wait_until_closed(0);
        let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
        assert_eq!(calls[0]["state"], "cancelled");
        assert!(ran.stderr.contains(calls[0]["call_id"].as_str().unwrap()) && ran.stdout.is_empty(), "{ran:#?}");
        daemon.stop().exits(0);
    }
}

/// Without what differs from call to call: ids, and how long things took.
fn comparable(text: &str) -> String {
    text.lines().map(|line| without_ids(&without_times(line)) + "\n").collect()
}

/// `0.1 s` in the last line of a document, alone or among others, and the figures of `timing`.
fn without_times(line: &str) -> String {
    if let Some((name, figure)) = line.split_once("_ms\": ") {
        return format!("{name}_ms\": TIME{}", if figure.ends_with(',') { "," } else { "" });
    }
    let is_time = |part: &str| part.strip_suffix(" s").is_some_and(|seconds| seconds.parse::<f64>().is_ok());
    line.split(" · ").map(|part| if is_time(part) { "TIME" } else { part }).collect::<Vec<_>>().join(" · ")
}

fn without_ids(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    let words = line.split_inclusive(|c| !is_part(c));
    let shown = |word: &str| {
        let id = word.trim_end_matches(|c| !is_part(c));
        if id.len() == 36 { word.replace(id, "ID") } else { word.to_owned() }
    };
    words.map(shown).collect()
}

/// Both must say the same; what differs is shown line by line.
#[track_caller]
fn same(there: &str, here: &str, about: &dyn std::fmt::Debug) {
    let (there, here): (Vec<&str>, Vec<&str>) = (there.lines().collect(), here.lines().collect());
    let differ: Vec<String> = (0..there.len().max(here.len()))
        .filter(|line| there.get(*line) != here.get(*line))
        .map(|line| format!("{line}: there {:?}\n{line}: here  {:?}\n", there.get(line), here.get(line)))
        .collect();
    assert!(differ.is_empty(), "{about:?}\n{}", differ.concat());
}

#[test]
fn every_tool_says_the_same_through_a_daemon_and_without() {
    let debug = Scenario::load("debug_json").replies.remove(0).contains("drain() runs twice").times(100);
    let refused = Reply::glm_error("1210").contains("may I?").times(100);
    let fake = Fake::start(Scenario::of([debug, refused, Reply::answer("One.\n\nTwo.")]));
    let user = user(&fake).set("EXAI_DISCOVERY_URLS", "");
    user.write("src/lock.rs", "fn lock() {}\n");
    let daemon = Daemon::start(&user);
    let questions = [
        &["chat", "what is this?", "--files", "src"][..],
        &["debug", "drain() runs twice", "--relevant-files", "src", "--confidence", "high"],
        &["debug", "drain() runs twice", "--relevant-files", "src", "--dry-run"],
        &["debug", "step one", "--total-steps", "2", "--next-step-required"],
        &["chat", "may I?", "--model", "glm-5.3"],
        &["chat", "hello", "--model", "no-such-model"],
        &["chat", "hello", "--model", "mock:echo"],
        &["chat", "hello", "--model", "mock:empty"],
        &["chat", "hello", "--files", "/etc/hostname-of-nobody"],
        &["listmodels"],
        &["version"],
    ];
    for question in questions {
        for format in ["text", "markdown", "json"] {
            let arguments = [&["call"], question, &["--fresh", "--output", format]].concat();
            let (there, here) = (user.run(&arguments), user.run(&[&arguments[..], &["--no-daemon"]].concat()));
            assert_eq!(there.code, here.code, "{arguments:?}: {there:#?}\n{here:#?}");
            same(&comparable(&there.stdout), &comparable(&here.stdout), &arguments);
        }
    }
    let listed = user.run(&["monitor", "--once", "--json"]).json();
    assert_eq!(listed["daemon"]["pid"], daemon.pid);
    daemon.stop().exits(0);
}

#[test]
fn how_long_a_call_took_is_no_difference_between_two_doors() {
    let (there, here) =
        ("\n---\n0.0 s\n  \"total_ms\": 3,\nglm · 0.1 s · $1", "\n---\n12.1 s\n  \"total_ms\": 41,\nglm · 0.2 s · $1");
    same(&comparable(there), &comparable(here), &"a dry run ends with its time alone");
    assert_ne!(comparable("glm · 0.1 s · $1"), comparable("glm · 0.1 s · $2"));
}

/// Where a user, a fake and a process are, and when something was, in words that are the same for all.
fn anonymous(text: &str, user: &User, fake: &Fake) -> String {
    let home = user.project().parent().unwrap().to_string_lossy().into_owned();
    let text = text.replace(&home, "HOME").replace(&fake.address().to_string(), "FAKE");
    let (mut shown, mut rest) = (String::new(), text.as_str());
    while let Some(first) = rest.chars().next() {
        let end = if is_moment(rest) { rest.find('Z').map_or(1, |at| at + 1) } else { first.len_utf8() };
        let (part, after) = rest.split_at(end);
        shown.push_str(if end > 1 && is_moment(rest) { "TIME" } else { part });
        rest = after;
    }
    // A daemon counts the call that asks, too.
    let parts: Vec<&str> = shown.split(" calls in the last").collect();
    let (last, counted) = parts.split_last().unwrap();
    let uncounted = |part: &&str| format!("{}N calls in the last", part.trim_end_matches(|c: char| c.is_ascii_digit()));
    counted.iter().map(uncounted).chain([(*last).to_owned()]).collect()
}

/// Whether a text begins as `2026-11-22T21:32:14.861Z` does.
fn is_moment(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00";
    text.len() > form.len()
        && form
            .iter()
            .zip(text.bytes())
            .all(|(form, byte)| if *form == b'0' { byte.is_ascii_digit() } else { *form == byte })
}

/// A result without what only a process has that goes on running: what it has measured, and who it is.
fn lasting(mut result: Value) -> Value {
    for name in ["daemon", "metrics_tail", "prompts", "rates"] {
        if let Some(told) = result["data"].get_mut(name) {
            *told = Value::Null;
        }
    }
    if result["tool"] == "health" {
        result["text"] = Value::Null;
    }
    result
}

/// Stands for the id of the file that was uploaded before.
const UPLOADED: &str = "UPLOADED";

#[test]
fn every_tool_that_takes_no_steps_says_the_same_at_a_daemon_and_without() {
    let questions = [
        &["challenge", "Locks are never needed."][..],
        &["chat", "what is this?", "--files", "src"],
        &["glm_embed", "hello"],
        &["glm_payload_preview", "hello", "--model", "glm-5.3-flash"],
        &["glm_upload_file", "src/queue.rs"],
        &["glm_web_search", "what is a lock?"],
        &["kimi_upload_files", "src/queue.rs"],
        &["kimi_chat_with_files", "what is wrong?", "--file-ids", UPLOADED],
        &["kimi_chat_with_tools", "what is new?"],
        &["kimi_intent_analysis", "why does it hang?"],
        &["kimi_manage_files", "list"],
        &["listmodels"],
        &["provider_capabilities", "--show-advanced"],
        &["version"],
        &["calls"],
        &["activity"],
        &["health"],
        &["status", "--doctor", "--include-tools"],
        &["self-check", "--log-lines", "0"],
    ];
    let told = [true, false].map(|is_there| {
        let fake = Fake::start(Scenario::answer("One."));
        let user = user(&fake).set("EXAI_DISCOVERY_URLS", "");
        let daemon = is_there.then(|| Daemon::start(&user));
        let listed = user.run(&["tools", "--json"]).exits(0).json();
        let steps = |tool: &Value| tool["inputSchema"]["properties"].get("step_number").is_some();
        let mut names: Vec<String> = listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|tool| !steps(tool))
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect();
        let mut uploaded = String::new();
        let told = questions.map(|question| {
            names.retain(|name| name != question[0]);
            let arguments: Vec<&str> =
                question.iter().map(|word| if *word == UPLOADED { uploaded.as_str() } else { word }).collect();
            let ran = user.run(&[&["call"], &arguments[..], &["--output", "json"]].concat());
            let result = ran.json();
            if question[0] == "kimi_upload_files" {
                result["data"][0]["file_id"].as_str().unwrap().clone_into(&mut uploaded);
            }
            let text = format!("{:#}", lasting(result));
            (ran.code, comparable(&anonymous(&text, &user, &fake)))
        });
        assert!(names.is_empty(), "nobody asked {names:?}");
        daemon.map(|daemon| daemon.stop().exits(0));
        told
    });
    for (question, (there, here)) in questions.iter().zip(told[0].iter().zip(&told[1])) {
        assert_eq!(there.0, here.0, "{question:?}: {} {}", there.1, here.1);
        same(&there.1, &here.1, question);
    }
}
