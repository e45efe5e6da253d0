//! The calls as shown, as a file.

use exai_core::protocol::CallRow;

/// As comma-separated values, with a heading.
pub(crate) fn csv(rows: &[&CallRow]) -> String {
    let mut text =
        "call_id,tool,state,phase,provider,model,elapsed_s,queued_s,attempts,tokens,session_id,owner,cause\n"
            .to_owned();
    for row in rows {
        let cells = [
            row.call_id.to_string(),
            row.tool.clone(),
            row.state.as_str().to_owned(),
            row.phase.map(|phase| phase.as_str().to_owned()).unwrap_or_default(),
            row.provider.clone().unwrap_or_default(),
            row.model.clone().unwrap_or_default(),
            row.elapsed_s.to_string(),
            row.queued_s.to_string(),
            row.attempts.to_string(),
            row.tokens.map(|tokens| tokens.to_string()).unwrap_or_default(),
            row.session_id.clone(),
            row.owner.clone(),
            row.cause.clone().unwrap_or_default(),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push('\n');
    }
    text
}

/// As a JSON array.
pub(crate) fn json(rows: &[&CallRow]) -> String {
    // Plain rows can always be written.
    serde_json::to_string_pretty(rows).unwrap_or_default() + "\n"
}

/// A spreadsheet must neither take a comma for a border nor a name for a formula.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula || cell.contains([',', '"', '\n', '\r']) {
        let guard = if is_formula { "'" } else { "" };
        return format!("\"{guard}{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        for (cell, written) in
            [("glm-5.3", "glm-5.3"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("=1+1", "\"'=1+1\"")]
        {
            assert_eq!(quoted(cell), written);
        }
    }
}
