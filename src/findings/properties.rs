//! What holds for any file, any quote of it and any edit elsewhere.

use proptest::prelude::*;

use super::*;
use crate::protocol::Severity;
use crate::redaction::Veil;

fn claim(path: &str, quote: &str, line: Option<u32>) -> Claim {
    Claim {
        severity: Severity::Medium,
        title: "t".to_owned(),
        detail: String::new(),
        path: path.to_owned(),
        quote: quote.to_owned(),
        line,
        category: "bug".to_owned(),
        suggestion: String::new(),
    }
}

fn alone(claims: Vec<Claim>, shown: &[ShownFile], veil: &Veil) -> Anchored {
    anchor(vec![Testimony { claims, shown }], veil)
}

/// Lines that resemble each other, so that quotes are found in several places.
fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ab \t{}é]{0,4}", 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_quote_taken_from_a_file_is_found_where_it_was_taken(lines in lines(), from: usize, count in 1_usize..4, first in 1_u32..500) {
        let from = from % lines.len();
        let taken = &lines[from..lines.len().min(from + count)];
        let blank = |line: &String| line.trim().is_empty();
        prop_assume!(!blank(&taken[0]) && !taken.last().is_none_or(blank));
        let line = first + u32::try_from(from).unwrap();
        let shown = [ShownFile::new("a.rs", lines.join("\n"), first)];
        let anchored = alone(vec![claim("a.rs", &taken.join("\n"), Some(line))], &shown, &Veil::default());
        prop_assert_eq!(anchored.dropped, []);
        let end = line + u32::try_from(taken.len()).unwrap() - 1;
        prop_assert_eq!((anchored.findings[0].line, anchored.findings[0].end_line), (line, end));
    }

    #[test]
    fn lines_that_are_put_in_elsewhere_change_no_fingerprint(lines in lines(), from: usize, more in lines(), at: usize) {
        let from = from % lines.len();
        prop_assume!(!lines[from].trim().is_empty());
        let name = |text: &[String], line: usize| {
            let hint = Some(u32::try_from(line + 1).unwrap());
            let shown = [ShownFile::new("a.rs", text.join("\n"), 1)];
            alone(vec![claim("a.rs", &lines[from], hint)], &shown, &Veil::default()).findings
        };
        let mut edited = lines.clone();
        let at = at % (lines.len() + 1);
        edited.splice(at..at, more.iter().cloned());
        let moved = if at <= from { from + more.len() } else { from };
        let (before, after) = (name(&lines, from), name(&edited, moved));
        prop_assert_eq!(&before[0].fingerprint, &after[0].fingerprint);
        prop_assert_eq!(usize::try_from(after[0].line).unwrap(), moved + 1);
    }

    #[test]
    fn no_text_makes_it_panic(path in "\\PC{0,9}", text in "(?s).{0,60}", quote in "(?s).{0,30}", line: Option<u32>, first: u32) {
        let shown = [ShownFile::new(path.clone(), text, first)];
        let anchored = alone(vec![claim(&path, &quote, line); 2], &shown, &Veil::default());
        prop_assert_eq!(anchored.findings.len() + anchored.dropped.len(), 2);
        drop(markdown(&anchored.findings, &anchored.dropped));
    }
}
