//! One connection: hello, then one task that reads and one that writes. Calls run beside both and answer in any order.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{Sink, SinkExt, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Bytes, Message};
use tokio_util::sync::CancellationToken;

use super::daemon::Daemon;
use super::hello::{self, Welcome};
use super::meter::Meter;
use super::outbox::{Next, Outbox};
use super::session::Session;
use super::{dispatch, feed};
use crate::config::Profile;
use crate::protocol::wire::{BYE, Close, Hello};

/// Larger ones are 95 % of an idle connection's memory.
const BUFFER: usize = 4096;
/// Requests other than calls that one connection may have under way.
const REQUESTS: usize = 64;
/// How long a peer may take to answer a close.
const PARTING: Duration = Duration::from_secs(1);
/// How long what a peer still sends is thrown away, so that it reads why it was closed.
const LINGER: Duration = Duration::from_secs(5);

pub(super) type Socket = WebSocketStream<Meter>;

/// One connection, as its session and its calls see it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) outbox: Outbox,
    pub(super) address: SocketAddr,
    /// It answers questions about files.
    pub(super) workspace: bool,
    /// The list of tools that it calls by; the daemon's own choice when it named none.
    pub(super) profile: Option<Profile>,
    /// Bounds the requests under way.
    pub(super) work: Arc<Semaphore>,
    /// Calls that are told over this connection.
    pub(super) calls: AtomicUsize,
    /// The connection is over.
    pub(super) end: CancellationToken,
    pub(super) feed: feed::Slot,
    questions: Mutex<HashMap<u64, oneshot::Sender<String>>>,
    next_question: AtomicU64,
    heard: Mutex<Instant>,
}

impl Link {
    pub(super) fn new(address: SocketAddr, hello: &Hello, end: CancellationToken) -> Self {
        Self {
            outbox: Outbox::default(),
            address,
            workspace: hello.workspace,
            // A profile of a later version is none that is known here.
            profile: hello.profile.as_deref().and_then(Profile::named),
            work: Arc::new(Semaphore::new(REQUESTS)),
            calls: AtomicUsize::new(0),
            end,
            feed: feed::Slot::default(),
            questions: Mutex::default(),
            next_question: AtomicU64::new(1),
            heard: Mutex::new(Instant::now()),
        }
    }

    /// A number for a question, and where its answer will come.
    pub(super) fn question(&self) -> (u64, oneshot::Receiver<String>) {
        let id = self.next_question.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.questions().insert(id, answer);
        (id, answered)
    }

    /// Nobody waits for this answer any more.
    pub(super) fn withdraw(&self, id: u64) {
        self.questions().remove(&id);
    }

    /// Hands over the answer to a question.
    pub(super) fn answered(&self, id: u64, frame: String) {
        if let Some(answer) = self.questions().remove(&id) {
            // Who asked may have stopped waiting.
            drop(answer.send(frame));
        }
    }

    fn questions(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<String>>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn silent_for(&self) -> Duration {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, read: Vec<u8>, daemon: Arc<Daemon>, address: SocketAddr) {
    let config = daemon.config();
    let limits = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(Some(config.daemon.max_bytes as usize))
        .max_frame_size(Some(config.daemon.max_bytes as usize));
    let mut socket = WebSocketStream::from_partially_read(Meter::new(stream), read, Role::Server, Some(limits)).await;
    let end = daemon.end.child_token();
    let said = tokio::time::timeout(config.daemon.hello, hello::hear(&mut socket, &daemon, address));
    let said = tokio::select! {
        said = said => said.unwrap_or(Err((None, Close::NoHello))),
        () = end.cancelled() => Err((None, Close::GoingAway)),
    };
    let (welcome, hello) = match said {
        Ok(said) => said,
        Err((reply, close)) => return part(socket, reply, close, LINGER.min(config.daemon.stalled)).await,
    };
    socket.get_mut().lift();
    let Welcome { session, reply } = welcome;
    let link = Arc::new(Link::new(address, &hello, end));
    link.outbox.push(reply);
    session.connect(&link, &hello);
    daemon.house.telemetry().session_opened(session.owner, &session.id);
    tracing::info!(session_id = %session.id, %address, "connected");
    let patience = Patience { stalled: config.daemon.stalled, taken: socket.get_ref().taken(), end: link.end.clone() };
    let (sink, stream) = socket.split();
    let writer = daemon.tasks.spawn(write(sink, Arc::clone(&link), config.daemon.ping, patience));
    let (close, stream) = read_all(stream, &link, &session, &daemon).await;
    link.outbox.close(close);
    // The writer may have had a reason of its own.
    let close = link.outbox.closing().unwrap_or(close);
    session.disconnect(&link);
    if close == Close::Bye {
        daemon.forget_if_done(&session);
    }
    daemon.house.telemetry().session_closed(session.owner, &session.id);
    tracing::info!(session_id = %session.id, %address, why = close.reason(), "disconnected");
    // The writer ends by itself: what waits is sent or the peer takes nothing.
    let sink = writer.await;
    link.end.cancel();
    if let Some(socket) = sink.ok().and_then(|sink| stream.reunite(sink).ok()) {
        linger(socket, close).await;
    }
}

/// Reads frames until the connection is over; says how to close it.
async fn read_all(
    mut stream: SplitStream<Socket>,
    link: &Arc<Link>,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> (Close, SplitStream<Socket>) {
    // Asked for once, not for every frame: whoever waits for it stands in a list.
    let mut end = std::pin::pin!(link.end.cancelled());
    let close = loop {
        let frame = tokio::select! {
            biased;
            () = &mut end => break Close::GoingAway,
            frame = async {
                // Who does not read the answers is not read from.
                link.outbox.room().await;
                stream.next().await
            } => frame,
        };
        match frame {
            Some(Ok(Message::Text(text))) => {
                link.hear();
                dispatch::frame(text.as_str(), link, session, daemon).await;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => link.hear(),
            Some(Ok(Message::Binary(_))) => break Close::Unsupported,
            Some(Err(error)) => break of_broken(&error),
            Some(Ok(Message::Close(Some(close)))) if close.reason == BYE => break Close::Bye,
            Some(Ok(Message::Close(_) | Message::Frame(_))) | None => break Close::Left,
        }
    };
    (close, stream)
}

/// Writes what the outbox holds, and asks a silent peer whether it is there. Gives the connection up when the peer takes
/// nothing, or does not answer.
async fn write(
    mut sink: SplitSink<Socket, Message>,
    link: Arc<Link>,
    ping: Duration,
    patience: Patience,
) -> SplitSink<Socket, Message> {
    // Set once a ping, not once a frame.
    let mut due = std::pin::pin!(tokio::time::sleep(ping));
    let mut alarm = std::pin::pin!(tokio::time::sleep(ping));
    loop {
        let next = tokio::select! {
            biased;
            next = async {
                link.outbox.filled(alarm.as_mut()).await;
                // Whoever has more to say now says it first: one piece for the socket costs less than two.
                tokio::task::yield_now().await;
                link.outbox.next().await
            } => next,
            () = &mut due => {
                due.as_mut().reset(Instant::now() + ping);
                if link.silent_for() > ping * 5 / 2 {
                    Next::Close(Close::Silent)
                } else {
                    Next::Send(Vec::new())
                }
            }
        };
        let sent = match next {
            Next::Send(frames) => patience.bound(send(&mut sink, frames)).await,
            Next::Close(close) => {
                // A peer that is gone already need not be told.
                drop(tokio::time::timeout(LINGER.min(patience.stalled), say_close(&mut sink, close)).await);
                link.end.cancel();
                return sink;
            }
        };
        match sent {
            Some(Ok(())) => {}
            Some(Err(_)) => {
                link.end.cancel();
                return sink;
            }
            None => link.outbox.give_up(Close::Stalled),
        }
    }
}

/// How long a peer may take nothing of what is sent to it.
struct Patience {
    stalled: Duration,
    /// Bytes that it took so far: one that is slow is not stalled.
    taken: Arc<AtomicU64>,
    /// The connection, or the daemon, ends: what is under way may still leave, but not for long.
    end: CancellationToken,
}

impl Patience {
    /// The outcome of `sending`; `None` when the peer takes nothing of it.
    async fn bound<T>(&self, sending: impl Future<Output = T>) -> Option<T> {
        let mut sending = std::pin::pin!(sending);
        loop {
            let before = self.taken.load(Ordering::Relaxed);
            let patience = if self.end.is_cancelled() { LINGER.min(self.stalled) } else { self.stalled };
            tokio::select! {
                biased;
                outcome = &mut sending => return Some(outcome),
                () = tokio::time::sleep(patience) => {
                    if self.end.is_cancelled() || self.taken.load(Ordering::Relaxed) == before {
                        return None;
                    }
                }
                () = self.end.cancelled(), if !self.end.is_cancelled() => {}
            }
        }
    }
}

/// Sends frames in one go; no frames is a ping.
async fn send(
    sink: &mut SplitSink<Socket, Message>,
    frames: Vec<tungstenite::Utf8Bytes>,
) -> Result<(), tungstenite::Error> {
    if frames.is_empty() {
        return sink.send(Message::Ping(Bytes::new())).await;
    }
    for frame in frames {
        sink.feed(Message::Text(frame)).await?;
    }
    sink.flush().await
}

/// Closes, or answers a peer that closed first: its answer is made already, and nothing else may be sent any more.
async fn say_close<S>(sink: &mut S, close: Close) -> Result<(), tungstenite::Error>
where
    S: Sink<Message, Error = tungstenite::Error> + Unpin,
{
    let frame = CloseFrame { code: close.code().into(), reason: close.reason().into() };
    drop(sink.send(Message::Close(Some(frame))).await);
    sink.flush().await
}

/// How a connection is closed on which this was read.
pub(super) fn of_broken(error: &tungstenite::Error) -> Close {
    match error {
        tungstenite::Error::Capacity(_) => Close::TooBig,
        tungstenite::Error::Io(error) if error.kind() == ErrorKind::FileTooLarge => Close::TooBig,
        tungstenite::Error::Utf8(_) => Close::NoText,
        tungstenite::Error::Protocol(_) => Close::Garbled,
        _ => Close::Left,
    }
}

/// Refuses a connection that said no proper hello.
async fn part(mut socket: Socket, reply: Option<String>, close: Close, patience: Duration) {
    let last = async {
        if let Some(reply) = reply {
            socket.send(Message::Text(reply.into())).await?;
        }
        say_close(&mut socket, close).await
    };
    if let Ok(Ok(())) = tokio::time::timeout(patience, last).await {
        linger(socket, close).await;
    }
}

/// Throws away what the peer still sends: closing at once would take from it what was sent last.
async fn linger(mut socket: Socket, close: Close) {
    let patience = if close == Close::TooBig { LINGER } else { PARTING };
    let stream = socket.get_mut();
    stream.lift();
    let mut bin = vec![0; BUFFER];
    let drain = async { while matches!(stream.read(&mut bin).await, Ok(read) if read > 0) {} };
    drop(tokio::time::timeout(patience, drain).await);
}
