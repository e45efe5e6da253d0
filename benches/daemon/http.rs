//! A call without a model by `POST /mcp` on connections that are kept, of both generations of the protocol; beside a bare
//! server that reads the body, commits a row and answers.

use std::borrow::Cow;

use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::client::{Asks, in_turns};
use crate::figures::Table;
use crate::floor::{Floor, http_client};
use crate::server::{Server, TOKEN};

/// Connections, and calls in a round.
const LOADS: [(usize, usize); 2] = [(1, 400), (64, 6_400)];
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const OLDER: &str = "2025-11-25";
const NEWEST: &str = "2026-07-28";

#[derive(Debug, Deserialize)]
struct Posted<'a> {
    id: u64,
    #[serde(borrow)]
    params: Params<'a>,
}

#[derive(Debug, Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    arguments: &'a RawValue,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    jsonrpc: &'a str,
    id: u64,
    result: Cow<'a, str>,
}

/// The floor on one connection.
pub(crate) async fn serve(floor: &Floor, stream: TcpStream) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let text = "x".repeat(1_000);
    let service = service_fn(|request| answer(floor, &text, request));
    Ok(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await?)
}

async fn answer(floor: &Floor, text: &str, request: Request<Incoming>) -> anyhow::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await?.to_bytes();
    let posted: Posted<'_> = serde_json::from_slice(&body)?;
    floor.keep(posted.params.arguments.get(), text).await?;
    let answer = serde_json::to_vec(&Answer { jsonrpc: "2.0", id: posted.id, result: text.into() })?;
    Ok(Response::builder().header(CONTENT_TYPE, "application/json").body(Full::new(answer.into()))?)
}

/// An agent on a connection of its own.
#[derive(Debug)]
struct Caller {
    client: reqwest::Client,
    url: String,
    headers: HeaderMap,
    /// What is in each request beside its own.
    meta: Option<Value>,
    /// Requests so far.
    sent: usize,
}

impl Caller {
    fn new(server: &Server) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {TOKEN}"))?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        Ok(Self { client: http_client()?, url: format!("http://{}/mcp", server.address), headers, meta: None, sent: 0 })
    }

    /// With a session, which begins here.
    async fn older(server: &Server) -> anyhow::Result<Self> {
        let mut caller = Self::new(server)?;
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": OLDER, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"},
        }});
        let greeted = caller.post(hello.to_string()).await?;
        let session = greeted.headers().get(&SESSION).context("no session")?.clone();
        greeted.bytes().await?;
        caller.headers.insert(SESSION, session);
        caller.headers.insert(VERSION, HeaderValue::from_static(OLDER));
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        caller.post(initialized.to_string()).await?.bytes().await?;
        Ok(caller)
    }

    /// Without a session: each request says all.
    fn newest(server: &Server) -> anyhow::Result<Self> {
        let mut caller = Self::new(server)?;
        caller.headers.insert(VERSION, HeaderValue::from_static(NEWEST));
        caller.headers.insert("mcp-method", HeaderValue::from_static("tools/call"));
        caller.headers.insert("mcp-name", HeaderValue::from_static("version"));
        caller.meta = Some(json!({
            "io.modelcontextprotocol/protocolVersion": NEWEST,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        }));
        Ok(caller)
    }

    async fn post(&self, body: String) -> anyhow::Result<reqwest::Response> {
        let answer = self.client.post(&self.url).headers(self.headers.clone()).body(body).send().await?;
        Ok(answer.error_for_status()?)
    }
}

impl Asks for Caller {
    type Question = ();

    async fn ask(&mut self, (): ()) -> anyhow::Result<()> {
        self.sent += 1;
        let mut params = json!({"name": "version", "arguments": {}});
        if let Some(meta) = &self.meta {
            params["_meta"] = meta.clone();
        }
        let body = json!({"jsonrpc": "2.0", "id": self.sent, "method": "tools/call", "params": params});
        let answer = self.post(body.to_string()).await?.bytes().await?;
        let answer = std::str::from_utf8(&answer)?;
        anyhow::ensure!(answer.contains("\"result\":") && !answer.contains("\"isError\":true"), "{answer}");
        Ok(())
    }
}

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let (floor, daemon) = (Server::floor("http", "")?, Server::daemon(&[]).await?);
    for (connections, calls) in LOADS {
        let mut clients = <[Vec<Caller>; 3]>::default();
        for _ in 0..connections {
            clients[0].push(Caller::newest(&floor)?);
            clients[1].push(Caller::older(&daemon).await?);
            clients[2].push(Caller::newest(&daemon)?);
        }
        let [floor, older, newest] = in_turns([&floor, &daemon, &daemon], clients, calls, &|| ()).await?;
        for (version, daemon) in [(OLDER, older), (NEWEST, newest)] {
            let what = |figure: &str| format!("http, {version}, {connections} connections: {figure}");
            if connections == 1 {
                table.ratio(&what("p50, ms"), [&floor.p50, &daemon.p50], ["", ""]);
            } else {
                table.ratio(&what("CPU per call, µs"), [&floor.cpu, &daemon.cpu], ["", ""]);
            }
        }
    }
    Ok(())
}
