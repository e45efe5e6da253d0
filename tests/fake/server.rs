//! The server: accepts, reads requests, plays the steps of their replies, and sees when a client closes.
//!
//! It runs on its own thread, so that a test may block, pause its clock or panic without disturbing it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ledger::Ledger;
use crate::recorded::{Outcome, Recorded};
use crate::reply::Step;
use crate::wire;

/// Stands for the status of a request that is cut.
const CUT: u16 = 0;
/// How long connections get to end when the fake stops.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves until `stop`.
pub(crate) fn run(listener: std::net::TcpListener, ledger: &Arc<Ledger>, stop: &CancellationToken) {
    let _told = Told(Arc::clone(ledger));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(serve(listener, ledger, stop));
}

/// Says that the server is gone, after a panic too.
struct Told(Arc<Ledger>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.stopped();
    }
}

async fn serve(listener: std::net::TcpListener, ledger: &Arc<Ledger>, stop: &CancellationToken) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else { continue };
        ledger.connected();
        let (ledger, stop) = (Arc::clone(ledger), stop.clone());
        connections.spawn(async move {
            // A connection that breaks is what many scenarios are about; its requests say how they ended.
            let _ = stop.run_until_cancelled(connection(stream, &ledger)).await;
        });
    }
    connections.close();
    let _ = tokio::time::timeout(DRAIN, connections.wait()).await;
}

/// What becomes of a connection after a reply.
#[derive(PartialEq, Eq)]
enum After {
    Keep,
    Close,
    Reset,
}

async fn connection(mut stream: TcpStream, ledger: &Ledger) -> io::Result<()> {
    // Each write is a packet: scenarios say what arrives together.
    stream.set_nodelay(true)?;
    let mut inbox = Vec::new();
    loop {
        let (mut reader, mut writer) = stream.split();
        let request = match next_request(&mut reader, &mut inbox, ledger.cut_uploads_after()).await? {
            Err(wire::Malformed(CUT, _)) => return stream.set_zero_linger(),
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(wire::Malformed(status, reason)) => {
                let length = BTreeMap::from([("content-length".to_owned(), reason.len().to_string())]);
                writer.write_all(&wire::head(status, &length)).await?;
                writer.write_all(reason.as_bytes()).await?;
                return writer.shutdown().await;
            }
        };
        let closes = request.closes();
        let (number, steps) = ledger.admit(Recorded::from(request));
        let after = tokio::select! {
            biased;
            () = closed(&mut reader, &mut inbox) => Err(io::ErrorKind::ConnectionAborted.into()),
            after = play(steps, &mut writer, ledger, number) => after,
        };
        match after {
            Ok(After::Keep) if !closes => {}
            Ok(After::Keep | After::Close) => return writer.shutdown().await,
            Ok(After::Reset) => return stream.set_zero_linger(),
            Err(error) => {
                ledger.settle(number, Outcome::ClientClosed);
                return Err(error);
            }
        }
    }
}

/// The next request; `None` when the client has closed.
async fn next_request(
    reader: &mut ReadHalf<'_>,
    inbox: &mut Vec<u8>,
    cut_after: Option<usize>,
) -> io::Result<Result<Option<wire::Request>, wire::Malformed>> {
    loop {
        if cut_after.is_some_and(|limit| inbox.len() > limit && wire::is_upload(inbox)) {
            return Ok(Err(wire::Malformed(CUT, "")));
        }
        match wire::take_request(inbox) {
            Ok(None) => {}
            done => return Ok(done),
        }
        if reader.read_buf(inbox).await? == 0 {
            return Ok(Ok(None));
        }
    }
}

/// Returns when the client closes; what it sends before is kept for the next request.
async fn closed(reader: &mut ReadHalf<'_>, inbox: &mut Vec<u8>) {
    while matches!(reader.read_buf(inbox).await, Ok(1..)) {}
}

async fn play(steps: Vec<Step>, writer: &mut WriteHalf<'_>, ledger: &Ledger, number: usize) -> io::Result<After> {
    for step in steps {
        // Lets the runtime look at its sockets, so that a client that closed is seen between two writes.
        tokio::task::yield_now().await;
        match step {
            Step::Write(bytes) => writer.write_all(&bytes).await?,
            Step::Last(bytes) => {
                // Settled before it is written: a client that has the whole reply never finds itself pending.
                ledger.settle(number, Outcome::Answered);
                writer.write_all(&bytes).await?;
            }
            Step::Gate(gate) => ledger.pass(&gate).await,
            Step::Pause(pause) => tokio::time::sleep(pause).await,
            Step::Stall => std::future::pending().await,
            Step::Close => {
                ledger.settle(number, Outcome::Answered);
                return Ok(After::Close);
            }
            Step::Reset => {
                ledger.settle(number, Outcome::Answered);
                return Ok(After::Reset);
            }
        }
    }
    Ok(After::Keep)
}
