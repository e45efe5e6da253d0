//! The way of an answer's bytes into pieces, errors and the whole reply; pure, so that tests can cut it anywhere.

use std::collections::VecDeque;

use super::{Dialect, Frame, Framing, Piece, ProviderError, Reply, ReplyBuilder};
use crate::clock::Timestamp;

/// An answer that is being taken in.
#[derive(Debug)]
pub(crate) struct Intake {
    dialect: Dialect,
    framing: Framing,
    builder: ReplyBuilder,
    pieces: VecDeque<Piece>,
    failure: Option<ProviderError>,
    over: bool,
}

impl Intake {
    /// Takes an answer in that dialect.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            framing: Framing::default(),
            builder: ReplyBuilder::default(),
            pieces: VecDeque::new(),
            failure: None,
            over: false,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let mut frames = Vec::new();
        let unread = self.framing.push(bytes, &mut frames).err();
        self.settle(frames, unread);
    }

    /// Nothing more comes, because the answer ended or `broke`; what was not ended counts, also before a break.
    pub(crate) fn end(&mut self, broke: Option<ProviderError>) {
        let mut frames = Vec::new();
        let unread = self.framing.finish(&mut frames).err();
        self.settle(frames, broke.or(unread));
        self.over = true;
    }

    /// Whether nothing more has to be read.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Whether the answer said why it ended; what may still come is its usage.
    pub(crate) fn is_complete(&self) -> bool {
        self.builder.is_complete()
    }

    /// The next piece that was taken in; a failure comes after all of them.
    pub(crate) fn next(&mut self) -> Option<Result<Piece, ProviderError>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Some(Ok(piece));
        }
        let failure = self.failure.take()?;
        Some(Err(std::mem::take(&mut self.builder).spoil(failure)))
    }

    /// The whole answer, or why it is none.
    pub(crate) fn finish(self) -> Result<Reply, ProviderError> {
        self.builder.finish()
    }

    fn settle(&mut self, frames: Vec<Frame>, failure: Option<ProviderError>) {
        if self.over {
            return;
        }
        let taken = frames.into_iter().try_for_each(|frame| self.take(frame));
        // A break after the answer said that it was complete is no break.
        self.failure = taken.err().or(failure.filter(|_| !self.builder.is_complete()));
        self.over = self.failure.is_some() || self.builder.is_done();
    }

    fn take(&mut self, frame: Frame) -> Result<(), ProviderError> {
        match frame {
            _ if self.builder.is_done() => {}
            Frame::Chunk(chunk) => self.pieces.extend(self.builder.accept(*chunk)),
            Frame::Done => self.builder.done(),
            Frame::Refused(body) => return Err(self.dialect.classify(200, &body, Timestamp::now())),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{Cause, GLM};

    fn broken(bytes: &str) -> Option<Cause> {
        let mut intake = Intake::new(GLM);
        intake.push(bytes.as_bytes());
        intake.end(Some(ProviderError::new(Cause::Reset, "")));
        std::iter::from_fn(|| intake.next()).find_map(|piece| piece.err().map(|error| error.cause))
    }

    #[test]
    fn a_break_is_blamed_for_what_it_left_unfinished() {
        for (bytes, cause) in [
            ("", Some(Cause::Reset)),
            ("{\"choices\":[", Some(Cause::Reset)),
            ("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", Some(Cause::Reset)),
            ("data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n", None),
            ("data: {\"choices\":[{\"finish_reason\":\"stop\"}]}", None),
            ("data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: {\"usa", None),
            ("data: [DONE]\n\n", None),
            ("data: {\"error\":{\"code\":\"1305\"}}\n\n", Some(Cause::Overloaded)),
        ] {
            assert_eq!(broken(bytes), cause, "{bytes}");
        }
    }
}
