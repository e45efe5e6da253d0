//! What a workflow tool gathers by itself, beside the files that are named.

use crate::findings::ShownFile;

/// Evidence that a tool has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tools) struct Collected {
    /// As it is shown: fenced, or lines that are ours.
    pub(in crate::tools) text: String,
    /// What may be quoted of it.
    pub(in crate::tools) shown: Vec<ShownFile>,
}

impl From<String> for Collected {
    fn from(text: String) -> Self {
        Self { text, shown: Vec::new() }
    }
}
