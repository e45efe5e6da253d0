//! Turns what happens in the program into lines.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::Log;
use super::fields::Fields;
use crate::clock::Timestamp;
use crate::config::{Level, LogFormat};
use crate::protocol::{CallId, LogLevel, LogLine};

/// What the targets of our own crates begin with.
const OWN: &str = "exai";
/// What is cut off them: it says nothing.
const CORE: &str = "exai_core::";
/// A library that warns whenever an agent leaves, and with the words that agents sent: nothing of it is told.
const SILENT: &str = "rmcp";

/// How much is told; can be changed at any time.
#[derive(Debug)]
pub(super) struct Threshold(AtomicU8);

impl Threshold {
    pub(super) fn new(level: Level) -> Self {
        Self(AtomicU8::new(level as u8))
    }

    pub(super) fn set(&self, level: Level) {
        self.0.store(level as u8, Ordering::Relaxed);
    }

    fn filter(&self) -> LevelFilter {
        const FILTERS: [(Level, LevelFilter); 5] = [
            (Level::Error, LevelFilter::ERROR),
            (Level::Warn, LevelFilter::WARN),
            (Level::Info, LevelFilter::INFO),
            (Level::Debug, LevelFilter::DEBUG),
            (Level::Trace, LevelFilter::TRACE),
        ];
        let level = self.0.load(Ordering::Relaxed);
        let found = FILTERS.iter().find(|(known, _)| *known as u8 == level);
        found.map_or(LevelFilter::OFF, |(_, filter)| *filter)
    }

    fn allows(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.target().starts_with(SILENT) {
            return false;
        }
        let filter = self.filter();
        // Other crates may tell headers or bodies to those who look closely enough.
        let filter = if metadata.target().starts_with(OWN) { filter } else { filter.min(LevelFilter::WARN) };
        *metadata.level() <= filter
    }
}

/// The layer.
pub(super) struct LogLayer {
    log: Arc<Log>,
    format: LogFormat,
    writer: NonBlocking,
}

impl LogLayer {
    pub(super) fn new(log: Arc<Log>, format: LogFormat, writer: NonBlocking) -> Self {
        Self { log, format, writer }
    }

    pub(super) fn log(&self) -> &Arc<Log> {
        &self.log
    }

    fn write(&self, line: LogLine) {
        let mut text = match self.format {
            LogFormat::Text => line.to_string(),
            // A line is plain data, which always serializes.
            LogFormat::Json => serde_json::to_string(&line).unwrap_or_default(),
        };
        text.push('\n');
        // Never fails: what finds no place is counted.
        drop(self.writer.clone().write_all(text.as_bytes()));
        if self.log.live.receiver_count() > 0 {
            drop(self.log.live.send(line));
        }
    }
}

impl<S> Layer<S> for LogLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.log.level.allows(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.log.level.allows(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.log.level.filter())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::with_room(attributes.metadata().fields().len());
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        let spans = context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root);
        for span in spans {
            if let Some(around) = span.extensions().get::<Fields>() {
                fields.join(around);
            }
        }
        event.record(&mut fields);
        self.write(line(event.metadata(), fields));
    }
}

fn line(metadata: &Metadata<'_>, mut fields: Fields) -> LogLine {
    LogLine {
        t: Timestamp::now(),
        level: level(*metadata.level()),
        target: metadata.target().trim_start_matches(CORE).to_owned(),
        message: std::mem::take(&mut fields.message),
        call_id: fields.take("call_id").map(CallId::from),
        session_id: fields.take("session_id"),
        owner: fields.take("owner"),
        fields: fields.into_rest(),
    }
}

fn level(level: tracing::Level) -> LogLevel {
    match level {
        tracing::Level::ERROR => LogLevel::Error,
        tracing::Level::WARN => LogLevel::Warn,
        tracing::Level::INFO => LogLevel::Info,
        tracing::Level::DEBUG => LogLevel::Debug,
        tracing::Level::TRACE => LogLevel::Trace,
    }
}
