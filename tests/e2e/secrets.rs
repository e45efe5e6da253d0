//! Secrets in files, findings, prompts and conversations: none of them is sent, kept or printed.
//!
//! They are made while the tests run: nothing in the sources looks like one.

mod daemon;

use std::path::Path;

use exai_fake::{Fake, Scenario};
use serde_json::Value;

use crate::support::{Ran, User};

/// A secret where it usually stands.
struct Seed {
    kind: &'static str,
    text: String,
    /// The parts that must not get out.
    secrets: Vec<String>,
}

/// What looks like chance and is none of anybody's secrets.
const HARMLESS: [&str; 3] = [
    "checksum = \"c982642fa9e8606056828ee9a8505737230110bb1099153c79efe865c59d12ba\"",
    "request 550e8400-e29b-41d4-a716-446655440000",
    "api_key = std::env::var(\"SERVICE_API_KEY_2\")",
];

/// Characters that look like chance, the same for the same seed.
fn chance(letters: &str, length: usize, seed: usize) -> String {
    let letters = letters.as_bytes();
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(99);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(letters[(state >> 33) % letters.len()])
    };
    (0..length).map(|place| if place == 1 { '7' } else { next() }).collect()
}

fn alnum(length: usize, seed: usize) -> String {
    chance("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length, seed)
}

fn hex(length: usize, seed: usize) -> String {
    chance("0123456789abcdef", length, seed)
}

/// A token of `kind` that begins with the joined `prefix`.
fn token(kind: &'static str, prefix: [&str; 2], tail: &str) -> Seed {
    Seed { kind, text: format!("I used {}{tail} there.", prefix.concat()), secrets: vec![tail.to_owned()] }
}

/// A secret in the place of `{}`.
fn framed(kind: &'static str, frame: &str, secret: &str) -> Seed {
    Seed { kind, text: frame.replace("{}", secret), secrets: vec![secret.to_owned()] }
}

fn private_key(label: &str, seed: usize) -> Seed {
    let lines: Vec<_> = (0..4).map(|line| alnum(64, seed + line)).collect();
    let dashes = "-".repeat(5);
    let text = format!("{dashes}BEGIN {label}{dashes}\n{}\n{dashes}END {label}{dashes}", lines.join("\n"));
    Seed { kind: "private-key", text, secrets: lines }
}

fn seeds() -> Vec<Seed> {
    let service_account = {
        let lines: Vec<_> = (0..3).map(|line| alnum(64, 70 + line)).collect();
        let dashes = "-".repeat(5);
        let key =
            format!("{dashes}BEGIN PRIVATE KEY{dashes}\\n{}\\n{dashes}END PRIVATE KEY{dashes}\\n", lines.join("\\n"));
        Seed { kind: "private-key", text: format!("{{\"private_key\": \"{key}\"}}"), secrets: lines }
    };
    let jwt = format!("eyJ{}.eyJ{}.{}", alnum(20, 30), alnum(50, 31), alnum(43, 32));
    vec![
        private_key("RSA PRIVATE KEY", 1),
        private_key("OPENSSH PRIVATE KEY", 11),
        private_key("PGP PRIVATE KEY BLOCK", 21),
        service_account,
        token("aws-key", ["AK", "IA"], &chance("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 1)),
        framed("aws-secret", "aws_secret_access_key = {}", &alnum(40, 2)),
        token("google-key", ["AI", "za"], &alnum(35, 3)),
        framed("azure-key", "AccountName=x;AccountKey={};Suffix=y", &format!("{}==", alnum(86, 4))),
        token("github-token", ["gh", "p_"], &alnum(36, 5)),
        token("github-token", ["github", "_pat_"], &alnum(82, 6)),
        token("gitlab-token", ["gl", "pat-"], &alnum(20, 7)),
        token("slack-token", ["xo", "xb-"], &format!("123456789012-{}", alnum(24, 8))),
        token(
            "slack-webhook",
            ["https://hooks.slack", ".com/services/"],
            &format!("T{}/B{}", alnum(9, 9), alnum(30, 10)),
        ),
        framed("telegram-token", "bot {}", &format!("1234567890:AA{}", alnum(33, 11))),
        framed("discord-token", "bot {}", &format!("M{}.{}.{}", alnum(23, 12), alnum(6, 13), alnum(38, 14))),
        token("stripe-key", ["sk_", "live_"], &alnum(24, 15)),
        token("npm-token", ["np", "m_"], &alnum(36, 16)),
        token("pypi-token", ["pypi", "-AgE"], &alnum(60, 17)),
        token("openai-key", ["sk-", "proj-"], &alnum(48, 18)),
        token("anthropic-key", ["sk-", "ant-"], &alnum(48, 19)),
        token("kimi-key", ["sk-", "kimi-"], &alnum(48, 20)),
        token("model-key", ["s", "k-"], &alnum(48, 21)),
        framed("glm-key", "key {} of Z.ai", &format!("{}.{}", hex(32, 22), alnum(16, 23))),
        token("huggingface-token", ["h", "f_"], &alnum(34, 24)),
        framed("jwt", "cookie {}", &jwt),
        framed("authorization", "Authorization: Bearer {}", &alnum(32, 25)),
        framed("authorization", "-H 'Authorization: Basic {}'", "YWxpY2U6aHVudGVyMg=="),
        framed("url-password", "postgres://app:{}@db.internal/main", &alnum(12, 26)),
        framed("password", "Server=db;User Id=sa;Password={};", &alnum(10, 27)),
        framed("password", "\"db_password\": \"{}\",", &alnum(20, 28)),
        framed("api-key", "SERVICE_API_KEY={}", &hex(32, 29)),
    ]
}

fn together(seeds: &[Seed]) -> String {
    let texts: Vec<_> = seeds.iter().map(|seed| seed.text.as_str()).chain(HARMLESS).collect();
    texts.join("\n") + "\n"
}

/// Fails when a secret, or a part of it that is long enough to be told, stands in `bytes`.
#[track_caller]
fn holds_none(seeds: &[Seed], bytes: &[u8], what: &str) {
    const TELLING: usize = 10;
    let text = String::from_utf8_lossy(bytes);
    for seed in seeds {
        for secret in &seed.secrets {
            let part =
                (0..=secret.len() - TELLING).map(|at| &secret[at..at + TELLING]).find(|part| text.contains(part));
            assert!(part.is_none(), "{} is in {what}", seed.kind);
        }
    }
}

#[track_caller]
fn holds_harmless(text: &str, what: &str) {
    for harmless in HARMLESS {
        assert!(text.contains(harmless), "{harmless} is not in {what}:\n{text}");
    }
}

/// Every file under `dir`: the database, its log, and whatever else there is.
#[track_caller]
fn nothing_kept(seeds: &[Seed], dir: &Path) {
    let mut files = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nothing_kept(seeds, &path);
        } else {
            files += 1;
            holds_none(seeds, &std::fs::read(&path).unwrap(), &path.display().to_string());
        }
    }
    assert!(files > 0 || dir.file_name().is_some_and(|name| name != "exai"), "nothing was kept in {}", dir.display());
}

#[track_caller]
fn nothing_out(seeds: &[Seed], user: &User, fake: &Fake, ran: &Ran) {
    for request in fake.requests() {
        holds_none(seeds, request.body_text.as_bytes(), "the request");
        assert!(!request.messages().is_empty());
    }
    holds_none(seeds, ran.stdout.as_bytes(), "stdout");
    holds_none(seeds, ran.stderr.as_bytes(), "stderr");
    nothing_kept(seeds, &user.state_dir());
}

#[test]
fn secrets_in_files_findings_prompts_and_history_are_neither_sent_nor_kept_nor_printed() {
    let seeds = seeds();
    let fake = Fake::start(Scenario::answer("Understood."));
    let user = User::with(&fake);
    for file in ["src/config.env", "findings.txt", "prompt.txt"] {
        user.write(file, &together(&seeds));
    }
    let debug = ["call", "debug", "@findings.txt", "--relevant-files", "src/config.env", "--output", "json"];
    let ran = user.run(&debug).exits(0);
    nothing_out(&seeds, &user, &fake, &ran);
    let shown = fake.requests()[0].user_text();
    holds_harmless(&shown, "the request");
    for seed in &seeds {
        assert!(shown.contains(&format!("<SECRET {} #1>", seed.kind)), "{} in:\n{shown}", seed.kind);
    }
    let private_keys = "   1│ <SECRET private-key #1>\n   7│ <SECRET private-key #2>\n";
    assert!(shown.contains(private_keys), "lines keep their numbers, and a key is the same behind them:\n{shown}");

    let chat = ["call", "chat", "@prompt.txt", "--files", "src/config.env", "--continue", "last", "--output", "json"];
    let ran = user.run(&chat).exits(0);
    nothing_out(&seeds, &user, &fake, &ran);
    let shown = fake.requests()[1].user_text();
    assert!(shown.contains("BEGIN CONVERSATION"), "{shown}");
    assert_eq!(shown.matches("<SECRET stripe-key #1>").count(), 3, "file, history and prompt agree:\n{shown}");

    let step = ["call", "debug", "@findings.txt", "--next-step-required", "--total-steps", "2", "--output", "json"];
    nothing_out(&seeds, &user, &fake, &user.run(&step).exits(0));
}

#[test]
fn the_caller_is_told_how_many_secrets_of_which_kind_were_replaced() {
    let seeds = [token("github-token", ["gh", "p_"], &alnum(36, 1)), private_key("EC PRIVATE KEY", 3)];
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    user.write("notes.txt", &together(&seeds));
    let sentence = "2 secrets were replaced before anything was sent or kept: github-token ×1, private-key ×1";
    for more in [&["--output", "json"][..], &["--output", "json", "--dry-run"], &["--output", "json", "--fresh"]] {
        let ran = user.run(&[&["call", "chat", "safe?", "--files", "notes.txt"], more].concat()).exits(0);
        assert!(ran.json()["warnings"].as_array().unwrap().contains(&Value::from(sentence)), "{more:?}: {ran:#?}");
    }
    let ran = user.run(&["call", "chat", "safe?", "--files", "notes.txt"]).exits(0);
    assert_eq!(ran.stdout, "Yes.\n");
    assert!(ran.stderr.contains(sentence), "{ran:#?}");
    let ran = user.run(&["call", "chat", "safe?", "--output", "json"]).exits(0);
    assert_eq!(ran.json()["warnings"], serde_json::json!([]), "there was nothing to replace");
}

#[test]
fn a_brief_without_a_model_and_a_failure_hold_no_secret_either() {
    let seeds = seeds();
    let fake = Fake::start(Scenario::answer("unused"));
    let user = User::new();
    user.write("src/config.env", &together(&seeds));
    user.write("findings.txt", &together(&seeds));
    let brief = ["call", "debug", "@findings.txt", "--relevant-files", "src/config.env", "--output", "json"];
    let ran = user.run(&brief).exits(0);
    nothing_out(&seeds, &user, &fake, &ran);
    holds_harmless(ran.json()["text"].as_str().unwrap(), "the brief");
    let failing = ["call", "chat", "@findings.txt", "--model", "mock:400", "--output", "json"];
    nothing_out(&seeds, &user, &fake, &user.run(&failing).exits(3));
    for value in seeds.iter().filter(|seed| seed.kind == "kimi-key").map(|seed| &seed.text) {
        let ran = user.run(&["call", "chat", "hi", "--thinking-mode", value, "--output", "json"]);
        assert_ne!(ran.code, 0);
        holds_none(&seeds, ran.stdout.as_bytes(), "stdout");
        nothing_kept(&seeds, &user.state_dir());
    }
}

#[test]
fn an_echo_and_an_answer_with_a_secret_in_it_are_kept_without_it() {
    let seeds = seeds();
    let user = User::new();
    user.write("prompt.txt", &together(&seeds));
    let fake = Fake::start(Scenario::answer("unused"));
    let ran = user.run(&["call", "chat", "@prompt.txt", "--model", "mock:echo", "--output", "json"]).exits(0);
    nothing_out(&seeds, &user, &fake, &ran);
    holds_harmless(ran.json()["text"].as_str().unwrap(), "the echo");

    let said = token("github-token", ["gh", "p_"], &alnum(36, 40));
    let model = format!("mock:say?text={}", said.text.replace(' ', "%20"));
    let ran = user.run(&["call", "chat", "hi", "--model", &model, "--output", "json"]).exits(0);
    nothing_out(&[said], &user, &fake, &ran);

    let fake = Fake::start(Scenario::answer(&together(&seeds)));
    let user = User::with(&fake);
    let ran = user.run(&["call", "chat", "which key do I use?", "--output", "json"]).exits(0);
    nothing_out(&seeds, &user, &fake, &ran);
    let kept = user.run(&["calls", "show", ran.json()["call_id"].as_str().unwrap(), "--json"]).json();
    assert_eq!(kept, ran.json(), "what is told is what is kept");
}

#[test]
fn a_call_of_the_command_line_writes_no_log_however_much_is_to_be_told() {
    let user = User::new();
    user.run(&["call", "chat", "hi", "--model", "mock:echo", "--set", "log.level=trace"]).exits(0);
    assert!(user.state_dir().is_dir() && !user.state_dir().join("logs").exists());
}

#[test]
fn equal_requests_that_differ_in_their_secrets_only_are_one() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake);
    for seed in 1..=2 {
        user.write("prompt.txt", &token("github-token", ["gh", "p_"], &alnum(36, seed)).text);
        user.run(&["call", "chat", "@prompt.txt"]).exits(0);
    }
    assert_eq!(fake.requests().len(), 1, "the key is made of what is sent");
}
