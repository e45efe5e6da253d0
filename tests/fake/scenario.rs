//! Scenarios: what the fake providers answer, as data.
//!
//! A scenario is a list of replies. A request is answered by the first reply that matches it and is not used up
//! (`script.rs`); what a reply puts on the wire is told in `reply.rs`. Unknown keys are refused.
//!
//! ```toml
//! in_flight_limit = { glm = 2 }
//!
//! [[reply]]                       # once, because a later reply could answer too
//! provider = "glm"
//! glm_error = "1302"
//!
//! [[reply]]                       # for ever
//! text = "The second try is answered."
//! wait_for = "go"                 # until the test calls fake.open("go")
//! wait_at = "after_frames:2"
//! framing = ["crlf", "comments"]
//! ```

mod entry;
mod words;

use std::path::Path;

use serde::Deserialize;

pub use self::entry::Reply;
pub use self::words::{Ending, Forever, Frame, Framing, Placement, Point, Provider, Route, Times, Usage};

/// What the fake providers do in one test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Whether bad requests are refused as the real providers refuse them.
    pub validate: bool,
    /// How many chat requests may be open at once; one more is refused at once.
    pub in_flight_limit: InFlightLimit,
    /// Resets the connection of an upload after so many bytes of its request.
    pub cut_uploads_after: Option<usize>,
    /// The replies, in the order in which they are tried.
    #[serde(rename = "reply")]
    pub replies: Vec<Reply>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self { validate: true, in_flight_limit: InFlightLimit::default(), cut_uploads_after: None, replies: Vec::new() }
    }
}

impl Scenario {
    /// Reads `tests/scenarios/<name>.toml`.
    ///
    /// # Panics
    /// When there is no such file, or it is not a scenario.
    #[track_caller]
    pub fn load(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").join(format!("{name}.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text),
            Err(error) => panic!("no scenario {name:?}: {error}: {}", path.display()),
        }
    }

    /// Reads a scenario from its TOML text.
    ///
    /// # Panics
    /// When the text is not a scenario, or a reply contradicts itself.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        toml::from_str::<Self>(text).unwrap_or_else(|error| panic!("not a scenario: {error}")).checked()
    }

    /// These replies, in this order.
    ///
    /// # Panics
    /// When a reply contradicts itself.
    #[track_caller]
    pub fn of(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { replies: replies.into_iter().collect(), ..Self::default() }.checked()
    }

    /// Answers every chat request with `text`.
    #[track_caller]
    pub fn answer(text: &str) -> Self {
        Self::of([Reply::answer(text)])
    }

    /// Answers every chat request with an error of GLM, such as `"1302"`.
    #[track_caller]
    pub fn glm_error(code: &str) -> Self {
        Self::of([Reply::glm_error(code)])
    }

    /// Answers every chat request with an error of Kimi, such as `"engine_overloaded_error"`.
    #[track_caller]
    pub fn kimi_error(kind: &str) -> Self {
        Self::of([Reply::kimi_error(kind)])
    }

    /// Adds a reply after the others.
    ///
    /// # Panics
    /// When the reply contradicts itself.
    #[must_use]
    #[track_caller]
    pub fn then(mut self, reply: Reply) -> Self {
        self.replies.push(reply);
        self.checked()
    }

    /// Accepts requests that the real providers would refuse.
    #[must_use]
    pub fn unvalidated(mut self) -> Self {
        self.validate = false;
        self
    }

    /// Refuses more than `glm` open requests for a model of GLM, and more than `kimi` for all of Kimi.
    #[must_use]
    pub fn limit_in_flight(mut self, glm: Option<usize>, kimi: Option<usize>) -> Self {
        self.in_flight_limit = InFlightLimit { glm, kimi };
        self
    }

    #[track_caller]
    fn checked(self) -> Self {
        for (at, reply) in self.replies.iter().enumerate() {
            if let Some(fault) = reply.fault() {
                panic!("reply {} of the scenario {fault}", at + 1);
            }
        }
        self
    }
}

/// How many chat requests may be open at once.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InFlightLimit {
    /// For each model of GLM; the next one gets 1302.
    pub glm: Option<usize>,
    /// For the whole organisation at Kimi; the next one gets `rate_limit_reached_error`.
    pub kimi: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "unknown field `txet`")]
    fn a_misspelt_key_is_refused() {
        Scenario::parse("[[reply]]\ntxet = 'hello'");
    }

    #[test]
    #[should_panic(expected = "reply 2 of the scenario has both body and text")]
    fn a_reply_that_contradicts_itself_is_refused() {
        Scenario::parse("[[reply]]\n[[reply]]\ntext = 'hello'\nbody = 'hello'");
    }

    #[test]
    #[should_panic(expected = "\"1303x\", which is no error code of GLM")]
    fn an_unknown_error_code_is_refused() {
        Scenario::glm_error("1303x");
    }

    #[test]
    #[should_panic(expected = "is not before_headers, after_headers or after_frames:<number>")]
    fn an_unknown_place_is_refused() {
        Scenario::parse("[[reply]]\nstall = 'after_lunch'");
    }

    #[test]
    fn every_option_has_a_spelling() {
        let scenario = Scenario::parse(
            r#"
            validate = false
            in_flight_limit = { glm = 1, kimi = 2 }
            [[reply]]
            provider = "kimi"
            model = "kimi-k3"
            nth = 2
            contains = "x"
            times = 3
            headers = { Retry-After = "1" }
            text = "a"
            reasoning = "b"
            usage = { placement = "kimi_choice", input = 1, output = 2, cached = 3, reasoning = 4 }
            framing = ["crlf", "comments", "bom", "no_space", "event_lines", "glued", "one_write", "no_done", "no_blank_after_done", "junk_after_done"]
            split_bytes = 3
            wait_for = "go"
            wait_at = "after_frames:2"
            stall = "after_headers"
            ending = "fin_mid_chunk"
            [[reply]]
            route = "models"
            times = "forever"
            frames = ['{}', { raw = "event: error\n" }, { hex = "ff fe" }]
            "#,
        );
        assert!(!scenario.validate);
        assert_eq!(scenario.in_flight_limit.kimi, Some(2));
        assert_eq!(scenario.replies[0].wait_at, Point::AfterFrames(2));
        assert_eq!(scenario.replies[0].usage.placement, Some(Placement::KimiChoice));
        assert_eq!(scenario.replies[1].times, Some(Times::Word(Forever::Forever)));
        assert_eq!(scenario.replies[1].frames.as_ref().map(Vec::len), Some(3));
    }

    #[test]
    fn every_scenario_file_is_a_scenario() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            Scenario::load(path.file_stem().unwrap().to_str().unwrap());
            seen += 1;
        }
        assert!(seen >= 19, "only {seen} scenario files");
    }
}
