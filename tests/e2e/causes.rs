//! Everything that goes wrong upstream: what the caller is told, and with which exit code.

use exai_fake::{Fake, Scenario};

use crate::support::User;

struct Case {
    scenario: &'static str,
    exit: i32,
    code: Option<&'static str>,
    /// Requests that leave, all tries together.
    requests: usize,
    /// Part of the message.
    says: &'static str,
}

const fn case(
    scenario: &'static str,
    exit: i32,
    code: Option<&'static str>,
    requests: usize,
    says: &'static str,
) -> Case {
    Case { scenario, exit, code, requests, says }
}

const CASES: [Case; 14] = [
    case("unauthorized", 3, Some("PROVIDER_ERROR"), 1, "401"),
    case("no_balance", 3, Some("PROVIDER_ERROR"), 1, "1113"),
    case("rate_limited_then_answer", 0, None, 2, ""),
    case("server_error", 4, Some("PROVIDER_ERROR"), 3, "500"),
    case("empty", 3, Some("NO_VERDICT"), 1, "empty"),
    case("thinking_only", 3, Some("NO_VERDICT"), 1, "only reasoning"),
    case("cut", 4, Some("PROVIDER_ERROR"), 1, "stopped"),
    case("truncated", 3, Some("NO_VERDICT"), 1, "cut off"),
    case("refused", 3, Some("NO_VERDICT"), 1, "filter"),
    case("reset", 4, Some("PROVIDER_ERROR"), 1, ""),
    case("html_as_200", 4, Some("PROVIDER_ERROR"), 3, ""),
    case("silence", 4, Some("TIMEOUT"), 1, "waiting for the first answer of glm-5.3-flash"),
    case("stall_mid_stream", 4, Some("TIMEOUT"), 1, "receiving the answer of glm-5.3-flash"),
    case("answer", 0, None, 1, ""),
];

#[test]
fn every_cause_has_its_exit_code_and_its_words() {
    for Case { scenario, exit, code, requests, says } in CASES {
        let fake = Fake::start(Scenario::load(scenario));
        let user = User::with(&fake);
        // A silent provider is waited for until the deadline; the others answer at once.
        let timeout = if code == Some("TIMEOUT") { "0.5s" } else { "60s" };
        let ran =
            user.run(&["call", "chat", "hello", "--model", "glm-5.3-flash", "--timeout", timeout, "--output", "json"]);
        assert_eq!(ran.code, exit, "{scenario}: {ran:#?}");
        let envelope = ran.json();
        assert_eq!(envelope["exit"]["code"], exit, "{scenario}: {envelope:#}");
        assert_eq!(envelope["error"]["code"].as_str(), code, "{scenario}: {envelope:#}");
        assert_eq!(fake.requests().len(), requests, "{scenario}: {envelope:#}");
        assert_eq!(envelope["model"]["tried"].as_array().unwrap().len(), requests, "{scenario}: {envelope:#}");
        let message = envelope["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(says), "{scenario}: {message}");
        if exit == 4 && code == Some("PROVIDER_ERROR") {
            assert!(envelope["model"]["tried"][0]["outcome"] != "ok", "{scenario}: {envelope:#}");
        }
        let id = envelope["call_id"].as_str().unwrap();
        assert_eq!(
            user.run(&["calls", "show", id, "--json"]).json(),
            envelope,
            "{scenario}: the journal tells the same"
        );
    }
}

#[test]
fn a_refused_address_is_retryable_and_named() {
    let user = User::new().set("GLM_API_KEY", "test-key").set("GLM_API_URL", "http://127.0.0.1:9");
    let ran = user.run(&["call", "chat", "hello", "--timeout", "20s"]).exits(4);
    assert!(ran.stderr.contains("glm") && ran.stderr.contains("hint: check the network and the URL"), "{ran:#?}");
}

#[test]
fn no_key_is_ever_printed_or_kept() {
    for scenario in ["unauthorized", "server_error", "answer"] {
        let fake = Fake::start(Scenario::load(scenario));
        let user = User::with(&fake);
        let ran = user.run(&["call", "chat", "hello", "--output", "json"]);
        let shown = user.run(&["config", "show"]);
        for text in [&ran.stdout, &ran.stderr, &shown.stdout, &shown.stderr] {
            assert!(!text.contains("test-key"), "{text}");
        }
        for entry in std::fs::read_dir(user.state_dir()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(8).any(|window| window == b"test-key"), "{}", path.display());
            }
        }
    }
}

#[test]
fn auto_goes_to_the_next_model_when_the_account_is_empty() {
    let fake = Fake::start(Scenario::parse(
        "[[reply]]\nprovider = \"glm\"\nglm_error = \"1113\"\n[[reply]]\nprovider = \"kimi\"\ntext = \"From Kimi.\"\n",
    ));
    let envelope = User::with(&fake).envelope(&["call", "chat", "hello"]);
    assert_eq!(envelope["text"], "From Kimi.", "{envelope:#}");
    let tried: Vec<_> =
        envelope["model"]["tried"].as_array().unwrap().iter().map(|tried| tried["model"].as_str().unwrap()).collect();
    assert_eq!(tried, ["glm-5.3-flash", "kimi-k3.1-pro"]);
    assert_eq!(envelope["model"]["used"], "kimi-k3.1-pro");
}
