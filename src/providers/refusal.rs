//! What a provider said when it refused, taken apart as far as it can be: JSON of several shapes, a web page, nothing.

use serde_json::Value;

use super::mask::{tame, tame_name};
use crate::clock::Timestamp;

/// A refusal before it is sorted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// The HTTP status; 200 when it came inside an answer.
    pub(crate) status: u16,
    /// When it came: some limits last until the next day.
    pub(crate) at: Timestamp,
    /// The error's code, number or string; like type and field short and masked, for what should be a word may be anything.
    pub(crate) code: Option<String>,
    /// The error's type.
    pub(crate) kind: Option<String>,
    /// The field that is wrong.
    pub(crate) parameter: Option<String>,
    /// What the provider said, unmasked: for sorting only.
    pub(crate) said: String,
}

impl Refusal {
    /// Takes a body apart; whatever it is, this succeeds.
    pub(crate) fn read(status: u16, body: &str, at: Timestamp) -> Self {
        let mut refusal = Self { status, at, code: None, kind: None, parameter: None, said: String::new() };
        let body = body.trim_start_matches('\u{FEFF}').trim();
        match serde_json::from_str(body) {
            Ok(Value::Object(object)) => {
                let error = object.get("error").filter(|error| !error.is_null());
                let whole = Value::Object(object.clone());
                refusal.read_error(error.unwrap_or(&whole));
            }
            Ok(Value::String(text)) => refusal.said = text,
            Ok(_) => {}
            // A web page says nothing that the status does not.
            Err(_) if body.starts_with('<') => {}
            Err(_) => body.clone_into(&mut refusal.said),
        }
        if refusal.code.is_none() {
            refusal.code = code_in_brackets(&refusal.said).map(|code| tame_name(&code));
        }
        refusal
    }

    fn read_error(&mut self, error: &Value) {
        if let Value::String(text) = error {
            text.clone_into(&mut self.said);
            return;
        }
        let word = |name: &str| match error.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let name = |member: &str| word(member).map(|text| tame_name(&text)).filter(|name| !name.is_empty());
        self.code = name("code");
        self.kind = name("type");
        self.parameter = name("param");
        self.said = ["message", "msg", "detail", "error"].into_iter().find_map(word).unwrap_or_default();
    }

    /// What was said, for people: masked, and only when it is English.
    pub(crate) fn message(&self) -> String {
        let letters = self.said.chars().filter(|c| c.is_alphabetic()).count();
        let english = self.said.chars().filter(char::is_ascii_alphabetic).count();
        if letters == 0 || english * 10 < letters * 8 { String::new() } else { tame(&self.said) }
    }
}

/// The code of `[1310][…]`, as some surfaces write it.
fn code_in_brackets(text: &str) -> Option<String> {
    let (code, _) = text.strip_prefix('[')?.split_once(']')?;
    (!code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_every_shape_are_taken_apart() {
        for (body, code, kind, said) in [
            (r#"{"error":{"code":"1302","message":"m"}}"#, Some("1302"), None, "m"),
            (r#"{"error":{"code":1302,"message":"m"},"request_id":"r"}"#, Some("1302"), None, "m"),
            (r#"{"error":{"type":"t","message":"[1310][m]"}}"#, Some("1310"), Some("t"), "[1310][m]"),
            (r#"{"error":"plain"}"#, None, None, "plain"),
            (r#"{"error":null,"message":"m"}"#, None, None, "m"),
            (r#"{"code":500,"msg":"404 NOT_FOUND","success":false}"#, Some("500"), None, "404 NOT_FOUND"),
            (r#"{"detail":"d"}"#, None, None, "d"),
            ("\u{FEFF}{\"error\":{}}", None, None, ""),
            (r#""text""#, None, None, "text"),
            ("[1]", None, None, ""),
            ("<html>405</html>", None, None, ""),
            ("upstream gone", None, None, "upstream gone"),
            (r#"{"error":{"code":"13"#, None, None, r#"{"error":{"code":"13"#),
            ("", None, None, ""),
        ] {
            let refusal = Refusal::read(400, body, Timestamp::from_millis(0));
            assert_eq!((refusal.code.as_deref(), refusal.kind.as_deref(), refusal.said.as_str()), (code, kind, said));
        }
    }

    #[test]
    fn a_key_in_place_of_a_code_or_a_field_does_not_get_through() {
        let key = "a1".repeat(16);
        let body = format!(r#"{{"error":{{"code":"sk-{key}","type":"{key}","param":"x.{key}"}}}}"#);
        let refusal = Refusal::read(400, &body, Timestamp::from_millis(0));
        assert!(!format!("{refusal:?}").contains(&key), "{refusal:?}");
    }

    #[test]
    fn only_english_is_passed_on() {
        for (said, message) in [
            ("Rate limit reached for org-abcdef", "Rate limit reached for org-…"),
            ("该模型当前访问量过大", ""),
            ("模型 glm-4.6 不存在，请检查模型代码", ""),
            ("12345", ""),
        ] {
            let mut refusal = Refusal::read(400, "", Timestamp::from_millis(0));
            refusal.said = said.into();
            assert_eq!(refusal.message(), message);
        }
    }
}
