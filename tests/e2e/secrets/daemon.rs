//! A daemon that tells all it can: no secret is in what it says or keeps, and no question is where it need not be.

use std::path::Path;

use exai_fake::{Fake, Point, Provider, Reply, Scenario};

use super::{Seed, alnum, chance, hex, holds_none, nothing_kept, seeds, together};
use crate::support::daemon::Daemon;
use crate::support::http::get;
use crate::support::{Ran, Running, User};

/// What is asked and answered: no secret, and nobody's business but the store's.
struct Contents {
    prompt: String,
    file: String,
    answer: String,
}

/// The secrets of a house: its keys, its token, a wrong token, and what stands in files and questions.
struct House {
    seeds: Vec<Seed>,
    contents: Contents,
    token: String,
    wrong: String,
    fake: Fake,
    user: User,
}

impl House {
    fn new(format: &str) -> Self {
        let (glm, kimi) = (format!("{}.{}", hex(32, 50), alnum(16, 51)), format!("sk{}{}", "-", alnum(48, 52)));
        // Nothing tells that these are secrets but the place where they stand.
        let (custom, token, wrong) = (alnum(20, 53), alnum(24, 54), alnum(24, 55));
        let word = |seed| chance("bcdfghklmnprstvwz", 18, seed);
        let contents = Contents { prompt: word(60), file: word(61), answer: word(62) };
        let own = |kind, text: &String| Seed { kind, text: text.clone(), secrets: vec![text.clone()] };
        let mut seeds = seeds();
        seeds.extend([own("GLM's key", &glm), own("Kimi's key", &kimi)]);
        let written = together(&seeds);
        seeds.extend([own("the custom key", &custom), own("the token", &token), own("a wrong token", &wrong)]);
        let fake = Fake::start(scenario(&contents, &glm, &kimi, &custom));
        let user = User::with(&fake)
            .set("EXAI_WS_PORT", "0")
            .set("EXAI_WS_TOKEN", &token)
            .set("GLM_API_KEY", &glm)
            .set("KIMI_API_KEY", &kimi)
            .set("EXAI_CUSTOM_URL", &fake.custom_url())
            .set("EXAI_LOG_LEVEL", "trace")
            .set("EXAI_LOG_FORMAT", format);
        // A key in a file of the user's own.
        std::fs::create_dir_all(user.config_dir()).unwrap();
        std::fs::write(user.config_dir().join(".env"), format!("EXAI_CUSTOM_API_KEY={custom}\n")).unwrap();
        user.write("src/config.env", &format!("{}\n{}", contents.file, written));
        user.write("prompt.txt", &format!("{}\n{}", contents.prompt, written));
        Self { seeds, contents, token, wrong, fake, user }
    }

    /// Calls that succeed, fail, are cancelled and refused; what their callers were shown.
    fn calls(&self) -> Vec<Ran> {
        let run = |arguments: &[&str]| self.user.run(arguments);
        let files = ["call", "chat", "@prompt.txt", "--files", "src/config.env", "-o", "jsonl"];
        let with = |more: &[&str]| run(&[&files[..], more].concat());
        let mut ran = vec![with(&["--model", "glm-5.3-flash"]).exits(0)];
        ran.push(run(&["call", "debug", "@prompt.txt", "--relevant-files", "src/config.env", "--model", "glm-5.3"]));
        ran.push(with(&["--model", "kimi-k3.1-pro"]).exits(3));
        ran.push(with(&["--model", "custom/any"]));
        let key = self.seeds.iter().find(|seed| seed.kind == "kimi-key").map(|seed| seed.text.as_str());
        ran.push(with(&["--model", key.unwrap()]).exits(2));
        ran.push(run(&["call", "chat", "@prompt.txt", "--thinking-mode", &self.contents.prompt]).exits(2));
        ran.push(run(&["call", "chat", "@prompt.txt", "--files", &self.contents.prompt]).exits(2));
        ran.push(run(&["daemon", "reload"]).exits(0));
        ran
    }

    /// Somebody who does not know the token, and says another one.
    fn stranger(&self, daemon: &Daemon) {
        let mut command = self.user.command(["calls", "list"]);
        command.env("EXAI_WS_TOKEN", &self.wrong);
        crate::support::finish(command).exits(7);
        assert_eq!(get(daemon.address, "/api/snapshot", Some(&self.wrong)).status, 401);
    }

    /// What whoever looks at the daemon sees, now.
    fn looked_at(&self, daemon: &Daemon) -> Vec<(&'static str, String)> {
        let token = Some(self.token.as_str());
        let pages = ["/metrics", "/health", "/health/ready", "/health/semaphores", "/api/snapshot"];
        let page = |path| (path, get(daemon.address, path, token).body);
        let mut looks: Vec<_> = pages.into_iter().map(page).collect();
        let said = |arguments: &[&str]| self.user.run(arguments).stdout;
        looks.push(("the status", said(&["daemon", "status", "--json"])));
        looks.push(("the picture", said(&["monitor", "--once"])));
        looks.push(("the list of calls", said(&["calls", "list", "--json"])));
        looks
    }

    #[track_caller]
    fn tells_nothing(&self, what: &str, text: &str) {
        holds_none(&self.seeds, text.as_bytes(), what);
        for content in [&self.contents.prompt, &self.contents.file, &self.contents.answer] {
            assert!(!text.contains(content.as_str()), "what was asked or answered is in {what}:\n{text}");
        }
    }
}

/// GLM answers; Kimi and the server of one's own repeat the key and the question in their errors.
fn scenario(contents: &Contents, glm: &str, kimi: &str, custom: &str) -> Scenario {
    let echo = |key: &str| format!("invalid key {key}, you asked: {}", contents.prompt);
    let body = |key: &str| serde_json::json!({"error": {"message": echo(key), "type": "invalid_request_error"}});
    Scenario::of([
        Reply::body(429, &body(glm).to_string()).provider(Provider::Glm).model("glm-5.3-flash").times(1),
        Reply::answer(&contents.answer).contains("hold on").wait("go", Point::AfterFrames(1)).times(1),
        Reply::answer(&contents.answer).provider(Provider::Glm).times(100),
        Reply::body(401, &body(kimi).to_string()).provider(Provider::Kimi).times(100),
        Reply::body(400, &body(custom).to_string()).provider(Provider::Custom).times(100),
    ])
    .unvalidated()
}

/// All that is in the log.
fn logged(user: &User) -> String {
    let directory = user.state_dir().join("logs");
    let files = std::fs::read_dir(&directory).unwrap_or_else(|error| panic!("{error}: {}", directory.display()));
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_daemon_that_tells_all_it_can_tells_no_secret_and_no_question() {
    for format in ["text", "json"] {
        let house = House::new(format);
        let daemon = Daemon::start(&house.user);
        let ran = house.calls();
        house.stranger(&daemon);
        // One call is running while somebody looks.
        let question = format!("hold on: {}", house.contents.prompt);
        let running = Running::start(house.user.command(["call", "chat", &question, "--model", "glm-5.3"]));
        house.fake.wait_until_held("go", 1);
        for (what, text) in house.looked_at(&daemon) {
            assert!(!text.is_empty(), "{what}");
            house.tells_nothing(what, &text);
        }
        house.fake.open("go");
        running.finish().exits(0);
        let stderr = daemon.stop().exits(0).stderr;
        house.tells_nothing("the daemon's standard error", &stderr);
        let log = logged(&house.user);
        house.tells_nothing("the log", &log);
        for told in ["TRACE", "refused", "trying again"] {
            assert!(log.to_ascii_uppercase().contains(&told.to_ascii_uppercase()), "{told} is not in the log:\n{log}");
        }
        for call in house.user.run(&["calls", "list", "--json"]).json().as_array().unwrap() {
            assert!(log.contains(call["call_id"].as_str().unwrap()), "the log names {call}");
        }
        for ran in &ran {
            holds_none(&house.seeds, format!("{}{}", ran.stdout, ran.stderr).as_bytes(), "what a caller was shown");
        }
        for request in house.fake.requests() {
            holds_none(&house.seeds, request.body_text.as_bytes(), "a request");
        }
        kept_without(&house, &house.user.state_dir());
    }
}

/// The store may hold what was asked, and no secret; the audit log says who was refused, and not with what.
fn kept_without(house: &House, state_dir: &Path) {
    nothing_kept(&house.seeds, state_dir);
    let database = rusqlite::Connection::open(state_dir.join("exai.db")).unwrap();
    let mut statement =
        database.prepare("SELECT action || ' ' || details || ' ' || ok FROM audit_logs ORDER BY at").unwrap();
    let rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| row.starts_with("refused_token") && row.ends_with(" 0")), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with("reload") && row.ends_with(" 1")), "{rows:?}");
    house.tells_nothing("the audit log", &rows.join("\n"));
}
