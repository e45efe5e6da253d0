//! A daemon of a user, on any free ports.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use exai_core::backend::{Address, Backend as _, Remote, RemoteSettings};
use exai_core::config::Secret;
use exai_core::coordination::{DaemonInfo, DaemonLock, read_token};
use exai_core::evidence::LocalWorkspace;
use exai_core::protocol::wire::Client;
use exai_core::protocol::{CallOptions, CallRequest, Envelope};

use super::{DEADLINE, Ran, Running, User};

/// The ports that a test lets the system choose.
const PORTS: [&str; 4] = ["EXAI_WS_PORT", "MONITORING_PORT", "HEALTH_CHECK_PORT", "METRICS_PORT"];

/// A daemon that accepts connections; it is killed when the test forgets to end it.
pub(crate) struct Daemon {
    /// Where it serves everything.
    pub(crate) address: SocketAddr,
    /// Its process.
    pub(crate) pid: u32,
    running: Option<Running>,
}

impl Daemon {
    /// `exai daemon` of this user; ports that the user did not choose are any free ones.
    pub(crate) fn command(user: &User) -> Command {
        let mut command = user.command(["daemon"]);
        let set: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        command.envs(PORTS.iter().filter(|port| !set.iter().any(|name| name == **port)).map(|port| (port, "0")));
        command
    }

    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(user: &User) -> Self {
        Self::start_as(Self::command(user), user)
    }

    /// As `start`, with a command of the test's own.
    pub(crate) fn start_as(command: Command, user: &User) -> Self {
        Self::announced(Running::start(command), user)
    }

    /// Waits until a daemon that was started says where it listens.
    pub(crate) fn announced(mut running: Running, user: &User) -> Self {
        let child = &mut running.child;
        let announced = until("a daemon that listens", || {
            let ended = child.try_wait().unwrap();
            (ended.is_some()).then_some(None).or_else(|| found(user, child.id()).map(Some))
        });
        let Some(address) = announced else { panic!("the daemon ended: {:#?}", running.finish()) };
        Self { address, pid: running.child.id(), running: Some(running) }
    }

    /// The address of the WebSocket.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Has a question answered by a model, with the daemon's keys; the call is on its way when a fake says so.
    pub(crate) fn ask(&self, user: &User, question: &str) -> JoinHandle<Envelope> {
        let settings = RemoteSettings {
            address: Address::from(self.address),
            token: read_token(&user.state_dir()).unwrap().map(Secret::new),
            client: Client { name: "test".to_owned(), version: "1".to_owned() },
            roots: Vec::new(),
            profile: None,
            patience: DEADLINE,
            state_dir: None,
        };
        let arguments = serde_json::json!({"prompt": question}).as_object().unwrap().clone();
        let request = CallRequest { tool: "chat".to_owned(), arguments, options: CallOptions::default() };
        let workspace = Arc::new(LocalWorkspace::new(&[], &user.project(), None, &[]).unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let asking = async move {
            let remote = Remote::connect(settings).await.unwrap();
            remote.call(request, workspace).await.unwrap().result().await
        };
        std::thread::spawn(move || runtime.block_on(asking))
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        self.running().signal(name);
    }

    /// Ends it in order.
    pub(crate) fn stop(self) -> Ran {
        self.signal("TERM");
        self.finish()
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Ran {
        self.running.take().unwrap().finish()
    }

    /// Ends it as the kernel does when memory is short.
    pub(crate) fn kill(self) {
        self.signal("KILL");
        self.finish().exits(-1);
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// What the daemon of `user` says of itself, when there is one.
pub(crate) fn daemon_of(user: &User) -> Option<DaemonInfo> {
    DaemonLock::find(&user.state_dir())
}

/// Where the process listens, when it does.
fn found(user: &User, pid: u32) -> Option<SocketAddr> {
    daemon_of(user).filter(|info| info.pid == pid).and_then(|info| info.address)
}

/// Whether somebody accepts connections there.
pub(crate) fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, DEADLINE).is_ok()
}

/// The port of a program that is no daemon, and answers nothing.
pub(crate) fn stranger() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    drop(std::thread::spawn(move || listener.incoming().for_each(drop)));
    port
}

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 0..DEADLINE.as_millis() / PAUSE.as_millis() {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::park_timeout(PAUSE);
    }
    panic!("waited {DEADLINE:?} in vain for {what}");
}

/// What the service manager hears of a daemon.
pub(crate) struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Manager {
    pub(crate) fn new(user: &User) -> Self {
        let path = user.project().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        Self { socket, path }
    }

    /// What `NOTIFY_SOCKET` is.
    pub(crate) fn address(&self) -> &OsStr {
        self.path.as_os_str()
    }

    /// The next message that begins with `word`; those before it are skipped.
    #[track_caller]
    pub(crate) fn hear(&self, word: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            let length = self.socket.recv(&mut buffer).unwrap_or_else(|error| panic!("no {word}: {error}"));
            let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if message.starts_with(word) {
                return message;
            }
        }
    }
}
