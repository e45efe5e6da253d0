//! What the dashboard wants to have done, as data; `runtime` and whoever connects it to the house do it.

use exai_core::protocol::CallId;
use exai_core::protocol::wire::Admin;

/// Something to do outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave; the last picture stays in the scroll-back when `keeps_picture`.
    Quit {
        /// Whether it stays.
        keeps_picture: bool,
    },
    /// Stop until the shell lets it go on; the terminal is the shell's meanwhile.
    Suspend,
    /// Ask the house.
    Ask(Wish),
    /// Put this on the clipboard of the terminal.
    Copy(String),
    /// Write a file.
    Export {
        /// Its ending: `csv` or `json`.
        ending: &'static str,
        /// Its content.
        content: String,
    },
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
}

/// Something that is asked of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// An operator's action.
    Admin(Admin),
    /// What the journal has of a call.
    Look(CallId),
    /// The text of a call as it is written, until another wish of this kind.
    Follow(Option<CallId>),
    /// Try to connect now.
    Retry,
}
