//! What tools do to the world, for clients that ask before they let one run.

use crate::protocol::wire::ToolAnnotations;

/// Tools that change something outside of exai's own journal: what they do can be undone, or it can not.
const CHANGING: [(&str, bool); 5] = [
    ("calls", false),
    ("glm_upload_file", false),
    ("kimi_chat_with_files", false),
    ("kimi_manage_files", true),
    ("kimi_upload_files", false),
];
/// Tools that look at exai itself and ask nobody.
const CLOSED: [&str; 10] = [
    "activity",
    "calls",
    "challenge",
    "exai_describe",
    "glm_payload_preview",
    "health",
    "listmodels",
    "provider_capabilities",
    "status",
    "version",
];

/// What the tool of that name does.
pub(super) fn of(name: &str) -> ToolAnnotations {
    let changes = CHANGING.iter().find(|(changing, _)| *changing == name);
    ToolAnnotations {
        read_only_hint: changes.is_none(),
        destructive_hint: changes.is_some_and(|(_, is_destructive)| *is_destructive),
        open_world_hint: !CLOSED.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::List;

    #[test]
    fn every_tool_of_the_tables_is_a_tool() {
        let list = List::new(&[]);
        let names = CHANGING.iter().map(|(name, _)| *name).chain(CLOSED);
        for name in names {
            assert!(list.get(name).is_ok(), "{name}");
        }
    }
}
