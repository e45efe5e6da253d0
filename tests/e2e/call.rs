//! One call: what is sent, what is printed where, and what is kept.

use exai_fake::{Fake, Provider, Scenario};
use serde_json::{Value, json};

use crate::support::User;

const FINDINGS: &str = "pop() drains the queue twice";

#[test]
fn without_a_provider_debug_prints_the_evidence_and_says_what_was_not_done() {
    let user = User::new();
    let ran = user.run(&["call", "debug", "--findings", FINDINGS, "--relevant-files", "src/queue.rs"]).exits(0);
    assert!(ran.stdout.contains(FINDINGS) && ran.stdout.contains("   2│     drain();"), "{ran:#?}");
    assert!(ran.stderr.contains("no model was asked") && ran.stderr.contains("GLM_API_KEY"), "{ran:#?}");
    assert!(!ran.stdout.contains("GLM_API_KEY"), "notes belong on standard error: {ran:#?}");

    let envelope = user.envelope(&["call", "debug", "--findings", FINDINGS]);
    assert_eq!(envelope["status"], "local_work_complete");
    assert_eq!(envelope["data"]["investigation_complete"], true);
}

#[test]
fn the_version_is_the_same_however_it_is_asked_for() {
    let user = User::new();
    let said = concat!("exai ", env!("CARGO_PKG_VERSION"), "\n");
    for asked in [&["--version"][..], &["-V"], &["--quiet", "--version"]] {
        assert_eq!(user.run(asked).exits(0).stdout, said, "{asked:?}");
    }
}

#[test]
fn a_demand_for_an_expert_without_a_provider_is_no_verdict() {
    let ran = User::new().run(&["call", "debug", "--findings", FINDINGS, "--expert"]).exits(3);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("no provider is configured"), "{ran:#?}");
    assert!(ran.stderr.contains("hint: set GLM_API_KEY"), "{ran:#?}");
}

#[test]
fn chat_without_a_provider_is_no_verdict() {
    let user = User::new();
    user.run(&["call", "chat", "hello"]).exits(3);
    assert_eq!(user.envelope(&["call", "chat", "hello"])["error"]["code"], "NO_PROVIDER");
}

#[test]
fn an_answer_is_on_stdout_and_progress_on_stderr() {
    let fake = Fake::start(Scenario::answer("The lock is taken twice."));
    let ran = User::with(&fake).run(&["call", "chat", "why does it hang?"]).exits(0);
    assert_eq!(ran.stdout, "The lock is taken twice.\n");
    assert!(ran.stderr.contains("asking glm-5.3-flash (glm)"), "{ran:#?}");
    assert!(!ran.stderr.contains('\u{1b}'), "no escape codes without a terminal: {ran:#?}");
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn quiet_leaves_nothing_but_the_answer() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let ran = User::with(&fake).run(&["call", "chat", "hello", "--quiet"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("Yes.\n", ""));
}

#[test]
fn the_expert_is_shown_findings_and_numbered_files_and_its_json_is_rendered() {
    let fake = Fake::start(Scenario::load("debug_json"));
    let user = User::with(&fake);
    let ran = user.run(&["call", "debug", FINDINGS, "--relevant-files", "src"]).exits(0);
    assert!(ran.stdout.contains("## Hypotheses"), "{ran:#?}");
    assert!(!ran.stdout.contains("\"status\""), "JSON is rendered, not printed: {ran:#?}");

    let requests = fake.requests();
    let [request] = requests.as_slice() else { panic!("exactly one request: {requests:#?}") };
    assert_eq!(request.model(), "glm-5.3");
    assert_eq!(request.body["stream"], true);
    let shown = request.user_text();
    assert!(shown.contains("--- BEGIN FILE: src/queue.rs ---\n   1│ fn pop() {"), "{shown}");
    assert!(shown.contains(FINDINGS) && request.system_text().contains("expert debugger"), "{shown}");
}

#[test]
fn two_steps_make_one_request_with_the_findings_of_both_and_each_file_once() {
    let fake = Fake::start(Scenario::load("debug_fenced_json"));
    let user = User::with(&fake);
    let first = user.envelope(&[
        "call",
        "debug",
        "--findings",
        "first finding: the queue is empty",
        "--relevant-files",
        "src/queue.rs",
        "--total-steps",
        "2",
        "--next-step-required",
    ]);
    assert_eq!(first["status"], "pause_for_investigation", "{first:#}");
    assert_eq!(first["data"]["next_step_number"], 2);
    assert!(fake.requests().is_empty(), "a step that is not the last asks nobody");

    let second = user.envelope(&[
        "call",
        "debug",
        "--findings",
        "second finding: drain() runs twice",
        "--relevant-files",
        "src/queue.rs",
        "--continue",
    ]);
    assert_eq!(second["thread_id"], first["thread_id"]);
    assert_eq!(second["data"]["step_number"], 2);
    let requests = fake.requests();
    assert_eq!(requests.len(), 1);
    let shown = requests[0].user_text();
    for finding in ["first finding: the queue is empty", "second finding: drain() runs twice"] {
        assert_eq!(shown.matches(finding).count(), 1, "{finding} in:\n{shown}");
    }
    assert_eq!(shown.matches("BEGIN FILE: src/queue.rs").count(), 1, "{shown}");
    assert!(shown.contains("   2│     drain();"), "{shown}");
}

#[test]
fn who_is_certain_or_wants_no_expert_asks_nobody() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::with(&fake);
    let certain = user.envelope(&["call", "debug", FINDINGS, "--confidence", "certain"]);
    assert_eq!(certain["status"], "certain_confidence_proceed_with_fix");
    assert_eq!(certain["data"]["expert_analysis"]["status"], "skipped_due_to_certain_confidence");
    let alone = user.envelope(&["call", "debug", FINDINGS, "--use-assistant-model=false"]);
    assert_eq!(alone["status"], "local_work_complete");
    assert!(fake.requests().is_empty());
    assert_eq!(certain["cost"], json!({"usd": 0.0, "priced": true}), "nothing was asked, so it cost nothing");
}

#[test]
fn an_expert_that_needs_files_says_so_in_the_status() {
    let fake = Fake::start(Scenario::load("files_required"));
    let envelope = User::with(&fake).envelope(&["call", "debug", FINDINGS]);
    assert_eq!(envelope["status"], "files_required_to_continue", "{envelope:#}");
    assert_eq!(envelope["data"]["expert_analysis"], Value::Null);
}

#[test]
fn prose_where_json_was_asked_for_is_an_answer() {
    let fake = Fake::start(Scenario::answer("The second drain() is the bug."));
    let user = User::with(&fake);
    let ran = user.run(&["call", "debug", FINDINGS]).exits(0);
    assert_eq!(ran.stdout, "The second drain() is the bug.\n");
    let envelope = user.envelope(&["call", "debug", FINDINGS, "--fresh"]);
    assert_eq!(envelope["data"]["expert_analysis"]["raw_analysis"], "The second drain() is the bug.");
}

#[test]
fn a_conversation_goes_on_across_tools_with_its_history_and_files() {
    let fake = Fake::start(Scenario::answer("Because of the second drain()."));
    let user = User::with(&fake);
    let first = user.envelope(&["call", "debug", FINDINGS, "--relevant-files", "src/queue.rs"]);
    let thread = first["thread_id"].as_str().unwrap().to_owned();
    let second = user.envelope(&["call", "chat", "and how do I test that?", "--continue", &thread[..18]]);
    assert_eq!(second["thread_id"], first["thread_id"]);
    let shown = fake.requests()[1].user_text();
    assert!(shown.contains("Because of the second drain()."), "the earlier answer is shown: {shown}");
    assert_eq!(shown.matches("BEGIN FILE: src/queue.rs").count(), 1, "{shown}");
    assert!(shown.trim_end().ends_with("and how do I test that?"), "{shown}");
}

#[test]
fn an_equal_call_is_answered_from_the_store_in_a_thread_of_its_own() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let first = user.envelope(&["call", "chat", "is it safe?"]);
    let second = user.envelope(&["call", "chat", "is it safe?"]);
    assert_eq!((&first["reused"], &second["reused"]), (&json!(false), &json!(true)));
    assert_eq!(second["text"], "Yes.");
    assert_ne!(first["thread_id"], second["thread_id"]);
    assert_eq!(second["cost"], json!({"usd": 0.0, "priced": true}));
    assert_eq!(fake.requests().len(), 1);

    user.envelope(&["call", "chat", "is it safe?", "--fresh"]);
    assert_eq!(fake.requests().len(), 2, "--fresh asks again");
}

#[test]
fn the_result_says_which_model_was_asked_and_why_and_what_it_cost() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\ntext = \"Yes.\"\nusage = {placement = \"glm\", input = 1000, output = 200, cached = 400}\n",
    ));
    let envelope = User::with(&fake).envelope(&["call", "chat", "safe?", "--model", "glm-5.3"]);
    assert_eq!(envelope["model"]["requested"], "glm-5.3");
    assert_eq!(envelope["model"]["used"], "glm-5.3");
    assert_eq!(envelope["model"]["tried"], json!([{"provider": "glm", "model": "glm-5.3", "outcome": "ok"}]));
    assert_eq!(envelope["usage"]["source"], "provider");
    // 600 × 1.40 + 400 × 0.26 + 200 × 4.40 dollars a million.
    assert_eq!(envelope["cost"], json!({"usd": 0.001_824, "priced": true}));
}

#[test]
fn kimi_and_a_server_of_ones_own_answer_too() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake).set("EXAI_CUSTOM_URL", &fake.custom_url());
    for (model, provider) in [("kimi-k3.1-pro", Provider::Kimi), ("custom/llama3:8b", Provider::Custom)] {
        let envelope = user.envelope(&["call", "chat", "safe?", "--model", model]);
        assert_eq!((&envelope["text"], &envelope["model"]["used"]), (&json!("Yes."), &json!(model)), "{envelope:#}");
        assert_eq!(fake.requests().last().unwrap().provider, Some(provider));
    }
    assert_eq!(fake.requests().last().unwrap().headers["authorization"], "absent", "no key was set for it");
}

#[test]
fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::with(&fake);
    let ran = user.run(&["call", "debug", FINDINGS, "--relevant-files", "src/queue.rs", "--dry-run"]).exits(0);
    assert!(ran.stdout.contains("Would send") && ran.stdout.contains("glm-5.3 (glm)"), "{ran:#?}");
    let envelope = user.envelope(&["call", "debug", FINDINGS, "--relevant-files", "src/queue.rs", "--dry-run"]);
    assert_eq!(envelope["coverage"]["sent"], json!(["src/queue.rs"]));
    assert!(envelope["data"]["requests"][0]["input_cost_usd"].as_f64().unwrap() > 0.0, "{envelope:#}");
    assert!(fake.requests().is_empty());
    assert_eq!(user.run(&["calls", "list"]).stdout, "No calls.\n");
}

#[test]
fn jsonl_tells_every_step_and_ends_with_the_envelope() {
    let fake = Fake::start(Scenario::answer("one two"));
    let ran = User::with(&fake).run(&["call", "chat", "count", "--output", "jsonl"]).exits(0);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["kind"], "accepted");
    let last = lines.last().unwrap();
    assert_eq!((&lines[0]["call_id"], &lines[0]["thread_id"]), (&last["call_id"], &last["thread_id"]));
    assert_eq!(last["schema"], "exai.result/1");
    let kinds: Vec<_> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
    for kind in ["sent", "first_token", "delta", "finished"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let deltas: String =
        lines.iter().filter(|line| line["kind"] == "delta").filter_map(|line| line["text"].as_str()).collect();
    assert_eq!(deltas, "one two");
}

#[test]
fn values_come_from_files_standard_input_and_json() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    user.write("question.txt", "from a file");
    user.write("args.json", r#"{"prompt": "from json", "model": "kimi-k3.1-pro", "timeout": 30}"#);
    user.run(&["call", "chat", "@question.txt"]).exits(0);
    user.run_with_input(&["call", "chat", "-"], "from a dash").exits(0);
    user.run_with_input(&["call", "chat", "--stdin"], "from stdin").exits(0);
    user.run(&["call", "chat", "--json-args", "args.json", "--model", "glm-5.3"]).exits(0);
    let asked: Vec<_> = fake.requests().iter().map(|request| request.user_text().trim_end().to_owned()).collect();
    assert_eq!(asked, ["from a file", "from a dash", "from stdin", "from json"]);
    assert_eq!(fake.requests()[3].model(), "glm-5.3", "a flag wins over --json-args");
}

#[test]
fn bad_requests_are_refused_with_exit_2_before_anything_is_sent() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::with(&fake);
    for (arguments, message) in [
        (&["call", "debug", FINDINGS, "--relevant-files", "src/gone.rs"][..], "src/gone.rs"),
        (&["call", "chat", "hi", "--files", "../../../../../etc/nothing"], "no such file"),
        (&["call", "chat", "hi", "--temperature", "7"], "temperature"),
        (&["call", "chat", "hi", "--timeout", "3h"], "0.1 to 3600 seconds"),
        (&["call", "chat", "hi", "--model", "kimi-k2-0905-preview"], "kimi-k3.1-pro"),
        (&["call", "chat", "hi", "--model", "gpt-5"], "no model `gpt-5`"),
        (&["call", "chat", "hi", "--continue", "0000"], "no conversation begins with `0000`"),
        (&["call", "chat", "hi", "--continue"], "no conversation about"),
        (&["call", "chat"], "`prompt` is missing"),
        (&["call", "chat", "hi", "--no-such-flag"], "unexpected argument '--no-such-flag'"),
        (&["call", "chatt", "hi"], "'chat'"),
        (&["call", "chat", "@gone.txt"], "gone.txt"),
        (&["call", "chat", "hi", "--stdin"], "both fill the main text"),
        (&["call", "debug", "x", "--issues-found", "{"], "not JSON"),
    ] {
        let ran = user.run(arguments).exits(2);
        assert!(ran.stderr.contains(message), "{arguments:?}: {ran:#?}");
    }
    assert!(fake.requests().is_empty());
}

#[test]
fn a_file_that_the_user_typed_is_allowed_wherever_it_is() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("notes.md");
    std::fs::write(&path, "# Notes\n").unwrap();
    user.run(&["call", "chat", "read it", "--files", path.to_str().unwrap()]).exits(0);
    assert!(fake.requests()[0].user_text().contains("   1│ # Notes"));
}

#[test]
fn a_call_from_a_directory_without_a_project_works() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let home = user.project().parent().unwrap().to_owned();
    let ran = crate::support::finish(user.command_in(&home, ["call", "chat", "hi"])).exits(0);
    assert_eq!(ran.stdout, "Yes.\n");
}

#[test]
fn the_mock_answers_without_a_network_or_a_key() {
    let user = User::new();
    assert_eq!(user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0).stdout, "hello\n");
    user.run(&["call", "chat", "hello", "--model", "mock:401"]).exits(3);
    user.run(&["call", "chat", "hello", "--model", "mock:empty"]).exits(3);
    let envelope = user.envelope(&["call", "chat", "hello", "--model", "mock:echo"]);
    assert_eq!(envelope["cost"], json!({"usd": 0.0, "priced": true}));
}

#[test]
fn tools_without_a_model_answer_from_the_house() {
    let user = User::new();
    assert!(user.run(&["call", "listmodels"]).exits(0).stdout.contains("`glm-5.3`"));
    assert!(user.run(&["call", "version"]).exits(0).stdout.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_server_on_this_machine_is_offered_to_who_has_configured_nothing() {
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::new().set("EXAI_DISCOVERY_URLS", &fake.custom_url());
    for arguments in [&["call", "chat", "hello"][..], &["call", "debug", FINDINGS]] {
        let ran = user.run(arguments);
        let offer = format!("hint: a server answers at {}", fake.custom_url());
        assert!(ran.stderr.contains(&offer) && ran.stderr.contains("--model custom/"), "{ran:#?}");
    }
    let configured = user.set("GLM_API_KEY", "test-key");
    let ran = configured.run(&["call", "debug", FINDINGS, "--use-assistant-model=false"]).exits(0);
    assert!(!ran.stderr.contains("a server answers"), "{ran:#?}");
}

#[test]
fn a_call_that_is_refused_before_it_begins_is_an_envelope_for_programs() {
    let user = User::new();
    for arguments in [
        &["call", "chat", "hi", "--continue", "0123abcd"][..],
        &["call", "chat", "hi", "--timeout", "0"],
        &["call", "chat", "--json-args", "gone.json"],
    ] {
        let envelope = user.envelope(arguments);
        assert_eq!((&envelope["state"], &envelope["exit"]["code"]), (&json!("failed"), &json!(2)), "{envelope:#}");
        assert_eq!(envelope["call_id"], "", "no call was begun: {envelope:#}");
    }
}

#[test]
fn a_conversation_goes_on_with_its_model_and_finds_its_files_from_elsewhere() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    let first = user.envelope(&["call", "chat", "look", "--files", "src/queue.rs", "--model", "kimi-k3.1-pro"]);
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(elsewhere.path().join("src")).unwrap();
    std::fs::write(elsewhere.path().join("src/queue.rs"), "another file of that name\n").unwrap();
    let thread = first["thread_id"].as_str().unwrap();
    let ran =
        crate::support::finish(user.command_in(elsewhere.path(), ["call", "chat", "again", "--continue", thread]));
    ran.exits(0);
    let asked = &fake.requests()[1];
    assert_eq!(asked.model(), "kimi-k3.1-pro");
    assert!(asked.user_text().contains("   2│     drain();"), "{}", asked.user_text());
    assert!(!asked.user_text().contains("another file"), "{}", asked.user_text());
}

#[test]
fn items_of_a_list_are_split_at_commas_that_stand_outside_of_brackets_and_of_file_names() {
    let user = User::new();
    user.write("a,b.txt", "one file\n");
    user.write("list.txt", "src/queue.rs\na,b.txt\n");
    let selected = |files: &str| {
        let envelope =
            user.envelope(&["call", "debug", "x", "--relevant-files", files, "--relevant-context", "f(a, b),g"]);
        assert_eq!(envelope["data"]["complete_investigation"]["relevant_context"], json!(["f(a, b)", "g"]));
        envelope["coverage"]["selected"].clone()
    };
    assert_eq!(selected("a,b.txt"), json!(["a,b.txt"]));
    assert_eq!(selected("src/queue.rs,list.txt"), json!(["src/queue.rs", "list.txt"]));
    assert_eq!(selected("@list.txt"), json!(["src/queue.rs", "a,b.txt"]));
}
