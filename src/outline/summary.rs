//! The outline of many files as one text for a prompt, as detailed as a budget allows.

use super::facts::{How, Outline, Symbol};
use super::render::Page;
use crate::evidence::estimate_tokens;
use crate::evidence::fence::escape;

/// How much is said of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// All symbols.
    All,
    /// What is no test code.
    WithoutTests,
    /// Types, and what is public, outside of test code.
    Public,
    /// Its name, and how much it defines.
    Name,
}

const DETAILS: [Detail; 4] = [Detail::All, Detail::WithoutTests, Detail::Public, Detail::Name];

/// The symbols of `outlines`, each with its line, in about `budget_tokens` at most.
///
/// All files are shown in the most detail in which all of them fit, and the first ones in more, as far as there is
/// room. The last lines say what was left out.
pub fn summary(outlines: &[Outline], budget_tokens: u64) -> String {
    // The lines before and after the files.
    let room = budget_tokens.saturating_sub(80);
    let costs: Vec<[u64; 4]> = outlines.iter().map(|outline| DETAILS.map(|detail| cost(outline, detail))).collect();
    let total = |at: usize| costs.iter().map(|cost| cost.get(at).copied().unwrap_or(0)).sum::<u64>();
    let base = (0..DETAILS.len()).find(|&at| total(at) <= room);
    let mut page = Page::new(budget_tokens);
    page.line(&format!("Outline of {} files, with the line of each definition:", outlines.len()));
    let mut left = room.saturating_sub(total(base.unwrap_or(DETAILS.len() - 1)));
    let mut unfit = if base.is_none() { room } else { u64::MAX };
    let mut hidden = Hidden::default();
    for (outline, cost) in outlines.iter().zip(&costs) {
        let at = base.unwrap_or(DETAILS.len() - 1);
        let more = at.checked_sub(1).filter(|&more| base.is_some() && cost[more] - cost[at].min(cost[more]) <= left);
        if let Some(more) = more {
            left -= cost[more] - cost[at].min(cost[more]);
        }
        let detail = more.unwrap_or(at);
        let Some(rest) = unfit.checked_sub(cost[detail]) else {
            hidden.files += 1;
            continue;
        };
        unfit = rest;
        hidden.symbols += outline.symbols.len() - shown(outline, DETAILS[detail]).count();
        page.text.push_str(&text(outline, DETAILS[detail]));
    }
    hidden.tell(&mut page);
    page.text
}

/// What a summary does not show.
#[derive(Debug, Default)]
struct Hidden {
    files: usize,
    symbols: usize,
}

impl Hidden {
    fn tell(&self, page: &mut Page) {
        let Self { files, symbols } = self;
        if *symbols > 0 {
            page.line(&format!(
                "Left out under the budget: {symbols} definitions (tests first, then what is not public)."
            ));
        }
        if *files > 0 {
            page.line(&format!("Left out under the budget: {files} files."));
        }
    }
}

fn cost(outline: &Outline, detail: Detail) -> u64 {
    estimate_tokens(&text(outline, detail))
}

fn shown(outline: &Outline, detail: Detail) -> impl Iterator<Item = &Symbol> {
    let is_code = |symbol: &Symbol| !outline.is_test && !symbol.is_test;
    outline.symbols.iter().filter(move |symbol| match detail {
        Detail::All => true,
        Detail::WithoutTests => is_code(symbol),
        Detail::Public => is_code(symbol) && (symbol.is_public || symbol.kind.is_type()),
        Detail::Name => false,
    })
}

/// One file: its name, then a line for each symbol, deeper where it is in another one.
fn text(outline: &Outline, detail: Detail) -> String {
    let how = match &outline.how {
        How::Parsed { .. } => String::new(),
        How::TextSearch { why, .. } => format!(" (searched as text: {why})"),
    };
    let count =
        if detail == Detail::Name { format!(" ({} definitions)", outline.symbols.len()) } else { String::new() };
    let mut text = format!("{}{how}{count}\n", escape(&outline.path));
    for symbol in shown(outline, detail) {
        let depth = symbol
            .container
            .as_deref()
            .map_or(0, |container| container.split(['.', ':']).filter(|name| !name.is_empty()).count());
        let indent = "  ".repeat(depth.min(6));
        text.push_str(&format!("{:>5}│ {indent}{}\n", symbol.line, escape(&symbol.signature)));
    }
    text
}
