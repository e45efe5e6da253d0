//! The caller's files as questions and answers: plain data, batched, so that they can also go over a socket.
//!
//! An answer has one entry for each path asked, in the same order. What concerns one path is in its entry;
//! an `Err` of the whole means that the workspace itself could not be asked.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::git::{Changes, GitQuestion};
use crate::error::{Error, Result};
use crate::protocol::Skipped;

/// The files of one caller, under the caller's own rules for paths.
#[async_trait]
pub trait Workspace: Send + Sync + Debug {
    /// The directory that paths are shown relative to.
    fn root(&self) -> &str;

    /// Says what each path names.
    async fn stat(&self, paths: &[String]) -> Result<Vec<Stat>>;

    /// Says which files each path stands for: a file for itself, a directory for what is found below it.
    async fn list(&self, paths: &[String]) -> Result<Vec<Listing>>;

    /// Reads at most `most` bytes of one file, whatever is in it, from `offset` on.
    async fn bytes(&self, path: &str, _offset: u64, _most: u64) -> Result<Piece> {
        let error = Error::invalid(format!("path {path:?} can be read as text only by this caller"));
        Ok(Piece::Refused { error: error.hint("bring the caller up to date") })
    }

    /// Reads files whole, by [`Found::location`] or any path; one larger than `max_bytes_each` is skipped, not cut.
    async fn read(&self, paths: &[String], max_bytes_each: u64) -> Result<Vec<ReadResult>>;

    /// Says what changed in a repository, as far as the caller may read it.
    async fn git(&self, question: &GitQuestion) -> Result<Changes>;
}

/// A regular file under the allowed roots, symlinks resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// As shown to people and models: relative to the root when inside it, else absolute.
    pub path: String,
    /// As given to [`Workspace::read`]: absolute, so that it does not depend on what relative paths are resolved against.
    pub location: String,
    /// Its size when it was looked at.
    pub bytes: u64,
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stat {
    /// A regular file.
    File(Found),
    /// A directory, as shown and absolute.
    Directory {
        /// As shown.
        path: String,
        /// Absolute.
        location: String,
    },
    /// Nothing.
    Missing,
    /// Something that may not or can not be used.
    Refused {
        /// Why, naming the path.
        error: Error,
    },
}

/// The files a path stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Listing {
    /// The path names a file.
    File(Found),
    /// The path names a directory.
    Directory {
        /// The directory, as shown.
        path: String,
        /// What a reader would want to see of it, sorted by path.
        files: Vec<Found>,
        /// What would have been among them but can not be read, and why.
        skipped: Vec<Skipped>,
    },
    /// Nothing there.
    Missing,
    /// Something that may not or can not be used.
    Refused {
        /// Why, naming the path.
        error: Error,
    },
}

/// A piece of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Piece {
    /// Bytes; none behind the end of the file.
    Bytes {
        /// The bytes; Base64 in JSON.
        #[serde(with = "base64_text")]
        data: Vec<u8>,
        /// The size of the whole file when it was looked at.
        size: u64,
    },
    /// Nothing there.
    Missing,
    /// A path that may not or can not be read.
    Refused {
        /// Why, naming the path.
        error: Error,
    },
}

/// Bytes as Base64.
mod base64_text {
    use std::borrow::Cow;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

/// What reading one file gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ReadResult {
    /// The whole file; what is not UTF-8 is replaced, line ends are as they were.
    Text {
        /// The content.
        text: String,
        /// Bytes on disk.
        bytes: u64,
    },
    /// A file that is no text, or larger than allowed.
    Skipped {
        /// Why.
        reason: String,
    },
    /// Nothing there.
    Missing,
    /// A path that may not or can not be read.
    Refused {
        /// Why, naming the path.
        error: Error,
    },
}
