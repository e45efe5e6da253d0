//! The result of a call: one shape for every tool, every door and every outcome.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CallId, CallState, Finding, ThreadId};
use crate::error::{Error, ErrorCode, Kind};

/// The result of one call. Its JSON Schema is what `exai schema result` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "exai.result/1")]
pub struct Envelope {
    /// Always `exai.result/1`; a breaking change gets a new number.
    pub schema: String,
    /// The call's id; names it in `exai calls show`.
    pub call_id: CallId,
    /// The tool's name.
    pub tool: String,
    /// Where the call stands.
    pub state: CallState,
    /// The tool's own word for its outcome, such as `analysis_complete`.
    pub status: String,
    /// What the process exits with.
    pub exit: Exit,
    /// Which model was asked for, which one answered, and why.
    pub model: ModelUse,
    /// Tokens, over all attempts of this call.
    pub usage: Usage,
    /// Money, over all attempts of this call.
    pub cost: Cost,
    /// The failure, if it failed.
    pub error: Option<ErrorBody>,
    /// Seconds after which another try makes sense.
    pub retry_after_s: Option<f64>,
    /// The verdict of a gate: `passed`, `failed` or `skipped`; null when no gate was asked for.
    pub gate: Option<String>,
    /// Which files were asked for, shown to the model, or left out and why.
    pub coverage: Coverage,
    /// Findings of review tools, the worst first.
    pub findings: Vec<Finding>,
    /// The answer, as Markdown.
    pub text: String,
    /// The tool's own document.
    pub data: Value,
    /// The conversation, to continue it.
    pub thread_id: Option<ThreadId>,
    /// Answered from the store: nothing was sent or paid.
    pub reused: bool,
    /// Answered by another call's request: nothing of its own was sent or paid.
    pub joined: bool,
    /// Where the time went.
    pub timing: Timing,
    /// What the caller should know although the call succeeded.
    pub warnings: Vec<String>,
}

/// The version of [`Envelope`].
pub const RESULT_SCHEMA: &str = "exai.result/1";

impl Envelope {
    /// The envelope of a call that is still running and has nothing to tell yet.
    pub fn running(call_id: CallId, tool: &str) -> Self {
        Self {
            schema: RESULT_SCHEMA.to_owned(),
            call_id,
            tool: tool.to_owned(),
            state: CallState::Running,
            status: CallState::Running.as_str().to_owned(),
            exit: Exit::of(Kind::Ok),
            model: ModelUse::default(),
            usage: Usage::default(),
            cost: Cost::default(),
            error: None,
            retry_after_s: None,
            gate: None,
            coverage: Coverage::default(),
            findings: Vec::new(),
            text: String::new(),
            data: Value::Null,
            thread_id: None,
            reused: false,
            joined: false,
            timing: Timing::default(),
            warnings: Vec::new(),
        }
    }

    /// Says that this result could not be kept. The answer stays, the exit does not claim success.
    pub fn lose(&mut self, error: &Error) {
        self.warnings.push(format!("this result is not in the journal: {error}"));
        if self.error.is_none() {
            let (text, data) = (std::mem::take(&mut self.text), self.data.take());
            self.fail(error);
            (self.text, self.data) = (text, data);
        }
    }

    /// Ends the envelope with a failure.
    pub fn fail(&mut self, error: &Error) {
        self.state = match error.code {
            ErrorCode::Cancelled => CallState::Cancelled,
            ErrorCode::Interrupted => CallState::Interrupted,
            ErrorCode::Timeout => CallState::TimedOut,
            _ => CallState::Failed,
        };
        self.status = "error".into();
        self.exit = Exit::of(error.kind());
        self.retry_after_s = error.retry_after.map(|after| after.as_secs_f64());
        self.error = Some(ErrorBody {
            code: error.code,
            message: error.message.clone(),
            details: error.details.as_deref().cloned(),
            hints: error.hints.clone(),
        });
    }
}

/// Exit code and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Exit {
    /// The process exit code.
    pub code: u8,
    /// Its name.
    pub kind: Kind,
}

impl Exit {
    /// The exit of a kind.
    pub const fn of(kind: Kind) -> Self {
        Self { code: kind.exit_code(), kind }
    }
}

/// The failure of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ErrorBody {
    /// What happened.
    pub code: ErrorCode,
    /// What, which value.
    pub message: String,
    /// Machine-readable particulars.
    #[serde(default)]
    pub details: Option<Value>,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// Which model was asked for and which one answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ModelUse {
    /// As asked for; `auto` when the choice was left to the router. Null when no model was needed.
    pub requested: Option<String>,
    /// The one that answered; null when none did.
    pub used: Option<String>,
    /// Why this one.
    pub reason: Option<String>,
    /// Every attempt, in order.
    pub tried: Vec<Tried>,
}

/// One attempt at one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Tried {
    /// `glm`, `kimi`, `custom` or `mock`.
    pub provider: String,
    /// The model's id.
    pub model: String,
    /// `ok`, or the cause of the failure.
    pub outcome: String,
}

/// Tokens of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Usage {
    /// Tokens sent, cached ones included.
    pub input: Option<u64>,
    /// Tokens of reasoning and answer.
    pub output: Option<u64>,
    /// The part of `output` that was reasoning.
    pub reasoning: Option<u64>,
    /// The part of `input` that the provider had cached.
    pub cached: Option<u64>,
    /// Where the figures come from.
    pub source: UsageSource,
}

impl Usage {
    /// The sum of two attempts; a figure that only one of them has is kept.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let add = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        Self {
            input: add(self.input, other.input),
            output: add(self.output, other.output),
            reasoning: add(self.reasoning, other.reasoning),
            cached: add(self.cached, other.cached),
            source: self.source.max(other.source),
        }
    }
}

/// Where a count of tokens comes from; the least certain source of a sum wins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum UsageSource {
    /// Nobody said.
    #[default]
    Unknown,
    /// The provider said.
    Provider,
    /// Estimated from bytes.
    Estimated,
}

/// Integer billionths of a US dollar, so that sums are exact.
pub type Nanodollars = i64;

/// Money of a call; unknown is null, never 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Cost {
    /// US dollars; null when a price or a count is not known.
    pub usd: Option<f64>,
    /// Whether all of it could be priced.
    pub priced: bool,
}

impl Cost {
    /// From exact billionths.
    pub fn from_nanos(nanos: Option<Nanodollars>) -> Self {
        Self { usd: nanos.map(|nanos| nanos as f64 / 1e9), priced: nanos.is_some() }
    }
}

/// Which files a call was about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Coverage {
    /// Asked for, directories expanded.
    pub selected: Vec<String>,
    /// Shown to the model (or in the brief) in full.
    pub sent: Vec<String>,
    /// Left out, and why.
    pub skipped: Vec<Skipped>,
    /// What was too large for one request: what each of the several showed. Empty when there was one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
}

/// The files that one request of several showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Bundle {
    /// Shown to the model in this one.
    pub sent: Vec<String>,
    /// Why nothing can be said of them; not there when they were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Where the time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Timing {
    /// Milliseconds spent waiting for permits.
    pub queued_ms: u64,
    /// Milliseconds spent with providers.
    pub provider_ms: u64,
    /// Milliseconds from acceptance to result.
    pub total_ms: u64,
}

/// Response fields of a provider that `exai` does not know; kept as they came.
pub type Extra = BTreeMap<String, Value>;
