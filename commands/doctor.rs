//! `exai doctor`: looks at all that a call needs, and says what to do about what is not as it should be.
//! Nothing is made, changed or sent but a question for a list of models.

mod check;
mod clients;
mod daemon;
mod endpoints;
mod ground;
mod settings;

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use self::check::{Check, State};
use crate::clients::surroundings;
use crate::output::{Output, Style};
use crate::setup::{Setup, project_root};

/// How long one part may be waited for, and how long one check may take of it. All begin at once.
const PATIENCE: Duration = Duration::from_secs(10);
const EACH: Duration = Duration::from_secs(5);
/// How wide the report is.
const WIDTH: usize = 80;
/// Where the findings begin.
const INDENT: &str = "                     ";

/// Arguments of `exai doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Ask no endpoint.
    #[arg(long)]
    offline: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Exits 0 when nothing fails, with or without warnings, else 1. Endpoints are asked for their list of models, which costs nothing.";

/// Looks, and tells.
pub(crate) async fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let checks = all(args, setup).await?;
    let worst = checks.iter().map(|check| check.state).max().unwrap_or(State::Ok);
    if args.json {
        let ok = worst < State::Fail;
        output.json(&json!({"version": env!("CARGO_PKG_VERSION"), "ok": ok, "checks": checks}))?;
    } else {
        for check in &checks {
            show(check, output)?;
        }
    }
    Ok(if worst == State::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// All checks at once; each part within its time.
async fn all(args: &Args, setup: &Setup) -> anyhow::Result<Vec<Check>> {
    let root = project_root(&std::env::current_dir()?);
    let loaded = setup.loaded().ok();
    let config = loaded.map(|loaded| &loaded.config);
    let known = async {
        match surroundings(setup) {
            Ok(at) => clients::check(config, &at, &root, EACH).await,
            Err(error) => vec![Check::failed("clients", &error)],
        }
    };
    let known = bounded("clients", known);
    let (Some(config), Some(loaded)) = (config, loaded) else {
        let mut checks = settings::check(setup);
        checks.extend(known.await);
        return Ok(checks);
    };
    let (endpoints, daemon, store, known) = tokio::join!(
        bounded("providers", endpoints::check(config, args.offline, EACH)),
        bounded("daemon", async { vec![daemon::check(loaded).await] }),
        bounded("store", async { vec![ground::store(config, EACH).await] }),
        known,
    );
    let mut checks = settings::check(setup);
    checks.extend(endpoints);
    checks.extend(daemon);
    checks.extend(ground::directory(config));
    checks.extend(store);
    checks.push(ground::disk(config));
    checks.extend(known);
    Ok(checks)
}

async fn bounded(name: &str, checks: impl Future<Output = Vec<Check>>) -> Vec<Check> {
    tokio::time::timeout(PATIENCE, checks).await.unwrap_or_else(|_| {
        let found = format!("nothing could be told within {} s", PATIENCE.as_secs());
        vec![Check::fail(name, found, "look whether the machine, its disk or its network is overloaded")]
    })
}

/// Prints one check: its state, its name, what was found, what to do.
fn show(check: &Check, output: &mut Output) -> std::io::Result<()> {
    let style = match check.state {
        State::Ok => Style::Good,
        State::Warn => Style::Warn,
        State::Fail => Style::Bad,
    };
    let lines = wrapped(&check.found).into_iter().chain(check.fix.iter().flat_map(|fix| wrapped(&format!("→ {fix}"))));
    for (index, line) in lines.enumerate() {
        if index == 0 {
            let label = format!("{:<4}", check.state.as_str());
            output.line(style, &label, &format!("  {:<15}{line}", check.name))?;
        } else {
            output.line(style, "", &format!("{INDENT}{line}"))?;
        }
    }
    Ok(())
}

/// The text in lines that fit beside the names. A word that is wider, such as a path, stays whole.
fn wrapped(text: &str) -> Vec<String> {
    let room = WIDTH - INDENT.len();
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_fits_on_the_screen_and_loses_no_word() {
        let text = "a finding of some words ".repeat(20)
            + "/and/a/path/that/is/much/longer/than/the/room/that/is/left/for/findings";
        let lines = wrapped(&text);
        assert!(lines[..lines.len() - 1].iter().all(|line| INDENT.len() + line.len() <= WIDTH), "{lines:#?}");
        assert_eq!(lines.join(" "), text);
        assert!(wrapped("").is_empty());
    }
}
