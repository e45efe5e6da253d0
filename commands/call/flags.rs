//! The flags of `exai call TOOL`: those that all tools share, and those that come from the tool's own schema.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches, ValueEnum};
use exai_core::tools::{self, Registry, ShortForm};
use serde_json::Value;

use crate::door::Choice;

/// What was typed for one call.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug)]
pub(crate) struct Args {
    /// The tool.
    pub(crate) tool: String,
    /// Values of the tool's own flags, as typed.
    pub(super) given: Vec<(String, Vec<String>)>,
    /// The bare text.
    pub(super) text: Option<String>,
    /// Read the main text from standard input.
    pub(super) stdin: bool,
    /// A file with the whole arguments object.
    pub(super) json_args: Option<String>,
    /// How the result is printed.
    pub(crate) format: Format,
    /// Time for the whole call.
    pub(crate) timeout: Option<Duration>,
    /// Neither join nor reuse.
    pub(crate) fresh: bool,
    /// Look at staged changes only.
    pub(super) staged: bool,
    /// Send nothing.
    pub(crate) dry_run: bool,
    /// Leave the call to the daemon.
    pub(crate) detach: bool,
    /// Which daemon.
    pub(crate) choice: Choice,
}

/// How the result is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The answer, as it arrives.
    #[default]
    Text,
    /// The answer with a heading that says where it comes from.
    Markdown,
    /// The envelope (`exai schema result`).
    Json,
    /// One event a line, the envelope last.
    Jsonl,
}

/// Names on the command line of arguments that have another one in the schema.
const RENAMED: [(&str, &str); 3] =
    [("continuation_id", "continue"), ("thinking_mode", "thinking"), ("use_websearch", "web-search")];

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        command.subcommand_required(true).arg_required_else_help(true).defer(|command| {
            // All tools have flags; whether one is switched off is said when it is called.
            Registry::new(&[]).iter().fold(command, |command, tool| {
                let info = tool.info();
                if !is_meant(info.name) {
                    return command.subcommand(Command::new(info.name).about(info.description));
                }
                let own = own_flags(Command::new(info.name), &tool.schema(), info.main_argument);
                // Last: flags that come from a type bring what that type is about.
                command.subcommand(common_flags(own).about(info.description))
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (tool, matches) = matches.subcommand().ok_or_else(missing)?;
        let own = matches.ids().map(clap::Id::as_str).filter_map(|id| Some((id, id.strip_prefix(OWN)?)));
        let given = own.map(|(id, name)| (name.to_owned(), texts(matches, id))).collect();
        let one = |id: &str| matches.try_get_one::<String>(id).ok().flatten().cloned();
        let flag = |id: &str| matches.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default();
        Ok(Self {
            tool: tool.to_owned(),
            given,
            text: one("TEXT"),
            stdin: flag("stdin"),
            json_args: one("json-args"),
            format: matches.get_one("output").copied().unwrap_or_default(),
            timeout: matches.get_one("timeout").copied(),
            fresh: flag("fresh"),
            staged: flag("staged"),
            dry_run: flag("dry-run"),
            detach: flag("detach"),
            choice: Choice::from_arg_matches(matches)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Whether this command line may need the flags of `tool`: making those of all takes longer than a call.
fn is_meant(tool: &str) -> bool {
    std::env::args_os().skip(1).any(|word| word == tool || word == "completions")
}

/// The argument of tools that can say themselves what they would do; the flag that all tools have fills it.
pub(super) const DRY_RUN: &str = "dry_run";
/// The argument of tools that look at changes.
pub(super) const STAGED: &str = "include_staged";
/// The range that is looked at in place of what is not committed.
pub(super) const COMPARE_TO: &str = "compare_to";
/// What `--staged` leaves out.
pub(super) const UNSTAGED: &str = "include_unstaged";

/// The models of one call.
pub(super) const MODELS: &str = "models";
/// Asks all of them at once; implied where they are typed.
pub(super) const PARALLEL: &str = "parallel";
/// Marks the ids of flags that come from a schema.
const OWN: &str = "own:";

fn texts(matches: &ArgMatches, id: &str) -> Vec<String> {
    matches.get_many::<String>(id).into_iter().flatten().cloned().collect()
}

fn own_flags(mut command: Command, schema: &Value, main: Option<&str>) -> Command {
    if let Some(main) = main {
        let help = format!("Fills --{}; `-` reads standard input, @FILE a file", kebab(main));
        command = command.arg(Arg::new("TEXT").help(help));
        command = command.arg(
            Arg::new("stdin").long("stdin").action(ArgAction::SetTrue).help("Read the main text from standard input"),
        );
    }
    if schema["properties"].get(STAGED).is_some() {
        let help = "Staged changes only; what it looks at when it is told nothing else";
        command = command.arg(Arg::new("staged").long("staged").action(ArgAction::SetTrue).help(help));
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let own = properties.filter(|(name, _)| *name != DRY_RUN);
    own.fold(command, |command, (name, property)| command.arg(own_flag(name, property)))
}

fn own_flag(name: &str, property: &Value) -> Arg {
    let renamed = RENAMED.iter().find(|(own, _)| *own == name).map(|(_, typed)| *typed);
    let long = renamed.map_or_else(|| kebab(name), str::to_owned);
    let mut help = property["description"].as_str().unwrap_or_default().replace('\n', " ");
    if name == PARALLEL {
        help.push_str(&format!(" Implied by --{MODELS}; false asks one a step"));
    }
    let mut arg = Arg::new(format!("{OWN}{name}")).long(long).help(help.clone()).action(ArgAction::Set);
    if renamed.is_some() {
        arg = arg.alias(kebab(name));
    }
    match property["type"].as_str() {
        Some("boolean") => {
            arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("true|false")
        }
        Some("array") if property["items"]["type"] == "object" => {
            let arg = arg.action(ArgAction::Append);
            match tools::short_form(&property["items"]) {
                Some(form) => arg.help(format!("{help} {}", written(&form))).value_name("A,B,…|JSON"),
                None => arg.value_name("JSON"),
            }
        }
        Some("array") => arg.action(ArgAction::Append).value_name("A,B,…"),
        Some("integer" | "number") => arg.value_name("N").allow_negative_numbers(true),
        _ if name == "continuation_id" => arg.num_args(0..=1).default_missing_value("last").value_name("ID|last"),
        _ => match property["enum"].as_array() {
            Some(words) => arg
                .ignore_case(true)
                .value_parser(PossibleValuesParser::new(
                    words.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>(),
                ))
                .value_name("WORD"),
            None => arg.value_name("TEXT|@FILE|-").allow_hyphen_values(true),
        },
    }
}

/// How objects are written without JSON.
fn written(form: &ShortForm<'_>) -> String {
    let text = form.text.to_uppercase();
    match &form.choice {
        Some((field, words)) => {
            format!("Each is {text} or {text}:{0}, where {0} is one of {1}", field.to_uppercase(), words.join(", "))
        }
        None => format!("Each is {text}"),
    }
}

fn common_flags(command: Command) -> Command {
    const HEADING: &str = "How the call is carried out";
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help).help_heading(HEADING)
    };
    Choice::augment_args(command)
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_parser(clap::value_parser!(Format))
                .default_value("text")
                .value_name("FORMAT")
                .help("How the result is printed")
                .help_heading(HEADING),
        )
        .arg(
            Arg::new("timeout")
                .long("timeout")
                .value_parser(duration)
                .value_name("DURATION")
                .help("Time for the whole call: 90, 90s, 5m (0.1 s to 1 h)")
                .help_heading(HEADING),
        )
        .arg(
            Arg::new("json-args")
                .long("json-args")
                .value_name("FILE|-")
                .help("Read all arguments from a JSON object; flags win over it")
                .help_heading(HEADING),
        )
        .arg(switch("fresh", "Ask again even if an equal question was answered lately or is being answered"))
        .arg(switch(
            "dry-run",
            "Show which files, bytes and tokens would be sent, to which model and why; send nothing",
        ))
        .arg(switch("detach", "Leave the call to the daemon: print its id as soon as no more files are needed"))
}

/// A number of seconds, or a number with `ms`, `s`, `m`, `h` or `d`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        other => return Err(format!("`{other}` is no unit of time: ms, s, m, h, d")),
    };
    let number: f64 = number.trim().parse().map_err(|_| format!("`{number}` is no number"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| format!("{text} is no time"))
}

fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// The flag of an argument, for messages.
pub(super) fn typed_name(name: &str) -> String {
    let renamed = RENAMED.iter().find(|(own, _)| *own == name).map(|(_, typed)| (*typed).to_owned());
    format!("--{}", renamed.unwrap_or_else(|| kebab(name)))
}
