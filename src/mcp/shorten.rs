//! Answers of a size that agents are shown whole. What is left out is said where it was.

use serde_json::Value;

/// Bytes of one answer. Agents put what is longer into a file, or refuse it.
pub(super) const MOST: usize = 40_000;
/// A text is not cut below this: so much of each says what it is about.
const LEAST: usize = 600;
/// Lists are not cut below so many entries.
const FEW: usize = 3;
/// Cuts at the most; each takes away the longest that there is.
const CUTS: usize = 64;

/// The document as JSON text of at most `most` bytes, and whether something was left out. The longest texts are cut first,
/// then the ends of lists; what stands first, as a verdict does, stays.
pub(super) fn document(mut document: Value, most: usize) -> (String, bool) {
    let mut text = document.to_string();
    if text.len() <= most {
        return (text, false);
    }
    for _ in 0..CUTS {
        let over = text.len().saturating_sub(most);
        if over == 0 || !(cut_longest_text(&mut document, over) || cut_longest_list(&mut document)) {
            break;
        }
        text = document.to_string();
    }
    if text.len() > most {
        cut(&mut text, most);
    }
    (text, true)
}

/// Cuts a text to at most `most` bytes, and says how much is missing.
pub(super) fn cut(text: &mut String, most: usize) {
    if text.len() <= most {
        return;
    }
    // Room for the words at the end.
    let kept = text.floor_char_boundary(most.saturating_sub(60));
    let missing = text[kept..].chars().count();
    text.truncate(kept);
    text.push_str(&format!("… [{missing} more characters]"));
}

fn cut_longest_text(document: &mut Value, over: usize) -> bool {
    let Some(text) = longest(document, &|value| value.as_str().map(str::len)) else { return false };
    let Value::String(text) = text else { return false };
    if text.len() <= LEAST {
        return false;
    }
    // As JSON it is longer than it is, all over by the same share as a rule; 80 bytes say what is missing.
    let written = Value::String(text.clone()).to_string().len();
    let most = text.len() * written.saturating_sub(over + 80) / written;
    let most = most.max(LEAST);
    cut(text, most);
    true
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
    fn characters_are_never_cut_apart() {
        let (text, is_short) = document(json!("é漢😀".repeat(20_000)), 1_000);
        assert!(is_short && text.len() <= 1_000, "{}", text.len());
    }
}
