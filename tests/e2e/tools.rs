//! Every workflow tool through the binary: from the shell, against the fake provider, as text and as JSON.

use exai_fake::{Fake, Scenario};
use serde_json::{Value, json};

use crate::support::daemon::Daemon;
use crate::support::{User, finish};

const FINDINGS: &str = "pop() drains the queue twice";

/// An expert that finds one thing, in the form that every tool can show.
fn expert() -> Fake {
    let finding = json!({
        "severity": "high", "title": "Emptied twice", "detail": "The first result is lost.", "path": "src/queue.rs",
        "quote": "    drain();", "category": "correctness", "suggestion": "Drop one call.",
    });
    let answer = json!({"status": "analysis_complete", "summary": "It is emptied twice.", "findings": [finding]});
    Fake::start(Scenario::answer(&answer.to_string()))
}

const EXPERTS: [(&str, &str); 8] = [
    ("analyze", "analysis_complete"),
    ("codereview", "code_review_complete"),
    ("debug", "investigation_complete"),
    ("precommit", "validation_complete"),
    ("refactor", "refactoring_complete"),
    ("secaudit", "security_audit_complete"),
    ("testgen", "test_generation_complete"),
    ("thinkdeep", "thinkdeep_complete"),
];

#[test]
fn each_tool_with_an_expert_shows_it_findings_and_files_and_prints_its_answer() {
    let fake = expert();
    let user = User::with(&fake);
    for (asked, (tool, complete)) in EXPERTS.into_iter().enumerate() {
        let call = ["call", tool, FINDINGS, "--relevant-files", "src/queue.rs"];
        let ran = user.run(&call).exits(0);
        assert!(ran.stdout.starts_with("It is emptied twice.\n") && ran.stdout.contains("Emptied twice"), "{ran:#?}");
        let requests = fake.requests();
        assert_eq!(requests.len(), asked + 1, "{tool} asks once");
        let shown = requests[asked].user_text();
        assert!(
            shown.contains("--- BEGIN FILE: src/queue.rs ---\n   1│ fn pop() {") && shown.contains(FINDINGS),
            "{shown}"
        );
        // The same question again is answered from the store, so it is the same answer.
        let envelope = user.envelope(&call);
        assert_eq!(
            (&envelope["status"], &envelope["data"][complete]),
            (&json!("calling_expert_analysis"), &json!(true))
        );
        assert_eq!(envelope["text"], ran.stdout.trim_end().to_owned() + "\n", "{tool}");
        assert_eq!(envelope["reused"], true, "{tool}");
    }
}

#[test]
fn precommit_alone_looks_at_what_is_about_to_be_committed() {
    let fake = expert();
    let user = User::with(&fake);
    user.git(&["init", "-q"]);
    let nothing = user.run(&["call", "precommit"]).exits(2);
    assert!(nothing.stderr.contains("nothing is selected: there are no staged changes"), "{nothing:#?}");
    user.git(&["add", "src"]);
    std::fs::write(user.project().join("new.rs"), "fn unstaged() {}\n").unwrap();
    let envelope = user.envelope(&["call", "precommit"]);
    assert_eq!(
        (&envelope["findings"][0]["path"], &envelope["findings"][0]["line"]),
        (&json!("src/queue.rs"), &json!(2))
    );
    assert_eq!(envelope["coverage"]["sent"], json!(["src/queue.rs"]));
    user.envelope(&["call", "precommit", FINDINGS]);
    user.envelope(&["call", "precommit", FINDINGS, "--staged"]);
    let shows: Vec<_> = fake.requests().iter().map(|request| request.user_text().contains("fn unstaged()")).collect();
    assert_eq!(shows, [false, true, false], "findings alone say nothing about what is looked at");
}

#[test]
fn models_that_are_named_answer_at_once_each_on_its_side() {
    let fake = expert();
    let user = User::with(&fake);
    let call =
        ["call", "consensus", "Shall pop() drain?", "--models", "glm-5.3:for,kimi-k3", "--relevant-files", "src"];
    let ran = user.run(&call).exits(0);
    let (glm, kimi) = (ran.stdout.find("## glm-5.3 (for)\n"), ran.stdout.find("\n## kimi-k3 (neutral)\n"));
    assert!(glm == Some(0) && kimi > glm, "{ran:#?}");
    assert_eq!(fake.requests().len(), 2);
    let envelope = user.envelope(&call);
    assert_eq!((&envelope["reused"], &envelope["status"]), (&json!(true), &json!("consensus_workflow_complete")));
    assert_eq!((&envelope["text"], &envelope["model"]["used"]), (&json!(ran.stdout), &json!("glm-5.3, kimi-k3")));
}

#[test]
fn models_can_be_asked_step_by_step_and_written_as_json() {
    let fake = expert();
    let user = User::with(&fake);
    let models = ["--models", r#"[{"model": "kimi-k3", "stance": "against"}]"#, "--models", "mock:echo"];
    let first = [&["call", "consensus", "Shall pop() drain?", "--parallel=false"], &models[..]].concat();
    let ran = user.run(&first).exits(0);
    assert!(ran.stdout.starts_with("## kimi-k3 (against)\n") && ran.stdout.contains("Go on with"), "{ran:#?}");
    let last = user.envelope(&["call", "consensus", "next", "--continue"]);
    assert_eq!(
        (&last["data"]["model_consulted"], &last["data"]["model_stance"]),
        (&json!("mock:echo"), &json!("neutral"))
    );
    assert_eq!(last["status"], "consensus_workflow_complete");
    assert!(!last["text"].as_str().unwrap().contains("twice"), "{last:#}");
}

#[test]
fn reviews_have_findings_in_their_result_and_other_tools_have_none() {
    let fake = expert();
    let user = User::with(&fake);
    for tool in ["codereview", "precommit", "refactor", "secaudit", "analyze"] {
        let envelope = user.envelope(&["call", tool, FINDINGS, "--relevant-files", "src"]);
        let found = envelope["findings"].as_array().unwrap();
        if tool == "analyze" {
            assert!(found.is_empty(), "{envelope:#}");
            continue;
        }
        assert_eq!((&found[0]["severity"], &found[0]["quote"]), (&json!("high"), &json!("    drain();")), "{tool}");
    }
}

#[test]
fn tools_that_ask_no_model_answer_from_what_they_are_told() {
    let fake = expert();
    let user = User::with(&fake);
    for (arguments, status, printed) in [
        (vec!["planner", "Move the queue"], "planning_complete", "## Step 1\n\nMove the queue"),
        (vec!["tracer", "pop", "--trace-mode", "precision"], "tracing_complete", "# Trace of pop\n"),
        (vec!["tracer", "pop"], "mode_selection_required", "- precision: what runs"),
        (vec!["docgen", FINDINGS], "documentation_analysis_complete", FINDINGS),
    ] {
        let call = [vec!["call"], arguments].concat();
        let ran = user.run(&call).exits(0);
        assert!(ran.stdout.contains(printed), "{ran:#?}");
        let envelope = user.envelope(&call);
        assert_eq!(envelope["status"], status);
        assert_eq!((&envelope["model"]["used"], &envelope["cost"]["usd"]), (&Value::Null, &json!(0.0)));
    }
    assert!(fake.requests().is_empty());
}

#[test]
fn another_tool_goes_on_with_a_conversation_and_sees_its_files_once() {
    let fake = expert();
    let user = User::with(&fake);
    let first = user.envelope(&["call", "debug", FINDINGS, "--relevant-files", "src/queue.rs"]);
    let second = user.envelope(&["call", "codereview", "now the rest", "--continue"]);
    assert_eq!(first["thread_id"], second["thread_id"]);
    let shown = fake.requests()[1].user_text();
    assert_eq!(shown.matches("BEGIN FILE: src/queue.rs").count(), 1, "{shown}");
    assert!(shown.contains(FINDINGS) && shown.contains("It is emptied twice."), "{shown}");
}

#[test]
fn a_tool_asks_the_model_that_the_user_gave_it_and_a_repository_can_give_it_none() {
    let fake = expert();
    let user = User::with(&fake);
    std::fs::create_dir_all(user.config_dir()).unwrap();
    let settings = "[tools.models]\ncodereview = 'kimi-k3.1-pro'\n[tools.thinking]\ncodereview = 'high'\n";
    std::fs::write(user.config_dir().join("config.toml"), settings).unwrap();
    user.write("exai.toml", "[tools.codereview]\nreview_type = 'security'\nstandards = 'no unwrap'\n");
    let call = ["call", "codereview", FINDINGS, "--relevant-files", "src"];
    user.run(&call).exits(0);
    user.run(&[&call[..], &["--model", "glm-4.6"]].concat()).exits(0);
    user.run(&["call", "debug", FINDINGS]).exits(0);
    let requests = fake.requests();
    let asked: Vec<_> = requests.iter().map(exai_fake::Recorded::model).collect();
    assert_eq!(asked, ["kimi-k3.1-pro", "glm-4.6", "glm-5.3"]);
    assert!(requests[0].user_text().contains("- review type: security\n- standards: no unwrap\n"));
    assert_ne!(requests[0].body["reasoning_effort"], Value::Null, "{:#}", requests[0].body);

    for refused in ["model = 'glm-4.6'", "use_assistant_model = false", "style_guide_examples = ['/etc/passwd']"] {
        user.write("exai.toml", &format!("[tools.codereview]\n{refused}\n"));
        let ran = user.run(&call).exits(2);
        assert!(ran.stderr.contains("is refused") && ran.stderr.contains("exai.toml:2"), "{ran:#?}");
    }
}

#[test]
fn what_the_caller_chose_in_a_step_is_not_undone_by_the_repository_in_the_next() {
    let fake = expert();
    let user = User::with(&fake);
    user.write("exai.toml", "[tools.codereview]\nreview_type = 'quick'\nfocus_on = 'the queue'\n");
    user.run(&["call", "chat", "hello", "--files", "src"]).exits(0);
    let chosen = ["--review-type", "security", "--next-step-required"];
    user.run(&[&["call", "codereview", FINDINGS, "--continue"], &chosen[..]].concat()).exits(0);
    user.run(&["call", "codereview", "the rest", "--continue"]).exits(0);
    let asked = fake.requests()[1].user_text();
    assert!(asked.contains("- review type: security\n- focus on: the queue\n"), "{asked}");
}

#[test]
fn a_default_for_a_tool_or_of_a_mode_that_does_not_exist_is_refused_by_name() {
    for (key, value, message) in [
        ("EXAI_TOOLS_MODELS", "codereviw=glm-5.3", "did you mean `codereview`?"),
        ("EXAI_TOOLS_THINKING", "debug=hard", "debug can not think `hard`; allowed: minimal, low, medium, high, max"),
    ] {
        let ran = User::new().set(key, value).run(&["call", "debug", FINDINGS]).exits(2);
        assert!(ran.stderr.contains(message), "{ran:#?}");
    }
}

#[test]
fn a_tool_without_files_says_which_flag_names_them() {
    let ran = User::new().run(&["call", "codereview", FINDINGS]).exits(2);
    assert!(ran.stderr.contains("codereview needs files") && ran.stderr.contains("--relevant-files"), "{ran:#?}");
}

#[test]
fn the_help_of_every_tool_reads_well_on_80_columns() {
    let user = User::new().set("COLUMNS", "80");
    let tools: Value = serde_json::from_str(&user.run(&["tools", "--json"]).exits(0).stdout).unwrap();
    for tool in tools.as_array().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let help = finish(user.command(["call", name, "--help"])).exits(0).stdout;
        let help: Vec<_> = help.lines().map(str::trim_end).collect();
        let long: Vec<_> = help.iter().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{name}: {long:#?}");
        insta::assert_snapshot!(format!("help_{name}"), help.join("\n"));
    }
}

#[test]
fn the_list_of_a_profile_is_what_agents_with_it_are_shown_and_the_whole_list_does_not_depend_on_it() {
    let user = User::new().set("EXAI_TOOLS_PROFILE", "core").set("DISABLED_TOOLS", "precommit");
    let names = |arguments: &[&str]| -> Vec<String> {
        let tools: Value = serde_json::from_str(&user.run(arguments).exits(0).stdout).unwrap();
        tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["tools", "--json", "--profile", "core"]), ["calls", "chat", "codereview", "debug"]);
    assert_eq!(names(&["tools", "--json", "--profile", "router"]), ["exai_describe", "exai_run"]);
    let all = names(&["tools", "--json"]);
    assert!(all.contains(&"tracer".to_owned()) && !all.contains(&"precommit".to_owned()), "{all:?}");
    user.run(&["call", "version"]).exits(0);
    let wrong = user.run(&["tools", "--profile", "small"]).exits(2);
    assert!(wrong.stderr.contains("full, core, router"), "{wrong:#?}");
}

#[test]
fn the_shell_has_every_tool_of_a_daemon_whose_agents_have_few() {
    let user = User::new().set("EXAI_WS_PORT", "0").set("EXAI_TOOLS_PROFILE", "router");
    let daemon = Daemon::start(&user);
    let ran = user.run(&["call", "version", "--output", "json"]).exits(0);
    assert!(!ran.stderr.contains("done in this process"), "{ran:#?}");
    daemon.stop().exits(0);
}

#[test]
fn what_the_lists_of_tools_cost_is_told_by_tool_and_profile() {
    let user = User::new();
    let table = user.run(&["tools", "--cost"]).exits(0).stdout;
    assert!(table.contains("TOOL ") && table.contains("PROFILE  TOOLS  TOKENS"), "{table}");
    let costs: Value = serde_json::from_str(&user.run(&["tools", "--cost", "--json"]).exits(0).stdout).unwrap();
    let tokens = |at: usize| costs[at]["tokens"].as_u64().unwrap();
    assert_eq!((&costs[1]["profile"], &costs[2]["profile"]), (&json!("core"), &json!("router")));
    assert!((1..=1_500).contains(&tokens(1)) && (1..=400).contains(&tokens(2)) && tokens(0) > tokens(1), "{costs:#}");
    let parts: u64 = costs[1]["tools"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(parts, tokens(1));
    assert!(costs[0]["tools"].as_object().unwrap().values().all(|tokens| tokens.as_u64() > Some(0)), "{costs:#}");
    let less = User::new().set("DISABLED_TOOLS", "debug").run(&["tools", "--cost", "--json"]).exits(0).json();
    assert!(less[1]["tokens"].as_u64() < Some(tokens(1)), "what is switched off costs nothing");
}

#[test]
fn a_name_in_a_list_of_tools_that_is_none_is_warned_of() {
    let ran = User::new().set("DISABLED_TOOLS", "codereviw").run(&["tools"]).exits(0);
    assert!(ran.stderr.contains("`codereviw`") && ran.stderr.contains("did you mean `codereview`?"), "{ran:#?}");
}

/// A PNG of so many pixels in a row, as far as anybody looks.
fn png(size: u32) -> Vec<u8> {
    let size = size.to_be_bytes();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &size, &size, &[8, 6, 0, 0, 0], &[0; 40]].concat()
}

/// The images of a request's question.
fn images(request: &exai_fake::Recorded) -> Vec<String> {
    let content = request.messages()[1]["content"].clone();
    let parts = content.as_array().cloned().unwrap_or_default();
    parts.iter().filter_map(|part| Some(part["image_url"]["url"].as_str()?.to_owned())).collect()
}

#[test]
fn the_expert_sees_the_images_of_every_step_once() {
    let fake = expert();
    let user = User::with(&fake).set("EXAI_MODELS_QUALITY", "glm-5.3,kimi-k3.1-pro");
    for (name, size) in [("before.png", 28), ("after.png", 56)] {
        std::fs::write(user.project().join(name), png(size)).unwrap();
    }
    let url = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    let first = ["call", "debug", FINDINGS, "--next-step-required", "--images", "before.png", "--images", url];
    let first = user.envelope(&first);
    assert_eq!(first["data"]["investigation_status"]["images_collected"], 2);
    assert!(first["warnings"].to_string().contains("1 images are not kept"), "{first:#}");
    let last = ["call", "debug", "more", "--continue", "--images", "after.png", "--images", "before.png"];
    let last = user.envelope(&last);
    assert_eq!(last["data"]["investigation_status"]["images_collected"], 2, "{last:#}");
    let requests = fake.requests();
    assert_eq!(images(&requests[0]).len(), 2, "{:#}", requests[0].body);
    assert_ne!(requests[0].model(), "glm-5.3", "auto passes by who does not see");

    // An image of an earlier step is shown again, and one that has gone since is told.
    user.run(&["call", "debug", "and so", "--continue"]).exits(0);
    assert_eq!(images(&fake.requests()[1]).len(), 2);
    std::fs::remove_file(user.project().join("after.png")).unwrap();
    let later = user.envelope(&["call", "debug", "at last", "--continue"]);
    assert_eq!(images(&fake.requests()[2]).len(), 1);
    assert!(later["warnings"].to_string().contains("an image of an earlier step was left out"), "{later:#}");
}

#[test]
fn an_image_that_can_not_be_shown_is_refused_in_the_step_that_gives_it_and_nothing_is_sent() {
    let fake = expert();
    let user = User::with(&fake);
    std::fs::write(user.project().join("picture.png"), png(28)).unwrap();
    for more in [&["--next-step-required"][..], &[]] {
        for (image, words) in [("gone.png", "gone.png"), ("src/queue.rs", "no image of a kind")] {
            let call = [&["call", "debug", FINDINGS, "--images", image], more].concat();
            let ran = user.run(&call).exits(2);
            assert!(ran.stderr.contains(words), "{ran:#?}");
        }
    }
    let blind = user.envelope(&["call", "debug", FINDINGS, "--images", "picture.png", "--model", "glm-5.3"]);
    assert_eq!(blind["error"]["details"]["supports_images"], false, "{blind:#}");
    assert!(fake.requests().is_empty());
}

#[test]
fn tools_that_ask_no_model_take_nothing_that_is_for_one() {
    let tools: Value = serde_json::from_str(&User::new().run(&["tools", "--json"]).exits(0).stdout).unwrap();
    for tool in tools.as_array().unwrap() {
        let takes = |argument: &str| tool["inputSchema"]["properties"].get(argument).is_some();
        let name = tool["name"].as_str().unwrap();
        if ["planner", "tracer", "docgen"].contains(&name) {
            for argument in ["model", "temperature", "thinking_mode", "use_websearch", "images"] {
                assert!(!takes(argument), "{name} takes {argument}");
            }
        }
        if EXPERTS.iter().any(|(expert, _)| *expert == name) {
            assert!(takes("use_websearch") && takes("images"), "{name}");
        }
    }
}

#[test]
fn a_review_too_large_for_one_request_is_planned_and_made_in_parts() {
    let fake = expert();
    let user = User::with(&fake);
    for name in ["queue", "stack", "tree"] {
        let filler = "a line of words that says nothing at all\n".repeat(600);
        user.write(&format!("src/{name}.rs"), &format!("fn pop() {{\n    drain();\n{filler}"));
    }
    let call = ["call", "codereview", FINDINGS, "--relevant-files", "src", "--model", "glm-4.5v"];
    let plan = user.run(&[&call[..], &["--dry-run"]].concat()).exits(0);
    assert!(plan.stdout.contains("Part 2 of 3, 1 files: src/stack.rs\nWould send "), "{plan:#?}");
    assert!(plan.stdout.contains("\nIn all 3 requests, about ") && fake.requests().is_empty(), "{plan:#?}");

    let ran = user.run(&call).exits(0);
    assert!(ran.stderr.contains("exai: part 3 of 3 was answered, 1 files"), "{ran:#?}");
    assert!(ran.stdout.contains("**Part 1:** It is emptied twice."), "{ran:#?}");
    assert_eq!(fake.requests().len(), 3);
    let envelope = user.envelope(&call);
    assert_eq!((&envelope["reused"], &envelope["text"]), (&json!(true), &json!(ran.stdout)));
    let bundles: Vec<_> = ["queue", "stack", "tree"].map(|name| json!({"sent": [format!("src/{name}.rs")]})).into();
    assert_eq!(envelope["coverage"]["bundles"], json!(bundles));
    // The expert says the same of each part; it can only be true of the one that it was shown.
    assert_eq!(envelope["findings"].as_array().map(Vec::len), Some(1), "{envelope:#}");
}

#[test]
fn an_image_that_was_typed_in_an_earlier_step_is_seen_in_the_last_one() {
    let fake = expert();
    let user = User::with(&fake);
    let outside = user.project().parent().unwrap().join("outside.gif");
    std::fs::write(&outside, b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;")
        .unwrap();
    let model = ["--model", "glm-4.6v"];
    let first = ["call", "debug", "it looks odd", "--images", "../outside.gif", "--next-step-required"];
    user.run(&[&first[..], &model].concat()).exits(0);
    let last = user.envelope(&[&["call", "debug", "look at it", "--continue"][..], &model].concat());
    assert_eq!(last["data"]["investigation_status"]["images_collected"], 1, "{last:#}");
    let shown = fake.requests()[0].body.to_string();
    assert!(shown.contains("data:image/gif;base64,"), "{:#}", last["warnings"]);
}
