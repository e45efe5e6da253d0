//! Replies as steps: every peculiarity in its bytes, gates in their places.

use serde_json::json;

use super::*;
use crate::recorded::Recorded;
use crate::scenario::Scenario;

fn asked() -> Asked {
    let body = json!({"model": "m", "stream": true, "messages": []});
    Asked::new(0, Provider::Glm, &Recorded::chat(Provider::Glm, &body))
}

fn steps_of(toml: &str) -> Vec<Step> {
    steps(&Scenario::parse(&format!("[[reply]]\n{toml}")).replies[0], &asked())
}

/// The stream after the head as the client's decoder sees it, piece by piece.
fn chunks(toml: &str) -> Vec<Vec<u8>> {
    let written = steps_of(toml).into_iter().filter_map(|step| match step {
        Step::Write(bytes) | Step::Last(bytes) => Some(bytes),
        _ => None,
    });
    let text = |bytes: Vec<u8>| {
        let start = bytes.windows(2).position(|window| window == b"\r\n").unwrap() + 2;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..start - 2]).unwrap(), 16).unwrap();
        bytes[start..start + size].to_vec()
    };
    written.skip(1).map(text).collect()
}

fn body(toml: &str) -> String {
    String::from_utf8(chunks(toml).concat()).unwrap()
}

#[test]
fn every_peculiarity_of_a_stream_is_in_its_bytes() {
    let frames = r#"frames = ['{"id":"20261122"}', '{"b":2}']"#;
    let cases = [
        ("", "data: {\"id\":\"20261122\"}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n"),
        ("'crlf'", "data: {\"id\":\"20261122\"}\r\n\r\ndata: {\"b\":2}\r\n\r\ndata: [DONE]\r\n\r\n"),
        ("'bom'", "\u{feff}data: {\"id\":\"20261122\"}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n"),
        ("'no_space'", "data:{\"id\":\"20261122\"}\n\ndata:{\"b\":2}\n\ndata:[DONE]\n\n"),
        ("'glued'", "data: {\"id\":\"2026data: {\"b\":2}\n\ndata: [DONE]\n\n"),
        ("'no_done'", "data: {\"id\":\"20261122\"}\n\ndata: {\"b\":2}\n\n"),
        ("'no_blank_after_done'", "data: {\"id\":\"20261122\"}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n"),
        (
            "'comments'",
            ": keep-alive\n\ndata: {\"id\":\"20261122\"}\n\n: keep-alive\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n",
        ),
        (
            "'event_lines'",
            "event: message\nid: 0\ndata: {\"id\":\"20261122\"}\n\nevent: message\nid: 1\ndata: {\"b\":2}\n\ndata: [DONE]\n\n",
        ),
        (
            "'junk_after_done'",
            "data: {\"id\":\"20261122\"}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\ndata: {\"late\":true}\n\n",
        ),
    ];
    for (framing, expected) in cases {
        assert_eq!(body(&format!("{frames}\nframing = [{framing}]")), expected, "{framing}");
    }
}

#[test]
fn frames_can_be_raw_text_and_bytes() {
    let frames = chunks(r#"frames = [{ raw = "event: error\n" }, { hex = "ff FE 0a" }]"#);
    assert_eq!(frames[..2], [b"event: error\n".to_vec(), vec![0xff, 0xfe, 0x0a]]);
}

#[test]
fn a_stream_is_cut_into_pieces_of_a_size_or_written_at_once() {
    let pieces = chunks("frames = ['中']\nsplit_bytes = 4");
    let expected: [&[u8]; 7] = [b"data", b": \xe4\xb8", b"\xad\n\n", b"data", b": [D", b"ONE]", b"\n\n"];
    assert_eq!(pieces, expected);
    assert_eq!(chunks("frames = ['1', '2']\nframing = ['one_write']").len(), 2, "the frames, and [DONE]");
}

#[test]
fn a_gate_stands_where_it_is_told() {
    let kinds = |toml: &str| {
        let name = |step: &Step| match step {
            Step::Write(_) => 'w',
            Step::Last(_) => 'l',
            Step::Gate(_) => 'g',
            Step::Stall => 's',
            Step::Pause(_) => 'p',
            Step::Close | Step::Reset => 'x',
        };
        steps_of(toml).iter().map(name).collect::<String>()
    };
    let frames = "frames = ['1', '2']\nwait_for = 'go'\n";
    assert_eq!(kinds(frames), "gwwwl");
    assert_eq!(kinds(&format!("{frames}wait_at = 'after_headers'")), "wgwwl");
    assert_eq!(kinds(&format!("{frames}wait_at = 'after_frames:0'")), "wgwwl");
    assert_eq!(kinds(&format!("{frames}wait_at = 'after_frames:1'")), "wwgwl");
    assert_eq!(kinds(&format!("{frames}wait_at = 'after_frames:9'")), "wwwgl");
    assert_eq!(kinds(&format!("{frames}stall = 'after_frames:2'\nending = 'reset'")), "gwwwsx");
    assert_eq!(kinds("body = 'x'\nwait_for = 'go'\nwait_at = 'after_headers'"), "wgl");
    assert_eq!(kinds("status = 500"), "l", "a head without a body is complete with the head");
}

#[test]
fn a_dripping_reply_writes_every_byte_by_itself() {
    let steps = steps_of("status = 500\nbody = '{}'\ndrip = true");
    let is_single = |step: &Step| matches!(step, Step::Write(bytes) | Step::Last(bytes) if bytes.len() == 1);
    assert!(steps.iter().all(is_single));
    assert_eq!(steps.last(), Some(&Step::Last(b"}".to_vec())));
}

#[test]
fn a_finish_word_of_null_is_never_told() {
    assert!(!body("text = 'x'\nfinish = 'null'").contains("finish_reason"));
    assert!(body("text = 'x'\nfinish = 'sensitive'").contains(r#""finish_reason":"sensitive""#));
    assert!(body("text = 'x'\nanswers_as = 'other'").contains(r#""model":"other""#));
}
