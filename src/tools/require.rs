//! What the first step of a workflow needs before it can lead anywhere.

use serde_json::Value;

use super::Info;
use super::workflow::Work;
use crate::error::{Error, Result};
use crate::threads::Thread;

/// Files that the tool can work on: its own, or those that the conversation is about.
pub(super) fn files(work: &Work, thread: &Thread, tool: &Info) -> Result<Vec<String>> {
    if !work.relevant_files().is_empty() || !thread.files(None).is_empty() {
        return Ok(Vec::new());
    }
    let name = tool.name;
    let message = format!("{name} needs files: `relevant_files` is empty in step {}", work.step_number());
    Err(Error::validation("relevant_files", Value::Array(Vec::new()), "at least one file or directory", message)
        .hint(format!("name files or directories: exai call {name} --relevant-files src …")))
}
