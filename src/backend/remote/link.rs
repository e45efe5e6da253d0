//! One connection to a daemon: dialled, upgraded, and greeted.

use std::fmt::Debug;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::{Address, frame};
use crate::config::{Profile, Secret};
use crate::coordination::{DaemonLock, read_token};
use crate::error::{Error, ErrorCode};
use crate::protocol::SessionId;
use crate::protocol::wire::{Client, Head, Hello, HelloAck, HelloError, PROTOCOL};

/// What is buffered of a connection; larger ones only cost memory.
const BUFFER: usize = 4096;
/// The largest message that is taken.
const LARGEST: usize = 32 * 1024 * 1024;

/// The bytes of a connection.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Bytes for T {}

/// A connection that is up.
pub(super) type Socket = WebSocketStream<Box<dyn Bytes>>;

/// How a daemon is reached.
#[async_trait]
pub(super) trait Dial: Send + Sync + Debug {
    /// Connects once.
    async fn dial(&self) -> io::Result<Box<dyn Bytes>>;

    /// Where it connects to.
    fn address(&self) -> Address;

    /// The token of the daemon there as it is now, where that can be looked up.
    fn token(&self) -> Option<Secret> {
        None
    }

    /// Whether a daemon can still come back there, as far as that can be told.
    fn may_return(&self) -> bool {
        true
    }
}

/// A daemon at the end of a TCP connection.
#[derive(Debug)]
pub(super) struct Tcp {
    address: Address,
    /// It is the daemon of this state directory: another one may take its place at another address.
    state_dir: Option<PathBuf>,
    /// The token is the one that is kept in that directory; one that the user set is right or wrong.
    follows_token: bool,
}

impl Tcp {
    /// The way to the daemon at `address`, which wants to know `token`.
    pub(super) fn new(address: Address, state_dir: Option<PathBuf>, token: Option<&Secret>) -> Self {
        let kept = state_dir.as_deref().and_then(|state_dir| read_token(state_dir).ok()?);
        let follows_token = kept.is_some() && kept.as_deref() == token.map(Secret::expose);
        Self { address, state_dir, follows_token }
    }

    /// Where the daemon of the state directory says that it listens.
    fn announced(&self) -> Option<Address> {
        let found = self.state_dir.as_deref().and_then(DaemonLock::find);
        found.and_then(|info| info.address).map(Address::from)
    }
}

#[async_trait]
impl Dial for Tcp {
    async fn dial(&self) -> io::Result<Box<dyn Bytes>> {
        // The token of a state directory is for that directory's daemon alone: whoever listens at its old address is not it.
        if self.state_dir.is_some() && self.announced().is_none() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let Address { host, port, .. } = self.address();
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }

    fn address(&self) -> Address {
        self.announced().unwrap_or_else(|| self.address.clone())
    }

    fn token(&self) -> Option<Secret> {
        let state_dir = self.state_dir.as_deref().filter(|_| self.follows_token)?;
        read_token(state_dir).ok().flatten().map(Secret::new)
    }

    fn may_return(&self) -> bool {
        self.state_dir.as_deref().is_none_or(|state_dir| DaemonLock::find(state_dir).is_some())
    }
}

/// Why there is no connection.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotConnected {
    /// Nothing listens there, or it is too slow to say so.
    #[error("{0}")]
    Unreachable(Error),
    /// What listens there is no daemon of exai.
    #[error("{0}")]
    Stranger(Error),
    /// The daemon refused: the token, the version, or for now.
    #[error("{0}")]
    Refused(Error),
}

impl From<NotConnected> for Error {
    fn from(error: NotConnected) -> Self {
        match error {
            NotConnected::Unreachable(error) | NotConnected::Stranger(error) | NotConnected::Refused(error) => error,
        }
    }
}

/// Who connects, and how.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) dial: Arc<dyn Dial>,
    pub(super) token: Option<Secret>,
    pub(super) client: Client,
    pub(super) roots: Vec<String>,
    pub(super) profile: Option<Profile>,
    /// How long connecting may take, hello included.
    pub(super) patience: Duration,
}

impl Caller {
    /// Connects and says hello; a known `session` is resumed if the daemon still has it. A token that is refused may have been
    /// exchanged since it was looked up: then the new one is tried, once.
    pub(super) async fn open(&mut self, session: Option<&SessionId>) -> Result<(Socket, HelloAck), NotConnected> {
        let opened = self.open_in_time(session).await;
        let is_refused = |refusal: &NotConnected| matches!(refusal, NotConnected::Refused(error) if error.code == ErrorCode::Unauthorized);
        let known = self.token.as_ref().map(Secret::expose);
        let new = opened.as_ref().is_err_and(is_refused).then(|| self.dial.token()).flatten();
        let Some(new) = new.filter(|new| Some(new.expose()) != known) else { return opened };
        let old = self.token.replace(new);
        let opened = self.open_in_time(session).await;
        if opened.is_err() {
            self.token = old;
        }
        opened
    }

    async fn open_in_time(&self, session: Option<&SessionId>) -> Result<(Socket, HelloAck), NotConnected> {
        let opening = Box::pin(self.open_unbounded(session));
        tokio::time::timeout(self.patience, opening).await.unwrap_or_else(|_| {
            let message = format!("{} did not answer within {} s", self.place(), self.patience.as_secs_f64());
            Err(NotConnected::Unreachable(absent(message)))
        })
    }

    async fn open_unbounded(&self, session: Option<&SessionId>) -> Result<(Socket, HelloAck), NotConnected> {
        let bytes = self.dial.dial().await.map_err(|error| {
            NotConnected::Unreachable(absent(format!("{} can not be reached: {error}", self.place())))
        })?;
        let limits = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        let url = self.dial.address().to_string();
        let (mut socket, _) =
            client_async_with_config(url, bytes, Some(limits)).await.map_err(|error| self.no_upgrade(&error))?;
        let hello = Hello {
            session_id: session.cloned(),
            token: self.token.as_ref().map(|token| token.expose().to_owned()),
            code: None,
            ticket: false,
            protocol: Some(PROTOCOL),
            client: Some(self.client.clone()),
            workspace: true,
            roots: self.roots.clone(),
            profile: self.profile.map(|profile| profile.as_str().to_owned()),
        };
        let hello = frame::hello(&hello).map_err(NotConnected::Refused)?;
        socket.send(Message::Text(hello.into())).await.map_err(|error| self.cut(&error))?;
        let welcome = self.welcome(&mut socket).await?;
        Ok((socket, welcome))
    }

    /// Reads until the daemon has said whether the caller is welcome.
    async fn welcome(&self, socket: &mut Socket) -> Result<HelloAck, NotConnected> {
        #[derive(Deserialize)]
        struct Verdict {
            ok: bool,
        }
        loop {
            let text = match socket.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                    let message = format!("{} closed the connection: {reason}", self.place());
                    return Err(NotConnected::Stranger(absent(message)));
                }
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Err(self.cut(&error)),
                None => return Err(self.cut(&tungstenite::Error::ConnectionClosed)),
            };
            if !serde_json::from_str::<Head<'_>>(&text).is_ok_and(|head| head.op == "hello_ack") {
                continue;
            }
            let is_welcome = serde_json::from_str::<Verdict>(&text).is_ok_and(|verdict| verdict.ok);
            if let Ok(refusal) = serde_json::from_str::<HelloError>(&text)
                && !is_welcome
            {
                return Err(NotConnected::Refused(self.refused(&refusal)));
            }
            return serde_json::from_str(&text).map_err(|error| {
                let message = format!("{} says hello in another way: {error}", self.place());
                NotConnected::Refused(Error::new(ErrorCode::UnsupportedProtocol, message))
            });
        }
    }

    fn refused(&self, refusal: &HelloError) -> Error {
        let place = self.place();
        let later = refusal.retry_after.and_then(|after| Duration::try_from_secs_f64(after).ok());
        let later = later.unwrap_or(Duration::from_secs(1));
        match refusal.error.as_str() {
            "unauthorized" => {
                let what = if self.token.is_some() { "refused the token" } else { "wants a token" };
                Error::new(ErrorCode::Unauthorized, format!("{place} {what}")).hint(
                    "the token is what EXAI_WS_TOKEN says (key daemon.token), else the file `token` in the state \
                     directory of the daemon; `--no-daemon` makes the call without it",
                )
            }
            "unsupported_protocol" => {
                let theirs = refusal.protocol.map_or_else(String::new, |version| format!(" but {version}"));
                let message = format!("{place} does not speak version {PROTOCOL} of the protocol{theirs}");
                Error::new(ErrorCode::UnsupportedProtocol, message)
                    .hint("restart it, so that it is the same exai as this one")
            }
            "over_capacity" => {
                Error::new(ErrorCode::OverCapacity, format!("{place} takes no more sessions")).retry_after(later)
            }
            "draining" => Error::new(ErrorCode::ServiceUnavailable, format!("{place} is ending")).retry_after(later),
            word => Error::new(ErrorCode::UnsupportedProtocol, format!("{place} does not take this hello: {word}")),
        }
    }

    /// Why the request to speak WebSocket was not granted.
    fn no_upgrade(&self, error: &tungstenite::Error) -> NotConnected {
        let place = self.place();
        if let tungstenite::Error::Http(response) = error {
            let status = response.status();
            if status.as_u16() == 503 {
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let later =
                    header.and_then(|text| text.parse().ok()).map_or(Duration::from_secs(1), Duration::from_secs);
                let message = format!("{place} takes no more connections");
                return NotConnected::Refused(Error::new(ErrorCode::OverCapacity, message).retry_after(later));
            }
            return NotConnected::Stranger(absent(format!("{place} answers, but not as a daemon of exai: {status}")));
        }
        NotConnected::Stranger(absent(format!("{place} answers, but not as a daemon of exai: {error}")))
    }

    fn cut(&self, error: &tungstenite::Error) -> NotConnected {
        NotConnected::Stranger(absent(format!("{} ended the connection before its hello: {error}", self.place())))
    }

    fn place(&self) -> String {
        format!("the daemon at {}", self.dial.address())
    }
}

fn absent(message: String) -> Error {
    Error::new(ErrorCode::NoDaemon, message).hint("is it running? `exai daemon status` tells, `exai daemon` starts one")
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::coordination::write_token;

    #[tokio::test]
    async fn who_listens_where_the_daemon_was_is_not_taken_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let stranger = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::from(stranger.local_addr().unwrap());
        let named = Tcp::new(address.clone(), None, None);
        named.dial().await.unwrap();
        let own = Tcp::new(address, Some(dir.path().to_owned()), None);
        let refused = own.dial().await.err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn only_a_token_that_was_looked_up_is_looked_up_again() {
        let dir = tempfile::tempdir().unwrap();
        let token = |told: &str, state_dir: Option<&std::path::Path>| {
            write_token(dir.path(), "kept").unwrap();
            let way = Tcp::new(Address::new("box", 1), state_dir.map(Into::into), Some(&Secret::new(told)));
            write_token(dir.path(), "exchanged").unwrap();
            way.token().map(|token| token.expose().to_owned())
        };
        assert_eq!(token("kept", Some(dir.path())).as_deref(), Some("exchanged"));
        assert_eq!((token("set by its user", Some(dir.path())), token("kept", None)), (None, None));
    }
}
