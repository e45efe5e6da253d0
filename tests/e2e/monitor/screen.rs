use std::process::Command;

use exai_ui::{Link, Msg, Settings, Wires};
use nix::sys::signal::Signal;

use super::terminal::Terminal;
use crate::support::daemon::{Daemon, until};
use crate::support::{DEADLINE, User};

const SIZE: (u16, u16) = (120, 36);

/// A daemon where one call was answered, and the dashboard of it.
fn at_work() -> (User, Daemon, Terminal) {
    let user = User::new();
    let daemon = Daemon::start(&user);
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    let terminal = monitor(&user, &[]);
    terminal.shows("✓ done");
    (user, daemon, terminal)
}

fn monitor(user: &User, arguments: &[&str]) -> Terminal {
    let command = user.command(["monitor"].iter().chain(arguments));
    Terminal::start(&command, SIZE.0, SIZE.1)
}

#[test]
fn it_shows_a_daemon_at_work_and_leaves_no_mess() {
    let (user, daemon, mut terminal) = at_work();
    terminal.shows(&format!("● live {}", daemon.url()));
    terminal.shows("mock:echo");
    // What happens from now on is shown without being asked for.
    user.run(&["call", "challenge", "is it so?"]).exits(0);
    terminal.shows("challenge");
    terminal.press("/");
    terminal.press("tool:chat\r");
    terminal.shows("1/2");
    terminal.press("?");
    terminal.shows("search:");
    terminal.press("\u{1b}");
    // A terminal sends Alt as Esc: the next key has to wait.
    until("the end of the help", || (!terminal.text().contains("search:")).then_some(()));
    terminal.press("m");
    terminal.shows("the mouse is used here");
    assert!(terminal.is_taken());
    terminal.press("q");
    let (code, screen) = terminal.ends();
    assert_eq!((code, screen.contains("exai monitor")), (0, false), "{screen}");
    daemon.stop().exits(0);
}

#[test]
fn the_last_picture_stays_for_who_wants_it() {
    let (_user, daemon, mut terminal) = at_work();
    terminal.press("Q");
    let (code, screen) = terminal.ends();
    assert_eq!(code, 0);
    assert!(screen.contains("1 Calls") && screen.contains("✓ done"), "{screen}");
    daemon.stop().exits(0);
}

#[test]
fn it_fits_every_size() {
    let (_user, daemon, mut terminal) = at_work();
    terminal.resize(40, 12);
    terminal.shows("1 Calls 2 3 4 5");
    terminal.resize(30, 6);
    terminal.shows("needs 40x10, has 30x6");
    terminal.resize(160, 48);
    terminal.shows("tries");
    terminal.press("\u{3}");
    assert_eq!(terminal.ends().0, 0);
    daemon.stop().exits(0);
}

#[test]
fn signals_end_it_in_order() {
    for (signal, code) in [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGINT, 130)] {
        let user = User::new();
        let terminal = monitor(&user, &["--no-daemon"]);
        terminal.shows("no daemon: journal of");
        terminal.signal(signal);
        assert_eq!(terminal.ends().0, code, "{signal}");
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let user = User::new();
    let daemon = Daemon::start(&user);
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    let mut shell = Command::new("sh");
    user.dress(&mut shell);
    let script = format!("set -m; {} monitor; echo STOPPED; read line; fg; echo LEFT", env!("CARGO_BIN_EXE_exai"));
    shell.args(["-c", &script]).current_dir(user.project());
    let mut terminal = Terminal::start(&shell, SIZE.0, SIZE.1);
    terminal.shows("✓ done");
    terminal.press("m");
    terminal.shows("the mouse is used here");
    terminal.press("\u{1a}");
    terminal.shows("STOPPED");
    assert!(!terminal.is_taken() && terminal.is_as_before());
    // What happens meanwhile is there afterwards.
    user.run(&["call", "challenge", "is it so?"]).exits(0);
    terminal.press("\r");
    terminal.shows("challenge");
    assert!(terminal.is_taken() && !terminal.is_as_before());
    assert!(terminal.has_mouse(), "as it was before");
    terminal.press("q");
    terminal.shows("LEFT");
    assert_eq!(terminal.ends().0, 0);
    daemon.stop().exits(0);
}

#[test]
fn a_dashboard_without_a_shell_is_not_stopped_for_ever() {
    let (_user, daemon, mut terminal) = at_work();
    // Nobody could let it go on: it has the terminal again at once, and draws anew.
    terminal.press("\u{1a}");
    terminal.press("/tool:nothing");
    terminal.shows("no call matches the filter");
    terminal.press("\u{3}");
    assert_eq!(terminal.ends().0, 0);
    daemon.stop().exits(0);
}

#[test]
fn a_recording_shows_the_steps_of_a_call_and_says_what_it_has_not() {
    let user = User::new();
    let recording = super::stream::recorded(&user);
    let mut terminal = monitor(&user, &["--replay", recording.to_str().unwrap(), "--speed", "10000"]);
    terminal.shows("the recording is over");
    terminal.press("\r");
    terminal.shows("finished: succeeded");
    terminal.shows("a recording has the steps of a call");
    terminal.press("c");
    terminal.shows("this is a recording");
    terminal.press("q");
    assert_eq!(terminal.ends().0, 0);
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    const NAME: &str = "monitor::screen::a_panic_gives_the_terminal_back_before_it_is_told";
    #[expect(clippy::disallowed_methods, reason = "the variable is the test's own")]
    let is_child = std::env::var_os("EXAI_TEST_PANICS").is_some();
    if is_child {
        panics();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([NAME, "--exact", "--nocapture"]).env("EXAI_TEST_PANICS", "1");
    let mut terminal = Terminal::start(&command, 80, 24);
    terminal.shows("away");
    assert!(terminal.is_taken());
    terminal.press("R");
    let (code, screen) = terminal.ends();
    assert_ne!(code, 0);
    assert!(screen.contains("nobody expected this"), "{screen}");
}

/// A dashboard whose house panics when it is to connect again.
fn panics() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (told, news) = tokio::sync::mpsc::channel(1);
    let (wishes, mut wanted) = tokio::sync::mpsc::channel(1);
    let away = Link::Away { place: "ws://x".to_owned(), why: "gone".to_owned(), retry: DEADLINE };
    runtime.block_on(async {
        told.send(Msg::Link(away)).await.unwrap();
        tokio::select! {
            _ = exai_ui::run(Settings::default(), Wires { news, wishes }) => {}
            _ = wanted.recv() => panic!("nobody expected this"),
        }
    });
}

#[test]
fn a_daemon_that_goes_and_comes_is_followed() {
    let (user, daemon, mut terminal) = at_work();
    let place = daemon.url();
    daemon.kill();
    // It says where the daemon was, also when nobody knows that any more.
    terminal.shows("no daemon is running");
    assert!(terminal.text().lines().next().unwrap().contains(&place), "{}", terminal.text());
    // What was seen last stays.
    terminal.shows("mock:echo");
    let daemon = Daemon::start(&user);
    terminal.shows(&format!("● live {}", daemon.url()));
    user.run(&["call", "challenge", "still there?"]).exits(0);
    terminal.shows("challenge");
    terminal.press("q");
    assert_eq!(terminal.ends().0, 0);
    daemon.stop().exits(0);
}

#[test]
fn without_a_daemon_it_shows_the_journal_and_then_the_daemon_that_starts() {
    let user = User::new();
    user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
    let mut terminal = monitor(&user, &[]);
    terminal.shows("no daemon: journal of");
    terminal.shows("mock:echo");
    let daemon = Daemon::start(&user);
    terminal.shows(&format!("● live {}", daemon.url()));
    terminal.press("q");
    assert_eq!(terminal.ends().0, 0);
    daemon.stop().exits(0);
}

#[test]
fn a_call_is_cancelled_after_a_question_and_never_by_who_may_only_read() {
    let user = User::new();
    let daemon = Daemon::start(&user);
    let id = user.run(&["call", "chat", "wait", "--model", "mock:slow?ttft=50s", "--detach"]).exits(0).stdout;
    let mut reader = monitor(&user, &["--read-only"]);
    reader.shows("mock:slow");
    reader.press("c");
    reader.shows("was started with --read-only");
    reader.press("q");
    reader.ends();
    let mut terminal = monitor(&user, &[]);
    terminal.shows("mock:slow");
    terminal.press("c");
    terminal.shows("Cancel call");
    terminal.press("y");
    terminal.shows("cancelled");
    terminal.press("q");
    terminal.ends();
    let shown = until("the end of the call", || {
        let shown = user.run(&["calls", "show", id.trim()]).stdout;
        shown.contains("cancelled").then_some(shown)
    });
    assert!(!shown.is_empty());
    daemon.stop().exits(0);
}
