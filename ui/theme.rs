//! How things look: colours by meaning, and symbols. No view names a colour.
//!
//! Colour is never the only sign: each state has a symbol or a word too.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Plain text.
    Text,
    /// Aside: labels, units, what is over.
    Muted,
    /// Names of things, heads of columns.
    Title,
    /// What leads the eye: keys, the filter, what is new.
    Accent,
    /// Is well.
    Ok,
    /// Should be known.
    Warn,
    /// Is wrong.
    Bad,
    /// Is under way.
    Busy,
    /// The frame of a pane.
    Border,
    /// The frame of the pane that keys go to.
    Focus,
    /// The row that keys are about.
    Selection,
}

impl Slot {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Muted,
        Self::Title,
        Self::Accent,
        Self::Ok,
        Self::Warn,
        Self::Bad,
        Self::Busy,
        Self::Border,
        Self::Focus,
        Self::Selection,
    ];
}

/// A set of colours, as it is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// Dark or light, whatever the terminal says it is.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Without colours.
    Mono,
    /// Few strong colours.
    HighContrast,
}

impl ThemeName {
    /// All of them, in the order in which a key goes through them.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Dark, Self::Light, Self::Mono, Self::HighContrast];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
            Self::HighContrast => "high-contrast",
        }
    }

    fn next(self) -> Self {
        let at = Self::ALL.iter().position(|name| *name == self).unwrap_or_default();
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability {
    /// How many colours.
    pub colors: Colors,
    /// Letters beyond ASCII.
    pub unicode: bool,
    /// Its background is light.
    pub is_light: bool,
}

impl Default for Ability {
    fn default() -> Self {
        Self { colors: Colors::Full, unicode: true, is_light: false }
    }
}

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// None.
    None,
    /// The sixteen that every terminal has a table for.
    Sixteen,
    /// All.
    Full,
}

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    name: ThemeName,
    ability: Ability,
    /// Symbols.
    pub(crate) glyphs: &'static Glyphs,
}

impl Theme {
    /// The colours of that name, as far as the terminal has them.
    pub fn new(name: ThemeName, ability: Ability) -> Self {
        Self { name, ability, glyphs: if ability.unicode { &UNICODE } else { &ASCII } }
    }

    /// Its name.
    pub fn name(&self) -> ThemeName {
        self.name
    }

    /// The next one.
    pub(crate) fn next(&self) -> Self {
        Self::new(self.name.next(), self.ability)
    }

    /// How something of that meaning is written.
    pub fn style(&self, slot: Slot) -> Style {
        let name = match self.name {
            ThemeName::Auto if self.ability.is_light => ThemeName::Light,
            ThemeName::Auto => ThemeName::Dark,
            name => name,
        };
        match (name, self.ability.colors) {
            (ThemeName::Mono, _) | (_, Colors::None) => mono(slot),
            (ThemeName::HighContrast, _) => high_contrast(slot, self.ability.is_light),
            (ThemeName::Light, Colors::Full) => light(slot),
            (_, Colors::Full) => dark(slot),
            (_, Colors::Sixteen) => sixteen(slot, name == ThemeName::Light),
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(ThemeName::Auto, Ability::default())
    }
}

const fn rgb(code: u32) -> Color {
    let [_, red, green, blue] = code.to_be_bytes();
    Color::Rgb(red, green, blue)
}

fn dark(slot: Slot) -> Style {
    let plain = Style::new();
    match slot {
        Slot::Text => plain.fg(rgb(0x00d8_dee9)),
        Slot::Muted => plain.fg(rgb(0x007a_8799)),
        Slot::Title => plain.fg(rgb(0x00a9_b8cc)).add_modifier(Modifier::BOLD),
        Slot::Accent => plain.fg(rgb(0x0056_c8d8)),
        Slot::Ok => plain.fg(rgb(0x0078_c679)),
        Slot::Warn => plain.fg(rgb(0x00e5_b454)),
        Slot::Bad => plain.fg(rgb(0x00f2_6d6d)).add_modifier(Modifier::BOLD),
        Slot::Busy => plain.fg(rgb(0x006f_a8ff)),
        Slot::Border => plain.fg(rgb(0x0041_4b5c)),
        Slot::Focus => plain.fg(rgb(0x0056_c8d8)).add_modifier(Modifier::BOLD),
        Slot::Selection => plain.bg(rgb(0x002b_3a55)).add_modifier(Modifier::BOLD),
    }
}

fn light(slot: Slot) -> Style {
    let plain = Style::new();
    match slot {
        Slot::Text => plain.fg(rgb(0x0022_2b38)),
        Slot::Muted => plain.fg(rgb(0x006b_7685)),
        Slot::Title => plain.fg(rgb(0x003b_4a60)).add_modifier(Modifier::BOLD),
        Slot::Accent => plain.fg(rgb(0x0000_6e80)),
        Slot::Ok => plain.fg(rgb(0x001e_7b34)),
        Slot::Warn => plain.fg(rgb(0x0092_5f00)),
        Slot::Bad => plain.fg(rgb(0x00b4_2318)).add_modifier(Modifier::BOLD),
        Slot::Busy => plain.fg(rgb(0x001d_4ed8)),
        Slot::Border => plain.fg(rgb(0x00b8_c1cc)),
        Slot::Focus => plain.fg(rgb(0x0000_6e80)).add_modifier(Modifier::BOLD),
        Slot::Selection => plain.bg(rgb(0x00d6_e4f5)).add_modifier(Modifier::BOLD),
    }
}

fn sixteen(slot: Slot, is_light: bool) -> Style {
    let plain = Style::new();
    match slot {
        Slot::Text => plain,
        Slot::Muted | Slot::Border => plain.fg(Color::DarkGray),
        Slot::Title => plain.add_modifier(Modifier::BOLD),
        Slot::Accent => plain.fg(Color::Cyan),
        Slot::Ok => plain.fg(Color::Green),
        Slot::Warn if is_light => plain.fg(Color::Magenta),
        Slot::Warn => plain.fg(Color::Yellow),
        Slot::Bad => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Slot::Busy => plain.fg(Color::Blue),
        Slot::Focus => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Slot::Selection => plain.add_modifier(Modifier::REVERSED),
    }
}

fn high_contrast(slot: Slot, is_light: bool) -> Style {
    let plain = Style::new();
    let ink = if is_light { Color::Black } else { Color::White };
    match slot {
        Slot::Text | Slot::Muted | Slot::Border => plain.fg(ink),
        Slot::Title => plain.fg(ink).add_modifier(Modifier::BOLD),
        Slot::Accent | Slot::Busy => plain.fg(if is_light { Color::Blue } else { Color::LightCyan }),
        Slot::Ok => plain.fg(if is_light { Color::Green } else { Color::LightGreen }),
        Slot::Warn => plain.fg(if is_light { Color::Magenta } else { Color::LightYellow }).add_modifier(Modifier::BOLD),
        Slot::Bad => plain.fg(if is_light { Color::Red } else { Color::LightRed }).add_modifier(Modifier::BOLD),
        Slot::Focus => plain.fg(ink).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Slot::Selection => plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
    }
}

fn mono(slot: Slot) -> Style {
    let plain = Style::new();
    match slot {
        Slot::Text | Slot::Ok | Slot::Busy => plain,
        Slot::Muted | Slot::Border => plain.add_modifier(Modifier::DIM),
        Slot::Title | Slot::Accent | Slot::Focus | Slot::Warn => plain.add_modifier(Modifier::BOLD),
        Slot::Bad => plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Slot::Selection => plain.add_modifier(Modifier::REVERSED),
    }
}

/// Symbols, all one column wide.
#[derive(Debug, PartialEq)]
pub(crate) struct Glyphs {
    /// Frames of panes.
    pub(crate) border: border::Set<'static>,
    /// A bar from empty to full.
    pub(crate) levels: [&'static str; 9],
    /// The used part of a gauge, and the free one.
    pub(crate) gauge: [&'static str; 2],
    /// What turns while something runs.
    pub(crate) spinner: &'static [&'static str],
    /// Connected, going well, there.
    pub(crate) dot: &'static str,
    /// Not there.
    pub(crate) ring: &'static str,
    /// Done.
    pub(crate) done: &'static str,
    /// Failed.
    pub(crate) failed: &'static str,
    /// Ended by somebody.
    pub(crate) ended: &'static str,
    /// Waits.
    pub(crate) waits: &'static str,
    /// Look here.
    pub(crate) warning: &'static str,
    /// The selected row.
    pub(crate) pointer: &'static str,
    /// Sorted from small to large, and from large to small.
    pub(crate) sorted: [&'static str; 2],
    /// Text was cut off.
    pub(crate) cut: &'static str,
    /// Between parts of a line.
    pub(crate) between: &'static str,
    /// Phases of a call on a bar: reading, queued, waiting, answering.
    pub(crate) phases: [&'static str; 4],
}

static UNICODE: Glyphs = Glyphs {
    border: border::ROUNDED,
    levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    gauge: ["█", "░"],
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    dot: "●",
    ring: "○",
    done: "✓",
    failed: "✗",
    ended: "⊘",
    waits: "◔",
    warning: "▲",
    pointer: "▸",
    sorted: ["▲", "▼"],
    cut: "…",
    between: "·",
    phases: ["·", "░", "▒", "█"],
};

static ASCII: Glyphs = Glyphs {
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    levels: [" ", ".", ".", ":", ":", "-", "=", "#", "#"],
    gauge: ["#", "."],
    spinner: &["|", "/", "-", "\\"],
    dot: "*",
    ring: "o",
    done: "+",
    failed: "x",
    ended: "-",
    waits: "~",
    warning: "!",
    pointer: ">",
    sorted: ["^", "v"],
    cut: "~",
    between: "|",
    phases: [".", ":", "-", "#"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_can_be_told_from_plain_text_or_has_a_symbol_of_its_own() {
        for name in ThemeName::ALL {
            for colors in [Colors::None, Colors::Sixteen, Colors::Full] {
                let theme = Theme::new(name, Ability { colors, ..Ability::default() });
                for slot in [Slot::Bad, Slot::Warn, Slot::Selection] {
                    assert_ne!(theme.style(slot), theme.style(Slot::Text), "{name:?} {colors:?} {slot:?}");
                }
                assert_ne!(theme.style(Slot::Bad), theme.style(Slot::Warn), "{name:?} {colors:?}");
            }
        }
        for glyphs in [&UNICODE, &ASCII] {
            let states = [glyphs.done, glyphs.failed, glyphs.ended, glyphs.waits, glyphs.dot, glyphs.ring];
            assert!(states.iter().enumerate().all(|(at, state)| !states[..at].contains(state)), "{states:?}");
        }
    }

    #[test]
    fn without_colours_nothing_is_coloured() {
        for name in ThemeName::ALL {
            let theme = Theme::new(name, Ability { colors: Colors::None, ..Ability::default() });
            for slot in Slot::ALL {
                let style = theme.style(slot);
                assert_eq!((style.fg, style.bg), (None, None), "{name:?} {slot:?}");
            }
        }
    }
}
