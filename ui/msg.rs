//! What can happen to the dashboard, as data: keys, news of the house, time.

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use exai_core::protocol::{CallId, CallRecord, LogLine, News, Snapshot};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something; only heard while it is captured.
    Mouse(MouseEvent),
    /// A text was pasted.
    Paste(String),
    /// The terminal has so many columns and rows now.
    Resize(u16, u16),
    /// The house told something.
    Feed(Feed),
    /// The way to the house changed.
    Link(Link),
    /// What became of a [`crate::Wish`].
    Answer(Answer),
    /// So much time has passed since the dashboard began.
    Tick(Duration),
}

/// What the house tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// Its state at one moment.
    Snapshot(Box<Snapshot>),
    /// Something that happened.
    Event(News),
    /// A line of its log.
    Log(LogLine),
    /// So many frames were lost on the way since the dashboard began.
    Lost(u64),
}

/// The way to the house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Looking for it.
    Seeking {
        /// Where.
        place: String,
    },
    /// Connected to a daemon.
    Live {
        /// Its address.
        place: String,
    },
    /// The daemon is away.
    Away {
        /// Its address.
        place: String,
        /// Why.
        why: String,
        /// Time until the next try.
        retry: Duration,
    },
    /// There is no daemon: the journal of a directory is read at intervals.
    Journal {
        /// The directory.
        place: String,
    },
    /// A recording is played.
    Replay {
        /// The file.
        place: String,
        /// How many times faster than it was recorded.
        speed: f64,
    },
    /// The recording is over.
    Ended {
        /// The file.
        place: String,
    },
}

/// What became of a wish.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was done; this is worth telling.
    Done(String),
    /// It was not done; this is why.
    Failed(String),
    /// What the journal has of a call.
    Record(Box<CallRecord>),
    /// The journal has nothing of a call.
    NoRecord {
        /// The call.
        call: CallId,
        /// Why.
        why: String,
    },
    /// A piece of the text that a model writes.
    Text {
        /// The call.
        call: CallId,
        /// The piece.
        piece: String,
    },
}
