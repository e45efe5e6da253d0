use serde_json::json;

use super::super::entry::Way;
use super::*;

fn stdio(client: Client) -> Entry {
    client.entry(&Way::Stdio {
        command: "/opt/exai".to_owned(),
        arguments: vec!["shim".to_owned()],
        variables: Vec::new(),
    })
}

fn edited(client: Client, text: &str) -> String {
    edit(client, &stdio(client), text, Path::new("file")).unwrap().text
}

#[test]
fn what_is_not_ours_stays_to_the_last_comment() {
    let text = "// mine\n{\n\t/* first */ \"theme\": \"dark\", // why\n\t\"mcpServers\": {\n\t\t// another\n\t\t\"b\": {\"command\": \"b\"},\n\t},\n}\n";
    let after = edited(Client::Gemini, text);
    for kept in [
        "// mine\n{\n\t/* first */ \"theme\": \"dark\", // why\n",
        "\t\t// another\n\t\t\"b\": {\"command\": \"b\"},\n",
    ] {
        assert!(after.contains(kept), "{after}");
    }
    assert!(after.contains("\t\t\"exai\": {\n\t\t\t\"command\": \"/opt/exai\""), "as deep as its neighbours: {after}");
    assert_eq!(edited(Client::Gemini, &after), after, "a second time changes nothing");

    let text = "# mine\nmodel = \"m\" # why\n\n[mcp_servers.b] # another\ncommand = 'b'\n\n[features]\nx = true\n";
    let after = edited(Client::Codex, text);
    assert!(after.starts_with(text.split("[features]").next().unwrap()), "{after}");
    assert!(after.contains("\n[mcp_servers.exai]\ncommand = \"/opt/exai\"\nargs = [\"shim\"]\n"), "{after}");
    assert!(after.contains("[features]\nx = true\n"), "{after}");
    assert_eq!(edited(Client::Codex, &after), after, "a second time changes nothing");
}

#[test]
fn what_its_user_added_to_the_entry_is_no_difference() {
    let before =
        r#"{"mcpServers": {"exai": {"args": ["shim"], "command": "/opt/exai", "trust": true, "timeout": 600000}}}"#;
    assert_eq!(edited(Client::Gemini, before), before);
    let before = "[mcp_servers]\nexai = { command = \"/opt/exai\", args = [\"shim\"], tool_timeout_sec = 300.0, enabled = false }\n";
    assert_eq!(edited(Client::Codex, before), before);
    let other =
        r#"{"mcpServers": {"exai": {"args": ["shim"], "command": "/opt/exai", "httpUrl": "x", "timeout": 600000}}}"#;
    assert_ne!(edited(Client::Gemini, other), other, "another way to come to it is one");
}

#[test]
fn an_entry_is_replaced_where_it_stands() {
    let text = "{\"mcpServers\": {\n  \"exai\": {\"command\": \"old\"}, // ours\n  \"b\": {}\n}}\n";
    let edit = edit(Client::Cursor, &stdio(Client::Cursor), text, Path::new("file")).unwrap();
    assert_eq!(edit.found, Some(json!({"command": "old"})));
    assert!(edit.text.find("/opt/exai").unwrap() < edit.text.find("// ours").unwrap(), "{}", edit.text);
    let text = "# ours\n[mcp_servers.exai]\ncommand = \"old\"\n[mcp_servers.exai.env]\nA = \"1\"\n\n[mcp_servers.b]\n";
    let after = edited(Client::Codex, text);
    assert!(after.starts_with("# ours\n[mcp_servers.exai]\ncommand = \"/opt/exai\"\n"), "{after}");
    assert!(!after.contains("env") && after.ends_with("[mcp_servers.b]\n"), "{after}");
}

#[test]
fn a_file_that_can_not_be_understood_is_named_with_the_place() {
    for (client, text, place) in [
        (Client::Cursor, "{\n  \"a\": 1\n  \"b\": 2\n}\n", "file:2:9: expected comma"),
        (Client::Cursor, "{\"mcpServers\": []}", "file: `mcpServers` is no object"),
        (Client::Cursor, "[]", "file: no object"),
        (Client::Codex, "a = 1\nb = = 2\n", "file:2:5: "),
        (Client::Codex, "mcp_servers = 1\n", "file: `mcp_servers` is no table"),
    ] {
        let error = edit(client, &stdio(client), text, Path::new("file")).unwrap_err();
        assert!(error.message.starts_with(place), "{error}");
        assert!(error.hints[0].starts_with("the file was left as it is"), "{error:?}");
        assert_eq!(error.kind().exit_code(), 2);
    }
}

#[test]
fn line_ends_and_marks_of_other_systems_stay() {
    let after = edited(Client::Zed, "\u{feff}{\r\n  \"a\": 1\r\n}\r\n");
    assert!(after.starts_with("\u{feff}{\r\n  \"a\": 1,\r\n  \"context_servers\": {\r\n"), "{after:?}");
    assert!(!after.replace("\r\n", "").contains('\n'), "{after:?}");
}

#[test]
fn a_question_for_the_token_is_asked_once() {
    let entry = Client::VsCode.entry(&Way::Http { url: "http://127.0.0.1:8079/mcp".to_owned(), token: None });
    let text = "{\n  \"inputs\": [\n    { \"id\": \"other\", \"type\": \"promptString\" }\n  ]\n}\n";
    let once = edit(Client::VsCode, &entry, text, Path::new("file")).unwrap().text;
    assert_eq!(once.matches("exai-token").count(), 2, "asked and used: {once}");
    assert!(once.contains("{ \"id\": \"other\", \"type\": \"promptString\" }"), "{once}");
    assert_eq!(edit(Client::VsCode, &entry, &once, Path::new("file")).unwrap().text, once);
}
