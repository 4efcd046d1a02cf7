//! When a schedule comes: `rate(…)`, `cron(…)`, `at(…)`, and the time zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{self, TimeZone};

use super::common::invalid;
use super::cron::is_cron;
use crate::wire::ApiError;

/// Refuses what is no schedule.
pub(super) fn check(text: &str) -> Result<(), ApiError> {
    let good = match inside(text) {
        Some(("rate", inner)) => is_rate(inner),
        Some(("cron", inner)) => is_cron(inner),
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

fn is_rate(inner: &str) -> bool {
    let Some((count, unit)) = inner.split_once(' ') else {
        return false;
    };
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let units = ["minute", "minutes", "hour", "hours", "day", "days"];
    digits && count.parse::<u32>().is_ok_and(|count| count > 0) && units.contains(&unit)
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
    use super::{check, once};

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
        assert_eq!(once.map(jiff::Timestamp::as_second), Some(60));
    }
}
