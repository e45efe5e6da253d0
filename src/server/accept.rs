//! Accepts connections: so many and no more, each with a bound on how long its request may take to come.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::daemon::{Admitted, Daemon, admit};
use super::http;
use super::stay::Stay;

/// What a port serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Main,
    Page,
    Health,
    Metrics,
}

/// When the process can open no more files: how long until the next try.
const BREATHER: Duration = Duration::from_millis(50);

/// Accepts until the daemon drains. Then nothing listens any more.
pub(super) async fn accept(daemon: Arc<Daemon>, listener: TcpListener, role: Role) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = daemon.shutdown.drain.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            // An IPv4 address that comes in IPv6's clothes is the same address.
            Ok((stream, address)) => {
                let address = SocketAddr::new(address.ip().to_canonical(), address.port());
                welcome(&daemon, stream, address, role);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                if is_exhausted(&error) {
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }
}

/// Whether the error is about this process rather than about one connection.
fn is_exhausted(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    !matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::Interrupted)
}

fn welcome(daemon: &Arc<Daemon>, stream: TcpStream, address: SocketAddr, role: Role) {
    let (held, is_crowded) = match admit(daemon, address.ip()) {
        Admitted::Yes(held) => (held, false),
        Admitted::Told(held) => (held, true),
        Admitted::No => return,
    };
    // Without it small answers wait for the peer's acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let stay = Arc::<Stay>::default();
    let visit = http::Visit { daemon: Arc::clone(daemon), held: Arc::new(held), address, role, is_crowded, stay };
    daemon.tasks.spawn(converse(stream, visit));
}

/// One connection while it speaks HTTP. A socket leaves it for a task of its own.
async fn converse(stream: TcpStream, visit: http::Visit) {
    let (daemon, stay) = (Arc::clone(&visit.daemon), Arc::clone(&visit.stay));
    let patience = daemon.config().daemon.hello;
    let service = service_fn(move |request| http::answer(visit.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let patience = daemon.config().daemon.stalled;
    // A socket has left by then. A peer that asks more connects again; one that takes nothing gives its place back.
    let over = async {
        loop {
            tokio::time::sleep(patience).await;
            if !stay.is_held() {
                return;
            }
            stay.released().await;
        }
    };
    tokio::select! {
        ended = connection.as_mut() => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended");
            }
            return;
        }
        () = daemon.end.cancelled() => {}
        () = over => {}
    }
    connection.as_mut().graceful_shutdown();
    // An answer that is under way may still leave.
    drop(tokio::time::timeout(Duration::from_secs(1), connection).await);
}
