//! The schemas of tools as clients see them.

use super::Registry;

/// Tools of which each has a snapshot of its own.
const TOOLS: &[&str] = &[
    "activity",
    "calls",
    "challenge",
    "glm_embed",
    "glm_payload_preview",
    "glm_upload_file",
    "glm_web_search",
    "health",
    "kimi_chat_with_files",
    "kimi_chat_with_tools",
    "kimi_intent_analysis",
    "kimi_manage_files",
    "kimi_upload_files",
    "listmodels",
    "provider_capabilities",
    "self-check",
    "status",
    "version",
];

#[test]
fn the_schema_of_each_tool_is_as_its_snapshot() {
    let registry = Registry::new(&[]);
    for name in TOOLS {
        let schema = registry.schema(name).unwrap();
        insta::assert_snapshot!(format!("schema_{name}"), serde_json::to_string_pretty(schema).unwrap());
    }
}
