//! What values may be, and how a refused one is told.

use std::time::Duration;

use super::*;
use crate::config::setting::{Raw, Setting};

#[test]
fn every_type_is_read_from_text_and_from_toml() {
    let toml = "disabled_tools = ['chat', 'debug']\n[limits]\nglm = 4\n[timeouts]\ncall = 1.5\nidle = '2m'\n\
                [custom]\ncontext_tokens = 0x10_000\n";
    let config = environment(&[
        ("EXAI_MODELS_FAST", " a, b ,,c "),
        ("EXAI_CONNECT_TIMEOUT_S", "250ms"),
        ("EXAI_HEADERS_TIMEOUT_S", "90s"),
        ("EXAI_QUEUE_LIMIT", "0"),
        ("EXAI_CUSTOM_URL", "http://localhost:1234/v1/"),
        ("EXAI_MODELS_FILE", "~/models.toml"),
    ])
    .toml(toml);
    let home = config.directory.path();
    let config = config.load().config;
    assert_eq!(config.disabled_tools, ["chat", "debug"]);
    assert_eq!(config.models.fast, ["a", "b", "c"]);
    assert_eq!((config.limits.glm, config.limits.queue, config.custom.context_tokens), (4, 0, 65_536));
    assert_eq!(config.timeouts.call, Duration::from_millis(1500));
    assert_eq!(config.timeouts.idle, Duration::from_mins(2));
    assert_eq!(config.timeouts.connect, Duration::from_millis(250));
    assert_eq!(config.timeouts.headers, Duration::from_secs(90));
    assert_eq!(config.custom.url.unwrap().join("/models"), "http://localhost:1234/v1/models");
    assert_eq!(config.models.file.unwrap(), home.join("models.toml"));
}

#[test]
fn values_of_tools_are_a_table_in_toml_and_pairs_elsewhere() {
    let toml = "[tools.models]\ncodereview = 'kimi-k3.1-pro'\n[tools]\nthinking = { debug = 'high', chat = 'low' }\n";
    let config = environment(&[]).toml(toml).load().config;
    assert_eq!(config.tools.models.iter().collect::<Vec<_>>(), [("codereview", "kimi-k3.1-pro")]);
    assert_eq!(config.tools.thinking.iter().collect::<Vec<_>>(), [("chat", "low"), ("debug", "high")]);
    let config = environment(&[("EXAI_TOOLS_MODELS", "debug = glm-4.6, chat=mock:echo")]).toml(toml).load().config;
    assert_eq!(config.tools.models.iter().collect::<Vec<_>>(), [("chat", "mock:echo"), ("debug", "glm-4.6")]);
    for wrong in ["debug", "=x", "debug="] {
        assert!(PerTool::parse(&Raw::Text(wrong.into())).is_err(), "{wrong}");
    }
    let none = PerTool::parse(&Raw::Table(vec![]));
    assert_eq!((none.clone().unwrap().show(), none.unwrap().literal()), (None, "{}".to_owned()));
    assert!(Vec::<String>::parse(&Raw::Table(vec![("a".into(), "b".into())])).is_err());
}

#[test]
fn a_truth_value_has_many_names_but_not_every_one() {
    for (text, expected) in
        [("true", Ok(true)), ("YES", Ok(true)), ("1", Ok(true)), ("on", Ok(true)), ("off", Ok(false)), ("0", Ok(false))]
    {
        assert_eq!(bool::parse(&Raw::Text(text.into())), expected, "{text}");
    }
    assert!(bool::parse(&Raw::Text("maybe".into())).is_err());
    assert_eq!(bool::parse(&Raw::Bool(true)), Ok(true));
}

#[test]
fn a_refused_value_is_told_with_its_key_its_place_and_what_is_allowed() {
    let cases = [
        ("EXAI_GLM_MAX_INFLIGHT", "0", "limits.glm can not be `0` (", "a whole number, 1 to 10000"),
        ("EXAI_WS_GLM_MAX_INFLIGHT", "-1", "limits.glm can not be `-1` (", "a whole number, 1 to 10000"),
        ("EXAI_GLOBAL_MAX_INFLIGHT", "many", "limits.global can not be `many` (", "a whole number, 1 to 10000"),
        ("EXAI_CALL_TIMEOUT_S", "3601", "timeouts.call can not be `3601` (", "0.1 to 3600"),
        ("EXAI_CALL_TIMEOUT_S", "0", "timeouts.call can not be `0` (", "0.1 to 3600"),
        ("EXAI_CALL_TIMEOUT_S", "2d", "timeouts.call can not be `2d` (", "90s or 5m"),
        ("EXAI_CALL_TIMEOUT_S", "inf", "timeouts.call can not be `inf` (", "90s or 5m"),
        ("EXAI_CUSTOM_CONTEXT_TOKENS", "99999999999", "custom.context_tokens can not be ", "1024 to 10000000"),
        ("EXAI_STATE_DIR", "here", "state_dir can not be `here` (", "an absolute path"),
        ("EXAI_MODELS_FILE", "./models.toml", "models.file can not be `./models.toml` (", "an absolute path"),
        ("GLM_API_URL", "ftp://example.com", "glm.url can not be `ftp://example.com` (", "http or https"),
        ("GLM_API_URL", "api.example.com", "glm.url can not be `***` (", "http or https"),
    ];
    for (name, value, start, allowed) in cases {
        let message = environment(&[(name, value)]).complaint();
        assert!(message.starts_with(start) && message.contains(allowed), "{message}");
        assert!(message.contains(&format!("({name} in the environment)")), "{message}");
    }
}

#[test]
fn a_value_of_the_wrong_type_in_toml_is_told_with_its_line() {
    let cases = [
        ("\n[limits]\nglm = 1.5", "limits.glm can not be `1.5` (~/.config/exai/config.toml:3)"),
        ("default_model = 5", "default_model can not be `5` (~/.config/exai/config.toml:1)"),
        ("disabled_tools = [1]", "disabled_tools can not be `an array of other things than text` ("),
        ("[limits.glm]\nx = 1", "limits.glm can not be `a table` ("),
        ("locale = 2026-01-01", "locale can not be `a date` ("),
        ("limits = 3", "limits is a table of keys, not a value (~/.config/exai/config.toml:1)"),
    ];
    for (text, start) in cases {
        let message = Home::new().toml(text).complaint();
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn an_endpoint_that_carries_credentials_is_refused_without_being_shown() {
    let cases =
        ["https://me:test-key@example.com", "https://example.com/?key=test-key", "https://example.com/#test-key"];
    for url in cases {
        let error = environment(&[("KIMI_API_URL", url)]).error();
        assert!(error.message.starts_with("kimi.url can not be `***` ("), "{error}");
        assert!(!format!("{error:?}").contains("test-key"), "{error:?}");
    }
}

#[test]
fn plain_http_is_accepted_where_no_key_can_be_overheard() {
    for url in ["http://localhost:1/v1", "http://127.0.0.1:1", "http://[::1]:1", "http://glm.localhost"] {
        environment(&[("GLM_API_URL", url), ("GLM_API_KEY", "test-key")]).load();
    }
    environment(&[("EXAI_CUSTOM_URL", "http://gpu.example:8000/v1")]).load();
    let refused = [
        &[("GLM_API_URL", "http://example.com")][..],
        &[("KIMI_API_URL", "http://192.0.2.1")],
        &[("KIMI_API_URL", "http://127.0.0.1.example.com")],
        &[("EXAI_CUSTOM_URL", "http://gpu.example"), ("EXAI_CUSTOM_API_KEY", "test-key")],
    ];
    for pairs in refused {
        let message = environment(pairs).complaint();
        assert!(message.ends_with("its key would travel in clear text"), "{message}");
    }
}

#[test]
fn a_step_that_may_take_longer_than_its_call_is_told() {
    let loaded = environment(&[("EXAI_CALL_TIMEOUT_S", "100"), ("EXAI_IDLE_TIMEOUT_S", "101")]).load();
    let warning = "timeouts.idle (EXAI_IDLE_TIMEOUT_S in the environment) is 101 s, and a call is given up after 100 s \
                   (timeouts.call): it matters only to callers that allow more time";
    assert_eq!(loaded.warnings, [warning], "and nothing is said of what nobody has set");
}

#[test]
fn a_custom_provider_without_its_url_is_said_to_be_off() {
    let loaded = environment(&[("EXAI_CUSTOM_MODEL", "m")]).load();
    let warning = "custom.model (EXAI_CUSTOM_MODEL in the environment) has no effect: custom.url is not set";
    assert_eq!(loaded.warnings, [warning]);
}
