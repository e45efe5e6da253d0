//! An expert's JSON as Markdown for people: keys become headings, lists become bullets, names stand first.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Fields that say what the document is, not what it found.
const SILENT: [&str; 2] = ["status", "format"];
/// The field that names an item.
const NAMES: [&str; 4] = ["name", "title", "vulnerability", "issue"];

/// What lies deeper stays JSON: indented, a long text deep inside would grow a hundredfold.
const DEEPEST: usize = 8;

/// The document as Markdown.
pub(super) fn markdown(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (key, value) in document.iter().filter(|(key, value)| !SILENT.contains(&key.as_str()) && !is_empty(value)) {
        if key == "summary" && text.is_empty() {
            put(&mut text, format_args!("{}\n\n", plain(value)));
            continue;
        }
        put(&mut text, format_args!("## {}\n\n", words(key)));
        match value {
            Value::Array(items) => list_items(&mut text, items, 0),
            Value::Object(fields) => self::fields(&mut text, fields.iter(), 0),
            scalar => put(&mut text, format_args!("{}\n", plain(scalar))),
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn list_items(text: &mut String, items: &[Value], depth: usize) {
    for item in items {
        list_item(text, item, depth);
    }
}

fn list_item(text: &mut String, item: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    let Some(fields) = item.as_object().filter(|_| depth < DEEPEST) else {
        return put(text, format_args!("{indent}- {}\n", indented(&plain(item), depth + 1)));
    };
    let name = NAMES.iter().find_map(|name| fields.get_key_value(*name));
    let aside = ["severity", "confidence"].iter().find_map(|key| fields.get(*key)).map(plain);
    let shown_as_aside = |key: &str| ["severity", "confidence"].contains(&key) && aside.is_some();
    match (name, &aside) {
        (Some((_, value)), Some(aside)) => put(text, format_args!("{indent}- **{}** ({aside})\n", plain(value))),
        (Some((_, value)), None) => put(text, format_args!("{indent}- **{}**\n", plain(value))),
        (None, Some(aside)) => put(text, format_args!("{indent}- ({aside})\n")),
        (None, None) => put(text, format_args!("{indent}-\n")),
    }
    let rest = fields.iter().filter(|(key, _)| name.is_none_or(|(name, _)| name != *key) && !shown_as_aside(key));
    self::fields(text, rest, depth + 1);
}

fn fields<'a>(text: &mut String, fields: impl Iterator<Item = (&'a String, &'a Value)>, depth: usize) {
    let indent = "  ".repeat(depth);
    for (key, value) in fields.filter(|(_, value)| !is_empty(value)) {
        match value {
            Value::Array(items) if depth < DEEPEST => {
                put(text, format_args!("{indent}- {}:\n", words(key)));
                list_items(text, items, depth + 1);
            }
            Value::Object(inner) if depth < DEEPEST => {
                put(text, format_args!("{indent}- {}:\n", words(key)));
                self::fields(text, inner.iter(), depth + 1);
            }
            scalar => {
                put(text, format_args!("{indent}- {}: {}\n", words(key), indented(&plain(scalar), depth + 1)));
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// Further lines of a text inside a list stay inside it.
fn indented(text: &str, depth: usize) -> String {
    text.replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

/// `root_cause` reads "Root cause".
fn words(key: &str) -> String {
    let spaced = key.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Writing into a string can not fail.
fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_deep_inside_does_not_grow_with_its_depth() {
        let lines = "\n".repeat(1_000);
        let deep = (0..60).fold(Value::from(format!("a{lines}b")), |inner, _| serde_json::json!({"in": inner}));
        let document = serde_json::json!({"findings": deep});
        let text = markdown(document.as_object().unwrap());
        assert!(text.len() < 10 * lines.len(), "{}", text.len());
        assert!(text.contains('b'), "{text}");
    }

    #[test]
    fn a_debug_analysis_reads_like_a_report() {
        let document: Map<String, Value> = serde_json::from_str(
            r#"{"status": "analysis_complete", "summary": "The queue is emptied twice.",
                "hypotheses": [{"name": "Double drain", "confidence": "High", "root_cause": "drain() runs in both branches",
                                "minimal_fix": "drop the second\ncall", "file_references": ["src/queue.rs:12"]}],
                "key_findings": ["no lock is held"], "recommended_tools": []}"#,
        )
        .unwrap();
        insta::assert_snapshot!(markdown(&document), @r"
        The queue is emptied twice.

        ## Hypotheses

        - **Double drain** (High)
          - Root cause: drain() runs in both branches
          - Minimal fix: drop the second
            call
          - File references:
            - src/queue.rs:12

        ## Key findings

        - no lock is held
        ");
    }
}
