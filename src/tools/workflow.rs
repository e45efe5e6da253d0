//! The step machine of the workflow tools: one call is one step, and only the last step may ask a model.
//!
//! ```text
//! step ─▶ work so far (from the conversation) + this step ─┬─ more to come ─▶ pause: what to do next
//!                                                          └─ last ─┬─ certain ─▶ summary, no model
//!                                                                   ├─ not wanted, no provider ─▶ brief
//!                                                                   └─ expert: one model call ─▶ analysis
//! ```
//!
//! What differs between tools (words, guidance, prompt, done-rule) is the trait [`Workflow`].

mod arguments;
mod document;
mod expert;
mod prompt;
#[cfg(test)]
mod properties;
mod render;
mod work;

use async_trait::async_trait;
use serde_json::{Map, Value};

pub(super) use arguments::{Arguments, Confidence};
pub(super) use work::Work;

use super::context::Window;
use super::gather::{Gathered, gather};
use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, ErrorCode, Result};
use crate::evidence;
use crate::gateway::{Need, Route};
use crate::threads::{Exchange, Thread};
use document::Document;

/// What is particular about one workflow tool, beside the prompt of its name.
pub(super) trait Workflow: Send + Sync + 'static {
    /// Name and description.
    fn info(&self) -> &'static Info;
    /// Its words in the result document.
    fn vocabulary(&self) -> &'static Vocabulary;
    /// What the caller should do before the next step.
    fn required_actions(&self, work: &Work) -> Vec<&'static str>;
    /// Whether the caller is so sure that no expert is asked.
    fn is_settled(&self, confidence: Confidence) -> bool;
    /// How much the expert thinks, unless the caller says.
    fn thinking(&self) -> crate::providers::ThinkingMode;
}

/// The words of one tool in the predecessor's documents.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Status of a step that is not the last.
    pub(super) pause: &'static str,
    /// Flag that asks for more work.
    pub(super) required: &'static str,
    /// Flag of a finished workflow.
    pub(super) complete: &'static str,
    /// Key of the counts.
    pub(super) counts: &'static str,
    /// Key of the finished work.
    pub(super) finished_work: &'static str,
    /// Status when the caller is certain.
    pub(super) settled: &'static str,
    /// Status of the expert analysis that was not asked for then.
    pub(super) skipped: &'static str,
    /// What one step is, in a sentence: "investigation".
    pub(super) noun: &'static str,
}

/// Runs a workflow tool.
#[derive(Debug)]
pub(super) struct Engine<W> {
    workflow: W,
}

impl<W: Workflow> Engine<W> {
    /// The engine of `workflow`.
    pub(super) fn new(workflow: W) -> Self {
        Self { workflow }
    }
}

#[async_trait]
impl<W: Workflow> Tool for Engine<W> {
    fn info(&self) -> &'static Info {
        self.workflow.info()
    }

    fn schema(&self) -> Value {
        let name = self.info().name;
        let mut letters = name.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
        schema::of::<Arguments>(&format!("{}Request", initial.chain(letters).collect::<String>()))
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let arguments: Arguments = common::read(arguments)?;
        let thread = context.thread(arguments.common.continuation_id.as_deref()).await?;
        let work = Work::resume(&thread, self.info().name)?.with_step(&arguments)?;
        let document = Document { workflow: &self.workflow, work: &work, thread: &thread };
        let done = if work.is_last() {
            self.conclude(&arguments, &document, context).await?
        } else {
            let files = self.check_files(&arguments, context).await?;
            Done { output: document.pause(), files, model: None }
        };
        let state = work.to_keep(&done.files);
        context.remember(
            &thread,
            Exchange {
                tool: self.info().name.to_owned(),
                root: Some(context.workspace.root().to_owned()),
                call_id: context.call_id.clone(),
                question: work.question(),
                answer: done.output.text.clone(),
                files: done.files,
                model: done.model,
                state: serde_json::json!(state),
            },
        );
        Ok(done.output)
    }
}

/// An expert's answer as people read it.
#[cfg(feature = "fuzzing")]
pub fn expert_answer(answer: &str) -> String {
    expert::text(&expert::parse(answer))
}

/// What one step came to.
struct Done {
    output: Output,
    /// Where the files are that it named.
    files: Vec<String>,
    /// The model that answered, if one was asked.
    model: Option<String>,
}

/// Tokens of files in a brief that no model reads.
const BRIEF_TOKENS: u64 = 60_000;

/// Who finishes the work.
enum Expert {
    /// One of these models.
    Ask(Route),
    /// Nobody: the caller wants none.
    NotWanted,
    /// Nobody: there is none to ask.
    Unavailable(Error),
}

impl<W: Workflow> Engine<W> {
    /// The last step: decides whether an expert is asked, and asks it.
    async fn conclude(&self, arguments: &Arguments, document: &Document<'_, W>, context: &Context) -> Result<Done> {
        if !arguments.expert && self.workflow.is_settled(document.work.confidence()) {
            let files = self.check_files(arguments, context).await?;
            return Ok(Done { output: document.settled(), files, model: None });
        }
        let route = match Self::expert(arguments, document.thread, context).await? {
            Expert::Ask(route) => route,
            nobody => {
                let files = Self::files(arguments, document, context, BRIEF_TOKENS).await?;
                if let Expert::Unavailable(error) = nobody {
                    context.warn(format!("no model was asked ({error}): this is the evidence only"));
                    context.draft().hints.extend(error.hints);
                }
                let brief = prompt::brief(document, &files.text);
                return Ok(Done { output: document.local(brief, &files), files: files.named, model: None });
            }
        };
        let window = Window::of(route.first()?.context);
        let files = Self::files(arguments, document, context, window.files).await?;
        let history = document.thread.history(window.history, Some(self.info().name));
        let question = prompt::question(document, &files.text, &history.text);
        let mut common = arguments.common.clone();
        common.thinking_mode.get_or_insert(self.workflow.thinking());
        let request = context.request(self.info().name, question, &common, document.thread)?;
        let answer = context.ask(route, request).await?;
        let output = document.analysed(&answer, &files)?;
        Ok(Done { output, files: files.named, model: Some(answer.model) })
    }

    async fn expert(arguments: &Arguments, thread: &Thread, context: &Context) -> Result<Expert> {
        if !arguments.use_assistant_model && !arguments.expert {
            return Ok(Expert::NotWanted);
        }
        match context.route(&arguments.common, thread, Need::Quality, &arguments.relevant_files).await {
            Ok(route) => Ok(Expert::Ask(route)),
            // Without any provider the local half is the answer, unless the caller demands a model's.
            Err(error)
                if error.code == ErrorCode::NoProvider
                    && !arguments.expert
                    && context.gateway.providers.configured().is_empty() =>
            {
                Ok(Expert::Unavailable(error))
            }
            Err(error) => Err(error),
        }
    }

    /// All files of the work and of its conversation.
    async fn files(
        arguments: &Arguments,
        document: &Document<'_, W>,
        context: &Context,
        budget: u64,
    ) -> Result<Gathered> {
        let mut before = document.thread.files(Some(document.workflow.info().name));
        before.extend(document.work.locations());
        let paths = arguments.relevant_files.clone();
        gather(context, paths, before, budget, arguments.common.allow_missing).await
    }

    /// A step that shows no file still refuses one that can not be read, so that the mistake is told early.
    /// Returns where the files are.
    async fn check_files(&self, arguments: &Arguments, context: &Context) -> Result<Vec<String>> {
        let request = evidence::CollectRequest {
            paths: arguments.relevant_files.clone(),
            allow_missing: arguments.common.allow_missing,
            ..evidence::CollectRequest::default()
        };
        let found =
            context.deadline.bound("looking for files", evidence::check(&*context.workspace, &request)).await??;
        context.draft().coverage.selected = found.iter().map(|found| found.path.clone()).collect();
        Ok(found.into_iter().map(|found| found.location).collect())
    }
}
