//! What the gateway leaves in the log beside the steps of a call: names without content.

use crate::providers::Model;
use crate::redaction::Veil;

/// The name of a model without what may be content: a mock's name holds what it shall say.
pub fn plain_name(model: &str) -> &str {
    model.split_once('?').map_or(model, |(name, _)| name)
}

/// The name of a model outside of its call. A name may be anything that a caller typed.
pub(super) fn name_of(model: &Model) -> String {
    let mut name = plain_name(&model.id).to_owned();
    Veil::default().text(&mut name);
    name
}
