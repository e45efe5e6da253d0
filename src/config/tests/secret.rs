//! Keys are used and never shown.

use super::*;

#[test]
fn a_key_shows_nowhere() {
    let home =
        environment(&[("GLM_API_KEY", " test-key "), ("KIMI_API_KEY", "test-key"), ("EXAI_CUSTOM_URL", "https://a")])
            .toml("[custom]\napi_key = 'test-key'")
            .flag("glm.api_key", "test-key");
    let loaded = home.load();
    let secret = loaded.config.glm.api_key.clone().unwrap();
    let shown = [
        format!("{loaded:?} {:#?} {:?} {:?}", loaded.config, loaded.rows(), home.sources),
        format!("{secret} {secret:?} {}", serde_json::to_string(&secret).unwrap()),
        serde_json::to_string(&loaded.rows()).unwrap(),
    ];
    for text in shown {
        assert!(!text.contains("test-key"), "{text}");
        assert!(text.contains("***"), "{text}");
    }
    assert_eq!(secret.expose(), "test-key");
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
    for value in ["test key", "test-key\ttest-key", "test-kéy"] {
        let error = environment(&[("GLM_API_KEY", value)]).error();
        assert!(error.message.starts_with("glm.api_key can not be `***` (GLM_API_KEY in the environment)"), "{error}");
        assert!(!format!("{error:?}").contains(value), "{error:?}");
    }
    let unquoted = Home::new().toml("[glm]\napi_key = test-key\n").complaint();
    assert!(unquoted.starts_with("~/.config/exai/config.toml:2: ") && !unquoted.contains("test-key"), "{unquoted}");
}
