//! The command line as it is typed. The help texts are the documentation of the verbs.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::{
    call, calls, clients, completions, config, daemon, doctor, models, monitor, schema, shim, threads, tools, usage,
};

/// A second opinion for coding agents, shell scripts and CI, from GLM and Kimi models.
#[derive(Debug, Parser)]
#[command(name = "exai", version, arg_required_else_help = true, after_help = AFTER_HELP, max_term_width = 110)]
pub(crate) struct Cli {
    /// Read settings from this file of NAME=VALUE lines, before the user's own files.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(crate) env_file: Option<PathBuf>,
    /// Set one key of the configuration for this run.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", help_heading = "Global options")]
    pub(crate) settings: Vec<String>,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Global options")]
    pub(crate) color: Color,
    /// No progress, notes or warnings on standard error; errors are still told.
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const AFTER_HELP: &str = "\
Exit codes:
  0 ok · 1 not well (doctor, monitor --once) · 2 usage · 3 no verdict, no provider · 4 retryable · 7 no daemon, or daemon or store of another version · 8 internal · 130, 143 interrupted

Examples:
  exai call debug --findings 'panics on an empty list' --relevant-files src/list.rs
  exai call chat 'what does this do?' --files src/main.rs
  git diff | exai call chat --stdin --model kimi-k3.1-pro
  exai call chat 'hello' --model mock:echo";

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Call a tool.
    Call(call::Args),
    /// Look into the journal of calls.
    Calls(calls::Args),
    /// Look at conversations.
    Threads(threads::Args),
    /// List the tools, or show one.
    Tools(tools::Args),
    /// List the models with window, price and features.
    Models(models::Args),
    /// Show the state of the house.
    Monitor(monitor::Args),
    /// Serve an agent over standard input and output (MCP); starts the daemon when none runs.
    Shim(shim::Args),
    /// Run the daemon in the foreground, or speak to the one that runs.
    Daemon(daemon::Args),
    /// Show and check the configuration.
    Config(config::Args),
    /// Show what the requests took: tokens and money by model, tool or day.
    Usage(usage::Args),
    /// Tell a client of agents, such as Claude Code or Codex, how to come to exai.
    Setup(clients::Args),
    /// Look whether all that a call needs is as it should be, and say what to do.
    Doctor(doctor::Args),
    /// Print a JSON Schema.
    Schema(schema::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

/// What to answer to who asks for the version and nothing else, as scripts and clients of agents do at each start: the tree of
/// all commands, which finds that out too, takes longer to make than this program takes to start.
pub(crate) fn version() -> Option<&'static str> {
    let mut arguments = std::env::args_os().skip(1);
    let (only, more) = (arguments.next()?, arguments.next());
    let is_asked = more.is_none() && (only == "--version" || only == "-V");
    is_asked.then_some(concat!("exai ", env!("CARGO_PKG_VERSION")))
}

/// Reads the command line; the error is a usage error, or the help that was asked for.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    plain_shim(std::env::args_os().skip(1)).map_or_else(Cli::try_parse, Ok)
}

/// The command line of a shim, if it is the verb and then what clients of agents are set up to say, each option once and apart
/// from its value. Such a process stands beside each agent as long as that runs, and the tree of all commands would stay in its
/// memory; the tree also says what is wrong with any other line.
fn plain_shim(mut words: impl Iterator<Item = OsString>) -> Option<Cli> {
    words.next().filter(|verb| verb == "shim")?;
    let (mut env_file, mut args) = (None, shim::Args::default());
    while let Some(word) = words.next() {
        let mut value =
            || words.next()?.into_string().ok().filter(|value| !value.is_empty() && !value.starts_with('-'));
        match word.to_str()? {
            "--env-file" if env_file.is_none() => env_file = Some(value()?.into()),
            "--root" if args.root.is_none() => args.root = Some(value()?.into()),
            "--daemon" if args.daemon.is_none() => args.daemon = Some(value()?),
            "--no-autostart" if !args.no_autostart => args.no_autostart = true,
            _ => return None,
        }
    }
    Some(Cli { env_file, settings: Vec::new(), color: Color::default(), quiet: false, verb: Verb::Shim(args) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> Option<Cli> {
        plain_shim(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_plain_command_line_of_a_shim_means_what_the_whole_tree_says() {
        for line in [
            "shim",
            "shim --no-autostart",
            "shim --root /a/b",
            "shim --env-file /a/b.env",
            "shim --daemon ws://127.0.0.1:8079 --root . --env-file x --no-autostart",
        ] {
            let tree = Cli::try_parse_from(["exai"].into_iter().chain(line.split(' '))).unwrap();
            assert_eq!(format!("{:?}", plain(line).unwrap()), format!("{tree:?}"), "{line}");
        }
    }

    #[test]
    fn any_other_command_line_is_left_to_the_whole_tree() {
        for line in [
            "",
            "daemon",
            "shim --help",
            "shim x",
            "shim --root",
            "shim --root --daemon",
            "shim --root=/a",
            "shim --root /a --root /b",
            "shim --no-autostart --no-autostart",
            "shim --quiet",
            "--quiet shim",
            "shim --set limits.glm=1",
            "shim --root ",
        ] {
            assert!(plain(line).is_none(), "{line}");
        }
    }
}
