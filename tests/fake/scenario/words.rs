//! The words in which a reply is told.

use serde::Deserialize;

/// Whose dialect a request speaks; its path decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Zhipu, `/api/paas/v4`.
    Glm,
    /// Moonshot, `/v1`.
    Kimi,
    /// Any server of the common dialect, `/custom/v1`, without a key.
    Custom,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// `POST /chat/completions`.
    #[default]
    Chat,
    /// `GET /models`.
    Models,
    /// `GET /users/me/balance`, of Kimi.
    Balance,
    /// `POST /files`.
    Upload,
    /// `GET /files`.
    Files,
    /// `DELETE /files/ID`.
    Delete,
    /// `GET /files/ID/content`, of Kimi.
    Content,
    /// `POST /web_search`, of GLM.
    WebSearch,
    /// `POST /embeddings`.
    Embeddings,
}

/// How often a reply is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Times {
    /// So many times.
    Count(usize),
    /// Without end.
    Word(Forever),
}

/// The word for "without end".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forever {
    /// Without end.
    Forever,
}

/// The figures of an answer; what is not given is counted from the words.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Usage {
    /// Where they stand; where the provider puts them when not given.
    pub placement: Option<Placement>,
    /// Tokens of the prompt.
    pub input: Option<u64>,
    /// Tokens of the answer, thinking included.
    pub output: Option<u64>,
    /// Tokens of the prompt that were cached; 0 when not given.
    pub cached: Option<u64>,
    /// Tokens of thinking.
    pub reasoning: Option<u64>,
}

/// Where the figures stand in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// On the top level of the last chunk, beside the finish word.
    Glm,
    /// Inside the choice that has the finish word.
    KimiChoice,
    /// In a chunk of their own without choices.
    KimiExtra,
    /// Nowhere.
    None,
}

/// One frame of a stream.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Frame {
    /// A payload, sent as `data: …`.
    Data(String),
    /// Text that is sent as it is.
    Raw {
        /// The text.
        raw: String,
    },
    /// Bytes that are sent as they are, such as `"ff fe"`.
    Hex {
        /// Pairs of hexadecimal digits; white space is skipped.
        hex: String,
    },
}

/// A peculiarity of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// Lines end with CR LF.
    Crlf,
    /// A comment stands before each frame.
    Comments,
    /// The stream begins with a byte-order mark.
    Bom,
    /// No space after `data:`.
    NoSpace,
    /// Each frame has `event:` and `id:` lines too.
    EventLines,
    /// The first payload is cut in its id, and the second frame follows in the same line.
    Glued,
    /// All frames leave in one write.
    OneWrite,
    /// `[DONE]` is missing.
    NoDone,
    /// The blank line after `[DONE]` is missing.
    NoBlankAfterDone,
    /// A frame follows after `[DONE]`.
    JunkAfterDone,
}

/// A place in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Point {
    /// Before anything was sent.
    #[default]
    BeforeHeaders,
    /// After the headers.
    AfterHeaders,
    /// After so many frames, a role-only frame included; after the last one if there are fewer.
    AfterFrames(usize),
}

impl TryFrom<String> for Point {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.strip_prefix("after_frames:").map(str::parse)) {
            ("before_headers", _) => Ok(Self::BeforeHeaders),
            ("after_headers", _) => Ok(Self::AfterHeaders),
            (_, Some(Ok(frames))) => Ok(Self::AfterFrames(frames)),
            _ => Err(format!("{text:?} is not before_headers, after_headers or after_frames:<number>")),
        }
    }
}

/// How a reply ends. All but `done` leave out the finish frame, the figures and `[DONE]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// As it should.
    #[default]
    Done,
    /// The body ends in the middle of the answer, properly terminated.
    Eof,
    /// The connection is reset.
    Reset,
    /// The connection is closed inside a chunk, or inside the body.
    FinMidChunk,
}
