//! What exai stands on: its state directory, the disk below it, the store in it.

use std::path::Path;
use std::time::Duration;

use exai_core::config::Config;
use exai_core::store::{self, Examined};
use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, access};

use super::check::Check;
use super::settings::mode;

/// With less, a call may not be kept any more.
const LITTLE: u64 = 1 << 30;
const TOO_LITTLE: u64 = 64 << 20;

/// The directory, and who may do what in it.
pub(super) fn directory(config: &Config) -> Vec<Check> {
    let (name, dir) = ("state", &config.state_dir);
    let shown = dir.display();
    let elsewhere = "set EXAI_STATE_DIR to a directory of your own";
    let Some(found) = mode(dir) else {
        let parent = standing(dir);
        return vec![if access(parent, AccessFlags::W_OK | AccessFlags::X_OK).is_ok() {
            Check::ok(name, format!("{shown} is made by the first call"))
        } else {
            let found = format!("{shown} is not there and can not be made in {}", parent.display());
            Check::fail(name, found, elsewhere)
        }];
    };
    if !dir.is_dir() {
        return vec![Check::fail(name, format!("{shown} is no directory"), elsewhere)];
    }
    if access(dir, AccessFlags::W_OK | AccessFlags::X_OK).is_err() {
        return vec![Check::fail(name, format!("{shown} is not writable for you"), elsewhere)];
    }
    let mut checks = Vec::new();
    if found & 0o022 != 0 {
        let what = format!("{shown} may be written by others (mode {found:o}), so exai does not use it");
        checks.push(Check::fail(name, what, format!("chmod 700 {shown}, or {elsewhere}")));
    } else if found & 0o055 != 0 {
        checks.push(Check::warn(
            name,
            format!("others may look into {shown} (mode {found:o})"),
            format!("chmod 700 {shown}"),
        ));
    }
    for file in ["token", "exai.db"].map(|file| dir.join(file)) {
        if let Some(found) = mode(&file).filter(|found| found & 0o077 != 0) {
            let what = format!("others may read {} (mode {found:o})", file.display());
            checks.push(Check::warn(name, what, format!("chmod 600 {}", file.display())));
        }
    }
    if checks.is_empty() {
        checks.push(Check::ok(name, format!("{shown} is yours alone")));
    }
    checks
}

/// The nearest directory above that is there.
fn standing(path: &Path) -> &Path {
    path.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"))
}

/// The room on the disk.
pub(super) fn disk(config: &Config) -> Check {
    let (name, at) = ("disk", standing(&config.state_dir));
    let found = match statvfs(at) {
        Ok(found) => found,
        Err(error) => {
            let what = format!("how full the disk of {} is can not be told: {error}", at.display());
            return Check::warn(name, what, "look with `df`");
        }
    };
    #[allow(clippy::useless_conversion, reason = "other systems count in smaller numbers")]
    let free = u64::from(found.blocks_available()).saturating_mul(found.fragment_size());
    let what = format!("{} free for {}", size(free), config.state_dir.display());
    let fix = "free some space, or set EXAI_STATE_DIR to a directory on another disk";
    if free < TOO_LITTLE {
        Check::fail(name, what, fix)
    } else if free < LITTLE {
        Check::warn(name, what, fix)
    } else {
        Check::ok(name, what)
    }
}

/// The store.
pub(super) async fn store(config: &Config, patience: Duration) -> Check {
    let name = "store";
    match store::examine(&config.state_dir, patience).await {
        Ok(None) => Check::ok(name, "is made by the first call"),
        Ok(Some(examined)) => told(&examined),
        Err(error) => Check::failed(name, &error),
    }
}

fn told(examined: &Examined) -> Check {
    let Examined { path, bytes, schema, own_schema, damage, is_whole } = examined;
    let (name, shown) = ("store", path.display());
    if let Some(first) = damage.first() {
        let fix = format!(
            "when no exai runs, move it aside together with {shown}-wal and {shown}-shm; the next call makes a new one"
        );
        return Check::fail(name, format!("{shown} is damaged: {first}"), fix);
    }
    let what = format!("{shown}, {}, schema {schema}", size(*bytes));
    match schema.cmp(own_schema) {
        std::cmp::Ordering::Greater => {
            let found = format!("{what}: it was made by a newer exai, this one knows up to {own_schema}");
            Check::fail(name, found, "install the newer exai, or set EXAI_STATE_DIR to another directory")
        }
        std::cmp::Ordering::Less => Check::ok(name, format!("{what}, which the next call brings to {own_schema}")),
        std::cmp::Ordering::Equal if *is_whole => Check::ok(name, format!("{what}, undamaged")),
        std::cmp::Ordering::Equal => Check::ok(name, format!("{what}; too large to be looked through in this time")),
    }
}

/// So many bytes, for people.
fn size(bytes: u64) -> String {
    let mut amount = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if amount < 999.5 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{amount:.1} {unit}") };
        }
        amount /= 1000.0;
    }
    format!("{amount:.1} TB")
}
