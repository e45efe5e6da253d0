//! `exai setup`: tells the clients of agents how to come to exai, in their own files.

pub(crate) mod client;
pub(crate) mod document;
pub(crate) mod entry;
pub(crate) mod file;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum as _;
use exai_core::backend::Address;
use exai_core::config::{Config, Secret};
use exai_core::coordination::{prepare_state_dir, read_or_make_token};
use exai_core::error::{Error, Result};
use exai_core::redaction::{Redactor, Vault};
use serde_json::Value;
use similar::algorithms::{Capture, myers};

use self::client::{Client, Surroundings};
use self::entry::{Delivery, Entry, NAME, VARIABLE, Way};
use self::file::ClientFile;
use crate::output::{Output, Style, table};
use crate::setup::{Setup, project_root};

/// Who else may read a file that is new: nobody when it is its user's, all when it is a project's.
const OWN: u32 = 0o600;
const SHARED: u32 = 0o644;

/// Arguments of `exai setup`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The client; without one, those that are known are listed.
    client: Option<Client>,
    /// Write the entry into the client's file; it is only printed if left out.
    #[arg(long, requires = "client")]
    write: bool,
    /// Use the file of this project, which its people share, in place of your own.
    #[arg(long, requires = "client")]
    project: bool,
    /// Have the client speak HTTP with the daemon; it starts `exai shim` if left out.
    #[arg(long, requires = "client")]
    http: bool,
    /// Replace another entry of the same name.
    #[arg(long, requires = "write")]
    force: bool,
}

const AFTER_HELP: &str = "\
What else stands in the file stays, comments included; what was there is kept beside it as FILE.bak. An entry that is there
already is left alone.

Examples:
  exai setup
  exai setup claude-code --write
  exai setup vscode --project --write
  exai setup codex --http";

/// Lists the clients, or prints or writes the entry of one.
pub(crate) fn run(args: &Args, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let at = surroundings(setup)?;
    let Some(client) = args.client else {
        output.text(&list(&at))?;
        return Ok(ExitCode::SUCCESS);
    };
    let file = place(client, args, &at)?;
    let way = way(client, args, setup, &at)?;
    let entry = client.entry(&way);
    if args.write {
        write(client, &entry, &file, args, output)?;
    } else {
        print(client, &entry, &file, output)?;
    }
    for note in notes(client, &way, args, setup, &file)? {
        output.note(Style::Hint, "note: ", &note);
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the files of clients are.
pub(crate) fn surroundings(setup: &Setup) -> Result<Surroundings<'_>> {
    let environment = &setup.sources()?.environment;
    let home = environment.home().ok_or_else(|| {
        Error::invalid("no home directory is known, so the files of clients are not either").hint("set HOME")
    })?;
    Ok(Surroundings { environment, home })
}

fn list(at: &Surroundings<'_>) -> String {
    let rows: Vec<_> = Client::value_variants().iter().map(|client| row(*client, at)).collect();
    format!(
        "{}\n`exai setup CLIENT --write` adds exai to a client.\n",
        table(["CLIENT", "FOUND", "EXAI", "FILE"], &rows)
    )
}

fn row(client: Client, at: &Surroundings<'_>) -> [String; 4] {
    let path = client.user_file(at);
    let found = if client.is_found(at) { "yes" } else { "no" };
    let servers = ClientFile::read(&path).and_then(|file| document::servers(client, file.text(), &path));
    let state = match servers {
        Err(_) => "unreadable",
        Ok(servers) => match servers.iter().find(|(name, _)| name == NAME) {
            Some((_, entry)) if entry.get("command").is_some() => "stdio",
            Some(_) => "http",
            None => "-",
        },
    };
    [client.name(), found.to_owned(), state.to_owned(), short(&path, at.home)]
}

/// A path as a person writes it.
pub(crate) fn short(path: &Path, home: &Path) -> String {
    path.strip_prefix(home).map_or_else(|_| path.display().to_string(), |rest| format!("~/{}", rest.display()))
}

fn place(client: Client, args: &Args, at: &Surroundings<'_>) -> Result<PathBuf> {
    if !args.project {
        return Ok(client.user_file(at));
    }
    let here = std::env::current_dir()
        .map_err(|error| Error::invalid(format!("the current directory can not be told: {error}")))?;
    Ok(client.project_file(&project_root(&here)))
}

fn way(client: Client, args: &Args, setup: &Setup, at: &Surroundings<'_>) -> Result<Way> {
    let config = setup.config()?;
    if args.http {
        return Ok(Way::Http { url: url(config)?, token: literal(client, args, config)? });
    }
    let mut arguments = vec!["shim".to_owned()];
    // A file that others share names no file of this user.
    if let Some(file) = setup.sources()?.env_file.as_ref().filter(|_| !args.project) {
        let whole = std::path::absolute(file);
        let whole = whole.map_err(|error| Error::invalid(format!("env file {}: {error}", file.display())))?;
        arguments.extend(["--env-file".to_owned(), whole.display().to_string()]);
    }
    let command = if args.project { NAME.to_owned() } else { program(at)?.display().to_string() };
    // Nor does it say which variables this user has.
    let is_told = !args.project && !client.hands_on_variables();
    let variables = if is_told { at.environment.settings().map(str::to_owned).collect() } else { Vec::new() };
    Ok(Way::Stdio { command, arguments, variables })
}

/// This program, as its user finds it: what stands in the search path is often a link that an update sets anew.
pub(crate) fn program(at: &Surroundings<'_>) -> Result<PathBuf> {
    let own = std::env::current_exe()
        .map_err(|error| Error::internal(format!("where this program is can not be told: {error}")))?;
    let typed = at.program(NAME).filter(|path| path.canonicalize().is_ok_and(|real| real == own));
    Ok(typed.unwrap_or(own))
}

fn url(config: &Config) -> Result<String> {
    let port = config.daemon.port.number().filter(|port| *port != 0).ok_or_else(|| {
        Error::invalid("daemon.port is no certain port, so a client can not be told where the daemon is")
            .hint("set EXAI_WS_PORT to a port, or let the client start `exai shim`: leave --http out")
    })?;
    let address = Address::new(&config.daemon.host, port).to_string();
    Ok(format!("{}mcp", address.replacen("ws://", "http://", 1)))
}

/// The token, when it must stand in the file that is written.
fn literal(client: Client, args: &Args, config: &Config) -> Result<Option<Secret>> {
    if client.delivery() != Delivery::Literal {
        return Ok(None);
    }
    if args.project {
        let message = format!(
            "{} can not be told where to find the token, and a project's file is no place for it",
            client.title()
        );
        return Err(Error::invalid(message).hint("leave --http out: `exai shim` finds the token by itself"));
    }
    if !args.write {
        return Ok(None);
    }
    if let Some(token) = &config.daemon.token {
        return Ok(Some(token.clone()));
    }
    prepare_state_dir(&config.state_dir)?;
    read_or_make_token(&config.state_dir).map(|token| Some(Secret::new(token)))
}

fn print(client: Client, entry: &Entry, file: &Path, output: &mut Output) -> Result<(), anyhow::Error> {
    let edit = document::edit(client, entry, ClientFile::read(file)?.text(), file)?;
    let state = match &edit.found {
        Some(found) if entry.is(found) => "has it already",
        Some(_) => "has another entry of this name; --write --force replaces it",
        None => "does not have it yet; --write adds it",
    };
    output.note(Style::Muted, "", &format!("{} {state}", file.display()));
    Ok(output.text(&document::alone(client, entry)?)?)
}

fn write(client: Client, entry: &Entry, path: &Path, args: &Args, output: &mut Output) -> Result<(), anyhow::Error> {
    let file = ClientFile::read(path)?;
    let edit = document::edit(client, entry, file.text(), path)?;
    if edit.text == file.text() {
        output.text(&format!("{} has {NAME} already; nothing was changed.", path.display()))?;
        return Ok(());
    }
    let other = edit.found.as_ref().filter(|found| !entry.is(found));
    if let Some(other) = other.filter(|_| !args.force) {
        output.text(&difference(other, entry))?;
        let message = format!("{} has another entry {NAME}; nothing was changed", path.display());
        return Err(Error::invalid(message).hint("--force replaces it as shown").into());
    }
    let is_secret = args.http && client.delivery() == Delivery::Literal;
    if is_secret && file.is_open() {
        let message = format!("the token would stand in {}, which others may read", path.display());
        let hint = format!("chmod 600 {}, or leave --http out: `exai shim` finds the token by itself", path.display());
        return Err(Error::invalid(message).hint(hint).into());
    }
    let copy = file.write(&edit.text, if args.project { SHARED } else { OWN })?;
    let done = if other.is_some() { "replaced" } else { "added" };
    let kept = copy.map(|copy| format!(" What was there is kept in {}.", copy.display())).unwrap_or_default();
    output.text(&format!("{NAME} was {done} in {}.{kept}", path.display()))?;
    Ok(())
}

/// What would change, line by line, without secrets.
fn difference(found: &Value, entry: &Entry) -> String {
    let pretty = |value: &Value| {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        Redactor::shared().redact(&mut Vault::default(), &text).into_owned()
    };
    let (old, new) = (pretty(found), pretty(&Value::Object(entry.server.clone())));
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut changes = Capture::new();
    // The one way of comparing, of the many that the library has: together they are half a megabyte.
    let Ok(()) = myers::diff(&mut changes, &old, 0..old.len(), &new, 0..new.len());
    let changes = changes.ops().iter().flat_map(|change| change.iter_changes(&old, &new));
    let lines = changes.map(|change| format!("{}{}\n", change.tag(), change.value()));
    ["--- there\n+++ new\n".to_owned()].into_iter().chain(lines).collect()
}

/// What its user has to know or do.
fn notes(client: Client, way: &Way, args: &Args, setup: &Setup, file: &Path) -> Result<Vec<String>> {
    let (title, config, mut notes) = (client.title(), setup.config()?, Vec::new());
    if args.project && matches!(client, Client::ClaudeCode | Client::Codex | Client::Gemini) {
        notes.push(format!("{title} uses it when its user has said that this project is trusted"));
    }
    let Way::Http { url, token } = way else {
        if args.project {
            notes.push(format!("who uses this file needs `{NAME}` in the search path of {title}"));
        }
        if args.project && !client.hands_on_variables() {
            notes.push(format!("{title} hands no keys on to {NAME}: they belong into {}", keys(setup)?));
        }
        return Ok(notes);
    };
    let source = match &config.daemon.token {
        Some(_) => "what daemon.token says".to_owned(),
        None => format!("what stands in {}", config.state_dir.join("token").display()),
    };
    notes.push(match client.delivery() {
        Delivery::Variable => format!("{VARIABLE} must be set where {title} is started, to {source}"),
        Delivery::Question => format!("{title} asks for the token when it first starts {NAME}: {source}"),
        Delivery::Literal if token.is_some() => {
            format!("the token itself stands in {}: keep that file to yourself", file.display())
        }
        Delivery::Literal => format!("put {source} in the place of TOKEN; --write does"),
    });
    notes.push(format!("a daemon must run at {url}: no client that comes over HTTP starts one"));
    if config.daemon.roots.is_empty() {
        notes.push("it reads no files for clients that come over HTTP: EXAI_ROOTS names directories".to_owned());
    }
    Ok(notes)
}

/// The file of this user that holds keys.
fn keys(setup: &Setup) -> Result<String> {
    let at = surroundings(setup)?;
    let place = setup.sources()?.paths().into_iter().find(|place| place.what == ".env");
    Ok(place.map_or_else(|| ".env".to_owned(), |place| short(&place.path, at.home)))
}
