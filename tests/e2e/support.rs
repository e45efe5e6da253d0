//! The harness: a clean environment, a project directory, and the binary in it.

pub(crate) mod agent; // an agent over pipes
pub(crate) mod daemon; // a daemon of a user
pub(crate) mod http; // what it says to who only looks
pub(crate) mod socket; // a client of it, made of bytes

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use exai_fake::Fake;
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything that works takes.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A user with a home directory of their own, a project in it, and no settings.
pub(crate) struct User {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl User {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let user = Self { home, variables: Vec::new() };
        // What runs on the machine of the test is none of its business.
        let user = user.set("EXAI_DISCOVERY_URLS", "http://127.0.0.1:9/v1");
        std::fs::create_dir_all(user.project().join("src")).unwrap();
        std::fs::create_dir_all(user.project().join(".git")).unwrap();
        user.write("src/queue.rs", "fn pop() {\n    drain();\n    drain();\n}\n");
        user
    }

    /// A user whose GLM and Kimi keys lead to `fake`.
    pub(crate) fn with(fake: &Fake) -> Self {
        Self::new()
            .set("GLM_API_KEY", "test-key-glm")
            .set("GLM_API_URL", &fake.glm_url())
            .set("KIMI_API_KEY", "test-key-kimi")
            .set("KIMI_API_URL", &fake.kimi_url())
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The project directory; commands run in it.
    pub(crate) fn project(&self) -> PathBuf {
        self.home.path().join("project")
    }

    /// Runs git in the project.
    #[expect(clippy::disallowed_methods, reason = "the search path is the machine's")]
    pub(crate) fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.env_clear().env("HOME", self.home.path()).current_dir(self.project());
        git.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let ran = git.args(arguments).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }

    /// The user's configuration directory.
    pub(crate) fn config_dir(&self) -> PathBuf {
        self.home.path().join(".config/exai")
    }

    /// Where calls are kept.
    pub(crate) fn state_dir(&self) -> PathBuf {
        self.home.path().join(".local/state/exai")
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.project().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The command, not started yet.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        self.command_in(&self.project(), arguments)
    }

    pub(crate) fn command_in<S: AsRef<OsStr>>(&self, dir: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exai"));
        command.args(arguments).current_dir(dir).stdin(Stdio::null());
        self.dress(&mut command);
        command
    }

    /// Gives any command this user's environment and no other.
    pub(crate) fn dress(&self, command: &mut Command) {
        command.env_clear().env("HOME", self.home.path()).env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// Runs it to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.command(arguments))
    }

    /// Runs it with `input` on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        running.child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        running.finish()
    }

    /// Runs `exai call … --output json` and reads its envelope.
    pub(crate) fn envelope(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--output", "json"]);
        self.run(&arguments).json()
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// Runs a command to the end.
pub(crate) fn finish(command: Command) -> Ran {
    Running::start(command).finish()
}

/// A process under way, with what it has printed.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: mpsc::Receiver<String>,
    stderr: mpsc::Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        Self::start_as_it_is(command)
    }

    /// Starts it with the standard output that the command has.
    pub(crate) fn start_as_it_is(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (gather(child.stdout.take()), gather(child.stderr.take()));
        Self { child, stdout, stderr }
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    /// Waits for its end; a process that does not end is killed and fails the test.
    pub(crate) fn finish(mut self) -> Ran {
        drop(self.child.stdin.take());
        let text = |stream: &mpsc::Receiver<String>, name| stream.recv_timeout(DEADLINE).map_err(|_| name);
        match (text(&self.stdout, "stdout"), text(&self.stderr, "stderr")) {
            (Ok(stdout), Ok(stderr)) => {
                let status = self.child.wait().unwrap();
                Ran { stdout, stderr, code: status.code().unwrap_or(-1) }
            }
            (Err(stream), _) | (_, Err(stream)) => {
                self.child.kill().unwrap();
                panic!("{stream} was still open after {DEADLINE:?}");
            }
        }
    }
}

fn gather(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (done, gathered) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        let _ = done.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    gathered
}

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
