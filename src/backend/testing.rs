//! The house of one process, opened as `exai call` opens it, in front of the fake providers; for tests only.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use exai_fake::{Fake, Recorded, Scenario};
use serde_json::Value;
use tempfile::TempDir;

use super::{Backend, Local};
use crate::calls::Caller;
use crate::config::{Config, Environment, Sources};
use crate::evidence::LocalWorkspace;
use crate::gateway::testing::in_time;
use crate::protocol::{CallOptions, CallRequest, Envelope};

/// A house with a project of its own.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) local: Local,
    pub(crate) fake: Fake,
    config: Config,
    project: TempDir,
    home: TempDir,
}

impl House {
    /// A house with both providers, which play `scenario`.
    pub(crate) async fn with(scenario: Scenario) -> Self {
        let fake = Fake::start(scenario);
        let urls = [
            ("GLM_API_KEY", "test-key".to_owned()),
            ("GLM_API_URL", fake.glm_url()),
            ("KIMI_API_KEY", "test-key".to_owned()),
            ("KIMI_API_URL", fake.kimi_url()),
        ];
        Self::open(fake, urls.to_vec()).await
    }

    /// A house without any provider.
    pub(crate) async fn bare() -> Self {
        Self::open(Fake::start(Scenario::default()), Vec::new()).await
    }

    async fn open(fake: Fake, mut variables: Vec<(&'static str, String)>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        variables.push(("HOME", text(home.path())));
        variables.push(("EXAI_STATE_DIR", text(&home.path().join("state"))));
        let sources = Sources { environment: Environment::from_pairs(variables), ..Sources::default() };
        Self::of(fake, Config::load(&sources).unwrap().config, home).await
    }

    /// A house with this configuration, whose files are in `home`.
    pub(crate) async fn of(fake: Fake, config: Config, home: TempDir) -> Self {
        let local = Local::open(&config).await.unwrap();
        Self { local, fake, config, project: tempfile::tempdir().unwrap(), home }
    }

    /// Takes a table away behind the back of the store.
    pub(crate) fn lose_table(&self, name: &str) {
        let database = rusqlite::Connection::open(self.config.state_dir.join("exai.db")).unwrap();
        database.execute(&format!("DROP TABLE {name}"), []).unwrap();
    }

    /// Opens the same state directory as another process does.
    pub(crate) async fn another_process(&self) -> Local {
        Local::open(&self.config).await.unwrap()
    }

    /// Puts a file into the project.
    pub(crate) fn file(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs git in the project, as somebody without any configuration.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let path = Environment::of_process().get("PATH").unwrap().to_owned();
        let mut command = std::process::Command::new("git");
        command.env_clear().env("PATH", path).env("HOME", self.home.path()).current_dir(self.root());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@example.org");
        }
        let ran = command.args(arguments).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.root().join(name)).unwrap();
    }

    pub(crate) fn absolute(&self, name: &str) -> String {
        self.root().join(name).to_str().unwrap().to_owned()
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.project.path()).unwrap()
    }

    /// Carries out a call from the project.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Envelope {
        self.call_in(&self.local, tool, arguments).await
    }

    pub(crate) async fn call_in(&self, local: &Local, tool: &str, arguments: Value) -> Envelope {
        let handle = local.call(request(tool, arguments), self.workspace()).await.unwrap();
        in_time(handle.result()).await
    }

    /// Carries out a call that its client has a name for.
    pub(crate) async fn call_named(&self, request_id: &str, tool: &str, arguments: Value) -> Envelope {
        let caller =
            Caller { request_id: Some(request_id.to_owned()), ..Caller::of("default", "a session", self.workspace()) };
        let handle = self.local.calls().start(request(tool, arguments), caller).unwrap();
        in_time(handle.result()).await
    }

    fn workspace(&self) -> Arc<LocalWorkspace> {
        let root = self.root();
        Arc::new(LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[]).unwrap())
    }

    /// All requests; there must be so many.
    #[track_caller]
    pub(crate) fn requests(&self, count: usize) -> Vec<Recorded> {
        let requests = self.fake.requests();
        assert_eq!(requests.len(), count, "{:?}", requests.iter().map(Recorded::user_text).collect::<Vec<_>>());
        requests
    }
}

fn request(tool: &str, arguments: Value) -> CallRequest {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object, not {arguments}") };
    CallRequest { tool: tool.to_owned(), arguments, options: CallOptions::default() }
}
