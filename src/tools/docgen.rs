//! `docgen`: documentation for code, file by file, counted, so that none is forgotten. It never asks a model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::workflow::{Collected, Conclusion, Ending, Pause, Scene, Vocabulary, Work, Workflow, members};
use super::{Info, facts};
use crate::error::Result;

/// The tool.
#[derive(Debug)]
pub(super) struct DocGen;

static INFO: Info = Info {
    name: "docgen",
    title: "Documentation",
    description: "Guides you in documenting code: step 1 finds and counts what is undocumented, then one file a step; it is not complete before every file is done. Asks no model.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "documentation",
    pause: "pause_for_documentation_analysis",
    required: "documentation_analysis_required",
    complete: "documentation_analysis_complete",
    counts: "documentation_analysis_status",
    confidence: None,
    finished_work: "complete_documentation_analysis",
    settled: "documentation_analysis_complete",
    skipped: "",
};

/// What `docgen` takes of its own.
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of the tool")]
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// Say what functions cost.
    #[serde(default = "yes")]
    document_complexity: bool,
    /// Say who calls what.
    #[serde(default = "yes")]
    document_flow: bool,
    /// Mend existing comments too.
    #[serde(default = "yes")]
    update_existing: bool,
    /// Comment inside difficult code.
    #[serde(default = "yes")]
    comments_on_complex_logic: bool,
    /// Files done so far.
    #[serde(default)]
    num_files_documented: u32,
    /// Files in all, as step 1 counted.
    #[serde(default)]
    total_files_to_document: u32,
}

fn yes() -> bool {
    true
}

impl Own {
    fn left(&self) -> u32 {
        self.total_files_to_document.saturating_sub(self.num_files_documented)
    }

    /// How many of the kinds of documentation are wanted.
    fn strategies(&self) -> usize {
        let wanted =
            [self.document_complexity, self.document_flow, self.update_existing, self.comments_on_complex_logic];
        wanted.into_iter().filter(|wanted| *wanted).count()
    }
}

impl Workflow for DocGen {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const WITHOUT: &'static [&'static str] = &[
        "files_checked",
        "images",
        "hypothesis",
        "confidence",
        "use_assistant_model",
        "expert",
        "model",
        "temperature",
        "thinking_mode",
        "use_websearch",
    ];

    /// What is undocumented, counted, with every step: the list grows shorter as the work goes on.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        facts::undocumented(scene).await
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        match work.step_number() {
            1 => vec![
                "Go through the files that local_evidence lists, and find others that need documentation; document none of them yet",
                "Count them: the number is total_files_to_document",
                "Note the style of the comments that are there",
            ],
            _ => vec![
                "Document one file whole: every public item, what it promises, when it fails",
                "Change comments only, never code; note bugs that you see in issues_found",
                "Read the file once more: is every item covered, and is every sentence true?",
                "Raise num_files_documented by one",
            ],
        }
    }

    fn conclude(&self, work: &Work, own: &Own) -> Ending {
        let left = own.left();
        if left > 0 {
            let (files, done) = (if left == 1 { "file is" } else { "files are" }, own.num_files_documented);
            let next = format!(
                "Not complete: {done} of {} files are documented, {left} {files} left. Document the next one, then call docgen again.",
                own.total_files_to_document
            );
            return Ending::NotYet(Pause {
                status: "documentation_analysis_required",
                next_steps: Some(next),
                members: members(json!({"pause_for_docgen": true})),
                ..Pause::usual(&WORDS, self.required_actions(work))
            });
        }
        let issues: String =
            work.issues().filter_map(|issue| Some(format!("- {}\n", issue.get("description")?.as_str()?))).collect();
        let issues = if issues.is_empty() { issues } else { format!("\n## Noticed on the way\n\n{issues}") };
        Ending::Alone(Conclusion {
            status: WORDS.settled,
            next_steps: "Tell the user what was documented and which bugs were noticed; mend none without being asked."
                .to_owned(),
            members: Map::new(),
            text: format!(
                "{} files are documented.\n\n{}\n{issues}",
                own.num_files_documented,
                work.summary().trim_end()
            ),
        })
    }

    fn counts(&self, _: &Work, own: &Own) -> Map<String, Value> {
        members(json!({"documentation_strategies": own.strategies()}))
    }

    /// One step to find the files, one for each.
    fn add_members(&self, work: &Work, own: &Own, document: &mut Map<String, Value>) {
        let steps = own.total_files_to_document.saturating_add(1).max(work.step_number());
        if own.total_files_to_document > 0 {
            document.insert("total_steps".to_owned(), steps.into());
        }
        document.extend(members(json!({
            "num_files_documented": own.num_files_documented,
            "total_files_to_document": own.total_files_to_document,
        })));
    }
}
