//! `testgen`: tests that would notice if the code broke. The caller finds out what matters, the model writes them.

use serde_json::{Map, Value, json};

use super::workflow::{Collected, Confidence, Expert, Form, Nothing, Scene, Vocabulary, Work, Workflow, members};
use super::{Info, facts, require};
use crate::error::Result;
use crate::gateway::Need;
use crate::providers::ThinkingMode;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct TestGen;

static INFO: Info = Info {
    name: "testgen",
    title: "Test generation",
    description: "Writes tests for code. Give what you found out about it (ways through it, edges, how failures show) and the files, an existing test among them; a model answers with tests in the same framework.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "test analysis",
    pause: "pause_for_test_analysis",
    required: "testgen_required",
    complete: "test_generation_complete",
    counts: "test_generation_status",
    confidence: Some("analysis_confidence"),
    finished_work: "complete_test_generation",
    settled: "test_generation_complete_ready_for_implementation",
    skipped: "skipped_due_to_certain_test_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Prose };

impl Workflow for TestGen {
    type Own = Nothing;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);

    fn check(&self, work: &Work, _: &Nothing, thread: &Thread) -> Result<Vec<String>> {
        require::files(work, thread, &INFO)
    }

    /// Which public functions no test names.
    async fn evidence(&self, scene: &Scene<'_, Nothing>) -> Result<Collected> {
        facts::untested(scene).await
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Read the code to be tested, and say in a sentence what each public function promises",
                "Find the test framework, and one test whose style shall be followed",
                "List the ways through each function, failures included",
                "Name the functions to be tested in relevant_context",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Look for edges: empty, one, many, largest, duplicate, unordered, wrong type, not ASCII",
                "Look at what comes from outside: time, files, network, randomness; how is it replaced in a test?",
                "Look at what may happen at once, and in which order",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Say for each test which mistake in the code it would notice",
                "Drop tests that only repeat what the code says",
                "Check what existing tests cover already",
            ],
            (_, C::AlmostCertain | C::Certain) => {
                vec!["Check that every promise has a test, and that each test can fail"]
            }
        }
    }

    fn counts(&self, work: &Work, _: &Nothing) -> Map<String, Value> {
        members(json!({"test_scenarios_identified": work.relevant_context().len()}))
    }
}
