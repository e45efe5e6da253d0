//! The one table of keys: dispatch, footer, the `?` overlay, the palette and the pages of the manual are made of it.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]

pub(crate) enum Action {
    Quit,
    QuitKeep,
    Suspend,
    Help,
    Palette,
    Filter,
    Back,
    NextPane,
    PreviousPane,
    Calls,
    Providers,
    Sessions,
    Latency,
    Log,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Freeze,
    Diagnoses,
    Expand,
    ZoomIn,
    ZoomOut,
    Theme,
    Mouse,
    Copy,
    ExportCsv,
    ExportJson,
    Retry,
    SortNext,
    SortPrevious,
    SortMenu,
    Reverse,
    Cancel,
    CloseSession,
    Limit,
    ResetBreaker,
    Level,
    Follow,
    Tie,
    Text,
    Accept,
    Refuse,
}

impl Action {
    /// Whether it is about the dashboard as a whole, and not about something that is on the screen.
    pub(crate) const fn leaves(self) -> bool {
        matches!(self, Self::Quit | Self::QuitKeep | Self::Suspend)
    }
}

/// Where a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Scope {
    /// Everywhere, whatever is open.
    Always,
    /// Where no text is typed and no question is asked.
    Anywhere,
    /// In the pane of calls, and in the detail of one.
    Calls,
    /// In the pane of providers.
    Providers,
    /// In the pane of sessions.
    Sessions,
    /// In the pane of the log.
    Log,
    /// While a question is asked.
    Question,
}

impl Scope {
    /// Its heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Always | Self::Anywhere => "Everywhere",
            Self::Calls => "Calls",
            Self::Providers => "Providers",
            Self::Sessions => "Sessions",
            Self::Log => "Log",
            Self::Question => "Questions",
        }
    }
}

/// A key as it stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    code: KeyCode,
    ctrl: bool,
}

const fn char(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), ctrl: false }
}

const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), ctrl: true }
}

const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

impl Key {
    fn is(self, event: &KeyEvent) -> bool {
        self.code == event.code
            && self.ctrl == event.modifiers.contains(KeyModifiers::CONTROL)
            && !event.modifiers.contains(KeyModifiers::ALT)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("space"),
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::Esc => f.write_str("esc"),
            KeyCode::Enter => f.write_str("enter"),
            KeyCode::Tab => f.write_str("tab"),
            KeyCode::BackTab => f.write_str("shift-tab"),
            KeyCode::PageUp => f.write_str("pgup"),
            KeyCode::PageDown => f.write_str("pgdn"),
            KeyCode::Home => f.write_str("home"),
            KeyCode::End => f.write_str("end"),
            KeyCode::Up => f.write_str("up"),
            KeyCode::Down => f.write_str("down"),
            code => write!(f, "{code}"),
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    /// What it does.
    pub(crate) action: Action,
    /// Where.
    pub(crate) scope: Scope,
    /// The keys.
    pub(crate) keys: &'static [Key],
    /// The name that the palette and the footer know.
    pub(crate) name: &'static str,
    /// One sentence.
    pub(crate) help: &'static str,
    /// Whether the footer shows it: the smaller, the sooner.
    pub(crate) hint: Option<u8>,
}

const fn bind(
    scope: Scope,
    action: Action,
    keys: &'static [Key],
    name: &'static str,
    help: &'static str,
    hint: Option<u8>,
) -> Binding {
    Binding { action, scope, keys, name, help, hint }
}

use Action as A;
use Scope::{Always, Anywhere, Calls, Log, Providers, Question, Sessions};

/// The table.
pub(crate) static BINDINGS: [Binding; 48] = [
    bind(Always, A::Quit, &[ctrl('c')], "quit now", "Leave, whatever is open.", None),
    bind(
        Always,
        A::Suspend,
        &[ctrl('z')],
        "suspend",
        "Stop, and give the terminal to the shell; `fg` comes back.",
        None,
    ),
    bind(Anywhere, A::Quit, &[char('q')], "quit", "Leave.", Some(2)),
    bind(
        Anywhere,
        A::QuitKeep,
        &[char('Q')],
        "quit and keep",
        "Leave, and keep the last picture in the terminal.",
        None,
    ),
    bind(Anywhere, A::Help, &[char('?'), key(KeyCode::F(1))], "help", "Show all keys; type to search.", Some(1)),
    bind(Anywhere, A::Palette, &[char(':')], "palette", "Type the name of anything that a key does.", Some(14)),
    bind(Anywhere, A::Filter, &[char('/')], "filter", "Show only calls that match; esc clears.", Some(4)),
    bind(Anywhere, A::Back, &[key(KeyCode::Esc)], "back", "Close what is open; else clear the filter.", None),
    bind(Anywhere, A::NextPane, &[key(KeyCode::Tab)], "next pane", "Go to the next pane.", Some(12)),
    bind(Anywhere, A::PreviousPane, &[key(KeyCode::BackTab)], "previous pane", "Go to the pane before.", None),
    bind(Anywhere, A::Calls, &[char('1')], "calls", "Go to the calls.", None),
    bind(Anywhere, A::Providers, &[char('2')], "providers", "Go to the providers and their models.", None),
    bind(Anywhere, A::Sessions, &[char('3')], "sessions", "Go to the sessions.", None),
    bind(Anywhere, A::Latency, &[char('4')], "latency", "Go to latency, tokens and cost.", None),
    bind(Anywhere, A::Log, &[char('5')], "log", "Go to the log.", None),
    bind(Anywhere, A::Up, &[key(KeyCode::Up), char('k')], "up", "One row up.", None),
    bind(Anywhere, A::Down, &[key(KeyCode::Down), char('j')], "down", "One row down.", None),
    bind(
        Anywhere,
        A::PageUp,
        &[key(KeyCode::PageUp), ctrl('b')],
        "page up",
        "One page up; in the detail of a call its text.",
        None,
    ),
    bind(
        Anywhere,
        A::PageDown,
        &[key(KeyCode::PageDown), ctrl('f')],
        "page down",
        "One page down; in the detail of a call its text.",
        None,
    ),
    bind(Anywhere, A::First, &[key(KeyCode::Home), char('g')], "first", "To the first row.", None),
    bind(Anywhere, A::Last, &[key(KeyCode::End), char('G')], "last", "To the last row.", None),
    bind(
        Anywhere,
        A::Open,
        &[key(KeyCode::Enter)],
        "detail",
        "Show all of a call; from a provider or session, its calls.",
        Some(3),
    ),
    bind(
        Anywhere,
        A::Freeze,
        &[char(' ')],
        "freeze",
        "Stop the picture, or let it go on; everything is still collected.",
        Some(6),
    ),
    bind(Anywhere, A::Diagnoses, &[char('w')], "warnings", "List what is wrong; enter goes to the rows.", Some(8)),
    bind(
        Anywhere,
        A::Expand,
        &[char('e'), char('z')],
        "expand",
        "Give the pane the whole screen, or take it back.",
        Some(10),
    ),
    bind(Anywhere, A::ZoomIn, &[char('+'), char('=')], "zoom in", "Graphs show less time.", None),
    bind(Anywhere, A::ZoomOut, &[char('-')], "zoom out", "Graphs show more time, up to 15 minutes.", None),
    bind(Anywhere, A::Theme, &[char('T')], "theme", "The next colours: auto, dark, light, mono, high-contrast.", None),
    bind(
        Anywhere,
        A::Mouse,
        &[char('m')],
        "mouse",
        "Use the mouse here, or leave it to the terminal for selecting text.",
        None,
    ),
    bind(Anywhere, A::Copy, &[char('y')], "copy id", "Copy the id of the selected row.", None),
    bind(
        Anywhere,
        A::ExportCsv,
        &[char('x')],
        "export csv",
        "Write the calls as shown to a CSV file in this directory.",
        None,
    ),
    bind(
        Anywhere,
        A::ExportJson,
        &[char('X')],
        "export json",
        "Write the calls as shown to a JSON file in this directory.",
        None,
    ),
    bind(Anywhere, A::Retry, &[char('R')], "connect now", "Try at once to reach the daemon.", None),
    bind(Calls, A::SortNext, &[char('>')], "sort next", "Sort by the next column.", None),
    bind(Calls, A::SortPrevious, &[char('<')], "sort", "Sort by the column before.", Some(5)),
    bind(Calls, A::SortMenu, &[char('S')], "sort menu", "Choose the column to sort by from a list.", None),
    bind(Calls, A::Reverse, &[char('r')], "reverse", "Turn the order around.", None),
    bind(Calls, A::Cancel, &[char('c')], "cancel", "Cancel the selected call, after a question.", Some(7)),
    bind(Calls, A::Text, &[char('t')], "text", "Show the answer as it is written; needs --show-content.", None),
    bind(Providers, A::Limit, &[char('l')], "limit", "Change how many requests of the provider run at once.", Some(3)),
    bind(
        Providers,
        A::ResetBreaker,
        &[char('b')],
        "reset breaker",
        "Ask the selected model again that was left alone.",
        Some(5),
    ),
    bind(
        Sessions,
        A::CloseSession,
        &[char('c')],
        "close session",
        "Close the selected session and cancel its calls.",
        Some(5),
    ),
    bind(Log, A::Level, &[char('v')], "level", "Show less of the log: all, info, warnings, errors.", Some(3)),
    bind(Log, A::Follow, &[char('f')], "follow", "Stay at the newest line, or stop there.", Some(5)),
    bind(Log, A::Tie, &[char('i')], "tie to call", "Show only what belongs to the selected call.", Some(7)),
    bind(Question, A::Accept, &[char('y'), key(KeyCode::Enter)], "yes", "Do it.", Some(1)),
    bind(Question, A::Refuse, &[char('n'), key(KeyCode::Esc), char('q')], "no", "Leave it.", Some(2)),
    bind(Question, A::Help, &[key(KeyCode::F(1))], "help", "Show all keys.", None),
];

/// What a key does where these scopes hold, the nearest first.
pub(crate) fn action(event: &KeyEvent, scopes: &[Scope]) -> Option<Action> {
    let here = |scope: &Scope| {
        let own = BINDINGS.iter().filter(move |binding| binding.scope == *scope);
        own.filter(|binding| binding.keys.iter().any(|key| key.is(event))).map(|binding| binding.action).next()
    };
    scopes.iter().find_map(here)
}

/// The line of the table for an action, as the nearest scope has it.
pub(crate) fn binding(action: Action) -> Option<&'static Binding> {
    // The first line of the table that can be typed in the ordinary way.
    BINDINGS.iter().filter(|binding| binding.action == action).max_by_key(|binding| binding.scope != Always)
}

impl Binding {
    /// Its keys in words.
    pub(crate) fn shown(&self) -> String {
        self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// One line of the table in words, for the pages of the manual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// Where the keys mean something.
    pub place: &'static str,
    /// The keys.
    pub keys: Vec<String>,
    /// The name that the palette knows.
    pub name: &'static str,
    /// What they do, in a sentence.
    pub help: &'static str,
}

/// The table in words; lines of one place stand together.
pub fn lines() -> impl Iterator<Item = KeyLine> {
    BINDINGS.iter().map(|binding| KeyLine {
        place: binding.scope.title(),
        keys: binding.keys.iter().map(Key::to_string).collect(),
        name: binding.name,
        help: binding.help,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What holds together.
    const PLACES: [&[Scope]; 6] = [
        &[Always, Anywhere],
        &[Always, Calls, Anywhere],
        &[Always, Providers, Anywhere],
        &[Always, Sessions, Anywhere],
        &[Always, Log, Anywhere],
        &[Always, Question],
    ];

    #[test]
    fn a_key_means_one_thing_in_one_place() {
        for place in PLACES {
            let mut seen = BTreeSet::new();
            for binding in BINDINGS.iter().filter(|binding| place.contains(&binding.scope)) {
                for key in binding.keys {
                    assert!(seen.insert(key.to_string()), "{key} means two things in {place:?}");
                }
            }
        }
    }

    #[test]
    fn every_line_says_what_it_does_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for binding in &BINDINGS {
            assert!(binding.help.ends_with('.') && !binding.keys.is_empty(), "{binding:?}");
            assert!(binding.scope == Question || names.insert(binding.name), "{} is there twice", binding.name);
        }
        let scopes: Vec<_> = BINDINGS.iter().map(|binding| binding.scope).collect();
        assert!(scopes.is_sorted(), "lines of a scope stand together");
    }

    #[test]
    fn keys_with_other_modifiers_are_other_keys() {
        let event = |modifiers| KeyEvent::new(KeyCode::Char('c'), modifiers);
        let place = &[Always, Calls, Anywhere];
        assert_eq!(action(&event(KeyModifiers::CONTROL), place), Some(A::Quit));
        assert_eq!(action(&event(KeyModifiers::NONE), place), Some(A::Cancel));
        assert_eq!(action(&event(KeyModifiers::ALT), place), None);
    }
}
