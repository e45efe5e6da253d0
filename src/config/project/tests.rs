//! What a repository may set, and everything that it may not.

use serde_json::json;

use super::*;
use crate::error::ErrorCode;

fn parse(text: &str) -> Result<Project> {
    Project::parse(text, Path::new("exai.toml"))
}

#[test]
fn a_repository_sets_globs_and_options_of_tools() {
    let text = "ignore = ['vendor/**', '*.lock']\n[tools.codereview]\nseverity-filter = 'high'\nfocus_on = 'locks'\n\
                [tools.secaudit]\nthinking-mode = 'high'\ntemperature = 0.5\nfocus_areas = ['a', 'b']\n";
    let project = parse(text).unwrap();
    assert_eq!(project.ignore, ["vendor/**", "*.lock"]);
    let options = json!({
        "codereview": {"severity_filter": "high", "focus_on": "locks"},
        "secaudit": {"thinking_mode": "high", "temperature": 0.5, "focus_areas": ["a", "b"]},
    });
    assert_eq!(serde_json::to_value(project.tools).unwrap(), options);
}

#[test]
fn whatever_is_the_callers_alone_is_refused_with_its_key_file_and_line() {
    let top = ["default_model", "glm", "limits", "state_dir", "prompt", "roots", "listen", "token", "store", "budget"];
    let inside = [
        "model",
        "Model",
        "models",
        "timeout",
        "timeout_s",
        "on_error",
        "on-error",
        "ON-ERROR",
        "use_websearch",
        "prompt",
        "relevant_files",
        "relevant-files",
        "images",
        "api_key",
        "url",
        "continuation_id",
        "step",
        "confidence",
        "use_assistant_model",
        "expert",
        "relevant_context",
        "no_such_option",
    ];
    let cases = top
        .map(|key| (format!("# first\n{key} = 'test-key'\n"), key.to_owned()))
        .into_iter()
        .chain(inside.map(|key| (format!("[tools.debug]\n{key} = 'test-key'\n"), format!("tools.debug.{key}"))));
    for (text, key) in cases {
        let error = parse(&text).unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationError, "{key}");
        assert!(error.message.starts_with(&format!("{key} is refused (exai.toml:2): a repository may not decide ")));
        assert!(!format!("{error:?}").contains("test-key"), "{error:?}");
    }
}

#[test]
fn tables_of_the_users_configuration_are_refused_too() {
    let error = parse("ignore = []\n\n[glm]\napi_key = 'test-key'\n").unwrap_err();
    assert_eq!(error.message, "glm is refused (exai.toml:3): a repository may not decide this");
}

#[test]
fn a_value_of_the_wrong_type_is_named_but_not_shown() {
    let cases = [
        ("ignore = 'test-key'", "ignore"),
        ("ignore = [1]", "ignore"),
        ("tools = 'test-key'", "tools"),
        ("tools.debug = 'test-key'", "tools.debug"),
        ("[tools.debug]\nfocus_on = {a = 'test-key'}", "tools.debug.focus_on"),
        ("[tools.debug]\nreview_type = 2026-01-01", "tools.debug.review_type"),
        ("[tools.debug]\ntemperature = nan", "tools.debug.temperature"),
        ("[tools.debug]\ntemperature = 99999999999999999999", "tools.debug.temperature"),
    ];
    for (text, key) in cases {
        let error = parse(text).unwrap_err();
        assert!(error.message.starts_with(&format!("{key} has the wrong type (exai.toml:")), "{}", error.message);
        assert!(!error.message.contains("test-key"), "{}", error.message);
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line_and_none_of_its_text() {
    let error = parse("ignore = []\ntest-key test-key\n").unwrap_err();
    assert!(error.message.starts_with("exai.toml:2: "), "{}", error.message);
    assert!(!error.message.contains("test-key"), "{}", error.message);
}

#[test]
fn a_project_without_the_file_has_no_settings() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(Project::load(root.path()).unwrap(), None);
    std::fs::write(root.path().join(NAME), "").unwrap();
    assert_eq!(Project::load(root.path()).unwrap(), Some(Project::default()));
}

#[test]
fn a_directory_and_an_oversized_file_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(NAME);
    std::fs::create_dir(&path).unwrap();
    assert!(Project::load(root.path()).unwrap_err().message.ends_with("exai.toml is not a regular file"));
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, "#".repeat(65_537)).unwrap();
    assert!(Project::load(root.path()).unwrap_err().message.ends_with("exai.toml is larger than 65536 bytes"));
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_even_when_it_leads_to_a_good_file() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("real.toml"), "ignore = []").unwrap();
    std::os::unix::fs::symlink("real.toml", root.path().join(NAME)).unwrap();
    assert!(Project::load(root.path()).unwrap_err().message.ends_with("exai.toml is not a regular file"));
}
