//! Agents: over pipes beside a daemon that comes and goes, and over HTTP.

mod http; // `/mcp`

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use exai_fake::{Fake, Outcome, Point, Reply, Scenario};
use serde_json::{Value, json};

use crate::support::User;
use crate::support::agent::{Agent, document};
use crate::support::daemon::{daemon_of, until};

const ANSWER: &str = "The lock is taken twice.";
const HELLO: &str =
    r#"{"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test-agent", "version": "1"}}"#;

/// A user whose daemons end soon when a test forgets them.
fn user(fake: &Fake) -> User {
    User::with(fake).set("EXAI_WS_PORT", "0").set("EXAI_UNUSED_S", "20")
}

fn held(at: Point) -> Fake {
    Fake::start(Scenario::of([Reply::answer(ANSWER).wait("go", at)]).then(Reply::answer("Another answer.")))
}

fn question() -> Value {
    json!({"prompt": "why does it hang?", "files": ["src/queue.rs"]})
}

/// Whether the process runs; one that nobody has buried yet does not.
#[cfg(target_os = "linux")]
fn is_there(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[test]
fn an_agent_asks_a_model_about_its_files_and_the_shell_goes_on_with_the_conversation() {
    let fake = Fake::start(Scenario::of([Reply::answer(ANSWER)]).then(Reply::answer("In queue.rs.")));
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    assert_eq!(daemon_of(&user), None, "none is needed for a handshake");
    let list = agent.ask("tools/list", &json!({}));
    assert!(list["result"]["tools"].as_array().unwrap().len() > 25, "{list}");
    assert_eq!(daemon_of(&user), None, "nor for the list of tools");
    let answer = agent.document("chat", &question());
    assert!(answer["content"].as_str().unwrap().contains(ANSWER), "{answer:#}");
    assert!(fake.requests()[0].user_text().contains("   2│     drain();"), "the agent's own files");
    let thread = answer["continuation_offer"]["continuation_id"].as_str().unwrap().to_owned();
    let more = user.run(&["call", "chat", "where?", "--continue", &thread]).exits(0);
    assert_eq!(more.stdout.trim_end(), "In queue.rs.");
    assert!(fake.requests()[1].user_text().contains(ANSWER), "the shell sees what the agent was told");
    assert_eq!(agent.leave(), Some(0));
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn a_slow_call_does_not_hold_up_another_one() {
    let fake = held(Point::BeforeHeaders);
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    agent.call("slow", "chat", &question());
    fake.wait_until_held("go", 1);
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
    fake.open("go");
    assert!(document(&agent.answer("slow"))["content"].as_str().unwrap().contains(ANSWER));
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn an_agent_that_gives_up_ends_the_request_upstream() {
    let fake = held(Point::AfterFrames(1));
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    agent.call("a", "chat", &question());
    fake.wait_until_held("go", 1);
    agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}}));
    assert_eq!(fake.wait_until_settled(0), Outcome::ClientClosed);
    until("a call that was cancelled", || {
        let calls = user.run(&["calls", "list", "--json"]).exits(0).json();
        (calls[0]["state"] == "cancelled").then_some(())
    });
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn an_agent_that_is_gone_leaves_its_call_to_the_daemon_and_may_ask_again() {
    let fake = held(Point::BeforeHeaders);
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    agent.call("a", "chat", &question());
    fake.wait_until_held("go", 1);
    assert_eq!(agent.leave(), Some(0), "although an answer is still awaited");
    let mut again = Agent::start(&user);
    again.call("a", "chat", &question());
    until("the second call", || {
        let calls = user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
        (calls.as_array().unwrap().len() == 2).then_some(())
    });
    fake.open("go");
    assert!(document(&again.answer("a"))["content"].as_str().unwrap().contains(ANSWER));
    assert_eq!(fake.requests().len(), 1, "asked and paid once");
    drop(again);
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn a_daemon_that_is_killed_is_started_again_and_no_question_is_asked_twice() {
    let fake = held(Point::BeforeHeaders);
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    agent.call("a", "chat", &question());
    fake.wait_until_held("go", 1);
    let first = daemon_of(&user).unwrap().pid;
    let killed = Command::new("kill").args(["-s", "KILL", &first.to_string()]).status().unwrap();
    assert!(killed.success());
    let answer = agent.answer("a");
    assert_eq!(answer["result"]["isError"], true, "{answer:#}");
    let error = document(&answer)["error"].clone();
    assert!(["INTERRUPTED", "SERVICE_UNAVAILABLE"].contains(&error["code"].as_str().unwrap()), "{error:#}");
    assert_eq!(fake.requests().len(), 1);
    // The agent goes on as if nothing had been.
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
    assert_ne!(daemon_of(&user).unwrap().pid, first);
    fake.open("go");
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn a_daemon_that_ends_in_order_answers_first_and_the_next_call_starts_another() {
    let fake = held(Point::BeforeHeaders);
    let user = user(&fake);
    let mut agent = Agent::start(&user);
    agent.call("a", "chat", &question());
    fake.wait_until_held("go", 1);
    let first = daemon_of(&user).unwrap().pid;
    let stopping = crate::support::Running::start(user.command(["daemon", "stop"]));
    until("a daemon that accepts no more", || daemon_of(&user).is_none().then_some(()));
    fake.open("go");
    assert!(document(&agent.answer("a"))["content"].as_str().unwrap().contains(ANSWER));
    stopping.finish().exits(0);
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
    assert_ne!(daemon_of(&user).unwrap().pid, first);
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn three_hundred_agents_come_and_go_and_nothing_is_left() {
    let user = user(&Fake::start(Scenario::default())).set("EXAI_UNUSED_S", "1");
    let pids: Vec<u32> = std::thread::scope(|scope| {
        let waves: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    let one = |_| {
                        let mut agent = Agent::start(&user);
                        assert_eq!(agent.document("version", &json!({}))["status"], "success");
                        let pid = agent.pid();
                        assert_eq!(agent.leave(), Some(0));
                        pid
                    };
                    (0..30).map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        waves.into_iter().flat_map(|wave| wave.join().unwrap()).collect()
    });
    assert_eq!(pids.len(), 300);
    assert_eq!(pids.into_iter().filter(|pid| is_there(*pid)).count(), 0);
    until("the end of a daemon that nobody needs", || daemon_of(&user).is_none().then_some(()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_shim_whose_agents_program_is_gone_leaves_although_its_input_stays_open() {
    let user = user(&Fake::start(Scenario::default()));
    // A program between, which is killed: the pipe is still held here.
    let mut between = Command::new("sh");
    between.args(["-c", "exec 3<&0; \"$0\" shim <&3 & echo $!; wait", env!("CARGO_BIN_EXE_exai")]);
    user.dress(&mut between);
    let mut between = between.current_dir(user.project()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (between.stdin.take().unwrap(), BufReader::new(between.stdout.take().unwrap()));
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let shim: u32 = line.trim().parse().unwrap();
    // One that answers knows whose child it is.
    writeln!(input, "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{HELLO}}}").unwrap();
    output.read_line(&mut line).unwrap();
    assert!(is_there(shim));
    between.kill().unwrap();
    between.wait().unwrap();
    until("the end of the shim", || (!is_there(shim)).then_some(()));
}

#[test]
fn a_daemon_for_agents_needs_no_port_but_its_own() {
    let fake = Fake::start(Scenario::default());
    let taken = [(); 3].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let names = ["MONITORING_PORT", "HEALTH_CHECK_PORT", "METRICS_PORT"];
    let user = names
        .iter()
        .zip(&taken)
        .fold(user(&fake), |user, (name, listener)| user.set(name, &listener.local_addr().unwrap().port().to_string()));
    let mut agent = Agent::start(&user);
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
    assert!(taken.iter().all(|listener| listener.set_nonblocking(true).is_ok() && listener.accept().is_err()));
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn without_a_daemon_and_without_the_right_to_start_one_the_agent_is_told() {
    let user = user(&Fake::start(Scenario::default()));
    let mut agent = Agent::over(user.command(["shim", "--no-autostart"]));
    let error = agent.document("version", &json!({}))["error"].clone();
    assert_eq!(error["code"], "NO_DAEMON", "{error:#}");
    assert!(error["hints"][0].as_str().unwrap().contains("exai daemon"), "{error:#}");
    assert_eq!(daemon_of(&user), None);
}

#[test]
fn what_can_do_without_a_daemon_starts_none() {
    let user = User::new().set("EXAI_WS_PORT", "0").set("EXAI_UNUSED_S", "0.5");
    let mut agent = Agent::start(&user);
    let resources = agent.ask("resources/list", &json!({}))["result"]["resources"].clone();
    assert_eq!((resources[0]["uri"].as_str(), resources.as_array().unwrap().len()), (Some("exai://models"), 1));
    for (argument, of) in [
        ("id", json!({"type": "ref/resource", "uri": "exai://call/{id}"})),
        ("continuation_id", json!({"type": "ref/prompt", "name": "chat"})),
    ] {
        let completed =
            agent.ask("completion/complete", &json!({"ref": of, "argument": {"name": argument, "value": ""}}));
        assert_eq!(completed["result"]["completion"]["values"], json!([]), "{completed}");
    }
    for list in ["tools/list", "prompts/list", "resources/templates/list"] {
        assert!(agent.ask(list, &json!({})).get("result").is_some());
    }
    assert!(agent.ask("resources/read", &json!({"uri": "exai://models"})).get("result").is_some());
    assert_eq!(daemon_of(&user), None);
    agent.document("version", &json!({}));
    let resources = agent.ask("resources/list", &json!({}))["result"]["resources"].clone();
    assert_eq!(resources.as_array().unwrap().len(), 2, "of the one that runs, the call is told: {resources}");
}

#[test]
fn an_agent_goes_on_after_the_token_was_exchanged() {
    let user = User::new().set("EXAI_WS_PORT", "0").set("EXAI_UNUSED_S", "0.5");
    let mut agent = Agent::start(&user);
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
    user.run(&["daemon", "rotate-token"]).exits(0);
    user.run(&["daemon", "stop"]).exits(0);
    assert_eq!(agent.document("version", &json!({}))["status"], "success");
}

#[test]
fn a_list_of_tools_that_the_daemon_has_otherwise_is_told_and_shown() {
    let user = user(&Fake::start(Scenario::default()));
    let mut daemon = crate::support::daemon::Daemon::command(&user);
    daemon.env("DISABLED_TOOLS", "tracer");
    let daemon = crate::support::daemon::Daemon::start_as(daemon, &user);
    let mut agent = Agent::start(&user);
    let names = |agent: &mut Agent| {
        let list = agent.ask("tools/list", &json!({}));
        let tools = list["result"]["tools"].as_array().unwrap().clone();
        tools.into_iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(&mut agent).contains(&"tracer".to_owned()), "at once, as the program knows it");
    agent.document("version", &json!({}));
    until("the daemon's own list", || (!names(&mut agent).contains(&"tracer".to_owned())).then_some(()));
    // The next daemon has another one, as after an upgrade.
    daemon.stop().exits(0);
    let _next = crate::support::daemon::Daemon::start(&user);
    agent.document("version", &json!({}));
    until("the next daemon's list", || names(&mut agent).contains(&"tracer".to_owned()).then_some(()));
}

#[test]
fn what_is_no_tool_is_no_call() {
    let user = user(&Fake::start(Scenario::default()));
    let mut agent = Agent::start(&user);
    agent.call("a", "debgu", &json!({}));
    assert_eq!(agent.answer("a")["error"]["code"], -32602);
    assert_eq!(user.run(&["calls", "list", "--json"]).exits(0).json(), json!([]));
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}

#[cfg(unix)]
#[test]
fn no_path_leads_an_agent_out_of_its_project_and_nothing_is_asked() {
    let fake = Fake::start(Scenario::default());
    let user = user(&fake);
    let secret = user.project().parent().unwrap().join("secret.txt");
    std::fs::write(&secret, "hidden\n").unwrap();
    std::os::unix::fs::symlink(&secret, user.project().join("src/link.txt")).unwrap();
    std::os::unix::fs::symlink("/", user.project().join("src/root")).unwrap();
    let fifo = user.project().join("src/fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut agent = Agent::start(&user);
    for path in [
        "../secret.txt",
        "src/../../secret.txt",
        secret.to_str().unwrap(),
        "src/link.txt",
        "src/root/etc/passwd",
        "/etc/passwd",
        "~/secret.txt",
        "$HOME/secret.txt",
        "/dev/zero",
        "/proc/self/environ",
        "src/fifo",
        "src/queue.rs\0.txt",
        "",
    ] {
        for arguments in
            [json!({"prompt": "read it", "files": [path]}), json!({"prompt": "look at it", "images": [path]})]
        {
            agent.call("a", "chat", &arguments);
            let answer = agent.answer("a");
            assert_eq!(answer["result"]["isError"], true, "{path:?}: {answer:#}");
            assert!(!answer.to_string().contains("hidden"), "{path:?}: {answer:#}");
        }
    }
    assert_eq!(fake.requests().len(), 0);
    drop(agent);
    user.run(&["daemon", "stop"]).exits(0);
}
