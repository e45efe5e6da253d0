//! The types that a key can have: how each is read, shown and written.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Environment;

/// A value before it has a type, as its source wrote it.
pub(super) enum Raw {
    /// From the environment, an env file, a flag, or text in TOML.
    Text(String),
    /// A number in TOML, in decimal digits.
    Number(String),
    /// `true` or `false` in TOML.
    Bool(bool),
    /// An array of texts in TOML.
    List(Vec<String>),
    /// A table of texts in TOML.
    Table(Vec<(String, String)>),
    /// Anything else in TOML, by the name of its type.
    Unfit(&'static str),
}

impl Raw {
    /// An empty value counts as unset, so that a script can pass on a variable that may be empty.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.iter().all(|item| item.trim().is_empty()),
            Self::Table(pairs) => pairs.is_empty(),
            Self::Number(_) | Self::Bool(_) | Self::Unfit(_) => false,
        }
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.trim()) } else { None }
    }

    fn number(&self) -> Option<&str> {
        if let Self::Text(text) | Self::Number(text) = self { Some(text.trim()) } else { None }
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Number(text) => f.write_str(text.trim()),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Table(pairs) => {
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                f.write_str(&pairs.join(", "))
            }
            Self::Unfit(what) => f.write_str(what),
        }
    }
}

/// A type that a key can have.
pub(super) trait Setting: Sized {
    /// What a value has to look like, in words.
    const KIND: &'static str;
    /// Whether a value is never shown.
    const SECRET: bool = false;

    /// The value, or what it would have to be instead.
    fn parse(raw: &Raw) -> Result<Self, String>;

    /// The value as people see it; `None` when it is unset.
    fn show(&self) -> Option<String>;

    /// The value as a TOML file has it.
    fn literal(&self) -> String;

    /// The value as the number that its range is about.
    fn number(&self) -> Option<f64> {
        None
    }

    /// The value with whatever it takes from the environment put in.
    fn settle(self, _environment: &Environment) -> Result<Self, String> {
        Ok(self)
    }

    /// A refused value as an error may quote it.
    fn quote(raw: &Raw) -> String {
        raw.to_string()
    }
}

impl Setting for bool {
    const KIND: &'static str = "true or false";

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Bool(yes) => Ok(*yes),
            Raw::Text(text) | Raw::Number(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Ok(true),
                "false" | "0" | "no" | "off" => Ok(false),
                _ => Err(Self::KIND.to_owned()),
            },
            Raw::List(_) | Raw::Table(_) | Raw::Unfit(_) => Err(Self::KIND.to_owned()),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn literal(&self) -> String {
        self.to_string()
    }
}

impl Setting for u32 {
    const KIND: &'static str = "a whole number";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.number().and_then(|text| text.parse().ok()).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn literal(&self) -> String {
        self.to_string()
    }

    fn number(&self) -> Option<f64> {
        Some(f64::from(*self))
    }
}

impl Setting for Duration {
    const KIND: &'static str = "seconds such as 90, 1.5, 90s or 5m";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.number().and_then(span).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.literal())
    }

    fn literal(&self) -> String {
        self.as_secs_f64().to_string()
    }

    fn number(&self) -> Option<f64> {
        Some(self.as_secs_f64())
    }
}

/// Reads `90`, `1.5`, `90s`, `250ms`, `5m`, `1h` or `30d`.
fn span(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let seconds = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(digits.parse::<f64>().ok()? * seconds).ok()
}

impl Setting for String {
    const KIND: &'static str = "text";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text().map(str::to_owned).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.clone())
    }

    fn literal(&self) -> String {
        // A JSON string is a TOML string: the same quotes, and no escape that TOML lacks.
        serde_json::Value::from(self.as_str()).to_string()
    }
}

impl Setting for Vec<String> {
    const KIND: &'static str = "a list, with commas between its items outside of TOML";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let items: Vec<&str> = match raw {
            Raw::Text(text) => text.split(',').collect(),
            Raw::List(items) => items.iter().map(String::as_str).collect(),
            Raw::Number(_) | Raw::Bool(_) | Raw::Table(_) | Raw::Unfit(_) => return Err(Self::KIND.to_owned()),
        };
        Ok(items.into_iter().map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }

    fn show(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.join(", "))
    }

    fn literal(&self) -> String {
        format!("[{}]", self.iter().map(Setting::literal).collect::<Vec<_>>().join(", "))
    }
}

/// A list, for the defaults of the table.
pub(super) fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

impl Setting for PathBuf {
    const KIND: &'static str = "an absolute path, or one that starts with ~/";

    // Relative to what? To the current directory would let a repository answer, so a relative path is refused.
    fn parse(raw: &Raw) -> Result<Self, String> {
        let path = raw.text().map(Self::from).filter(|path| path.is_absolute() || path.starts_with("~"));
        path.ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.display().to_string())
    }

    fn literal(&self) -> String {
        self.display().to_string().literal()
    }

    fn settle(self, environment: &Environment) -> Result<Self, String> {
        match (self.strip_prefix("~"), environment.home()) {
            (Err(_), _) => Ok(self),
            (Ok(rest), Some(home)) if rest == Path::new("") => Ok(home.to_owned()),
            (Ok(rest), Some(home)) => Ok(home.join(rest)),
            (Ok(_), None) => Err("an absolute path, because no home directory is known".to_owned()),
        }
    }
}

impl<T: Setting> Setting for Option<T> {
    const KIND: &'static str = T::KIND;
    const SECRET: bool = T::SECRET;

    fn parse(raw: &Raw) -> Result<Self, String> {
        T::parse(raw).map(Some)
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }

    fn literal(&self) -> String {
        self.as_ref().map_or_else(|| String::new().literal(), Setting::literal)
    }

    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(Setting::number)
    }

    fn settle(self, environment: &Environment) -> Result<Self, String> {
        self.map(|value| value.settle(environment)).transpose()
    }

    fn quote(raw: &Raw) -> String {
        T::quote(raw)
    }
}
