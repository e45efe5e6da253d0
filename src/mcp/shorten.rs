//! Answers of a size that agents are shown whole. What is left out is said where it was.

use serde_json::{Value, json};

/// Bytes of one answer. Agents put what is longer into a file, or refuse it.
pub(super) const MOST: usize = 40_000;
/// A text is not cut below this: so much of each says what it is about.
const LEAST: usize = 600;
/// Lists are not cut below so many entries.
const FEW: usize = 3;
/// Lists that are cut at the most; each is the longest that there is.
const CUTS: usize = 64;
/// How near the longest length of texts is looked for at which all fits.
const NEAR: usize = 32;

/// The document as JSON text of at most `most` bytes, and whether something was left out. The longest texts are cut first,
/// all to one length, then the ends of lists; what stands first, as a verdict does, stays.
pub(super) fn document(mut document: Value, most: usize) -> (String, bool) {
    let whole = document.to_string();
    if whole.len() <= most {
        return (whole, false);
    }
    for _ in 0..CUTS {
        if size(&document, LEAST) <= most || !cut_longest_list(&mut document) {
            break;
        }
    }
    let (mut fits, mut over) = (LEAST, whole.len());
    while over - fits > NEAR {
        let between = fits.midpoint(over);
        if size(&document, between) <= most { fits = between } else { over = between }
    }
    cut_texts(&mut document, fits);
    let text = document.to_string();
    if text.len() <= most {
        return (text, true);
    }
    // Names, or lists within lists: at least it can be read. As JSON in JSON it is twice as long at the most.
    let beginning = shortened(&text, most / 2 - NEAR);
    (json!({"shortened": beginning}).to_string(), true)
}

/// Cuts a text to at most `most` bytes, and says how much is missing.
pub(super) fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        *text = shortened(text, most);
    }
}

fn shortened(text: &str, most: usize) -> String {
    // Room for the words at the end.
    let (kept, missing) = text.split_at(text.floor_char_boundary(most.saturating_sub(60)));
    format!("{kept}… [{} more characters]", missing.chars().count())
}

/// The bytes of the document as JSON when its texts are cut to `longest` bytes.
fn size(document: &Value, longest: usize) -> usize {
    let quoted = |text: &str| serde_json::to_string(text).map_or(0, |text| text.len());
    match document {
        Value::String(text) if text.len() > longest => quoted(&shortened(text, longest)),
        Value::String(text) => quoted(text),
        Value::Array(items) => 2 + items.iter().map(|item| size(item, longest) + 1).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields.iter().map(|(name, field)| quoted(name) + size(field, longest) + 2).sum::<usize>()
        }
        other => other.to_string().len(),
    }
}

fn cut_texts(document: &mut Value, longest: usize) {
    match document {
        Value::String(text) => cut(text, longest),
        Value::Array(items) => items.iter_mut().for_each(|item| cut_texts(item, longest)),
        Value::Object(fields) => fields.values_mut().for_each(|field| cut_texts(field, longest)),
        _ => {}
    }
}

fn cut_longest_list(document: &mut Value) -> bool {
    let Some(list) = longest(document, &|value| value.as_array().map(Vec::len)) else { return false };
    let Value::Array(items) = list else { return false };
    if items.len() <= FEW {
        return false;
    }
    let kept = (items.len() / 2).max(FEW);
    let missing = items.len() - kept;
    items.truncate(kept);
    items.push(Value::String(format!("… [{missing} more entries]")));
    true
}

/// The value in `document` of which `size` is the largest.
fn longest<'a>(document: &'a mut Value, size: &impl Fn(&Value) -> Option<usize>) -> Option<&'a mut Value> {
    fn measure(value: &Value, size: &impl Fn(&Value) -> Option<usize>) -> usize {
        let below = match value {
            Value::Array(items) => items.iter().map(|item| measure(item, size)).max(),
            Value::Object(fields) => fields.values().map(|field| measure(field, size)).max(),
            _ => None,
        };
        below.unwrap_or(0).max(size(value).unwrap_or(0))
    }
    let largest = measure(document, size);
    let mut value = document;
    loop {
        if size(value) == Some(largest) {
            return Some(value);
        }
        value = match value {
            Value::Array(items) => items.iter_mut().find(|item| measure(item, size) == largest)?,
            Value::Object(fields) => fields.values_mut().find(|field| measure(field, size) == largest)?,
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_not_touched() {
        let (text, is_short) = document(json!({"status": "ok", "text": "a".repeat(100)}), MOST);
        assert!(!is_short && text.len() < 200);
    }

    #[test]
    fn the_longest_text_is_cut_and_the_verdict_stays() {
        let long = "line\n".repeat(100_000);
        let whole = json!({"status": "analysis_complete", "findings": [{"title": "leak"}], "raw": long, "note": "n"});
        let (text, is_short) = document(whole, MOST);
        assert!(is_short && text.len() <= MOST && text.len() > MOST / 2, "{}", text.len());
        let short: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&short["status"], &short["findings"][0]["title"]), (&json!("analysis_complete"), &json!("leak")));
        assert!(short["raw"].as_str().unwrap().ends_with("more characters]"), "{short}");
        assert_eq!(short["note"], "n");
    }

    #[test]
    fn long_lists_keep_their_beginning() {
        let calls: Vec<_> = (0..5000).map(|n| json!({"call_id": format!("01a-{n}"), "tool": "debug"})).collect();
        let (text, is_short) = document(json!({"calls": calls}), MOST);
        let short: Value = serde_json::from_str(&text).unwrap();
        let calls = short["calls"].as_array().unwrap();
        assert!(is_short && text.len() <= MOST, "{}", text.len());
        assert_eq!(calls[0]["call_id"], "01a-0");
        assert!(calls.last().unwrap().as_str().unwrap().contains("more entries"), "{calls:?}");
    }

    #[test]
    fn many_texts_and_many_names_leave_a_document() {
        let finding =
            |n: usize| json!({"title": format!("leak {n}"), "why": "w".repeat(1_000), "fix": "f\n".repeat(700)});
        let findings: Vec<_> = (0..200).map(finding).collect();
        let (text, is_short) = document(json!({"status": "analysis_complete", "findings": findings}), MOST);
        let short: Value = serde_json::from_str(&text).unwrap();
        assert!(is_short && text.len() <= MOST && text.len() > MOST / 2, "{}", text.len());
        assert_eq!((&short["status"], &short["findings"][0]["title"]), (&json!("analysis_complete"), &json!("leak 0")));
        let names: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("\"{n}\""), json!(n))).collect();
        let (text, is_short) = document(Value::Object(names), MOST);
        assert!(is_short && text.len() <= MOST, "{}", text.len());
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    }

    #[test]
    fn characters_are_never_cut_apart() {
        let (text, is_short) = document(json!("é漢😀".repeat(20_000)), 1_000);
        assert!(is_short && text.len() <= 1_000, "{}", text.len());
    }
}
