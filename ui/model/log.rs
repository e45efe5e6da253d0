//! The last lines of the daemon's log, and how they are looked at.

use std::collections::VecDeque;

use exai_core::protocol::{CallId, LogLevel, LogLine};

/// Lines that are kept.
pub(crate) const MOST: usize = 2_000;

/// The lines, the newest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    lines: VecDeque<LogLine>,
    /// Lines that were forgotten: what a place in the log is counted from.
    forgotten: usize,
}

impl Log {
    pub(crate) fn take(&mut self, line: LogLine) {
        if self.lines.len() == MOST {
            self.lines.pop_front();
            self.forgotten += 1;
        }
        self.lines.push_back(line);
    }

    /// What `view` shows of it.
    pub(crate) fn shown<'a>(&'a self, view: &View, call: Option<&CallId>) -> Vec<&'a LogLine> {
        self.lines.iter().filter(|line| view.shows(line, call)).collect()
    }
}

/// How the log is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) level: LogLevel,
    pub(crate) tied: bool,
    /// Lines between the newest one and the last that is shown.
    pub(crate) back: usize,
}

impl View {
    /// Whether the line is one of those that are looked at; `call` is the selected one.
    pub(crate) fn shows(&self, line: &LogLine, call: Option<&CallId>) -> bool {
        let tied = call.filter(|_| self.tied);
        line.level <= self.level && tied.is_none_or(|call| line.call_id.as_ref() == Some(call))
    }
}

impl Default for View {
    fn default() -> Self {
        Self { level: LogLevel::Trace, tied: false, back: 0 }
    }
}

impl View {
    /// The next level: fewer and fewer lines, then all.
    pub(crate) fn next_level(&mut self) {
        self.level = match self.level {
            LogLevel::Trace | LogLevel::Debug => LogLevel::Info,
            LogLevel::Info => LogLevel::Warn,
            LogLevel::Warn => LogLevel::Error,
            LogLevel::Error => LogLevel::Trace,
        };
    }

    pub(crate) fn level_name(&self) -> &'static str {
        match self.level {
            LogLevel::Trace | LogLevel::Debug => "all",
            LogLevel::Info => "info",
            LogLevel::Warn => "warnings",
            LogLevel::Error => "errors",
        }
    }
}
