//! The work so far: the steps, as the conversation keeps them. Everything else is derived from them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::arguments::{Arguments, Confidence};
use crate::error::{Error, Result};
use crate::threads::Thread;

/// All steps of one workflow, the present one last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::tools) struct Work {
    /// The steps.
    pub(super) steps: Vec<Step>,
    /// Steps expected in all.
    pub(super) total_steps: u32,
    /// Whether another step will follow.
    pub(super) next_step_required: bool,
}

/// One step as it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) number: u32,
    pub(super) step: String,
    pub(super) findings: String,
    pub(super) files_checked: Vec<String>,
    pub(super) relevant_files: Vec<String>,
    pub(super) relevant_context: Vec<String>,
    pub(super) issues_found: Vec<Map<String, Value>>,
    pub(super) hypothesis: Option<String>,
    pub(super) confidence: Confidence,
}

impl Work {
    /// What `tool` has kept in the conversation; nothing yet in a new one.
    pub(super) fn resume(thread: &Thread, tool: &str) -> Result<Self> {
        let Some(state) = thread.state_of(tool) else { return Ok(Self::default()) };
        let work: Self = serde_json::from_value(state.clone())
            .map_err(|error| Error::internal(format!("conversation {}: steps of {tool}: {error}", thread.id)))?;
        Ok(work)
    }

    /// The work with this step added.
    pub(super) fn with_step(mut self, arguments: &Arguments) -> Result<Self> {
        let number = arguments.step_number.unwrap_or_else(|| self.next_number());
        if let Some(from) = arguments.backtrack_from_step {
            if from >= number {
                let message =
                    format!("backtrack_from_step is {from}, but this is step {number}: it must be an earlier one");
                return Err(Error::validation("backtrack_from_step", from, format!("1 to {}", number - 1), message));
            }
            self.steps.retain(|step| step.number < from);
        }
        // A step that is given again replaces the former one.
        self.steps.retain(|step| step.number != number);
        self.steps.push(Step {
            number,
            step: arguments
                .step
                .clone()
                .filter(|step| !step.is_empty())
                .unwrap_or_else(|| first_line(&arguments.findings)),
            findings: arguments.findings.clone(),
            files_checked: arguments.files_checked.clone(),
            relevant_files: arguments.relevant_files.clone(),
            relevant_context: arguments.relevant_context.clone(),
            issues_found: arguments.issues_found.clone(),
            hypothesis: arguments.hypothesis.clone().filter(|hypothesis| !hypothesis.is_empty()),
            confidence: arguments.confidence,
        });
        self.total_steps = arguments.total_steps.unwrap_or(self.total_steps).max(number);
        self.next_step_required = arguments.next_step_required;
        Ok(self)
    }

    /// Whether this step is the last.
    pub(super) fn is_last(&self) -> bool {
        !self.next_step_required
    }

    /// Number of the present step.
    pub(in crate::tools) fn step_number(&self) -> u32 {
        self.steps.last().map_or(1, |step| step.number)
    }

    fn next_number(&self) -> u32 {
        self.steps.last().map_or(1, |step| step.number.saturating_add(1))
    }

    /// How sure the caller is now.
    pub(in crate::tools) fn confidence(&self) -> Confidence {
        self.steps.last().map_or(Confidence::Low, |step| step.confidence)
    }

    /// The task, as step 1 said it.
    pub(super) fn task(&self) -> &str {
        self.steps.first().map_or("", |step| &step.step)
    }

    /// What the caller said in this step, for the conversation.
    pub(super) fn question(&self) -> String {
        match self.steps.last() {
            Some(step) if step.findings.starts_with(&step.step) => step.findings.clone(),
            Some(step) => format!("{}\n\n{}", step.step, step.findings),
            None => String::new(),
        }
    }

    /// Files looked at, each once.
    pub(super) fn files_checked(&self) -> Vec<&str> {
        unique(self.steps.iter().flat_map(|step| &step.files_checked))
    }

    /// Files that matter, each once.
    pub(super) fn relevant_files(&self) -> Vec<&str> {
        unique(self.steps.iter().flat_map(|step| &step.relevant_files))
    }

    /// Functions that matter, each once.
    pub(super) fn relevant_context(&self) -> Vec<&str> {
        unique(self.steps.iter().flat_map(|step| &step.relevant_context))
    }

    /// All issues.
    pub(super) fn issues(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.steps.iter().flat_map(|step| &step.issues_found)
    }

    /// How many different hypotheses there were.
    pub(super) fn hypotheses(&self) -> usize {
        self.steps.iter().filter(|step| step.hypothesis.is_some()).count()
    }

    /// The findings in a few lines, for the result document.
    pub(super) fn summary(&self) -> String {
        self.steps.iter().map(|step| format!("Step {}: {}\n", step.number, step.findings)).collect()
    }
}

fn unique<'a>(items: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    items.map(String::as_str).filter(|item| seen.insert(*item)).collect()
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}
