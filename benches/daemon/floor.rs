//! The floors: servers that read a frame or a body as JSON, do the I/O of a call and answer with a kilobyte, and nothing
//! else. One thread for the sockets, one for the journal.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;

use crate::processes::Bare;
use crate::{client, http};

/// The first argument of a process that is a floor.
pub(crate) const WORD: &str = "floor";
/// Rows in one commit at the most.
const BATCH: usize = 256;

/// Serves until the process is killed.
pub(crate) fn main(what: &str, rest: &[String]) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if what == "call" {
        return runtime.block_on(Bare::parse_from(std::iter::once(WORD).chain(rest.iter().map(String::as_str))).ask());
    }
    if what == "bridge" {
        return runtime.block_on(crate::shim::bridge(rest.first().context("no address")?));
    }
    let upstream = || rest.first().context("no upstream");
    let floor = Arc::new(match what {
        "echo" => Floor { journal: None, gateway: None },
        "journal" | "http" => Floor { journal: Some(Journal::open()?), gateway: None },
        "gateway" => Floor { journal: Some(Journal::open()?), gateway: Some(Gateway::to(upstream()?)?) },
        other => anyhow::bail!("no floor is called {other}"),
    });
    let is_http = what == "http";
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let tasks = TaskTracker::new();
        loop {
            let (stream, _) = listener.accept().await?;
            let floor = Arc::clone(&floor);
            // A client that is gone ends its connection.
            tasks.spawn(async move {
                if is_http { http::serve(&floor, stream).await.ok() } else { floor.converse(stream).await.ok() }
            });
        }
    })
}

#[derive(Debug, Deserialize)]
struct Asked<'a> {
    #[serde(borrow, default)]
    request_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(default)]
    stream: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    op: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<Cow<'a, str>>,
    ok: bool,
    text: &'a str,
}

#[derive(Debug)]
pub(crate) struct Floor {
    journal: Option<Journal>,
    gateway: Option<Gateway>,
}

impl Floor {
    async fn converse(&self, stream: TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(client::buffers())).await?;
        let text = "x".repeat(1_000);
        while let Some(Message::Text(frame)) = socket.next().await.transpose()? {
            let asked: Asked<'_> = serde_json::from_str(frame.as_str())?;
            let row = asked.arguments.map_or("{}", |arguments| arguments.get());
            self.keep(row, &text).await?;
            if let Some(gateway) = self.gateway.as_ref().filter(|_| row.len() > 2) {
                gateway.ask(row, asked.stream, &mut socket).await?;
                self.keep(row, &text).await?;
            }
            let answer = Answer { op: "call_tool_res", request_id: asked.request_id, ok: true, text: &text };
            socket.send(Message::Text(serde_json::to_string(&answer)?.into())).await?;
        }
        Ok(())
    }

    /// Puts a row into the journal, if there is one.
    pub(crate) async fn keep(&self, row: &str, text: &str) -> anyhow::Result<()> {
        let Some(journal) = &self.journal else { return Ok(()) };
        journal.keep(format!("{row} {text}")).await
    }
}

/// Hands a question on, and what comes back.
#[derive(Debug)]
struct Gateway {
    client: reqwest::Client,
    url: String,
}

impl Gateway {
    fn to(url: &str) -> anyhow::Result<Self> {
        Ok(Self { client: http_client()?, url: format!("{url}/chat/completions") })
    }

    async fn ask(
        &self,
        question: &str,
        is_streamed: bool,
        socket: &mut WebSocketStream<TcpStream>,
    ) -> anyhow::Result<()> {
        let mut response = self.client.post(&self.url).body(question.to_owned()).send().await?;
        while let Some(bytes) = response.chunk().await? {
            if is_streamed {
                let text = std::str::from_utf8(&bytes)?;
                let answer = Answer { op: "progress", request_id: None, ok: true, text };
                socket.send(Message::Text(serde_json::to_string(&answer)?.into())).await?;
            }
        }
        Ok(())
    }
}

/// A client that keeps its connections.
pub(crate) fn http_client() -> anyhow::Result<reqwest::Client> {
    // Nothing here is encrypted; the client wants to know how all the same.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).tcp_nodelay(true).no_proxy().build()?)
}

/// Rows that are on disk before anybody goes on; what queued while the last commit ran is the next one.
#[derive(Debug)]
struct Journal(mpsc::UnboundedSender<(String, oneshot::Sender<()>)>);

impl Journal {
    fn open() -> anyhow::Result<Self> {
        let store = Connection::open("floor.db")?;
        store.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        store.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")?;
        let (sender, rows) = mpsc::unbounded_channel();
        // It ends with the process.
        drop(std::thread::Builder::new().name("journal".to_owned()).spawn(move || write(&store, rows))?);
        Ok(Self(sender))
    }

    async fn keep(&self, row: String) -> anyhow::Result<()> {
        let (kept, is_kept) = oneshot::channel();
        self.0.send((row, kept)).ok().context("the journal is gone")?;
        Ok(is_kept.await?)
    }
}

fn write(store: &Connection, mut rows: mpsc::UnboundedReceiver<(String, oneshot::Sender<()>)>) -> rusqlite::Result<()> {
    let mut told = Vec::new();
    while let Some(first) = rows.blocking_recv() {
        store.execute_batch("BEGIN IMMEDIATE")?;
        let mut next = Some(first);
        while let Some((row, kept)) = next {
            store.prepare_cached("INSERT INTO row (text) VALUES (?)")?.execute([row])?;
            told.push(kept);
            next = if told.len() < BATCH { rows.try_recv().ok() } else { None };
        }
        store.execute_batch("COMMIT")?;
        told.drain(..).for_each(|kept: oneshot::Sender<()>| kept.send(()).unwrap_or_default());
    }
    Ok(())
}
