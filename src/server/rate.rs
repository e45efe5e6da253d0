//! How many messages are taken: token buckets over all clients, for each address of another machine, for each session.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::{Rate, Rates};

/// Addresses that are remembered; when there are more, those whose bucket is full again are forgotten.
const ADDRESSES: usize = 4096;

/// One bucket: it holds `burst` tokens and gets `per_second` back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(rate: Rate) -> Self {
        let tokens = match rate {
            Rate::Off => 0.0,
            Rate::Bucket { burst, .. } => f64::from(burst),
        };
        Self { tokens, filled: Instant::now() }
    }

    /// Takes one token, or says when there will be one.
    pub(super) fn take(&mut self, rate: Rate) -> Result<(), Duration> {
        let Rate::Bucket { burst, per_second } = rate else { return Ok(()) };
        let (now, per_second) = (Instant::now(), f64::from(per_second));
        let gained = now.duration_since(self.filled).as_secs_f64() * per_second;
        (self.tokens, self.filled) = ((self.tokens + gained).min(f64::from(burst)), now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / per_second))
    }

    fn is_full(&self, rate: Rate) -> bool {
        let mut probe = *self;
        match rate {
            Rate::Off => true,
            Rate::Bucket { burst, .. } => probe.take(rate).is_ok() && probe.tokens + 1.0 >= f64::from(burst),
        }
    }
}

/// The buckets that sessions share.
#[derive(Debug)]
pub(super) struct Shared {
    all: Mutex<Bucket>,
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
}

impl Shared {
    pub(super) fn new(rates: &Rates) -> Self {
        Self { all: Mutex::new(Bucket::new(rates.all)), addresses: Mutex::default() }
    }

    /// Takes a token for a message from `address`; this machine has no bucket of its own.
    pub(super) fn take(&self, address: IpAddr, rates: &Rates) -> Result<(), Duration> {
        if !address.is_loopback() && rates.address != Rate::Off {
            let mut addresses = lock(&self.addresses);
            if addresses.len() >= ADDRESSES {
                addresses.retain(|_, bucket| !bucket.is_full(rates.address));
            }
            addresses.entry(address).or_insert_with(|| Bucket::new(rates.address)).take(rates.address)?;
        }
        if rates.all == Rate::Off { Ok(()) } else { lock(&self.all).take(rates.all) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::Bucket { burst: 3, per_second: 2 };

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_taken_and_then_so_many_a_second() {
        let mut bucket = Bucket::new(RATE);
        for _ in 0..3 {
            bucket.take(RATE).unwrap();
        }
        let wait = bucket.take(RATE).unwrap_err();
        assert_eq!(wait, Duration::from_millis(500));
        tokio::time::advance(wait).await;
        bucket.take(RATE).unwrap();
        bucket.take(RATE).unwrap_err();
        bucket.take(Rate::Off).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_far_away_is_held_back_alone() {
        let rates = Rates { all: Rate::Off, address: RATE, session: Rate::Off };
        let shared = Shared::new(&rates);
        let (far, other, here) =
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap(), IpAddr::from([127, 0, 0, 1]));
        for _ in 0..3 {
            shared.take(far, &rates).unwrap();
        }
        shared.take(far, &rates).unwrap_err();
        shared.take(other, &rates).unwrap();
        for _ in 0..9 {
            shared.take(here, &rates).unwrap();
        }
    }
}
