//! The files that a fake provider keeps, and the vectors that it makes: answers that depend on what came before.

use serde_json::{Value, json};

use crate::recorded::Recorded;
use crate::refusal::Refusal;
use crate::scenario::{Provider, Route};

/// A file as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The name that it was given.
    pub filename: String,
    /// What it is for.
    pub purpose: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Endings of the names that Kimi reads the text of; all others are refused.
const READ_BY_KIMI: &[&str] = &[
    "pdf", "txt", "csv", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "md", "html", "json", "epub", "log", "ini",
    "conf", "yaml", "yml", "png", "jpg", "jpeg", "gif", "webp", "go", "h", "c", "cpp", "cs", "java", "js", "css",
    "php", "py", "ts", "tsx",
];
/// Texts in one request for embeddings.
const EMBEDDED_AT_ONCE: usize = 64;

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    files: Vec<(Provider, String, Upload)>,
    given: usize,
}

impl Shelf {
    /// The answer of a route that no scenario scripts; `None` of routes that are not about files or vectors.
    pub(crate) fn answer(
        &mut self,
        provider: Provider,
        route: Route,
        request: &Recorded,
    ) -> Option<Result<String, Refusal>> {
        let id = || {
            let path = request.path.split('?').next().unwrap_or_default().trim_end_matches("/content");
            path.rsplit('/').next().unwrap_or_default().to_owned()
        };
        Some(match route {
            Route::Upload => self.put(provider, request),
            Route::Files => Ok(self.list(provider)),
            Route::Delete => self.delete(provider, &id()),
            Route::Content => self.content(provider, &id()),
            Route::Embeddings => embeddings(&request.body),
            Route::Chat | Route::Models | Route::Balance | Route::WebSearch => return None,
        })
    }

    /// Takes a file away, as its owner does behind the back of the client.
    pub(crate) fn lose(&mut self, id: &str) {
        self.files.retain(|(_, kept, _)| kept != id);
    }

    /// Puts a file there that no request brought.
    pub(crate) fn add(&mut self, provider: Provider, upload: Upload) -> String {
        self.given += 1;
        let id = format!("file-{}", self.given);
        self.files.push((provider, id.clone(), upload));
        id
    }

    fn put(&mut self, provider: Provider, request: &Recorded) -> Result<String, Refusal> {
        let bad = |message: &str| Err(Refusal::kimi("invalid_request_error", Some(message)));
        let Some(upload) = request.upload.clone() else { return bad("Invalid request: no file") };
        let ending = upload.filename.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        if provider == Provider::Kimi && upload.purpose != "file-extract" {
            return bad("Invalid purpose");
        }
        if provider == Provider::Kimi && !READ_BY_KIMI.contains(&ending.as_str()) {
            return bad("Invalid request: the file type is not supported");
        }
        if upload.content.is_empty() {
            return bad("Invalid request: the file is empty");
        }
        let id = self.add(provider, upload.clone());
        Ok(object(&id, &upload).to_string())
    }

    fn list(&self, provider: Provider) -> String {
        let own = self.files.iter().filter(|(owner, ..)| *owner == provider);
        let data: Vec<Value> = own.map(|(_, id, upload)| object(id, upload)).collect();
        json!({"object": "list", "data": data}).to_string()
    }

    fn find(&self, provider: Provider, id: &str) -> Result<&Upload, Refusal> {
        let found = self.files.iter().find(|(owner, kept, _)| *owner == provider && kept == id);
        let missing = || Refusal::kimi("resource_not_found_error", Some(&format!("file {id} not found")));
        found.map(|(.., upload)| upload).ok_or_else(missing)
    }

    fn delete(&mut self, provider: Provider, id: &str) -> Result<String, Refusal> {
        self.find(provider, id)?;
        self.lose(id);
        Ok(json!({"id": id, "object": "file", "deleted": true}).to_string())
    }

    fn content(&self, provider: Provider, id: &str) -> Result<String, Refusal> {
        Ok(String::from_utf8_lossy(&self.find(provider, id)?.content).into_owned())
    }
}

fn object(id: &str, upload: &Upload) -> Value {
    json!({
        "id": id, "object": "file", "bytes": upload.content.len(), "created_at": 1_790_000_000,
        "filename": upload.filename, "purpose": upload.purpose, "status": "ready", "status_details": "",
    })
}

/// Vectors of as many dimensions as were asked for; each tells which text it is of.
fn embeddings(body: &Value) -> Result<String, Refusal> {
    let texts: Vec<&Value> = match &body["input"] {
        Value::Array(texts) => texts.iter().collect(),
        text => vec![text],
    };
    if texts.len() > EMBEDDED_AT_ONCE {
        return Err(Refusal::glm("1210", Some("input: at most 64 texts are supported")));
    }
    let dimensions = usize::try_from(body["dimensions"].as_u64().unwrap_or(4)).unwrap_or(4);
    let vector = |text: &Value| vec![text.as_str().map_or(0, str::len); dimensions];
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"index": index, "object": "embedding", "embedding": vector(text)}))
        .collect();
    let usage = json!({"prompt_tokens": texts.len(), "completion_tokens": 0, "total_tokens": texts.len()});
    Ok(json!({"model": body["model"], "object": "list", "data": data, "usage": usage}).to_string())
}

/// The file in the parts of a body, if it is one of a form.
pub(crate) fn read_form(content_type: &str, body: &[u8]) -> Option<Upload> {
    let boundary = content_type.split("boundary=").nth(1)?.trim_matches('"');
    let mark = format!("--{boundary}").into_bytes();
    let (mut filename, mut purpose, mut content) = (String::new(), String::new(), None);
    for part in split(body, &mark) {
        let Some(head) = part.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let names = String::from_utf8_lossy(&part[..head]).into_owned();
        let value = part[head + 4..].strip_suffix(b"\r\n").unwrap_or(&part[head + 4..]);
        if names.contains("name=\"purpose\"") {
            purpose = String::from_utf8_lossy(value).into_owned();
        } else if let Some(name) = names.split("filename=\"").nth(1) {
            name.split('"').next().unwrap_or_default().clone_into(&mut filename);
            content = Some(value.to_vec());
        }
    }
    Some(Upload { filename, purpose, content: content? })
}

fn split<'a>(body: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut rest) = (Vec::new(), body);
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        parts.push(&rest[..at]);
        rest = &rest[at + mark.len()..];
    }
    parts
}
