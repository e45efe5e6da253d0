//! `tracer`: how execution runs through a function, or what hangs together with it. It never asks a model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::workflow::{Collected, Conclusion, Ending, Pause, Scene, Vocabulary, Work, Workflow, members};
use super::{Info, facts};
use crate::error::{Error, Result};
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct Tracer;

static INFO: Info = Info {
    name: "tracer",
    title: "Tracer",
    description: "Traces code: `precision` follows execution through a function, `dependencies` maps what uses it and what it uses. Finds definition, callers and callees by itself, guides the rest of the search and keeps what you find. Asks no model.",
    main_argument: Some("target_description"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "trace",
    pause: "pause_for_tracing",
    required: "tracer_required",
    complete: "tracer_complete",
    counts: "tracer_status",
    confidence: None,
    finished_work: "",
    settled: "tracing_complete",
    skipped: "",
};

/// What `tracer` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// `ask`: let the user choose.
    #[serde(default)]
    trace_mode: Mode,
    /// What to trace, and why: a function, type or module.
    target_description: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Precision,
    Dependencies,
    #[default]
    Ask,
}

/// Told to whoever has to ask for the mode.
const CHOICE: [&str; 3] = [
    "Ask the user which of the two it shall be",
    "precision: what runs, in which order and under which conditions, from entry to side effects; for functions and methods",
    "dependencies: what uses the target, what it uses, and through which types; for types, modules and structure",
];

impl Workflow for Tracer {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const REQUIRED: &'static [&'static str] = &[];
    const WITHOUT: &'static [&'static str] = &[
        "images",
        "issues_found",
        "hypothesis",
        "use_assistant_model",
        "expert",
        "model",
        "temperature",
        "thinking_mode",
        "use_websearch",
    ];

    fn check(&self, _: &Work, own: &Own, _: &Thread) -> Result<Vec<String>> {
        if own.target_description.as_ref().is_some_and(|target| !target.is_empty()) {
            return Ok(Vec::new());
        }
        let message = "tracer needs a target: `target_description` is missing";
        Err(Error::validation("target_description", Value::Null, "what to trace, and why", message).hint(
            "name a function, type or module: exai call tracer 'Queue::pop in src/queue.rs' --trace-mode precision",
        ))
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        match work.step_number() {
            1 => vec![
                "Read the target whole where local_evidence says that it is defined; find it yourself if nothing was found",
                "Check the callers and callees that were found; look for those that reading names can not find",
                "Write down each place with file and line",
            ],
            2 => vec![
                "Follow every call out of the target, until it leaves the code or has an effect",
                "Note the conditions under which each way is taken",
            ],
            _ => vec![
                "Check what the search may have missed: callbacks, traits, interfaces, reflection, generated code",
                "Check each place that was noted: does it still say what you wrote?",
            ],
        }
    }

    /// Where the target is, who uses it and what it uses: the caller need not search for what can be read.
    async fn evidence(&self, scene: &Scene<'_, Own>) -> Result<Collected> {
        match &scene.own.target_description {
            Some(target) if scene.own.trace_mode != Mode::Ask => facts::trace(scene, target).await,
            _ => Ok(Collected::default()),
        }
    }

    fn pause(&self, work: &Work, own: &Own) -> Pause {
        match own.trace_mode {
            Mode::Ask => ask(),
            _ => Pause::usual(&WORDS, self.required_actions(work)),
        }
    }

    fn conclude(&self, work: &Work, own: &Own) -> Ending {
        let (rendering, format) = match own.trace_mode {
            Mode::Ask => return Ending::NotYet(ask()),
            Mode::Precision => (PRECISION, "precision_trace_analysis"),
            Mode::Dependencies => (DEPENDENCIES, "dependencies_trace_analysis"),
        };
        let target = own.target_description.as_deref().unwrap_or_default();
        let summary = format!("The trace of {target} is complete: {} steps.", work.steps().len());
        let findings = work.findings().join("\n\n");
        let places: String = work.relevant_context().iter().map(|place| format!("- {place}\n")).collect();
        let sections = [("Found", findings), ("Places", places), ("How to present it", rendering.to_owned())];
        let mut text = format!("# Trace of {target}\n");
        for (title, body) in sections.into_iter().filter(|(_, body)| !body.is_empty()) {
            text.push_str(&format!("\n## {title}\n\n{}\n", body.trim_end()));
        }
        let output = json!({
            "instructions": "Put the trace before the user in the form that rendering_instructions ask for. Show only what was found in the code, each place with file and line.",
            "format": format,
            "rendering_instructions": rendering,
            "presentation_guidelines": {
                "completed_trace": "The picture first, then the tables, then what stays open.",
                "gaps": "Mark what could not be followed, and why, instead of guessing.",
                "continuation": "Pass the continuation_id to debug, refactor or analyze to work with the trace.",
            },
        });
        Ending::Alone(Conclusion {
            status: WORDS.settled,
            next_steps: "Put the trace before the user as the rendering instructions say.".to_owned(),
            members: members(json!({"tracing_complete": true, "trace_summary": summary, "output": output})),
            text,
        })
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"step_history_length": work.steps().len()}))
    }

    fn add_members(&self, work: &Work, own: &Own, document: &mut Map<String, Value>) {
        if let Some(Value::Object(metadata)) = document.get_mut("metadata") {
            metadata.insert("step_history_length".to_owned(), work.steps().len().into());
            metadata.extend(members(json!(own)));
        }
    }
}

/// The mode is the user's choice.
fn ask() -> Pause {
    const STATUS: &str = "mode_selection_required";
    Pause {
        status: STATUS,
        next_steps: Some("Call tracer again for this target with the trace_mode that the user chose.".to_owned()),
        members: members(json!({STATUS: true})),
        ..Pause::usual(&WORDS, CHOICE.to_vec())
    }
}

const PRECISION: &str = "\
1. Call flow, from top to bottom: one line a call, indented by depth, `Type::function (file:line)`; a call that may not happen is marked with its condition.
2. Branches: a table with condition, place, what runs when it holds, what runs when not.
3. Side effects: a table with kind (database, network, filesystem, state, memory), place and what it does.
4. Usage points: who calls the target, with place and with which arguments.
5. Entry points: where execution comes from outside, with place.
Leave a section out when nothing was found for it. Where a call can not be resolved, list the candidates.";

const DEPENDENCIES: &str = "\
1. Diagram: on the left what uses the target, in the middle the target, on the right what it uses; each with file:line.
2. Type relations: what it extends, implements, contains and is contained in.
3. Dependencies: a table with direction (in, out, both), kind (call, import, type, data), from, to, place.
4. Circles, and modules that know each other in both directions, if there are any.
Leave a section out when nothing was found for it.";
