//! What changes the house: always asked first.

use exai_core::protocol::wire::Admin;

use super::actions::{admin_of, limit_of};
use crate::effect::{Effect, Wish};
use crate::keymap::Action;
use crate::model::line::TextLine;
use crate::model::{Model, Notice, Over, Question};

/// The largest limit that can be typed: more requests at once than any account has.
const MOST: usize = 10_000;

/// Opens the question before an action.
pub(super) fn ask(model: &mut Model, action: Action) {
    if action == Action::Limit {
        if let Some((name, limit)) = limit_of(model) {
            model.over = Over::Limit { name, line: TextLine::new(&limit.to_string()) };
        }
    } else if let Some((text, detail, action)) = admin_of(model, action) {
        model.over = Over::Question(Question { text, detail, action });
    }
}

/// What was typed as a limit becomes a question.
pub(super) fn limit(model: &mut Model, name: &str, typed: &str) {
    match typed.trim().parse::<usize>() {
        Ok(limit) if (1..=MOST).contains(&limit) => {
            model.over = Over::Question(Question {
                text: format!("Set the limit of {name} to {limit}?"),
                detail: "It holds until the daemon ends or reads its configuration again.".to_owned(),
                action: Admin::SetLimit { name: name.to_owned(), limit },
            });
        }
        _ => model.tell(Notice::Bad(format!("limit: a number from 1 to {MOST}, not {typed:?}"))),
    }
}

/// The answer to a question.
pub(super) fn decide(model: &mut Model, yes: bool) -> Vec<Effect> {
    let Over::Question(question) = std::mem::take(&mut model.over) else { return Vec::new() };
    if yes { vec![Effect::Ask(Wish::Admin(question.action))] } else { Vec::new() }
}
