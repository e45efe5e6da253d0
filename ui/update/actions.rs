//! What the keys of the panes do.

use std::time::Duration;

use exai_core::protocol::wire::Admin;
use exai_core::protocol::{CallRow, Word};

use super::{admin, settle};
use crate::effect::{Effect, Wish};
use crate::keymap::Action;
use crate::layout::Screen;
use crate::model::columns::Column;
use crate::model::line::TextLine;
use crate::model::providers::{self, Row};
use crate::model::{Detail, Model, Notice, Over, Pane, SPANS};
use crate::msg::Link;

/// Why an action can not be done now; said in place of doing it.
pub(crate) fn refusal(model: &Model, action: Action) -> Option<String> {
    let changes = matches!(action, Action::Cancel | Action::CloseSession | Action::Limit | Action::ResetBreaker);
    if changes && model.settings.read_only {
        return Some("the monitor was started with --read-only".to_owned());
    }
    if changes {
        match &model.link {
            Link::Live { .. } => {}
            Link::Journal { .. } if action == Action::Cancel => {}
            Link::Journal { .. } => return Some("this needs a daemon, and none runs".to_owned()),
            Link::Replay { .. } | Link::Ended { .. } => return Some("this is a recording".to_owned()),
            Link::Seeking { .. } | Link::Away { .. } => return Some("the daemon is not reachable".to_owned()),
        }
    }
    match action {
        Action::Cancel => match model.selected_call() {
            None => Some("no call is selected".to_owned()),
            Some(call) if !call.is_running() => Some("the call has ended already".to_owned()),
            Some(_) => None,
        },
        Action::CloseSession => model.selected_session().is_none().then(|| "no session is selected".to_owned()),
        Action::Limit => match selected_provider(model) {
            Some(Row::Provider(_, Some(_))) => None,
            Some(Row::Model(row)) if row.limit.is_some() => None,
            Some(_) => Some("this provider has no limit".to_owned()),
            None => Some("no provider is selected".to_owned()),
        },
        Action::ResetBreaker => match selected_provider(model) {
            Some(Row::Model(row)) if row.breaker != "closed" => None,
            Some(Row::Model(_)) => Some("its breaker is closed: it is asked".to_owned()),
            _ => Some("select a model below its provider".to_owned()),
        },
        Action::Suspend if cfg!(not(unix)) => Some("this system can not stop a program".to_owned()),
        Action::Text if !model.settings.show_content => Some("start with --show-content to see text".to_owned()),
        Action::Text | Action::Open if model.focus == Pane::Calls && model.selected_call().is_none() => {
            Some("no call is selected".to_owned())
        }
        Action::Retry if !matches!(model.link, Link::Away { .. } | Link::Journal { .. }) => {
            Some("there is nothing to reconnect".to_owned())
        }
        Action::Diagnoses if model.snapshot().is_none_or(|snapshot| snapshot.diagnoses.is_empty()) => {
            Some("nothing is wrong".to_owned())
        }
        _ => None,
    }
}

fn selected_provider(model: &Model) -> Option<Row<'_>> {
    providers::rows(model.snapshot()?).get(model.providers.selected).copied()
}

/// Does what a key says.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(why) = refusal(model, action) {
        let name = crate::keymap::binding(action).map_or("", |binding| binding.name);
        model.tell(Notice::Bad(format!("{name}: {why}")));
        return Vec::new();
    }
    match action {
        Action::Quit => return vec![Effect::Quit { keeps_picture: false }],
        Action::QuitKeep => return vec![Effect::Quit { keeps_picture: true }],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Help => model.over = Over::Help { search: TextLine::default(), top: 0 },
        Action::Palette => model.over = Over::Palette { search: TextLine::default(), selected: 0 },
        Action::Filter => model.over = Over::Filter(TextLine::new(&model.calls.filter_text)),
        Action::Back => back(model),
        Action::NextPane => focus(model, model.focus.moved(1)),
        Action::PreviousPane => focus(model, model.focus.moved(-1)),
        Action::Calls => focus(model, Pane::Calls),
        Action::Providers => focus(model, Pane::Providers),
        Action::Sessions => focus(model, Pane::Sessions),
        Action::Latency => focus(model, Pane::Latency),
        Action::Log => focus(model, Pane::Log),
        Action::Up | Action::Down | Action::PageUp | Action::PageDown | Action::First | Action::Last => {
            step(model, action);
        }
        Action::Open => open(model),
        Action::Freeze => model.freeze(),
        Action::Diagnoses => model.over = Over::Diagnoses { selected: 0 },
        Action::Expand => model.expanded = !model.expanded,
        Action::ZoomIn => zoom(model, false),
        Action::ZoomOut => zoom(model, true),
        Action::Theme => {
            model.settings.theme = model.settings.theme.next();
            model.tell(Notice::Good(format!("theme {}", model.settings.theme.name().as_str())));
        }
        Action::Mouse => return mouse(model),
        Action::Copy => return copy(model),
        Action::ExportCsv => return export(model, "csv"),
        Action::ExportJson => return export(model, "json"),
        Action::Retry => return vec![Effect::Ask(Wish::Retry)],
        Action::SortNext => sort(model, model.calls.sort.moved(1)),
        Action::SortPrevious => sort(model, model.calls.sort.moved(Column::ALL.len() - 1)),
        Action::SortMenu => model.over = Over::Sort { selected: model.calls.sort.index() },
        Action::Reverse => model.calls.reversed = !model.calls.reversed,
        Action::Cancel | Action::CloseSession | Action::Limit | Action::ResetBreaker => admin::ask(model, action),
        Action::Level => model.log.next_level(),
        Action::Follow => model.log.back = usize::from(model.log.back == 0),
        Action::Tie => model.log.tied = !model.log.tied,
        Action::Text => return text(model),
        Action::Accept | Action::Refuse => {}
    }
    settle::remember(model);
    model.is_stale = true;
    looked(model)
}

/// Asks the journal about the call whose detail is shown, when that is another one than before.
pub(super) fn looked(model: &mut Model) -> Vec<Effect> {
    settle(model);
    let Some(selected) = model.selected_call().map(|call| call.row.call_id.clone()) else { return Vec::new() };
    let Some(detail) = &mut model.detail else { return Vec::new() };
    if detail.asked.as_ref() == Some(&selected) {
        return Vec::new();
    }
    let followed = detail.follows;
    *detail = Detail { asked: Some(selected.clone()), ..Detail::default() };
    let look = Effect::Ask(Wish::Look(selected));
    if followed { vec![look, Effect::Ask(Wish::Follow(None))] } else { vec![look] }
}

fn back(model: &mut Model) {
    if model.detail.is_some() && model.focus == Pane::Calls {
        model.detail = None;
    } else if model.expanded {
        model.expanded = false;
    } else if !model.calls.filter_text.is_empty() {
        super::over::set_filter(model, "");
    } else if model.focus == Pane::Calls {
        // Back to whatever is on top.
        model.calls.chosen = None;
    } else {
        focus(model, Pane::Calls);
    }
}

pub(super) fn focus(model: &mut Model, pane: Pane) {
    model.focus = pane;
    if pane != Pane::Calls {
        model.beside = pane;
        // What the keys are about has to be seen.
        model.detail = None;
    }
}

/// Moves the selection of the pane that has the keys.
pub(super) fn step(model: &mut Model, action: Action) {
    let page = Screen::of(model).rows(model.focus).max(2) - 1;
    if model.detail.is_some() && model.focus == Pane::Calls && matches!(action, Action::PageUp | Action::PageDown) {
        if let Some(detail) = &mut model.detail {
            let by = page.min(10);
            detail.top = if action == Action::PageUp { detail.top.saturating_sub(by) } else { detail.top + by };
        }
        return;
    }
    let moved = |at: usize| match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => at.saturating_add(1),
        Action::PageUp => at.saturating_sub(page),
        Action::PageDown => at.saturating_add(page),
        Action::First => 0,
        _ => usize::MAX,
    };
    match model.focus {
        Pane::Calls => {
            let rows = model.calls.order.len();
            model.calls.cursor.selected = moved(model.calls.cursor.selected).min(rows.saturating_sub(1));
            model.calls.chosen = model.selected_call().map(|call| call.row.call_id.clone());
            if action == Action::First {
                model.calls.chosen = None;
            }
        }
        Pane::Providers => model.providers.selected = moved(model.providers.selected),
        Pane::Sessions => model.sessions.selected = moved(model.sessions.selected),
        Pane::Latency => model.latency.selected = moved(model.latency.selected),
        // The newest line is at the bottom.
        Pane::Log => {
            let most = model.log_lines().len();
            let at = most.saturating_sub(model.log.back);
            model.log.back = most - moved(at).min(most);
        }
    }
}

/// Opens the detail of the selected call, which stays selected from now on.
fn show(model: &mut Model) {
    model.calls.chosen = model.selected_call().map(|call| call.row.call_id.clone());
    model.detail = Some(Detail::default());
}

fn open(model: &mut Model) {
    match model.focus {
        Pane::Calls if model.detail.is_some() => model.detail = None,
        Pane::Calls => show(model),
        Pane::Providers => {
            let wanted = selected_provider(model).map(|row| match row {
                Row::Provider(name, _) => format!("provider:{name}"),
                Row::Model(row) => format!("model:{}", row.model),
            });
            calls_of(model, wanted);
        }
        Pane::Sessions => {
            let wanted = model.selected_session().map(|session| format!("session:{}", session.session_id));
            calls_of(model, wanted);
        }
        Pane::Latency => {
            let row = model.snapshot().and_then(|snapshot| snapshot.providers.get(model.latency.selected));
            let wanted = row.map(|row| format!("model:{}", row.model));
            calls_of(model, wanted);
        }
        Pane::Log => {}
    }
}

/// Goes to the calls that a filter shows.
pub(super) fn calls_of(model: &mut Model, filter: Option<String>) {
    if let Some(filter) = filter {
        super::over::set_filter(model, &filter);
        model.calls.chosen = None;
        focus(model, Pane::Calls);
    }
}

fn zoom(model: &mut Model, out: bool) {
    let at = SPANS.iter().position(|span| *span == model.span).unwrap_or_default();
    let at = if out { (at + 1).min(SPANS.len() - 1) } else { at.saturating_sub(1) };
    model.span = SPANS[at];
    model.tell(Notice::Good(format!("graphs show {}", crate::text::age(model.span as f64))));
}

fn sort(model: &mut Model, column: Column) {
    (model.calls.sort, model.calls.reversed) = (column, false);
}

pub(super) fn sort_by(model: &mut Model, column: Column) {
    if model.calls.sort == column {
        model.calls.reversed = !model.calls.reversed;
    } else {
        sort(model, column);
    }
}

fn mouse(model: &mut Model) -> Vec<Effect> {
    model.has_mouse = !model.has_mouse;
    let what = if model.has_mouse { "the mouse is used here" } else { "the mouse selects text again" };
    model.tell(Notice::Good(what.to_owned()));
    vec![Effect::Mouse(model.has_mouse)]
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let text = match model.focus {
        Pane::Sessions => model.selected_session().map(|session| session.session_id.to_string()),
        Pane::Providers => selected_provider(model).map(|row| match row {
            Row::Provider(name, _) => name.to_owned(),
            Row::Model(row) => row.model.clone(),
        }),
        _ => model.selected_call().map(|call| call.row.call_id.to_string()),
    };
    let Some(text) = text else {
        model.tell(Notice::Bad("copy: nothing is selected".to_owned()));
        return Vec::new();
    };
    model.tell(Notice::Good(format!("copied {text}")));
    vec![Effect::Copy(text)]
}

fn export(model: &mut Model, ending: &'static str) -> Vec<Effect> {
    let calls = model.data().calls.all();
    let rows: Vec<&CallRow> = model.calls.order.iter().filter_map(|at| calls.get(*at)).map(|call| &call.row).collect();
    let content = match ending {
        "csv" => crate::export::csv(&rows),
        _ => crate::export::json(&rows),
    };
    vec![Effect::Export { ending, content }]
}

fn text(model: &mut Model) -> Vec<Effect> {
    let follows = model.detail.as_ref().is_some_and(|detail| detail.follows);
    let mut effects = Vec::new();
    if model.detail.is_none() {
        show(model);
        effects = looked(model);
    }
    let Some(detail) = &mut model.detail else { return effects };
    detail.follows = !follows;
    detail.text.clear();
    effects.push(Effect::Ask(Wish::Follow(detail.asked.clone().filter(|_| !follows))));
    effects
}

/// How long a link is what it is, for countdowns.
pub(crate) fn left(model: &Model, retry: Duration) -> Duration {
    retry.saturating_sub(model.now.saturating_sub(model.link_since))
}

/// Whether the verdict is one that somebody should do something about.
pub(crate) fn is_trouble(word: Word) -> bool {
    word >= Word::Degraded
}

/// What an operator's action is, for the question before it.
pub(crate) fn admin_of(model: &Model, action: Action) -> Option<(String, String, Admin)> {
    match action {
        Action::Cancel => {
            let call = model.selected_call()?;
            let id = &call.row.call_id;
            let text = format!("Cancel call {}?", crate::text::short(id.as_str()));
            let about = format!(
                "{} with {}, {} so far",
                call.row.tool,
                call.row.model.as_deref().unwrap_or("no model yet"),
                crate::text::seconds(call.row.elapsed_s)
            );
            Some((text, about, Admin::Cancel { call_id: id.to_string() }))
        }
        Action::CloseSession => {
            let session = model.selected_session()?;
            let text = format!("Close session {}?", crate::text::short(session.session_id.as_str()));
            let about = format!(
                "{} of {}: its {} running calls are cancelled",
                session.client, session.owner, session.inflight
            );
            Some((text, about, Admin::CloseSession { session_id: session.session_id.to_string() }))
        }
        Action::ResetBreaker => {
            let Some(Row::Model(row)) = selected_provider(model) else { return None };
            let about = format!("{} was left alone; the next request will be sent", row.model);
            let action = Admin::ResetBreaker { model: Some(row.model.clone()) };
            Some((format!("Reset the breaker of {}?", row.model), about, action))
        }
        _ => None,
    }
}

/// The provider whose limit the selected row is about.
pub(crate) fn limit_of(model: &Model) -> Option<(String, usize)> {
    let row = selected_provider(model)?;
    let gauge = model.snapshot()?.permits.providers.get(row.provider())?;
    Some((row.provider().to_owned(), gauge.limit))
}
