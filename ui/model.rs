//! All that the dashboard knows: what the house told (`Data`), how it is looked at (`Desk`), and what time it is.
//!
//! Plain values: no clock, no terminal, no channel. `update` changes it, `view` draws it.

pub(crate) mod calls;
pub(crate) mod columns;
pub(crate) mod line;
pub(crate) mod log;
pub(crate) mod providers;
pub(crate) mod trends;

use std::time::Duration;

use exai_core::protocol::wire::Admin;
use exai_core::protocol::{CallId, CallRecord, Happening, News, SessionId, SessionRow, Snapshot};

use self::calls::{Call, Calls};
use self::columns::Column;
use self::line::TextLine;
use self::log::Log;
use self::trends::Trends;
use crate::filter::Filter;
use crate::keymap::Scope;
use crate::layout::Room;
use crate::msg::Link;
use crate::theme::Theme;

/// What was decided before the dashboard began.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How it looks.
    pub theme: Theme,
    /// Nothing of the house may be changed.
    pub read_only: bool,
    /// What models write may be shown.
    pub show_content: bool,
}

/// What the house told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Data {
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) calls: Calls,
    pub(crate) log: Log,
    pub(crate) trends: Trends,
    /// Frames that were lost between the daemon and here.
    pub(crate) lost: u64,
    /// Events that the daemon dropped over earlier connections: it counts anew with each.
    dropped_before: u64,
    /// The number of the last event, so that none counts twice.
    seq: u64,
    /// News so far.
    pub(crate) heard: u64,
}

impl Data {
    pub(crate) fn take_snapshot(&mut self, snapshot: Snapshot) {
        let t = snapshot.t.as_millis();
        self.trends.at(t);
        for (name, gauge) in &snapshot.permits.providers {
            self.trends.load(name, gauge.in_use + gauge.waiting);
        }
        if self.process() != snapshot.daemon.pid {
            self.seq = 0;
        }
        let dropped = self.snapshot.as_ref().map_or(0, |before| before.dropped);
        if snapshot.dropped < dropped {
            self.dropped_before += dropped;
        }
        self.calls.take(&snapshot.calls, t);
        self.snapshot = Some(snapshot);
        self.heard += 1;
    }

    pub(crate) fn take_news(&mut self, news: &News) {
        if news.seq <= self.seq && news.seq > 0 {
            return;
        }
        self.seq = news.seq;
        self.heard += 1;
        if let Happening::Call(event) = &news.what {
            self.trends.at(event.at.as_millis());
            self.calls.step(event, news);
            if let exai_core::protocol::EventKind::Finished { .. } = event.kind {
                let badly = self.calls.get(&event.call_id).is_some_and(Call::is_bad);
                self.trends.finished(badly);
            }
        }
    }

    /// Another connection: its numbers may begin anew.
    pub(crate) fn reconnected(&mut self) {
        self.seq = 0;
    }

    fn process(&self) -> Option<u32> {
        self.snapshot.as_ref().and_then(|snapshot| snapshot.daemon.pid)
    }

    pub(crate) fn sessions(&self) -> &[SessionRow] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.sessions)
    }

    /// Events that the daemon or the way here dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.lost + self.dropped_before + self.snapshot.as_ref().map_or(0, |snapshot| snapshot.dropped)
    }
}

/// A part of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    #[default]
    Calls,
    Providers,
    Sessions,
    Latency,
    Log,
}

impl Pane {
    pub(crate) const ALL: [Self; 5] = [Self::Calls, Self::Providers, Self::Sessions, Self::Latency, Self::Log];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Calls => "Calls",
            Self::Providers => "Providers",
            Self::Sessions => "Sessions",
            Self::Latency => "Latency",
            Self::Log => "Log",
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) fn moved(self, by: isize) -> Self {
        Self::ALL[self.index().saturating_add_signed(by + 5) % 5]
    }
}

/// What lies over the panes and takes the keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Over {
    #[default]
    Nothing,
    /// The filter is being typed.
    Filter(TextLine),
    Help {
        search: TextLine,
        top: usize,
    },
    Palette {
        search: TextLine,
        selected: usize,
    },
    Diagnoses {
        selected: usize,
    },
    /// The columns to sort by.
    Sort {
        selected: usize,
    },
    Question(Question),
    /// A new limit is being typed.
    Limit {
        name: String,
        line: TextLine,
    },
}

/// Something that is asked before it is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    pub(crate) text: String,
    /// What it means.
    pub(crate) detail: String,
    pub(crate) action: Admin,
}

/// One call in full.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detail {
    /// The call that the journal was asked for.
    pub(crate) asked: Option<CallId>,
    pub(crate) record: Option<Box<CallRecord>>,
    pub(crate) trouble: Option<String>,
    /// What its model writes, as far as it was followed.
    pub(crate) text: String,
    pub(crate) follows: bool,
    pub(crate) top: usize,
}

/// A stopped picture.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    pub(crate) data: Box<Data>,
    pub(crate) since: Duration,
    pub(crate) now_ms: i64,
}

/// A selected row and the first row that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) selected: usize,
    pub(crate) top: usize,
}

impl Cursor {
    /// Brings both into `rows`, of which `shown` are on the screen.
    pub(crate) fn settle(&mut self, rows: usize, shown: usize) {
        self.selected = self.selected.min(rows.saturating_sub(1));
        let lowest = (self.selected + 1).saturating_sub(shown.max(1));
        self.top = self.top.min(rows.saturating_sub(shown)).max(lowest).min(self.selected);
    }
}

/// How the calls are looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallsView {
    pub(crate) filter_text: String,
    pub(crate) filter: Filter,
    /// Why what is typed is no filter.
    pub(crate) filter_error: Option<String>,
    pub(crate) sort: Column,
    pub(crate) reversed: bool,
    /// The places of the calls that are shown, in order.
    pub(crate) order: Vec<usize>,
    /// The selected call; the first one when nobody chose.
    pub(crate) chosen: Option<CallId>,
    /// The call that the pointer was at when the rows were last put in order.
    pub(crate) pointed: Option<CallId>,
    pub(crate) cursor: Cursor,
}

/// The dashboard.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) settings: Settings,
    pub(crate) size: (u16, u16),
    pub(crate) now: Duration,
    pub(crate) link: Link,
    /// When the link became what it is.
    pub(crate) link_since: Duration,
    data: Data,
    /// When the last picture of the house came.
    pub(crate) pictured: Duration,
    pub(crate) frozen: Option<Frozen>,
    pub(crate) focus: Pane,
    /// The pane that is shown beside the calls where there is room for one.
    pub(crate) beside: Pane,
    pub(crate) expanded: bool,
    pub(crate) over: Over,
    pub(crate) calls: CallsView,
    pub(crate) providers: Cursor,
    pub(crate) sessions: Cursor,
    /// The rows that were selected there: they stay so wherever they stand now.
    pub(crate) chosen_provider: Option<String>,
    pub(crate) chosen_session: Option<SessionId>,
    pub(crate) latency: Cursor,
    pub(crate) log: log::View,
    pub(crate) detail: Option<Detail>,
    /// Seconds that graphs show.
    pub(crate) span: usize,
    pub(crate) has_mouse: bool,
    /// What was just done or not, and since when that is told.
    pub(crate) notice: Option<(Notice, Duration)>,
    pub(crate) is_stale: bool,
}

/// One line to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    Good(String),
    Bad(String),
}

/// What graphs can show, in seconds.
pub(crate) const SPANS: [usize; 4] = [60, 180, 300, 900];

impl Model {
    /// A dashboard that knows nothing yet.
    pub fn new(settings: Settings, size: (u16, u16)) -> Self {
        Self {
            settings,
            size,
            now: Duration::ZERO,
            link: Link::Seeking { place: String::new() },
            link_since: Duration::ZERO,
            data: Data::default(),
            pictured: Duration::ZERO,
            frozen: None,
            focus: Pane::Calls,
            beside: Pane::Providers,
            expanded: false,
            over: Over::Nothing,
            calls: CallsView::default(),
            providers: Cursor::default(),
            sessions: Cursor::default(),
            chosen_provider: None,
            chosen_session: None,
            latency: Cursor::default(),
            log: log::View::default(),
            detail: None,
            span: SPANS[0],
            has_mouse: false,
            notice: None,
            is_stale: true,
        }
    }

    /// What is shown: what was told, or what had been told when the picture was stopped.
    pub(crate) fn data(&self) -> &Data {
        self.frozen.as_ref().map_or(&self.data, |frozen| &frozen.data)
    }

    /// What was told, whatever is shown.
    pub(crate) fn live(&self) -> &Data {
        &self.data
    }

    pub(crate) fn live_mut(&mut self) -> &mut Data {
        self.is_stale = true;
        &mut self.data
    }

    /// The house's time of what is shown, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        if let Some(frozen) = &self.frozen {
            return frozen.now_ms;
        }
        let taken = self.data.snapshot.as_ref().map_or(0, |snapshot| snapshot.t.as_millis());
        let since = self.now.saturating_sub(self.pictured).min(Duration::from_secs(5));
        taken.saturating_add(i64::try_from(since.as_millis()).unwrap_or(0))
    }

    pub(crate) fn freeze(&mut self) {
        self.is_stale = true;
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Frozen { data: Box::new(self.data.clone()), since: self.now, now_ms: self.now_ms() }),
        };
    }

    /// The selected call.
    pub(crate) fn selected_call(&self) -> Option<&Call> {
        let at = self.calls.order.get(self.calls.cursor.selected)?;
        self.data().calls.all().get(*at)
    }

    pub(crate) fn selected_session(&self) -> Option<&SessionRow> {
        self.data().sessions().get(self.sessions.selected)
    }

    /// The lines of the log that are shown, the newest last.
    pub(crate) fn log_lines(&self) -> Vec<&exai_core::protocol::LogLine> {
        let call = self.selected_call().map(|call| &call.row.call_id);
        self.data().log.shown(&self.log, call)
    }

    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.data().snapshot.as_ref()
    }

    /// Whether what is shown may be no longer so.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.link, Link::Away { .. })
    }

    /// Time without a picture of the house, when that is longer than it should be.
    pub(crate) fn silence(&self) -> Option<Duration> {
        let silent = self.now.saturating_sub(self.pictured.max(self.link_since));
        let is_live = matches!(self.link, Link::Live { .. } | Link::Journal { .. });
        (is_live && silent >= Duration::from_secs(4)).then_some(silent)
    }

    /// Where keys mean something now, the nearest first.
    pub(crate) fn scopes(&self) -> &'static [Scope] {
        match (&self.over, self.focus) {
            (Over::Question(_), _) => &[Scope::Question, Scope::Always],
            (Over::Sort { .. }, _) | (Over::Nothing | Over::Diagnoses { .. }, Pane::Calls) => {
                &[Scope::Calls, Scope::Anywhere, Scope::Always]
            }
            (Over::Nothing, Pane::Providers) => &[Scope::Providers, Scope::Anywhere, Scope::Always],
            (Over::Nothing, Pane::Sessions) => &[Scope::Sessions, Scope::Anywhere, Scope::Always],
            (Over::Nothing, Pane::Log) => &[Scope::Log, Scope::Anywhere, Scope::Always],
            (Over::Nothing | Over::Diagnoses { .. }, _) => &[Scope::Anywhere, Scope::Always],
            _ => &[Scope::Always],
        }
    }

    /// Whether there is no room for more than the verdict: what is selected or open is not seen.
    pub(crate) fn is_too_small(&self) -> bool {
        Room::of(self.size) == Room::TooSmall
    }

    pub(crate) fn tell(&mut self, notice: Notice) {
        self.notice = Some((notice, self.now));
    }
}
