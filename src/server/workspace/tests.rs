//! Questions about git over a connection.

use exai_fake::Scenario;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::config::Rate;
use crate::gateway::testing::in_time;
use crate::protocol::wire::Hello;
use crate::server::outbox::Next;
use crate::server::session::Sessions;
use crate::server::testing::TestDaemon;

fn question() -> GitQuestion {
    let (base, head) = ("main".to_owned(), "HEAD".to_owned());
    GitQuestion::Range { path: ".".to_owned(), only: Vec::new(), base, head, text: true }
}

/// A session of a client whose files can be asked for, and how it says so.
fn caller(daemon: &TestDaemon) -> (Arc<Session>, Hello) {
    let (sessions, address) = (Sessions::default(), daemon.ports[0]);
    let make = |id: &_| daemon.house.door("default", id);
    let limits = (8, Duration::from_mins(1));
    let (session, _) = sessions.open(None, "default", limits, Rate::Off, address, make).unwrap();
    (session, Hello { workspace: true, ..Hello::default() })
}

#[tokio::test]
async fn what_changed_in_a_repository_is_asked_of_the_caller() {
    let daemon = TestDaemon::start(Scenario::load("answer")).await;
    let (session, hello) = caller(&daemon);
    let link = Arc::new(Link::new(daemon.ports[0], &hello, CancellationToken::new()));
    session.connect(&link, &hello);
    let files = CallersFiles { session, call_id: CallId::new(), root: "/far/away".to_owned() };
    let changes = Changes { repository: "away".to_owned(), ..Changes::default() };
    for (answer, expected) in [
        (json!({"ok": true, "results": [changes]}), Ok("away")),
        (json!({"ok": true, "results": []}), Err("0 results")),
        (json!({"ok": true, "results": [{"repository": 7}]}), Err("the caller's answer")),
        (
            json!({"ok": false, "error": {"code": "VALIDATION_ERROR", "message": "it is bare", "kind": "usage"}}),
            Err("it is bare"),
        ),
    ] {
        let reply = async {
            let Next::Send(frames) = link.outbox.next().await else { panic!("closed") };
            let frame: Value = serde_json::from_str(&frames[0]).unwrap();
            assert_eq!((&frame["do"], &frame["git"]), (&json!("git"), &json!(question())), "{frame}");
            let id = frame["id"].as_u64().unwrap();
            let mut answer = answer.clone();
            answer["op"] = json!("workspace_res");
            answer["id"] = json!(id);
            link.answered(id, answer.to_string());
        };
        let asked = question();
        let (answer, ()) = in_time(async { tokio::join!(files.git(&asked), reply) }).await;
        match (answer, expected) {
            (Ok(changes), Ok(repository)) => assert_eq!(changes.repository, repository),
            (Err(error), Err(why)) => assert!(error.message.contains(why), "{error}"),
            (answer, _) => panic!("{answer:?}"),
        }
    }
    daemon.stop().await;
}

/// Answers the next question over `link`, about a repository of that name.
async fn reply(link: &Link, repository: &str) {
    let Next::Send(frames) = link.outbox.next().await else { panic!("closed") };
    let frame: Value = serde_json::from_str(&frames[0]).unwrap();
    let changes = Changes { repository: repository.to_owned(), ..Changes::default() };
    let answer = json!({"op": "workspace_res", "id": frame["id"], "ok": true, "results": [changes]});
    link.answered(frame["id"].as_u64().unwrap(), answer.to_string());
}

#[tokio::test]
async fn a_caller_who_is_away_is_waited_for_and_asked_again_when_it_is_back() {
    let daemon = TestDaemon::start(Scenario::load("answer")).await;
    let (session, hello) = caller(&daemon);
    let link = || Arc::new(Link::new(daemon.ports[0], &hello, CancellationToken::new()));
    let files = CallersFiles { session: Arc::clone(&session), call_id: CallId::new(), root: "/far/away".to_owned() };
    let asked = question();
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let error = files.git(&asked).await.unwrap_err();
    assert_eq!((error.code, began.elapsed().as_secs()), (ErrorCode::Interrupted, AWAY.as_secs()), "{error}");

    let (first, second) = (link(), link());
    let comes_back = async {
        tokio::time::sleep(AWAY / 2).await;
        session.connect(&first, &hello);
        // It hears the question, and is gone before it has answered.
        assert!(matches!(first.outbox.next().await, Next::Send(_)));
        first.end.cancel();
        tokio::time::sleep(AWAY / 2).await;
        session.connect(&second, &hello);
        reply(&second, "back").await;
    };
    let (changes, ()) = tokio::join!(files.git(&asked), comes_back);
    assert_eq!(changes.unwrap().repository, "back");
    tokio::time::resume();
    daemon.stop().await;
}

#[tokio::test]
async fn a_daemon_without_roots_asks_no_git_of_its_own() {
    let files = OwnFiles { allowed: Vec::new(), wanted: Vec::new(), root: String::new(), files: OnceCell::new() };
    let error = files.git(&question()).await.unwrap_err();
    assert!(error.message.contains("may read no files by itself"), "{error}");
}
