//! The program's own client at the daemon: what goes in and comes out is what a call in process does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use exai_fake::Scenario;
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::backend::{Address, Backend, CallHandle, Remote, RemoteSettings};
use crate::config::Secret;
use crate::error::ErrorCode;
use crate::evidence::LocalWorkspace;
use crate::gateway::testing::in_time;
use crate::protocol::wire::{Admin, Client, Topic};
use crate::protocol::{
    CallFilter, CallOptions, CallRequest, CallState, Envelope, Live, SessionId, Snapshot, ThreadChoice, Timing, Told,
    UsageBy,
};
use crate::server::testing::{TOKEN, TestDaemon, write};

fn settings(address: Address) -> RemoteSettings {
    RemoteSettings {
        address,
        token: Some(Secret::new(TOKEN)),
        client: Client { name: "test".to_owned(), version: "1".to_owned() },
        roots: vec!["/".to_owned()],
        profile: None,
        patience: Duration::from_secs(30),
        state_dir: None,
    }
}

async fn connect(daemon: &TestDaemon) -> Remote {
    in_time(Remote::connect(settings(daemon.ports[0].into()))).await.unwrap()
}

async fn begin(backend: &dyn Backend, tool: &str, arguments: Value, project: &std::path::Path) -> CallHandle {
    let Value::Object(arguments) = arguments else { panic!("{arguments}") };
    let root = project.canonicalize().unwrap();
    let workspace = LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[]).unwrap();
    let options = CallOptions { fresh: true, ..CallOptions::default() };
    let request = CallRequest { tool: tool.to_owned(), arguments, options };
    in_time(backend.call(request, Arc::new(workspace))).await.unwrap()
}

/// What is told of a call: the kinds of its events and its text.
async fn told(handle: &mut CallHandle) -> (Vec<String>, String) {
    let (mut kinds, mut text) = (Vec::new(), String::new());
    while let Some(told) = in_time(handle.news.next()).await {
        match told {
            Told::Event(event) => kinds.push(event.kind.to_string()),
            Told::Live(Live::Delta { text: more }) => text.push_str(&more),
            Told::Live(Live::Heartbeat { .. }) => {}
        }
    }
    (kinds, text)
}

/// Without what differs from call to call.
fn comparable(envelope: &Envelope) -> Value {
    let mut envelope = envelope.clone();
    envelope.timing = Timing::default();
    let text = serde_json::to_string(&envelope).unwrap().replace(envelope.call_id.as_str(), "CALL");
    let text = envelope.thread_id.map_or(text.clone(), |thread| text.replace(thread.as_str(), "THREAD"));
    serde_json::from_str(&text).unwrap()
}

/// All that is told of a call and its result, without what differs from call to call.
async fn in_full(mut handle: CallHandle) -> (Vec<String>, String, Value) {
    let (kinds, mut text) = told(&mut handle).await;
    let result = in_time(handle.result()).await;
    if let Some(thread) = &result.thread_id {
        text = text.replace(thread.as_str(), "THREAD");
    }
    (kinds, text, comparable(&result))
}

#[tokio::test]
async fn a_call_at_the_daemon_is_the_call_in_process() {
    let project = tempfile::tempdir().unwrap();
    write(project.path(), "src/cache.rs", "fn fill() {}\n");
    for (tool, arguments) in [
        ("chat", json!({"prompt": "Why?", "files": ["src"], "model": "glm-4.6"})),
        ("debug", json!({"findings": "It fails.", "relevant_files": ["src/cache.rs"], "model": "glm-4.6"})),
        ("debug", json!({"findings": "It fails.", "relevant_files": ["src"], "next_step_required": true})),
        ("analyze", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("codereview", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("consensus", json!({"step": "Fill it first?", "models": ["glm-4.6"], "relevant_files": ["src"]})),
        ("consensus", json!({"step": "Fill it first?", "models": ["glm-4.6:for", "glm-4.6:against"]})),
        ("docgen", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("planner", json!({"step": "Fill it first."})),
        ("precommit", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("refactor", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("secaudit", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("testgen", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("thinkdeep", json!({"findings": "It fails.", "relevant_files": ["src"]})),
        ("tracer", json!({"target_description": "fill", "trace_mode": "dependencies", "relevant_files": ["src"]})),
        ("chat", json!({"prompt": "Why?", "files": ["not-there.rs"]})),
        ("chat", json!({"prompt": 7})),
        ("version", json!({})),
        ("nothing", json!({})),
    ] {
        let daemon = TestDaemon::start(Scenario::answer("Because of the cache.")).await;
        let remote = connect(&daemon).await;
        let local = daemon.house.door("default", &SessionId::new());
        let there = begin(&remote, tool, arguments.clone(), project.path()).await;
        let there = in_full(there).await;
        let here = begin(&local, tool, arguments, project.path()).await;
        let here = in_full(here).await;
        assert_eq!(there, here, "{tool}");
        in_time(remote.close()).await;
        daemon.stop().await;
    }
}

#[tokio::test]
async fn files_that_fill_several_answers_arrive_whole() {
    let project = tempfile::tempdir().unwrap();
    let large: BTreeMap<String, String> =
        (0..12).map(|number| (format!("{number}.txt"), format!("{number}\n").repeat(300_000))).collect();
    for (name, text) in &large {
        write(project.path(), name, &text[..900_000.min(text.len())]);
    }
    let daemon = TestDaemon::start(Scenario::answer("Seen.")).await;
    let remote = connect(&daemon).await;
    let arguments = json!({"findings": "f", "relevant_files": ["."], "use_assistant_model": false});
    let handle = begin(&remote, "debug", arguments, project.path()).await;
    let result = in_time(handle.result()).await;
    assert_eq!(result.coverage.selected.len(), 12, "{:?}", result.error);
    in_time(remote.close()).await;
    daemon.stop().await;
}

/// A way to the daemon that can be cut.
struct Cable {
    address: std::net::SocketAddr,
    cut: watch::Sender<u32>,
    tasks: TaskTracker,
}

impl Cable {
    async fn to(daemon: &TestDaemon) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, broken) = watch::channel(0);
        let target = daemon.ports[0];
        let tasks = TaskTracker::new();
        let wires = tasks.clone();
        tasks.spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut broken = broken.clone();
                broken.mark_unchanged();
                wires.spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = broken.changed() => {}
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                    }
                });
            }
        });
        Self { address, cut, tasks }
    }

    fn cut(&self) {
        assert!(!self.tasks.is_empty());
        self.cut.send_modify(|count| *count += 1);
    }
}

#[tokio::test]
async fn a_call_survives_a_cable_that_is_cut_again_and_again() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let cable = Cable::to(&daemon).await;
    let remote = in_time(Remote::connect(settings(cable.address.into()))).await.unwrap();
    let project = tempfile::tempdir().unwrap();
    let arguments = json!({"prompt": "Why?", "model": "glm-4.6"});
    let mut handle = begin(&remote, "chat", arguments, project.path()).await;
    for _ in 0..5 {
        cable.cut();
        // The connection is up again when it answers.
        let health = async {
            while remote.health().await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        in_time(health).await;
    }
    daemon.fake.open("go");
    let (kinds, text) = told(&mut handle).await;
    let result = in_time(handle.result()).await;
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
    assert_eq!(text.trim(), result.text.trim());
    assert_eq!(kinds.len(), 4, "each event once: {kinds:?}");
    assert_eq!(daemon.fake.requests().len(), 1);
    in_time(remote.close()).await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_call_is_cancelled_by_its_handle_and_by_its_id() {
    let daemon = TestDaemon::start(Scenario::load("slow_gate")).await;
    let project = tempfile::tempdir().unwrap();
    let remote = connect(&daemon).await;
    for by_id in [false, true] {
        let arguments = json!({"prompt": format!("Why? {by_id}"), "model": "glm-4.6"});
        let handle = begin(&remote, "chat", arguments, project.path()).await;
        let id = handle.id.to_string();
        if by_id {
            assert_eq!(in_time(remote.cancel(&id)).await.unwrap().state, CallState::Running);
        } else {
            handle.cancel();
        }
        let result = in_time(handle.result()).await;
        assert_eq!((result.state, result.exit.code), (CallState::Cancelled, 130));
        let attached = in_time(in_time(remote.attach(&id)).await.unwrap().result()).await;
        assert_eq!(attached.state, CallState::Cancelled);
    }
    in_time(remote.close()).await;
    daemon.stop().await;
}

#[tokio::test]
async fn everything_that_can_be_asked_is_answered() {
    let daemon = TestDaemon::start(Scenario::answer("Because.")).await;
    let project = tempfile::tempdir().unwrap();
    let remote = connect(&daemon).await;
    let mut news = remote.subscribe(&[Topic::Snapshot, Topic::Events], None).await.unwrap();
    let handle = begin(&remote, "chat", json!({"prompt": "Why?"}), project.path()).await;
    let id = handle.id.to_string();
    let result = in_time(handle.result()).await;
    let thread = result.thread_id.clone().unwrap();
    assert_eq!(remote.list_calls(CallFilter { limit: 5, ..CallFilter::default() }).await.unwrap().len(), 1);
    assert_eq!(remote.get_call(&id).await.unwrap().result, result);
    assert_eq!(remote.get_call("0-not-there").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(remote.attach("0-not-there").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(remote.get_thread(thread.as_str()).await.unwrap().messages.len(), 2);
    assert_eq!(remote.list_threads(5).await.unwrap().len(), 1);
    assert_eq!(remote.last_thread("/elsewhere").await.unwrap(), None);
    assert_eq!(remote.usage(UsageBy::Model, crate::clock::Timestamp::from_millis(0)).await.unwrap()[0].requests, 1);
    assert_eq!(remote.snapshot().await.unwrap().daemon.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(remote.delete_threads(ThreadChoice::Ids(vec![thread])).await.unwrap(), 1);
    assert!(remote.health().await.unwrap().is_object());
    assert!(remote.list_tools(None).await.unwrap().tools.iter().any(|tool| tool.name == "chat"));
    assert!(remote.admin(Admin::LoginCode).await.unwrap().code.is_some());
    assert_eq!(remote.rotate_token(TOKEN, "short").await.unwrap_err().code, ErrorCode::InvalidRequest);
    let mut heard = std::collections::BTreeSet::new();
    while heard.len() < 2 {
        let bulletin = in_time(news.next()).await.unwrap();
        if bulletin.topic == Topic::Snapshot {
            bulletin.read::<Snapshot>().unwrap();
        }
        heard.insert(bulletin.topic);
    }
    let own = crate::backend::config_id(&daemon.house.config(), TOKEN);
    assert_eq!((remote.welcome().config_id.len(), &remote.welcome().config_id), (2, &own));
    in_time(remote.close()).await;
    daemon.stop().await;
}
