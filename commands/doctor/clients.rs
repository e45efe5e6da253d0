//! Whether the clients that know exai find it: its program is there and is this one, its token is the daemon's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum as _;
use exai_core::config::{Config, Key, Secret};
use exai_core::coordination::read_token;
use serde_json::Value;
use tokio::process::Command;

use super::check::Check;
use crate::clients::client::{Client, Surroundings, is_program};
use crate::clients::document::servers;
use crate::clients::entry::{NAME, gives};
use crate::clients::file::ClientFile;
use crate::clients::{program, short};

/// One entry of a client's file.
struct Known {
    client: Client,
    file: PathBuf,
    /// It is the project's, which others wrote.
    is_shared: bool,
    /// What it is called there.
    title: String,
    entry: Value,
}

pub(super) async fn check(
    config: Option<&Config>,
    at: &Surroundings<'_>,
    root: &Path,
    patience: Duration,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut known = Vec::new();
    for client in Client::value_variants() {
        for (file, is_shared) in [(client.user_file(at), false), (client.project_file(root), true)] {
            match ClientFile::read(&file).and_then(|read| servers(*client, read.text(), &file)) {
                Ok(entries) => known.extend(entries.into_iter().filter(is_ours).map(|(title, entry)| Known {
                    client: *client,
                    file: file.clone(),
                    is_shared,
                    title,
                    entry,
                })),
                Err(error) => checks.push(Check::warn(&client.name(), error.message, "mend the file")),
            }
        }
    }
    if known.is_empty() && checks.is_empty() {
        return vec![Check::ok("clients", "none knows exai; `exai setup` lists those that could")];
    }
    for known in known {
        checks.push(known.check(config, at, patience).await);
    }
    checks
}

/// By its name, or by the program that it starts.
fn is_ours((name, entry): &(String, Value)) -> bool {
    let program = entry["command"].as_str().map(Path::new).and_then(Path::file_name);
    name == NAME || program.is_some_and(|program| program == NAME)
}

impl Known {
    async fn check(&self, config: Option<&Config>, at: &Surroundings<'_>, patience: Duration) -> Check {
        match self.entry["command"].as_str() {
            Some(command) => self.program(command, at, patience).await,
            None => self.address(config, at),
        }
    }

    fn name(&self) -> String {
        self.client.name()
    }

    fn fix(&self, way: &str) -> String {
        if self.title != NAME {
            return format!("mend or remove the entry {} there", self.title);
        }
        let project = if self.is_shared { " --project" } else { "" };
        format!("`exai setup {}{project}{way} --write --force`", self.name())
    }

    async fn program(&self, command: &str, at: &Surroundings<'_>, patience: Duration) -> Check {
        let (name, file) = (self.name(), short(&self.file, at.home));
        let path = Path::new(command);
        let found = if path.is_absolute() { Some(path.to_owned()) } else { at.program(command) };
        let Some(found) = found.filter(|path| is_program(path)) else {
            // A client may have another search path than this terminal.
            if !path.is_absolute() {
                let what = format!("{file} starts {command}, which is not in the search path");
                return Check::warn(&name, what, format!("put it into the search path of {}", self.client.title()));
            }
            return Check::fail(&name, format!("{file} starts {command}, which is not there"), self.fix(""));
        };
        let is_same = |other: &Path| Some(other.canonicalize().ok()) == Some(found.canonicalize().ok());
        if program(at).is_ok_and(|own| is_same(&own)) {
            return self.secrets(at, &file);
        }
        // What a project's file names is run for nobody who only asks how things are.
        let version = if self.is_shared { None } else { version(&found, patience).await };
        let which = version.map_or_else(String::new, |version| format!(" ({version})"));
        Check::warn(&name, format!("{file} starts another program than this: {}{which}", found.display()), self.fix(""))
    }

    /// An entry that starts this program: whether that gets the keys that this terminal has.
    fn secrets(&self, at: &Surroundings<'_>, file: &str) -> Check {
        let is_missing =
            |name: &&str| Key::of_variable(name).is_some_and(|key| key.secret) && !gives(&self.entry, name);
        let missing: Vec<_> = at.environment.settings().filter(is_missing).collect();
        if self.client.hands_on_variables() || missing.is_empty() {
            return Check::ok(&self.name(), format!("{file} starts this program"));
        }
        let what = format!(
            "{file} starts this program without {}, which {} does not hand on",
            missing.join(", "),
            self.client.title()
        );
        let fix = if self.is_shared {
            "put what they say into the .env file that `exai config path` names".to_owned()
        } else {
            self.fix("")
        };
        Check::warn(&self.name(), what, fix)
    }

    /// An entry that comes over HTTP.
    fn address(&self, config: Option<&Config>, at: &Surroundings<'_>) -> Check {
        let (name, file) = (self.name(), short(&self.file, at.home));
        let Some(url) = ["url", "httpUrl"].iter().find_map(|field| self.entry[*field].as_str()) else {
            let what = format!("{file} has an entry {} with neither a program nor an address", self.title);
            return Check::fail(&name, what, self.fix(""));
        };
        let given = self.entry["headers"]["Authorization"].as_str().and_then(|header| header.strip_prefix("Bearer "));
        // One that stands there itself, and is not looked up elsewhere.
        let literal = given.filter(|token| !token.starts_with('$'));
        let token = config.and_then(token);
        if literal.zip(token).is_some_and(|(given, token)| given != token.expose()) {
            return Check::fail(&name, format!("{file} has another token than the daemon"), self.fix(" --http"));
        }
        Check::ok(&name, format!("{file} comes over HTTP: {url}"))
    }
}

fn token(config: &Config) -> Option<Secret> {
    config.daemon.token.clone().or_else(|| read_token(&config.state_dir).ok().flatten().map(Secret::new))
}

/// What the program says of itself.
async fn version(program: &Path, patience: Duration) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(std::process::Stdio::null()).kill_on_drop(true);
    let said = tokio::time::timeout(patience, command.output()).await.ok()?.ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    text.lines().next().map(|line| line.chars().take(60).collect())
}
