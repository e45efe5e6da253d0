//! `debug`: finds the cause of a defect. The caller investigates in steps; the expert judges the evidence at the end.

use serde_json::{Map, Value, json};

use super::Info;
use super::workflow::{Confidence, Expert, Form, Nothing, Vocabulary, Work, Workflow, members};
use crate::gateway::Need;
use crate::providers::ThinkingMode;

/// The tool.
#[derive(Debug)]
pub(super) struct Debug;

static INFO: Info = Info {
    name: "debug",
    title: "Debug",
    description: "Finds the root cause of a defect. Give your findings and the files that matter; a model reads both and answers with hypotheses, evidence and the smallest fix.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "investigation",
    pause: "pause_for_investigation",
    required: "investigation_required",
    complete: "investigation_complete",
    counts: "investigation_status",
    confidence: None,
    finished_work: "complete_investigation",
    settled: "certain_confidence_proceed_with_fix",
    skipped: "skipped_due_to_certain_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::Minimal, need: Need::Quality, form: Form::Document };

impl Workflow for Debug {
    type Own = Nothing;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Reproduce the defect, or find the exact error text and where it is raised",
                "Read the code on the way to it, callers included",
                "Note what changed lately near it",
                "Name the files and functions that matter",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Follow the data from where it is right to where it is wrong",
                "Look for the state, input or order of events that the failing case has and others have not",
                "Write down every explanation that still fits, and what would rule it out",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Look for evidence against your hypothesis, not only for it",
                "Check that it explains every symptom",
                "Check the edges: empty, first, last, concurrent, failing",
            ],
            (_, C::AlmostCertain | C::Certain) => vec![
                "Confirm the line that is at fault",
                "Find the smallest change that mends it, and what that change could break",
            ],
        }
    }

    fn counts(&self, work: &Work, _: &Nothing) -> Map<String, Value> {
        members(json!({"hypotheses_formed": work.hypotheses()}))
    }
}
