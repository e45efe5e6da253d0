//! The task that owns the connection: it reads, writes, and makes the connection again when it breaks.
//!
//! ```text
//! serve ──breaks──▶ somebody waits? ──yes──▶ try again: at once, then 50 ms … 1 s apart ──▶ serve
//!   ▲                     │no                                  │too long
//!   └──── dial ◀── next command                         everybody is told
//! ```

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Bytes, Message};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answers::Answers;
use super::desk::{Command, Desk};
use super::link::{Caller, NotConnected, Socket};
use crate::error::{Error, ErrorCode};
use crate::protocol::wire::{BYE, HelloAck};

/// How long a daemon may stay away while somebody waits for it. Longer than a restart takes.
const AWAY: Duration = Duration::from_secs(10);
/// The same when its state directory says that no daemon is there: only a supervisor can bring one back, and it is quick.
const GONE: Duration = Duration::from_secs(2);
/// The pause after the first failed try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A connection that lasted so long was a good one: the next tries begin at once again.
const STEADY: Duration = Duration::from_secs(5);
/// After so long without a frame the daemon is asked whether it is there; after as long again it is not.
const SILENCE: Duration = Duration::from_secs(30);
/// Frames that may wait to be sent before no more commands are taken.
const BACKLOG: usize = 64;
/// Frames that the writer is handed at once.
const HANDED: usize = 8;
/// How long the last frames may take when the connection is closed.
const PARTING: Duration = Duration::from_millis(500);

/// Whether the connection to a daemon is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It is.
    Up,
    /// It broke, and is made again while somebody waits for something.
    Broken {
        /// Why.
        why: String,
        /// When the next try is made.
        next: Instant,
    },
}

/// How a connection ended.
enum Ended {
    /// Nobody needs it any more.
    Left,
    /// It broke; this is why.
    Broke(String),
}

/// The owner of the connection.
pub(super) struct Line {
    pub(super) caller: Caller,
    pub(super) welcome: watch::Sender<Arc<HelloAck>>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) desk: Desk,
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    /// How long the next try waits, when the last connection was not a good one.
    pub(super) pause: Option<Duration>,
    /// Tells whoever watches whether the connection is up.
    pub(super) link: watch::Sender<LinkState>,
}

impl Line {
    /// Serves `socket` and its successors until nobody needs them.
    pub(super) async fn run(mut self, socket: Socket) {
        let mut up = Some(socket);
        while let Some(socket) = up.take() {
            let began = Instant::now();
            match self.serve(socket).await {
                Ended::Left => break,
                Ended::Broke(why) => {
                    if began.elapsed() >= STEADY {
                        self.pause = None;
                    }
                    self.desk.disconnected(&why);
                    self.link.send_replace(LinkState::Broken { why: why.clone(), next: Instant::now() });
                    if !self.desk.is_idle() {
                        up = self.come_back(&why).await;
                    }
                }
            }
            if up.is_none() {
                up = self.wait_for_a_reason().await;
            }
        }
        self.desk.give_up("the connection was closed");
    }

    /// Serves one connection.
    async fn serve(&mut self, socket: Socket) -> Ended {
        let max_bytes = self.welcome.borrow().limits.max_bytes;
        let (answers, mut answered) = Answers::new(self.tasks.clone(), max_bytes);
        self.desk.connected(answers);
        let (sink, mut stream) = socket.split();
        let (outgoing, queue) = mpsc::channel(HANDED);
        let mut writer = std::pin::pin!(write(sink, queue));
        let mut heard = Heard::new();
        let closing = self.closing.clone();
        loop {
            let has_room = self.desk.out.len() < BACKLOG;
            let (limit, quiet) = (self.desk.next_limit(), heard.limit());
            tokio::select! {
                () = closing.cancelled() => break,
                written = &mut writer => {
                    return Ended::Broke(written.err().map_or_else(|| "it was closed".to_owned(), |error| error.to_string()));
                }
                frame = stream.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        heard.note();
                        self.desk.take(&text);
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let reason = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                        return Ended::Broke(format!("the daemon closed it ({reason})"));
                    }
                    Some(Ok(_)) => heard.note(),
                    Some(Err(error)) => return Ended::Broke(error.to_string()),
                    None => return Ended::Broke("it was closed".to_owned()),
                },
                Ok(permit) = outgoing.reserve(), if !self.desk.out.is_empty() => {
                    if let Some(frame) = self.desk.out.pop_front() {
                        permit.send(Message::Text(frame.into()));
                    }
                }
                command = self.commands.recv(), if has_room => match command {
                    Some(command) => self.desk.carry_out(command),
                    None => break,
                },
                Some(answer) = answered.recv(), if has_room => self.desk.out.push_back(answer),
                id = self.desk.cancelled() => self.desk.cancel(&id),
                () = until(limit) => self.desk.tick(Instant::now()),
                () = tokio::time::sleep_until(quiet) => {
                    // A writer that is busy says enough for now.
                    if !heard.ask() {
                        return Ended::Broke("the daemon is silent".to_owned());
                    }
                    drop(outgoing.try_send(Message::Ping(Bytes::new())));
                }
            }
        }
        let rest = self.desk.out.drain(..).map(|frame| Message::Text(frame.into())).collect();
        part(outgoing, rest, writer).await;
        Ended::Left
    }

    /// Tries until the daemon is there again, but not for ever: then everybody who waits is told.
    async fn come_back(&mut self, why: &str) -> Option<Socket> {
        let began = Instant::now();
        let mut why = why.to_owned();
        loop {
            if let Some(pause) = self.pause {
                let wait = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
                let patience = if self.caller.dial.may_return() { AWAY } else { GONE };
                if began.elapsed() + wait >= patience {
                    break;
                }
                self.link.send_replace(LinkState::Broken { why: why.clone(), next: Instant::now() + wait });
                tokio::select! {
                    () = self.closing.cancelled() => return None,
                    () = tokio::time::sleep(wait) => {}
                }
            }
            self.pause = Some(self.pause.map_or(FIRST_PAUSE, |pause| LONGEST_PAUSE.min(pause * 2)));
            let session = self.welcome.borrow().session_id.clone();
            let tried = tokio::select! {
                () = self.closing.cancelled() => return None,
                tried = tokio::time::timeout_at(began + AWAY, self.caller.open(Some(&session))) => tried,
            };
            match tried {
                Ok(Ok((socket, welcome))) => {
                    let resumed = welcome.resumed;
                    self.welcome.send_replace(Arc::new(welcome));
                    self.link.send_replace(LinkState::Up);
                    self.desk.rejoin(resumed);
                    self.desk.tick(Instant::now());
                    return Some(socket);
                }
                Ok(Err(error)) => {
                    why = error.to_string();
                    if is_final(&error) {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        self.desk.give_up(&why);
        None
    }

    /// Connects when the next command comes; `None` when none will.
    async fn wait_for_a_reason(&mut self) -> Option<Socket> {
        loop {
            let command = tokio::select! {
                () = self.closing.cancelled() => return None,
                command = self.commands.recv() => command?,
            };
            let session = self.welcome.borrow().session_id.clone();
            let tried = tokio::select! {
                () = self.closing.cancelled() => Err(closed()),
                tried = self.caller.open(Some(&session)) => tried.map_err(Error::from),
            };
            match tried {
                Ok((socket, welcome)) => {
                    self.welcome.send_replace(Arc::new(welcome));
                    self.link.send_replace(LinkState::Up);
                    self.desk.carry_out(command);
                    return Some(socket);
                }
                Err(error) => {
                    // All who came while it was tried: each would wait for a try of its own that ends the same way.
                    while let Ok(command) = self.commands.try_recv() {
                        Desk::refuse(command, error.clone());
                    }
                    Desk::refuse(command, error);
                }
            }
        }
    }
}

/// The error of whoever asks after the end.
pub(super) fn closed() -> Error {
    Error::new(ErrorCode::ServiceUnavailable, "the connection to the daemon was closed")
}

/// Whether another try would end the same way.
fn is_final(error: &NotConnected) -> bool {
    matches!(error, NotConnected::Refused(error)
        if matches!(error.code, ErrorCode::Unauthorized | ErrorCode::UnsupportedProtocol))
}

/// Waits until `limit`; for ever when there is none.
async fn until(limit: Option<Instant>) {
    match limit {
        Some(limit) => tokio::time::sleep_until(limit).await,
        None => std::future::pending().await,
    }
}

/// Writes what it is handed, and a close frame at the end.
async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut queue: mpsc::Receiver<Message>,
) -> Result<(), tungstenite::Error> {
    while let Some(message) = queue.recv().await {
        sink.feed(message).await?;
        while let Ok(message) = queue.try_recv() {
            sink.feed(message).await?;
        }
        sink.flush().await?;
    }
    sink.send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: BYE.into() }))).await
}

/// Sends what is left to send, then says good-bye. Nobody waits for the answer to that.
async fn part(
    outgoing: mpsc::Sender<Message>,
    rest: Vec<Message>,
    writer: impl Future<Output = Result<(), tungstenite::Error>>,
) {
    let last = async {
        for message in rest {
            if outgoing.send(message).await.is_err() {
                break;
            }
        }
        drop(outgoing);
    };
    // What can not be sent any more is not missed: nobody waits for its answer.
    drop(tokio::time::timeout(PARTING, async { tokio::join!(last, writer) }).await);
}

/// When the daemon was heard of, and whether it was asked for a sign.
struct Heard {
    last: Instant,
    asked: bool,
}

impl Heard {
    fn new() -> Self {
        Self { last: Instant::now(), asked: false }
    }

    fn note(&mut self) {
        *self = Self::new();
    }

    /// When the silence has lasted too long.
    fn limit(&self) -> Instant {
        self.last + if self.asked { SILENCE * 2 } else { SILENCE }
    }

    /// Says whether it makes sense to ask.
    fn ask(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }
}
