//! Names: unknown ones, retired ones, and two for one key.

use super::*;
use crate::error::ErrorCode;

#[test]
fn an_unknown_name_of_ours_is_an_error_with_the_nearest_name_and_its_place() {
    let cases = [
        (
            environment(&[("EXAI_CUSTOM_ULR", "x")]),
            "unknown variable EXAI_CUSTOM_ULR (the environment)",
            "EXAI_CUSTOM_URL",
        ),
        (Home::new().user_env("\nEXAI_QUEUE=1"), "unknown variable EXAI_QUEUE (~/.config/exai/.env:2)", ""),
        (
            Home::new().env_file("EXAI_MODEL_FAST=a"),
            "unknown variable EXAI_MODEL_FAST (~/named.env:1)",
            "EXAI_MODELS_FAST",
        ),
        (
            Home::new().toml("[glm]\napikey = 'test-key'"),
            "unknown key glm.apikey (~/.config/exai/config.toml:2)",
            "glm.api_key",
        ),
        (Home::new().toml("[gml]\nurl = 'x'"), "unknown key gml.url (~/.config/exai/config.toml:2)", "glm.url"),
        (Home::new().toml("[timeout]"), "unknown key timeout (~/.config/exai/config.toml:1)", ""),
        (Home::new().toml("modle = 'x'"), "unknown key modle (~/.config/exai/config.toml:1)", ""),
        (Home::new().flag("timeouts.cal", "3"), "unknown key timeouts.cal (--flag)", "timeouts.call"),
    ];
    for (home, message, nearest) in cases {
        let error = home.error();
        assert_eq!((error.code, home.shorten(&error.message)), (ErrorCode::ValidationError, message.to_owned()));
        assert!(error.hints[0].contains(nearest), "{message}: {:?}", error.hints);
        assert!(!format!("{error:?}").contains("test-key"));
    }
}

#[test]
fn names_of_the_predecessor_that_set_nothing_only_warn() {
    let loaded = environment(&[
        ("EXAI_REDIS_URL", "redis://127.0.0.1"),
        ("EXAI_DATABASE_URL", "test-key"),
        ("EXAI_WS_EXPERT_MICROSTEP", "1"),
        ("EXAI_WS_SESION_MAX_INFLIGHT", "2"),
        ("DIAGNOSTICS", "true"),
        ("PATH", "/bin"),
    ])
    .user_env("FALLBACK_ON_FAILURE=true\nOTHER=1\nGLM_API_KYE=test-key\n")
    .load();
    let warnings = [
        "EXAI_DATABASE_URL, EXAI_REDIS_URL in the environment has no effect: for several machines, which this version does not \
         serve yet",
        "EXAI_WS_EXPERT_MICROSTEP, EXAI_WS_SESION_MAX_INFLIGHT (did you mean EXAI_WS_SESSION_MAX_INFLIGHT?) in the \
         environment has no effect: without a counterpart in this version",
    ];
    assert_eq!(loaded.warnings, warnings);
    assert_eq!(loaded.notes.len(), 4, "{:?}", loaded.notes);
    assert!(loaded.notes[0].starts_with("DIAGNOSTICS in the environment has no effect"));
    assert!(loaded.notes.iter().any(|note| note.ends_with(":3 is not a setting of exai (did you mean GLM_API_KEY?)")));
    assert!(!format!("{loaded:?}").contains("test-key"));
}

#[test]
fn of_two_names_of_one_key_the_first_listed_wins_and_a_warning_says_so() {
    let pairs = [("ZHIPUAI_API_KEY", "test-key-2"), ("GLM_API_KEY", "test-key-1")];
    let loaded = environment(&pairs).load();
    assert_eq!(loaded.config.glm.api_key.unwrap().expose(), "test-key-1");
    assert_eq!(loaded.warnings, ["GLM_API_KEY and ZHIPUAI_API_KEY in the environment differ: GLM_API_KEY is used"]);
    let same = environment(&[("ZHIPUAI_API_KEY", "test-key"), ("GLM_API_KEY", "test-key")]).load();
    assert_eq!(same.warnings, [""; 0]);
    let one_empty = environment(&[("ZHIPUAI_API_KEY", "test-key"), ("GLM_API_KEY", "")]).load();
    assert_eq!(one_empty.config.glm.api_key.unwrap().expose(), "test-key");
    assert_eq!(one_empty.warnings, [""; 0]);
}

#[test]
fn the_second_name_of_a_key_in_an_upper_source_wins_over_the_first_below() {
    let loaded = environment(&[("MOONSHOT_API_KEY", "test-key-2")]).user_env("KIMI_API_KEY=test-key-1").load();
    assert_eq!(loaded.config.kimi.api_key.unwrap().expose(), "test-key-2");
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn the_lean_names_of_the_predecessor_set_something_and_say_when_they_do_not() {
    let lean = environment(&[("LEAN_MODE", "true"), ("LEAN_TOOLS", "chat, Debug"), ("STRICT_LEAN", "1")]).load();
    assert_eq!((lean.config.tools.lean, lean.config.tools.strict_lean), (true, true));
    assert_eq!(lean.config.tools.lean_tools, ["chat", "Debug"]);
    assert_eq!(lean.warnings, [""; 0]);
    let off = environment(&[("LEAN_TOOLS", "chat")]).load();
    assert_eq!(
        off.warnings,
        ["tools.lean_tools (LEAN_TOOLS in the environment) has no effect: tools.lean (LEAN_MODE) is not set"]
    );
    let both = environment(&[("LEAN_MODE", "true"), ("EXAI_TOOLS_PROFILE", "core")]).load();
    assert_eq!(both.warnings, ["tools.lean (LEAN_MODE in the environment) has no effect: tools.profile is core"]);
}
