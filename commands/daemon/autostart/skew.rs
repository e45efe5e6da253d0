//! What to do with a daemon of another version.

use exai_core::protocol::wire::ServerInfo;
use semver::Version;

/// What to do with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// It is used as it is.
    Use,
    /// It is used, and the user should know this.
    Warn(String),
    /// It ends, and one of our version takes its place.
    Replace,
}

/// Decides for a program of version `own`. Only what a client started by itself is ended by one: whoever started a daemon
/// by hand, or had a service manager do so, ends it. A newer one stays: two programs must not drive each other out.
pub(crate) fn course(own: &str, server: &ServerInfo) -> Course {
    let ServerInfo { version, autostarted, .. } = server;
    if version == own {
        return Course::Use;
    }
    let age = Version::parse(version).ok().zip(Version::parse(own).ok()).map(|(theirs, ours)| theirs.cmp(&ours));
    match age {
        Some(std::cmp::Ordering::Less) if *autostarted => Course::Replace,
        Some(std::cmp::Ordering::Less) => Course::Warn(format!(
            "the daemon has version {version}, older than {own} of this program, and was not started by a client: \
             restart it to bring it up to date"
        )),
        Some(std::cmp::Ordering::Greater) => Course::Warn(format!(
            "the daemon has version {version}, newer than {own} of this program: start this program again to bring it \
             up to date"
        )),
        // Equal in all that orders versions, or not to be compared.
        Some(std::cmp::Ordering::Equal) | None => {
            Course::Warn(format!("the daemon has version {version}, this program {own}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(own: &str, version: &str, autostarted: bool) -> Course {
        course(own, &ServerInfo { name: "exai".to_owned(), version: version.to_owned(), autostarted })
    }

    #[test]
    fn only_an_older_daemon_that_a_client_started_is_replaced() {
        for (own, version) in [("0.2.0", "0.1.9"), ("0.10.0", "0.9.0"), ("1.0.0", "1.0.0-rc.1")] {
            assert_eq!(decide(own, version, true), Course::Replace, "{version} for {own}");
            let Course::Warn(warning) = decide(own, version, false) else { panic!("{version} for {own}") };
            assert!(warning.contains(version) && warning.contains("older") && warning.contains("restart"), "{warning}");
            let Course::Warn(warning) = decide(version, own, true) else { panic!("{own} for {version}") };
            assert!(warning.contains("newer than"), "{warning}");
        }
        for autostarted in [true, false] {
            assert_eq!(decide("0.1.0", "0.1.0", autostarted), Course::Use);
            assert!(matches!(decide("0.1.0", "unknown", autostarted), Course::Warn(_)));
            assert!(matches!(decide("0.1.0", "0.1.0+built-elsewhere", autostarted), Course::Warn(_)));
        }
    }
}
