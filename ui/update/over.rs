//! The keys of what lies over the panes: filter, help, palette, diagnoses, questions.

use crossterm::event::{KeyCode, KeyEvent};

use super::{actions, admin};
use crate::effect::Effect;
use crate::filter::Filter;
use crate::keymap::{Action, BINDINGS, Binding, Scope};
use crate::model::columns::Column;
use crate::model::line::TextLine;
use crate::model::{Model, Notice, Over, Pane};

/// Takes a key; `found` is what it means in the scopes of what is open.
pub(super) fn press(model: &mut Model, key: &KeyEvent, found: Option<Action>) -> Vec<Effect> {
    match std::mem::take(&mut model.over) {
        Over::Nothing => {}
        Over::Filter(line) => filter(model, line, key),
        Over::Help { search, top } => help(model, search, top, key),
        Over::Palette { search, selected } => return palette(model, search, selected, key),
        Over::Diagnoses { selected } => return diagnoses(model, selected, found),
        Over::Sort { selected } => sort(model, selected, found),
        over @ Over::Question(_) => {
            model.over = over;
            match found {
                Some(Action::Accept) => return admin::decide(model, true),
                Some(Action::Refuse) => return admin::decide(model, false),
                _ => {}
            }
        }
        Over::Limit { name, mut line } => match key.code {
            KeyCode::Esc => {}
            KeyCode::Enter => {
                model.over = Over::Limit { name: name.clone(), line: line.clone() };
                admin::limit(model, &name, line.text());
            }
            _ => {
                line.key(key);
                model.over = Over::Limit { name, line };
            }
        },
    }
    actions::looked(model)
}

/// A pasted text goes where one is typed.
pub(super) fn paste(model: &mut Model, text: &str) {
    match &mut model.over {
        Over::Filter(line) => {
            line.paste(text);
            let typed = line.text().to_owned();
            set_filter(model, &typed);
        }
        Over::Help { search: line, .. } | Over::Palette { search: line, .. } | Over::Limit { line, .. } => {
            line.paste(text);
        }
        Over::Nothing | Over::Diagnoses { .. } | Over::Sort { .. } | Over::Question(_) => {}
    }
}

fn filter(model: &mut Model, mut line: TextLine, key: &KeyEvent) {
    match key.code {
        KeyCode::Esc => set_filter(model, ""),
        KeyCode::Enter => {
            if model.calls.filter_error.is_some() {
                model.over = Over::Filter(line);
            }
        }
        KeyCode::Up | KeyCode::Down => {
            actions::focus(model, Pane::Calls);
            actions::step(model, if key.code == KeyCode::Up { Action::Up } else { Action::Down });
            model.over = Over::Filter(line);
        }
        _ => {
            line.key(key);
            set_filter(model, line.text());
            model.over = Over::Filter(line);
        }
    }
}

/// What is typed holds at once; what can not be understood leaves the last filter that could.
pub(super) fn set_filter(model: &mut Model, text: &str) {
    text.clone_into(&mut model.calls.filter_text);
    match Filter::parse(text) {
        Ok(filter) => {
            model.calls.filter = filter;
            model.calls.filter_error = None;
        }
        Err(why) => model.calls.filter_error = Some(why),
    }
    model.is_stale = true;
}

fn help(model: &mut Model, mut search: TextLine, mut top: usize, key: &KeyEvent) {
    match key.code {
        KeyCode::Esc if !search.text().is_empty() => search = TextLine::default(),
        KeyCode::Enter | KeyCode::Esc => return,
        KeyCode::Char('?' | 'q') if search.text().is_empty() => return,
        KeyCode::Up => top = top.saturating_sub(1),
        KeyCode::Down => top += 1,
        KeyCode::PageUp => top = top.saturating_sub(10),
        KeyCode::PageDown => top += 10,
        _ => {
            search.key(key);
            top = 0;
        }
    }
    model.over = Over::Help { top: top.min(help_lines(search.text()).len().saturating_sub(1)), search };
}

/// The lines of the help that a search finds.
pub(crate) fn help_lines(search: &str) -> Vec<&'static Binding> {
    let search = search.to_lowercase();
    let is_about = |binding: &&Binding| {
        let all = format!("{} {} {} {}", binding.shown(), binding.name, binding.help, binding.scope.title());
        search.split_whitespace().all(|word| all.to_lowercase().contains(word))
    };
    BINDINGS.iter().filter(is_about).collect()
}

fn palette(model: &mut Model, mut search: TextLine, selected: usize, key: &KeyEvent) -> Vec<Effect> {
    let found = palette_lines(search.text());
    let last = found.len().saturating_sub(1);
    let selected = match key.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter => {
            let Some(binding) = found.get(selected) else { return Vec::new() };
            go_where(model, binding.scope);
            return actions::act(model, binding.action);
        }
        KeyCode::Up => selected.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => (selected + 1).min(last),
        _ => {
            search.key(key);
            0
        }
    };
    model.over = Over::Palette { search, selected };
    Vec::new()
}

/// An action of a pane is done in that pane.
fn go_where(model: &mut Model, scope: Scope) {
    let pane = match scope {
        Scope::Calls => Pane::Calls,
        Scope::Providers => Pane::Providers,
        Scope::Sessions => Pane::Sessions,
        Scope::Log => Pane::Log,
        Scope::Always | Scope::Anywhere | Scope::Question => return,
    };
    if model.focus != pane {
        actions::focus(model, pane);
    }
}

/// What the palette finds, the best first: letters in their order, the closer together and the earlier the better.
pub(crate) fn palette_lines(search: &str) -> Vec<&'static Binding> {
    let actions = BINDINGS.iter().filter(|binding| !matches!(binding.scope, Scope::Question | Scope::Always));
    let mut found: Vec<_> = actions.filter_map(|binding| Some((distance(binding.name, search)?, binding))).collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, binding)| binding).collect()
}

/// How far apart the letters of `search` stand in `name`; `None` when they are not all there in that order.
fn distance(name: &str, search: &str) -> Option<usize> {
    let mut letters = name.char_indices();
    let (mut distance, mut last) = (0, None);
    for wanted in search.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let (at, _) = letters.find(|(_, letter)| *letter == wanted)?;
        distance += last.map_or(at * 2, |last| (at - last - 1) * 3);
        last = Some(at);
    }
    Some(distance)
}

fn sort(model: &mut Model, selected: usize, found: Option<Action>) {
    let last = Column::ALL.len() - 1;
    let selected = match found {
        Some(Action::Up | Action::SortPrevious) => selected.saturating_sub(1),
        Some(Action::Down | Action::SortNext) => (selected + 1).min(last),
        Some(Action::First) => 0,
        Some(Action::Last) => last,
        // The column that it is sorted by already is turned around.
        Some(Action::Open | Action::Reverse) => return actions::sort_by(model, Column::ALL[selected.min(last)]),
        Some(Action::Back | Action::SortMenu | Action::Quit) => return,
        _ => selected,
    };
    model.over = Over::Sort { selected };
}

fn diagnoses(model: &mut Model, selected: usize, found: Option<Action>) -> Vec<Effect> {
    let all = model.snapshot().map_or(0, |snapshot| snapshot.diagnoses.len());
    let last = all.saturating_sub(1);
    let selected = match found {
        Some(Action::Up) => selected.saturating_sub(1),
        Some(Action::Down) => (selected + 1).min(last),
        Some(Action::Open) => {
            jump(model, selected);
            return Vec::new();
        }
        Some(Action::Back | Action::Diagnoses) => return Vec::new(),
        Some(action @ (Action::QuitKeep | Action::Freeze | Action::Help)) => return actions::act(model, action),
        _ => selected.min(last),
    };
    model.over = Over::Diagnoses { selected };
    Vec::new()
}

/// Goes to the rows that a diagnosis is about.
fn jump(model: &mut Model, selected: usize) {
    let Some(snapshot) = model.snapshot() else { return };
    let Some(diagnosis) = snapshot.diagnoses.get(selected) else { return };
    let Some(first) = diagnosis.rows.first().cloned() else {
        let filter = (diagnosis.rule == "calls_failing").then(|| "state:err".to_owned());
        if filter.is_none() {
            model.tell(Notice::Bad("this is about the whole house, not about a row".to_owned()));
        }
        return actions::calls_of(model, filter);
    };
    let rows = crate::model::providers::rows(snapshot);
    let provider = rows.iter().position(|row| match row {
        crate::model::providers::Row::Provider(name, _) => *name == first,
        crate::model::providers::Row::Model(row) => row.model == first,
    });
    let session = snapshot.sessions.iter().position(|session| session.session_id.as_str() == first);
    let call = exai_core::protocol::CallId::from(first);
    if model.data().calls.get(&call).is_some() {
        set_filter(model, "");
        model.calls.chosen = Some(call);
        actions::focus(model, Pane::Calls);
    } else if let Some(at) = provider {
        actions::focus(model, Pane::Providers);
        model.providers.selected = at;
    } else if let Some(at) = session {
        actions::focus(model, Pane::Sessions);
        model.sessions.selected = at;
    } else {
        model.tell(Notice::Bad("its rows are not shown any more".to_owned()));
    }
}
