//! How failures are told: what happened, what caused it, what to do next, and the exit code of its kind.

use std::io::ErrorKind;
use std::process::ExitCode;

use exai_core::error::{Error, Kind};

use crate::output::{Output, Style};

/// Tells a failure of the program itself. A reader that went away is none.
pub(crate) fn failure(output: &mut Output, error: &anyhow::Error) -> ExitCode {
    let is_broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    };
    if error.chain().any(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    output.tell(Style::Bad, "error: ", &error.to_string());
    for cause in error.chain().skip(1) {
        output.tell(Style::Bad, "caused by: ", &cause.to_string());
    }
    let known = error.chain().find_map(|cause| cause.downcast_ref::<Error>());
    hints(output, known.map_or(&[], |error| &error.hints));
    ExitCode::from(known.map_or(Kind::Internal, Error::kind).exit_code())
}

/// Tells what to do next.
pub(crate) fn hints(output: &mut Output, hints: &[String]) {
    for hint in hints {
        output.tell(Style::Hint, "hint: ", hint);
    }
}
