//! What the table of keys generates.

use super::*;

#[test]
fn rows_tell_value_unit_origin_and_meaning() {
    let rows = environment(&[("EXAI_CALL_TIMEOUT_S", "1.5"), ("GLM_API_KEY", "test-key")]).load().rows();
    let row = |name: &str| rows.iter().find(|row| row.key == name).unwrap();
    assert_eq!(rows.len(), KEYS.len());
    assert_eq!((row("timeouts.call").value.as_deref(), row("timeouts.call").unit), (Some("1.5"), Some("s")));
    assert_eq!(row("timeouts.call").origin, "EXAI_CALL_TIMEOUT_S in the environment");
    assert_eq!(row("glm.api_key").value.as_deref(), Some("***"));
    assert_eq!((row("locale").value.as_deref(), row("locale").origin.as_str()), (None, "default"));
    assert_eq!(
        row("limits.queue").doc,
        "How many requests to one provider may wait for their turn; one more is refused."
    );
}

#[test]
fn the_sample_can_be_loaded_as_it_is_and_with_every_line_uncommented() {
    let sample = sample();
    let home = Home::new().toml(&sample);
    let defaults = Home::new();
    let values = |home: &Home| -> Vec<_> {
        home.load().rows().into_iter().map(|row| (row.key, row.value.map(|value| home.shorten(&value)))).collect()
    };
    assert_eq!(values(&home), values(&defaults));
    let uncommented: Vec<&str> = sample.lines().map(uncommented).collect();
    let home = home.toml(&uncommented.join("\n"));
    assert_eq!(values(&home), values(&defaults));
    let set = home.load().rows().into_iter().filter(|row| row.origin != "default").count();
    let unset = KEYS.iter().filter(|key| key.default_shown().is_none()).count();
    assert_eq!(set + unset, KEYS.len());
}

/// Prose stays a comment, a setting does not.
fn uncommented(line: &str) -> &str {
    line.strip_prefix('#').filter(|rest| !rest.is_empty() && !rest.starts_with(' ')).unwrap_or(line)
}

#[test]
fn every_key_is_described_and_no_name_is_used_twice() {
    let mut names: Vec<&str> =
        KEYS.iter().flat_map(|key| key.environment).copied().chain(KEYS.iter().map(|key| key.name)).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for key in KEYS {
        assert!(key.doc.ends_with('.') && !key.environment.is_empty(), "{}", key.name);
        assert!(key.environment.iter().all(|name| Key::of_variable(name).is_some_and(|other| other.name == key.name)));
    }
    let config = Home::new().load().config;
    for endpoint in [config.glm.url, config.kimi.url] {
        assert_eq!(Endpoint::parse(endpoint.as_str()).unwrap(), endpoint);
    }
}
