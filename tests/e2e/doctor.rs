//! `exai doctor`: what is not as it should be, and what to do about it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use exai_fake::{Fake, Provider, Reply, Route, Scenario};
use serde_json::Value;

use crate::clients::plain;
use crate::support::User;
use crate::support::daemon::{Daemon, stranger};

/// A user whose daemon would listen on a port that nobody has.
fn calm(user: User) -> User {
    user.set("PATH", "/nowhere").set("EXAI_WS_PORT", "0")
}

/// The report without what differs from run to run.
fn report(user: &User, fake: &Fake, text: &str) -> String {
    let text =
        plain(user, text).replace(&fake.address().to_string(), "127.0.0.1:1").replace("os error 61", "os error 111");
    // How long the path of a home directory is decides where lines end.
    let text = text
        .replace(&format!("\n{:21}→", ""), "\u{0}")
        .replace(&format!("\n{:21}", ""), " ")
        .replace('\u{0}', &format!("\n{:21}→", ""));
    let is_size = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_digit()) && word.contains('.') && !word.contains(':')
    };
    let line =
        |line: &str| line.split(' ').map(|word| if is_size(word) { "N" } else { word }).collect::<Vec<_>>().join(" ");
    text.lines().map(|text| line(text) + "\n").collect()
}

fn open_to_all(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

/// The checks called `name`, each as its state and what was found.
fn checks(report: &Value, name: &str) -> Vec<(String, String)> {
    let text = |check: &Value, field: &str| check[field].as_str().unwrap().to_owned();
    let all = report["checks"].as_array().unwrap().iter();
    all.filter(|check| check["name"] == name).map(|check| (text(check, "state"), text(check, "found"))).collect()
}

#[test]
fn a_house_in_order_is_told_so() {
    let fake = Fake::start(Scenario::of([]));
    let user = calm(User::with(&fake));
    user.run(&["setup", "codex", "--write"]).exits(0);
    user.run(&["call", "version"]).exits(0);
    let ran = user.run(&["doctor"]).exits(0);
    insta::assert_snapshot!(report(&user, &fake, &ran.stdout));
    assert!(ran.stderr.is_empty(), "{ran:#?}");
}

#[test]
fn all_that_is_wrong_is_told_with_what_to_do() {
    let refusal = Reply {
        route: Route::Models,
        provider: Some(Provider::Glm),
        glm_error: Some("1002".to_owned()),
        ..Reply::default()
    };
    let fake = Fake::start(Scenario::of([refusal]));
    let user = calm(User::new()).set("GLM_API_URL", &fake.glm_url()).set("KIMI_API_URL", "http://127.0.0.1:9/v1");
    std::fs::create_dir_all(user.config_dir()).unwrap();
    std::fs::write(user.config_dir().join(".env"), "GLM_API_KEY=test-key-glm\nKIMI_API_KEY=test-key-kimi\n").unwrap();
    open_to_all(&user.config_dir().join(".env"));
    user.write(".mcp.json", r#"{"mcpServers": {"exai": {"command": "exai", "args": ["shim"]}}}"#);
    user.write(
        "../.cursor/mcp.json",
        r#"{"mcpServers": {"second opinion": {"command": "/old/exai"}, "b": {"command": "b"}}}"#,
    );
    user.write("../.gemini/settings.json", "{");
    let ran = user.run(&["doctor"]).exits(1);
    insta::assert_snapshot!(report(&user, &fake, &ran.stdout));
    assert!(!ran.stdout.contains("test-key"), "{ran:#?}");
}

#[test]
fn offline_nobody_is_asked() {
    let fake = Fake::start(Scenario::of([]));
    let user = calm(User::with(&fake));
    let found = user.run(&["doctor", "--offline", "--json"]).exits(0).json();
    assert_eq!(checks(&found, "glm")[0].0, "ok");
    assert_eq!((found["ok"].as_bool(), fake.connections()), (Some(true), 0));
    assert!(!user.state_dir().exists(), "who only looks makes nothing");
}

#[test]
fn a_configuration_that_can_not_be_used_is_what_fails() {
    let user = calm(User::new()).set("EXAI_GLOBAL_MAX_INFLIGT", "3");
    let found = user.run(&["doctor", "--json"]).exits(1).json();
    let (state, what) = &checks(&found, "configuration")[0];
    assert!(state == "fail" && what.contains("EXAI_GLOBAL_MAX_INFLIGT"), "{found:#}");
}

#[test]
fn a_daemon_is_asked_for_its_version_and_whether_it_takes_the_token() {
    let user = calm(User::new());
    let daemon = Daemon::start(&user);
    let found = user.run(&["doctor", "--json"]).exits(0).json();
    assert_eq!(
        checks(&found, "daemon")[0].1,
        format!("version {} runs and takes the token", env!("CARGO_PKG_VERSION"))
    );
    assert!(checks(&found, "store")[0].1.ends_with("undamaged"), "{found:#}");
    let user = user.set("GLM_API_KEY", "test-key-glm");
    let found = user.run(&["doctor", "--json", "--offline"]).exits(0).json();
    let (state, what) = &checks(&found, "daemon")[0];
    assert!(state == "warn" && what.contains("other settings for glm"), "{found:#}");
    let stranger = user.set("EXAI_WS_TOKEN", "another-token-than-its");
    let found = stranger.run(&["doctor", "--json", "--offline"]).exits(1).json();
    let (state, what) = &checks(&found, "daemon")[0];
    assert!(state == "fail" && what.contains("refused the token"), "{found:#}");
    daemon.stop().exits(0);
}

#[test]
fn a_daemon_of_somebody_else_on_the_port_is_told_from_another_program() {
    let other = User::new();
    let daemon = Daemon::start(&other);
    let user = User::new().set("PATH", "/nowhere").set("EXAI_WS_PORT", &daemon.address.port().to_string());
    let ran = user.run(&["doctor"]).exits(1);
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("it is of another state directory or user → set EXAI_WS_TOKEN to its token"), "{ran:#?}");
    daemon.stop().exits(0);
}

#[test]
fn a_port_that_another_program_has_is_told_before_a_client_needs_it() {
    let port = stranger();
    let user = User::new().set("EXAI_WS_PORT", &port);
    let found = user.run(&["doctor", "--json"]).exits(1).json();
    let (state, what) = &checks(&found, "daemon")[0];
    assert!(state == "fail" && what.contains(&format!("127.0.0.1:{port} is in use")), "{found:#}");
}

#[test]
fn a_damaged_store_is_found_and_left_alone() {
    let user = calm(User::new());
    user.run(&["call", "version"]).exits(0);
    let path = user.state_dir().join("exai.db");
    let bytes = b"this is no database, and was one a moment ago".repeat(400);
    std::fs::write(&path, &bytes).unwrap();
    let found = user.run(&["doctor", "--json"]).exits(1).json();
    let (state, what) = &checks(&found, "store")[0];
    assert!(state == "fail" && what.contains("damaged"), "{found:#}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_state_directory_that_others_may_write_to_fails() {
    let user = calm(User::new());
    std::fs::create_dir_all(user.state_dir()).unwrap();
    std::fs::set_permissions(user.state_dir(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let found = user.run(&["doctor", "--json"]).exits(1).json();
    let (state, what) = &checks(&found, "state")[0];
    assert!(state == "fail" && what.contains("(mode 777)"), "{found:#}");
}
