//! Times as the providers tell them: in China's zone, without saying so.

use crate::clock::Timestamp;

const ZONE: jiff::tz::Offset = jiff::tz::Offset::constant(8);

/// The first `2026-08-01 10:03:40` in a message.
pub(crate) fn stated(text: &str) -> Option<Timestamp> {
    const FORM: &[u8] = b"0000-00-00 00:00:00";
    let fits = |window: &&[u8]| {
        window.iter().zip(FORM).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    let found = text.as_bytes().windows(FORM.len()).find(fits)?;
    let civil: jiff::civil::DateTime = std::str::from_utf8(found).ok()?.parse().ok()?;
    moment(civil)
}

/// The beginning of the next day there.
pub(crate) fn next_day(now: Timestamp) -> Option<Timestamp> {
    let now = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
    let today = ZONE.to_datetime(now).date();
    moment(today.tomorrow().ok()?.at(0, 0, 0, 0))
}

fn moment(civil: jiff::civil::DateTime) -> Option<Timestamp> {
    let moment = ZONE.to_timestamp(civil).ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_a_zone_are_eight_hours_ahead() {
        for (text, utc) in [
            ("[1310][Your limit will reset at 2026-08-01 10:03:40][id]", Some("2026-08-01T02:03:40.000Z")),
            ("限额将在 2026-01-01 00:00:00 重置", Some("2025-12-31T16:00:00.000Z")),
            ("at 2026-13-01 10:03:40", None),
            ("soon", None),
        ] {
            assert_eq!(stated(text).map(|at| at.to_string()).as_deref(), utc, "{text}");
        }
    }

    #[test]
    fn a_day_ends_at_four_in_the_afternoon_utc() {
        for (now, next) in
            [("2026-11-22T15:59:59Z", "2026-11-22T16:00:00.000Z"), ("2026-11-22T16:00:00Z", "2026-11-23T16:00:00.000Z")]
        {
            let now: jiff::Timestamp = now.parse().unwrap();
            let next_day = next_day(Timestamp::from_millis(now.as_millisecond())).unwrap();
            assert_eq!(next_day.to_string(), next);
        }
    }
}
