//! A trace of this repository itself, against what a person finds with a search by hand.

use super::*;

#[tokio::test]
async fn dump() {
    let workspace = workspace(&repository());
    for target in ["expand", "Workspace::list", "src/evidence/collect.rs:check", "Deadline::after", "Gathering"] {
        let request = TraceRequest { target: target.to_owned(), paths: Vec::new(), deadline: soon() };
        let begun = tokio::time::Instant::now();
        let trace = trace(&workspace, &request).await.unwrap();
        std::fs::write(format!("/tmp/ts/trace-{}.txt", target.replace([':', '/'], "_")), format!("{:?}\n{}", begun.elapsed(), trace.text(20_000))).unwrap();
    }
}
