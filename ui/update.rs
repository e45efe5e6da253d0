//! What each message changes, and what is to be done about it outside: a pure function.

mod actions;
mod admin;
mod mouse;
mod over;
mod settle;

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};
use exai_core::protocol::{EventKind, Happening, News};

pub(crate) use self::actions::{is_trouble, left, refusal};
pub(crate) use self::over::{help_lines, palette_lines};
pub use self::settle::settle;
use crate::effect::{Effect, Wish};
use crate::keymap::{self, Scope};
use crate::model::{Model, Notice, Over};
use crate::msg::{Answer, Feed, Link, Msg};

/// How long a notice stays.
const NOTICE: Duration = Duration::from_secs(5);
/// Letters of a model's text that are kept: what several screens show.
const TEXT: usize = 64 * 1024;

/// Takes a message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => {
            let effects = press(model, &key);
            settle::remember(model);
            return effects;
        }
        Msg::Mouse(event) => {
            let effects = mouse::act(model, event);
            settle::remember(model);
            return effects;
        }
        Msg::Paste(_) if model.is_too_small() => {}
        Msg::Paste(text) => over::paste(model, &text),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            model.is_stale = true;
        }
        Msg::Feed(feed) => return hear(model, feed),
        Msg::Link(link) => connect(model, link),
        Msg::Answer(answer) => answered(model, answer),
        Msg::Tick(now) => {
            model.now = now;
            if model.notice.as_ref().is_some_and(|(_, since)| now.saturating_sub(*since) > NOTICE) {
                model.notice = None;
            }
        }
    }
    Vec::new()
}

fn press(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let found = if model.is_too_small() {
        // Whatever is open or selected is not seen: nobody should do anything to it.
        keymap::action(key, &[Scope::Anywhere, Scope::Always]).filter(|action| action.leaves())
    } else {
        keymap::action(key, model.scopes())
    };
    match found {
        Some(keymap::Action::Quit) => return vec![Effect::Quit { keeps_picture: false }],
        Some(action) if action == keymap::Action::Suspend || model.is_too_small() => {
            return actions::act(model, action);
        }
        None if model.is_too_small() => return Vec::new(),
        _ => {}
    }
    // Keys are about the call that was pointed at on the screen, also when the rows have moved since.
    let pointed = model.calls.pointed.clone();
    let is_free = model.calls.chosen.is_none();
    if is_free {
        model.calls.chosen.clone_from(&pointed);
    }
    settle(model);
    let is_gone = pointed.is_some() && model.calls.pointed != pointed;
    let effects = match (&model.over, found) {
        (Over::Nothing, Some(keymap::Action::Cancel)) if is_gone => {
            model.tell(Notice::Bad("cancel: the call that was selected is not shown any more".to_owned()));
            Vec::new()
        }
        (Over::Nothing, found) => found.map(|action| actions::act(model, action)).unwrap_or_default(),
        (_, found) => over::press(model, key, found),
    };
    let is_aside = matches!(model.over, Over::Nothing | Over::Sort { .. } | Over::Help { .. });
    if is_free && model.calls.chosen == pointed && model.detail.is_none() && is_aside {
        model.calls.chosen = None;
    }
    model.is_stale = true;
    effects
}

fn hear(model: &mut Model, feed: Feed) -> Vec<Effect> {
    let mut effects = Vec::new();
    match feed {
        Feed::Snapshot(snapshot) => {
            model.pictured = model.now;
            model.live_mut().take_snapshot(*snapshot);
        }
        Feed::Event(news) => {
            effects.extend(look_again(model, &news));
            model.live_mut().take_news(&news);
        }
        Feed::Log(line) => {
            let is_shown = model.log.shows(&line, model.selected_call().map(|call| &call.row.call_id));
            let data = model.live_mut();
            data.log.take(line);
            data.heard += 1;
            if is_shown && model.log.back > 0 && model.frozen.is_none() {
                // Who looks back stays at the lines that are looked at.
                model.log.back += 1;
            }
        }
        Feed::Lost(lost) => model.live_mut().lost = lost,
    }
    effects
}

/// What the journal knows of the call in detail is asked for again when a step of it changes that.
fn look_again(model: &Model, news: &News) -> Option<Effect> {
    let Happening::Call(event) = &news.what else { return None };
    let asked = model.detail.as_ref()?.asked.as_ref()?;
    let changes =
        matches!(event.kind, EventKind::Sent { .. } | EventKind::Retrying { .. } | EventKind::Finished { .. });
    (changes && event.call_id == *asked && model.frozen.is_none()).then(|| Effect::Ask(Wish::Look(asked.clone())))
}

fn connect(model: &mut Model, link: Link) {
    if matches!(link, Link::Live { .. }) && !matches!(model.link, Link::Live { .. }) {
        model.live_mut().reconnected();
    }
    model.link = link;
    model.link_since = model.now;
    model.is_stale = true;
}

fn answered(model: &mut Model, answer: Answer) {
    match answer {
        Answer::Done(what) => model.tell(Notice::Good(what)),
        Answer::Failed(why) => model.tell(Notice::Bad(why)),
        Answer::Record(record) => {
            let id = record.result.call_id.clone();
            model.live_mut().calls.recall(&id, &record.events);
            if let Some(frozen) = &mut model.frozen {
                frozen.data.calls.recall(&id, &record.events);
            }
            if let Some(detail) = model.detail.as_mut().filter(|detail| detail.asked.as_ref() == Some(&id)) {
                detail.record = Some(record);
                detail.trouble = None;
            }
        }
        Answer::NoRecord { call, why } => {
            if let Some(detail) = model.detail.as_mut().filter(|detail| detail.asked.as_ref() == Some(&call)) {
                detail.trouble = Some(why);
            }
        }
        Answer::Text { call, piece } => {
            let detail = model.detail.as_mut().filter(|detail| detail.follows && detail.asked.as_ref() == Some(&call));
            if let Some(detail) = detail {
                detail.text.push_str(&piece);
                let over = detail.text.len().saturating_sub(TEXT);
                let cut = detail.text.ceil_char_boundary(over);
                detail.text.drain(..cut);
            }
        }
    }
}
