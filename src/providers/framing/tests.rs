//! Answers in every frame, cut anywhere.

use super::*;

fn frames(bytes: &[u8]) -> Result<Vec<String>, ProviderError> {
    let mut framing = Framing::default();
    let mut frames = Vec::new();
    framing.push(bytes, &mut frames)?;
    framing.finish(&mut frames)?;
    Ok(frames
        .into_iter()
        .map(|frame| match frame {
            Frame::Chunk(chunk) => chunk.text,
            Frame::Refused(body) => format!("!{body}"),
            Frame::Done => "done".into(),
        })
        .collect())
}

fn delta(text: &str) -> String {
    format!("{{\"id\":\"1\",\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}")
}

#[test]
fn an_answer_is_read_in_whatever_frame_it_comes() {
    let (a, b) = (delta("a"), delta("b"));
    for (name, bytes, expected) in [
        ("stream", format!("data: {a}\n\ndata: [DONE]\n\n"), vec!["a", "done"]),
        ("no blank line between", format!("data: {a}\ndata: {b}\ndata: [DONE]\n\n"), vec!["a", "b", "done"]),
        ("glued, the first cut", format!("data: {{\"id\":\"2026data: {a}\n\n"), vec!["a"]),
        ("glued to the end", "data: {\"id\":\"2026data: [DONE]\n\n".into(), vec!["done"]),
        ("the word itself is harmless", format!("data: {}\n\n", delta("data: x")), vec!["data: x"]),
        ("JSON over several lines", "data: {\"id\":\"1\",\ndata: \"choices\":[]}\n\n".into(), vec![""]),
        ("byte-order mark", format!("\u{FEFF}data: {a}\n\n"), vec!["a"]),
        ("leading white space", format!("\r\n \ndata: {a}\n\n"), vec!["a"]),
        ("leading comment", format!(": hello\n\ndata: {a}\n\n"), vec!["a"]),
        ("error event", "event: error\ndata: overloaded\n\n".into(), vec!["!overloaded"]),
        ("error member", "data: {\"error\":{\"code\":\"1305\"}}\n\n".into(), vec!["!{\"error\":{\"code\":\"1305\"}}"]),
        ("document", format!("\u{FEFF} {a}"), vec!["a", "done"]),
        ("document with an error", "{\"error\":\"no\"}".into(), vec!["!{\"error\":\"no\"}"]),
        ("gateway", "{\"code\":500,\"msg\":\"404\"}".into(), vec!["!{\"code\":500,\"msg\":\"404\"}"]),
        ("nothing", String::new(), vec![]),
        ("only white space", "\n\n".into(), vec![]),
    ] {
        assert_eq!(frames(bytes.as_bytes()).unwrap(), expected, "{name}");
        for cut in 0..bytes.len() {
            let mut framing = Framing::default();
            let mut got = Vec::new();
            framing.push(&bytes.as_bytes()[..cut], &mut got).unwrap();
            framing.push(&bytes.as_bytes()[cut..], &mut got).unwrap();
            framing.finish(&mut got).unwrap();
            assert_eq!(got.len(), expected.len(), "{name} cut at {cut}");
        }
    }
}

#[test]
fn what_is_no_answer_is_an_error() {
    for (bytes, cause) in [
        ("<!DOCTYPE html><html>", Cause::NotAStream),
        ("  <html>", Cause::NotAStream),
        ("data: {\"id\":\n\n", Cause::Malformed),
        ("data: hello\n\n", Cause::Malformed),
        ("{\"choices\":[", Cause::Malformed),
        ("[1]", Cause::Malformed),
    ] {
        assert_eq!(frames(bytes.as_bytes()).unwrap_err().cause, cause, "{bytes}");
    }
}

#[test]
fn a_malformed_frame_does_not_show_its_content() {
    let error = frames(b"data: secret prompt\n\n").unwrap_err();
    assert!(!error.message.contains("secret"));
}

#[test]
fn an_endless_answer_is_stopped() {
    let mut framing = Framing::default();
    let block = format!(": {}\n", "x".repeat(1 << 20));
    let outcome = (0..70).try_for_each(|_| framing.push(block.as_bytes(), &mut Vec::new()));
    assert_eq!(outcome.unwrap_err().cause, Cause::TooLarge);
}
