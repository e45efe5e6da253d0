//! What stands beside an answer: who gave it, what it took, and under which ids it is kept.

use exai_core::protocol::Envelope;

/// One line, for standard error.
pub(super) fn line(result: &Envelope) -> String {
    let mut parts = Vec::new();
    parts.extend(result.model.used.clone());
    if result.reused {
        parts.push("answered before, nothing sent".to_owned());
    }
    if result.joined {
        parts.push("joined an equal request".to_owned());
    }
    parts.push(format!("{:.1} s", result.timing.total_ms as f64 / 1000.0));
    if let (Some(input), Some(output)) = (result.usage.input, result.usage.output) {
        parts.push(format!("{input} + {output} tokens"));
    }
    if !result.model.tried.is_empty() {
        parts.push(result.cost.usd.map_or_else(|| "cost unknown".to_owned(), |usd| format!("${usd:.4}")));
    }
    parts.extend(result.thread_id.as_ref().map(|thread| format!("thread {thread}")));
    // A call that was not accepted, or was only planned, is in no journal.
    if !result.call_id.as_str().is_empty() && result.status != "dry_run" {
        parts.push(format!("call {}", result.call_id));
    }
    parts.join(" · ")
}

/// The answer as a document of its own.
pub(super) fn markdown(result: &Envelope) -> String {
    let model = result.model.used.as_deref().unwrap_or("no model");
    let mut text = format!("# {} — {model}\n\n{}\n", result.tool, result.text.trim_end());
    if let Some(error) = &result.error {
        text.push_str(&format!("\n**Error:** {}\n", error.message));
    }
    if !result.coverage.sent.is_empty() {
        text.push_str(&format!("\nFiles shown: {}\n", result.coverage.sent.join(", ")));
    }
    for skipped in &result.coverage.skipped {
        text.push_str(&format!("\nLeft out: {} ({})\n", skipped.path, skipped.reason));
    }
    text.push_str(&format!("\n---\n{}\n", line(result)));
    text
}
