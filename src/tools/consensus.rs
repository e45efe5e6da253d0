//! `consensus`: one question to several models that see nothing of each other, each on the side it was given.
//!
//! ```text
//! step 1 ─▶ models checked ─▶ models[0] ─▶ step 2 ─▶ models[1] ─▶ … ─▶ the last one: complete
//! parallel ─▶ models checked ─▶ all of them at once ───────────────────────────▶ complete
//! ```
//!
//! Every model is told the question of step 1 and shown the same files: never findings, later notes or answers.
//! It has a course of its own beside the step machine: each step asks a model, and none asks the caller to look further.

mod document;
mod round;
mod voice;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::common::{self, Common};
use super::context::Window;
use super::gather::{Budget, Gathered, Wanted, gather};
use super::workflow::{self, BRIEF_TOKENS, members};
use super::{Context, Info, Output, Tool, at_once, house, images, schema};
use crate::clock::Deadline;
use crate::error::{Error, ErrorCode, Result};
use crate::gateway::{Abilities, Answer, Need, Recorder, Route};
use crate::protocol::Live;
use crate::providers::{Image, ThinkingMode};
use crate::threads::{Exchange, Thread};
use round::{Opening, Round, Turn};
use voice::{Response, Voice};

/// The tool.
#[derive(Debug)]
pub(super) struct Consensus;

static INFO: Info = Info {
    name: "consensus",
    title: "Consensus",
    description: "Puts one question to several models, each for, against or neutral, and none sees the others' answers. Each is told the first step and shown the files, nothing else. One step asks one model, parallel all at once; then weigh what they said.",
    main_argument: Some("step"),
};

/// What it takes of its own.
#[derive(Debug, Deserialize, JsonSchema)]
struct Own {
    /// Models to ask, in this order; the same one may take several sides. Needed in step 1.
    #[serde(default)]
    #[schemars(length(max = 10))]
    models: Vec<Voice>,
    /// Ask all models in this one call.
    #[serde(default)]
    parallel: bool,
    /// Images that every model sees: paths or data: URLs.
    #[serde(default)]
    #[schemars(length(max = 10))]
    images: Vec<String>,
}

/// Arguments of other workflow tools that it does not take.
const WITHOUT: &[&str] = &[
    "files_checked",
    "relevant_context",
    "issues_found",
    "hypothesis",
    "confidence",
    "backtrack_from_step",
    "use_assistant_model",
    "model",
];

/// What it reads of its arguments. How many steps there are, and whether one follows, the models say.
#[derive(Debug, Deserialize)]
struct Arguments {
    step: String,
    step_number: Option<usize>,
    #[serde(default)]
    findings: String,
    #[serde(default)]
    relevant_files: Vec<String>,
    #[serde(default)]
    expert: bool,
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    own: Own,
}

#[async_trait]
impl Tool for Consensus {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::joined::<Own, workflow::Arguments>("ConsensusRequest", WITHOUT, &["step"])
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let mut arguments: Arguments = common::read(arguments)?;
        let thread = context.thread(arguments.common.continuation_id.as_deref()).await?;
        let earlier = Round::resume(&thread, INFO.name)?;
        let (opening, mut round, places) = place(&arguments, earlier, context)?;
        let asking: Common = common::read(round.opening.asking.clone())?;
        arguments.common = context.settings.asking(INFO.name, arguments.common.or(asking));
        arguments.common.thinking_mode.get_or_insert(ThinkingMode::Medium);
        let routes = match routes(&round, opening.is_some(), &arguments, context)? {
            Available::Asked(routes) => routes,
            Available::Nobody(error) => {
                let files = files(&arguments, &thread, BRIEF_TOKENS, context).await?;
                context.warn(format!("no model was asked ({error}): this is the evidence only"));
                context.draft().hints.extend(error.hints);
                let output = document::local(&round, &files, &thread.id);
                let turn = Turn { opening, responses: BTreeMap::new() };
                remember(context, &thread, &arguments, &output, files.named, &turn);
                return Ok(output);
            }
        };
        let images = images::read(context, &arguments.own.images).await?;
        // All are shown the same: what fits the smallest of them.
        let smallest = routes.iter().flatten().filter_map(|route| Some(route.first().ok()?.context)).min();
        let files = files(&arguments, &thread, Window::of(smallest.unwrap_or_default()).files, context).await?;
        let question =
            Question { arguments: &arguments, round: &round, files: &files, images: &images, thread: &thread };
        let outcomes = question.ask(&places, &routes, context).await?;

        let mut responses = BTreeMap::new();
        for ((place, voice, route), outcome) in asked(&round, &places, &routes).zip(&outcomes) {
            responses.insert(place, Response::of(voice, route.as_ref().ok(), outcome));
        }
        round.hear(&responses);
        if round.next().is_none() && round.is_lost() {
            return Err(nobody_answered(&round, outcomes));
        }
        for response in responses.values() {
            if let Some(why) = response.failure() {
                context.warn(format!("{} gave no answer: {why}", response.voice()));
            }
        }
        let tail = document::tail(&round, &thread.id);
        let text = responses.values().map(document::section).collect::<String>() + &tail;
        let step = if arguments.own.parallel { None } else { places.first().copied() };
        if let [Ok(_)] = outcomes.as_slice() {
            tell(context, format!("\n\n{tail}"));
        } else if let [Err(_)] = outcomes.as_slice() {
            tell(context, responses.values().map(Response::text).collect::<String>() + &tail);
        }
        let output = document::told(&round, step, &files, &thread.id, text);
        remember(context, &thread, &arguments, &output, files.named.clone(), &Turn { opening, responses });
        Ok(output)
    }
}

/// Which step of which round this is: what it settles if it begins one, the round, and the places of the models to ask.
fn place(
    arguments: &Arguments,
    earlier: Option<Round>,
    context: &Context,
) -> Result<(Option<Opening>, Round, Vec<usize>)> {
    let own = &arguments.own;
    let due = earlier.as_ref().and_then(Round::next).map(|place| place + 1);
    let number = if own.parallel { 1 } else { arguments.step_number.or(due).unwrap_or(1) };
    if number > 1 {
        let round = earlier.ok_or_else(|| {
            let message = format!("step {number} of consensus needs the conversation of its step 1");
            Error::invalid(message).hint("pass the continuation_id that step 1 answered, or begin with step_number 1")
        })?;
        let (models, total) = (&round.opening.voices, round.total());
        if !own.models.is_empty() && own.models != *models {
            let known: Vec<_> = models.iter().map(Voice::label).collect();
            let message = format!("the models of this consensus are {}: step 1 has settled that", known.join(", "));
            return Err(Error::validation("models", labels(&own.models), known, message)
                .hint("leave models out, or begin anew with step_number 1"));
        }
        if number > total {
            let message = format!("step_number is {number}, but this consensus has {total} models, one a step");
            return Err(Error::validation("step_number", number, format!("1 to {total}"), message));
        }
        return Ok((None, round, vec![number - 1]));
    }
    let voices = match (own.models.is_empty(), earlier) {
        (true, Some(earlier)) => earlier.opening.voices,
        _ => own.models.clone(),
    };
    if voices.is_empty() {
        return Err(Error::validation("models", Value::Null, "one or more", "consensus needs models in step 1")
            .hint("name them: --models glm-5.3:for,kimi-k3:against"));
    }
    refuse_options(&voices, context)?;
    refuse_doubles(&voices, context)?;
    let mut asking = Map::new();
    arguments.common.put(&mut asking);
    let opening = Opening { question: arguments.step.clone(), findings: arguments.findings.clone(), voices, asking };
    let round = Round::new(opening.clone());
    let places = if own.parallel { (0..round.total()).collect() } else { vec![0] };
    Ok((Some(opening), round, places))
}

/// What stands behind a model's name and is no stance would be cut off like any option, and its side with it.
fn refuse_options(voices: &[Voice], context: &Context) -> Result<()> {
    for voice in voices {
        let Some((model, option)) = voice.model.rsplit_once(':') else { continue };
        let is_cut = context.gateway.catalogue.resolve(&voice.model).is_ok_and(|known| !known.id.contains(':'));
        if is_cut {
            let message = format!("`{option}` behind {model} is no stance");
            return Err(Error::validation(
                "models",
                voice.model.as_str(),
                ["for", "against", "neutral"].as_slice(),
                message,
            )
            .hint("write MODEL:STANCE with for, against or neutral, or the model alone"));
        }
    }
    Ok(())
}

/// The same model may be asked more than once only on different sides.
fn refuse_doubles(voices: &[Voice], context: &Context) -> Result<()> {
    // Another name of a model is the same model.
    let known = |voice: &Voice| {
        let resolved = context.gateway.catalogue.resolve(&voice.model).map(|model| model.to_string());
        (resolved.unwrap_or_else(|_| voice.model.to_lowercase()), voice.stance)
    };
    for (at, voice) in voices.iter().enumerate() {
        if let Some(first) = voices.iter().take(at).find(|earlier| known(earlier) == known(voice)) {
            let other = if first.model == voice.model { String::new() } else { format!(", once as {}", first.model) };
            let message = format!("{voice} is named twice{other}");
            return Err(Error::validation("models", voice.label(), "each model once a stance", message)
                .hint("give it another stance, or leave it out"));
        }
    }
    Ok(())
}

/// The models of a round that can be asked.
enum Available {
    /// The ways to them, in the order of the models; before the first question there is one to each.
    Asked(Vec<Result<Route>>),
    /// There is no provider at all, and the caller does not demand one.
    Nobody(Error),
}

fn routes(round: &Round, begins: bool, arguments: &Arguments, context: &Context) -> Result<Available> {
    let (common, images) = (&arguments.common, arguments.own.images.len());
    let abilities = Abilities { images, search: common.use_websearch };
    let find = |voice: &Voice| context.gateway.route(Some(&voice.model), None, Need::Quality)?.able(abilities);
    let routes: Vec<_> = round.opening.voices.iter().map(find).collect();
    let failed: Vec<_> = round
        .opening
        .voices
        .iter()
        .zip(&routes)
        .filter_map(|(voice, route)| Some((voice, route.as_ref().err()?)))
        .collect();
    let Some((_, first)) = failed.first().filter(|_| begins) else { return Ok(Available::Asked(routes)) };
    let bare = context.gateway.providers.configured().is_empty();
    let is_about_providers = failed.iter().all(|(_, error)| error.code == ErrorCode::NoProvider);
    if bare && is_about_providers && failed.len() == routes.len() && !arguments.expert {
        return Ok(Available::Nobody((*first).clone()));
    }
    let names: Vec<_> = failed.iter().map(|(voice, _)| voice.model.clone()).collect();
    let whys: Vec<_> = failed.iter().map(|(voice, error)| format!("{}: {}", voice.model, error.message)).collect();
    let available = house::models(context);
    let message = format!(
        "{} of {} models can not be asked ({}); available: {}",
        failed.len(),
        routes.len(),
        whys.join("; "),
        house::listed(&available)
    );
    let mut error = Error::validation("models", names, available, message);
    if is_about_providers {
        error.code = ErrorCode::NoProvider;
    }
    failed.iter().flat_map(|(_, cause)| &cause.hints).for_each(|hint| at_once::add_hint(&mut error, hint));
    Err(error)
}

/// The files of the call and of its conversation.
async fn files(arguments: &Arguments, thread: &Thread, budget: u64, context: &Context) -> Result<Gathered> {
    let wanted = Wanted {
        named: arguments.relevant_files.clone(),
        before: thread.files(None),
        allow_missing: arguments.common.allow_missing,
        ..Wanted::default()
    };
    gather(context, wanted, Budget::of(budget)).await
}

/// What every model of a call is asked.
struct Question<'a> {
    arguments: &'a Arguments,
    round: &'a Round,
    files: &'a Gathered,
    images: &'a [Image],
    thread: &'a Thread,
}

impl Question<'_> {
    /// Asks the models at `places`, all at once; fails only where no question can be made, and in a dry run.
    async fn ask(&self, places: &[usize], routes: &[Result<Route>], context: &Context) -> Result<Vec<Result<Answer>>> {
        let recorder = if let ([only], false) = (places, context.options.dry_run) {
            let heading = self.round.opening.voices.get(*only).map(document::heading);
            tell(context, heading.unwrap_or_default());
            Arc::clone(&context.recorder)
        } else {
            at_once::quiet(context)
        };
        let deadline = at_once::deadline(context);
        let answers = asked(self.round, places, routes)
            .map(|(_, voice, route)| self.ask_one(voice, route, deadline, &recorder, context));
        at_once::all(context, answers).await
    }

    async fn ask_one(
        &self,
        voice: &Voice,
        route: &Result<Route>,
        deadline: Deadline,
        recorder: &Arc<dyn Recorder>,
        context: &Context,
    ) -> Result<Answer> {
        let user = format!("{}{}\n", self.files.text, self.round.opening.question);
        let mut request = context.request_with(&voice.prompts(), user, &self.arguments.common, self.thread)?;
        if let [system, user] = request.messages.as_mut_slice() {
            if let Some(own) = &voice.stance_prompt {
                system.content.push_str(&format!("\n{own}\n"));
            }
            user.images = self.images.to_vec();
        }
        context.ask_by(route.clone()?, request, deadline, recorder).await
    }
}

/// The models at `places` with the ways to them.
fn asked<'a>(
    round: &'a Round,
    places: &'a [usize],
    routes: &'a [Result<Route>],
) -> impl Iterator<Item = (usize, &'a Voice, &'a Result<Route>)> {
    places.iter().filter_map(|place| Some((*place, round.opening.voices.get(*place)?, routes.get(*place)?)))
}

/// Tells a part of the text that no model wrote.
fn tell(context: &Context, mut text: String) {
    context.veil.text(&mut text);
    context.recorder.live(Live::Delta { text });
}

/// Why a round has come to nothing.
fn nobody_answered(round: &Round, outcomes: Vec<Result<Answer>>) -> Error {
    let causes =
        round.responses().filter_map(|response| Some(format!("{}: {}", response.voice(), response.failure()?)));
    let causes: Vec<_> = causes.collect();
    let errors = outcomes.into_iter().filter_map(Result::err).collect();
    let Some(mut error) = at_once::nobody_answered(errors) else {
        return Error::internal("a round that is lost without an error");
    };
    if round.total() > 1 {
        error.message = format!("none of {} models answered: {}", round.total(), causes.join("; "));
        error.details =
            Some(Box::new(json!({"responses": round.responses().map(Response::entry).collect::<Vec<_>>()})));
    }
    error
}

fn labels(voices: &[Voice]) -> Vec<String> {
    voices.iter().map(Voice::label).collect()
}

/// Keeps the step. No single model stands behind it: who goes on with the conversation is not bound to one.
fn remember(
    context: &Context,
    thread: &Thread,
    arguments: &Arguments,
    output: &Output,
    files: Vec<String>,
    turn: &Turn,
) {
    let said = [arguments.step.as_str(), arguments.findings.as_str()];
    let question = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    context.remember(
        thread,
        Exchange {
            tool: INFO.name.to_owned(),
            root: Some(context.workspace.root().to_owned()),
            call_id: context.call_id.clone(),
            question,
            answer: output.text.clone(),
            files,
            model: None,
            state: json!(turn),
        },
    );
}
