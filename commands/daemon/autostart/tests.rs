use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

use super::*;

/// Longer than anything that works takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Daemons that only hold the lock.
#[derive(Default)]
struct Pretend {
    /// What there is, and the lock that says so.
    running: Mutex<Option<(DaemonLock, bool)>>,
    starts: AtomicU16,
    /// What a daemon says that does not start.
    failure: Option<&'static str>,
}

impl Pretend {
    fn accept(&self, state_dir: &Path, version: &str, autostarted: bool) {
        let port = 1 + self.starts.load(Ordering::SeqCst);
        let address = Some(SocketAddr::from(([127, 0, 0, 1], port)));
        let mut lock = DaemonLock::take(state_dir).unwrap();
        lock.announce(&DaemonInfo { pid: u32::from(port), address, version: version.to_owned() }).unwrap();
        *self.running.lock().unwrap() = Some((lock, autostarted));
    }
}

struct In<'a>(&'a Path, &'a Pretend);

impl Operator for In<'_> {
    async fn start(&self, mut errors: File) -> Result<()> {
        let Self(state_dir, pretend) = *self;
        pretend.starts.fetch_add(1, Ordering::SeqCst);
        // Others come while it starts.
        tokio::task::yield_now().await;
        match pretend.failure {
            Some(failure) => std::io::Write::write_all(&mut errors, failure.as_bytes()).unwrap(),
            None => pretend.accept(state_dir, VERSION, true),
        }
        Ok(())
    }

    async fn greet(&self, info: &DaemonInfo) -> Result<ServerInfo> {
        let autostarted = self.1.running.lock().unwrap().as_ref().is_some_and(|(_, autostarted)| *autostarted);
        Ok(ServerInfo { name: "exai".to_owned(), version: info.version.clone(), autostarted })
    }

    async fn drain(&self, _: &DaemonInfo) -> Result<()> {
        *self.1.running.lock().unwrap() = None;
        Ok(())
    }
}

async fn all_at_once(count: usize, state_dir: &Path, pretend: &Pretend) -> Vec<Result<(SocketAddr, Option<String>)>> {
    let operator = In(state_dir, pretend);
    let each = (0..count).map(|_| own(state_dir, Deadline::after(PATIENCE), &operator));
    futures_util::future::join_all(each).await
}

#[tokio::test]
async fn fifty_that_ask_at_once_start_one_daemon() {
    let (dir, pretend) = (tempfile::tempdir().unwrap(), Pretend::default());
    for found in all_at_once(50, dir.path(), &pretend).await {
        assert_eq!(found.unwrap(), ("127.0.0.1:2".parse().unwrap(), None));
    }
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_daemon_that_does_not_start_is_tried_once_for_all_who_wait_and_says_why() {
    let failure = Some("error: daemon.port: 127.0.0.1:8079 is in use\nhint: take another one\n");
    let (dir, pretend) = (tempfile::tempdir().unwrap(), Pretend { failure, ..Pretend::default() });
    for found in all_at_once(50, dir.path(), &pretend).await {
        let error = found.unwrap_err();
        assert!(error.message.ends_with("127.0.0.1:8079 is in use"), "{error}");
        assert_eq!((error.hints[0].as_str(), error.kind().exit_code()), ("take another one", 7));
    }
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 1);
    let later = all_at_once(1, dir.path(), &pretend).await;
    assert!(later[0].is_err());
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 2, "who comes later tries again");
}

#[tokio::test]
async fn an_older_daemon_that_a_client_started_is_replaced_once() {
    let (dir, pretend) = (tempfile::tempdir().unwrap(), Pretend::default());
    pretend.accept(dir.path(), "0.0.1", true);
    for found in all_at_once(50, dir.path(), &pretend).await {
        assert_eq!(found.unwrap(), ("127.0.0.1:2".parse().unwrap(), None));
    }
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_older_daemon_that_a_person_started_is_used_with_a_warning() {
    let (dir, pretend) = (tempfile::tempdir().unwrap(), Pretend::default());
    pretend.accept(dir.path(), "0.0.1", false);
    let (address, warning) = all_at_once(1, dir.path(), &pretend).await.remove(0).unwrap();
    assert_eq!(address.port(), 1);
    assert!(warning.unwrap().contains("0.0.1, older than"));
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_daemon_that_never_accepts_is_not_waited_for_longer_than_allowed() {
    let (dir, pretend) = (tempfile::tempdir().unwrap(), Pretend::default());
    let mut lock = DaemonLock::take(dir.path()).unwrap();
    lock.announce(&DaemonInfo { pid: 1, address: None, version: VERSION.to_owned() }).unwrap();
    let allowed = Deadline::after(Duration::from_millis(50));
    let error = own(dir.path(), allowed, &In(dir.path(), &pretend)).await.unwrap_err();
    assert_eq!(error.message, "no daemon accepts connections after 0.05 s");
    assert_eq!(pretend.starts.load(Ordering::SeqCst), 0);
}
