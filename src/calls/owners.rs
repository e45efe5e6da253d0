//! Two owners in one house: neither sees, waits for, ends or reads what is the other's.

use exai_fake::{Point, Reply, Route, Scenario};
use serde_json::{Value, json};

use super::testing::Desk;
use crate::error::ErrorCode;
use crate::gateway::testing::in_time;
use crate::protocol::{CallOptions, CallState, Envelope};

async fn call(desk: &Desk, owner: &str, tool: &str, arguments: Value) -> Envelope {
    in_time(desk.start_for(owner, tool, arguments, CallOptions::default()).unwrap().result()).await
}

#[track_caller]
fn refused(result: &Envelope) -> String {
    let error = result.error.as_ref().unwrap_or_else(|| panic!("{}", result.text));
    assert_eq!(error.code, ErrorCode::NotFound, "{error:?}");
    error.message.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_one_owner_are_nothing_to_the_other() {
    let held = Reply::answer("told to ann").contains("held").wait("go", Point::BeforeHeaders);
    let desk = Desk::to(Scenario::of([held, Reply::answer("told to ann")])).await;
    let ask = |prompt: &str| json!({"prompt": prompt, "model": "glm-5.3"});
    let ended = call(&desk, "ann", "chat", ask("ended-of-ann")).await;
    let running = desk.start_for("ann", "chat", ask("held-of-ann"), CallOptions::default()).unwrap();
    desk.door.fake.wait_until_held("go", 1);

    for (tool, arguments) in [("calls", json!({})), ("activity", json!({})), ("health", json!({}))] {
        let seen = serde_json::to_string(&call(&desk, "ben", tool, arguments).await).unwrap();
        for word in [ended.call_id.as_str(), running.id.as_str(), "of-ann", "told to ann"] {
            assert!(!seen.contains(word), "{tool} shows {word}: {seen}");
        }
    }
    for id in [&ended.call_id, &running.id] {
        for action in ["fetch", "wait", "cancel"] {
            let message = refused(&call(&desk, "ben", "calls", json!({"call_id": id, "action": action})).await);
            assert!(message.contains(id.as_str()), "{action}: {message}");
        }
    }
    let thread = ended.thread_id.unwrap();
    let taken = call(&desk, "ben", "chat", json!({"prompt": "go on", "continuation_id": thread})).await;
    refused(&taken);

    let listed = call(&desk, "ann", "calls", json!({"tool": "chat"})).await;
    assert_eq!(listed.data["count"], 2, "{}", listed.text);
    desk.door.fake.open("go");
    let result = in_time(running.result()).await;
    assert_eq!((result.state, result.text.trim()), (CallState::Succeeded, "told to ann"), "{:?}", result.error);
}

#[tokio::test]
async fn the_uploads_of_one_owner_are_nothing_to_the_other() {
    let desk = Desk::to(Scenario::answer("Read.")).await;
    desk.file("notes.txt", "the same words of both");
    let upload = |owner: &'static str| call(&desk, owner, "kimi_upload_files", json!({"files": ["notes.txt"]}));
    let id = |result: &Envelope| {
        assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
        result.data[0]["file_id"].as_str().unwrap_or_else(|| panic!("{:#}", result.data)).to_owned()
    };
    let (ann, ben) = (id(&upload("ann").await), id(&upload("ben").await));
    assert_ne!(ann, ben, "an upload is not shared, though the files are equal");
    assert_eq!(id(&upload("ann").await), ann, "but is not repeated either");
    let uploads = desk.door.fake.requests().iter().filter(|request| request.route == Some(Route::Upload)).count();
    assert_eq!(uploads, 2);

    let manage = |owner: &'static str, arguments: Value| call(&desk, owner, "kimi_manage_files", arguments);
    let listed = manage("ben", json!({"operation": "list"})).await.data;
    let ids: Vec<_> = listed["files"].as_array().unwrap().iter().map(|file| file["id"].clone()).collect();
    assert_eq!(ids, [json!(ben)]);
    refused(&manage("ben", json!({"operation": "delete", "file_id": ann})).await);
    let chat = |owner: &'static str, ids: Value| {
        call(&desk, owner, "kimi_chat_with_files", json!({"prompt": "what is it?", "file_ids": ids}))
    };
    let before = desk.door.fake.requests().len();
    refused(&chat("ben", json!([ben, ann])).await);
    assert_eq!(desk.door.fake.requests().len(), before, "nothing was fetched");
    manage("ben", json!({"operation": "cleanup_all"})).await;
    assert_eq!(chat("ann", json!([ann])).await.text.trim(), "Read.", "a clean-up takes the owner's own");
    refused(&chat("ben", json!([ben])).await);
}
