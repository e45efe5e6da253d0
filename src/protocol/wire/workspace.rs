//! The daemon's questions about a caller's files and repositories.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::WireError;
use crate::protocol::CallId;

/// `workspace`: a question about files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceAsk {
    /// Names the question.
    pub id: u64,
    /// The call that it is for.
    pub call_id: CallId,
    /// What is asked.
    #[serde(rename = "do")]
    pub question: Question,
    /// The paths it is about; none for `git`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// For `bytes`: where the piece begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// For `read`: a file that is larger is not wanted. For `bytes`: how much is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// For `git`: one of a fixed list of questions (`evidence::git::GitQuestion`), never an argument list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Value>,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// What each path names.
    Stat,
    /// Which files each path stands for.
    List,
    /// The files themselves.
    Read,
    /// What changed in a repository.
    Git,
    /// A piece of one file, whatever is in it.
    Bytes,
}

impl Question {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::List => "list",
            Self::Read => "read",
            Self::Git => "git",
            Self::Bytes => "bytes",
        }
    }
}

/// `workspace_res`: the answer. `results` has one entry a path, in order; of a `read` it may have fewer, and the rest is
/// asked for again. Of `git` it has one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkspaceAnswer<'a> {
    /// The operation.
    #[serde(borrow)]
    pub op: Cow<'a, str>,
    /// The question.
    pub id: u64,
    /// Whether the workspace could be asked.
    pub ok: bool,
    /// One entry a path.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub results: Option<&'a RawValue>,
    /// Why it could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<WireError>,
}
