//! What a test sees of a request that arrived.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::scenario::{Provider, Route};
use crate::shelf::{self, Upload};
use crate::{routes, wire};

/// A request, in the order of arrival.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The HTTP method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// Whose path it is; `None` for a path that does not exist.
    pub provider: Option<Provider>,
    /// What it is for; `None` for a path or method that does not exist.
    pub route: Option<Route>,
    /// Headers by lower-case name. `authorization` only says `present` or `absent`.
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; null when it is none.
    pub body: Value,
    /// The body as it came.
    pub body_text: String,
    /// The file of a form.
    pub upload: Option<Upload>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it came and when it ended; each arrival and each end is one tick.
    pub(crate) ticks: (usize, Option<usize>),
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its reply is not complete yet.
    Pending,
    /// Its reply was played to its end, a broken one too.
    Answered,
    /// The client closed the connection before the reply was complete.
    ClientClosed,
}

impl Recorded {
    /// The messages that were sent.
    pub fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The model that was asked; empty when none was named.
    pub fn model(&self) -> &str {
        self.body["model"].as_str().unwrap_or_default()
    }

    /// The text of the user's messages, one a line.
    pub fn user_text(&self) -> String {
        self.text_of(|role| role == "user")
    }

    /// The text of the system messages, one a line.
    pub fn system_text(&self) -> String {
        self.text_of(|role| role == "system")
    }

    /// The text of all messages, one a line.
    pub(crate) fn text(&self) -> String {
        if self.messages().is_empty() { self.body_text.clone() } else { self.text_of(|_| true) }
    }

    fn text_of(&self, wanted: impl Fn(&str) -> bool) -> String {
        let of_role = |message: &&Value| wanted(message["role"].as_str().unwrap_or_default());
        let texts: Vec<String> = self.messages().iter().filter(of_role).map(text_of_message).collect();
        texts.join("\n")
    }
}

impl From<wire::Request> for Recorded {
    fn from(request: wire::Request) -> Self {
        let (provider, route) = routes::route(&request.method, &request.path);
        let mut headers = request.headers;
        let key = if headers.contains_key("authorization") { "present" } else { "absent" };
        headers.insert("authorization".to_owned(), key.to_owned());
        let content_type = headers.get("content-type").map(String::as_str).unwrap_or_default();
        let upload = shelf::read_form(content_type, &request.body);
        Self {
            upload,
            method: request.method,
            path: request.path,
            provider,
            route,
            headers,
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
            body_text: String::from_utf8_lossy(&request.body).into_owned(),
            outcome: Outcome::Pending,
            ticks: (0, None),
        }
    }
}

#[cfg(test)]
impl Recorded {
    /// A chat request of `provider` with this body.
    pub(crate) fn chat(provider: Provider, body: &Value) -> Self {
        let base = match provider {
            Provider::Glm => routes::GLM,
            Provider::Kimi => routes::KIMI,
            Provider::Custom => routes::CUSTOM,
        };
        Self::from(wire::Request {
            method: "POST".to_owned(),
            path: format!("{base}/chat/completions"),
            headers: BTreeMap::new(),
            body: body.to_string().into_bytes(),
        })
    }
}

/// The text of a message, whose content is a string or a list of parts.
pub(crate) fn text_of_message(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}
