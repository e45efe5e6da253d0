use std::time::Duration;

use serde_json::{Value, json};

use super::super::testing::{Port, in_time};
use crate::backend::Backend;
use crate::clock::Timestamp;
use crate::config::Profile;
use crate::error::ErrorCode;
use crate::protocol::wire::{Admin, Topic};
use crate::protocol::{CallState, ThreadChoice, UsageBy};

#[tokio::test(start_paused = true)]
async fn each_question_has_its_own_name_and_answer() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let serve = async {
        let asked =
            peer.answers("get_call", json!({"ok": false, "error": {"code": "NOT_FOUND", "message": "no call"}}));
        assert_eq!(asked.await["id"], "0199");
        peer.answers("cancel", json!({"ok": true, "call_id": "c", "state": "running"})).await;
        let asked = peer.answers("usage", json!({"ok": true, "rows": []})).await;
        assert_eq!(asked["by"], "day");
        let asked = peer.answers("delete_threads", json!({"ok": true, "deleted": 3})).await;
        assert_eq!(asked["which"], "all");
        let asked = peer.answers("list_threads", json!({"ok": true, "threads": []})).await;
        assert_eq!(asked["limit"], 7);
        let asked = peer.answers("last_thread", json!({"ok": true, "thread_id": null})).await;
        assert_eq!(asked["root"], "/project");
        peer.answers("health", json!({"ok": true, "health": {"sessions": 1}})).await;
        let asked = peer.answers("admin", json!({"ok": true, "code": "1234"})).await;
        assert_eq!(
            (&asked["action"], &asked["name"], &asked["limit"]),
            (&json!("set_limit"), &json!("glm"), &json!(4))
        );
        let asked = peer.answers("rotate_token", json!({"ok": false, "error": "too_short"})).await;
        assert_eq!((&asked["old"], &asked["new"]), (&json!("old"), &json!("new")));
        let tool = json!({"name": "chat", "title": "t", "description": "d", "inputSchema": {}});
        let asked = peer.answers("list_tools", json!({"tools": [tool]})).await;
        assert_eq!(asked["profile"], "core");
    };
    let ask = async {
        assert_eq!(remote.get_call("0199").await.unwrap_err().code, ErrorCode::NotFound);
        assert_eq!(remote.cancel("c").await.unwrap().state, CallState::Running);
        assert_eq!(remote.usage(UsageBy::Day, Timestamp::now()).await.unwrap(), []);
        assert_eq!(remote.delete_threads(ThreadChoice::All).await.unwrap(), 3);
        assert_eq!(remote.list_threads(7).await.unwrap(), []);
        assert_eq!(remote.last_thread("/project").await.unwrap(), None);
        assert_eq!(remote.health().await.unwrap()["sessions"], 1);
        let limit = Admin::SetLimit { name: "glm".to_owned(), limit: 4 };
        assert_eq!(remote.admin(limit).await.unwrap().code.as_deref(), Some("1234"));
        assert_eq!(remote.rotate_token("old", "new").await.unwrap_err().code, ErrorCode::InvalidRequest);
        assert_eq!(remote.list_tools(Some(Profile::Core)).await.unwrap().tools[0].name, "chat");
    };
    tokio::join!(ask, serve);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let keep_up = async { while peer.next().await.is_some() {} };
    let error = tokio::select! {
        answer = in_time(remote.snapshot()) => answer.unwrap_err(),
        () = keep_up => panic!("the connection broke"),
    };
    assert_eq!(error.code, ErrorCode::Timeout);
}

#[tokio::test(start_paused = true)]
async fn news_come_until_nobody_wants_them_and_go_on_after_a_break() {
    let port = Port::new();
    let (remote, mut peer) = port.connect().await;
    let topics = [Topic::Snapshot, Topic::Events];
    let mut news = remote.subscribe(&topics, Some(Duration::from_millis(500))).await.unwrap();
    let asked = peer.hears("subscribe").await;
    assert_eq!((&asked["topics"], &asked["interval_ms"]), (&json!(["snapshot", "events"]), &json!(500)));
    peer.says(json!({"op": "event", "seq": 1})).await;
    let first = in_time(news.next()).await.unwrap();
    assert_eq!((first.topic, first.read::<Value>().unwrap()["seq"].as_u64()), (Topic::Events, Some(1)));

    drop(peer);
    let (mut peer, _) = port.welcome(true).await;
    assert_eq!(peer.hears("subscribe").await["topics"], json!(["snapshot", "events"]));
    for seq in 0..300 {
        peer.says(json!({"op": "snapshot", "seq": seq})).await;
    }
    // Whatever came before this answer has been handed out.
    let (_, _) = tokio::join!(remote.health(), peer.answers("health", json!({"ok": true, "health": {}})));
    assert_eq!(news.dropped(), 300 - 256);

    drop(news);
    peer.says(json!({"op": "event", "seq": 2})).await;
    assert_eq!(peer.hears("unsubscribe").await["topics"], json!(["events"]));
}
