//! `planner`: a plan made step by step, with revisions and branches. It never asks a model: it makes the caller think.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Info;
use super::workflow::{Conclusion, Ending, Pause, Vocabulary, Work, Workflow, members};
use crate::error::Result;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct Planner;

static INFO: Info = Info {
    name: "planner",
    title: "Planner",
    description: "Builds a plan step by step. Steps may revise earlier ones or branch into alternatives; large plans pause for deep thinking first. Keeps the plan and puts it together at the end. Asks no model.",
    main_argument: Some("step"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "planning",
    pause: "pause_for_planning",
    required: "planner_required",
    complete: "planner_complete",
    counts: "planner_status",
    confidence: None,
    finished_work: "",
    settled: "planning_complete",
    skipped: "",
};

/// What `planner` takes of its own.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// This step takes the place of an earlier one.
    #[serde(default)]
    is_step_revision: bool,
    /// The step that is revised.
    #[schemars(range(min = 1))]
    revises_step_number: Option<u32>,
    /// This step begins an alternative.
    #[serde(default)]
    is_branch_point: bool,
    /// The step after which it branches.
    #[schemars(range(min = 1))]
    branch_from_step: Option<u32>,
    /// The branch; also for the steps that follow in it.
    branch_id: Option<String>,
    /// More steps than expected are needed.
    #[serde(default)]
    more_steps_needed: bool,
}

impl Own {
    /// The branch that this step begins: where, and its name.
    fn branch(&self) -> Option<(u32, &str)> {
        self.is_branch_point.then_some(())?;
        Some((self.branch_from_step?, self.branch_id.as_deref()?))
    }

    /// The step that this one takes the place of.
    fn revises(&self) -> Option<u32> {
        self.revises_step_number.filter(|_| self.is_step_revision)
    }
}

/// One step of the plan.
struct Step<'a> {
    number: u32,
    text: &'a str,
    own: Own,
}

fn plan(work: &Work) -> Vec<Step<'_>> {
    let read = |own: &Map<String, Value>| serde_json::from_value(Value::Object(own.clone())).unwrap_or_default();
    work.given().map(|(number, text, own)| Step { number, text, own: read(own) }).collect()
}

impl Workflow for Planner {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const REQUIRED: &'static [&'static str] = &["step"];
    const WITHOUT: &'static [&'static str] = &[
        "findings",
        "files_checked",
        "relevant_files",
        "relevant_context",
        "images",
        "issues_found",
        "hypothesis",
        "confidence",
        "backtrack_from_step",
        "use_assistant_model",
        "expert",
        "model",
        "temperature",
        "thinking_mode",
        "use_websearch",
        "allow_missing",
    ];
    const KEEPS_OWN: bool = false;

    fn check(&self, _: &Work, own: &Own, _: &Thread) -> Result<Vec<String>> {
        let mut warnings = Vec::new();
        if own.is_branch_point && own.branch().is_none() {
            warnings.push("no branch is recorded: is_branch_point needs branch_from_step and branch_id too".to_owned());
        }
        if own.is_step_revision && own.revises().is_none() {
            warnings.push("no step is revised: is_step_revision needs revises_step_number too".to_owned());
        }
        Ok(warnings)
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        match work.step_number() {
            1 => vec![
                "Split the task into parts that can be finished one after the other",
                "Note for each part what it needs and what it leaves behind",
            ],
            _ => vec![
                "Go on with the next part, in the light of the steps so far",
                "Revise a step that no longer fits, or branch where two ways are worth comparing",
            ],
        }
    }

    /// Large plans begin with thinking: in the first three steps nothing is laid down yet.
    fn pause(&self, work: &Work, _: &Own) -> Pause {
        let (number, total) = (work.step_number(), work.total_steps);
        if total < 5 || number > 3 {
            let left = total.saturating_sub(number);
            let next = number.saturating_add(1);
            let next_steps = format!("Call planner for step {next} when it is thought out; about {left} more to go.");
            return Pause { next_steps: Some(next_steps), ..Pause::usual(&WORDS, self.required_actions(work)) };
        }
        let (thinking, next_steps) = match number {
            1 => (
                vec![
                    "What exactly is the goal, and how will anybody see that it is reached?",
                    "What limits the work: people, time, systems that must not break?",
                    "Which entirely different ways lead there? Name at least two",
                    "What is not known yet and would change the plan?",
                ],
                "Do not plan in detail yet. Think, then call planner for step 2 with the way you choose and why.",
            ),
            2 => (
                vec![
                    "What does the chosen way depend on, and what if that is late or wrong?",
                    "Which part is the riskiest, and how could it be tried out first and cheaply?",
                    "Which other way would you take if this one fails, and where would you turn?",
                ],
                "Weigh the ways against each other. Call planner for step 3 with the risks and what answers them.",
            ),
            _ => (
                vec![
                    "In which order does every step leave something that works?",
                    "What can be done at the same time, and what has to wait?",
                    "How is each step verified, and how is it taken back?",
                ],
                "The ground is laid. Call planner for step 4 with the first concrete step.",
            ),
        };
        Pause {
            status: "pause_for_deep_thinking",
            actions_key: "required_thinking",
            actions: thinking,
            next_steps: Some(next_steps.to_owned()),
            members: members(json!({"thinking_required": true})),
        }
    }

    fn conclude(&self, work: &Work, _: &Own) -> Ending {
        let steps = plan(work);
        let summary = format!("The plan is complete: {} steps.", steps.len());
        let mut text = format!("# {}\n\n", work.task().lines().next().unwrap_or("Plan"));
        for step in &steps {
            text.push_str(&format!("## Step {}{}\n\n{}\n\n", step.number, remarks(step, &steps), step.text));
        }
        let output = json!({
            "instructions": "Put the whole plan before the user, in order, then ask whether to begin.",
            "format": "step_by_step_planning",
            "presentation_guidelines": {
                "completed_plans": "Numbered headings; under each what is done, what it needs and how it is verified. Dependencies as a small diagram where they matter. No estimates of time unless asked for.",
                "step_content": "Say what the step decides, and which steps it revises or branches from.",
                "continuation": "Pass the continuation_id to another tool to carry the plan out or to have it judged.",
            },
        });
        Ending::Alone(Conclusion {
            status: WORDS.settled,
            next_steps: "Put the plan before the user; revise or carry it out with this continuation_id.".to_owned(),
            members: members(json!({"planning_complete": true, "plan_summary": summary, "output": output})),
            text,
        })
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"step_history_length": work.steps().len()}))
    }

    fn add_members(&self, work: &Work, own: &Own, document: &mut Map<String, Value>) {
        let steps = plan(work);
        let branches = steps.iter().filter_map(|step| Some((step, step.own.branch()?)));
        let branches: Vec<_> = branches
            .map(|(step, (from, id))| json!({"branch_id": id, "branch_from_step": from, "step_number": step.number}))
            .collect();
        let mut metadata = members(json!({"branches": branches, "step_history_length": steps.len()}));
        metadata.extend(members(json!(own)));
        document.insert("step_content".to_owned(), work.present().into());
        if let Some(Value::Object(known)) = document.get_mut("metadata") {
            known.extend(metadata);
        }
    }
}

/// What a step is to the others.
fn remarks(step: &Step<'_>, all: &[Step<'_>]) -> String {
    let revised = all.iter().filter(|other| other.own.revises() == Some(step.number));
    let mut remarks: Vec<_> = revised.map(|other| format!("revised in step {}", other.number)).collect();
    remarks.extend(step.own.revises().map(|earlier| format!("revises step {earlier}")));
    match (step.own.branch(), &step.own.branch_id) {
        (Some((from, id)), _) => remarks.push(format!("begins branch {id} after step {from}")),
        (None, Some(id)) => remarks.push(format!("branch {id}")),
        (None, None) => {}
    }
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) }
}
