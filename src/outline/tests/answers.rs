//! What is undocumented, what is untested, summaries, and the edges of a trace.

use super::*;
use crate::evidence::estimate_tokens;
use crate::outline::Symbol;

fn names(symbols: &[Symbol]) -> Vec<String> {
    symbols.iter().map(Symbol::qualified_name).collect()
}

#[tokio::test]
async fn what_is_public_and_undocumented_is_counted_as_each_language_has_it() {
    for (language, expected) in [
        ("c", "store_limit twice report_t size"),
        ("go", "Report Report.Total Counted.Total Count Double Map"),
        ("java", "Report Report.total Store.LIMIT Store.Store"),
        ("javascript", "Report Report.total Row Table Store.refresh later"),
        ("python", "Report Report.total show LIMIT Store.refresh timed"),
        ("rust", "Report Format Report::total Report::lines print anything Counted Counted::total Store::total"),
        ("typescript", "Report Report.total show Counted.total Count units.kilo Store"),
    ] {
        let found = undocumented(&outlines_of(language).await);
        assert_eq!(names(&found.symbols).join(" "), expected, "{language}");
        assert_eq!(found.public, found.documented + found.symbols.len());
        assert_eq!(found.by_file().values().sum::<usize>(), found.symbols.len());
    }
}

#[tokio::test]
async fn what_no_test_names_is_listed_and_prototypes_count_once() {
    for (language, expected) in [
        ("c", "store_total twice"),
        ("cpp", "house::Store::Store house::Store::total house::Store::as house::Report::total"),
        ("go", "Report.Total Counted.Total Store.Total Map"),
        ("java", "Report.total Store.total"),
        ("python", "Report.total show Store.total Store.refresh timed"),
        ("rust", "Report::total Report::lines print anything Counted::total Open::open Store::new Store::total"),
    ] {
        let found = untested(&outlines_of(language).await);
        assert_eq!(names(&found.symbols).join(" "), expected, "{language}");
    }
    let ruby = untested(&outlines_of("ruby").await);
    assert_eq!((ruby.public, ruby.not_counted.len()), (0, 2));
    assert!(ruby.text(1_000).contains("store.rb: there is no grammar for Ruby"), "{}", ruby.text(1_000));
}

#[test]
fn a_file_that_a_module_of_tests_names_is_test_code() {
    let code = Outline::of("src/store.rs", "pub fn open() {}\npub fn shut() {}\n#[cfg(test)]\nmod properties;\n");
    let tests = Outline::of("src/store/properties.rs", "fn it() { super::open(); }\npub fn shared() {}\n");
    assert_eq!(names(&untested(&[code, tests]).symbols), ["shut"]);
}

#[tokio::test]
async fn a_summary_says_as_much_as_its_budget_holds() {
    let outlines = outlines_of("rust").await;
    let whole = summary(&outlines, 2_000);
    let most = estimate_tokens(&whole) + 50;
    let (some, little) = (summary(&outlines, most), summary(&outlines, 130));
    insta::assert_snapshot!(whole);
    assert!(some.contains("Left out under the budget") && !some.contains("mod tests"), "{some}");
    assert!(some.contains("pub fn lines"), "{some}");
    assert!(little.contains("src/report.rs (8 definitions)") && !little.contains("pub fn lines"), "{little}");
    for (text, budget) in [(whole, 2_000), (some, most), (little, 130)] {
        assert!(estimate_tokens(&text) <= budget, "{} of {budget}", estimate_tokens(&text));
    }
}

#[tokio::test]
async fn a_trace_keeps_to_its_budget_and_counts_what_does_not_fit() {
    let trace = traced("rust", "Store::total").await;
    let text = trace.text(200);
    assert!(text.contains("more do not fit here"), "{text}");
    assert!(text.contains("Defined at:\n- src/store.rs:22-24") && text.contains("Called from:"), "{text}");
}

#[tokio::test]
async fn a_name_of_several_types_is_said_to_be_ambiguous() {
    let trace = traced("rust", "total").await;
    assert_eq!(names(&trace.definitions), ["Report::total", "Counted::total", "Store::total"]);
    assert_eq!(trace.notes, ["\"total\" is ambiguous: 3 definitions have this name, and all of them are meant here"]);
    let trace = traced("rust", "Nothing::total").await;
    assert!(trace.notes[0].starts_with("nothing called \"Nothing\" has a \"total\""), "{:?}", trace.notes);
    let trace = traced("rust", "nowhere").await;
    assert_eq!(trace.notes, ["no definition of \"nowhere\" was found in the searched files"]);
}

#[tokio::test]
async fn a_line_stands_for_the_definition_around_it() {
    let trace = traced("rust", "src/store.rs:23").await;
    assert_eq!(
        (trace.target.as_str(), names(&trace.definitions)),
        ("src/store.rs:Store::total", vec!["Store::total".into()])
    );
}

#[tokio::test]
async fn a_line_outside_of_all_definitions_is_an_error() {
    let request = TraceRequest { target: "src/store.rs:1".to_owned(), paths: Vec::new(), deadline: soon() };
    let error = trace(&program("rust"), &request).await.unwrap_err();
    assert_eq!(error.message, "line 1 of \"src/store.rs\" is not part of any definition");
}

#[tokio::test]
async fn a_file_that_is_missing_is_an_error_and_one_that_is_too_large_is_named() {
    let request = TraceRequest { target: "src/gone.rs:open".to_owned(), paths: Vec::new(), deadline: soon() };
    let error = trace(&program("rust"), &request).await.unwrap_err();
    assert_eq!(error.message, "no such file or directory: \"src/gone.rs\"");
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    std::fs::write(root.join("large.rs"), "fn a() {}\n".repeat(110_000)).unwrap();
    std::fs::write(root.join("small.rs"), "\u{feff}fn one() {}\rfn two() {}\r\nfn three() {}\n").unwrap();
    let found = outlines(&workspace(&root), &[], soon()).await.unwrap();
    assert_eq!(found.left_out[0].reason, "larger than 1000000 bytes");
    let lines: Vec<usize> = found.files[0].symbols.iter().map(|symbol| symbol.line).collect();
    assert_eq!(lines, [1, 2, 3], "lines are counted as the evidence shows them");
}

#[tokio::test]
async fn after_the_deadline_nothing_is_looked_at_and_everything_is_named() {
    let past = Deadline::after(Duration::ZERO);
    let request = TraceRequest { target: "double".to_owned(), paths: Vec::new(), deadline: past };
    let trace = trace(&program("rust"), &request).await.unwrap();
    assert_eq!((trace.files_searched, trace.left_out.len()), (0, 2));
    assert_eq!(trace.left_out[0].reason, "there was no time left to look at it");
}
