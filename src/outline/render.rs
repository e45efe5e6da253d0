//! The answers as text for a model and a person: one line a fact, with its file and line, under a budget.
//!
//! Every line that comes from a file is one line here, begins with a mark of ours and has its control characters
//! escaped, so that no file can forge a marker of the evidence around it.

use super::documentation::Undocumented;
use super::facts::{Import, ReferenceKind, Symbol};
use super::test_code::Untested;
use super::trace::{Callee, Caller, FellBack, Trace};
use crate::evidence::estimate_tokens;
use crate::evidence::fence::escape;
use crate::protocol::Skipped;

/// How many files are named that were left out.
const NAMED: usize = 10;

impl Trace {
    /// The trace as text of about `budget_tokens` at most; what does not fit is counted.
    pub fn text(&self, budget_tokens: u64) -> String {
        let mut page = Page::new(budget_tokens);
        page.line(&format!(
            "Trace of {}, found by reading source code: {} files searched, {} have the name.",
            self.target, self.files_searched, self.files_with_name
        ));
        page.section("Notes:", &self.notes);
        page.section("Defined at:", &self.definitions.iter().map(definition).collect::<Vec<_>>());
        page.section("Has:", &self.members.iter().map(definition).collect::<Vec<_>>());
        let (calls, mentions): (Vec<&Caller>, Vec<&Caller>) =
            self.callers.iter().partition(|caller| caller.reference.kind == ReferenceKind::Call);
        let (sure, unsure): (Vec<&Caller>, Vec<&Caller>) = calls.into_iter().partition(|caller| caller.doubt.is_none());
        page.section("Called from:", &sure.into_iter().map(caller).collect::<Vec<_>>());
        page.section("Perhaps called from (why it is not sure):", &unsure.into_iter().map(caller).collect::<Vec<_>>());
        page.section("Named without a call:", &mentions.into_iter().map(caller).collect::<Vec<_>>());
        let (known, unknown): (Vec<&Callee>, Vec<&Callee>) =
            self.callees.iter().partition(|callee| !callee.definitions.is_empty());
        page.section("Calls:", &known.into_iter().map(callee).collect::<Vec<_>>());
        let unknown = by_file(&unknown);
        page.section("Calls whose definition is not in the searched files, or not clear:", &unknown);
        page.section("Imports:", &self.imports.iter().map(import).collect::<Vec<_>>());
        page.section(
            "Other definitions of the name, not meant:",
            &self.others.iter().map(definition).collect::<Vec<_>>(),
        );
        if self.uses_of_others > 0 {
            page.line(&format!(
                "Uses of the same name that are of something else, not listed: {}.",
                self.uses_of_others
            ));
        }
        fell_back(&mut page, &self.fell_back);
        left_out(&mut page, &self.left_out);
        page.text
    }
}

impl Undocumented {
    /// The counts and the list as text of about `budget_tokens` at most.
    pub fn text(&self, budget_tokens: u64) -> String {
        let mut page = Page::new(budget_tokens);
        page.line(&format!("Documentation: {} of {} public symbols have it.", self.documented, self.public));
        page.section("Without documentation:", &self.symbols.iter().map(definition).collect::<Vec<_>>());
        left_out(&mut page, &self.not_counted);
        page.text
    }
}

impl Untested {
    /// The counts and the list as text of about `budget_tokens` at most.
    pub fn text(&self, budget_tokens: u64) -> String {
        let mut page = Page::new(budget_tokens);
        page.line(&format!(
            "Tests (an estimate by names): {} of {} public functions are named by a test; {} tests and files of tests were seen.",
            self.public - self.symbols.len(),
            self.public,
            self.tests
        ));
        page.section("Named by no test:", &self.symbols.iter().map(definition).collect::<Vec<_>>());
        left_out(&mut page, &self.not_counted);
        page.text
    }
}

fn definition(symbol: &Symbol) -> String {
    let owner = symbol.container.as_ref().map(|container| format!(" in {container}")).unwrap_or_default();
    let Symbol { path, line, end_line, signature, .. } = symbol;
    let lines = if line == end_line { line.to_string() } else { format!("{line}-{end_line}") };
    format!("{path}:{lines} {}{owner}: {signature}", symbol.kind.as_str())
}

fn caller(caller: &Caller) -> String {
    let reference = &caller.reference;
    let from = reference.from.as_ref().map(|from| format!(" in {from}")).unwrap_or_default();
    let test = if reference.is_test { " (test)" } else { "" };
    let doubt = caller.doubt.as_ref().map(|doubt| format!(" ({doubt})")).unwrap_or_default();
    format!("{}:{}{from}{test}{doubt}: {}", reference.path, reference.line, reference.text)
}

fn callee(callee: &Callee) -> String {
    let on = callee.receiver.as_ref().map(|receiver| format!(" on {receiver}")).unwrap_or_default();
    let lines: Vec<String> = callee.lines.iter().take(NAMED).map(ToString::to_string).collect();
    let mut text = format!("{}:{} {}{on}", callee.path, lines.join(","), callee.name);
    for (at, symbol) in callee.definitions.iter().enumerate() {
        text.push_str(if at == 0 { ", defined at " } else { " or " });
        text.push_str(&format!("{}:{}", symbol.path, symbol.line));
    }
    text
}

/// Calls of which no more is known, several on a line.
fn by_file(callees: &[&Callee]) -> Vec<String> {
    let groups = callees.chunk_by(|one, other| one.path == other.path).flat_map(|group| group.chunks(NAMED));
    let lines = groups.map(|group| {
        let names = group.iter().map(|callee| {
            let on = callee.receiver.as_ref().map(|receiver| format!("{receiver}.")).unwrap_or_default();
            format!("{on}{} ({})", callee.name, callee.lines.first().copied().unwrap_or(0))
        });
        let path = group.first().map_or("", |callee| callee.path.as_str());
        format!("{path}: {}", names.collect::<Vec<_>>().join(", "))
    });
    lines.collect()
}

fn import(import: &Import) -> String {
    format!("{}:{} {}", import.path, import.line, import.text)
}

fn fell_back(page: &mut Page, languages: &[FellBack]) {
    let lines = languages.iter().map(|FellBack { language, why, files }| {
        let files = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        format!("{language}, {files}: {why}")
    });
    page.section("Searched as text only, so less sure:", &lines.collect::<Vec<_>>());
}

fn left_out(page: &mut Page, skipped: &[Skipped]) {
    let mut lines: Vec<String> =
        skipped.iter().take(NAMED).map(|Skipped { path, reason }| format!("{path}: {reason}")).collect();
    if skipped.len() > NAMED {
        lines.push(format!("and {} more", skipped.len() - NAMED));
    }
    page.section("Not looked at, or not wholly:", &lines);
}

/// A text that grows under a budget.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) text: String,
    left: u64,
}

impl Page {
    pub(super) fn new(budget_tokens: u64) -> Self {
        Self { text: String::new(), left: budget_tokens }
    }

    /// Writes one line, whatever it costs.
    pub(super) fn line(&mut self, line: &str) {
        let line = escape(line);
        self.left = self.left.saturating_sub(estimate_tokens(&line) + 1);
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// Writes a title and as many of its lines as half of what is left holds, so that no section takes the place of
    /// all others; counts the rest.
    pub(super) fn section(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.line(title);
        let mut share = self.left / 2;
        let mut written = 0;
        for line in lines {
            let cost = estimate_tokens(line) + 2;
            if cost > share {
                break;
            }
            share -= cost;
            written += 1;
            self.line(&format!("- {line}"));
        }
        if written < lines.len() {
            self.line(&format!("- {} more do not fit here", lines.len() - written));
        }
    }
}
