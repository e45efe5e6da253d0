//! A daemon that a client starts by itself: nobody's child, and gone when nobody needs it.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::User;
use crate::support::agent::Agent;
use crate::support::daemon::{Daemon, accepts, daemon_of, stranger, until};

/// The fields of `/proc/PID/stat` after the name: state, parent, group, session.
#[cfg(target_os = "linux")]
fn kinship(pid: u32) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_daemon_that_nobody_needs_ends_by_itself() {
    let user = User::new().set("EXAI_UNUSED_S", "0.2");
    let mut command = Daemon::command(&user);
    command.arg("--autostarted");
    let daemon = Daemon::start_as(command, &user);
    let address = daemon.address;
    daemon.finish().exits(0);
    assert_eq!((daemon_of(&user), accepts(address)), (None, false));
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_that_a_client_starts_is_not_taken_along_by_its_end() {
    let user = User::new();
    let mut command = Daemon::command(&user);
    command.args(["--autostarted", "--detach"]);
    // The daemon goes on writing there.
    assert!(command.stderr(Stdio::null()).status().unwrap().success());
    let info = until("a daemon that listens", || daemon_of(&user).filter(|info| info.address.is_some()));
    let [parent, group, session] = [1, 2, 3].map(|index| kinship(info.pid)[index].clone());
    let own = kinship(std::process::id());
    assert_ne!(parent, std::process::id().to_string(), "it has no parent that ends it");
    assert!(group != own[2] && session != own[3], "it has a group and a session of its own");
    assert_ne!(session, info.pid.to_string(), "and can get no terminal, as the leader of a session could");
    assert_eq!(std::fs::read_link(format!("/proc/{}/cwd", info.pid)).unwrap().as_os_str(), "/");
    user.run(&["daemon", "stop"]).exits(0);
}

#[test]
fn fifty_agents_at_once_start_one_daemon() {
    // A daemon that none of fifty processes, on a machine that does more, reaches in so long has reason to end.
    let user = User::new().set("EXAI_WS_PORT", "0").set("EXAI_UNUSED_S", "5");
    let agents: Vec<Agent> = std::thread::scope(|scope| {
        let ask = || {
            let mut agent = Agent::start(&user);
            assert_eq!(agent.document("version", &json!({}))["status"], "success");
            agent
        };
        let asked: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|agent| agent.join().unwrap()).collect()
    });
    let info = daemon_of(&user).unwrap();
    let turns = std::fs::read_to_string(user.state_dir().join("autostart.lock")).unwrap();
    let turns: Value = serde_json::from_str(&turns).unwrap();
    assert_eq!((&turns["starts"], &turns["failure"]), (&1.into(), &Value::Null), "it was started once");
    let alive = std::fs::read_dir(user.state_dir().join("instances")).unwrap().count();
    assert_eq!(alive, 1, "one process has the house open");
    drop(agents);
    until("the end of a daemon that nobody needs", || daemon_of(&user).is_none().then_some(()));
    assert!(!accepts(info.address.unwrap()));
}

#[test]
fn an_agent_is_told_why_no_daemon_could_be_started() {
    let port = stranger();
    let user = User::new().set("EXAI_WS_PORT", &port);
    let answer = Agent::start(&user).ask("tools/call", &json!({"name": "version", "arguments": {}})).to_string();
    assert!(answer.contains(&format!("127.0.0.1:{port} is in use")) && answer.contains("EXAI_WS_PORT"), "{answer}");
}
