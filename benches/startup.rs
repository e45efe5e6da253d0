//! What it costs to start: `exai --version`, and a call without a network with the store open, each over a bare clap
//! program that does the same I/O. This program is that floor itself when cargo does not start it as a benchmark.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod floor;
mod measure;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use nix::sys::resource::UsageWho;

const ROUNDS: usize = 101;

fn main() -> anyhow::Result<ExitCode> {
    if std::env::args_os().nth(1).is_none_or(|first| first != "--bench") {
        return floor::main();
    }
    let (exai, floor) = (Path::new(env!("CARGO_BIN_EXE_exai")), std::env::current_exe()?);

    let version = compare([exai, &floor].map(|program| {
        let mut command = Command::new(program);
        command.arg("--version");
        command
    }))?;
    println!("exai --version, over a bare clap program\n{version}\n");

    let state = tempfile::tempdir()?;
    let homes = ["exai", "floor"].map(|name| state.path().join(name));
    let mut calls = [exai, &floor].map(Command::new);
    for (command, home) in calls.iter_mut().zip(&homes) {
        std::fs::create_dir(home)?;
        // Fresh: the same question again would be answered from the store.
        command.args(["call", "chat", "hello", "--model", "mock:echo", "--fresh"]);
        command.current_dir(home).env_clear().env("HOME", home);
    }
    calls[0].env("EXAI_STATE_DIR", homes[0].join("state"));
    calls[1].arg("--state").arg(homes[1].join("state"));
    let call = compare(calls)?;
    println!("exai call chat hello --model mock:echo, over a bare clap program with the same store\n{call}");
    Ok(ExitCode::SUCCESS)
}

fn compare([mut subject, mut floor]: [Command; 2]) -> anyhow::Result<measure::Comparison> {
    measure::compare(ROUNDS, UsageWho::RUSAGE_CHILDREN, || run(&mut subject), || run(&mut floor))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    anyhow::ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
