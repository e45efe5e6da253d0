//! A terminal that a program runs in and whose screen is looked at.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::daemon::until;

pub(super) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// How the terminal was before the program.
    before: String,
}

fn size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// Starts `command` in it.
    pub(super) fn start(command: &Command, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size((columns, rows))).unwrap();
        let before = settings(pair.master.as_ref());
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap_or_default());
        }
        builder.env("TERM", "xterm-256color");
        builder.env("LANG", "C.UTF-8");
        if let Some(dir) = command.get_current_dir() {
            builder.cwd(dir);
        }
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let seen = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                seen.lock().unwrap().process(&bytes[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keys, screen, before }
    }

    pub(super) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen has this.
    #[track_caller]
    pub(super) fn shows(&self, text: &str) {
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            until(text, || self.text().contains(text).then_some(()));
        }));
        assert!(waited.is_ok(), "{text:?} does not come:\n{}", self.text());
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(super) fn resize(&self, columns: u16, rows: u16) {
        self.screen.lock().unwrap().screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.master.resize(size((columns, rows))).unwrap();
    }

    pub(super) fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
    }

    /// Whether the dashboard has the terminal: another screen, no echo.
    pub(super) fn is_taken(&self) -> bool {
        self.screen.lock().unwrap().screen().alternate_screen()
    }

    /// Whether the program listens to the mouse.
    pub(super) fn has_mouse(&self) -> bool {
        self.screen.lock().unwrap().screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Whether lines, echo and signals are as they were before the program.
    pub(super) fn is_as_before(&self) -> bool {
        settings(self.master.as_ref()) == self.before
    }

    /// Waits for the end of the program; the terminal must be as it was before. Returns the exit code and the last screen.
    #[track_caller]
    pub(super) fn ends(mut self) -> (u32, String) {
        let status = until("the end of the program", || self.child.try_wait().unwrap());
        until("the end of its output", || (!self.is_taken()).then_some(()));
        let parser = self.screen.lock().unwrap();
        let screen = parser.screen();
        assert!(!screen.hide_cursor(), "the cursor is back");
        assert!(!screen.bracketed_paste(), "pasting is as before");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is the terminal's");
        assert!(self.is_as_before(), "lines, echo and signals: {}", settings(self.master.as_ref()));
        (status.exit_code(), screen.contents())
    }
}

/// How the kernel treats what is typed.
fn settings(master: &dyn MasterPty) -> String {
    let settings = master.get_termios().unwrap();
    format!("{:?} {:?} {:?}", settings.local_flags, settings.input_flags, settings.output_flags)
}
