//! A connection of which only so much is read until it is known who speaks: a stranger's hello is small, and a thousand
//! strangers must not fill the memory with large ones.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A hello is no larger than this, by far.
const HELLO: usize = 64 * 1024;

/// A stream with a bound on what is read of it.
#[derive(Debug)]
pub(super) struct Meter {
    stream: TcpStream,
    /// What may still be read; `None` is all there is.
    left: Option<usize>,
    /// Bytes that the peer's side has taken.
    taken: Arc<AtomicU64>,
}

impl Meter {
    /// A stranger's connection.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, left: Some(HELLO), taken: Arc::default() }
    }

    /// Counts the bytes that the peer's side takes.
    pub(super) fn taken(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.taken)
    }

    fn count(&self, written: &Poll<Result<usize>>) {
        if let Poll::Ready(Ok(bytes)) = written {
            self.taken.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
    }

    /// The peer is no stranger any more.
    pub(super) fn lift(&mut self) {
        self.left = None;
    }
}

impl AsyncRead for Meter {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        if self.left == Some(0) {
            return Poll::Ready(Err(Error::from(ErrorKind::FileTooLarge)));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let count = buffer.filled().len() - before;
        self.left = self.left.map(|left| left.saturating_sub(count));
        read
    }
}

impl AsyncWrite for Meter {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.count(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.count(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
