//! What would be sent, for `--dry-run`.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Route, estimate, size};
use crate::protocol::{Nanodollars, Usage, UsageSource};
use crate::providers::{ChatRequest, Model};

/// One request that was not sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// `glm`, `kimi`, `custom` or `mock`.
    pub provider: String,
    /// The model's id.
    pub model: String,
    /// Why this one.
    pub reason: String,
    /// Bytes of the request's body.
    pub bytes: usize,
    /// Estimated tokens of its messages.
    pub estimated_tokens: u64,
    /// Tokens that the model takes.
    pub context: u64,
    /// US dollars for the input at the uncached price; null when not known.
    pub input_cost_usd: Option<f64>,
    /// The request's fields, its messages apart.
    pub parameters: Map<String, Value>,
    /// The whole body as it would leave.
    #[serde(skip)]
    pub body: Map<String, Value>,
}

impl Plan {
    pub(super) fn new(model: &Model, route: &Route, body: Map<String, Value>, request: &ChatRequest) -> Self {
        let tokens = estimate(request);
        let input = Usage { input: Some(tokens), output: Some(0), source: UsageSource::Estimated, ..Usage::default() };
        let cost: Option<Nanodollars> = model.cost(&input);
        let bytes = size::of(&body, tokens, model).bytes;
        let mut parameters = body.clone();
        parameters.remove("messages");
        Self {
            body,
            provider: model.provider.to_string(),
            model: model.to_string(),
            reason: route.reason.clone(),
            bytes,
            estimated_tokens: tokens,
            context: model.context,
            input_cost_usd: cost.map(|nanos| nanos as f64 / 1e9),
            parameters,
        }
    }
}

/// What several requests come to together, in words; nothing for one.
pub fn in_all(plans: &[Plan]) -> String {
    if plans.len() < 2 {
        return String::new();
    }
    let tokens: u64 = plans.iter().map(|plan| plan.estimated_tokens).sum();
    let cost: Option<f64> = plans.iter().map(|plan| plan.input_cost_usd).sum();
    let cost = cost.map_or("a price that is not known".to_owned(), |usd| format!("about {usd:.4} USD for the input"));
    format!("In all {} requests, about {tokens} tokens, {cost}\n", plans.len())
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let window = match self.context {
            0 => String::new(),
            context => format!(" (about {} tokens of {context})", self.estimated_tokens),
        };
        writeln!(f, "Would send {} bytes{window} to {} ({})", self.bytes, self.model, self.provider)?;
        writeln!(f, "Why: {}", self.reason)?;
        match self.input_cost_usd {
            Some(usd) => writeln!(f, "Input costs about {usd:.4} USD; the answer comes on top"),
            None => writeln!(f, "Its price is not known"),
        }?;
        write!(f, "Parameters: {}", Value::Object(self.parameters.clone()))
    }
}
