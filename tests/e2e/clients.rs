//! `exai setup`: the files of agents' clients, which are other people's.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::support::{Ran, User};

/// The clients, the file of the user, and the one of the project.
const CLIENTS: [(&str, &str, &str); 7] = [
    ("claude-code", ".claude.json", ".mcp.json"),
    ("codex", ".codex/config.toml", ".codex/config.toml"),
    ("gemini", ".gemini/settings.json", ".gemini/settings.json"),
    ("vscode", ".config/Code/User/mcp.json", ".vscode/mcp.json"),
    ("cursor", ".cursor/mcp.json", ".cursor/mcp.json"),
    ("augment", ".augment/settings.json", ".augment/settings.json"),
    ("zed", ".config/zed/settings.json", ".zed/settings.json"),
];

/// A user on whose machine none of the clients is.
fn user() -> User {
    // What is set is handed on: only the test says what that is.
    User::new().set("PATH", "/nowhere").set("EXAI_DISCOVERY_URLS", "")
}

fn home(user: &User) -> PathBuf {
    user.project().parent().unwrap().to_owned()
}

fn put(path: &Path, text: &str, mode: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// What was printed, without what differs from machine to machine.
pub(crate) fn plain(user: &User, text: &str) -> String {
    text.replace(env!("CARGO_BIN_EXE_exai"), "/opt/exai").replace(home(user).to_str().unwrap(), "/home/user")
}

fn said(user: &User, ran: &Ran) -> String {
    plain(user, &format!("{}{}", ran.stderr, ran.stdout))
}

#[test]
fn each_client_is_shown_its_own_entry() {
    let user = user();
    let mut shown = String::new();
    for (client, ..) in CLIENTS {
        for way in [&[][..], &["--http"]] {
            let ran = user.run(&[&["setup", client], way].concat()).exits(0);
            shown.push_str(&format!("$ exai setup {client} {}\n{}\n", way.concat(), said(&user, &ran)));
        }
    }
    insta::assert_snapshot!(shown);
    assert!(!user.state_dir().exists(), "nothing was made");
}

#[test]
fn the_clients_are_listed_with_what_they_know() {
    let user = user();
    put(&home(&user).join(".codex/config.toml"), "model = 'm'\n", 0o600);
    put(&home(&user).join(".gemini/settings.json"), "{", 0o600);
    user.run(&["setup", "zed", "--write"]).exits(0);
    insta::assert_snapshot!(said(&user, &user.run(&["setup"]).exits(0)));
}

#[test]
fn an_entry_is_written_once_and_the_rest_of_the_file_stays() {
    let user = user();
    for (client, own, shared) in CLIENTS {
        let files = [(vec![], home(&user).join(own)), (vec!["--project"], user.project().join(shared))];
        for (place, file) in files {
            let before = if client == "codex" { "# mine\na = 1\n" } else { "{\n  // mine\n  \"a\": [1,  2]\n}\n" };
            put(&file, before, 0o640);
            let command = [&["setup", client, "--write"][..], &place].concat();
            let ran = user.run(&command).exits(0);
            assert!(ran.stdout.contains("exai was added in"), "{ran:#?}");
            let after = std::fs::read_to_string(&file).unwrap();
            let kept = before.trim_end_matches(['\n', '}']);
            assert!(after.starts_with(kept) && after.contains("shim"), "{after}");
            let is_shared = !place.is_empty();
            assert_eq!(after.contains(env!("CARGO_BIN_EXE_exai")), !is_shared, "who shares a file has another path");
            let copy = PathBuf::from(format!("{}.bak", file.display()));
            assert_eq!((std::fs::read_to_string(&copy).unwrap().as_str(), mode(&copy)), (before, 0o640));
            let written = std::fs::metadata(&file).unwrap();
            assert_eq!(written.permissions().mode() & 0o777, 0o640);

            let again = user.run(&command).exits(0);
            assert!(again.stdout.ends_with("has exai already; nothing was changed.\n"), "{again:#?}");
            assert_eq!(std::fs::metadata(&file).unwrap().ino(), written.ino(), "not even written anew");
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let beside = std::fs::read_dir(file.parent().unwrap()).unwrap();
            let beside =
                beside.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(&name));
            assert_eq!(beside.count(), 2, "the file and its copy");
        }
    }
}

#[test]
fn another_entry_is_shown_and_replaced_only_when_that_is_wanted() {
    let user = user();
    let file = home(&user).join(".cursor/mcp.json");
    let secret = format!("{}{}", "sk-", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6");
    let before = format!(
        "{{\"mcpServers\": {{\"exai\": {{\"command\": \"/old/exai\", \"env\": {{\"GLM_API_KEY\": \"{secret}\"}}}}}}}}\n"
    );
    put(&file, &before, 0o600);
    let ran = user.run(&["setup", "cursor", "--write"]).exits(2);
    assert!(ran.stdout.contains("-  \"command\": \"/old/exai\""), "{ran:#?}");
    assert!(ran.stdout.contains("+  \"command\": ") && ran.stderr.contains("--force"), "{ran:#?}");
    assert!(!ran.stdout.contains(&secret), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    let ran = user.run(&["setup", "cursor", "--write", "--force"]).exits(0);
    assert!(ran.stdout.contains("exai was replaced in"), "{ran:#?}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("/old/exai"));
    assert_eq!(std::fs::read_to_string(home(&user).join(".cursor/mcp.json.bak")).unwrap(), before);
}

#[test]
fn a_file_that_can_not_be_understood_is_left_as_it_is() {
    let user = user();
    for (client, file, text, place) in [
        ("codex", ".codex/config.toml", "a = 1\nb = \n", "config.toml:2:"),
        ("zed", ".config/zed/settings.json", "{\n  \"a\": 1,,\n}\n", "settings.json:2:"),
        ("gemini", ".gemini/settings.json", "{\"mcpServers\": 1}\n", "`mcpServers` is no object"),
    ] {
        let file = home(&user).join(file);
        put(&file, text, 0o600);
        let ran = user.run(&["setup", client, "--write", "--force"]).exits(2);
        assert!(ran.stderr.contains(place) && ran.stderr.contains("left as it is"), "{ran:#?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing lies beside it");
    }
}

#[test]
fn a_link_stays_a_link() {
    let user = user();
    let real = home(&user).join("kept/mcp.json");
    put(&real, "{}\n", 0o600);
    let link = home(&user).join(".cursor/mcp.json");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    user.run(&["setup", "cursor", "--write"]).exits(0);
    assert!(link.is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("shim"));
}

#[test]
fn no_token_stands_where_others_may_read_it() {
    let user = user();
    for (client, own, shared) in CLIENTS {
        let is_literal = client == "zed";
        let project =
            user.run(&["setup", client, "--http", "--project", "--write"]).exits(if is_literal { 2 } else { 0 });
        assert_eq!(user.project().join(shared).exists(), !is_literal, "{project:#?}");

        let file = home(&user).join(own);
        put(&file, "", 0o644);
        let open = user.run(&["setup", client, "--http", "--write"]).exits(if is_literal { 2 } else { 0 });
        assert_eq!(open.stderr.contains("chmod 600"), is_literal, "{open:#?}");
        std::fs::remove_file(&file).unwrap();
        let ran = user.run(&["setup", client, "--http", "--write"]).exits(0);
        let written = std::fs::read_to_string(&file).unwrap();
        let token = std::fs::read_to_string(user.state_dir().join("token")).unwrap_or_default();
        let has_token = !token.is_empty() && written.contains(token.trim());
        assert_eq!((has_token, mode(&file)), (is_literal, 0o600), "{written}");
        assert!(token.is_empty() || !said(&user, &ran).contains(token.trim()), "{ran:#?}");
    }
}

#[test]
fn a_client_that_hands_on_no_keys_is_told_which_ones() {
    let secret = format!("{}{}", "not-a-key-", "a1B2c3D4e5");
    let user = user().set("GLM_API_KEY", &secret).set("XDG_STATE_HOME", "/var/state").set("EDITOR", "vi");
    for (client, line) in [
        ("codex", r#""GLM_API_KEY""#),
        ("gemini", r#""GLM_API_KEY": "${GLM_API_KEY}""#),
        ("augment", r#""GLM_API_KEY": "${GLM_API_KEY:-}""#),
        ("claude-code", ""),
    ] {
        let shown = user.run(&["setup", client]).exits(0);
        let is_told = shown.stdout.contains("GLM_API_KEY") && shown.stdout.contains("XDG_STATE_HOME");
        assert_eq!((is_told, shown.stdout.contains(line)), (!line.is_empty(), true), "{shown:#?}");
        assert!(!shown.stdout.contains(&secret) && !shown.stdout.contains("EDITOR"), "{shown:#?}");
        // What others share names nothing of this user.
        let shared = user.run(&["setup", client, "--project"]).exits(0);
        assert!(!shared.stdout.contains("GLM_API_KEY"), "{shared:#?}");
        assert_eq!(shared.stderr.contains("hands no keys on"), !line.is_empty(), "{shared:#?}");
    }
    user.run(&["setup", "codex", "--write"]).exits(0);
    let elsewhere = user.set("GLM_API_KEY", "");
    let again = elsewhere.run(&["setup", "codex", "--write"]).exits(0);
    assert!(again.stdout.contains("has exai already"), "a terminal without the key changes nothing: {again:#?}");
}

#[test]
fn the_doctor_sees_which_keys_do_not_arrive() {
    let user = user();
    user.run(&["setup", "codex", "--write"]).exits(0);
    user.run(&["setup", "claude-code", "--write"]).exits(0);
    let user = user.set("KIMI_API_KEY", &format!("{}{}", "not-a-key-", "f6G7h8I9"));
    let report = user.run(&["doctor", "--offline", "--json"]).exits(0).json();
    let found = |name: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {report}")).clone()
    };
    let codex = found("codex");
    assert!(codex["found"].as_str().unwrap().contains("without KIMI_API_KEY"), "{codex}");
    assert_eq!((codex["state"].as_str(), found("claude-code")["state"].as_str()), (Some("warn"), Some("ok")));
    user.run(&["setup", "codex", "--write", "--force"]).exits(0);
    let mended = user.run(&["doctor", "--offline"]);
    assert!(!mended.stdout.contains("without KIMI_API_KEY"), "{mended:#?}");
}

#[test]
fn a_file_that_its_owner_protects_and_a_link_to_nowhere_are_left_alone() {
    let user = user();
    let file = home(&user).join(".gemini/settings.json");
    put(&file, "{}\n", 0o400);
    let ran = user.run(&["setup", "gemini", "--write"]).exits(2);
    assert!(ran.stderr.contains("is read-only; nothing was changed") && ran.stderr.contains("chmod u+w"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing lies beside it");

    let link = home(&user).join(".cursor/mcp.json");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(home(&user).join("gone.json"), &link).unwrap();
    let ran = user.run(&["setup", "cursor", "--write"]).exits(2);
    assert!(ran.stderr.contains("is a link to a file that is not there"), "{ran:#?}");
}
