//! Who may come in: the token, one-time codes for pages, and tickets for those who come back.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::ticket;
use crate::clock::Timestamp;
use crate::coordination::{MIN_TOKEN, new_token, read_token, write_token};
use crate::error::Result;
use crate::protocol::wire::Ticket;

/// Whose the first token is.
pub(super) const OPERATOR: &str = "default";
/// How long a one-time code is good for.
const CODE_LIFE: Duration = Duration::from_mins(1);
/// Codes that may wait for their use.
const CODES: usize = 16;

/// The token that clients must know.
#[derive(Debug)]
pub(super) struct Tokens {
    state_dir: PathBuf,
    token: RwLock<Secret>,
    codes: Mutex<Vec<(Secret, Instant)>>,
}

/// A secret as its hash: comparing hashes tells nothing about the secret, whatever time it takes.
#[derive(Clone, Copy)]
struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Secret {
    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    fn is(&self, given: &str) -> bool {
        self.0.ct_eq(&Self::of(given).0).into()
    }
}

/// Why a token was not exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Missing,
    Unauthorized,
    TooShort,
}

impl Refused {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing_params",
            Self::Unauthorized => "unauthorized",
            Self::TooShort => "too_short",
        }
    }
}

impl Tokens {
    pub(super) fn new(token: &str, state_dir: PathBuf) -> Self {
        Self { state_dir, token: RwLock::new(Secret::of(token)), codes: Mutex::default() }
    }

    /// The owner whose token `given` is.
    pub(super) fn owner(&self, given: &str) -> Option<&'static str> {
        self.token.read().unwrap_or_else(PoisonError::into_inner).is(given).then_some(OPERATOR)
    }

    /// A code with which a page can come in once.
    pub(super) fn make_code(&self) -> String {
        let code = new_token();
        let now = Instant::now();
        let mut codes = self.codes();
        codes.retain(|(_, made)| now.duration_since(*made) < CODE_LIFE);
        if codes.len() >= CODES {
            codes.remove(0);
        }
        codes.push((Secret::of(&code), now));
        code
    }

    /// The owner whose code `given` is; it is used up.
    pub(super) fn redeem(&self, given: &str) -> Option<&'static str> {
        let mut codes = self.codes();
        let index = codes.iter().position(|(code, made)| made.elapsed() < CODE_LIFE && code.is(given))?;
        codes.remove(index);
        Some(OPERATOR)
    }

    /// What lets the client in again that asks for it at `now`.
    pub(super) fn make_ticket(&self, now: Timestamp) -> Ticket {
        ticket::make(&self.key(), now)
    }

    /// The owner who was given the ticket `given`; it can be shown until it is too old, or the token is another one.
    pub(super) fn holder(&self, given: &str, now: Timestamp) -> Option<&'static str> {
        ticket::is_good(&self.key(), given, now).then_some(OPERATOR)
    }

    fn key(&self) -> [u8; 32] {
        self.token.read().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Puts `new` in the place of `old`, also in the state directory if it came from there.
    pub(super) fn rotate(&self, old: Option<&str>, new: Option<&str>) -> Result<Option<Refused>> {
        let (Some(old), Some(new)) = (old, new.map(str::trim).filter(|new| !new.is_empty())) else {
            return Ok(Some(Refused::Missing));
        };
        // Held to the end: of two who exchange the same token one is late.
        let mut token = self.token.write().unwrap_or_else(PoisonError::into_inner);
        if !token.is(old) {
            return Ok(Some(Refused::Unauthorized));
        }
        if new.len() < MIN_TOKEN {
            return Ok(Some(Refused::TooShort));
        }
        if read_token(&self.state_dir)?.is_some_and(|kept| kept == old) {
            write_token(&self.state_dir, new)?;
        }
        *token = Secret::of(new);
        Ok(None)
    }

    fn codes(&self) -> MutexGuard<'_, Vec<(Secret, Instant)>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "the first long token";
    const NEW: &str = "the second long token";

    #[test]
    fn a_token_that_is_too_short_is_asked_for_all_the_same() {
        let tokens = Tokens::new("short", PathBuf::from("nowhere"));
        for (given, owner) in [("", None), ("wrong", None), ("shor", None), ("short", Some(OPERATOR))] {
            assert_eq!(tokens.owner(given), owner, "{given:?}");
        }
    }

    #[test]
    fn a_rotated_token_is_the_only_one_that_is_good() {
        let dir = tempfile::tempdir().unwrap();
        write_token(dir.path(), OLD).unwrap();
        let tokens = Tokens::new(OLD, dir.path().to_owned());
        for (old, new, refused) in [
            (None, Some(NEW), Refused::Missing),
            (Some(OLD), Some(" "), Refused::Missing),
            (Some("a guess"), Some(NEW), Refused::Unauthorized),
            (Some(OLD), Some("short"), Refused::TooShort),
        ] {
            assert_eq!(tokens.rotate(old, new).unwrap(), Some(refused));
        }
        let (ticket, now) = (tokens.make_ticket(Timestamp::now()).code, Timestamp::now());
        assert_eq!((tokens.owner(OLD), tokens.holder(&ticket, now)), (Some(OPERATOR), Some(OPERATOR)));
        assert_eq!(tokens.rotate(Some(OLD), Some(NEW)).unwrap(), None);
        assert_eq!((tokens.owner(OLD), tokens.owner(NEW)), (None, Some(OPERATOR)));
        assert_eq!(tokens.holder(&ticket, now), None, "a ticket is as good as the token that it was made with");
        assert_eq!(read_token(dir.path()).unwrap().as_deref(), Some(NEW), "the user's other processes find it");
    }

    #[test]
    fn a_token_from_the_configuration_is_not_written_down() {
        let dir = tempfile::tempdir().unwrap();
        let tokens = Tokens::new(OLD, dir.path().to_owned());
        assert_eq!(tokens.rotate(Some(OLD), Some(NEW)).unwrap(), None);
        assert_eq!(read_token(dir.path()).unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_lets_in_once_and_not_for_long() {
        let tokens = Tokens::new(OLD, PathBuf::new());
        let code = tokens.make_code();
        assert_eq!(tokens.redeem("a guess"), None);
        assert_eq!((tokens.redeem(&code), tokens.redeem(&code)), (Some(OPERATOR), None));
        let late = tokens.make_code();
        tokio::time::advance(CODE_LIFE).await;
        assert_eq!(tokens.redeem(&late), None);
    }
}
