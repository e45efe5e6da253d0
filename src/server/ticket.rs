//! Tickets: what lets a page in again that came in by a code which is used up, also after the daemon was started anew.
//!
//! Nothing is kept of a ticket. It says until when it is good, and has a code over that which only who knows the token can make:
//! a token that is exchanged takes all tickets with it.

use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::clock::Timestamp;
use crate::protocol::wire::Ticket;

/// How long a ticket is good for: a working day, and a page that stays connected gets a new one before.
const LIFE: Duration = Duration::from_hours(12);
/// What else is signed with the token's hash must not be taken for a ticket.
const PURPOSE: &[u8] = b"exai ticket 1";

/// A ticket that is good from `now` on.
pub(super) fn make(key: &[u8; 32], now: Timestamp) -> Ticket {
    let until = now.after(LIFE).as_millis();
    Ticket { code: format!("{until:x}.{}", signed(key, until)), good_for_s: LIFE.as_secs() }
}

/// Whether `given` is a ticket that was made with `key` and is not too old at `now`.
pub(super) fn is_good(key: &[u8; 32], given: &str, now: Timestamp) -> bool {
    let Some((until, code)) = given.split_once('.') else { return false };
    let Ok(until) = i64::from_str_radix(until, 16) else { return false };
    let is_ours = subtle::ConstantTimeEq::ct_eq(signed(key, until).as_bytes(), code.as_bytes());
    bool::from(is_ours) && now.as_millis() < until
}

fn signed(key: &[u8; 32], until: i64) -> String {
    // A key of HMAC is a block long; a shorter one is filled up with zeros.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(PURPOSE);
    mac.update(&until.to_be_bytes());
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_for_its_time_and_its_token_alone() {
        let (key, other, now) = ([1; 32], [2; 32], Timestamp::from_millis(1_700_000_000_000));
        let Ticket { code, good_for_s } = make(&key, now);
        assert!(is_good(&key, &code, now) && is_good(&key, &code, now.after(LIFE).before(Duration::from_millis(1))));
        assert!(!is_good(&key, &code, now.after(Duration::from_secs(good_for_s))), "it is too old");
        assert!(!is_good(&other, &code, now), "the token is another one");
        let later = make(&key, now.after(LIFE)).code;
        let (until, signature) = (later.split_once('.').unwrap().0, code.split_once('.').unwrap().1);
        for forged in
            [format!("{until}.{signature}"), format!("{code}0"), code.to_uppercase(), ".".into(), String::new()]
        {
            assert!(!is_good(&key, &forged, now), "{forged}");
        }
    }
}
