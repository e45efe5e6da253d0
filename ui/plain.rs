//! A snapshot as text, for pipes, cron and people in a hurry.

mod lines;

pub use lines::{Form, Teller};

use exai_core::protocol::{CallRow, CallState, PermitGauge, Prompts, Snapshot};

/// Finished calls that are shown.
const SHOWN: usize = 10;

/// One picture of the house: is it healthy, who holds what, what runs, what ran.
pub fn picture(snapshot: &Snapshot) -> String {
    let daemon = &snapshot.daemon;
    let whence = match daemon.pid {
        Some(pid) => format!("daemon {pid}, {}", daemon.state),
        None => "no daemon, read from the journal".to_owned(),
    };
    let mut text = format!("exai {} · {whence} · {}\n", daemon.version, snapshot.t);
    text.push_str(&format!("{}: {}\n\n", snapshot.verdict.word.as_str(), snapshot.verdict.cause));
    text.push_str("Permits\n");
    text.push_str(&gauge("global", snapshot.permits.global));
    for (provider, permits) in &snapshot.permits.providers {
        text.push_str(&gauge(provider, *permits));
    }
    text.push_str(&requests(&snapshot.prompts));
    let is_running = |call: &&CallRow| call.state == CallState::Running;
    calls(&mut text, "Running", snapshot.calls.iter().filter(is_running));
    calls(&mut text, "Finished", snapshot.calls.iter().filter(|call| !is_running(call)).take(SHOWN));
    text
}

fn requests(prompts: &Prompts) -> String {
    let Prompts { requests, bytes, tokens, fullest_percent } = prompts;
    if *requests == 0 {
        return "\nRequests of the last 15 min: none\n".to_owned();
    }
    format!(
        "\nRequests of the last 15 min: {requests}, {bytes} bytes, about {tokens} tokens, the fullest took \
         {fullest_percent} % of its model's window\n"
    )
}

/// The longest bar of permits.
const BAR: usize = 40;

fn gauge(name: &str, permits: PermitGauge) -> String {
    // What finds room on a line, whatever the limit.
    let length = permits.limit.min(BAR);
    let used = (permits.in_use.min(permits.limit) * length).div_ceil(permits.limit.max(1));
    let bar = "#".repeat(used) + &".".repeat(length - used);
    let waiting = if permits.waiting > 0 { format!("  {} waiting", permits.waiting) } else { String::new() };
    format!("  {name:<8} {}/{}  [{bar}]{waiting}\n", permits.in_use, permits.limit)
}

fn calls<'a>(text: &mut String, title: &str, calls: impl Iterator<Item = &'a CallRow>) {
    let lines: Vec<String> = calls.map(call).collect();
    if lines.is_empty() {
        text.push_str(&format!("\n{title}: none\n"));
    } else {
        text.push_str(&format!("\n{title}\n{}", lines.concat()));
    }
}

fn call(call: &CallRow) -> String {
    let model = call.model.as_deref().unwrap_or("-");
    let tokens = call.tokens.map_or_else(|| "-".to_owned(), |tokens| tokens.to_string());
    let tries = if call.attempts == 1 { "1 try".to_owned() } else { format!("{} tries", call.attempts) };
    format!(
        "  {}  {:<12} {:<12} {:<18} {:>8.1} s  {tries:<7}  {tokens} tokens\n",
        call.call_id,
        call.tool,
        call.state.as_str(),
        model,
        call.elapsed_s,
    )
}

#[cfg(test)]
mod tests;
