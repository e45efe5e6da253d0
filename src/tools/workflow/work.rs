//! The work so far: one step a turn, as the conversation keeps them. Everything else is derived from them,
//! so that steps that were taken at the same time are all there.

use std::collections::BTreeMap;

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
    pub(in crate::tools) total_steps: u32,
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
    /// Where its images are, as far as they have a place.
    #[serde(default)]
    images: Vec<String>,
    issues_found: Vec<Map<String, Value>>,
    pub(super) hypothesis: Option<String>,
    pub(super) confidence: Confidence,
    /// What the tool takes beside what all take, as it was given.
    #[serde(default)]
    pub(super) own: Map<String, Value>,
}

impl Step {
    fn given(arguments: &Arguments, confidence: Confidence) -> Self {
        let step = Some(arguments.step.clone()).filter(|step| !step.is_empty());
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
            images: Vec::new(),
            issues_found: arguments.issues_found.clone(),
            hypothesis: arguments.hypothesis.clone().filter(|hypothesis| !hypothesis.is_empty()),
            confidence: arguments.confidence.unwrap_or(confidence),
            own: arguments.own.clone(),
        }
    }
}

impl Step {
    /// The step and its findings, unless one of them says it all.
    fn said(&self) -> String {
        match (self.step.as_str(), self.findings.as_str()) {
            (step, findings) if findings.starts_with(step) => findings.to_owned(),
            (step, "") => step.to_owned(),
            (step, findings) => format!("{step}\n\n{findings}"),
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

    /// The work with this step taken, by a caller who is so sure unless the arguments say.
    pub(super) fn with_step(mut self, arguments: &Arguments, confidence: Confidence) -> Result<Self> {
        let step = Step::given(arguments, confidence);
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

    /// The present step as the conversation keeps it, with the places of its files and images.
    pub(super) fn to_keep(&self, locations: &[String], images: &[String]) -> Option<Step> {
        let (locations, images) = (locations.to_vec(), images.to_vec());
        self.current().map(|step| Step { locations, images, ..step.clone() })
    }

    /// All steps by number; of two with the same number first the one that came first.
    pub(in crate::tools) fn steps(&self) -> Vec<(u32, &Step)> {
        let mut steps: Vec<_> = self.taken.iter().map(|(number, step)| (*number, step)).collect();
        steps.sort_by_key(|(number, _)| *number);
        steps
    }

    /// What the tool takes of its own, as the steps have given it: a later step changes what it names.
    pub(super) fn options(&self) -> Map<String, Value> {
        self.taken.iter().flat_map(|(_, step)| step.own.clone()).collect()
    }

    /// What each step gave of its own, with its number and its text.
    pub(in crate::tools) fn given(&self) -> impl Iterator<Item = (u32, &str, &Map<String, Value>)> {
        self.steps().into_iter().map(|(number, step)| (number, step.step.as_str(), &step.own))
    }

    /// Whether the present step is the last.
    pub(in crate::tools) fn is_last(&self) -> bool {
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
    pub(in crate::tools) fn task(&self) -> &str {
        self.steps().first().map_or("", |(_, step)| &step.step)
    }

    /// What the present step says it is about.
    pub(in crate::tools) fn present(&self) -> &str {
        self.current().map_or("", |step| &step.step)
    }

    /// What the caller said in the present step, for the conversation.
    pub(super) fn question(&self) -> String {
        self.current().map(Step::said).unwrap_or_default()
    }

    /// Files looked at, each once.
    pub(in crate::tools) fn files_checked(&self) -> Vec<&str> {
        self.unique(|step| &step.files_checked)
    }

    /// Files that matter, as they were named, each once.
    pub(in crate::tools) fn relevant_files(&self) -> Vec<&str> {
        self.unique(|step| &step.relevant_files)
    }

    /// Where the files of earlier steps are, each once.
    pub(super) fn locations(&self) -> Vec<String> {
        self.unique(|step| &step.locations).into_iter().map(str::to_owned).collect()
    }

    /// Where the images of earlier steps are, each once.
    pub(super) fn images(&self) -> Vec<&str> {
        self.unique(|step| &step.images)
    }

    /// Functions that matter, each once.
    pub(in crate::tools) fn relevant_context(&self) -> Vec<&str> {
        self.unique(|step| &step.relevant_context)
    }

    /// All issues.
    pub(in crate::tools) fn issues(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.steps().into_iter().flat_map(|(_, step)| &step.issues_found)
    }

    /// How many issues there are of each `key`, such as the severity; those without one count as `unknown`.
    pub(in crate::tools) fn issues_by(&self, key: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for issue in self.issues() {
            let word = issue.get(key).and_then(Value::as_str).unwrap_or("unknown").to_lowercase();
            *counts.entry(word).or_default() += 1;
        }
        counts
    }

    /// How many hypotheses there were.
    pub(in crate::tools) fn hypotheses(&self) -> usize {
        self.taken.iter().filter(|(_, step)| step.hypothesis.is_some()).count()
    }

    /// The findings of each step.
    pub(in crate::tools) fn findings(&self) -> Vec<&str> {
        self.steps().into_iter().map(|(_, step)| step.findings.as_str()).filter(|text| !text.is_empty()).collect()
    }

    /// The findings in a few lines, for the result document.
    pub(in crate::tools) fn summary(&self) -> String {
        let text = |step: &Step| if step.findings.is_empty() { step.step.clone() } else { step.findings.clone() };
        self.steps().iter().map(|(number, step)| format!("Step {number}: {}\n", text(step))).collect()
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
