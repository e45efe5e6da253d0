//! Messages as lines on standard input and output. Nothing is dropped in silence: a line that can not be taken is answered.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::{StdioReader, StdioWriter, Transport, stdio_pipes};
use rmcp::{RoleServer, ServiceExt};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;

use super::lines::{Line, Lines};
use super::{Handler, Host};

/// One agent at the other end of two pipes.
pub struct Stdio<R, W> {
    lines: FramedRead<R, Lines>,
    output: Arc<Mutex<W>>,
    /// An answer to a line that was none, on its way out.
    complaint: Option<BoxFuture<'static, ()>>,
    most: usize,
    ended: CancellationToken,
}

impl<R: AsyncRead, W> Stdio<R, W> {
    /// Lines of at most `most` bytes.
    pub fn new(input: R, output: W, most: usize) -> Self {
        Self {
            lines: FramedRead::new(input, Lines::new(most)),
            output: Arc::new(Mutex::new(output)),
            complaint: None,
            most,
            ended: CancellationToken::new(),
        }
    }

    /// Ends when the agent has closed its end.
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }
}

impl Stdio<StdioReader, StdioWriter> {
    /// The pipes of this process.
    pub fn of_process(most: usize) -> Self {
        let (input, output) = stdio_pipes();
        Self::new(input, output, most)
    }
}

impl<R, W: AsyncWrite + Send + Unpin + 'static> Stdio<R, W> {
    /// Says what is wrong with a line.
    fn complain(&mut self, code: ErrorCode, message: String, id: Option<RequestId>) {
        tracing::debug!(code = code.0, "a line of the agent can not be taken");
        let message = ServerJsonRpcMessage::error(ErrorData::new(code, message, None), id);
        let output = Arc::clone(&self.output);
        // Who does not read has what is next to fail on.
        self.complaint = Some(Box::pin(async move { drop(write(&output, &message).await) }));
    }

    fn understand(&mut self, line: &str) -> Option<ClientJsonRpcMessage> {
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        let message = serde_json::from_str(line).ok().filter(|message| is_whole(message, line));
        if message.is_none() {
            self.refuse(line);
        }
        message
    }

    /// Answers a line that is no message, under its own id if it has one.
    fn refuse(&mut self, line: &str) {
        let value: Value = match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => {
                return self.complain(ErrorCode::PARSE_ERROR, format!("this line is not JSON: {error}"), None);
            }
        };
        if value.is_array() {
            let message = "batches are not taken: send one message a line".to_owned();
            return self.complain(ErrorCode::INVALID_REQUEST, message, None);
        }
        let given = value.get("id");
        let id = given.and_then(|id| serde_json::from_value(id.clone()).ok());
        let Some(method) = value.get("method").and_then(Value::as_str) else {
            let message = "this is no message of JSON-RPC 2.0: `method` is missing".to_owned();
            return self.complain(ErrorCode::INVALID_REQUEST, message, id);
        };
        // A notification is never answered.
        if id.is_some() {
            let message = format!("the parameters of {method} do not have the shape that they must have");
            self.complain(ErrorCode::INVALID_PARAMS, message, id);
        } else if given.is_some() {
            let message = format!("the id of {method} must be a text or a whole number");
            self.complain(ErrorCode::INVALID_REQUEST, message, None);
        }
    }
}

/// Whether nothing of the line was passed over: with an id that is none a request looks like a notification.
fn is_whole(message: &ClientJsonRpcMessage, line: &str) -> bool {
    let has_id = || serde_json::from_str::<Value>(line).is_ok_and(|value| value.get("id").is_some());
    !matches!(message, ClientJsonRpcMessage::Notification(_)) || !has_id()
}

impl<R, W> Transport<RoleServer> for Stdio<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let output = Arc::clone(&self.output);
        async move { write(&output, &message).await }
    }

    /// May be dropped while it waits: what was read is still there.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(complaint) = &mut self.complaint {
                complaint.await;
                self.complaint = None;
            }
            match self.lines.next().await {
                Some(Ok(Line::Text(line))) => {
                    if let Some(message) = self.understand(&line) {
                        return Some(message);
                    }
                }
                Some(Ok(Line::TooLong(id))) => {
                    let message = format!(
                        "a message has more than {} bytes (daemon.max_bytes): name files instead of quoting them",
                        self.most
                    );
                    self.complain(ErrorCode::INVALID_REQUEST, message, id);
                }
                Some(Ok(Line::Garbled)) => {
                    self.complain(ErrorCode::PARSE_ERROR, "this line is not UTF-8".to_owned(), None);
                }
                Some(Err(_)) | None => {
                    self.ended.cancel();
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.output.lock().await.flush().await
    }
}

/// Answers one agent until it has closed its end, and what it asked for has been answered or `patience` is over. Calls that
/// still run then go on without it.
pub async fn converse<H, R, W>(host: H, stdio: Stdio<R, W>, patience: Duration)
where
    H: Host,
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let ended = stdio.ended();
    let conversation = async {
        // One that says nothing, or nothing of this protocol, has no more to say.
        if let Ok(running) = Handler::new(host).serve(stdio).await {
            drop(running.waiting().await);
        }
    };
    let parting = async {
        ended.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = conversation => {}
        () = parting => {}
    }
}

async fn write<W: AsyncWrite + Unpin>(output: &Mutex<W>, message: &ServerJsonRpcMessage) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}
