//! `exai monitor`: connects the dashboard to the house.
//!
//! ```text
//! daemon, journal or recording ──Msg──▶ (recorder) ──▶ dashboard, or lines
//!        ▲                                                  │
//!        └────────────────────── Wish ──────────────────────┘
//! ```

mod look;
mod recording;
mod source;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use exai_core::error::Error;
use exai_ui::{Answer, Ended, Form, Link, Msg, Settings, Teller, ThemeName, Wires};
use tokio::sync::mpsc;

use self::recording::{Recorder, Recording};
use self::source::Source;
use crate::door::{Choice, Door};
use crate::output::{Output, Style};
use crate::setup::Setup;

/// News that wait for the dashboard; what comes faster waits at the daemon, which drops and counts.
const NEWS: usize = 1_024;
/// How long saying good-bye may take.
const PARTING: Duration = Duration::from_secs(1);
/// Wishes that wait for the house.
const WISHES: usize = 16;

/// Arguments of `exai monitor`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Print one picture and leave; exits 0 for OK and SLOW, 1 for DEGRADED, 7 for DOWN.
    #[arg(long)]
    once: bool,
    /// Print JSON: a line an event, or with --once one snapshot.
    #[arg(long)]
    json: bool,
    /// Open the dashboard in a browser, logged in; without a browser, print the address that lets in once.
    #[arg(long, conflicts_with_all = ["once", "json", "record", "replay"])]
    web: bool,
    /// Change nothing: no call is cancelled, no session closed, no limit or breaker touched.
    #[arg(long)]
    read_only: bool,
    /// Allow the detail of a call to show what its model writes.
    #[arg(long)]
    show_content: bool,
    /// Colours.
    #[arg(long, value_parser = look::names(), default_value = "auto", value_name = "NAME")]
    theme: ThemeName,
    /// Use no letters beyond ASCII.
    #[arg(long)]
    ascii: bool,
    /// Write all that is told into a new file, to be replayed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["once", "replay"])]
    record: Option<PathBuf>,
    /// Show a recording in place of a daemon.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["daemon", "no_daemon"])]
    replay: Option<PathBuf>,
    /// Play the recording so many times faster.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, requires = "replay", value_parser = speed)]
    speed: f64,
    #[command(flatten)]
    choice: Choice,
}

const AFTER_HELP: &str = "\
On a terminal it is a dashboard: ? shows all keys, / filters, enter shows one call, q leaves. Into a pipe it prints a line an
event. Without a daemon it shows the journal of this state directory, and the daemon as soon as there is one.

Filter: words, tool:debug, model:glm, state:err, >2s, tokens>1000, !word

Examples:
  exai monitor
  exai monitor --once || echo 'not well'
  exai monitor --json | jq -c 'select(.kind == \"finished\")'
  exai monitor --record today.jsonl; exai monitor --replay today.jsonl --speed 10";

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.01 to 10000".to_owned()),
    }
}

/// Shows the state of the house.
pub(crate) async fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    if args.web {
        return web::open(&args.choice, setup, output).await;
    }
    let source = match &args.replay {
        Some(path) => Source::Recording(Recording::open(path, args.speed)?),
        None if args.once => return once(args, setup, output).await,
        None => Source::House { door: Door::watch(setup.loaded()?, &args.choice, output).await? },
    };
    if args.once {
        return last(source, args, output);
    }
    let recorder = args.record.as_deref().map(Recorder::create).transpose()?;
    let (told, news) = mpsc::channel(NEWS);
    let (wishes, wanted) = mpsc::channel(WISHES);
    let is_screen = !args.json && look::is_screen(output);
    let telling =
        source::Telling { told, wanted, recorder, setup, choice: &args.choice, waits: is_screen, known: None, lost: 0 };
    let mut serving = Box::pin(telling.serve(source));
    let wires = Wires { news, wishes };
    if !is_screen {
        let form = if args.json { Form::Json } else { Form::Text };
        // Whichever ends takes the channel to the other one along.
        let (served, printed) = tokio::join!(serving, Box::pin(lines(wires, form, output)));
        served?;
        return printed;
    }
    let settings = Settings {
        theme: look::theme(args.theme, args.ascii, output),
        read_only: args.read_only,
        show_content: args.show_content,
    };
    let ended = tokio::select! {
        ended = Box::pin(exai_ui::run(settings, wires)) => ended.context("while the dashboard was shown")?,
        served = &mut serving => return served.map(|()| ExitCode::SUCCESS),
    };
    // The daemon is told that nobody will come back.
    drop(tokio::time::timeout(PARTING, serving).await);
    left(ended, output)
}

/// One picture of the house.
async fn once(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let door = Door::watch(setup.loaded()?, &args.choice, output).await?;
    let snapshot = door.snapshot().await?;
    picture(&snapshot, args, output)?;
    door.close().await;
    Ok(ExitCode::from(snapshot.verdict.word.exit_code()))
}

/// The last picture of a recording.
fn last(source: Source, args: &Args, output: &mut Output) -> anyhow::Result<ExitCode> {
    let Source::Recording(mut recording) = source else { return Ok(ExitCode::SUCCESS) };
    let snapshot = recording.last_snapshot()?.ok_or_else(|| {
        Error::invalid("the recording has no picture of the house").hint("`exai monitor --record FILE` makes one")
    })?;
    if let Some(left_out) = recording.left_out() {
        output.note(Style::Warn, "monitor: ", &left_out);
    }
    picture(&snapshot, args, output)?;
    Ok(ExitCode::from(snapshot.verdict.word.exit_code()))
}

fn picture(snapshot: &exai_core::protocol::Snapshot, args: &Args, output: &mut Output) -> anyhow::Result<()> {
    if args.json { output.json(snapshot) } else { Ok(output.text(&exai_ui::picture(snapshot))?) }
}

/// Prints a line an event until nothing more is told.
async fn lines(wires: Wires, form: Form, output: &mut Output) -> anyhow::Result<ExitCode> {
    let Wires { mut news, wishes: _wishes } = wires;
    let mut teller = Teller::new(form, true);
    while let Some(msg) = news.recv().await {
        match msg {
            Msg::Feed(feed) => {
                let text = teller.tell(&feed);
                if !text.is_empty() {
                    output.part(&text)?;
                }
            }
            Msg::Link(link) => {
                match link {
                    Link::Journal { .. } => teller.comes_with_events(false),
                    Link::Live { .. } => teller.comes_with_events(true),
                    _ => {}
                }
                if let Some(text) = said(&link) {
                    output.note(Style::Muted, "monitor: ", &text);
                }
            }
            Msg::Answer(Answer::Failed(why)) => output.note(Style::Warn, "monitor: ", &why),
            _ => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is worth a line on standard error.
fn said(link: &Link) -> Option<String> {
    match link {
        Link::Live { place } => Some(format!("connected to {place}")),
        Link::Away { place, why, .. } => Some(format!("{place} is away: {why}")),
        Link::Journal { place } => Some(format!("no daemon; reading the journal in {place}")),
        Link::Seeking { .. } | Link::Replay { .. } | Link::Ended { .. } => None,
    }
}

fn left(ended: Ended, output: &mut Output) -> anyhow::Result<ExitCode> {
    match ended {
        Ended::Left { picture } => {
            if let Some(picture) = picture {
                output.text(&picture)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Ended::Signalled(number) => Ok(ExitCode::from(128 + number)),
    }
}
