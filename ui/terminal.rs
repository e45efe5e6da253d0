//! The terminal: taken over while the dashboard runs, given back as it was however it ends.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// The terminal while it is ours. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Whether it is still ours; a panic gives it back before it tells what happened.
    ours: Arc<AtomicBool>,
}

impl Guard {
    /// Takes the terminal over.
    pub(crate) fn take() -> io::Result<Self> {
        let ours = Arc::new(AtomicBool::new(false));
        // From here on it is given back, also when the next step fails.
        let guard = Self { ours: Arc::clone(&ours) };
        guard.enter()?;
        let (before, own) = (std::panic::take_hook(), std::thread::current().id());
        std::panic::set_hook(Box::new(move |panic| {
            // A task that panics elsewhere takes nothing from a dashboard that goes on.
            if std::thread::current().id() == own {
                give_back(&ours);
            }
            before(panic);
        }));
        Ok(guard)
    }

    fn enter(&self) -> io::Result<()> {
        enable_raw_mode()?;
        self.ours.store(true, Ordering::SeqCst);
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
    }

    /// Takes it once more, after somebody else had it: whatever was set up may be gone.
    pub(crate) fn take_again(&self, has_mouse: bool) -> io::Result<()> {
        // Else it counts as done already.
        disable_raw_mode()?;
        self.enter()?;
        execute!(io::stdout(), Clear(ClearType::All))?;
        if has_mouse { Self::mouse(true) } else { Ok(()) }
    }

    /// Gives it back and stops this process, until somebody lets it go on. Where nobody could, it goes on at once: so the kernel
    /// has it for processes without a shell.
    #[cfg(unix)]
    pub(crate) fn suspend(&self, has_mouse: bool) -> io::Result<()> {
        give_back(&self.ours);
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
        self.take_again(has_mouse)
    }

    /// There is no such thing here.
    #[cfg(not(unix))]
    pub(crate) fn suspend(&self, has_mouse: bool) -> io::Result<()> {
        self.take_again(has_mouse)
    }

    /// Listens to the mouse, or leaves it to the terminal.
    pub(crate) fn mouse(is_ours: bool) -> io::Result<()> {
        if is_ours { execute!(io::stdout(), EnableMouseCapture) } else { execute!(io::stdout(), DisableMouseCapture) }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back(&self.ours);
    }
}

/// Gives the terminal back, once. Nobody is left to hear that it failed.
fn give_back(ours: &AtomicBool) {
    if ours.swap(false, Ordering::SeqCst) {
        let _ = restore(&mut io::stdout());
        let _ = disable_raw_mode();
    }
}

/// Undoes everything, in the opposite order. Each of these may be said although it was not done.
fn restore(terminal: &mut impl Write) -> io::Result<()> {
    execute!(terminal, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_may_have_been_taken_is_given_back() {
        let mut said = Vec::new();
        restore(&mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        // Mouse, bracketed paste, the other screen; then the cursor.
        for sequence in ["\u{1b}[?1000l", "\u{1b}[?2004l", "\u{1b}[?1049l", "\u{1b}[?25h"] {
            assert!(said.contains(sequence), "{sequence:?} in {said:?}");
        }
    }
}
