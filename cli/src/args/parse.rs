//! Values of arguments.

use provision_core::model::Platform;
use provision_data::Cloud;

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

pub(super) fn platform(text: &str) -> Result<Platform, String> {
    Platform::ALL
        .into_iter()
        .find(|platform| platform.word() == text)
        .ok_or_else(|| {
            let words: Vec<&str> = Platform::ALL.into_iter().map(Platform::word).collect();
            format!("expected one of {}", words.join(", "))
        })
}

pub(super) fn cloud(text: &str) -> Result<Cloud, String> {
    let found = Cloud::ALL.into_iter().find(|cloud| cloud.word() == text);
    found.ok_or_else(|| {
        let words: Vec<&str> = Cloud::ALL.into_iter().map(Cloud::word).collect();
        format!("expected one of {}", words.join(", "))
    })
}

pub(super) fn date(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse::<jiff::Timestamp>()
        .or_else(|_| {
            let date: jiff::civil::Date = text.parse()?;
            jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0))
        })
        .map_err(|_: jiff::Error| "expected a date such as 2026-11-24".to_owned())
}

/// `30s`, `250ms`, `2m`, `1h`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let text = text.trim();
    let digits = text
        .find(|at: char| !at.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" | "" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    number
        .parse::<u64>()
        .ok()
        .filter(|_| factor > 0)
        .and_then(|number| number.checked_mul(factor))
        .map(std::time::Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no duration: write 500ms, 30s, 10m or 2h"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn durations_need_a_known_unit() {
        assert_eq!(duration("30s").unwrap().as_secs(), 30);
        assert_eq!(duration("0").unwrap().as_secs(), 0);
        assert_eq!(duration("250ms").unwrap().as_millis(), 250);
        for wrong in ["", "s", "3x", "-1s", "99999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_or_a_time_can_be_planned_for() {
        assert_eq!(
            date("2026-11-24").unwrap(),
            "2026-11-24T00:00:00Z".parse().unwrap()
        );
        assert!(date("2026-11-24T10:00:00Z").is_ok());
        assert!(date("tomorrow").is_err());
    }
}
