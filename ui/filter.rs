//! The language of the filter: plain words at first, more when one needs it. [`LANGUAGE`] says what can be written.

use exai_core::protocol::{CallState, FailureKind, Phase};

use crate::model::calls::Call;

/// What can be written, and which rows it leaves: for the pages of the manual.
pub const LANGUAGE: [(&[&str], &str); 8] = [
    (&["glm debug"], "rows with both words, anywhere"),
    (&["tool:debug model:glm"], "that column; also id, session, owner, provider"),
    (&["state:err"], "failed, timed out or interrupted; also run, done, queued, and each state's name"),
    (&["cause:429", "cause:auth"], "failed because of that: 429, 5xx, timeout, other, or the cause's own name"),
    (&[">2s", "<500ms"], "calls that take or took so long"),
    (&["tokens>10k", "tries>1"], "by figures"),
    (&["!cancelled"], "all but that"),
    (&["\"two words\""], "as they stand"),
];

/// What a row must be like. Empty: anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq)]
struct Term {
    wanted: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Word(String),
    Field(Field, String),
    State(State),
    Cause(String),
    Figure(Figure, Order, f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Session,
    Owner,
    Tool,
    Model,
    Provider,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Error,
    Queued,
    Exactly(CallState),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Time,
    Tokens,
    Tries,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Over,
    Under,
}

impl Filter {
    /// Reads what was typed; the error is one sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let terms = words(text).iter().map(|(word, is_phrase)| term(word, *is_phrase)).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Whether every row passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes.
    pub(crate) fn takes(&self, call: &Call) -> bool {
        self.terms.iter().all(|term| term.test.holds(call) == term.wanted)
    }
}

/// Words in small letters. What begins with a quote is a phrase: it may have spaces in it, and is no field.
fn words(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let (mut word, mut is_phrase, mut quoted) = (String::new(), false, false);
    for letter in text.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                is_phrase |= matches!(word.as_str(), "" | "!");
            }
            letter if letter.is_whitespace() && !quoted => {
                words.push((std::mem::take(&mut word), std::mem::take(&mut is_phrase)));
            }
            letter => word.extend(letter.to_lowercase()),
        }
    }
    words.push((word, is_phrase));
    words.retain(|(word, _)| !word.is_empty());
    words
}

fn term(word: &str, is_phrase: bool) -> Result<Term, String> {
    let (wanted, rest) = word.strip_prefix('!').map_or((true, word), |rest| (false, rest));
    if rest.is_empty() {
        return Err("! wants a word behind it".to_owned());
    }
    let test = if is_phrase { Test::Word(rest.to_owned()) } else { test(rest)? };
    Ok(Term { wanted, test })
}

fn test(word: &str) -> Result<Test, String> {
    if let Some(at) = word.find(['<', '>']) {
        return figure(&word[..at], &word[at..]);
    }
    let Some((name, value)) = word.split_once(':') else { return Ok(Test::Word(word.to_owned())) };
    let field = match name {
        "id" | "call" => Field::Id,
        "session" => Field::Session,
        "owner" => Field::Owner,
        "tool" => Field::Tool,
        "model" => Field::Model,
        "provider" => Field::Provider,
        "state" => return state(value).map(Test::State),
        "cause" => return wanted(name, value).map(Test::Cause),
        _ => return Err(format!("no column is called {name}: id session owner tool model provider state cause")),
    };
    wanted(name, value).map(|word| Test::Field(field, word))
}

/// The word that has to stand behind the name of a column.
fn wanted(name: &str, value: &str) -> Result<String, String> {
    if value.is_empty() { Err(format!("{name}: wants a word behind it")) } else { Ok(value.to_owned()) }
}

fn state(name: &str) -> Result<State, String> {
    Ok(match name {
        "err" | "error" | "bad" => State::Error,
        "queued" | "waiting" => State::Queued,
        "run" | "live" => State::Exactly(CallState::Running),
        "ok" | "done" => State::Exactly(CallState::Succeeded),
        "timeout" => State::Exactly(CallState::TimedOut),
        name => {
            let exact = CallState::ALL.into_iter().find(|state| !name.is_empty() && state.as_str().starts_with(name));
            return exact
                .map(State::Exactly)
                .ok_or_else(|| "states: run queued done err failed cancelled timed_out interrupted".to_owned());
        }
    })
}

fn figure(name: &str, rest: &str) -> Result<Test, String> {
    let order = if rest.starts_with('>') { Order::Over } else { Order::Under };
    let value = rest[1..].trim_start_matches('=');
    let figure = match name {
        "" | "time" | "age" => Figure::Time,
        "tokens" => Figure::Tokens,
        "tries" => Figure::Tries,
        _ => return Err(format!("{name} is no figure: time tokens tries")),
    };
    let digits = value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match (figure, &value[digits.len()..]) {
        (Figure::Time, "" | "s") | (Figure::Tokens | Figure::Tries, "") => 1.0,
        (Figure::Time, "ms") => 1e-3,
        (Figure::Time, "m" | "min") => 60.0,
        (Figure::Time, "h") => 3_600.0,
        (Figure::Tokens, "k") => 1e3,
        (_, unit) => return Err(format!("{unit} is no unit here: 2s 500ms 3m 1h, tokens>10k")),
    };
    let number: f64 =
        digits.parse().map_err(|_| format!("{order} wants a number behind it: >2s", order = &rest[..1]))?;
    Ok(Test::Figure(figure, order, number * unit))
}

impl Test {
    fn holds(&self, call: &Call) -> bool {
        match self {
            Self::Word(word) => call.haystack().contains(word.as_str()),
            Self::Field(field, word) => contains(call.field(*field), word),
            Self::Cause(word) => {
                let kind = call.failure().map_or("", FailureKind::as_str);
                contains(call.row.cause.as_deref().unwrap_or_default(), word) || contains(kind, word)
            }
            Self::State(State::Error) => call.is_bad(),
            Self::State(State::Queued) => call.row.state == CallState::Running && call.row.phase == Some(Phase::Queued),
            Self::State(State::Exactly(state)) => call.row.state == *state,
            Self::Figure(figure, order, limit) => {
                let value = match figure {
                    Figure::Time => call.row.elapsed_s,
                    Figure::Tokens => call.row.tokens.unwrap_or_default() as f64,
                    Figure::Tries => f64::from(call.row.attempts),
                };
                if *order == Order::Over { value > *limit } else { value < *limit }
            }
        }
    }
}

fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        // Without a copy: this is asked of every row.
        let (text, word) = (text.as_bytes(), word.as_bytes());
        return text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    }
    text.to_lowercase().contains(word)
}

impl Call {
    fn field(&self, field: Field) -> &str {
        let row = &self.row;
        match field {
            Field::Id => row.call_id.as_str(),
            Field::Session => &row.session_id,
            Field::Owner => &row.owner,
            Field::Tool => &row.tool,
            Field::Model => row.model.as_deref().unwrap_or_default(),
            Field::Provider => row.provider.as_deref().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use exai_core::protocol::CallRow;

    use super::*;

    fn call(state: CallState, phase: Option<Phase>) -> Call {
        Call::from(CallRow {
            call_id: "0199-abc".to_owned().into(),
            tool: "codereview".to_owned(),
            session_id: "s-1".to_owned(),
            owner: "Zoë".to_owned(),
            state,
            phase,
            provider: Some("glm".to_owned()),
            model: Some("GLM-5.3".to_owned()),
            elapsed_s: 2.5,
            queued_s: 0.0,
            attempts: 2,
            tokens: Some(1_500),
            cause: Some("timeout_idle".to_owned()),
        })
    }

    #[test]
    fn a_filter_says_what_a_row_must_be_like() {
        let row = call(CallState::Failed, None);
        for (text, takes) in [
            ("", true),
            ("glm review", true),
            ("glm-5.3", true),
            ("kimi", false),
            ("!kimi", true),
            ("tool:code model:glm", true),
            ("tool:debug", false),
            ("owner:zoë", true),
            ("state:err", true),
            ("state:failed", true),
            ("!state:err", false),
            ("state:done", false),
            ("cause:timeout", true),
            ("cause:idle", true),
            ("cause:429", false),
            (">2s", true),
            ("<2500ms", false),
            (">=1m", false),
            ("tokens>1k tries>1", true),
            ("tokens<1000", false),
            ("\"glm-5.3\"", true),
        ] {
            assert_eq!(Filter::parse(text).unwrap().takes(&row), takes, "{text}");
        }
        let queued = Filter::parse("state:queued").unwrap();
        assert!(queued.takes(&call(CallState::Running, Some(Phase::Queued))));
        assert!(!queued.takes(&call(CallState::Running, Some(Phase::Waiting))));
    }

    /// The page of the daemon reads the same table with its own code.
    #[derive(serde::Deserialize)]
    struct Table {
        rows: Vec<CallRow>,
        matches: BTreeMap<String, Vec<usize>>,
        refused: BTreeMap<String, String>,
    }

    #[test]
    fn the_terminal_and_the_page_understand_the_same() {
        let table: Table = serde_json::from_str(include_str!("../tests/page/filter.json")).unwrap();
        let calls: Vec<Call> = table.rows.into_iter().map(Call::from).collect();
        for (text, taken) in table.matches {
            let filter = Filter::parse(&text).unwrap();
            let found: Vec<usize> = (0..calls.len()).filter(|index| filter.takes(&calls[*index])).collect();
            assert_eq!(found, taken, "{text}");
        }
        for (text, why) in table.refused {
            let error = Filter::parse(&text).unwrap_err();
            assert!(error.contains(&why), "{text}: {error}");
        }
    }

    #[test]
    fn what_the_manual_shows_is_understood() {
        for text in LANGUAGE.iter().flat_map(|(written, _)| *written) {
            Filter::parse(text).unwrap();
        }
    }

    #[test]
    fn what_can_not_be_understood_says_why() {
        for (text, why) in [
            ("colour:red", "no column is called colour"),
            ("state:", "states: run"),
            ("state:fine", "states: run"),
            ("tool:", "wants a word"),
            ("cause:", "wants a word"),
            (">fast", "is no unit"),
            (">", "wants a number"),
            ("tokens>2s", "is no unit"),
            ("size>2", "is no figure"),
            ("!", "wants a word"),
        ] {
            let error = Filter::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_typed_panics(text in "[a-z:<>!\"0-9. smé]{0,24}") {
            if let Ok(filter) = Filter::parse(&text) {
                filter.takes(&call(CallState::Running, None));
            }
        }
    }
}
