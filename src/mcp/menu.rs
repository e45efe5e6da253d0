//! What agents are shown: the tools in a stable order, and what is said once of all of them.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

use crate::error::Result;
use crate::protocol::wire::{ToolEntry, ToolList};
use crate::tools::{List, Offer};

/// What an agent that knows nothing of exai has to know.
const ABOUT: &str = "exai asks other models (GLM and Kimi) for a second opinion: debugging, reviews, plans, tests, \
    consensus. Answers may take minutes. A call that is still running when your time is up answers with its call_id and goes \
    on: wait for it with the tool `calls` (action `wait`) or read exai://call/ID.";

/// What agents are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Menu {
    /// By name.
    pub(super) tools: Vec<Tool>,
    /// What is said once of all tools.
    pub(super) instructions: String,
}

impl Menu {
    /// What `offer` has of the tools of this program.
    pub fn of(list: &List, offer: &Offer) -> Result<Self> {
        Ok(Self::told(list.shown(offer)?, |_| true))
    }

    /// What a daemon has, as far as `is_offered` says.
    pub fn told(list: ToolList, is_offered: impl Fn(&str) -> bool) -> Self {
        let offered = list.tools.into_iter().filter(|entry| is_offered(&entry.name));
        let mut tools: Vec<_> = offered.map(tool).collect();
        // The same order every time: what a client's model is shown stays in its cache.
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        let more = list.instructions.map(|more| format!("\n\n{more}")).unwrap_or_default();
        Self { tools, instructions: format!("{ABOUT}{more}") }
    }

    /// Whether it has a tool of that name.
    pub fn has(&self, name: &str) -> bool {
        self.tool(name).is_some()
    }

    /// The tool of that name.
    pub(super) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

fn tool(entry: ToolEntry) -> Tool {
    let schema = match entry.input_schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    };
    let does = entry.annotations;
    let annotations = ToolAnnotations::new()
        .read_only(does.read_only_hint)
        .destructive(does.destructive_hint)
        .open_world(does.open_world_hint);
    Tool::new(entry.name, entry.description, Arc::new(schema)).with_title(entry.title).with_annotations(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;

    #[test]
    fn tools_are_shown_by_name_with_what_they_do_to_the_world() {
        let menu = Menu::of(&List::new(&[]), &Offer::default()).unwrap();
        assert!(menu.tools.is_sorted_by(|a, b| a.name < b.name));
        let hints = |name: &str| {
            let hints = menu.tool(name).unwrap().annotations.clone().unwrap();
            (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint)
        };
        assert_eq!(hints("debug"), (Some(true), Some(false), Some(true)));
        assert_eq!(hints("kimi_manage_files"), (Some(false), Some(true), Some(true)));
        assert_eq!(hints("version"), (Some(true), Some(false), Some(false)));
        assert!(menu.instructions.contains("continuation_id"), "{}", menu.instructions);
    }

    #[test]
    fn an_agent_of_the_router_reads_little() {
        let menu = Menu::of(&List::new(&[]), &Offer::Profile(Profile::Router)).unwrap();
        assert_eq!(menu.tools.iter().map(|tool| tool.name.as_ref()).collect::<Vec<_>>(), ["exai_describe", "exai_run"]);
        assert!(menu.instructions.len() < 500, "{}", menu.instructions);
    }
}
