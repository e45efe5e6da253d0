//! The step machine of the workflow tools: one call is one step, and only the last step may ask a model.
//!
//! ```text
//! step ─▶ work so far (from the conversation) + this step ─┬─ more to come ─▶ pause: what to do next
//!                                                          └─ last ─┬─ certain ─▶ summary, no model
//!                                                                   ├─ not wanted, no provider ─▶ brief
//!                                                                   └─ expert: one model call ─▶ analysis
//! ```
//!
//! What differs between tools (arguments, words, guidance, prompt, done-rule) is the trait [`Workflow`].
//! planner, tracer and docgen never ask a model: they end with what the caller has done.

mod arguments;
mod bundles;
mod collected;
mod document;
mod expert;
mod findings;
mod parts;
mod prompt;
#[cfg(test)]
mod properties;
mod render;
mod vocabulary;
mod work;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) use arguments::{Arguments, Confidence};
use bundles::Bundle;
pub(super) use collected::{Collected, Scene};
pub(super) use vocabulary::{Conclusion, Ending, Expert, Form, Pause, Vocabulary};
pub(super) use work::Work;

use super::common::Common;
use super::context::Window;
use super::gather::{Budget, Gathered, Wanted, gather};
use super::{Context, Info, Output, Tool, at_once, common, images, schema};
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::{self, Further};
use crate::gateway::{Abilities, Answer, Route};
use crate::protocol::{EventKind, SeverityFilter};
use crate::providers::ChatRequest;
use crate::threads::{Exchange, Thread};
use document::Document;

/// What is particular about one workflow tool, beside the prompt of its name.
pub(super) trait Workflow: Send + Sync + 'static {
    /// What it takes beside the arguments that all share; the expert is told of it.
    type Own: Serialize + DeserializeOwned + JsonSchema + Send + Sync;

    /// Name and description.
    const INFO: &'static Info;
    /// Its words in the result document.
    const WORDS: &'static Vocabulary;
    /// How its expert is asked; `None` when it never asks one.
    const EXPERT: Option<&'static Expert> = None;
    /// Arguments that every step needs.
    const REQUIRED: &'static [&'static str] = &["findings"];
    /// Shared arguments that it does not take.
    const WITHOUT: &'static [&'static str] = &[];
    /// How sure the caller is that does not say.
    const CONFIDENCE: Confidence = Confidence::Low;
    /// Whether its own arguments hold for later steps too, until one changes them.
    const KEEPS_OWN: bool = true;
    /// Whether the model and how it is asked hold for later steps too.
    const KEEPS_MODEL: bool = false;

    /// What the caller should do before the next step.
    fn required_actions(&self, work: &Work) -> Vec<&'static str>;

    /// Refuses a step that can lead nowhere; returns what the caller should be told.
    fn check(&self, _work: &Work, _own: &Self::Own, _thread: &Thread) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Files that it takes when nobody has named any; the caller is told of them.
    fn files_by_itself(&self, _context: &Context) -> impl Future<Output = Result<Vec<String>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Files that its own arguments name.
    fn files(&self, _own: &Self::Own) -> Vec<String> {
        Vec::new()
    }

    /// What it gathers by itself beside the files: it stands between files and work in the question, and in the brief.
    /// A tool that asks no model gathers with every step, and it stands in the answer.
    fn evidence(&self, _scene: &Scene<'_, Self::Own>) -> impl Future<Output = Result<Collected>> + Send {
        async { Ok(Collected::default()) }
    }

    /// The status of the expert analysis that is not needed, when the caller has settled the matter.
    fn settled(&self, work: &Work, _own: &Self::Own) -> Option<&'static str> {
        (work.confidence() == Confidence::Certain).then_some(Self::WORDS.skipped)
    }

    /// Findings that are told.
    fn severities(&self, _own: &Self::Own) -> SeverityFilter {
        SeverityFilter::All
    }

    /// How a step ends that is not the last.
    fn pause(&self, work: &Work, _own: &Self::Own) -> Pause {
        Pause::usual(Self::WORDS, self.required_actions(work))
    }

    /// How the last step ends.
    fn conclude(&self, _work: &Work, _own: &Self::Own) -> Ending {
        Ending::Expert
    }

    /// What it counts beside the usual.
    fn counts(&self, _work: &Work, _own: &Self::Own) -> Map<String, Value> {
        Map::new()
    }

    /// What it says beside the usual, in every document.
    fn add_members(&self, _work: &Work, _own: &Self::Own, _document: &mut Map<String, Value>) {}
}

/// Of a tool that takes nothing of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Nothing {}

/// The object of literal JSON.
pub(super) fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
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
        W::INFO
    }

    fn schema(&self) -> Value {
        let name = W::INFO.name;
        let mut letters = name.chars();
        let initial = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
        let title = format!("{}Request", initial.chain(letters).collect::<String>());
        schema::joined::<W::Own, Arguments>(&title, W::WITHOUT, W::REQUIRED)
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let mut arguments: Arguments = common::read(arguments)?;
        if arguments.step.is_empty() && arguments.findings.is_empty() {
            W::INFO.title.clone_into(&mut arguments.step);
        }
        let thread = context.thread(arguments.common.continuation_id.as_deref()).await?;
        if W::KEEPS_MODEL {
            arguments.common.put(&mut arguments.own);
        }
        let earlier = Work::resume(&thread, W::INFO.name)?;
        if [&arguments.relevant_files, &thread.files(None)].iter().all(|files| files.is_empty())
            && earlier.relevant_files().is_empty()
        {
            arguments.relevant_files = self.workflow.files_by_itself(context).await?;
        }
        let work = earlier.with_step(&arguments, W::CONFIDENCE)?;
        let own = own::<W>(&work, &arguments)?;
        if W::KEEPS_MODEL {
            let earlier: Common = common::read(work.options())?;
            arguments.common = arguments.common.or(earlier);
        }
        arguments.common = context.settings.asking(W::INFO.name, arguments.common);
        self.workflow.check(&work, &own, &thread)?.into_iter().for_each(|warning| context.warn(warning));
        let places = images::places(context, &arguments.images).await?;
        let earlier: Vec<_> =
            work.images().into_iter().filter(|image| !places.iter().any(|now| now == image)).collect();
        let images = earlier.len() + arguments.images.len();
        let step = Taken {
            arguments,
            earlier,
            document: Document { workflow: &self.workflow, work: &work, own: &own, thread: &thread, images },
        };
        let done = self.end(&step, context).await?;
        let state = work.to_keep(&done.files, &places);
        context.remember(
            &thread,
            Exchange {
                tool: W::INFO.name.to_owned(),
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

/// The tool's own arguments, as they hold for the present step.
fn own<W: Workflow>(work: &Work, arguments: &Arguments) -> Result<W::Own> {
    common::read(if W::KEEPS_OWN { work.options() } else { arguments.own.clone() })
}

/// An expert's answer as people read it.
#[cfg(feature = "fuzzing")]
pub fn expert_answer(answer: &str) -> String {
    expert::text(&expert::parse(answer, Form::Document))
}

/// A step that is being taken.
struct Taken<'a, W: Workflow> {
    arguments: Arguments,
    /// Where the images of earlier steps are that this one does not give again.
    earlier: Vec<&'a str>,
    document: Document<'a, W>,
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
pub(super) const BRIEF_TOKENS: u64 = 60_000;
/// Tokens of what a tool found by itself, in an answer to somebody who reads it.
const ANSWER_TOKENS: u64 = 8_000;

/// Who finishes the work.
enum Finisher {
    /// One of these models.
    Ask(Route, &'static Expert),
    /// Nobody: the caller wants none.
    NotWanted,
    /// Nobody: there is none to ask.
    Unavailable(Error),
}

impl<W: Workflow> Engine<W> {
    async fn end(&self, step: &Taken<'_, W>, context: &Context) -> Result<Done> {
        let document = &step.document;
        let ending = if document.work.is_last() {
            self.workflow.conclude(document.work, document.own)
        } else {
            Ending::NotYet(self.workflow.pause(document.work, document.own))
        };
        let output = match ending {
            Ending::Expert => match self.settled(step) {
                Some(skipped) => document.settled(skipped),
                None => return self.ask(step, context).await,
            },
            Ending::Alone(conclusion) => {
                document.concluded(conclusion, self.collect(step, Budget::of(ANSWER_TOKENS), context).await?)
            }
            Ending::NotYet(pause) => {
                let unkept = step.arguments.images.iter().filter(|image| image.starts_with("data:")).count();
                if unkept > 0 {
                    context.warn(format!("{unkept} images are not kept for later steps, being data: URLs: give them again with the last step, or name files"));
                }
                let found = match W::EXPERT {
                    None => self.collect(step, Budget::of(ANSWER_TOKENS), context).await?,
                    Some(_) => Collected::default(),
                };
                document.pause(pause, found)
            }
        };
        images::check(context, &step.arguments.images).await?;
        Ok(Done { output, files: self.check_files(step, context).await?, model: None })
    }

    /// What the tool finds by itself.
    async fn collect(&self, step: &Taken<'_, W>, budget: Budget, context: &Context) -> Result<Collected> {
        let Document { work, own, .. } = step.document;
        let Budget { tokens: budget, further } = budget;
        let scene = Scene { work, own, files: &self.named(step), budget, further, context };
        self.workflow.evidence(&scene).await
    }

    fn settled(&self, step: &Taken<'_, W>) -> Option<&'static str> {
        let Document { work, own, .. } = step.document;
        self.workflow.settled(work, own).filter(|_| !step.arguments.expert)
    }

    /// The last step: shows all there is to the expert, or to the caller when there is none.
    async fn ask(&self, step: &Taken<'_, W>, context: &Context) -> Result<Done> {
        let (document, name) = (&step.document, W::INFO.name);
        let (route, expert) = match self.finisher(step, context).await? {
            Finisher::Ask(route, expert) => (route, expert),
            nobody => {
                let budget = Budget::of(BRIEF_TOKENS);
                let collected = self.collect(step, budget, context).await?;
                let files = self.files(step, context, budget).await?;
                if let Finisher::Unavailable(error) = nobody {
                    context.warn(format!("no model was asked ({error}): this is the evidence only"));
                    context.draft().hints.extend(error.hints);
                }
                images::check(context, &step.arguments.images).await?;
                let brief = prompt::brief(document, &files.text, &collected.text);
                return Ok(Done { output: document.local(brief, files.embedded), files: files.named, model: None });
            }
        };
        let mut images = images::read_again(context, &step.earlier, step.arguments.images.len()).await;
        images.extend(images::read(context, &step.arguments.images).await?);
        let window = Window::of(route.first()?.context);
        let further = match expert.form {
            Form::Findings => bundles::further(window.files),
            Form::Document | Form::Prose => Further::default(),
        };
        let collected = self.collect(step, Budget { tokens: window.files, further }, context).await?;
        let room = bundles::room_beside(&collected, window.files, further);
        let mut files = self.files(step, context, room).await?;
        let (named, embedded) = (std::mem::take(&mut files.named), files.embedded);
        let bundles = bundles::share_out(collected, files);
        bundles::cover(&bundles, context);
        let history = document.thread.history(window.history, Some(name));
        let mut common = step.arguments.common.clone();
        common.thinking_mode.get_or_insert(expert.thinking);
        let prompts = [&[name], expert.form.prompts()].concat();
        let request = |(place, bundle)| {
            let question = prompt::question(document, bundle, &history.text, &bundles::introduce(&bundles, place));
            let mut request = context.request_with(&prompts, question, &common, document.thread)?;
            if let Some(message) = request.messages.last_mut() {
                message.images.clone_from(&images);
            }
            Ok(request)
        };
        if let [bundle] = &bundles[..] {
            let answer = context.ask(route, request((0, bundle))?).await?;
            let output = document.analysed(&answer, expert.form, bundle, embedded, context)?;
            return Ok(Done { output, files: named, model: Some(answer.model) });
        }
        let requests = bundles.iter().enumerate().map(request).collect::<Result<Vec<_>>>()?;
        let outcomes = ask_in_parts(&route, requests, &bundles, context).await?;
        let output = document.reviewed(&bundles, &outcomes, embedded, context)?;
        let model = outcomes.into_iter().find_map(|outcome| Some(outcome.ok()?.model));
        Ok(Done { output, files: named, model })
    }

    async fn finisher(&self, step: &Taken<'_, W>, context: &Context) -> Result<Finisher> {
        let arguments = &step.arguments;
        let wanted = arguments.use_assistant_model || arguments.expert;
        let Some(expert) = W::EXPERT.filter(|_| wanted) else { return Ok(Finisher::NotWanted) };
        let files = self.named(step);
        let abilities = Abilities { images: step.document.images, search: arguments.common.use_websearch };
        match context.route_for(&arguments.common, step.document.thread, expert.need, &files, abilities).await {
            Ok(route) => Ok(Finisher::Ask(route, expert)),
            // Without any provider the local half is the answer, unless the caller demands a model's.
            Err(error)
                if error.code == ErrorCode::NoProvider
                    && !arguments.expert
                    && context.gateway.providers.configured().is_empty() =>
            {
                Ok(Finisher::Unavailable(error))
            }
            Err(error) => Err(error),
        }
    }

    /// The files that this step names.
    fn named(&self, step: &Taken<'_, W>) -> Vec<String> {
        let own = self.workflow.files(step.document.own);
        step.arguments.relevant_files.iter().cloned().chain(own).collect()
    }

    /// All files of the work and of its conversation.
    async fn files(&self, step: &Taken<'_, W>, context: &Context, budget: Budget) -> Result<Gathered> {
        let wanted = Wanted {
            named: self.named(step),
            steps: step.document.work.locations(),
            before: step.document.thread.files(Some(W::INFO.name)),
            allow_missing: step.arguments.common.allow_missing,
        };
        gather(context, wanted, budget).await
    }

    /// A step that shows no file still refuses one that can not be read, so that the mistake is told early.
    /// Returns where the files are.
    async fn check_files(&self, step: &Taken<'_, W>, context: &Context) -> Result<Vec<String>> {
        let request = evidence::CollectRequest {
            paths: self.named(step),
            allow_missing: step.arguments.common.allow_missing,
            ..evidence::CollectRequest::default()
        };
        let found =
            context.deadline.bound("looking for files", evidence::check(&*context.workspace, &request)).await??;
        context.draft().coverage.selected = found.iter().map(|found| found.path.clone()).collect();
        Ok(found.into_iter().map(|found| found.location).collect())
    }
}

/// Asks about the parts of a review, as many at once as there are permits; says what becomes of each.
async fn ask_in_parts(
    route: &Route,
    requests: Vec<ChatRequest>,
    bundles: &[Bundle],
    context: &Context,
) -> Result<Vec<Result<Answer>>> {
    let (count, model) = (bundles.len(), route.first()?);
    let note = |message: String| context.recorder.event(EventKind::Note { message });
    note(format!("this is too large for one request to {model}: it goes in {count} parts"));
    let (deadline, recorder) = (at_once::deadline(context), at_once::quiet(context));
    let (recorder, note) = (&recorder, &note);
    let questions = requests.into_iter().zip(bundles).enumerate().map(|(place, (request, bundle))| async move {
        let outcome = context.ask_by(route.clone(), request, deadline, recorder).await;
        let (part, files) = (place + 1, bundle.paths.len());
        match &outcome {
            Ok(_) => note(format!("part {part} of {count} was answered, {files} files")),
            Err(_) if context.options.dry_run => {}
            Err(error) => note(format!("part {part} of {count} was not answered, {files} files: {error}")),
        }
        outcome
    });
    at_once::all(context, questions).await
}
