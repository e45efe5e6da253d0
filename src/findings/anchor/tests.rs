//! Quotes that are there, nearly there, and not there.

use super::*;
use crate::protocol::Severity;

fn claim(path: &str, quote: &str) -> Claim {
    Claim {
        severity: Severity::High,
        title: "a fault".to_owned(),
        detail: "it fails".to_owned(),
        path: path.to_owned(),
        quote: quote.to_owned(),
        line: None,
        category: "bug".to_owned(),
        suggestion: String::new(),
    }
}

/// What somebody claims who was shown everything.
fn alone(claims: Vec<Claim>, shown: &[ShownFile], veil: &Veil) -> Anchored {
    anchor(vec![Testimony { claims, shown }], veil)
}

fn one(claim: Claim, shown: &[ShownFile]) -> Result<(u32, u32), String> {
    let anchored = alone(vec![claim], shown, &Veil::default());
    match (anchored.findings.first(), anchored.dropped.first()) {
        (Some(finding), None) => Ok((finding.line, finding.end_line)),
        (None, Some(dropped)) => Err(dropped.reason.clone()),
        other => panic!("{other:?}"),
    }
}

const CODE: &str = "fn pop() {\n    drain();\n\tif full {\n        drain();\n    }\n}\n";

fn code() -> Vec<ShownFile> {
    vec![ShownFile::new("src/queue.rs", CODE, 1)]
}

#[test]
fn a_quote_has_the_line_where_it_stands() {
    for (quote, line, end) in [
        ("fn pop() {", 1, 1),
        ("full", 3, 3),
        ("drain();\n\tif full {\n        drain();", 2, 4),
        ("    }\n}\n", 5, 6),
        ("if full {  \r\n drain();", 3, 4),
        ("   3│ \tif full {\n   4│         drain();", 3, 4),
    ] {
        assert_eq!(one(claim("src/queue.rs", quote), &code()), Ok((line, end)), "{quote:?}");
    }
}

#[test]
fn what_is_not_there_is_dropped_with_a_reason() {
    for (path, quote, why) in [
        ("src/queue.rs", "fn push() {", "not there"),
        ("src/queue.rs", "fnpop() {", "not there"),
        ("src/queue.rs", "fn  pop() {", "not there"),
        ("src/queue.rs", "fn pop() {\n    if full {", "not there"),
        ("src/queue.rs", " \n ", "quotes nothing"),
        ("src/other.rs", "fn pop() {", "no file"),
        ("", "fn pop() {", "no file"),
    ] {
        let reason = one(claim(path, quote), &code()).unwrap_err();
        assert!(reason.contains(why), "{path} {quote:?}: {reason}");
    }
}

#[test]
fn of_several_places_the_one_nearest_to_the_hint_is_taken_else_the_first() {
    for (hint, line) in [(None, 2), (Some(1), 2), (Some(3), 2), (Some(4), 4), (Some(900), 4)] {
        let claim = Claim { line: hint, ..claim("src/queue.rs", "drain();") };
        assert_eq!(one(claim, &code()), Ok((line, line)), "{hint:?}");
    }
}

#[test]
fn a_name_that_is_nearly_the_shown_one_is_understood_when_it_can_mean_only_one() {
    let mut shown = code();
    for path in ["./src/queue.rs", "queue.rs", "/home/me/project/src/queue.rs"] {
        assert_eq!(one(claim(path, "full"), &shown), Ok((3, 3)), "{path}");
    }
    shown.push(ShownFile::new("old/queue.rs", CODE, 1));
    assert!(one(claim("queue.rs", "full"), &shown).is_err());
    assert!(one(claim("eue.rs", "full"), &shown).is_err());
}

#[test]
fn parts_of_a_file_keep_their_numbers() {
    let shown = [ShownFile::new("a.rs", "one\ntwo\n", 40), ShownFile::new("a.rs", "one\nthree\n", 7)];
    assert_eq!(one(claim("a.rs", "two"), &shown), Ok((41, 41)));
    assert_eq!(one(claim("a.rs", "one"), &shown), Ok((7, 7)));
    let hunk = crate::evidence::git::ShownHunk {
        path: "a.rs".to_owned(),
        text: "kept\nremoved\nkept too\n".to_owned(),
        numbers: vec![10, 11, 11],
    };
    let shown = [ShownFile::from(hunk)];
    assert_eq!(one(claim("a.rs", "removed\nkept too"), &shown), Ok((11, 11)));
}

#[test]
fn what_stands_behind_a_secret_of_several_lines_keeps_its_line_and_no_secret_is_told() {
    let body = "MIIEpAIBAAKCAQEA7bq1xyzzyq0vN3k5tUeXo8Jm2LrHc4Sd";
    let (begin, end) = ("-----BEGIN RSA PRIVATE ", "-----END RSA PRIVATE ");
    let key = format!("{begin}KEY-----\n{body}\n{body}\n{end}KEY-----");
    let text = format!("before\nlet key = \"{key}\";\nlet after = 1;\n");
    let shown = [ShownFile::new("a.rs", text, 1)];
    let veil = Veil::default();
    let sent = veil.lines(&shown[0].text).0;
    let line = sent.lines().find(|line| line.contains("<SECRET ")).unwrap().to_owned();
    let anchored = alone(vec![claim("a.rs", "let after = 1;"), claim("a.rs", &line)], &shown, &veil);
    let places: Vec<_> = anchored.findings.iter().map(|finding| (finding.line, finding.end_line)).collect();
    assert_eq!(places, [(2, 5), (6, 6)], "{anchored:?} {sent}");
    assert!(!format!("{anchored:?}").contains(body));
}

#[test]
fn equal_findings_are_told_apart_by_their_order_and_one_place_is_told_once() {
    let at = |line: u32, severity: Severity| Claim { line: Some(line), severity, ..claim("src/queue.rs", "drain();") };
    let claims = vec![at(4, Severity::Low), at(2, Severity::Low), at(2, Severity::Critical)];
    let anchored = alone(claims, &code(), &Veil::default());
    let found: Vec<_> = anchored.findings.iter().map(|finding| (finding.line, finding.severity)).collect();
    assert_eq!(found, [(2, Severity::Critical), (4, Severity::Low)]);
    assert_ne!(anchored.findings[0].fingerprint, anchored.findings[1].fingerprint);
    assert!(anchored.dropped[0].reason.contains("twice"), "{anchored:?}");
    let alone = alone(vec![claim("src/queue.rs", "    drain();")], &code(), &Veil::default());
    assert_eq!(alone.findings[0].fingerprint, anchored.findings[0].fingerprint);
}

#[test]
fn what_several_say_of_one_place_is_one_finding_and_each_is_held_to_what_was_shown_to_them() {
    let (first, second) = (code(), [ShownFile::new("src/other.rs", "fn other() {}\n", 1)].to_vec());
    let both = [first.clone(), second.clone()].concat();
    let at = |line: u32, severity: Severity| Claim { line: Some(line), severity, ..claim("src/queue.rs", "drain();") };
    let testimonies = vec![
        Testimony { claims: vec![at(2, Severity::Low), claim("src/other.rs", "fn other() {}")], shown: &first },
        Testimony { claims: vec![at(2, Severity::High), at(4, Severity::Low)], shown: &both },
        Testimony { claims: vec![at(2, Severity::Low)], shown: &second },
    ];
    let anchored = anchor(testimonies, &Veil::default());
    let found: Vec<_> = anchored.findings.iter().map(|finding| (finding.line, finding.severity)).collect();
    assert_eq!(found, [(2, Severity::High), (4, Severity::Low)]);
    let reasons: Vec<_> = anchored.dropped.iter().map(|dropped| dropped.reason.as_str()).collect();
    assert_eq!(reasons, ["no file of that name was shown"; 2], "of two who agree none is dropped");
    let together = alone(vec![at(2, Severity::Low), at(4, Severity::Low)], &first, &Veil::default()).findings;
    let names = |findings: &[Finding]| findings.iter().map(|finding| finding.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(names(&anchored.findings), names(&together), "a name does not depend on who was shown what");
}
