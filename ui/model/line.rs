//! A line of text that is being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Letters that fit.
const MOST: usize = 200;

/// The line; the cursor is at its end, where filters and searches are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextLine(String);

impl TextLine {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Takes a key, if it is one for typing.
    pub(crate) fn key(&mut self, event: &KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('u') if ctrl => self.0.clear(),
            KeyCode::Char('w') if ctrl => {
                let end = self.0.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.0.truncate(end);
            }
            KeyCode::Char(letter) if !ctrl && !event.modifiers.contains(KeyModifiers::ALT) => {
                self.paste(letter.encode_utf8(&mut [0; 4]));
            }
            KeyCode::Backspace => drop(self.0.pop()),
            _ => return false,
        }
        true
    }

    /// Takes a text, as far as it can stand in a line.
    pub(crate) fn paste(&mut self, text: &str) {
        let room = MOST.saturating_sub(self.0.chars().count());
        self.0.extend(text.chars().filter(|letter| !letter.is_control()).take(room));
    }
}
