//! Brings what is derived up to date, once for each picture: the order of the calls, selections, first rows.

use crate::layout::Screen;
use crate::model::{Model, providers};

/// Call it before a picture is drawn.
pub fn settle(model: &mut Model) {
    if !model.is_stale {
        return;
    }
    model.is_stale = false;
    order(model);
    follow(model);
    let screen = Screen::of(model);
    let providers = model.snapshot().map_or(0, |snapshot| providers::rows(snapshot).len());
    let models = model.snapshot().map_or(0, |snapshot| snapshot.providers.len());
    let sessions = model.data().sessions().len();
    model.providers.settle(providers, screen.rows(crate::model::Pane::Providers));
    model.sessions.settle(sessions, screen.rows(crate::model::Pane::Sessions));
    model.latency.settle(models, 1);
    let calls = screen.rows(crate::model::Pane::Calls);
    model.calls.cursor.settle(model.calls.order.len(), calls.max(1));
    model.calls.pointed = model.selected_call().map(|call| call.row.call_id.clone());
    let shown = model.log_lines().len();
    model.log.back = model.log.back.min(shown.saturating_sub(screen.rows(crate::model::Pane::Log).max(1)));
}

/// Remembers which provider and session are selected, after somebody may have selected others.
pub(super) fn remember(model: &mut Model) {
    model.chosen_session = model.selected_session().map(|session| session.session_id.clone());
    let rows = model.snapshot().map(providers::rows).unwrap_or_default();
    model.chosen_provider = rows.get(model.providers.selected).map(providers::Row::key);
}

/// The selected provider and session stay selected wherever they stand now.
fn follow(model: &mut Model) {
    let sessions = model.data().sessions();
    let session =
        model.chosen_session.as_ref().and_then(|chosen| sessions.iter().position(|row| row.session_id == *chosen));
    let rows = model.snapshot().map(providers::rows).unwrap_or_default();
    let provider = model.chosen_provider.as_ref().and_then(|chosen| rows.iter().position(|row| row.key() == *chosen));
    if let Some(at) = session {
        model.sessions.selected = at;
    }
    if let Some(at) = provider {
        model.providers.selected = at;
    }
}

/// Which calls are shown, in which order; the selected call stays selected wherever it stands now.
fn order(model: &mut Model) {
    let mut order = std::mem::take(&mut model.calls.order);
    order.clear();
    let view = &model.calls;
    let calls = model.data().calls.all();
    let places = calls.iter().enumerate();
    order.extend(places.filter(|(_, call)| view.filter.takes(call)).map(|(at, _)| at));
    let (sort, reversed) = (view.sort, view.reversed);
    order.sort_unstable_by(|one, other| {
        let order = sort.order(&calls[*one], &calls[*other]);
        if reversed { order.reverse() } else { order }
    });
    let chosen = view.chosen.as_ref();
    let found = chosen.and_then(|chosen| order.iter().position(|at| calls[*at].row.call_id == *chosen));
    let had_choice = chosen.is_some();
    model.calls.order = order;
    match found {
        Some(at) => model.calls.cursor.selected = at,
        // Nobody chose: the first row, whichever that is.
        None if !had_choice => model.calls.cursor.selected = 0,
        None => {}
    }
}
