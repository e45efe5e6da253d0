//! What tokens cost, exactly.
//!
//! The unit is nano-USD per **million** tokens: price lists quote USD per million with up to four decimals
//! (0.0375 is 37.5 nano-USD a token), so this is the coarsest unit in which all of them are integers.

use serde::{Deserialize, Deserializer};

use crate::protocol::{Nanodollars, Usage};

/// Nano-USD per million tokens; a figure that nobody published is `None`, never 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Input that was not cached.
    #[serde(default, deserialize_with = "dollars")]
    pub input: Option<u64>,
    /// Input that the provider had cached.
    #[serde(default, deserialize_with = "dollars")]
    pub cached: Option<u64>,
    /// Reasoning and answer.
    #[serde(default, deserialize_with = "dollars")]
    pub output: Option<u64>,
}

impl Price {
    /// The price of something that is free.
    pub const FREE: Self = Self { input: Some(0), cached: Some(0), output: Some(0) };

    /// What `usage` costs, rounded half up to a nano-USD; `None` when a figure that it takes is not known.
    ///
    /// Providers leave the count of cached tokens out when there were none, so a missing one counts as 0.
    pub fn cost(&self, usage: &Usage) -> Option<Nanodollars> {
        let cached = match usage.cached {
            Some(cached) => Some(cached.min(usage.input.unwrap_or(cached))),
            None => Some(0),
        };
        let fresh = usage.input.map(|input| input - cached.unwrap_or(0).min(input));
        let sum = part(fresh, self.input)? + part(cached, self.cached)? + part(usage.output, self.output)?;
        Nanodollars::try_from((sum + 500_000) / 1_000_000).ok()
    }
}

/// Tokens times price; nothing of a thing costs nothing whatever its price, and so does anything that is free.
fn part(tokens: Option<u64>, price: Option<u64>) -> Option<u128> {
    match (tokens, price) {
        (Some(0), _) | (_, Some(0)) => Some(0),
        (Some(tokens), Some(price)) => Some(u128::from(tokens) * u128::from(price)),
        _ => None,
    }
}

/// Reads USD per million tokens without loss: a number is taken by its shortest decimal form.
fn dollars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Amount {
        Integer(u64),
        Float(f64),
        Text(String),
    }
    let text = match Amount::deserialize(deserializer)? {
        Amount::Integer(dollars) => dollars.to_string(),
        Amount::Float(dollars) => dollars.to_string(),
        Amount::Text(text) => text,
    };
    let exact = exact(&text).ok_or_else(|| {
        serde::de::Error::custom(format!("`{text}` is not a price in US dollars with up to 9 decimals"))
    });
    exact.map(Some)
}

/// `"0.0375"` as 37,500,000 billionths.
fn exact(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 9 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<9}").parse().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_exactly() {
        for (text, nanos) in [
            ("0.6", Some(600_000_000)),
            ("0.0375", Some(37_500_000)),
            ("0.004", Some(4_000_000)),
            ("0", Some(0)),
            ("20", Some(20_000_000_000)),
            ("0.0000000001", None),
            ("-1", None),
            ("1e3", None),
            (".5", None),
            ("", None),
        ] {
            assert_eq!(exact(text), nanos, "{text}");
        }
    }

    #[test]
    fn a_cost_counts_each_part_at_its_own_price() {
        let price = Price { input: Some(600_000_000), cached: Some(110_000_000), output: Some(2_200_000_000) };
        let cheap = Price { input: Some(37_500_000), ..price };
        let dear = Price { cached: None, ..price };
        let usage = |input, cached, output| Usage { input, output, cached, ..Usage::default() };
        for (name, price, usage, cost) in [
            ("all parts", price, usage(Some(1000), Some(200), Some(10)), Some(800 * 600 + 200 * 110 + 10 * 2200)),
            ("nothing cached", price, usage(Some(1000), None, Some(0)), Some(600_000)),
            ("half a nano is rounded up", cheap, usage(Some(1), None, Some(0)), Some(38)),
            ("more cached than sent", price, usage(Some(100), Some(500), Some(0)), Some(11_000)),
            ("input unknown", price, usage(None, None, Some(5)), None),
            ("output unknown", price, usage(Some(5), None, None), None),
            ("cached price unknown and needed", dear, usage(Some(5), Some(1), Some(1)), None),
            ("cached price unknown, not needed", dear, usage(Some(1), Some(0), Some(0)), Some(600)),
            ("no prices at all", Price::default(), usage(Some(1), None, Some(1)), None),
            ("free needs no count", Price::FREE, usage(None, None, None), Some(0)),
        ] {
            assert_eq!(price.cost(&usage), cost, "{name}");
        }
    }
}
