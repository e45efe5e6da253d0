//! Every workflow tool through the binary: from the shell, against the fake provider, as text and as JSON.

use exai_fake::{Fake, Scenario};
use serde_json::{Value, json};

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
