//! Clients that ask one thing after another, and how long they waited.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use futures_util::future::try_join_all;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::figures::{Series, percentile};
use crate::server::{Server, TOKEN};

/// Rounds of both sides in turns; the one before them does not count.
pub(crate) const ROUNDS: usize = 7;

/// Who asks one thing after another.
pub(crate) trait Asks {
    type Question;

    /// Asks, and waits for the result.
    async fn ask(&mut self, question: Self::Question) -> anyhow::Result<()>;
}

/// One connection that has said hello.
#[derive(Debug)]
pub(crate) struct Client(WebSocketStream<TcpStream>);

/// What a daemon says to hello; a floor says less.
#[derive(Debug, Deserialize)]
struct Welcome {
    session_id: String,
}

/// What waits in a connection at the most before it is written: more costs memory and brings nothing.
pub(crate) fn buffers() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096)
}

/// A call of `tool` under a name of its own.
pub(crate) fn call(tool: &str, arguments: impl FnOnce(usize) -> String) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let arguments = arguments(number);
    format!(r#"{{"op":"call_tool","request_id":"request-{number}","name":"{tool}","arguments":{arguments}}}"#)
}

impl Client {
    pub(crate) async fn connect(server: &Server) -> anyhow::Result<Self> {
        Self::reach(server.address).await
    }

    pub(crate) async fn reach(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self::greet(address, "").await?.0)
    }

    /// Connects and says hello, `also` with more than a token; with what came back.
    async fn greet(address: SocketAddr, also: &str) -> anyhow::Result<(Self, Utf8Bytes)> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}/");
        let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(buffers())).await?;
        let mut client = Self(socket);
        client.send(format!(r#"{{"op":"hello","token":"{TOKEN}","protocol":1{also}}}"#)).await?;
        let said = client.next().await?;
        Ok((client, said))
    }

    /// A connection of a new session, with the session's name.
    pub(crate) async fn begin(server: &Server) -> anyhow::Result<(Self, String)> {
        let (client, said) = Self::greet(server.address, "").await?;
        Ok((client, serde_json::from_str::<Welcome>(&said)?.session_id))
    }

    /// Another connection of this session.
    pub(crate) async fn resume(server: &Server, session: &str) -> anyhow::Result<Self> {
        Ok(Self::greet(server.address, &format!(r#","session_id":"{session}""#)).await?.0)
    }

    /// Says that its session is over.
    pub(crate) async fn leave(mut self) -> anyhow::Result<()> {
        let reason = CloseFrame { code: CloseCode::Normal, reason: exai_core::protocol::wire::BYE.into() };
        Ok(self.0.close(Some(reason)).await?)
    }

    pub(crate) async fn several(server: &Server, count: usize) -> anyhow::Result<Vec<Self>> {
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            clients.push(Self::connect(server).await?);
        }
        Ok(clients)
    }

    pub(crate) async fn send(&mut self, frame: String) -> anyhow::Result<()> {
        Ok(self.0.send(Message::Text(frame.into())).await?)
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            match self.0.next().await.context("the connection ended")?? {
                Message::Text(text) => return Ok(text),
                Message::Ping(_) => {}
                other => anyhow::bail!("{other:?} in place of a frame"),
            }
        }
    }

    /// Asks, and waits for the result; what comes before it is thrown away.
    pub(crate) async fn ask(&mut self, frame: String) -> anyhow::Result<()> {
        anyhow::ensure!(self.ask_if_there_is_room(frame).await?, "there was no room");
        Ok(())
    }

    /// The same; `false` when there was no room.
    pub(crate) async fn ask_if_there_is_room(&mut self, frame: String) -> anyhow::Result<bool> {
        self.send(frame).await?;
        loop {
            let frame = self.next().await?;
            if frame.as_str().starts_with(r#"{"op":"call_tool_res""#) {
                let answered = frame.as_str().contains(r#""ok":true"#);
                anyhow::ensure!(answered || frame.as_str().contains("OVER_CAPACITY"), "{frame}");
                return Ok(answered);
            }
        }
    }
}

impl Asks for Client {
    type Question = String;

    async fn ask(&mut self, frame: String) -> anyhow::Result<()> {
        self.ask(frame).await
    }
}

/// What the rounds of one side gave.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// In milliseconds.
    pub(crate) p50: Series,
    pub(crate) p99: Series,
    /// Calls in a second.
    pub(crate) rate: Series,
    /// Microseconds of the server's processor for a call.
    pub(crate) cpu: Series,
}

/// Floor and subject in turns, each with so many clients, which together make so many calls in a round.
pub(crate) async fn compare(
    servers: [&Server; 2],
    connections: usize,
    calls: usize,
    frame: impl Fn() -> String,
) -> anyhow::Result<[Measured; 2]> {
    let [floor, subject] = servers;
    let clients = [Client::several(floor, connections).await?, Client::several(subject, connections).await?];
    in_turns(servers, clients, calls, &frame).await
}

/// Several sides in turns, each with its own clients.
pub(crate) async fn in_turns<const SIDES: usize, A: Asks>(
    servers: [&Server; SIDES],
    mut clients: [Vec<A>; SIDES],
    calls: usize,
    question: &impl Fn() -> A::Question,
) -> anyhow::Result<[Measured; SIDES]> {
    let mut measured = std::array::from_fn(|_| Measured::default());
    for round in 0..=ROUNDS {
        for ((server, clients), measured) in servers.iter().zip(&mut clients).zip(&mut measured) {
            let mut taken = Measured::default();
            measure(server, clients, calls, question, &mut taken).await?;
            if round > 0 {
                measured.add(&taken);
            }
        }
    }
    Ok(measured)
}

/// One round.
pub(crate) async fn measure<A: Asks>(
    server: &Server,
    clients: &mut [A],
    calls: usize,
    question: &impl Fn() -> A::Question,
    measured: &mut Measured,
) -> anyhow::Result<()> {
    let each = calls / clients.len();
    let total = (each * clients.len()) as f64;
    let (cpu, begun) = (server.cpu()?, Instant::now());
    let took = try_join_all(clients.iter_mut().map(|client| ask_often(client, each, question))).await?;
    let wall = begun.elapsed();
    let cpu = server.cpu()?.saturating_sub(cpu);
    let took: Vec<f64> = took.iter().flatten().map(|took| took.as_secs_f64() * 1e3).collect();
    measured.p50.add(percentile(&took, 50));
    measured.p99.add(percentile(&took, 99));
    measured.rate.add(total / wall.as_secs_f64());
    measured.cpu.add(cpu.as_secs_f64() * 1e6 / total);
    Ok(())
}

async fn ask_often<A: Asks>(
    client: &mut A,
    calls: usize,
    question: &impl Fn() -> A::Question,
) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        client.ask(question()).await?;
        took.push(begun.elapsed());
    }
    Ok(took)
}

impl Measured {
    fn add(&mut self, round: &Self) {
        let both = [(&mut self.p50, &round.p50), (&mut self.p99, &round.p99)];
        for (all, one) in both.into_iter().chain([(&mut self.rate, &round.rate), (&mut self.cpu, &round.cpu)]) {
            all.add(one.median());
        }
    }
}
