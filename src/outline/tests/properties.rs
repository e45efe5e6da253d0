//! What must hold whatever a file contains.

use proptest::prelude::*;

use super::*;
use crate::outline::bounds::{MAX_REFERENCES, MAX_SYMBOLS, MAX_TEXT_BYTES};

const PATHS: [&str; 10] = ["a.rs", "a.py", "a.js", "a.ts", "a.tsx", "a.go", "a.java", "a.c", "a.cpp", "a.rb"];
/// Pieces of which programs are made, in no language and in all.
const PIECES: &[&str] = &[
    "fn ",
    "def ",
    "class ",
    "function ",
    "func ",
    "struct ",
    "impl ",
    "pub ",
    "export ",
    "public ",
    "static ",
    "name",
    "Type",
    "other",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "::",
    ".",
    "->",
    "=>",
    "=",
    ":",
    ";",
    ",",
    "\n",
    "\n    ",
    "\"",
    "'",
    "`",
    "${",
    "#",
    "//",
    "/*",
    "*/",
    "@",
    "&",
    "*",
    "!",
    "?",
    "1",
    "é",
    "…",
    "\u{0}",
    "\r\n",
    "\t",
    "import ",
    "use ",
    "return ",
    "if ",
    "#[test]",
    "#define ",
    "template<",
    "async ",
    "let ",
    "const ",
    "new ",
    "<a>",
    "\\",
];

fn check(path: &str, text: &str) {
    let outline = Outline::of(path, text);
    let last = text.split('\n').count();
    assert!(outline.symbols.len() <= MAX_SYMBOLS && outline.references.len() <= MAX_REFERENCES);
    for symbol in &outline.symbols {
        assert!((1..=last).contains(&symbol.line) && symbol.end_line <= last, "{symbol:?} of {last} lines");
        assert!(!symbol.name.is_empty() && symbol.signature.len() <= MAX_TEXT_BYTES + 3, "{symbol:?}");
        assert!(!symbol.signature.contains('\n'), "{symbol:?}");
    }
    for reference in &outline.references {
        assert!((1..=last).contains(&reference.line) && reference.text.len() <= MAX_TEXT_BYTES + 3, "{reference:?}");
        assert!(!reference.text.contains('\n'), "{reference:?}");
    }
    let text = summary(std::slice::from_ref(&outline), 500);
    assert!(text.len() < 8_000, "{}", text.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_has_an_outline_within_its_bounds(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..400),
        path in proptest::sample::select(&PATHS[..]),
    ) {
        check(path, &pieces.concat());
    }
}

#[test]
fn depth_costs_no_stack_and_what_is_no_code_is_given_up() {
    // Far less than a thread usually has; what recurses for each level would need more.
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    let work = small.spawn(|| {
        for path in PATHS {
            for unit in [
                "(\n",
                "{\n",
                "fn a() {\n",
                "class A {\n",
                "def a():\n ",
                "a.b(\n",
                "a ? b :\n",
                "/*\n",
                "\"\n",
                "<a>\n",
                "a,\n",
            ] {
                check(path, &unit.repeat(4_000 / unit.len()));
            }
        }
    });
    work.unwrap().join().unwrap();
}

#[test]
fn a_text_that_would_cost_gigabytes_is_searched_instead() {
    // Each line is an error after which the parser goes on in two ways.
    let outline = Outline::of("a.py", &"/*\n".repeat(3_000));
    let How::TextSearch { why, .. } = outline.how else { panic!("it was parsed") };
    assert_eq!(why, "it costs the grammar of Python too much work");
}

#[test]
fn a_file_with_some_errors_is_parsed_all_the_same() {
    let outline = Outline::of("a.rs", "fn broken( {\n\npub fn whole() { called(); }\n\n}} ) struct\n\nfn last() {}\n");
    assert!(matches!(outline.how, How::Parsed { .. }));
    let names: Vec<&str> = outline.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert!(names.contains(&"whole") && names.contains(&"last"), "{names:?}");
}

#[test]
fn names_within_names_stay_short() {
    let outline = Outline::of("a.rs", &format!("{}{}", "mod m {\n".repeat(500), "}\n".repeat(500)));
    assert_eq!(outline.symbols.len(), 500);
    assert!(outline.symbols.iter().all(|symbol| symbol.container.as_deref().unwrap_or_default().len() < 100));
    assert_eq!(outline.left_out.as_deref(), Some("names deeper than 32 definitions"));
}

#[test]
fn a_packed_file_and_a_very_large_one_are_searched_as_text() {
    let packed = format!("function a(){{{}}}", "b();".repeat(6_000));
    let large = "fn a() {}\n".repeat(60_000);
    for (path, text, why) in
        [("a.js", packed, "too long to be written by hand"), ("a.rs", large, "larger than the 524288")]
    {
        let How::TextSearch { why: told, .. } = Outline::of(path, &text).how else { panic!("{path} was parsed") };
        assert!(told.contains(why), "{told}");
    }
}
