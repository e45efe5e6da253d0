//! Reviews that are too large for one request: each part is asked by itself, and the findings come together.

use exai_fake::{Provider, Recorded, Reply, Scenario};
use serde_json::{Value, json};

use crate::backend::testing::House;
use crate::error::ErrorCode;
use crate::protocol::{CallState, Envelope};

/// The model with the smallest window: two of the files below do not fit into it.
const MODEL: &str = "glm-4.5v";
const LINE: &str = "a line of words that says nothing at all\n";

/// Files that fill a request each, with a line of their own.
fn write(house: &House, names: &[&str]) {
    for name in names {
        house.file(&format!("src/{name}.rs"), &format!("fn {name}() {{}}\n{}", LINE.repeat(600)));
    }
}

fn verdict(name: &str) -> String {
    let finding = json!({
        "severity": "high", "title": format!("{name} is empty"), "path": format!("src/{name}.rs"),
        "quote": format!("fn {name}() {{}}"),
    });
    let of = |what: &str| format!("{what} of {name}");
    json!({"summary": of("Summary"), "findings": [finding], "strengths": [of("Strength")]}).to_string()
}

fn about(name: &str, reply: Reply) -> Reply {
    reply.contains(&format!("BEGIN FILE: src/{name}.rs ")).times(100)
}

/// An expert that finds one thing in each of the files.
fn experts(names: &[&str]) -> Vec<Reply> {
    names.iter().map(|name| about(name, Reply::answer(&verdict(name)))).collect()
}

async fn house(names: &[&str], replies: Vec<Reply>) -> House {
    let house = House::with(Scenario::of(replies)).await;
    write(&house, names);
    house
}

async fn review(house: &House) -> Envelope {
    house.call("codereview", json!({"findings": "read it", "relevant_files": ["src"], "model": MODEL})).await
}

fn titles(result: &Envelope) -> Vec<&str> {
    result.findings.iter().map(|finding| finding.title.as_str()).collect()
}

/// The files that a request shows.
fn shown(request: &Recorded) -> Vec<String> {
    let text = request.user_text();
    let files = text.lines().filter_map(|line| line.strip_prefix("--- BEGIN FILE: ")?.strip_suffix(" ---"));
    files.map(str::to_owned).collect()
}

#[tokio::test]
async fn every_part_is_asked_by_itself_and_their_findings_are_one_list() {
    let names = ["a", "b", "c"];
    let house = house(&names, experts(&names)).await;
    let result = review(&house).await;
    assert_eq!(result.state, CallState::Succeeded, "{:?}", result.error);
    let requests = house.requests(3);
    let mut files: Vec<_> = requests.iter().flat_map(shown).collect();
    files.sort();
    assert_eq!(files, ["src/a.rs", "src/b.rs", "src/c.rs"], "each file once");
    let first = requests.iter().find(|request| shown(request) == ["src/a.rs"]).unwrap().user_text();
    assert!(first.contains("## Part 1 of 3\n") && first.contains("- src/b.rs\n- src/c.rs\n\n"), "{first}");
    assert!(first.contains("read it") && !first.contains("Files left out"), "{first}");

    assert_eq!(titles(&result), ["a is empty", "b is empty", "c is empty"]);
    assert!(
        result.text.contains("**Part 2:** Summary of b") && result.text.contains("Strength of c"),
        "{}",
        result.text
    );
    let coverage = &result.coverage;
    assert_eq!((&coverage.selected, &coverage.skipped), (&coverage.sent, &vec![]));
    let bundles: Vec<_> = coverage.bundles.iter().map(|bundle| (bundle.sent.join(" "), &bundle.failed)).collect();
    assert_eq!(bundles, names.map(|name| (format!("src/{name}.rs"), &None)));
    assert!(result.warnings.iter().any(|warning| warning.contains("it goes in 3 parts")), "{:?}", result.warnings);
    assert!(result.warnings.contains(&"part 2 of 3 was answered, 1 files".to_owned()), "{:?}", result.warnings);
    let document = &result.data["expert_analysis"];
    assert_eq!((&document["parts"][1]["files"], &document["parts"][1]["part"]), (&json!(["src/b.rs"]), &json!(2)));
    assert_eq!(result.data["file_context"]["files_embedded"], 3);
    assert_eq!((result.model.tried.len(), result.model.used.as_deref()), (3, Some(MODEL)));
    assert!(house.fake.max_in_flight(Provider::Glm) <= 2, "the limits of a provider hold for the parts");
}

#[tokio::test]
async fn what_fits_goes_in_one_request_that_says_nothing_of_parts() {
    let house = house(&["a"], experts(&["a"])).await;
    let result = review(&house).await;
    assert_eq!((titles(&result), &*result.coverage.bundles), (vec!["a is empty"], &[][..]));
    assert!(!house.requests(1)[0].user_text().contains("Part 1"));
    assert_eq!(result.data["expert_analysis"].get("parts"), None);
}

#[tokio::test]
async fn a_part_that_fails_leaves_the_findings_of_the_others_and_its_files_uncovered() {
    let mut replies = experts(&["a", "c"]);
    replies.push(about("b", Reply::body(400, "{}")));
    let house = house(&["a", "b", "c"], replies).await;
    let result = review(&house).await;
    assert_eq!((result.state, titles(&result)), (CallState::Succeeded, vec!["a is empty", "c is empty"]));
    assert_eq!(result.coverage.sent, ["src/a.rs", "src/c.rs"]);
    let skipped: Vec<_> = result.coverage.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(skipped, ["src/b.rs"]);
    assert!(result.coverage.skipped[0].reason.starts_with("part 2 of 3: "), "{:?}", result.coverage);
    assert!(result.coverage.bundles[1].failed.is_some() && result.coverage.bundles[2].failed.is_none());
    assert!(result.text.contains("\nPart 2 of 3 was not judged: "), "{}", result.text);
    let told = result.warnings.iter().filter(|warning| warning.starts_with("part 2 of 3 was not answered, 1 files: "));
    assert_eq!(told.count(), 1, "{:?}", result.warnings);
    assert_eq!(result.data["expert_analysis"]["parts"][1]["status"], "error");
    // What was answered is not asked again.
    review(&house).await;
    assert_eq!(house.requests(4).iter().filter(|request| shown(request) == ["src/b.rs"]).count(), 2);
}

#[tokio::test]
async fn prose_about_one_part_is_told_and_its_files_count_as_not_judged() {
    let mut replies = experts(&["a"]);
    replies.push(about("b", Reply::answer("All is well.")));
    let house = house(&["a", "b"], replies).await;
    let result = review(&house).await;
    assert_eq!((titles(&result), &result.coverage.sent[..]), (vec!["a is empty"], &["src/a.rs".to_owned()][..]));
    assert!(result.text.contains("## Part 2\n\nAll is well."), "{}", result.text);
    assert!(result.coverage.skipped[0].reason.contains("no verdict"), "{:?}", result.coverage);
}

#[tokio::test]
async fn prose_about_every_part_is_an_answer_without_a_verdict() {
    let house = house(&["a", "b"], vec![Reply::answer("All is well.")]).await;
    let result = review(&house).await;
    assert_eq!((result.state, result.coverage.sent.len()), (CallState::Succeeded, 2), "{:?}", result.error);
    assert!(result.text.starts_with("## Part 1\n\nAll is well.\n\n## Part 2\n\nAll is well."), "{}", result.text);
    assert_eq!(result.data["expert_analysis"]["raw_analysis"].as_str().map(str::trim), Some(result.text.trim()));
}

#[tokio::test]
async fn an_expert_that_asks_for_files_is_heard_when_nobody_judges() {
    let asks = json!({"status": "files_required_to_continue", "files_needed": ["other.rs"]}).to_string();
    let house = house(&["a", "b"], vec![Reply::answer(&asks)]).await;
    let result = review(&house).await;
    assert_eq!(result.status, "files_required_to_continue");
    assert!(result.data["content"].as_str().unwrap().contains("other.rs"), "{:#}", result.data);
    write(&house, &["c"]);
}

#[tokio::test]
async fn when_no_part_is_answered_the_call_fails_with_the_cause() {
    let house = house(&["a", "b"], vec![Reply::body(400, "{}")]).await;
    let result = review(&house).await;
    let error = result.error.unwrap();
    assert!(error.message.starts_with("none of the 2 parts was answered: "), "{error:?}");
    assert_ne!(error.code, ErrorCode::InternalError);
}

#[tokio::test]
async fn what_fits_no_part_and_what_there_is_no_part_for_is_named() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let house = house(&names, experts(&names)).await;
    house.file("src/0.rs", &LINE.repeat(2_000));
    let result = review(&house).await;
    assert_eq!((house.requests(8).len(), result.findings.len()), (8, 8));
    let skipped: Vec<_> = result.coverage.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    assert_eq!(skipped, ["src/0.rs", "src/i.rs"]);
    assert!(result.coverage.skipped.iter().all(|skipped| skipped.reason.contains("over the token budget")));
    assert!(
        result.warnings.iter().any(|warning| warning.starts_with("2 files were left out")),
        "{:?}",
        result.warnings
    );
}

#[tokio::test]
async fn files_of_earlier_steps_are_shared_out_too() {
    let names = ["a", "b", "c"];
    let house = house(&names, experts(&names)).await;
    let step = |files: Value, more: bool| json!({"findings": "f", "relevant_files": files, "model": MODEL, "next_step_required": more});
    let first = house.call("codereview", step(json!(["src/a.rs", "src/b.rs"]), true)).await;
    let mut last = step(json!(["src/c.rs"]), false);
    last["continuation_id"] = json!(first.thread_id.unwrap());
    let result = house.call("codereview", last).await;
    assert_eq!(titles(&result), ["a is empty", "b is empty", "c is empty"]);
    house.requests(3);
}

#[tokio::test]
async fn a_change_and_its_file_in_different_parts_give_one_finding() {
    let house = House::with(Scenario::of([Reply::answer(&verdict("a"))])).await;
    house.file("src/a.rs", "fn a() {}\n");
    house.git(&["init", "-q", "-b", "main"]);
    house.git(&["add", "."]);
    house.git(&["commit", "-qm", "begin"]);
    house.git(&["checkout", "-qb", "topic"]);
    house.file("src/a.rs", &format!("fn a() {{}}\n{}", LINE.repeat(450)));
    house.git(&["commit", "-qam", "rewrite"]);
    let call = json!({"findings": "f", "compare_to": "main", "relevant_files": ["src"], "model": "glm-4.5v"});
    let result = house.call("codereview", call).await;
    assert_eq!((result.state, house.requests(2).len()), (CallState::Succeeded, 2), "{:?}", result.error);
    assert_eq!(titles(&result), ["a is empty"]);
    assert!(!result.warnings.iter().any(|warning| warning.contains("dropped")), "{:?}", result.warnings);
}

#[tokio::test]
async fn changes_that_are_too_many_are_looked_at_in_parts() {
    let names = ["a", "b", "c"];
    let replies =
        names.map(|name| Reply::answer(&verdict(name)).contains(&format!("BEGIN DIFF: src/{name}.rs ")).times(9));
    let house = house(&names, replies.to_vec()).await;
    house.git(&["init", "-q", "-b", "main"]);
    house.git(&["add", "."]);
    let result = house.call("precommit", json!({"model": MODEL})).await;
    assert_eq!(titles(&result), ["a is empty", "b is empty", "c is empty"], "{:?}", result.error);
    assert_eq!(result.coverage.bundles.len(), 3);
    house.requests(3);
}
