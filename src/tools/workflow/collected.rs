//! What a workflow tool gathers by itself, beside the files that are named.

use serde_json::{Map, Value};

use super::Work;
use crate::evidence::Further;
use crate::findings::ShownFile;
use crate::tools::Context;

/// What a tool gathers evidence for.
pub(in crate::tools) struct Scene<'a, O> {
    /// The work so far.
    pub(in crate::tools) work: &'a Work,
    /// The tool's own arguments.
    pub(in crate::tools) own: &'a O,
    /// Files and directories that this step names.
    pub(in crate::tools) files: &'a [String],
    /// Tokens that there is room for.
    pub(in crate::tools) budget: u64,
    /// What may be filled beyond that.
    pub(in crate::tools) further: Further,
    /// Files, models, and the draft of the result.
    pub(in crate::tools) context: &'a Context,
}

/// Evidence that a tool has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tools) struct Collected {
    /// As it is shown: fenced, or lines that are ours.
    pub(in crate::tools) text: String,
    /// What may be quoted of it.
    pub(in crate::tools) shown: Vec<ShownFile>,
    /// The files that it shows. What shows none is about all, and stands in each of several requests.
    pub(in crate::tools) paths: Vec<String>,
    /// What goes on in further requests.
    pub(in crate::tools) further: Vec<Self>,
    /// Figures for the result document.
    pub(in crate::tools) members: Map<String, Value>,
}

impl Collected {
    /// A text that nobody quotes from, under a heading.
    pub(in crate::tools) fn section(title: &str, text: &str) -> Self {
        Self { text: format!("## {title}\n\n{}\n\n", text.trim_end()), ..Self::default() }
    }
}
