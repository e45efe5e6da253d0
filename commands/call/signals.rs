//! The signals that end a call.

use std::pin::pin;

use anyhow::Context as _;
use exai_core::backend::CallHandle;
use exai_core::error::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, and the wish of whoever runs this program that it ends; heard from the moment it is made.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    terminated: bool,
    /// One was heard when there was nothing yet that it could end: it is heard again.
    again: bool,
}

impl Signals {
    pub(super) fn new() -> anyhow::Result<Self> {
        let failed = "signals can not be heard";
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).context(failed)?,
            terminate: signal(SignalKind::terminate()).context(failed)?,
            terminated: false,
            again: false,
        })
    }

    /// The next one; can be dropped at any time without losing one.
    pub(super) async fn next(&mut self) {
        if std::mem::take(&mut self.again) {
            return;
        }
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => self.terminated = true,
        }
    }

    /// The exit code of who ends by the last one.
    pub(super) fn exit_code(&self) -> u8 {
        const SIGINT: u8 = 130;
        const SIGTERM: u8 = 143;
        if self.terminated { SIGTERM } else { SIGINT }
    }

    /// The call, once it is accepted. Who ends it before has ended it then; who does so twice does not wait for that, and gets none.
    pub(super) async fn accepted(
        &mut self,
        calling: impl Future<Output = Result<CallHandle, Error>>,
    ) -> Result<Option<CallHandle>, Error> {
        let mut calling = pin!(calling);
        let mut is_heard = false;
        loop {
            tokio::select! {
                biased;
                handle = &mut calling => {
                    self.again = is_heard;
                    return handle.map(Some);
                }
                () = self.next() => {
                    if std::mem::replace(&mut is_heard, true) {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures_util::poll;
    use nix::sys::signal::{Signal as Number, raise};

    use super::*;

    #[tokio::test]
    async fn who_ends_a_call_twice_does_not_wait_until_somebody_has_accepted_it() {
        let mut signals = Signals::new().unwrap();
        raise(Number::SIGINT).unwrap();
        {
            let mut waiting = pin!(signals.accepted(pending()));
            assert!(poll!(&mut waiting).is_pending(), "the first one is polite");
            raise(Number::SIGTERM).unwrap();
            assert!(waiting.await.unwrap().is_none());
        }
        assert_eq!(signals.exit_code(), 143);
    }

    #[tokio::test]
    async fn who_ends_a_call_before_it_is_accepted_has_ended_it_then() {
        let mut signals = Signals::new().unwrap();
        raise(Number::SIGINT).unwrap();
        let accepted = async {
            // Until the signal was heard.
            tokio::task::yield_now().await;
            Err(Error::internal("in place of a call"))
        };
        assert!(signals.accepted(accepted).await.is_err());
        signals.next().await;
        assert!(signals.accepted(ready(Err(Error::internal("another one")))).await.is_err());
        assert!(poll!(pin!(signals.next())).is_pending(), "it is heard once more, and not for ever");
    }
}
