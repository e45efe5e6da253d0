//! The types of the keys that are about listening: ports, rates and the level of the log.

use std::fmt;

use super::setting::{Raw, Setting};

/// A port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Nothing listens.
    Off,
    /// This one; 0 is any free one.
    Number(u16),
}

impl Port {
    /// The number, when something listens.
    pub fn number(self) -> Option<u16> {
        match self {
            Self::Off => None,
            Self::Number(number) => Some(number),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Setting for Port {
    const KIND: &'static str = "a port (0 is any free one) or off";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = match raw {
            Raw::Text(text) | Raw::Number(text) => text.trim(),
            Raw::Bool(false) => "off",
            _ => return Err(Self::KIND.to_owned()),
        };
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        text.parse().map(Self::Number).map_err(|_| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn literal(&self) -> String {
        match self {
            Self::Off => "\"off\"".to_owned(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// How many messages may come: so many at once, and so many a second in the long run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// As many as like.
    Off,
    /// A token bucket.
    Bucket {
        /// How many at once.
        burst: u32,
        /// How many a second in the long run.
        per_second: u32,
    },
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Bucket { burst, per_second } => write!(f, "{burst}/{per_second}"),
        }
    }
}

impl Setting for Rate {
    const KIND: &'static str = "how many at once and how many a second, such as 200/50, or off";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = match raw {
            Raw::Text(text) => text.trim(),
            Raw::Bool(false) => "off",
            _ => return Err(Self::KIND.to_owned()),
        };
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let count = |text: &str| text.trim().parse().ok().filter(|count: &u32| *count > 0);
        text.split_once('/')
            .and_then(|(burst, rate)| count(burst).zip(count(rate)))
            .map(|(burst, per_second)| Self::Bucket { burst, per_second })
            .ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn literal(&self) -> String {
        self.to_string().literal()
    }
}

/// How much the log tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// What should be known.
    Warn,
    /// What happened to the daemon and its sessions.
    Info,
    /// What happened to each call.
    Debug,
    /// Everything but contents.
    Trace,
}

impl Level {
    const NAMES: [(&'static str, Self); 8] = [
        ("off", Self::Off),
        ("error", Self::Error),
        ("critical", Self::Error),
        ("warn", Self::Warn),
        ("warning", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
        ("trace", Self::Trace),
    ];

    /// The level's name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, level)| *level == self).map_or("off", |(name, _)| name)
    }
}

impl Setting for Level {
    const KIND: &'static str = "off, error, warn, info, debug or trace";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = match raw {
            Raw::Text(text) => text.trim(),
            Raw::Bool(false) => "off",
            _ => return Err(Self::KIND.to_owned()),
        };
        let found = Self::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, level)| *level).ok_or_else(|| Self::KIND.to_owned())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().to_owned())
    }

    fn literal(&self) -> String {
        self.as_str().to_owned().literal()
    }
}

/// How the lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

impl Setting for LogFormat {
    const KIND: &'static str = "text or json";

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().eq_ignore_ascii_case("text") => Ok(Self::Text),
            Raw::Text(text) if text.trim().eq_ignore_ascii_case("json") => Ok(Self::Json),
            _ => Err(Self::KIND.to_owned()),
        }
    }

    fn show(&self) -> Option<String> {
        Some(if *self == Self::Json { "json" } else { "text" }.to_owned())
    }

    fn literal(&self) -> String {
        self.show().unwrap_or_default().literal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    #[test]
    fn ports_rates_and_levels_are_read_as_the_predecessors_users_write_them() {
        assert_eq!(Port::parse(&text("8079")), Ok(Port::Number(8079)));
        assert_eq!(Port::parse(&Raw::Bool(false)), Ok(Port::Off));
        assert_eq!(Port::parse(&text(" OFF ")), Ok(Port::Off));
        assert!(Port::parse(&text("70000")).is_err() && Port::parse(&text("-1")).is_err());
        assert_eq!(Rate::parse(&text("200/50")), Ok(Rate::Bucket { burst: 200, per_second: 50 }));
        assert!(Rate::parse(&text("200")).is_err() && Rate::parse(&text("0/5")).is_err());
        assert_eq!(Level::parse(&text("WARNING")), Ok(Level::Warn));
        assert_eq!(Level::parse(&text("Critical")).map(Level::as_str), Ok("error"));
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for port in [Port::Off, Port::Number(0)] {
            assert_eq!(Port::parse(&text(&port.to_string())), Ok(port));
        }
        let rate = Rate::Bucket { burst: 7, per_second: 3 };
        assert_eq!(Rate::parse(&text(&rate.to_string())), Ok(rate));
        for level in [Level::Off, Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace] {
            assert_eq!(Level::parse(&text(level.as_str())), Ok(level));
        }
    }
}
