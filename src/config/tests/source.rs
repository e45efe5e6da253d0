//! Which sources there are, which wins, and what is wrong with a file.

use super::*;

#[test]
fn each_source_wins_over_those_below_it() {
    let mut home = Home::new();
    let mut seen = Vec::new();
    let mut look = |home: &Home| {
        let loaded = home.load();
        seen.push((loaded.config.default_model.clone(), home.shorten(&loaded.origin("default_model").to_string())));
    };
    look(&home);
    home = home.toml("default_model = 'of-toml'");
    look(&home);
    home = home.user_env("\nDEFAULT_MODEL=of-user-env");
    look(&home);
    home = home.env_file("DEFAULT_MODEL=of-named-file");
    look(&home);
    home = home.environment(&[("DEFAULT_MODEL", "of-environment")]);
    look(&home);
    home = home.flag("default_model", "of-flag");
    look(&home);
    let expected = [
        ("auto", "default"),
        ("of-toml", "~/.config/exai/config.toml:1"),
        ("of-user-env", "DEFAULT_MODEL in ~/.config/exai/.env:2"),
        ("of-named-file", "DEFAULT_MODEL in ~/named.env:1"),
        ("of-environment", "DEFAULT_MODEL in the environment"),
        ("of-flag", "--flag"),
    ];
    assert_eq!(seen, expected.map(|(value, origin)| (value.to_owned(), origin.to_owned())));
}

#[test]
fn an_empty_value_counts_as_unset_in_every_source() {
    let home = environment(&[("DEFAULT_MODEL", " "), ("EXAI_NO_SUCH", "")])
        .flag("default_model", "")
        .env_file("DEFAULT_MODEL=\nEXAI_NOR_THIS=")
        .user_env("DEFAULT_MODEL=''")
        .toml("default_model = ''\n[models]\nfast = []\n");
    let loaded = home.load();
    assert_eq!((loaded.config.default_model.as_str(), loaded.origin("default_model")), ("auto", &Origin::Default));
    assert_eq!(loaded.config.models.fast, ["glm-5.3-flash", "kimi-k3.1-pro"]);
}

#[test]
fn the_users_files_follow_xdg_config_home_unless_it_is_relative() {
    let home = Home::new().file("elsewhere/exai/config.toml", "locale = 'de'").toml("locale = 'en'");
    let elsewhere = home.path("elsewhere");
    let home = home.environment(&[("XDG_CONFIG_HOME", elsewhere.to_str().unwrap())]);
    assert_eq!(home.load().config.locale.as_deref(), Some("de"));
    let home = home.environment(&[("XDG_CONFIG_HOME", "elsewhere")]);
    assert_eq!(home.load().config.locale.as_deref(), Some("en"));
}

#[test]
fn files_that_exist_but_can_not_be_read_are_errors_and_absent_ones_only_when_they_were_named() {
    let mut home = Home::new();
    home.sources.env_file = Some(home.path("absent.env"));
    assert_eq!(home.complaint(), "env file ~/absent.env does not exist");

    let home = Home::new();
    std::fs::create_dir_all(home.path(".config/exai/.env")).unwrap();
    assert!(home.complaint().starts_with("~/.config/exai/.env can not be read: "));

    let home = Home::new();
    std::fs::create_dir_all(home.path(".config/exai")).unwrap();
    std::fs::write(home.path(".config/exai/config.toml"), b"locale = '\xff'").unwrap();
    assert_eq!(home.complaint(), "~/.config/exai/config.toml is not UTF-8");

    let home = Home::new().env_file(&"#".repeat((1 << 20) + 1));
    assert_eq!(home.complaint(), "~/named.env is larger than 1048576 bytes");
}

#[test]
fn a_byte_order_mark_and_crlf_are_understood_in_every_file() {
    let home =
        Home::new().user_env("\u{feff}LOCALE=de\r\n").toml("\u{feff}default_model = 'm'\r\n[limits]\r\nglm = 1\r\n");
    let config = home.load().config;
    assert_eq!((config.locale.as_deref(), config.default_model.as_str(), config.limits.glm), (Some("de"), "m", 1));
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_an_error_only_when_it_is_a_setting() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let broken = || OsString::from_vec(vec![0xff]);
    let sources = |name: &str| {
        let environment = Environment::from_pairs([(name, broken()), ("HOME", OsString::from("/nowhere"))]);
        Sources { environment, ..Sources::default() }
    };
    let error = Config::load(&sources("DEFAULT_MODEL")).unwrap_err();
    assert_eq!(error.message, "DEFAULT_MODEL in the environment is not UTF-8");
    Config::load(&sources("OTHER")).unwrap();
}

#[test]
fn the_state_directory_follows_the_standard_and_its_own_variable() {
    let home = Home::new();
    assert_eq!(home.load().config.state_dir, home.path(".local/state/exai"));
    let state = home.path("state").display().to_string();
    let home = home.environment(&[("XDG_STATE_HOME", &state)]);
    let loaded = home.load();
    assert_eq!(loaded.config.state_dir, home.path("state/exai"));
    assert_eq!(loaded.origin("state_dir").to_string(), "XDG_STATE_HOME in the environment");
    let home = home.toml("state_dir = '~/mine'");
    assert_eq!(home.load().config.state_dir, home.path("mine"));
    let homeless = Config::load(&Sources::default()).unwrap_err();
    assert!(homeless.message.ends_with("(default): allowed is an absolute path, because no home directory is known"));
}

#[test]
fn the_places_of_the_configuration_are_told_with_whether_they_exist() {
    let home = Home::new().toml("").env_file("");
    let places: Vec<_> = home.sources.paths().into_iter().map(|place| (place.what, place.path, place.exists)).collect();
    let expected = [
        ("config.toml", home.path(".config/exai/config.toml"), true),
        (".env", home.path(".config/exai/.env"), false),
        ("env file", home.path("named.env"), true),
        ("state directory", home.path(".local/state/exai"), false),
    ];
    assert_eq!(places, expected);
    assert_eq!(Sources::default().paths(), []);
}

#[test]
fn colours_follow_variables_that_are_not_empty() {
    let of = |name: &str, value: &str| {
        let environment = Environment::from_pairs([(name, value)]);
        (environment.no_color(), environment.clicolor_force())
    };
    assert_eq!(of("NO_COLOR", "1"), (true, false));
    assert_eq!(of("NO_COLOR", ""), (false, false));
    assert_eq!(of("CLICOLOR_FORCE", "1"), (false, true));
    assert_eq!(of("CLICOLOR_FORCE", "0"), (false, false));
}

#[test]
fn files_of_these_names_anywhere_else_are_not_read() {
    let home = Home::new().file(".env", "DEFAULT_MODEL=stray").file("exai.toml", "default_model = 'stray'");
    let home = home.file("config.toml", "default_model = 'stray'").file(".config/.env", "DEFAULT_MODEL=stray");
    assert_eq!(home.load().config.default_model, "auto");
}
