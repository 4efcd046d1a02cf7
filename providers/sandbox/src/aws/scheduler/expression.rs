//! When a schedule comes: `rate(…)`, `cron(…)`, `at(…)`, and the time zone.

use jiff::civil::DateTime;
use jiff::tz::{self, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::common::invalid;
use super::cron::Cron;
use crate::wire::ApiError;

/// Refuses what is no schedule.
pub(super) fn check(text: &str) -> Result<(), ApiError> {
    let good = match inside(text) {
        Some(("rate", inner)) => rate(inner).is_some(),
        Some(("cron", inner)) => Cron::read(inner).is_some(),
        Some(("at", inner)) => moment(inner).is_some(),
        _ => false,
    };
    match good {
        true => Ok(()),
        false => Err(invalid(format!("Invalid Schedule Expression {text}."))),
    }
}

fn inside(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')')?.split_once('(')
}

/// The time from one to the next, of `5 minutes`.
fn rate(inner: &str) -> Option<SignedDuration> {
    let (count, unit) = inner.split_once(' ')?;
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let count: u32 = count.parse().ok().filter(|count| digits && *count > 0)?;
    // A day is 24 hours, also when the clock is changed.
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    Some(SignedDuration::from_mins(i64::from(count) * minutes))
}

fn moment(inner: &str) -> Option<DateTime> {
    let whole = inner.len() == 19 && inner.as_bytes().get(10) == Some(&b'T');
    whole.then(|| inner.parse().ok()).flatten()
}

/// Refuses what is no time zone. A machine without a database of them cannot tell, and takes any.
pub(super) fn check_zone(name: &str) -> Result<(), ApiError> {
    let known = TimeZone::get(name).is_ok_and(|zone| zone.iana_name() == Some(name));
    match known || name == "UTC" || tz::db().available().next().is_none() {
        true => Ok(()),
        false => Err(invalid(format!(
            "Invalid ScheduleExpressionTimezone {name}."
        ))),
    }
}

/// Whether it comes once.
pub(super) fn comes_once(text: &str) -> bool {
    matches!(inside(text), Some(("at", _)))
}

/// The last so many moments of a schedule that comes again and again, after one moment and up to another. A rate counts
/// from its base on, at which it comes for the first time.
pub(super) fn between(
    text: &str,
    zone: &str,
    base: Timestamp,
    (after, until): (Timestamp, Timestamp),
    most: usize,
) -> Vec<Timestamp> {
    match inside(text) {
        Some(("cron", inner)) => {
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            let cron = Cron::read(inner);
            cron.map_or_else(Vec::new, |cron| cron.between(&zone, after, until, most))
        }
        Some(("rate", inner)) => {
            let rate = rate(inner);
            rate.map_or_else(Vec::new, |every| of_rate(every, base, (after, until), most))
        }
        _ => Vec::new(),
    }
}

fn of_rate(
    every: SignedDuration,
    base: Timestamp,
    (after, until): (Timestamp, Timestamp),
    most: usize,
) -> Vec<Timestamp> {
    let passed = until.duration_since(base).as_secs();
    if until < base {
        return Vec::new();
    }
    let last = passed / every.as_secs().max(1);
    let moments = (0..=last).rev().map_while(|n| {
        let since = every.as_secs().checked_mul(n)?;
        base.checked_add(SignedDuration::from_secs(since)).ok()
    });
    let mut found: Vec<_> = moments.take_while(|at| *at > after).take(most).collect();
    found.reverse();
    found
}

/// The moment of a schedule that comes once.
pub(super) fn once(text: &str, zone: &str) -> Option<Timestamp> {
    let ("at", inner) = inside(text)? else {
        return None;
    };
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    zone.to_timestamp(moment(inner)?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{between, check, once};

    #[test]
    fn what_is_a_schedule_and_what_is_not() {
        for good in [
            "rate(1 minute)",
            "rate(12 hours)",
            "cron(0 3 * * ? *)",
            "at(2026-12-24T18:00:00)",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "rate(0 minutes)",
            "rate(5 weeks)",
            "rate(5minutes)",
            "cron(0 3 * * *)",
            "at(2026-02-30T18:00:00)",
            "at(2026-12-24 18:00:00)",
            "0 3 * * ? *",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        let once = once("at(1970-01-01T00:01:00)", "UTC");
        assert_eq!(once.map(Timestamp::as_second), Some(60));
    }

    #[test]
    fn a_rate_counts_from_its_base() {
        let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        let of = |after, until, most| {
            let found = between(
                "rate(2 minutes)",
                "UTC",
                at(100),
                (at(after), at(until)),
                most,
            );
            found
                .into_iter()
                .map(Timestamp::as_second)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(99, 340, 9), [100, 220, 340]);
        assert_eq!(of(100, 339, 9), [220]);
        assert_eq!(of(0, 99, 9), Vec::<i64>::new());
        assert_eq!(of(0, 1000, 2), [820, 940]);
    }
}
