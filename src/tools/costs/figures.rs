//! Counted by the test of `costs.rs`: do not edit.

/// Tokens of what is said once of all tools.
pub(super) const INSTRUCTIONS: u32 = 497;

/// Tokens of each tool as a client is shown it.
pub(super) const TOOLS: &[(&str, u32)] = &[
    ("activity", 185),
    ("analyze", 332),
    ("calls", 187),
    ("challenge", 73),
    ("chat", 165),
    ("codereview", 430),
    ("consensus", 330),
    ("debug", 290),
    ("docgen", 295),
    ("glm_embed", 130),
    ("glm_payload_preview", 164),
    ("glm_upload_file", 84),
    ("glm_web_search", 209),
    ("health", 74),
    ("kimi_chat_with_files", 161),
    ("kimi_chat_with_tools", 246),
    ("kimi_intent_analysis", 110),
    ("kimi_manage_files", 152),
    ("kimi_upload_files", 127),
    ("listmodels", 40),
    ("planner", 219),
    ("precommit", 428),
    ("provider_capabilities", 103),
    ("refactor", 391),
    ("secaudit", 452),
    ("self-check", 72),
    ("status", 142),
    ("testgen", 301),
    ("thinkdeep", 352),
    ("tracer", 263),
    ("version", 38),
    ("exai_describe", 172),
    ("exai_run", 69),
];
