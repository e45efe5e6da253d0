//! Figures as people read them: short, and as wide as a column.

/// A time: `0.4s`, `12.3s`, `4m05s`, `3h12m`, `2d04h`.
pub(crate) fn seconds(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 99.95 {
        return format!("{seconds:.1}s");
    }
    age(seconds)
}

/// A time without fractions: `0s`, `12s`, `4m05s`.
pub(crate) fn age(seconds: f64) -> String {
    // A time of more than a few thousand years is as good as any other one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let whole = seconds.clamp(0.0, 1e11) as u64;
    match whole {
        0..=99 => format!("{whole}s"),
        100..=5_999 => format!("{}m{:02}s", whole / 60, whole % 60),
        6_000..=359_999 => format!("{}h{:02}m", whole / 3_600, whole / 60 % 60),
        _ => format!("{}d{:02}h", whole / 86_400, whole / 3_600 % 24),
    }
}

/// Milliseconds: `250ms`, `1.9s`, `2m05s`.
pub(crate) fn millis(millis: Option<u64>) -> String {
    match millis {
        None => "-".to_owned(),
        Some(millis @ 0..=999) => format!("{millis}ms"),
        Some(millis) => seconds(millis as f64 / 1e3),
    }
}

/// A count: `812`, `9.1k`, `340k`, `1.2M`.
pub(crate) fn count(count: u64) -> String {
    let (unit, name) = match count {
        0..=999 => return count.to_string(),
        1_000..=999_499 => (1e3, 'k'),
        999_500..=999_499_999 => (1e6, 'M'),
        _ => (1e9, 'G'),
    };
    let value = count as f64 / unit;
    if value < 9.95 { format!("{value:.1}{name}") } else { format!("{value:.0}{name}") }
}

/// A rate: `0.04`, `4.2`, `812`.
pub(crate) fn rate(rate: f64) -> String {
    match rate {
        rate if rate <= 0.0 => "0".to_owned(),
        rate if rate < 0.095 => format!("{rate:.2}"),
        rate if rate < 99.95 => format!("{rate:.1}"),
        rate => format!("{rate:.0}"),
    }
}

/// Money in US dollars; `-` when it is not known.
pub(crate) fn dollars(dollars: Option<f64>) -> String {
    match dollars {
        None => "-".to_owned(),
        Some(0.0) => "$0".to_owned(),
        Some(dollars) if dollars < 0.01 => format!("${dollars:.4}"),
        Some(dollars) if dollars < 999.5 => format!("${dollars:.2}"),
        Some(dollars) => format!("${dollars:.0}"),
    }
}

/// The time of day of a moment in UTC, with milliseconds: what a log line shows.
pub(crate) fn clock(millis: i64) -> String {
    let day = millis.rem_euclid(86_400_000);
    format!("{:02}:{:02}:{:02}.{:03}", day / 3_600_000, day / 60_000 % 60, day / 1_000 % 60, day % 1_000)
}

/// The beginning of an id that tells it from its neighbours: its time, to the millisecond. The command line takes it.
pub(crate) fn short(id: &str) -> &str {
    id.char_indices().nth(13).map_or(id, |(at, _)| &id[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stay_short() {
        for (given, shown) in [
            (0.04, "0.0s"),
            (12.34, "12.3s"),
            (99.96, "99s"),
            (245.0, "4m05s"),
            (11_520.0, "3h12m"),
            (f64::NAN, "0.0s"),
        ] {
            assert_eq!(seconds(given), shown);
        }
        assert_eq!(age(f64::INFINITY), "1157407d09h");
        for (given, shown) in [(999, "999"), (1_000, "1.0k"), (9_960, "10k"), (999_499, "999k"), (999_500, "1.0M")] {
            assert_eq!(count(given), shown);
        }
        assert_eq!(
            [dollars(None), dollars(Some(0.0)), dollars(Some(0.0012)), dollars(Some(4.199))].join(" "),
            "- $0 $0.0012 $4.20"
        );
        assert_eq!((rate(0.04), rate(4.24), rate(812.3)), ("0.04".to_owned(), "4.2".to_owned(), "812".to_owned()));
        assert_eq!((millis(Some(250)), millis(Some(1_900)), millis(None)), ("250ms".into(), "1.9s".into(), "-".into()));
        assert_eq!(clock(1_764_000_000_123), "16:00:00.123");
        assert_eq!((short("0199ab3c-d5e6-7000-8000"), short("c-1")), ("0199ab3c-d5e6", "c-1"));
    }
}
