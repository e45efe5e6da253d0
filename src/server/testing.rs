//! A daemon in front of the fake providers, and clients that speak its protocol frame by frame; for tests only.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use exai_fake::{Fake, Scenario};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::task::TaskTracker;

use super::{Deps, Listeners, Shutdown, run};
use crate::backend::House;
use crate::config::{Config, Environment, Sources};
use crate::coordination::DaemonLock;
use crate::error::Result;
use crate::gateway::testing::in_time;

pub(crate) const TOKEN: &str = "a token that is long enough";

/// A daemon with every port, over a state directory of its own.
pub(crate) struct TestDaemon {
    pub(crate) house: Arc<House>,
    pub(crate) fake: Fake,
    pub(crate) ports: [SocketAddr; 4],
    pub(crate) shutdown: Shutdown,
    pub(crate) dir: TempDir,
    tasks: TaskTracker,
    task: JoinHandle<Result<()>>,
}

impl TestDaemon {
    pub(crate) async fn start(scenario: Scenario) -> Self {
        Self::with(scenario, &[]).await
    }

    /// A daemon that is configured by these variables too.
    pub(crate) async fn with(scenario: Scenario, variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let fake = Fake::start(scenario);
        let pairs = vec![
            ("HOME", dir.path().display().to_string()),
            ("GLM_API_KEY", "test-key-glm".to_owned()),
            ("GLM_API_URL", fake.glm_url()),
            ("KIMI_API_KEY", "test-key-kimi".to_owned()),
            ("KIMI_API_URL", fake.kimi_url()),
        ];
        let given = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let sources =
            Sources { environment: Environment::from_pairs(pairs.into_iter().chain(given)), ..Sources::default() };
        let config = Config::load(&sources).unwrap().config;
        let house = House::open(&config).await.unwrap();
        let listener = || async { TcpListener::bind("127.0.0.1:0").await.unwrap() };
        let listeners = Listeners {
            main: listener().await,
            page: Some(listener().await),
            health: Some(listener().await),
            metrics: Some(listener().await),
        };
        let addresses = super::addresses(&listeners);
        let ports = std::array::from_fn(|index| addresses[index].1);
        let shutdown = Shutdown::default();
        let deps = Deps {
            house: Arc::clone(&house),
            token: TOKEN.to_owned(),
            lock: Some(DaemonLock::take(&config.state_dir).unwrap()),
            reread: Box::new(move || Config::load(&sources).map(|loaded| loaded.config)),
            watch: None,
            autostarted: false,
        };
        let tasks = TaskTracker::new();
        let task = tasks.spawn(run(listeners, deps, shutdown.clone()));
        Self { house, fake, ports, shutdown, dir, tasks, task }
    }

    pub(crate) fn state_dir(&self) -> std::path::PathBuf {
        self.house.config().state_dir.clone()
    }

    /// A client that has said hello.
    pub(crate) async fn peer(&self) -> Peer {
        self.peer_with(json!({})).await
    }

    /// The same, with more in its hello.
    pub(crate) async fn peer_with(&self, more: Value) -> Peer {
        Self::greet(self.stranger().await, more).await
    }

    /// A client with little room for what it has not read.
    pub(crate) async fn narrow_peer(&self) -> Peer {
        Self::greet(Peer::narrow(self.ports[0]).await, json!({})).await
    }

    /// Says hello for a client.
    pub(crate) async fn greet(mut peer: Peer, more: Value) -> Peer {
        let mut hello = json!({"op": "hello", "token": TOKEN, "protocol": 1});
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        peer.send(&hello).await;
        peer.welcome = peer.next().await;
        assert_eq!(peer.welcome["ok"], true, "{}", peer.welcome);
        peer
    }

    /// A client that has said nothing yet.
    pub(crate) async fn stranger(&self) -> Peer {
        Peer::connect(self.ports[0], "/").await.unwrap()
    }

    /// Waits until the daemon has ended by itself.
    pub(crate) async fn ended(self) -> (Arc<House>, TempDir) {
        in_time(self.task).await.unwrap().unwrap();
        self.tasks.close();
        self.house.close().await;
        (self.house, self.dir)
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        self.shutdown.drain.cancel();
        self.shutdown.now.cancel();
        drop(self.ended().await);
    }
}

/// One client.
pub(crate) struct Peer {
    pub(crate) socket: WebSocketStream<TcpStream>,
    /// The answer to its hello.
    pub(crate) welcome: Value,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr, path: &str) -> Result<Self, tungstenite::Error> {
        let stream = TcpStream::connect(address).await?;
        Self::over(stream, address, path).await
    }

    /// A client with little room for what it has not read.
    pub(crate) async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        Self::over(stream, address, "/").await.unwrap()
    }

    async fn over(stream: TcpStream, address: SocketAddr, path: &str) -> Result<Self, tungstenite::Error> {
        stream.set_nodelay(true)?;
        let limits = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let url = format!("ws://{address}{path}");
        let (socket, _) = client_async_with_config(url, stream, Some(limits)).await?;
        Ok(Self { socket, welcome: Value::Null })
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.socket.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(text.as_str()).unwrap(),
            other => panic!("{other:?} in place of a frame"),
        }
    }

    async fn message(&mut self) -> Message {
        in_time(async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(message)) => return message,
                    end => panic!("the connection ended: {end:?}"),
                }
            }
        })
        .await
    }

    /// Reads frames until one of this operation comes.
    pub(crate) async fn until(&mut self, op: &str) -> Value {
        self.until_that(|frame| frame["op"] == op).await
    }

    /// Reads frames until one of this operation comes for this request.
    pub(crate) async fn until_for(&mut self, op: &str, request_id: &str) -> Value {
        self.until_that(|frame| frame["op"] == op && frame["request_id"] == request_id).await
    }

    pub(crate) async fn until_that(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        // In all, not for each frame: a call that waits for ever says so again and again.
        let found = async {
            loop {
                let frame = self.next().await;
                if wanted(&frame) {
                    return frame;
                }
            }
        };
        in_time(found).await
    }

    /// Reads to the end; the code and reason of the close.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.message().await {
                Message::Close(Some(close)) => return (close.code.into(), close.reason.to_string()),
                Message::Close(None) => return (1005, String::new()),
                _ => {}
            }
        }
    }

    /// Asks for one thing and waits for its answer.
    pub(crate) async fn ask(&mut self, frame: Value) -> Value {
        let op = format!("{}_res", frame["op"].as_str().unwrap());
        self.send(&frame).await;
        self.until(&op).await
    }

    /// Calls a tool and waits for its result.
    pub(crate) async fn call(&mut self, request_id: &str, tool: &str, arguments: Value) -> Value {
        self.begin(request_id, tool, arguments).await;
        self.until_for("call_tool_res", request_id).await
    }

    /// Calls a tool and waits for nothing.
    pub(crate) async fn begin(&mut self, request_id: &str, tool: &str, arguments: Value) {
        let frame = json!({"op": "call_tool", "request_id": request_id, "name": tool, "arguments": arguments});
        self.send(&frame).await;
    }
}

/// One request over plain HTTP: the status and the body.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(address).await.unwrap();
    let host = headers
        .iter()
        .find(|(name, _)| *name == "Host")
        .map_or_else(|| address.to_string(), |(_, host)| (*host).to_owned());
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers.iter().filter(|(name, _)| *name != "Host") {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    in_time(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Writes a file somewhere.
pub(crate) fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
