//! What the terminal can show, read from the environment.

use std::io::{IsTerminal, stdin};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use exai_core::config::Environment;
use exai_ui::{Ability, Colors, ThemeName};

use crate::cli::Color;
use crate::output::Output;

/// Colours by their names.
pub(super) fn names() -> impl TypedValueParser<Value = ThemeName> {
    let found = |name: String| ThemeName::ALL.into_iter().find(|theme| theme.as_str() == name).unwrap_or_default();
    PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::as_str)).map(found)
}

/// Whether there is a screen to draw on and somebody to press keys.
pub(super) fn is_screen(output: &Output) -> bool {
    let is_dumb = Environment::of_process().get("TERM") == Some("dumb");
    output.is_terminal() && stdin().is_terminal() && !is_dumb
}

/// The colours and letters that are used.
pub(super) fn theme(name: ThemeName, ascii: bool, output: &Output) -> exai_ui::Theme {
    let mut ability = ability(&Environment::of_process(), output.color());
    ability.unicode &= !ascii;
    exai_ui::Theme::new(name, ability)
}

fn ability(environment: &Environment, color: Color) -> Ability {
    let get = |name| environment.get(name).unwrap_or_default();
    let term = get("TERM");
    let has_all = matches!(get("COLORTERM"), "truecolor" | "24bit")
        || ["256color", "direct", "kitty", "alacritty", "ghostty", "foot"].iter().any(|name| term.contains(name));
    let colors = match color {
        Color::Never => Colors::None,
        Color::Auto if environment.no_color() => Colors::None,
        Color::Auto | Color::Always if has_all => Colors::Full,
        Color::Auto | Color::Always => Colors::Sixteen,
    };
    // The first of these that is set says which letters there are; none says nothing against them.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| environment.get(name));
    let unicode = locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    // Some terminals say their colours: letters, then background, of which 7 and 9 to 15 are light.
    let background = environment.get("COLORFGBG").and_then(|colors| colors.rsplit(';').next()?.parse::<u8>().ok());
    Ability { colors, unicode, is_light: background.is_some_and(|background| background == 7 || background > 8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_what_a_terminal_can_show() {
        let of = |pairs: &[(&str, &str)], color| ability(&Environment::from_pairs(pairs.iter().copied()), color);
        let full = of(&[("TERM", "xterm-256color"), ("LANG", "en_US.UTF-8")], Color::Auto);
        assert_eq!(full, Ability { colors: Colors::Full, unicode: true, is_light: false });
        assert_eq!(of(&[("TERM", "linux"), ("LANG", "C")], Color::Auto).colors, Colors::Sixteen);
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], Color::Auto).unicode);
        assert_eq!(of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Color::Auto).colors, Colors::None);
        assert_eq!(of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Color::Always).colors, Colors::Full);
        assert_eq!(of(&[("COLORTERM", "truecolor")], Color::Never).colors, Colors::None);
        assert!(of(&[("COLORFGBG", "0;15")], Color::Auto).is_light);
        assert!(!of(&[("COLORFGBG", "15;default;0")], Color::Auto).is_light);
    }
}
