//! What the tools about the house say alike: providers, models, the last errors.

use super::Context;
use crate::error::Result;
use crate::protocol::{CallFilter, CallState, CallSummary};

/// Calls that are looked through for those that failed.
const LOOKED_THROUGH: u32 = 200;

/// Names of the providers that are configured.
pub(super) fn providers(context: &Context) -> Vec<String> {
    context.gateway.providers.configured().iter().map(ToString::to_string).collect()
}

/// Ids of the models that may be asked now.
pub(super) fn models(context: &Context) -> Vec<String> {
    let configured = context.gateway.providers.configured();
    let listed = context.gateway.catalogue.models();
    let can_answer = listed
        .filter(|model| !model.is_retired() && configured.contains(&model.provider) && context.gateway.allows(model));
    can_answer.map(ToString::to_string).collect()
}

/// Names as a sentence has them.
pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The caller's latest calls that ended badly, newest first.
pub(super) async fn failed(context: &Context, most: usize) -> Result<Vec<CallSummary>> {
    let calls = context.house.calls(CallFilter { limit: LOOKED_THROUGH, ..CallFilter::default() }).await?;
    let is_bad =
        |call: &CallSummary| matches!(call.state, CallState::Failed | CallState::TimedOut | CallState::Interrupted);
    Ok(calls.into_iter().filter(is_bad).take(most).collect())
}

/// What went wrong with a call, in a line.
pub(super) async fn what_went_wrong(context: &Context, call: &CallSummary) -> Result<String> {
    let record = context.house.call(call.call_id.as_str()).await?;
    let error = record.result.error.map_or_else(|| call.state.as_str().to_owned(), |error| error.message);
    Ok(format!("{} {} {}: {error}", call.created_at, call.call_id, call.tool))
}
