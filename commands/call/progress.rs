//! Progress on standard error: a spinner on a terminal, one plain line per state otherwise.

use std::time::Duration;

use exai_core::protocol::{EventKind, Live, Phase, Told, WaitingFor};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::is_watched;
use crate::output::{Output, Style};

/// Tells what a call is doing.
#[derive(Debug)]
pub(super) struct Progress {
    spinner: Option<ProgressBar>,
    tool: String,
    model: String,
}

impl Progress {
    pub(super) fn new(tool: &str, output: &Output) -> Self {
        let spinner = (is_watched() && !output.is_quiet()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} · {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(tool.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { spinner, tool: tool.to_owned(), model: String::new() }
    }

    /// Takes note of one step.
    pub(super) fn show(&mut self, told: &Told, output: &mut Output) {
        if let Told::Event(event) = told
            && let EventKind::Sent { model, .. } = &event.kind
        {
            self.model.clone_from(model);
        }
        let Some(message) = self.sentence(told) else { return };
        match &self.spinner {
            Some(spinner) => spinner.set_message(format!("{} · {message}", self.tool)),
            // A beat is a state only where it is drawn over the last one.
            None if matches!(told, Told::Event(_)) => output.note(Style::Muted, "exai: ", &message),
            None => {}
        }
    }

    /// Takes the spinner off the screen.
    pub(super) fn clear(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }

    fn sentence(&self, told: &Told) -> Option<String> {
        let model = &self.model;
        match told {
            Told::Event(event) => match &event.kind {
                EventKind::Queued { position, waiting_for } => {
                    Some(format!("queued, {position}. for {}", whom(*waiting_for)))
                }
                EventKind::Sent { reused: true, .. } => Some(format!("{model} answered this before")),
                EventKind::Sent { joined: true, .. } => Some(format!("waiting for an equal request to {model}")),
                EventKind::Sent { provider, attempt: 1, .. } => Some(format!("asking {model} ({provider})")),
                EventKind::Sent { provider, attempt, .. } => {
                    Some(format!("asking {model} ({provider}), attempt {attempt}"))
                }
                EventKind::Retrying { after_s, cause } => {
                    Some(format!("{model}: {cause}, trying again in {after_s:.1} s"))
                }
                EventKind::FirstToken => Some(format!("{model} has begun")),
                EventKind::Note { message } => Some(message.clone()),
                EventKind::Accepted { .. } | EventKind::Finished { .. } => None,
            },
            Told::Live(Live::Heartbeat { phase, received }) => Some(match phase {
                Phase::Evidence => "reading files".to_owned(),
                Phase::Queued => "queued".to_owned(),
                Phase::Waiting => format!("waiting for {model}"),
                Phase::Thinking => format!("{model} is thinking, {received} bytes"),
                Phase::Answering => format!("{model} is answering"),
                Phase::Retrying => format!("waiting to ask {model} again"),
            }),
            Told::Live(Live::Delta { .. }) => None,
        }
    }
}

fn whom(waiting_for: WaitingFor) -> &'static str {
    match waiting_for {
        WaitingFor::Session => "this session's turn",
        WaitingFor::Provider => "the provider",
        WaitingFor::Global => "any provider",
        WaitingFor::Rate => "the provider's pause to end",
    }
}
