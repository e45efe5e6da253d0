//! The result of a step: the predecessor's document for programs, and a text for people.

use serde_json::{Map, Value, json};

use super::work::Work;
use super::{Workflow, expert, render};
use crate::error::{Error, ErrorCode, Result};
use crate::gateway::Answer;
use crate::threads::Thread;
use crate::tools::Output;
use crate::tools::gather::Gathered;

/// What a result is made from.
pub(super) struct Document<'a, W> {
    pub(super) workflow: &'a W,
    pub(super) work: &'a Work,
    pub(super) thread: &'a Thread,
}

impl<W: Workflow> Document<'_, W> {
    /// More steps will follow.
    pub(super) fn pause(&self) -> Output {
        let words = self.workflow.vocabulary();
        let (number, tool) = (self.work.step_number(), self.workflow.info().name);
        let actions = self.workflow.required_actions(self.work);
        let next = format!(
            "Do not call {tool} again at once. First do the required actions with your own tools, then call {tool} for step {} with what you found.",
            number + 1
        );
        let mut document = self.base(words.pause);
        document.insert(words.required.to_owned(), true.into());
        document.insert("required_actions".to_owned(), json!(actions));
        document.insert("next_steps".to_owned(), next.clone().into());
        document.insert("next_step_number".to_owned(), (number + 1).into());
        document.insert("continuation_required".to_owned(), true.into());
        document.insert("continuation_available".to_owned(), true.into());
        document.insert("next_call".to_owned(), self.next_call());
        self.add_references(&mut document);
        let todo: String = actions.iter().map(|action| format!("- {action}\n")).collect();
        let text = format!(
            "Step {number} of {} of this {} is kept. Before step {}:\n\n{todo}\nGo on with continuation_id {}\n",
            self.work.total_steps,
            words.noun,
            number + 1,
            self.thread.id
        );
        self.output(words.pause, text, document, None)
    }

    /// The caller is certain: no expert was asked.
    pub(super) fn settled(&self) -> Output {
        let words = self.workflow.vocabulary();
        let mut document = self.base(words.settled);
        document.insert("skip_expert_analysis".to_owned(), true.into());
        document.insert(
            "expert_analysis".to_owned(),
            json!({"status": words.skipped, "reason": "the caller is certain; no model was asked"}),
        );
        self.finish(&mut document, "Go ahead with what you found.");
        self.add_references(&mut document);
        let text = format!(
            "You are certain, so no model was asked. What this {} found:\n\n{}",
            words.noun,
            self.work.summary()
        );
        self.output(words.settled, text, document, None)
    }

    /// No expert was wanted, or there is none: the brief is the answer.
    pub(super) fn local(&self, brief: String, files: &Gathered) -> Output {
        const STATUS: &str = "local_work_complete";
        let mut document = self.base(STATUS);
        self.finish(&mut document, "Use the evidence; no model has looked at it.");
        add_embedded(&mut document, files);
        self.output(STATUS, brief, document, None)
    }

    /// The expert answered.
    pub(super) fn analysed(&self, answer: &Answer, files: &Gathered) -> Result<Output> {
        let analysis = expert::parse(&answer.text);
        let text = match analysis.get("raw_analysis").and_then(Value::as_str) {
            Some(prose) => format!("{}\n", prose.trim_end()),
            None => render::markdown(&analysis),
        };
        if text.trim().is_empty() {
            let message = format!("{} answered in JSON that says nothing: {}", answer.model, brief(&answer.text));
            return Err(Error::new(ErrorCode::NoVerdict, message).hint("ask again with --fresh, or another model"));
        }
        if let Some(status) = expert::asks_for_more(&analysis) {
            let mut document = self.base(status);
            document.insert("content".to_owned(), json!(analysis).to_string().into());
            self.finish(
                &mut document,
                "Look for what the expert asks for, then call again with it and this continuation_id.",
            );
            add_embedded(&mut document, files);
            return Ok(self.output(status, text, document, Some(answer)));
        }
        let status = "calling_expert_analysis";
        let mut document = self.base(status);
        document.insert("expert_analysis".to_owned(), Value::Object(analysis));
        self.finish(&mut document, "Check the expert's claims against the code before you act on them.");
        add_embedded(&mut document, files);
        Ok(self.output(status, text, document, Some(answer)))
    }

    /// What every step says.
    fn base(&self, status: &str) -> Map<String, Value> {
        let (work, words) = (self.work, self.workflow.vocabulary());
        let mut document = Map::new();
        document.insert("status".to_owned(), status.into());
        document.insert("step_number".to_owned(), work.step_number().into());
        document.insert("total_steps".to_owned(), work.total_steps.into());
        document.insert("next_step_required".to_owned(), (!work.is_last()).into());
        document.insert(
            words.counts.to_owned(),
            json!({
                "files_checked": work.files_checked().len(),
                "relevant_files": work.relevant_files().len(),
                "relevant_context": work.relevant_context().len(),
                "issues_found": work.issues().count(),
                "images_collected": 0,
                "current_confidence": work.confidence().as_str(),
                "hypotheses_formed": work.hypotheses(),
            }),
        );
        document.insert("continuation_id".to_owned(), json!(self.thread.id));
        document
    }

    /// What every last step says.
    fn finish(&self, document: &mut Map<String, Value>, next_steps: &str) {
        let (work, words) = (self.work, self.workflow.vocabulary());
        document.insert(words.complete.to_owned(), true.into());
        document.insert(
            words.finished_work.to_owned(),
            json!({
                "initial_request": work.task(),
                "steps_taken": work.steps().len(),
                "files_examined": work.files_checked(),
                "relevant_files": work.relevant_files(),
                "relevant_context": work.relevant_context(),
                "issues_found": work.issues().collect::<Vec<_>>(),
                "work_summary": work.summary(),
                "final_analysis": work.current().map(|step| &step.findings),
                "confidence_level": work.confidence().as_str(),
            }),
        );
        document.insert("next_steps".to_owned(), next_steps.into());
    }

    fn next_call(&self) -> Value {
        let next = self.work.step_number() + 1;
        json!({
            "tool": self.workflow.info().name,
            "arguments": {
                "step": "",
                "step_number": next,
                "total_steps": self.work.total_steps.max(next),
                "next_step_required": next < self.work.total_steps,
                "continuation_id": self.thread.id,
            },
        })
    }

    /// Files that a later step may show in full are only named now.
    fn add_references(&self, document: &mut Map<String, Value>) {
        let files = self.work.relevant_files();
        if !files.is_empty() {
            let note = format!("Named, not shown: {}", files.join(", "));
            document.insert("file_context".to_owned(), json!({"type": "reference_only", "note": note}));
        }
    }

    fn output(&self, status: &str, text: String, mut document: Map<String, Value>, answer: Option<&Answer>) -> Output {
        document.insert(
            "metadata".to_owned(),
            json!({
                "tool_name": self.workflow.info().name,
                "model_used": answer.map(|answer| &answer.model),
                "provider_used": answer.map(|answer| &answer.provider),
            }),
        );
        Output { status: status.to_owned(), text, data: Value::Object(document) }
    }
}

/// An answer as it is quoted in an error.
fn brief(answer: &str) -> String {
    let mut letters = answer.trim().chars();
    let begin: String = letters.by_ref().take(200).collect();
    if letters.next().is_some() { begin + "…" } else { begin }
}

fn add_embedded(document: &mut Map<String, Value>, files: &Gathered) {
    if files.embedded > 0 {
        document.insert("file_context".to_owned(), json!({"type": "fully_embedded", "files_embedded": files.embedded}));
    }
}
