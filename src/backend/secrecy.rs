//! Whatever happens and however much is told: no secret and no content is in the log. And what is there names its call.
//!
//! What looks like a secret is made while the tests run: nothing in the sources does.

use std::fs;
use std::time::Duration;

use exai_fake::{Fake, Provider, Reply, Scenario};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::broadcast;
use tracing::dispatcher::DefaultGuard;

use super::Backend;
use super::testing::House;
use crate::config::{Config, Environment, Level, LogFormat, LogKeys, Sources};
use crate::error::ErrorCode;
use crate::gateway::testing::StoppedClock;
use crate::protocol::Envelope;
use crate::telemetry::log::{self, LogGuard, LogLevel, LogLine};

/// Letters and digits that look like chance, the same for the same seed.
fn chance(length: usize, seed: u64) -> String {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut random = fastrand::Rng::with_seed(seed);
    (0..length).map(|at| if at == 1 { '7' } else { char::from(letters[random.usize(..letters.len())]) }).collect()
}

/// A log in which everything is told, and a listener that hears it.
struct Logged {
    dir: TempDir,
    listener: broadcast::Receiver<LogLine>,
    guard: LogGuard,
    _default: DefaultGuard,
}

impl Logged {
    fn start(level: Level, format: LogFormat) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (dispatch, guard) = log::prepare(dir.path(), &LogKeys { level, format, files: 1 }).unwrap();
        let default = tracing::dispatcher::set_default(&dispatch);
        Self { listener: log::listen(), guard, dir, _default: default }
    }

    /// What was told, and what the file holds.
    fn end(mut self) -> (Vec<LogLine>, String) {
        let lines: Vec<LogLine> = std::iter::from_fn(|| self.listener.try_recv().ok()).collect();
        assert_eq!(self.guard.dropped(), 0);
        drop(self.guard);
        let file = fs::read_dir(self.dir.path().join("logs")).unwrap().next().unwrap().unwrap();
        (lines, fs::read_to_string(file.path()).unwrap())
    }
}

/// What must not get out.
struct Secrets {
    glm: String,
    kimi: String,
    custom: String,
    /// In files and arguments.
    token: String,
    password: String,
    /// Neither keys nor tokens: what was asked, read, answered and typed.
    contents: Vec<String>,
}

impl Secrets {
    fn new() -> Self {
        Self {
            glm: format!("{}.{}", "0123456789abcdef".repeat(2), chance(16, 1)),
            kimi: ["s", "k-", &chance(48, 2)].concat(),
            // Nothing tells that this is a key but that it is one.
            custom: format!("open sesame {}", chance(8, 3)).replace(' ', "-"),
            token: ["gh", "p_", &chance(36, 4)].concat(),
            password: chance(14, 5),
            contents: (10..20).map(|seed| format!("word{}", chance(12, seed))).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let secrets = [&self.glm, &self.kimi, &self.custom, &self.token, &self.password];
        secrets.into_iter().chain(&self.contents).map(String::as_str)
    }

    /// The providers, who repeat what they were given.
    fn scenario(&self) -> Scenario {
        let echo = |provider, key: &str| {
            let message = format!("invalid input '{}', key {key} of {}", self.contents[0], self.token);
            let body = json!({"error": {"type": "invalid_request_error", "code": "1210", "message": message}});
            Reply::body(400, &body.to_string()).provider(provider)
        };
        Scenario::of([
            Reply::answer(&self.contents[1]).provider(Provider::Glm).times(2),
            Reply::answer(&json!({"status": self.contents[2]}).to_string()).provider(Provider::Glm).times(1),
            echo(Provider::Glm, &self.glm),
            echo(Provider::Kimi, &self.kimi),
            echo(Provider::Custom, &self.custom),
        ])
        .unvalidated()
    }

    /// A house that has one key from each place that keys come from.
    async fn house(&self) -> House {
        let fake = Fake::start(self.scenario());
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/exai");
        fs::create_dir_all(&config).unwrap();
        fs::write(config.join("config.toml"), format!("[glm]\napi_key = \"{}\"\n", self.glm)).unwrap();
        fs::write(config.join(".env"), format!("EXAI_CUSTOM_API_KEY={}\n", self.custom)).unwrap();
        let sources = Sources {
            environment: Environment::from_pairs([
                ("HOME", home.path().to_str().unwrap().to_owned()),
                ("EXAI_STATE_DIR", home.path().join("state").to_str().unwrap().to_owned()),
                ("KIMI_API_KEY", self.kimi.clone()),
                ("GLM_API_URL", fake.glm_url()),
                ("KIMI_API_URL", fake.kimi_url()),
                ("EXAI_CUSTOM_URL", fake.custom_url()),
            ]),
            ..Sources::default()
        };
        House::of(fake, Config::load(&sources).unwrap().config, home).await
    }

    /// Calls of all kinds that succeed and fail.
    async fn carry_out(&self, house: &House) -> Vec<Envelope> {
        let [asked, _, _, step, argument, name, said, file, answer, tool] = &self.contents[..] else { panic!() };
        let (token, password) = (&self.token, &self.password);
        house.file("src/config.env", &format!("TOKEN={token}\nDB_PASSWORD={password}\n# {file}\n"));
        let files = json!(["src/config.env"]);
        let first = json!({"findings": format!("{asked}: {token}"), "relevant_files": files, "model": "glm-5.3"});
        let first = house.call("debug", first).await;
        let thread = first.thread_id.clone();
        let on = json!({"prompt": format!("{step} {password}"), "continuation_id": thread, "model": "glm-5.3"});
        let mut done = vec![first, house.call("chat", on).await];
        for (tool, arguments) in [
            ("debug", json!({"findings": "It fails.", "model": "glm-5.3"})),
            ("chat", json!({"prompt": asked, "model": "glm-5.3", "files": files})),
            ("chat", json!({"prompt": asked, "model": "kimi-k3"})),
            ("chat", json!({"prompt": asked, "model": "custom/any"})),
            ("chat", json!({"prompt": asked, "model": format!("mock:say?text={said}")})),
            ("chat", json!({"prompt": asked, "model": format!("mock:503?text={said}"), "timeout": 0.1})),
            ("chat", json!({"prompt": answer, "model": "mock:echo", "temperature": argument})),
            ("chat", json!({"prompt": "?", "files": [format!("{argument}.rs")]})),
            ("chat", json!({"prompt": "?", "continuation_id": name})),
            ("chat", json!({"prompt": "?", "model": name})),
            (tool, json!({"prompt": token})),
        ] {
            done.push(house.call(tool, arguments).await);
        }
        done
    }
}

#[tokio::test]
async fn no_secret_and_no_content_is_in_the_log_whatever_is_told_in_it() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let logged = Logged::start(Level::Trace, format);
        let secrets = Secrets::new();
        let house = secrets.house().await;
        let done = secrets.carry_out(&house).await;
        let codes: Vec<_> = done.iter().map(|envelope| envelope.error.as_ref().map(|error| error.code)).collect();
        let refused = Some(ErrorCode::ProviderError);
        assert_eq!(codes[..7], [None, None, Some(ErrorCode::NoVerdict), refused, refused, refused, None]);
        assert!(codes[7..].iter().all(Option::is_some), "{codes:?}");
        house.local.close().await;
        let (lines, text) = logged.end();
        for secret in secrets.all() {
            assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
            assert!(!format!("{lines:?}").contains(secret), "{secret} was told");
        }
        assert_eq!(text.lines().count(), lines.len(), "listeners hear what the file holds");
        for told in ["the house is open", "request sent", "request ended", "call failed", "call succeeded"] {
            assert!(text.contains(told), "`{told}` is missing in:\n{text}");
        }
        for envelope in &done {
            assert!(text.contains(envelope.call_id.as_str()), "{:?} is not in the log", envelope.error);
        }
    }
}

#[tokio::test]
async fn every_line_of_a_request_names_its_call_and_the_clients_request() {
    let logged = Logged::start(Level::Trace, LogFormat::Text);
    let house = House::with(Scenario::of([Reply::glm_error("1305"), Reply::answer("Yes.")])).await;
    let _clock = StoppedClock::stop();
    let mut listener = log::listen();
    let past_the_pause = async {
        while listener.recv().await.unwrap().message != "trying again" {}
        tokio::time::advance(Duration::from_mins(1)).await;
    };
    let call = house.call_named("r-1", "chat", json!({"prompt": "?", "model": "glm-5.3"}));
    let (envelope, ()) = tokio::join!(call, past_the_pause);
    let (lines, _) = logged.end();
    let steps: Vec<&LogLine> = lines.iter().filter(|line| !line.target.starts_with("store")).collect();
    let of_call: Vec<_> = steps.iter().filter(|line| line.call_id.as_ref() == Some(&envelope.call_id)).collect();
    let mut told: Vec<&str> = of_call.iter().map(|line| line.message.as_str()).collect();
    let asked = ["permits granted", "request sent", "request ended"];
    let once = ["call accepted", "trying again", "first token", "files and answer", "call succeeded"];
    let mut expected = [&asked[..], &asked, &once].concat();
    // The request and its call are two tasks: which of them is first to tell is chance.
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
    for line in of_call {
        assert_eq!((&line.fields["request_id"], &line.fields["tool"]), (&json!("r-1"), &json!("chat")), "{line}");
        assert_eq!((line.owner.as_deref(), line.session_id.is_some()), (Some("default"), true), "{line}");
    }
    let rest = steps.iter().filter(|line| line.call_id.is_none()).map(|line| line.message.as_str());
    assert_eq!(rest.collect::<Vec<_>>(), ["the house is open"]);
}

#[tokio::test]
async fn a_failure_is_told_as_loud_as_somebody_is_to_blame_for_it() {
    let logged = Logged::start(Level::Info, LogFormat::Text);
    let house = House::with(Scenario::of([Reply::answer("Yes."), Reply::glm_error("1002")])).await;
    house.call("chat", json!({"prompt": "?", "model": "glm-5.3"})).await;
    house.call("chat", json!({"prompt": "why?", "model": "glm-5.3"})).await;
    house.call("chat", json!({"prompt": "?", "files": ["gone.rs"]})).await;
    let (lines, _) = logged.end();
    let told: Vec<_> = lines.iter().map(|line| (line.level, line.message.as_str())).collect();
    let expected =
        [(LogLevel::Info, "the house is open"), (LogLevel::Warn, "call failed"), (LogLevel::Info, "call failed")];
    assert_eq!(told, expected, "success is not worth a line at this level");
    assert_eq!(
        (&lines[1].fields["code"], &lines[1].fields["tried"], &lines[2].fields["code"]),
        (&json!("PROVIDER_ERROR"), &json!("glm-5.3:auth"), &json!("NOT_FOUND"))
    );
}

#[tokio::test]
async fn a_call_that_ends_by_our_own_fault_says_where_the_log_is_and_the_log_says_why() {
    let logged = Logged::start(Level::Error, LogFormat::Text);
    let directory = logged.guard.directory().display().to_string();
    let house = House::bare().await;
    house.lose_table("calls");
    let result = house.call("version", json!({})).await;
    let error = result.error.unwrap();
    assert_eq!(error.code, ErrorCode::InternalError);
    assert!(error.hints.iter().any(|hint| hint.contains(&directory)), "{:?}", error.hints);
    let (lines, _) = logged.end();
    let ours = lines.iter().filter(|line| line.call_id.as_ref() == Some(&result.call_id));
    let told: Vec<_> = ours.map(|line| (line.level, line.message.as_str())).collect();
    let expected = ["the store failed", "call ended by our own fault"].map(|message| (LogLevel::Error, message));
    assert_eq!(told, expected);
    assert!(lines[0].to_string().contains("no such table"), "{}", lines[0]);

    let logged = Logged::start(Level::Error, LogFormat::Text);
    let directory = logged.guard.directory().display().to_string();
    let house = House::bare().await;
    house.lose_table("model_notes");
    let result = house.call("chat", json!({"prompt": "?", "model": "mock:echo"})).await;
    let error = result.error.as_ref().unwrap();
    assert!(error.hints.iter().any(|hint| hint.contains(&directory)), "{error:?}");
    let kept = house.local.get_call(result.call_id.as_str()).await.unwrap();
    assert_eq!(kept.result.error, result.error, "what is told is what is kept");
    drop(logged);

    let quiet = House::bare().await;
    quiet.lose_table("calls");
    let _none = tracing::dispatcher::set_default(&tracing::Dispatch::none());
    let hints = quiet.call("version", json!({})).await.error.unwrap().hints;
    assert!(hints.iter().all(|hint| !hint.contains("log")), "without a log nobody is sent to it: {hints:?}");
}
