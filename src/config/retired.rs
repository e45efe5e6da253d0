//! Names that users of the predecessor have and that set nothing here: they are told so, and nothing stops.

use std::collections::BTreeMap;

use super::nearest::nearest;
use super::origin::Remarks;
use super::settings::KEYS;

const SHARED: &str = "for several machines, which this version does not serve yet";
const GONE: &str = "without a counterpart in this version";
const TOOLS: &str = "replaced by disabled_tools (DISABLED_TOOLS)";
const FAST: &str = "replaced by models.fast (EXAI_MODELS_FAST)";
const QUALITY: &str = "replaced by models.quality (EXAI_MODELS_QUALITY)";
const LONG: &str = "replaced by models.long (EXAI_MODELS_LONG)";
const CATALOGUE: &str = "replaced by the catalogue of models (EXAI_MODELS_FILE)";
const CALL_TIMEOUT: &str = "replaced by timeouts.call (EXAI_CALL_TIMEOUT_S)";
const IDLE_TIMEOUT: &str = "replaced by timeouts.idle (EXAI_IDLE_TIMEOUT_S)";
const EMBEDDINGS: &str = "replaced by embeddings.url (EXAI_EMBEDDINGS_URL)";
const ARGUMENT: &str = "decided by the arguments of each call";
const ALWAYS: &str = "always done";

/// Name, and what became of it.
const RETIRED: &[(&str, &str)] = &[
    ("EXAI_REDIS_URL", SHARED),
    ("EXAI_DATABASE_URL", SHARED),
    ("EXAI_WS_EXPERT_KEEPALIVE_MS", GONE),
    ("EXAI_WS_EXPERT_MICROSTEP", GONE),
    ("DIAGNOSTICS", TOOLS),
    ("FAST_MODEL_DEFAULT", FAST),
    ("GLM_SPEED_MODEL", FAST),
    ("KIMI_SPEED_MODEL", FAST),
    ("KIMI_DEFAULT_MODEL", QUALITY),
    ("KIMI_QUALITY_MODEL", QUALITY),
    ("LONG_MODEL_DEFAULT", LONG),
    ("ENFORCE_MAX_TOKENS", CATALOGUE),
    ("GLM_MAX_OUTPUT_TOKENS", CATALOGUE),
    ("KIMI_MAX_OUTPUT_TOKENS", CATALOGUE),
    ("EXPERT_ANALYSIS_TIMEOUT_SECS", CALL_TIMEOUT),
    ("THINKDEEP_EXPERT_TIMEOUT_SECS", CALL_TIMEOUT),
    ("GLM_STREAM_TIMEOUT", IDLE_TIMEOUT),
    ("DEFAULT_USE_ASSISTANT_MODEL", ARGUMENT),
    ("THINKDEEP_USE_ASSISTANT_MODEL_DEFAULT", ARGUMENT),
    ("EXPERT_ANALYSIS_ENABLED", ARGUMENT),
    ("EXPERT_ANALYSIS_THINKING_MODE", ARGUMENT),
    ("GLM_THINKING_MODE", ARGUMENT),
    ("GLM_ENABLE_WEB_BROWSING", ARGUMENT),
    ("KIMI_ENABLE_INTERNET_SEARCH", ARGUMENT),
    ("KIMI_ENABLE_INTERNET_TOOL", ARGUMENT),
    ("KIMI_DEFAULT_TOOL_CHOICE", ARGUMENT),
    ("EXPERT_ANALYSIS_INCLUDE_FILES", ALWAYS),
    ("GLM_STREAM_ENABLED", ALWAYS),
    ("GLM_TOOL_STREAM_ENABLED", ALWAYS),
    ("FALLBACK_ON_FAILURE", GONE),
    ("EXPERT_ANALYSIS_AUTO_UPGRADE", GONE),
    ("EXPERT_ANALYSIS_MAX_FILE_COUNT", GONE),
    ("EXPERT_ANALYSIS_MAX_FILE_SIZE_KB", GONE),
    ("CONVERSATION_STORAGE_BACKEND", GONE),
    ("CONVERSATION_TIMEOUT_HOURS", GONE),
    ("EMBEDDINGS_PROVIDER", EMBEDDINGS),
    ("KIMI_EMBED_MODEL", EMBEDDINGS),
    ("GLM_AGENT_API_URL", GONE),
    ("KIMI_MAX_HEADER_LEN", GONE),
    ("EX_ALLOW_EXTERNAL_PATHS", GONE),
    ("EX_ALLOW_RELATIVE_PATHS", GONE),
    ("EX_AUTOCONTINUE_WORKFLOWS", GONE),
    ("EX_SESSION_SCOPE_STRICT", GONE),
    ("EX_SESSION_SCOPE_ALLOW_CROSS_SESSION", GONE),
    ("EX_SERVER_LOG_PATH", GONE),
    ("EX_TOOLCALL_LOG_PATH", GONE),
    ("EX_METRICS_LOG_PATH", GONE),
    ("EX_ACTIVITY_LOG_PATH", GONE),
    ("SECURE_INPUTS_ENFORCED", GONE),
    ("SEARCH_BACKEND", GONE),
    ("TEST_FILES_DIR", GONE),
];

/// What became of `name`, when it is known and sets nothing. All of `EXAI_WS_` was the predecessor's.
pub(super) fn fate(name: &str) -> Option<&'static str> {
    let listed = RETIRED.iter().find(|(retired, _)| *retired == name).map(|(_, fate)| *fate);
    listed.or_else(|| name.starts_with("EXAI_WS_").then_some(GONE))
}

/// Says once a source and fate which names of `place` set nothing: aloud for ours, on request for names that
/// may belong to another program.
pub(super) fn remark(names: &[(&str, &'static str)], place: &str, remarks: &mut Remarks) {
    let mut fates: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    for (name, fate) in names {
        fates.entry((name.starts_with("EXAI_"), fate)).or_default().push(likely(name));
    }
    for ((ours, fate), names) in fates {
        let text = format!("{} in {place} has no effect: {fate}", names.join(", "));
        if ours { remarks.warnings.push(text) } else { remarks.notes.push(text) }
    }
}

/// The name, with the one that was meant when it is no retired one at all but a slip.
fn likely(name: &str) -> String {
    let listed = RETIRED.iter().any(|(retired, _)| *retired == name);
    let meant = nearest(name, KEYS.iter().flat_map(|key| key.environment).copied()).filter(|_| !listed);
    meant.map_or_else(|| name.to_owned(), |meant| format!("{name} (did you mean {meant}?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_both_sets_something_and_is_retired() {
        for (name, _) in RETIRED {
            assert!(super::super::Key::of_variable(name).is_none(), "{name}");
            assert_eq!(RETIRED.iter().filter(|(other, _)| other == name).count(), 1, "{name}");
        }
    }
}
