//! What a mock does, read from its name: `mock:slow?ttft=30s`, `mock:drop@40%`, `mock:say?text=hello%20you`.

use std::time::Duration;

use crate::error::{Error, Result};

/// Every mock, for messages.
const MOCKS: &str = "mock:echo, mock:say?text=TEXT, mock:slow?ttft=30s, mock:drop@40%, mock:cut, mock:empty, mock:length, \
                     mock:refuse, mock:400, mock:401, mock:402, mock:403, mock:404, mock:413, mock:429, mock:500, mock:503";
/// How long `mock:slow` waits when nobody says.
const SLOW: Duration = Duration::from_secs(5);
/// The longest wait of a mock.
const LONGEST: f64 = 3600.0;

/// What a mock does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// How it ends.
    pub(crate) act: Act,
    /// Before the first word, or the refusal.
    pub(crate) first_wait: Duration,
    /// Between words.
    pub(crate) pace: Duration,
    /// What it says in place of what it was asked.
    pub(crate) text: Option<String>,
}

/// How a mock ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Well.
    Say,
    /// With this status, before anything is said.
    Refuse(u16),
    /// With a broken connection after so much of a hundred.
    DropAt(u8),
    /// Without an end.
    Cut,
    /// Well, with nothing said.
    Empty,
    /// At the limit of output.
    Length,
    /// By the content filter.
    Filter,
}

impl Script {
    /// Reads the name of a mock.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        let rest = name.split_once(':').map_or("", |(_, rest)| rest).trim();
        let (verb, options) = rest.split_once('?').unwrap_or((rest, ""));
        let verb = verb.to_ascii_lowercase();
        let mut script = Self { act: Act::Say, first_wait: Duration::ZERO, pace: Duration::ZERO, text: None };
        script.act = match verb.as_str() {
            "echo" | "say" => Act::Say,
            "slow" => {
                script.first_wait = SLOW;
                Act::Say
            }
            "cut" => Act::Cut,
            "empty" => Act::Empty,
            "length" => Act::Length,
            "refuse" => Act::Filter,
            "400" | "401" | "402" | "403" | "404" | "413" | "429" | "500" | "503" => {
                Act::Refuse(verb.parse().unwrap_or(500))
            }
            _ => Act::DropAt(drop_at(&verb).ok_or_else(|| unknown(rest))?),
        };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            script.set(option)?;
        }
        Ok(script)
    }

    fn set(&mut self, option: &str) -> Result<()> {
        let wrong = || {
            Error::not_found(format!("mock option `{option}` is none of `ttft=30s`, `pace=50ms`, `text=hello%20you`"))
        };
        let (name, value) = option.split_once('=').ok_or_else(wrong)?;
        match name {
            "ttft" => self.first_wait = duration(value).ok_or_else(wrong)?,
            "pace" => self.pace = duration(value).ok_or_else(wrong)?,
            "text" => self.text = Some(decoded(value)),
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

fn unknown(name: &str) -> Error {
    Error::not_found(format!("no mock `{name}`")).hint(format!("there are {MOCKS}"))
}

/// `drop@40%`, or `drop` for the middle.
fn drop_at(verb: &str) -> Option<u8> {
    let percent = match verb.strip_prefix("drop")? {
        "" => 50,
        at => at.strip_prefix('@')?.trim_end_matches('%').parse().ok()?,
    };
    (percent <= 100).then_some(percent)
}

/// `30s`, `50ms`, `1.5`.
fn duration(text: &str) -> Option<Duration> {
    let (number, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 0.001),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    (0.0..=LONGEST).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// `%20` and `+` are spaces, as in a URL; what is no escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
