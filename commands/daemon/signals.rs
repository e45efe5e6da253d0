//! The signals that a daemon listens to.

use anyhow::Context as _;
use tokio::signal::unix::{self, Signal, SignalKind};

/// What somebody wants of the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// That it ends; with the exit code of a process that had to end at once.
    End(u8),
    /// That it reads its configuration again.
    Reload,
}

/// The signals, from the moment it is made.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn new() -> anyhow::Result<Self> {
        let hear = |kind| unix::signal(kind).context("signals can not be heard");
        Ok(Self {
            terminate: hear(SignalKind::terminate())?,
            interrupt: hear(SignalKind::interrupt())?,
            hangup: hear(SignalKind::hangup())?,
        })
    }

    /// The next one; can be dropped at any time without losing one.
    pub(super) async fn next(&mut self) -> Wish {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Wish::End(143),
            _ = self.interrupt.recv() => Wish::End(130),
            _ = self.hangup.recv() => Wish::Reload,
        }
    }

    /// The next one that wants the daemon to end.
    pub(super) async fn end(&mut self) -> u8 {
        loop {
            if let Wish::End(code) = self.next().await {
                return code;
            }
        }
    }
}
