//! Searches of the web inside a chat: GLM does them by itself and tells its sources; Kimi asks for each, and wants its own
//! arguments back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Answer;
use crate::protocol::{Extra, Nanodollars};
use crate::providers::{ChatMessage, ChatRequest, Provider, Role, ToolCall, WEB_SEARCH};

/// Searches for one answer at the most; a model that goes on asking does not come to an answer.
pub(super) const ROUNDS: usize = 5;
/// Sources that are kept.
const MOST: usize = 50;
/// What is kept of a text of a source.
const LONGEST: usize = 2_000;

/// Where an answer has something from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its title.
    pub title: String,
    /// Its address; only of the web.
    pub link: String,
    /// The site.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media: String,
    /// What it says, shortened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// How the answer refers to it, such as `ref_1`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refer: String,
    /// When it was published, as the provider says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub publish_date: String,
}

impl Source {
    /// Reads one hit of a search; what a site says is data, so that its line ends and control characters go.
    pub fn read(hit: &Value) -> Self {
        let text = |name: &str| {
            let text = hit[name].as_str().unwrap_or_default();
            let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
            plain.trim().chars().take(LONGEST).collect::<String>()
        };
        let link = text("link");
        let is_of_the_web = link.starts_with("https://") || link.starts_with("http://");
        Self {
            title: text("title"),
            link: if is_of_the_web && !link.contains(char::is_whitespace) { link } else { String::new() },
            media: text("media"),
            content: text("content"),
            refer: text("refer"),
            publish_date: text("publish_date"),
        }
    }

    /// It as one line of a list in Markdown.
    pub fn line(&self) -> String {
        let title: String =
            self.title.chars().filter(|letter| !matches!(letter, '[' | ']' | '`' | '<' | '>')).collect();
        let title = if title.is_empty() { "source".to_owned() } else { title };
        let date = if self.publish_date.is_empty() { String::new() } else { format!(", {}", self.publish_date) };
        if self.link.is_empty() {
            format!("{title}{date}")
        } else {
            format!("{title}{date}: <{}>", self.link.replace('>', "%3E"))
        }
    }
}

/// The sources as a list in Markdown; nothing when there are none.
pub fn list(sources: &[Source]) -> String {
    if sources.is_empty() {
        return String::new();
    }
    let lines: String =
        sources.iter().enumerate().map(|(at, source)| format!("{}. {}\n", at + 1, source.line())).collect();
    format!("\n\nSources:\n\n{lines}")
}

/// The hits that came with an answer.
pub(super) fn sources(extra: &Extra) -> Vec<Source> {
    let hits = extra.get("web_search").and_then(Value::as_array).into_iter().flatten();
    hits.take(MOST).map(Source::read).collect()
}

/// What the searches of one request cost beside its tokens; `None` when that is not known.
pub(super) fn fee(body: &Map<String, Value>, extra: &Extra, provider: &dyn Provider) -> Option<Nanodollars> {
    let echoes = |message: &Value| message["role"] == "tool" && message["name"] == WEB_SEARCH;
    let messages = body.get("messages").and_then(Value::as_array);
    // Kimi searches when it gets its arguments back.
    let has_searched = extra.contains_key("web_search") || messages.is_some_and(|messages| messages.iter().any(echoes));
    if has_searched { provider.search_fee() } else { Some(0) }
}

/// The request that lets the model go on when it asked for nothing but searches of the provider's own.
pub(super) fn go_on(request: &ChatRequest, answer: &Answer) -> Option<ChatRequest> {
    let is_search = |call: &ToolCall| call.name == WEB_SEARCH;
    if !request.web_search || answer.tool_calls.is_empty() || !answer.tool_calls.iter().all(is_search) {
        return None;
    }
    let mut next = request.clone();
    next.messages.push(asking(answer));
    // The arguments go back unchanged: the provider knows by them what it searched.
    let echo = |call: &ToolCall| ChatMessage {
        tool_call_id: Some(call.id.clone()),
        name: Some(call.name.clone()),
        ..ChatMessage::new(Role::Tool, call.arguments.clone())
    };
    next.messages.extend(answer.tool_calls.iter().map(echo));
    Some(next)
}

/// The assistant's message that asks for functions.
pub fn asking(answer: &Answer) -> ChatMessage {
    ChatMessage {
        tool_calls: answer.tool_calls.clone(),
        reasoning: Some(answer.reasoning.clone()).filter(|reasoning| !reasoning.is_empty()),
        ..ChatMessage::new(Role::Assistant, answer.text.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_site_says_of_itself_stays_in_its_line_and_leads_to_the_web_only() {
        let source = Source::read(&json!({
            "title": "A [title]\n# forged\u{1b}[31m", "link": "https://example.org/a>b", "content": "x".repeat(9_999),
        }));
        assert_eq!(source.line(), "A title # forged 31m: <https://example.org/a%3Eb>");
        assert_eq!(source.content.len(), LONGEST);
        for link in ["javascript:alert(1)", "file:///etc/passwd", "https://a b", ""] {
            assert_eq!(Source::read(&json!({"title": "t", "link": link})).link, "", "{link}");
        }
        assert_eq!(list(&[]), "");
        assert_eq!(Source::read(&json!("nonsense")).line(), "source");
    }
}
