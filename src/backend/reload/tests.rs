//! Files change while a house is open. Time stands still but for what the tests let pass.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use exai_fake::{Fake, Scenario};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::task::TaskTracker;

use super::*;
use crate::backend::Backend;
use crate::backend::House;
use crate::config::{Environment, Level, LogFormat, LogKeys, Sources};
use crate::evidence::LocalWorkspace;
use crate::gateway::testing::{StoppedClock, in_time};
use crate::protocol::{CallOptions, CallRequest, Envelope, SessionId};
use crate::telemetry::log::{self, LogLevel};

const EVERY: Duration = Duration::from_secs(2);

/// A house whose files are watched.
struct Watched {
    house: Arc<House>,
    fake: Fake,
    dir: TempDir,
    rereads: Arc<AtomicUsize>,
    closed: CancellationToken,
    tasks: TaskTracker,
    _clock: StoppedClock,
}

impl Watched {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(".config/exai")).unwrap();
        fs::create_dir(dir.path().join("prompts")).unwrap();
        let fake = Fake::start(Scenario::answer("I see."));
        let sources = Sources {
            environment: Environment::from_pairs([
                ("HOME", dir.path().to_str().unwrap().to_owned()),
                ("EXAI_PROMPTS_DIR", dir.path().join("prompts").to_str().unwrap().to_owned()),
                ("GLM_API_KEY", "test-key".to_owned()),
                ("GLM_API_URL", fake.glm_url()),
            ]),
            ..Sources::default()
        };
        let config = Config::load(&sources).unwrap().config;
        let house = House::open(&config).await.unwrap();
        let (rereads, closed, tasks) = (Arc::<AtomicUsize>::default(), CancellationToken::new(), TaskTracker::new());
        let watch = Watch::new(&sources, &config);
        let (count, watched, until) = (Arc::clone(&rereads), Arc::clone(&house), closed.clone());
        let clock = StoppedClock::stop();
        tasks.spawn(async move {
            let reread = || {
                count.fetch_add(1, Ordering::Relaxed);
                Config::load(&sources).map(|loaded| loaded.config)
            };
            let apply = |config: &Config| watched.reload(config).map(drop);
            watch_and_reload(watch, &reread, &apply, EVERY, until).await;
        });
        Self { house, fake, dir, rereads, closed, tasks, _clock: clock }
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.dir.path().join(file), text).unwrap();
    }

    fn rereads(&self) -> usize {
        self.rereads.load(Ordering::Relaxed)
    }

    /// Lets time pass until something is so.
    async fn until(&self, is_so: impl Fn() -> bool) {
        let passing = async {
            while !is_so() {
                tokio::time::advance(EVERY).await;
            }
        };
        in_time(passing).await;
    }

    /// What a model is told it is when `debug` asks it now.
    async fn told(&self) -> String {
        let arguments = json!({"findings": format!("It fails, {}.", self.fake.requests().len())});
        let Envelope { error, .. } = self.call(arguments).await;
        assert_eq!(error, None);
        self.fake.requests().last().unwrap().system_text()
    }

    async fn call(&self, arguments: serde_json::Value) -> Envelope {
        let root = fs::canonicalize(self.dir.path()).unwrap();
        let workspace = LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[]).unwrap();
        let arguments = arguments.as_object().unwrap().clone();
        let request = CallRequest { tool: "debug".to_owned(), arguments, options: CallOptions::default() };
        let door = self.house.door("default", &SessionId::new());
        in_time(door.call(request, Arc::new(workspace)).await.unwrap().result()).await
    }
}

#[tokio::test]
async fn a_prompt_is_used_by_the_next_call_after_its_file_changed() {
    let watched = Watched::open().await;
    let own = watched.told().await;
    watched.write("prompts/debug.md", "Find it in one line.");
    watched.until(|| watched.rereads() == 1).await;
    assert_eq!(watched.told().await.lines().next(), Some("Find it in one line."));
    fs::remove_file(watched.dir.path().join("prompts/debug.md")).unwrap();
    watched.until(|| watched.rereads() == 2).await;
    assert_eq!(watched.told().await, own);
}

#[tokio::test]
async fn what_can_not_be_used_changes_nothing_and_is_tried_again_only_when_it_changed_again() {
    let watched = Watched::open().await;
    let model = || watched.house.config().default_model.clone();
    let own = model();
    for (tries, (file, bad)) in
        [(".config/exai/config.toml", "default_model = 7"), ("prompts/debgu.md", "x")].into_iter().enumerate()
    {
        watched.write(file, bad);
        watched.until(|| watched.rereads() > 2 * tries).await;
        for _ in 0..5 {
            tokio::time::advance(EVERY).await;
        }
        assert_eq!(model(), own, "{file}");
        fs::remove_file(watched.dir.path().join(file)).unwrap();
        watched.until(|| watched.rereads() > 2 * tries + 1).await;
    }
    assert_eq!(watched.rereads(), 4, "once a change");
    watched.write(".config/exai/config.toml", "default_model = \"kimi-k3\"");
    watched.until(|| model() == "kimi-k3").await;
}

#[tokio::test]
async fn a_configuration_that_can_not_be_used_is_logged_with_its_place_and_without_its_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let keys = LogKeys { level: Level::Trace, format: LogFormat::Text, files: 1 };
    let (dispatch, _guard) = log::prepare(dir.path(), &keys).unwrap();
    let _default = tracing::dispatcher::set_default(&dispatch);
    let watched = Watched::open().await;
    let mut lines = log::listen();
    for (file, bad, place) in [
        (".config/exai/config.toml", "[kimi]\napi_key = [\"a-secret-key\", 7]\n", "config.toml:2"),
        (".config/exai/config.toml", "[kimi]\napi_key = \"a-secret-key\n", "config.toml:2"),
        (".config/exai/.env", "KIMI_API_KEY='a-secret-key\n", ".env:1"),
        ("prompts/chat.txt", "a-secret-prompt", "chat.txt"),
    ] {
        let before = watched.rereads();
        watched.write(file, bad);
        watched.until(|| watched.rereads() > before).await;
        let line = in_time(lines.recv()).await.unwrap();
        assert_eq!(line.level, LogLevel::Warn, "{bad}: {line}");
        assert!(line.to_string().contains(place) && !line.to_string().contains("a-secret"), "{line}");
        fs::remove_file(watched.dir.path().join(file)).unwrap();
        watched.until(|| watched.rereads() > before + 1).await;
        assert_eq!(in_time(lines.recv()).await.unwrap().message, "the configuration was read again");
    }
}

#[tokio::test]
async fn the_level_of_the_log_follows_the_configuration_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let keys = LogKeys { level: Level::Info, format: LogFormat::Text, files: 1 };
    let (dispatch, _guard) = log::prepare(dir.path(), &keys).unwrap();
    let _default = tracing::dispatcher::set_default(&dispatch);
    let watched = Watched::open().await;
    assert!(!tracing::enabled!(tracing::Level::DEBUG));
    watched.write(".config/exai/config.toml", "[log]\nlevel = \"debug\"\n");
    watched.until(|| watched.rereads() == 1).await;
    assert!(tracing::enabled!(tracing::Level::DEBUG) && !tracing::enabled!(tracing::Level::TRACE));
}

#[tokio::test]
async fn a_file_that_a_changed_configuration_names_is_watched_from_then_on() {
    let watched = Watched::open().await;
    let models = watched.dir.path().join("models.toml");
    watched.write("models.toml", "");
    watched.write(".config/exai/config.toml", &format!("[models]\nfile = {:?}\n", models.to_str().unwrap()));
    watched.until(|| watched.rereads() == 1).await;
    for _ in 0..3 {
        tokio::time::advance(EVERY).await;
    }
    assert_eq!(watched.rereads(), 1, "that it is named is no change of it");
    watched.write("models.toml", "# a comment\n");
    watched.until(|| watched.rereads() == 2).await;
}

#[tokio::test]
async fn watching_ends_with_its_house() {
    let watched = Watched::open().await;
    watched.closed.cancel();
    watched.tasks.close();
    in_time(watched.tasks.wait()).await;
    assert_eq!(watched.rereads(), 0);
}

#[tokio::test]
async fn a_house_does_not_open_with_a_prompt_that_is_none() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("codereveiw.md"), "x").unwrap();
    let sources = Sources {
        environment: Environment::from_pairs([("HOME", dir.path()), ("EXAI_PROMPTS_DIR", dir.path())]),
        ..Sources::default()
    };
    let error = House::open(&Config::load(&sources).unwrap().config).await.unwrap_err();
    assert!(error.message.contains("codereveiw.md") && error.hints[0].contains("debug.md"), "{error:?}");
}
