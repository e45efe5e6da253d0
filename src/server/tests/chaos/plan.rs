//! What is asked at random, and how the providers answer it.

use exai_fake::{Ending, Framing, Point, Reply, Scenario};
use serde_json::{Value, json};

/// How a call can end, apart from being cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// With an answer.
    Good,
    /// With an answer or an error: its provider fails.
    Doubtful,
}

/// One call to be made.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) tool: &'static str,
    pub(super) arguments: Value,
    pub(super) timeout_s: Option<f64>,
    pub(super) fresh: bool,
    /// What the answer must contain.
    pub(super) marker: String,
    pub(super) fate: Fate,
}

/// Words in a question that make the provider fail.
const FAULTS: &[&str] = &["fault-busy", "fault-error", "fault-reset", "fault-empty", "fault-page", "fault-silence"];
/// Words that make the provider slow.
const PACES: &[&str] = &["at-once", "at-once", "pause-1", "pause-5"];
/// Models that answer; those of faults are others, so that a breaker that opens is theirs.
const SOUND: &[&str] = &["glm-4.6", "kimi-k3"];
const SICK: &[&str] = &["glm-4.5-air", "kimi-k2.6"];

impl Question {
    /// A random one; `name` is nobody else's.
    pub(super) fn random(dice: &mut fastrand::Rng, name: &str) -> Self {
        let good = |tool, arguments, marker: &str| Self {
            tool,
            arguments,
            timeout_s: None,
            fresh: false,
            marker: marker.to_owned(),
            fate: Fate::Good,
        };
        let pace = *dice.choice(PACES).unwrap();
        let model = *dice.choice(SOUND).unwrap();
        match dice.u8(..100) {
            0..12 => good("version", json!({}), "exai"),
            12..18 => good("listmodels", json!({}), "glm-4.6"),
            18..35 => {
                let marker = format!("marker-{name}-end");
                good("chat", json!({"prompt": format!("echo {marker}"), "model": "mock:echo"}), &marker)
            }
            // Asked by many: one request is made for all who ask it at once, and its answer is kept.
            35..55 => {
                let marker = format!("marker-shared-{}-end", dice.u8(..20));
                good("chat", json!({"prompt": format!("share {pace} {marker}"), "model": model}), &marker)
            }
            55..65 => {
                let marker = format!("marker-{name}-end");
                good("debug", json!({"findings": format!("It fails {pace} {marker}"), "model": model}), &marker)
            }
            65..92 => {
                let marker = format!("marker-{name}-end");
                let question =
                    good("chat", json!({"prompt": format!("tell {pace} {marker}"), "model": model}), &marker);
                Self { fresh: dice.u8(..4) == 0, ..question }
            }
            _ => {
                let marker = format!("marker-{name}-end");
                let (fault, model) = (*dice.choice(FAULTS).unwrap(), *dice.choice(SICK).unwrap());
                let question =
                    good("chat", json!({"prompt": format!("fail {fault} {marker}"), "model": model}), &marker);
                Self { timeout_s: Some(0.5), fate: Fate::Doubtful, ..question }
            }
        }
    }
}

/// The providers.
pub(super) fn scenario() -> Scenario {
    let answer =
        || Reply { framing: vec![Framing::OneWrite], ..Reply::answer("This is the answer to ").echo("marker-") };
    let slow = |pause_ms| Reply { pause_ms, ..Reply::answer("This is the slow answer to ").echo("marker-") };
    let page = "<!DOCTYPE html><html><body>Please log in</body></html>";
    let for_ever = |reply: Reply, word: &str| {
        let mut reply = reply.contains(word);
        reply.times = Some(exai_fake::Times::Word(exai_fake::Forever::Forever));
        reply
    };
    Scenario::of([
        for_ever(Reply::body(429, r#"{"error":{"code":"1302","message":"busy"}}"#), "fault-busy"),
        for_ever(Reply::body(500, r#"{"error":{"code":"500","message":"Internal Error"}}"#), "fault-error"),
        for_ever(Reply::answer("This breaks off").ending(Ending::Reset), "fault-reset"),
        for_ever(Reply::answer(""), "fault-empty"),
        for_ever(Reply::body(200, page), "fault-page"),
        for_ever(Reply::answer("This stops").stall(Point::AfterFrames(1)), "fault-silence"),
        for_ever(slow(1), "pause-1"),
        for_ever(slow(5), "pause-5"),
        answer(),
    ])
}
