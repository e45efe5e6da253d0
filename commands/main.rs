//! The program: reads the command line, loads the configuration, runs one verb, prints, exits.

mod call;
mod calls;
mod cli;
mod clients;
mod completions;
mod config;
mod daemon;
mod doctor;
mod door;
#[cfg(test)]
mod manual; // its pages are written by a test
mod models;
mod monitor;
mod output;
mod report;
mod schema;
mod setup;
mod shim;
mod threads;
mod tools;
mod usage;

use std::process::ExitCode;

use cli::{Cli, Verb};
use output::Output;
use setup::Setup;
use tokio::runtime::{Builder, Runtime};

/// A call makes and gives back a few hundred small pieces of memory, on two threads. Without huge pages (`no_thp`): they double
/// what a daemon at rest holds.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut output = Output::new();
    if let Some(version) = cli::version() {
        // A reader that left takes nothing from what was to be said.
        let _ = output.text(version).is_ok();
        return ExitCode::SUCCESS;
    }
    let outcome = match cli::parse() {
        Ok(cli) => {
            output.set_up(cli.color, cli.quiet);
            start(cli, &mut output)
        }
        Err(usage) => return output.usage(&usage),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => report::failure(&mut output, &error),
    }
}

fn start(cli: Cli, output: &mut Output) -> anyhow::Result<ExitCode> {
    let runtime = runtime(&cli.verb)?;
    let code = runtime.block_on(run(cli, output));
    // Whatever still reads a file is not worth waiting for.
    runtime.shutdown_background();
    code
}

/// Who serves many has two threads: most of the time is spent waiting, and more would only wake each other. Who does one thing
/// at a time has none beside its own: to start them, and to hand over to them, costs a command more than its work.
fn runtime(verb: &Verb) -> std::io::Result<Runtime> {
    let mut builder = match verb {
        Verb::Daemon(_) | Verb::Monitor(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(2));
    builder.worker_threads(threads).enable_all().build()
}

/// The whole program, one line a verb.
async fn run(cli: Cli, output: &mut Output) -> anyhow::Result<ExitCode> {
    let setup = Setup::new(&cli, output);
    match cli.verb {
        Verb::Call(args) => call::run(args, &setup, output).await,
        Verb::Calls(args) => calls::run(args, &setup, output).await,
        Verb::Threads(args) => threads::run(args, &setup, output).await,
        Verb::Tools(args) => tools::run(&args, &setup, output),
        Verb::Models(args) => models::run(&args, &setup, output),
        Verb::Monitor(args) => monitor::run(&args, &setup, output).await,
        Verb::Shim(args) => shim::run(args, &setup, output).await,
        Verb::Daemon(args) => daemon::run(args, &setup, output).await,
        Verb::Config(args) => config::run(&args, &setup, output),
        Verb::Usage(args) => usage::run(args, &setup, output).await,
        Verb::Setup(args) => clients::run(&args, &setup, output),
        Verb::Doctor(args) => doctor::run(&args, &setup, output).await,
        Verb::Schema(args) => schema::run(&args, output),
        Verb::Completions(args) => completions::run(&args, output),
    }
}
