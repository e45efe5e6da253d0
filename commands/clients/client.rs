//! The clients that are known: what each is called, which files it reads, by what it is found on this machine.
//!
//! Sources, as of November 2026: code.claude.com/docs/en/mcp; openai/codex `docs/config.md` and `codex-rs/config/src/mcp_types.rs`;
//! google-gemini/gemini-cli `docs/tools/mcp-server.md`; microsoft/vscode-docs `docs/copilot/reference/mcp-configuration.md`;
//! cursor.com/docs/mcp; docs.augmentcode.com/cli/integrations and …/cli/config; zed-industries/zed `docs/src/ai/mcp.md` and its type
//! `ContextServerSettingsContent`. Tried with the programs themselves: Claude Code 2.1.330, Codex 0.169.0, Gemini CLI 0.61.0 and
//! Auggie 0.36.0, whose own `mcp add` writes the same.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use exai_core::config::Environment;
use serde::Serialize;

/// A program that agents run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Client {
    /// Claude Code.
    #[value(alias = "claude")]
    ClaudeCode,
    /// Codex, of the command line and the editors.
    Codex,
    /// Gemini CLI.
    #[value(alias = "gemini-cli")]
    Gemini,
    /// Visual Studio Code.
    #[value(name = "vscode", aliases = ["vs-code", "code"])]
    #[serde(rename = "vscode")]
    VsCode,
    /// Cursor.
    Cursor,
    /// Augment: Auggie.
    #[value(alias = "auggie")]
    Augment,
    /// Zed.
    Zed,
}

/// How a client writes its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, with comments where the client takes them.
    Json,
    /// TOML.
    Toml,
}

/// Where the files of this user and of this project are.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings<'a> {
    /// What says where they are.
    pub(crate) environment: &'a Environment,
    /// The home directory.
    pub(crate) home: &'a Path,
}

impl Surroundings<'_> {
    fn directory(&self, variable: &str) -> Option<PathBuf> {
        self.environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    fn config(&self) -> PathBuf {
        self.directory("XDG_CONFIG_HOME").unwrap_or_else(|| self.home.join(".config"))
    }

    /// The file that is run when `name` is typed.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let directories = std::env::split_paths(self.environment.get("PATH")?);
        directories.filter(|dir| dir.is_absolute()).map(|dir| dir.join(name)).find(|path| is_program(path))
    }
}

/// Whether the file can be run.
pub(crate) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

impl Client {
    /// What it is called.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::Codex => "Codex",
            Self::Gemini => "Gemini CLI",
            Self::VsCode => "VS Code",
            Self::Cursor => "Cursor",
            Self::Augment => "Augment",
            Self::Zed => "Zed",
        }
    }

    /// What it is called on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// How its files are written.
    pub(crate) fn format(self) -> Format {
        if self == Self::Codex { Format::Toml } else { Format::Json }
    }

    /// The part of the file that lists servers by name.
    pub(crate) fn servers(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::Gemini | Self::Cursor | Self::Augment => "mcpServers",
            Self::Codex => "mcp_servers",
            Self::VsCode => "servers",
            Self::Zed => "context_servers",
        }
    }

    /// The file of the user.
    pub(crate) fn user_file(self, at: &Surroundings<'_>) -> PathBuf {
        match self {
            Self::ClaudeCode => {
                at.directory("CLAUDE_CONFIG_DIR").unwrap_or_else(|| at.home.to_owned()).join(".claude.json")
            }
            Self::Codex => at.directory("CODEX_HOME").unwrap_or_else(|| at.home.join(".codex")).join("config.toml"),
            Self::Gemini => at.home.join(".gemini/settings.json"),
            Self::VsCode if cfg!(target_os = "macos") => at.home.join("Library/Application Support/Code/User/mcp.json"),
            Self::VsCode => at.config().join("Code/User/mcp.json"),
            Self::Cursor => at.home.join(".cursor/mcp.json"),
            Self::Augment => at.home.join(".augment/settings.json"),
            Self::Zed => at.config().join("zed/settings.json"),
        }
    }

    /// The file of the project at `root`, which its people share.
    pub(crate) fn project_file(self, root: &Path) -> PathBuf {
        root.join(match self {
            Self::ClaudeCode => ".mcp.json",
            Self::Codex => ".codex/config.toml",
            Self::Gemini => ".gemini/settings.json",
            Self::VsCode => ".vscode/mcp.json",
            Self::Cursor => ".cursor/mcp.json",
            Self::Augment => ".augment/settings.json",
            Self::Zed => ".zed/settings.json",
        })
    }

    /// Whether it seems to be on this machine: by its program, or by the directory of its file.
    pub(crate) fn is_found(self, at: &Surroundings<'_>) -> bool {
        let program = match self {
            Self::ClaudeCode => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::VsCode => "code",
            Self::Cursor => "cursor",
            Self::Augment => "auggie",
            Self::Zed => "zed",
        };
        let file = self.user_file(at);
        // The directory of this one is the home directory.
        let directory = if self == Self::ClaudeCode { at.home.join(".claude") } else { parent(&file) };
        at.program(program).is_some() || directory.is_dir() || file.exists()
    }
}

fn parent(file: &Path) -> PathBuf {
    file.parent().unwrap_or(file).to_owned()
}
