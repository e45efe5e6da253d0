//! `exai call`: one call of one tool, from the shell.
//!
//! ```text
//! flags, files, stdin ─▶ arguments ─▶ Backend::call ─▶ progress (stderr), text as it arrives (stdout) ─▶ result
//! ```

pub(crate) mod arguments;
mod detach;
mod flags;
mod footer;
mod progress;
mod signals;
mod stream;
mod values;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use exai_core::backend::{self, Backend, CallHandle};
use exai_core::config::Project;
use exai_core::error::{Error, ErrorCode};
use exai_core::evidence::LocalWorkspace;
use exai_core::protocol::{CallId, CallOptions, CallRequest, Envelope, Told};
use exai_core::tools;

pub(crate) use flags::{Args, Format, duration};

use crate::door::nobody_to_leave_it_to;
use crate::output::{Output, Style};
use crate::report;
use crate::setup::{Setup, project_root};
use progress::Progress;
use signals::Signals;
use stream::Stream;

/// Calls the tool and prints its result. For programs a call that could not even be accepted is an envelope too.
pub(crate) async fn run(args: Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let outcome = carry_out(&args, setup, output).await;
    let refusal = outcome.as_ref().err().and_then(|error| error.downcast_ref::<Error>());
    if let Some(error) = refusal.filter(|_| matches!(args.format, Format::Json | Format::Jsonl)) {
        let mut envelope = Envelope::running(CallId::from(String::new()), &args.tool);
        envelope.fail(error);
        print(&envelope, args.format, &Stream::default(), output)?;
        return Ok(ExitCode::from(envelope.exit.code));
    }
    outcome
}

async fn carry_out(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let place = Place::find()?;
    let project = Project::load(&place.root)?;
    let pushed = setup.sources().ok().and_then(|sources| sources.environment.pushed());
    let (mut arguments, mut typed) = arguments::build(args, pushed)?;
    let root = place.root.to_string_lossy().into_owned();
    let door = setup.open(&args.choice, std::slice::from_ref(&root), output).await?;
    if args.detach && !door.outlives_us() {
        return Err(nobody_to_leave_it_to().into());
    }
    let thread = arguments::resolve_thread(&mut arguments, &*door, &root).await?;
    arguments::add_defaults(&mut arguments, &args.tool, project.as_ref(), thread.as_ref());
    let ignore = project.map(|project| project.ignore).unwrap_or_default();
    // What an earlier call of the conversation was allowed to read, this one may read again.
    for turn in thread.iter().flat_map(|thread| &thread.messages) {
        typed.extend(turn.files.iter().cloned().chain(tools::places_of_images(turn).map(str::to_owned)));
    }
    let index = setup.sources().ok().and_then(|sources| sources.environment.git_index());
    let workspace = place.workspace(setup.home().as_deref(), &ignore, &typed, index)?;
    let dry_run = args.dry_run && !arguments.contains_key(flags::DRY_RUN);
    let options = CallOptions { timeout: args.timeout, fresh: args.fresh, dry_run };
    let request = CallRequest { tool: args.tool.clone(), arguments, options };
    // Heard from before the call is made: who ends it early must not leave it behind.
    let mut signals = Signals::new()?;
    let Some(handle) = signals.accepted(door.call(request, workspace)).await? else {
        output.tell(
            Style::Bad,
            "interrupted: ",
            "nobody has said whether the call was accepted; `exai calls` shows whether it runs",
        );
        return Ok(ExitCode::from(signals.exit_code()));
    };
    let ended = if args.detach {
        detach::leave(handle, &*door, args, signals, output).await
    } else {
        follow(handle, args, setup, signals, output).await
    };
    if matches!(ended, Ok(Ended::Abandoned(_))) {
        drop(door);
    } else {
        door.close().await;
    }
    ended.map(|(Ended::Told(code) | Ended::Abandoned(code))| code)
}

/// Where the call is made from.
struct Place {
    here: PathBuf,
    root: PathBuf,
}

impl Place {
    fn find() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current directory can not be found")?;
        Ok(Self { root: project_root(&here), here })
    }

    /// The files that the call may read: the project, and whatever the user typed. A directory that can not be a
    /// project (home, `/`) gives the typed paths only.
    fn workspace(
        &self,
        home: Option<&Path>,
        ignore: &[String],
        typed: &[String],
        index: Option<&Path>,
    ) -> Result<Arc<LocalWorkspace>, Error> {
        let in_project = LocalWorkspace::new(std::slice::from_ref(&self.root), &self.here, home, ignore);
        let mut workspace = in_project.or_else(|_| LocalWorkspace::new(&[], &self.here, home, ignore))?;
        for path in typed {
            // A path that can not be allowed is refused, with its name, when the tool looks for it.
            let _ = workspace.allow(path);
        }
        Ok(Arc::new(workspace.with_index(index)))
    }
}

/// How the program parts from its call.
enum Ended {
    /// With a result.
    Told(ExitCode),
    /// Without waiting for it; the journal will say that it was interrupted.
    Abandoned(ExitCode),
}

/// Shows what happens until the call is over. The first Ctrl-C cancels it, and it ends with a result all the same;
/// the second one does not wait for that.
async fn follow(
    mut handle: CallHandle,
    args: &Args,
    setup: &Setup,
    mut signals: Signals,
    output: &mut Output,
) -> anyhow::Result<Ended> {
    let mut progress = Progress::new(&args.tool, output);
    let mut stream = Stream::new(output.is_terminal());
    let (mut closed, mut cancelled) = (None, false);
    loop {
        tokio::select! {
            biased;
            () = signals.next() => {
                if cancelled {
                    progress.clear();
                    output.tell(Style::Bad, "interrupted: ", &format!("call {}", handle.id));
                    return Ok(Ended::Abandoned(ExitCode::from(signals.exit_code())));
                }
                cancelled = true;
                handle.cancel();
            }
            told = handle.news.next() => {
                let Some(told) = told else { break };
                if closed.is_none()
                    && let Err(error) = show(&told, args, &mut progress, &mut stream, output)
                {
                    // Nobody reads any more: the call has lost its purpose.
                    handle.cancel();
                    closed = Some(error);
                }
            }
        }
    }
    let result = handle.result().await;
    progress.clear();
    if let Some(error) = closed {
        return Err(error);
    }
    print(&result, args.format, &stream, output)?;
    if !output.is_quiet() && lacked_a_model(&result) {
        offer_a_server(setup, output).await?;
    }
    if result.exit.kind == exai_core::error::Kind::Interrupted {
        return Ok(Ended::Told(ExitCode::from(signals.exit_code())));
    }
    Ok(Ended::Told(ExitCode::from(result.exit.code)))
}

fn show(
    told: &Told,
    args: &Args,
    progress: &mut Progress,
    stream: &mut Stream,
    output: &mut Output,
) -> anyhow::Result<()> {
    match args.format {
        Format::Jsonl => output.json_line(told)?,
        Format::Text => {
            if let Some(text) = stream.take(told) {
                progress.clear();
                output.part(&text)?;
            }
        }
        Format::Markdown | Format::Json => {}
    }
    if !stream.is_printing() {
        progress.show(told, output);
    }
    Ok(())
}

/// Prints the result of a call that was waited for; its exit code is the call's own.
pub(crate) fn print_result(result: &Envelope, format: Format, output: &mut Output) -> anyhow::Result<ExitCode> {
    print(result, format, &Stream::default(), output)?;
    Ok(ExitCode::from(result.exit.code))
}

/// Prints the result, and beside it what should be known of it.
fn print(result: &Envelope, format: Format, stream: &Stream, output: &mut Output) -> anyhow::Result<()> {
    match format {
        Format::Json => output.json(result)?,
        Format::Jsonl => output.json_line(result)?,
        Format::Markdown => output.text(&footer::markdown(result))?,
        Format::Text if stream.is_printing() => output.part(&stream.rest())?,
        Format::Text => output.text(&result.text)?,
    }
    for warning in &result.warnings {
        output.note(Style::Warn, "warning: ", warning);
    }
    if let Some(error) = &result.error {
        output.tell(Style::Bad, "error: ", &error.message);
        report::hints(output, &error.hints);
    }
    output.note(Style::Muted, "", &footer::line(result));
    Ok(())
}

/// Whether no model was asked because there was none to ask.
fn lacked_a_model(result: &Envelope) -> bool {
    let refused = result.error.as_ref().is_some_and(|error| error.code == ErrorCode::NoProvider);
    refused || (result.model.used.is_none() && result.status == "local_work_complete")
}

/// Says how to use a server that runs on this machine, when nothing is configured.
async fn offer_a_server(setup: &Setup, output: &mut Output) -> anyhow::Result<()> {
    let Some(server) = backend::discover(setup.config()?).await else { return Ok(()) };
    let model = server.models.first().map_or("NAME", String::as_str);
    let message = format!(
        "a server answers at {0} ({1}): set EXAI_CUSTOM_URL={0} and call with --model custom/{model}",
        server.url,
        server.models.join(", ")
    );
    output.note(Style::Hint, "hint: ", &message);
    Ok(())
}

/// Whether results may be shown to a person as they arrive.
fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// The house, as far as arguments need it.
async fn last_thread(door: &dyn Backend, root: &str) -> anyhow::Result<String> {
    let found = door.last_thread(root).await?;
    let found = found.ok_or_else(|| {
        Error::not_found(format!("no conversation about {root} yet")).hint("leave --continue out to start one")
    })?;
    Ok(found.to_string())
}
