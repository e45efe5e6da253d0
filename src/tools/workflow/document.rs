//! The result of a step: the predecessor's document for programs, and a text for people.

use serde_json::{Map, Value, json};

use super::bundles::{self, Bundle};
use super::findings::Verdict;
use super::parts::{self, Came, Part};
use super::work::Work;
use super::{Collected, Conclusion, Form, Pause, Workflow, expert, findings, members};
use crate::error::Result;
use crate::findings::ShownFile;
use crate::gateway::Answer;
use crate::threads::Thread;
use crate::tools::{Context, Output};

/// What a result is made from.
pub(super) struct Document<'a, W: Workflow> {
    pub(super) workflow: &'a W,
    pub(super) work: &'a Work,
    pub(super) own: &'a W::Own,
    pub(super) thread: &'a Thread,
    /// How many images the work has.
    pub(super) images: usize,
}

impl<W: Workflow> Document<'_, W> {
    /// The caller has something to do before the next step.
    pub(super) fn pause(&self, pause: Pause, found: Collected) -> Output {
        let words = W::WORDS;
        let (number, tool) = (self.work.step_number(), W::INFO.name);
        let following = number.saturating_add(1);
        let next = pause.next_steps.unwrap_or_else(|| format!(
            "Do not call {tool} again at once. First do the required actions with your own tools, then call {tool} for step {following} with what you found.",
        ));
        let mut document = self.base(pause.status);
        document.insert("next_step_required".to_owned(), true.into());
        document.insert(words.required.to_owned(), true.into());
        document.insert(pause.actions_key.to_owned(), json!(pause.actions));
        document.insert("next_steps".to_owned(), next.clone().into());
        document.insert("next_step_number".to_owned(), following.into());
        document.insert("continuation_required".to_owned(), true.into());
        document.insert("continuation_available".to_owned(), true.into());
        let next_call = self.next_call(&document);
        document.insert("next_call".to_owned(), next_call);
        document.extend(pause.members);
        let found = add_found(&mut document, found);
        self.add_references(&mut document);
        let todo: String = pause.actions.iter().map(|action| format!("- {action}\n")).collect();
        let text = format!(
            "Step {number} of {} of this {} is kept. Before step {following}:\n\n{todo}\n{next}\n\n{found}Go on with continuation_id {}\n",
            document["total_steps"], words.noun, self.thread.id
        );
        output(pause.status, text, document, None)
    }

    /// The tool asks no model: what the caller has done is the result.
    pub(super) fn concluded(&self, mut conclusion: Conclusion, found: Collected) -> Output {
        let mut document = self.base(conclusion.status);
        self.finish(&mut document, &conclusion.next_steps);
        document.extend(conclusion.members);
        let found = add_found(&mut document, found);
        if !found.is_empty() {
            conclusion.text.push_str(&format!("\n{}\n", found.trim_end()));
        }
        self.add_references(&mut document);
        output(conclusion.status, conclusion.text, document, None)
    }

    /// The caller has settled the matter: no expert was asked.
    pub(super) fn settled(&self, skipped: &str) -> Output {
        let words = W::WORDS;
        let mut document = self.base(words.settled);
        document.insert("skip_expert_analysis".to_owned(), true.into());
        let reason = format!("this {} is settled by the caller; no model was asked", words.noun);
        document.insert("expert_analysis".to_owned(), json!({"status": skipped, "reason": reason}));
        self.finish(&mut document, "Go ahead with what you found.");
        self.add_references(&mut document);
        let text = format!(
            "You have settled it, so no model was asked. What this {} found:\n\n{}",
            words.noun,
            self.work.summary()
        );
        output(words.settled, text, document, None)
    }

    /// No expert was wanted, or there is none: the brief is the answer.
    pub(super) fn local(&self, brief: String, embedded: usize) -> Output {
        const STATUS: &str = "local_work_complete";
        let mut document = self.base(STATUS);
        self.finish(&mut document, "Use the evidence; no model has looked at it.");
        add_embedded(&mut document, embedded);
        output(STATUS, brief, document, None)
    }

    /// The expert answered, in the `form` that was asked for or in another.
    /// `bundle` is what it was shown, `embedded` of how many files.
    pub(super) fn analysed(
        &self,
        answer: &Answer,
        form: Form,
        bundle: &Bundle,
        embedded: usize,
        context: &Context,
    ) -> Result<Output> {
        let analysis = expert::parse(&answer.text, form);
        let verdict = match form {
            Form::Findings => self.verdict([(&analysis, &bundle.shown()[..])], context),
            Form::Document | Form::Prose => None,
        };
        let (analysis, text) = if let Some(verdict) = verdict {
            tell(verdict, analysis, context)
        } else {
            let text = expert::text(&analysis);
            (analysis, text)
        };
        if text.trim().is_empty() {
            return Err(expert::said_nothing(answer));
        }
        Ok(self.told(analysis, text, embedded, answer))
    }

    /// Experts answered about the parts of a review that was too large for one request. What no one has judged is told,
    /// and counts as not covered.
    pub(super) fn reviewed(
        &self,
        bundles: &[Bundle],
        outcomes: &[Result<Answer>],
        embedded: usize,
        context: &Context,
    ) -> Result<Output> {
        let parts: Vec<Part> = bundles
            .iter()
            .zip(outcomes)
            .enumerate()
            .map(|(place, (bundle, outcome))| Part::new(place, bundle, outcome))
            .collect();
        let is = |wanted: fn(&Came) -> bool| parts.iter().filter(move |part| wanted(&part.came)).collect::<Vec<_>>();
        let (judged, said) = (is(|came| matches!(came, Came::Verdict)), is(|came| matches!(came, Came::Words)));
        let answered = if judged.is_empty() { &said } else { &judged };
        let Some(answer) = answered.first().and_then(|part| outcomes.get(part.place)?.as_ref().ok()) else {
            return Err(parts::nobody_answered(parts));
        };
        let entries: Vec<Value> = parts.iter().zip(bundles).map(|(part, bundle)| part.entry(bundle)).collect();
        let sections: String = said.iter().map(|part| part_section(part)).collect();
        let verdict = self.verdict(judged.iter().map(|part| (&part.analysis, &part.shown[..])), context);
        let (mut analysis, text) = if let Some(verdict) = verdict {
            let (analysis, text) = tell(verdict, parts::joined(&judged), context);
            (analysis, text + &sections)
        } else {
            // Nobody gave a verdict: the first that asks for something stands for all.
            let asking = said.iter().find(|part| expert::asks_for_more(&part.analysis).is_some());
            let none = || members(json!({"status": "analysis_complete", "raw_analysis": sections.trim()}));
            (asking.map_or_else(none, |part| part.analysis.clone()), sections.trim_start().to_owned())
        };
        analysis.insert("parts".to_owned(), entries.into());
        let mut unjudged = String::new();
        for part in &parts {
            let is_lost = matches!(part.came, Came::Nothing(_)) || !judged.is_empty();
            if let Some(why) = part.failure().filter(|_| is_lost) {
                bundles::uncover(bundles, part.place, &why, context);
                unjudged.push_str(&format!("\nPart {} of {} was not judged: {why}\n", part.place + 1, parts.len()));
            }
        }
        Ok(self.told(analysis, text + &unjudged, embedded, answer))
    }

    /// What an expert said, as the result.
    fn told(&self, analysis: Map<String, Value>, text: String, embedded: usize, answer: &Answer) -> Output {
        let asking = expert::asks_for_more(&analysis);
        let status = asking.unwrap_or("calling_expert_analysis");
        let mut document = self.base(status);
        let next_steps = if asking.is_some() {
            document.insert("content".to_owned(), json!(analysis).to_string().into());
            "Look for what the expert asks for, then call again with it and this continuation_id."
        } else {
            document.insert("expert_analysis".to_owned(), Value::Object(analysis));
            "Check the expert's claims against the code before you act on them."
        };
        self.finish(&mut document, next_steps);
        add_embedded(&mut document, embedded);
        output(status, text, document, Some(answer))
    }

    /// The findings of analyses, looked up in what was shown for each; `None` when nobody gave a verdict.
    fn verdict<'b>(
        &self,
        analyses: impl IntoIterator<Item = (&'b Map<String, Value>, &'b [ShownFile])>,
        context: &Context,
    ) -> Option<Verdict> {
        findings::read(analyses, self.workflow.severities(self.own), &context.veil)
    }

    /// What every step says.
    fn base(&self, status: &str) -> Map<String, Value> {
        let (work, words) = (self.work, W::WORDS);
        let mut counts = Map::new();
        for (name, count) in [
            ("files_checked", work.files_checked().len()),
            ("relevant_files", work.relevant_files().len()),
            ("relevant_context", work.relevant_context().len()),
            ("issues_found", work.issues().count()),
            ("images_collected", self.images),
        ] {
            counts.insert(name.to_owned(), count.into());
        }
        for name in ["current_confidence"].into_iter().chain(words.confidence) {
            counts.insert(name.to_owned(), work.confidence().as_str().into());
        }
        counts.extend(self.workflow.counts(work, self.own));
        let mut document = Map::new();
        document.insert("status".to_owned(), status.into());
        document.insert("step_number".to_owned(), work.step_number().into());
        document.insert("total_steps".to_owned(), work.total_steps.into());
        document.insert("next_step_required".to_owned(), (!work.is_last()).into());
        document.insert(words.counts.to_owned(), counts.into());
        document.insert("continuation_id".to_owned(), json!(self.thread.id));
        document.insert("metadata".to_owned(), json!({"tool_name": W::INFO.name}));
        self.workflow.add_members(work, self.own, &mut document);
        document
    }

    /// What every last step says.
    fn finish(&self, document: &mut Map<String, Value>, next_steps: &str) {
        let (work, words) = (self.work, W::WORDS);
        document.insert(words.complete.to_owned(), true.into());
        if !words.finished_work.is_empty() {
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
        }
        document.insert("next_steps".to_owned(), next_steps.into());
    }

    fn next_call(&self, document: &Map<String, Value>) -> Value {
        let next = u64::from(self.work.step_number()) + 1;
        let total = document.get("total_steps").and_then(Value::as_u64).unwrap_or_default();
        json!({
            "tool": W::INFO.name,
            "arguments": {
                "step": "",
                "step_number": next,
                "total_steps": total.max(next),
                "next_step_required": next < total,
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
}

fn output(status: &str, text: String, mut document: Map<String, Value>, answer: Option<&Answer>) -> Output {
    // Who it was is said last, after what came of it.
    if let Some(Value::Object(mut metadata)) = document.shift_remove("metadata") {
        metadata.insert("model_used".to_owned(), json!(answer.map(|answer| &answer.model)));
        metadata.insert("provider_used".to_owned(), json!(answer.map(|answer| &answer.provider)));
        document.insert("metadata".to_owned(), metadata.into());
    }
    Output { status: status.to_owned(), text, data: Value::Object(document) }
}

/// The findings go into the result; the analysis keeps those that are told. Returns it, and its text.
fn tell(verdict: Verdict, mut analysis: Map<String, Value>, context: &Context) -> (Map<String, Value>, String) {
    let text = verdict.markdown(&analysis);
    verdict.warning().into_iter().for_each(|warning| context.warn(warning));
    analysis.insert("findings".to_owned(), json!(verdict.told));
    context.draft().findings = Some(verdict.told);
    (analysis, text)
}

/// An answer about one part that is no verdict.
fn part_section(part: &Part) -> String {
    format!("\n## Part {}\n\n{}", part.place + 1, expert::text(&part.analysis))
}

/// What a tool found by itself stands in the document too: agents read nothing else. Returns the text.
fn add_found(document: &mut Map<String, Value>, found: Collected) -> String {
    document.extend(found.members);
    if !found.text.is_empty() {
        document.insert("local_evidence".to_owned(), found.text.clone().into());
    }
    found.text
}

fn add_embedded(document: &mut Map<String, Value>, embedded: usize) {
    if embedded > 0 {
        document.insert("file_context".to_owned(), json!({"type": "fully_embedded", "files_embedded": embedded}));
    }
}
