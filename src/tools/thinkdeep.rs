//! `thinkdeep`: a hard question thought through, and the result put before somebody who looks for what is wrong with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Info;
use super::workflow::{Confidence, Expert, Form, Vocabulary, Work, Workflow, members};
use crate::gateway::Need;
use crate::providers::ThinkingMode;

/// The tool.
#[derive(Debug)]
pub(super) struct ThinkDeep;

static INFO: Info = Info {
    name: "thinkdeep",
    title: "Think deeply",
    description: "Thinks a hard problem through: a design, a decision, a plan. Give your reasoning so far, and files if they matter; a model questions it and answers with what holds, what does not, and alternatives.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "reasoning",
    pause: "pause_for_thinkdeep",
    required: "thinkdeep_required",
    complete: "thinkdeep_complete",
    counts: "thinkdeep_status",
    confidence: None,
    finished_work: "complete_thinkdeep",
    settled: "deep_thinking_complete_ready_for_implementation",
    skipped: "skipped_due_to_certain_thinking_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Prose };

/// What `thinkdeep` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// What must be known to judge: goals, limits, history.
    problem_context: Option<String>,
    /// Such as architecture, performance, cost.
    #[serde(default)]
    focus_areas: Vec<String>,
}

impl Workflow for ThinkDeep {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);
    const KEEPS_MODEL: bool = true;

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Say the problem in your own words, and what a good answer must achieve",
                "Separate what is known from what is assumed",
                "Find at least two answers that differ in kind",
                "Look up the facts that would decide between them",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Test each assumption: what if it does not hold?",
                "Look for a case that breaks the answer you like best",
                "Ask who has to live with it, and what it costs them",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Argue for the answer that you do not like, as well as you can",
                "Say what would have to be true for you to be wrong, and check it",
                "Think of the second step: what follows when it works?",
            ],
            (_, C::AlmostCertain | C::Certain) => {
                vec!["Say the conclusion in three sentences", "Name what stays uncertain, and how it would show"]
            }
        }
    }

    fn add_members(&self, work: &Work, own: &Own, document: &mut Map<String, Value>) {
        document.extend(members(json!({"thinking_status": {
            "current_step": work.step_number(),
            "total_steps": work.total_steps,
            "files_checked": work.files_checked().len(),
            "relevant_files": work.relevant_files().len(),
            "thinking_confidence": work.confidence(),
            "analysis_focus": own.focus_areas,
        }})));
        if !work.is_last() {
            return;
        }
        let message = match work.confidence() {
            Confidence::Certain => "The reasoning is settled: act on it.",
            _ => "The reasoning is complete: weigh what the expert says against it, then decide.",
        };
        document.extend(members(json!({
            "thinking_complete": true,
            "complete_thinking": {
                "steps_completed": work.steps().len(),
                "final_confidence": work.confidence(),
                "relevant_context": work.relevant_context(),
                "key_findings": work.findings(),
                "issues_identified": work.issues().collect::<Vec<_>>(),
                "files_analyzed": work.relevant_files(),
            },
            "completion_message": message,
        })));
    }
}
