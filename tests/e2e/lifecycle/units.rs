//! The units for systemd can be used as they are.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Ran, finish, repository};

/// Copies the units, with the program of this test in them, and asks systemd what it thinks of them.
fn verify(units: &[&str], arguments: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_exai");
    let mut command = Command::new("systemd-analyze");
    command.arg("verify").args(arguments).stdin(Stdio::null());
    for unit in units {
        let text = std::fs::read_to_string(repository().join("dist").join(unit)).unwrap();
        let text = text.replace("/usr/local/bin/exai", binary).replace("/usr/bin/env exai", binary);
        assert!(!unit.ends_with(".service") || text.contains(binary), "{unit} does not run exai");
        let copy = dir.path().join(Path::new(unit).file_name().unwrap());
        std::fs::write(&copy, text).unwrap();
        command.arg(copy);
    }
    command.env("XDG_RUNTIME_DIR", dir.path()).env("HOME", dir.path());
    finish(command)
}

#[test]
fn systemd_has_nothing_to_say_about_the_units() {
    for (units, arguments) in [
        (["exai.service", "exai.socket"], ["--man=no", "--recursive-errors=no"].as_slice()),
        (["user/exai.service", "exai.socket"], ["--user", "--man=no", "--recursive-errors=no"].as_slice()),
    ] {
        let ran = verify(&units, arguments).exits(0);
        assert!(ran.stderr.is_empty() && ran.stdout.is_empty(), "{units:?}: {ran:#?}");
    }
}
