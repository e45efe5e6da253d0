//! The result of a step: the predecessor's document for programs, and a section a model for people.

use serde_json::{Map, Value, json};

use super::round::Round;
use super::voice::{Response, Voice};
use super::{INFO, members};
use crate::protocol::ThreadId;
use crate::tools::Output;
use crate::tools::gather::Gathered;

/// The heading of what a model says.
pub(super) fn heading(voice: &Voice) -> String {
    format!("## {voice}\n\n")
}

/// The section of one model.
pub(super) fn section(response: &Response) -> String {
    heading(response.voice()) + &response.text()
}

/// What follows the sections of a step.
pub(super) fn tail(round: &Round, thread: &ThreadId) -> String {
    match round.next() {
        Some(next) => format!("{}\n\nGo on with continuation_id {thread}\n", next_steps(round, Some(next))),
        None => String::new(),
    }
}

/// The result of a step in which `step` was asked, the place of a model; without it, of a call in which all were.
pub(super) fn told(round: &Round, step: Option<usize>, files: &Gathered, thread: &ThreadId, text: String) -> Output {
    let (next, asked, total) = (round.next(), round.responses().len(), round.total());
    let status = match (next, step) {
        (None, _) => "consensus_workflow_complete",
        (Some(_), Some(0)) => "analysis_and_first_model_consulted",
        (Some(_), _) => "model_consulted",
    };
    let phase = match (next, step) {
        (None, _) => "ready_for_synthesis",
        (Some(_), Some(0)) => "initial_analysis_complete",
        (Some(_), _) => "consulting_models",
    };
    let mut document = Map::new();
    let mut put = |more: Value| document.extend(members(more));
    put(json!({
        "status": status,
        "step_number": step.map_or(total, |step| step + 1),
        "total_steps": total,
        "consensus_workflow_status": phase,
    }));
    let present = step.and_then(|step| Some((round.opening.voices.get(step)?, round.response(step)?)));
    if let Some((voice, response)) = present {
        put(json!({
            "model_consulted": voice.model, "model_stance": voice.stance, "model_response": response.entry(),
        }));
    }
    put(json!({"current_model_index": asked, "next_step_required": next.is_some()}));
    if step.is_none_or(|step| step == 0) {
        let opening = &round.opening;
        put(json!({"agent_analysis": {"initial_analysis": opening.question, "findings": opening.findings}}));
    }
    let entries: Vec<Value> = round.responses().map(Response::entry).collect();
    put(json!({"accumulated_responses": entries, "next_steps": next_steps(round, next)}));
    match next {
        Some(place) => put(going_on(round, place, thread)),
        None => put(complete(round)),
    }
    if files.embedded > 0 {
        put(json!({"file_context": {"type": "fully_embedded", "files_embedded": files.embedded}}));
    }
    put(json!({"continuation_id": thread}));
    let mut metadata = members(json!({
        "tool_name": INFO.name, "workflow_type": "multi_model_consensus", "models_consulted": labels(round),
        "total_models": total,
    }));
    if let Some((voice, response)) = present {
        metadata.extend(members(json!({"model_consulted": voice.label(), "provider_used": response.provider()})));
    }
    put(json!({"metadata": metadata}));
    Output { status: status.to_owned(), text, data: Value::Object(document) }
}

/// There is no model to ask: the question and the evidence are the answer.
pub(super) fn local(round: &Round, files: &Gathered, thread: &ThreadId) -> Output {
    const STATUS: &str = "local_work_complete";
    let opening = &round.opening;
    let sides: String = opening.voices.iter().map(|voice| format!("- {voice}\n")).collect();
    let text = format!("## Question\n\n{}\n\n## Who was to answer\n\n{sides}\n{}", opening.question, files.text);
    let mut data = json!({
        "status": STATUS,
        "step_number": 1,
        "total_steps": round.total(),
        "next_step_required": false,
        "consensus_complete": true,
        "next_steps": "Weigh the question from each side yourself; no model has looked at it.",
        "continuation_id": thread,
        "metadata": {"tool_name": INFO.name, "workflow_type": "multi_model_consensus"},
    });
    if files.embedded > 0 {
        data["file_context"] = json!({"type": "fully_embedded", "files_embedded": files.embedded});
    }
    Output { status: STATUS.to_owned(), text, data }
}

fn next_steps(round: &Round, next: Option<usize>) -> String {
    match next.and_then(|place| Some((place + 1, round.opening.voices.get(place)?))) {
        Some((step, voice)) => format!(
            "Note what this answer adds, then call consensus for step {step} of {}: it asks {voice}, who sees none of the answers.",
            round.total()
        ),
        None => "Weigh the answers: where they agree, where they differ and why, which arguments carry the most, and what to do now. Then tell the user.".to_owned(),
    }
}

fn going_on(round: &Round, place: usize, thread: &ThreadId) -> Value {
    let (step, total) = (place + 1, round.total());
    let asks = round.opening.voices.get(place).map(|voice| format!("Ask {voice}.")).unwrap_or_default();
    json!({
        "consensus_required": true,
        "required_actions": ["Note what the answer says for and against, and which of its claims you can check"],
        "next_step_number": step,
        "next_call": {"tool": INFO.name, "arguments": {
            "step": asks, "step_number": step, "total_steps": total, "next_step_required": step < total,
            "continuation_id": thread,
        }},
    })
}

fn complete(round: &Round) -> Value {
    let has_all = round.responses().all(|response| response.failure().is_none());
    json!({
        "consensus_complete": true,
        "complete_consensus": {
            "initial_prompt": round.opening.question,
            "models_consulted": labels(round),
            "total_responses": round.responses().len(),
            // The predecessor's word; a voice that is missing takes from it.
            "consensus_confidence": if has_all { "high" } else { "medium" },
        },
    })
}

fn labels(round: &Round) -> Vec<String> {
    round.responses().map(|response| response.voice().label()).collect()
}
