//! The work so far: one step a turn, as the conversation keeps them. Everything else is derived from them,
//! so that steps that were taken at the same time are all there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::arguments::{Arguments, Confidence};
use crate::error::{Error, Result};
use crate::threads::Thread;

/// All steps of one workflow.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::tools) struct Work {
    /// In the order in which they were taken, with their numbers; the present one last.
    taken: Vec<(u32, Step)>,
    /// Steps expected in all.
    pub(super) total_steps: u32,
}

/// One step as it was given; what a turn of the conversation keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::tools) struct Step {
    /// As the caller counts; without it, the one after the last.
    number: Option<u32>,
    /// Drops this step and the later ones.
    backtrack_from: Option<u32>,
    total_steps: Option<u32>,
    next_step_required: bool,
    pub(super) step: String,
    pub(super) findings: String,
    files_checked: Vec<String>,
    relevant_files: Vec<String>,
    /// Where the relevant files are.
    locations: Vec<String>,
    relevant_context: Vec<String>,
    issues_found: Vec<Map<String, Value>>,
    pub(super) hypothesis: Option<String>,
    pub(super) confidence: Confidence,
}

impl Step {
    fn given(arguments: &Arguments) -> Self {
        let step = arguments.step.clone().filter(|step| !step.is_empty());
        Self {
            number: arguments.step_number,
            backtrack_from: arguments.backtrack_from_step,
            total_steps: arguments.total_steps,
            next_step_required: arguments.next_step_required,
            step: step.unwrap_or_else(|| first_line(&arguments.findings)),
            findings: arguments.findings.clone(),
            files_checked: arguments.files_checked.clone(),
            relevant_files: arguments.relevant_files.clone(),
            locations: Vec::new(),
            relevant_context: arguments.relevant_context.clone(),
            issues_found: arguments.issues_found.clone(),
            hypothesis: arguments.hypothesis.clone().filter(|hypothesis| !hypothesis.is_empty()),
            confidence: arguments.confidence,
        }
    }
}

impl Work {
    /// The steps that `tool` has kept in the conversation.
    pub(super) fn resume(thread: &Thread, tool: &str) -> Result<Self> {
        let mut work = Self::default();
        for state in thread.states_of(tool) {
            let step = serde_json::from_value(state.clone())
                .map_err(|error| Error::internal(format!("conversation {}: a step of {tool}: {error}", thread.id)))?;
            work.add(step);
        }
        Ok(work)
    }

    /// The work with this step taken.
    pub(super) fn with_step(mut self, arguments: &Arguments) -> Result<Self> {
        let step = Step::given(arguments);
        if let (Some(from), Some(number)) = (step.backtrack_from, step.number)
            && from >= number
        {
            let message =
                format!("backtrack_from_step is {from}, but this is step {number}: it must be an earlier one");
            return Err(Error::validation("backtrack_from_step", from, format!("below {number}"), message));
        }
        self.add(step);
        Ok(self)
    }

    fn add(&mut self, step: Step) {
        let number = self.number_of(&step);
        if let Some(from) = step.backtrack_from {
            self.taken.retain(|(number, _)| *number < from);
        }
        self.total_steps = step.total_steps.unwrap_or(self.total_steps).max(number);
        self.taken.push((number, step));
    }

    /// A step that goes back takes the place of the one it goes back to.
    fn number_of(&self, step: &Step) -> u32 {
        let next = self.taken.iter().map(|(number, _)| number.saturating_add(1)).max().unwrap_or(1);
        step.number.or(step.backtrack_from).unwrap_or(next)
    }

    /// The present step.
    pub(super) fn current(&self) -> Option<&Step> {
        self.taken.last().map(|(_, step)| step)
    }

    /// The present step as the conversation keeps it, with the places of its files.
    pub(super) fn to_keep(&self, locations: &[String]) -> Option<Step> {
        self.current().map(|step| Step { locations: locations.to_vec(), ..step.clone() })
    }

    /// All steps by number; of two with the same number first the one that came first.
    pub(super) fn steps(&self) -> Vec<(u32, &Step)> {
        let mut steps: Vec<_> = self.taken.iter().map(|(number, step)| (*number, step)).collect();
        steps.sort_by_key(|(number, _)| *number);
        steps
    }

    /// Whether the present step is the last.
    pub(super) fn is_last(&self) -> bool {
        self.current().is_none_or(|step| !step.next_step_required)
    }

    /// Number of the present step.
    pub(in crate::tools) fn step_number(&self) -> u32 {
        self.taken.last().map_or(1, |(number, _)| *number)
    }

    /// How sure the caller is now.
    pub(in crate::tools) fn confidence(&self) -> Confidence {
        self.current().map_or(Confidence::Low, |step| step.confidence)
    }

    /// The task, as the first step said it.
    pub(super) fn task(&self) -> &str {
        self.steps().first().map_or("", |(_, step)| &step.step)
    }

    /// What the caller said in the present step, for the conversation.
    pub(super) fn question(&self) -> String {
        match self.current() {
            Some(step) if step.findings.starts_with(&step.step) => step.findings.clone(),
            Some(step) => format!("{}\n\n{}", step.step, step.findings),
            None => String::new(),
        }
    }

    /// Files looked at, each once.
    pub(super) fn files_checked(&self) -> Vec<&str> {
        self.unique(|step| &step.files_checked)
    }

    /// Files that matter, as they were named, each once.
    pub(super) fn relevant_files(&self) -> Vec<&str> {
        self.unique(|step| &step.relevant_files)
    }

    /// Where the files of earlier steps are, each once.
    pub(super) fn locations(&self) -> Vec<String> {
        self.unique(|step| &step.locations).into_iter().map(str::to_owned).collect()
    }

    /// Functions that matter, each once.
    pub(super) fn relevant_context(&self) -> Vec<&str> {
        self.unique(|step| &step.relevant_context)
    }

    /// All issues.
    pub(super) fn issues(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.steps().into_iter().flat_map(|(_, step)| &step.issues_found)
    }

    /// How many hypotheses there were.
    pub(super) fn hypotheses(&self) -> usize {
        self.taken.iter().filter(|(_, step)| step.hypothesis.is_some()).count()
    }

    /// The findings in a few lines, for the result document.
    pub(super) fn summary(&self) -> String {
        self.steps().iter().map(|(number, step)| format!("Step {number}: {}\n", step.findings)).collect()
    }

    fn unique(&self, items: impl Fn(&Step) -> &Vec<String>) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        let all = self.steps().into_iter().flat_map(|(_, step)| items(step));
        all.map(String::as_str).filter(|item| seen.insert(*item)).collect()
    }
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}
