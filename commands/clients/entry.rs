//! What stands in a client's file about exai: how it is started or reached, and how long a tool may take.

use std::time::Duration;

use exai_core::config::Secret;
use serde_json::{Map, Value, json};

use super::client::Client;

/// The name of the entry.
pub(crate) const NAME: &str = "exai";
/// The name of the variable that holds the token.
pub(super) const VARIABLE: &str = "EXAI_WS_TOKEN";
/// The name of the question that asks for the token.
const INPUT: &str = "exai-token";
/// Where an entry of Codex lists the variables that are handed on.
const NAMES: &str = "env_vars";
/// Where the entries of others say what variables there are.
const VALUES: &str = "env";
/// How long clients that can be told wait for a tool: exai has answered before, if only with where to fetch the rest.
const PATIENCE: Duration = Duration::from_mins(5);

/// What Gemini CLI waits by itself; exai answers it before that.
const GEMINI: Duration = Duration::from_mins(10);

/// How a client comes to exai.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// It starts a program and speaks to it through its standard streams.
    Stdio {
        /// The program.
        command: String,
        /// With what.
        arguments: Vec<String>,
        /// The names of the variables that the client must be told to hand on.
        variables: Vec<String>,
    },
    /// It speaks to the daemon.
    Http {
        /// Where.
        url: String,
        /// The token itself, for clients that can not be told where to find it; not shown when there is none.
        token: Option<Secret>,
    },
}

/// How the token comes to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// From its environment.
    Variable,
    /// It asks its user.
    Question,
    /// It must stand in the file.
    Literal,
}

/// What is written into a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// The entry.
    pub(super) server: Map<String, Value>,
    /// What the client asks its user for.
    pub(super) question: Option<Value>,
}

impl Client {
    /// How it comes by the token. Zed does not say that it puts variables into headers.
    pub(super) fn delivery(self) -> Delivery {
        match self {
            Self::ClaudeCode | Self::Codex | Self::Gemini | Self::Cursor | Self::Augment => Delivery::Variable,
            Self::VsCode => Delivery::Question,
            Self::Zed => Delivery::Literal,
        }
    }

    /// Whether a program that it starts has the variables that it has itself. Codex and Augment hand on a few that every program
    /// needs, Gemini CLI none whose name tells of a secret; what else a program needs, its entry names.
    pub(crate) fn hands_on_variables(self) -> bool {
        !matches!(self, Self::Codex | Self::Gemini | Self::Augment)
    }

    /// The entry for `way`.
    pub(super) fn entry(self, way: &Way) -> Entry {
        let mut server = Map::new();
        let mut set = |name: &str, value: Value| drop(server.insert(name.to_owned(), value));
        match way {
            Way::Stdio { command, arguments, variables } => {
                if matches!(self, Self::ClaudeCode | Self::VsCode | Self::Augment) {
                    set("type", "stdio".into());
                }
                set("command", command.as_str().into());
                set("args", arguments.as_slice().into());
                match self {
                    _ if variables.is_empty() => {}
                    Self::Codex => set(NAMES, variables.as_slice().into()),
                    _ => {
                        // Augment starts nothing when a variable is missing, unless it is told what to take in its place.
                        let instead = if self == Self::Augment { ":-" } else { "" };
                        let handed =
                            variables.iter().map(|name| (name.clone(), format!("${{{name}{instead}}}").into()));
                        set(VALUES, Value::Object(handed.collect()));
                    }
                }
            }
            Way::Http { url, token } => {
                // Without it, Gemini CLI also tries the transport that came before.
                if matches!(self, Self::ClaudeCode | Self::VsCode | Self::Augment | Self::Gemini) {
                    set("type", "http".into());
                }
                set("url", url.as_str().into());
                match self {
                    Self::Codex => set("bearer_token_env_var", VARIABLE.into()),
                    _ => set("headers", json!({"Authorization": format!("Bearer {}", self.reference(token.as_ref()))})),
                }
            }
        }
        match self {
            Self::Gemini => set("timeout", (GEMINI.as_secs() * 1000).into()),
            Self::Codex => set("tool_timeout_sec", PATIENCE.as_secs().into()),
            Self::Zed => set("timeout", PATIENCE.as_secs().into()),
            // Claude Code waits as long as it hears of progress.
            Self::ClaudeCode | Self::VsCode | Self::Cursor | Self::Augment => {}
        }
        let asks = matches!(way, Way::Http { .. }) && self.delivery() == Delivery::Question;
        let question = asks.then(
            || json!({"type": "promptString", "id": INPUT, "description": "Token of the exai daemon", "password": true}),
        );
        Entry { server, question }
    }

    fn reference(self, token: Option<&Secret>) -> String {
        match self {
            Self::VsCode => format!("${{input:{INPUT}}}"),
            Self::Cursor => format!("${{env:{VARIABLE}}}"),
            Self::ClaudeCode | Self::Gemini | Self::Codex | Self::Augment => format!("${{{VARIABLE}}}"),
            Self::Zed => token.map_or("TOKEN", Secret::expose).to_owned(),
        }
    }
}

/// What says how a server is reached, in the files of all clients.
const TRANSPORT: [&str; 7] = ["type", "command", "args", "url", "httpUrl", "headers", "bearer_token_env_var"];

impl Entry {
    /// Whether `found` does what this entry says. What its user added besides, such as a list of tools, may be there.
    pub(super) fn is(&self, found: &Value) -> bool {
        let Value::Object(found) = found else { return false };
        let is_set = |(name, value): (&String, &Value)| match found.get(name) {
            // In another terminal there may be other variables.
            Some(found) if [NAMES, VALUES].contains(&name.as_str()) => holds(found, value),
            found => found == Some(value),
        };
        let is_other = |name: &&str| found.contains_key(*name) && !self.server.contains_key(*name) && *name != "type";
        self.server.iter().all(is_set) && !TRANSPORT.iter().any(is_other)
    }
}

/// Whether all of `value`, a list or an object, is also in `found`.
fn holds(found: &Value, value: &Value) -> bool {
    match (found, value) {
        (Value::Array(found), Value::Array(value)) => value.iter().all(|item| found.contains(item)),
        (Value::Object(found), Value::Object(value)) => {
            value.iter().all(|(name, value)| found.get(name) == Some(value))
        }
        _ => false,
    }
}

/// Whether the entry `found` gives the program that it starts the variable `name`.
pub(crate) fn gives(found: &Value, name: &str) -> bool {
    let is_named = |listed: &Value| listed == name || listed["name"] == name;
    found[VALUES].get(name).is_some() || found[NAMES].as_array().is_some_and(|names| names.iter().any(is_named))
}
