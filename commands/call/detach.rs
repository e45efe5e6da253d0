//! A call that is left to the daemon as soon as it needs nothing from here any more.

use std::process::ExitCode;
use std::time::Duration;

use exai_core::backend::{Backend, CallHandle};
use exai_core::error::{ErrorCode, Kind};
use exai_core::protocol::{CallId, Envelope, EventKind, Told};

use super::progress::Progress;
use super::{Args, Ended, Format, Signals};
use crate::output::{Output, Style};
use crate::report;

/// Waits until the call has read its files, prints its id and leaves. A call that is over by then exits as it did.
pub(super) async fn leave(
    mut handle: CallHandle,
    door: &dyn Backend,
    args: &Args,
    mut signals: Signals,
    output: &mut Output,
) -> anyhow::Result<Ended> {
    let mut progress = Progress::new(&args.tool, output);
    let mut cancelled = false;
    let is_over = loop {
        tokio::select! {
            biased;
            () = signals.next() => {
                if std::mem::replace(&mut cancelled, true) {
                    return Ok(Ended::Abandoned(ExitCode::from(signals.exit_code())));
                }
                handle.cancel();
            }
            told = handle.news.next() => match told {
                None => break true,
                Some(told) if needs_no_more_files(&told) => break false,
                Some(told) => progress.show(&told, output),
            },
        }
    };
    progress.clear();
    let result = if is_over {
        handle.result().await
    } else {
        be_known(door, &handle.id).await;
        Envelope::running(handle.id.clone(), handle.tool())
    };
    match args.format {
        Format::Text | Format::Markdown => output.text(result.call_id.as_str())?,
        Format::Json => output.json(&result)?,
        Format::Jsonl => output.json_line(&result)?,
    }
    if let Some(error) = &result.error {
        output.tell(Style::Bad, "error: ", &error.message);
        report::hints(output, &error.hints);
    }
    let was_interrupted = result.exit.kind == Kind::Interrupted;
    Ok(Ended::Told(ExitCode::from(if was_interrupted { signals.exit_code() } else { result.exit.code })))
}

/// Waits until the call is in the journal, which it is a moment after it is told of, so that whoever reads the id finds
/// the call.
async fn be_known(door: &dyn Backend, id: &CallId) {
    const PAUSE: Duration = Duration::from_millis(10);
    const TRIES: u32 = 100;
    for _ in 0..TRIES {
        let found = door.get_call(id.as_str()).await;
        if !found.is_err_and(|error| error.code == ErrorCode::NotFound) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The request is complete; what follows is between the daemon and the model.
fn needs_no_more_files(told: &Told) -> bool {
    matches!(told, Told::Event(event) if matches!(event.kind, EventKind::Queued { .. } | EventKind::Sent { .. }))
}
