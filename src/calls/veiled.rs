//! What a call keeps, without its secrets. File paths stay as they are: they have to lead somewhere.

use serde_json::{Map, Value};

use crate::protocol::{Envelope, EventKind, Finding};
use crate::redaction::Veil;
use crate::store::{AttemptEnd, CallStart, NewAnswer};

/// Takes the secrets out of a result; it is told as it is kept.
pub(super) fn hide(veil: &Veil, envelope: &mut Envelope) {
    let model = &mut envelope.model;
    let named = [&mut model.requested, &mut model.used, &mut model.reason];
    let texts = named.into_iter().flatten().chain(model.tried.iter_mut().map(|tried| &mut tried.model));
    for text in texts.chain(&mut envelope.warnings).chain([&mut envelope.status, &mut envelope.text]) {
        veil.text(text);
    }
    for finding in &mut envelope.findings {
        let Finding { title, detail, quote, category, suggestion, .. } = finding;
        for text in [title, detail, quote, category, suggestion].into_iter().chain(&mut finding.confirmed_by) {
            veil.text(text);
        }
    }
    veil.value(&mut envelope.data);
    if let Some(error) = &mut envelope.error {
        veil.text(&mut error.message);
        error.hints.iter_mut().for_each(|hint| veil.text(hint));
        error.details.iter_mut().for_each(|details| veil.value(details));
    }
}

/// What is kept of the beginning of a URL.
const LONGEST_HEAD: usize = 60;

/// What is kept of arguments: an image that came as a URL is megabytes, and nobody looks at it again.
pub(super) fn without_images(arguments: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = arguments.clone();
    let images = kept.get_mut("images").and_then(Value::as_array_mut).into_iter().flatten();
    for image in images {
        let Some(url) = image.as_str().filter(|url| url.starts_with("data:")) else { continue };
        let head = url.split(',').next().unwrap_or_default();
        *image = format!("{},… ({} bytes)", head.chars().take(LONGEST_HEAD).collect::<String>(), url.len()).into();
    }
    kept
}

/// Takes the secrets out of what a caller asked for.
pub(super) fn hide_arguments(veil: &Veil, mut start: CallStart) -> CallStart {
    veil.fields(&mut start.arguments);
    start
}

/// Takes the secrets out of a step.
pub(super) fn hide_event(veil: &Veil, mut kind: EventKind) -> EventKind {
    match &mut kind {
        EventKind::Note { message: text } | EventKind::Sent { model: text, .. } => veil.text(text),
        _ => {}
    }
    kind
}

/// Takes the secrets out of what a provider said beside its answer.
pub(super) fn hide_end(veil: &Veil, mut end: AttemptEnd) -> AttemptEnd {
    end.message.iter_mut().for_each(|message| veil.text(message));
    end.extra.iter_mut().for_each(|extra| veil.value(extra));
    end
}

/// Takes the secrets out of an answer that is kept for reuse.
pub(super) fn hide_answer(veil: &Veil, mut answer: NewAnswer) -> NewAnswer {
    veil.text(&mut answer.model);
    veil.value(&mut answer.body);
    answer
}
