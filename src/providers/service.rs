//! What a provider does beside answering chats: files, searches of the web, embeddings.

use serde_json::{Map, Value};

use super::Cause;
use super::ProviderError;

/// One request for a service.
#[derive(Debug, Clone, PartialEq)]
pub enum Service {
    /// Keeps a file at the provider.
    Upload {
        /// The name that it gets there; its ending decides how it is read.
        filename: String,
        /// What it is for.
        purpose: String,
        /// The file.
        content: Vec<u8>,
    },
    /// Names the files that are kept.
    ListFiles,
    /// Takes a file away.
    DeleteFile {
        /// The file.
        id: String,
    },
    /// Gives the text of a file.
    FileContent {
        /// The file.
        id: String,
    },
    /// Searches the web.
    WebSearch {
        /// The request's fields.
        fields: Map<String, Value>,
    },
    /// Turns texts into vectors.
    Embeddings {
        /// The request's fields.
        fields: Map<String, Value>,
    },
}

/// How a request for a service is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

impl Service {
    /// Its name where otherwise a model stands: in the journal, in metrics, in the books.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Upload { .. } | Self::ListFiles | Self::DeleteFile { .. } | Self::FileContent { .. } => "files",
            Self::WebSearch { .. } => "web_search",
            Self::Embeddings { .. } => "embeddings",
        }
    }

    /// What it does, for messages.
    pub fn doing(&self) -> String {
        match self {
            Self::Upload { filename, .. } => format!("upload {filename}"),
            Self::ListFiles => "list the files".to_owned(),
            Self::DeleteFile { id } => format!("delete file {id}"),
            Self::FileContent { id } => format!("give the content of file {id}"),
            Self::WebSearch { .. } => "search the web".to_owned(),
            Self::Embeddings { .. } => "make embeddings".to_owned(),
        }
    }

    /// Whether sending it twice is the same as sending it once. A file that was uploaded twice is there twice.
    pub fn is_repeatable(&self) -> bool {
        !matches!(self, Self::Upload { .. })
    }

    /// Whether its answer is JSON.
    pub fn answers_json(&self) -> bool {
        !matches!(self, Self::FileContent { .. })
    }

    /// Bytes of what is sent.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Upload { content, .. } => content.len(),
            Self::WebSearch { fields } | Self::Embeddings { fields } => Value::Object(fields.clone()).to_string().len(),
            Self::ListFiles | Self::DeleteFile { .. } | Self::FileContent { .. } => 0,
        }
    }

    /// Method and path below the provider's URL. An id that would lead elsewhere is refused.
    pub(crate) fn route(&self) -> Result<(Method, String), ProviderError> {
        Ok(match self {
            Self::Upload { .. } => (Method::Post, "files".to_owned()),
            Self::ListFiles => (Method::Get, "files".to_owned()),
            Self::DeleteFile { id } => (Method::Delete, format!("files/{}", checked(id)?)),
            Self::FileContent { id } => (Method::Get, format!("files/{}/content", checked(id)?)),
            Self::WebSearch { .. } => (Method::Post, "web_search".to_owned()),
            Self::Embeddings { .. } => (Method::Post, "embeddings".to_owned()),
        })
    }
}

/// The longest id of a file.
const LONGEST_ID: usize = 200;

fn checked(id: &str) -> Result<&str, ProviderError> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let has_name = id.chars().any(|letter| letter.is_ascii_alphanumeric());
    if has_name && id.len() <= LONGEST_ID && id.chars().all(is_part) {
        return Ok(id);
    }
    let cause = Cause::BadRequest { parameter: Some("file_id".into()) };
    Err(ProviderError::new(cause, format!("{id:?} can not be the id of a file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_its_file_and_nowhere_else() {
        let path = |id: &str| Service::DeleteFile { id: id.to_owned() }.route().map(|(_, path)| path);
        assert_eq!(path("cq1-a_2.b").unwrap(), "files/cq1-a_2.b");
        for id in ["", "..", "../users/me", "a/b", "a?b", "a#b", "a%2fb", "a b", &"a".repeat(LONGEST_ID + 1)] {
            assert!(path(id).is_err(), "{id}");
        }
    }
}
