//! What each tool costs the model of a client, in tokens: every request of an agent carries the list of its tools.
//!
//! The figures are counted with a real vocabulary by a test and kept in `costs/figures.rs`, because the vocabulary
//! itself is larger than the program. `UPDATE_DOCUMENTS=1 cargo nextest run -p exai-core costs` counts again.

mod figures;

use figures::{INSTRUCTIONS, TOOLS};

/// What the tool called `name` costs: its name, its description, and what a client is shown of its arguments. `None`
/// for one that is not listed.
pub fn cost(name: &str) -> Option<u32> {
    TOOLS.iter().find(|(tool, _)| *tool == name).map(|(_, tokens)| *tokens)
}

/// What is said once of all tools costs so many tokens.
pub fn cost_of_instructions() -> u32 {
    INSTRUCTIONS
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::config::Profile;
    use crate::tools::list::INSTRUCTIONS;
    use crate::tools::{Offer, Registry, Shown, is_current};

    fn count(text: &str) -> u32 {
        tiktoken::get_encoding("o200k_base").unwrap().count(text).try_into().unwrap()
    }

    fn tokens(shown: &Shown) -> u32 {
        let (info, brief) = (shown.info, shown.brief());
        count(&json!({"name": info.name, "description": info.description, "inputSchema": brief}).to_string())
    }

    fn shown(profile: Profile) -> Vec<Shown> {
        Registry::new(&[]).shown(&Offer::Profile(profile)).unwrap()
    }

    #[test]
    fn the_figures_are_those_that_a_real_vocabulary_counts() {
        let listed = [shown(Profile::Full), shown(Profile::Router)].concat();
        let rows: String =
            listed.iter().map(|shown| format!("    (\"{}\", {}),\n", shown.info.name, tokens(shown))).collect();
        let instructions = count(INSTRUCTIONS);
        let current = format!(
            "//! Counted by the test of `costs.rs`: do not edit.\n\n\
             /// Tokens of what is said once of all tools.\npub(super) const INSTRUCTIONS: u32 = {instructions};\n\n\
             /// Tokens of each tool as a client is shown it.\npub(super) const TOOLS: &[(&str, u32)] = &[\n{rows}];\n"
        );
        is_current("costs/figures.rs", &current);
    }

    /// Every client's model reads all of this with every request.
    #[test]
    fn what_agents_are_shown_stays_within_its_budget() {
        let total = |shown: Vec<Shown>| shown.iter().map(tokens).sum::<u32>();
        let mut workflows = shown(Profile::Full);
        workflows.retain(|shown| shown.schema["properties"].get("total_steps").is_some());
        assert!(workflows.len() >= 11);
        for (what, tokens, most) in [
            ("the workflow tools of full", total(workflows), 5_000),
            ("core", total(shown(Profile::Core)), 1_500),
            ("router", total(shown(Profile::Router)), 400),
        ] {
            assert!(tokens <= most, "{what}: {tokens} tokens, allowed: {most}");
        }
    }
}
