//! `precommit`: whether changes may be committed. It asks git for them by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Info;
use super::changes::{changes, since};
use super::codereview::Validation;
use super::workflow::{Collected, Confidence, Expert, Form, Scene, Vocabulary, Work, Workflow, members};
use crate::error::{Error, Result};
use crate::evidence::git::GitQuestion;
use crate::gateway::Need;
use crate::protocol::SeverityFilter;
use crate::providers::ThinkingMode;

/// The tool.
#[derive(Debug)]
pub(super) struct Precommit;

static INFO: Info = Info {
    name: "precommit",
    title: "Precommit",
    description: "Checks changes before they are committed: bugs, leftovers, missing tests, unintended changes. It collects them from git by itself; add findings or files if you have some. A model answers with findings by severity, each with the exact text.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "validation",
    pause: "pause_for_validation",
    required: "precommit_required",
    complete: "validation_complete",
    counts: "validation_status",
    confidence: Some("assessment_confidence"),
    finished_work: "complete_validation",
    settled: "validation_complete_ready_for_commit",
    skipped: "skipped_due_to_certain_validation_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Findings };

/// What `precommit` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// The repository; the current one if left out.
    path: Option<String>,
    /// Compare HEAD with this branch or commit, or A...B.
    compare_to: Option<String>,
    /// Staged changes.
    #[serde(default = "yes")]
    include_staged: bool,
    /// Unstaged changes.
    #[serde(default = "yes")]
    include_unstaged: bool,
    /// What to look at above all.
    focus_on: Option<String>,
    /// Least severity to tell.
    #[serde(default)]
    severity_filter: SeverityFilter,
    /// `internal`: no model is asked.
    #[serde(default, skip_serializing)]
    precommit_type: Validation,
}

fn yes() -> bool {
    true
}

impl Own {
    fn question(&self) -> GitQuestion {
        let path = self.path.clone().unwrap_or_else(|| ".".to_owned());
        match &self.compare_to {
            Some(range) => since(path, Vec::new(), range),
            None => GitQuestion::WorkTree {
                path,
                only: Vec::new(),
                staged: self.include_staged,
                unstaged: self.include_unstaged,
                untracked: self.include_unstaged,
                text: true,
            },
        }
    }

    /// What is looked at, in words.
    fn selection(&self) -> String {
        match (&self.compare_to, self.include_staged, self.include_unstaged) {
            (Some(range), ..) if range.contains("...") => format!("changes in {range:?}"),
            (Some(base), ..) => format!("changes since {base:?}"),
            (None, true, true) => "staged, unstaged or untracked changes".to_owned(),
            (None, true, false) => "staged changes".to_owned(),
            (None, false, true) => "unstaged or untracked changes".to_owned(),
            (None, false, false) => "changes of the kinds that are wanted (none is)".to_owned(),
        }
    }
}

impl Workflow for Precommit {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);
    const REQUIRED: &'static [&'static str] = &[];

    /// The changes. Where there is no repository and none was named, it judges what the caller found.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        let Scene { work, own, context, .. } = *scene;
        let is_named = own.path.is_some() || own.compare_to.is_some();
        let has_more = !scene.files.is_empty() || !work.relevant_files().is_empty() || !work.findings().is_empty();
        let changed = match changes(scene, &own.question()).await {
            Ok(changed) => changed,
            Err(error) if has_more && !is_named => {
                context.warn(format!("no changes were looked at: {error}"));
                return Ok(Collected::default());
            }
            Err(error) => return Err(error.hint("precommit looks at a repository; name one with path")),
        };
        if changed.files == 0 && !has_more {
            let message = format!("nothing is selected: there are no {} in this repository", own.selection());
            return Err(Error::invalid(message).hint("change something, or compare with a branch: compare_to"));
        }
        if changed.files == 0 {
            context.warn(format!("there are no {} in this repository", own.selection()));
        }
        Ok(changed.collected)
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        use Confidence as C;
        match (work.step_number(), work.confidence()) {
            (1, _) => vec![
                "Find out what the change is meant to do, from its task, branch or message",
                "Read the whole of each changed function, not only the changed lines",
                "Find the callers of what changed, and check that they still hold",
                "Look for what does not belong: debug output, secrets, commented code, stray files",
            ],
            (_, C::Exploring | C::Low) => vec![
                "Check the edges of each change: empty, first, last, concurrent, failing",
                "Check whether tests would fail without the change",
                "Check whether stored data, configuration or interfaces change for others",
            ],
            (_, C::Medium | C::High | C::VeryHigh) => vec![
                "Look for what should have changed too: documents, tests, the other half of a pair",
                "Try to disprove each issue; drop what you can not show in the change",
            ],
            (_, C::AlmostCertain | C::Certain) => {
                vec!["Check that every changed file was read", "Say whether it may be committed as it is"]
            }
        }
    }

    fn settled(&self, work: &Work, own: &Own) -> Option<&'static str> {
        own.precommit_type.settled(work, &WORDS)
    }

    fn severities(&self, own: &Own) -> SeverityFilter {
        own.severity_filter
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"issues_identified": work.issues().count()}))
    }
}
