//! What of a cluster or pool goes together, and what the service wants of it.

use serde_json::Value;

use super::fields::{Fields, at, is, number, text};
use super::words;
use crate::wire::ApiError;

/// So many seconds of maintenance there must be in any 32 days ("Configure maintenance windows").
const ROOM: i64 = 48 * 3600;

/// Most nodes of a pool that are upgraded at once.
const SURGE: u64 = 20;

/// A window is either of every day or recurs, and the latter has a beginning, an end and a rule.
pub(super) fn window(fields: &Fields) -> Result<(), ApiError> {
    let window = |name: &str| at(fields, &format!("maintenancePolicy.window.{name}"));
    if window("dailyMaintenanceWindow").is_some() && window("recurringWindow").is_some() {
        return Err(words::bad(
            "Only one of daily_maintenance_window and recurring_window may be set.",
        )
        .into());
    }
    let whole = |value: &Value| {
        let span = value.get("window").unwrap_or(value);
        let stamp = |name: &str| {
            let text = span.get(name).and_then(Value::as_str)?;
            text.parse::<jiff::Timestamp>().ok()
        };
        matches!((stamp("startTime"), stamp("endTime")), (Some(start), Some(end)) if start < end)
    };
    let exclusions = window("maintenanceExclusions").and_then(Value::as_object);
    let mut spans = window("recurringWindow")
        .into_iter()
        .chain(exclusions.into_iter().flat_map(Fields::values));
    if !spans.all(whole) {
        return Err(
            words::bad("Maintenance windows need a start_time before their end_time.").into(),
        );
    }
    match window("recurringWindow").map_or(ROOM, room) < ROOM {
        true => Err(words::window_too_small().into()),
        false => Ok(()),
    }
}

/// The least seconds of maintenance that a window which recurs leaves in any 32 days.
fn room(recurring: &Value) -> i64 {
    let stamp = |name: &str| {
        let text = recurring.get("window")?.get(name)?.as_str()?;
        text.parse::<jiff::Timestamp>().ok()
    };
    let (Some(start), Some(end)) = (stamp("startTime"), stamp("endTime")) else {
        return 0;
    };
    let seconds = end.as_second() - start.as_second();
    let rule = recurring.get("recurrence").and_then(Value::as_str);
    seconds.saturating_mul(occurrences(rule.unwrap_or_default()))
}

/// How often a rule of RFC 5545 comes in any 32 days at least. A month may be of 31, so that each of its days comes once;
/// of what comes some other way nothing is sure.
fn occurrences(rule: &str) -> i64 {
    let part = |name: &str| {
        let mut parts = rule.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
    let every = number(part("INTERVAL")).unwrap_or(1).max(1);
    let of = |name: &str| part(name).map(|list| list.split(',').collect::<Vec<_>>());
    match part("FREQ") {
        Some("HOURLY") => 32 * 24 / every,
        Some("DAILY") => 32 / every,
        Some("WEEKLY") => weekly(&of("BYDAY").unwrap_or_else(|| vec!["MO"]), every),
        Some("MONTHLY") if every == 1 => {
            let days = of("BYMONTHDAY").unwrap_or_default();
            let sure = |day: &&&str| number(Some(day)).is_some_and(|day| day.abs() <= 28);
            i64::try_from(days.iter().filter(sure).count()).unwrap_or_default()
        }
        _ => 0,
    }
}

/// Four weeks have each day four times; what four days more have at least is what three days in a row cannot take.
fn weekly(days: &[&str], every: i64) -> i64 {
    const WEEK: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let on: Vec<bool> = WEEK.iter().map(|day| days.contains(day)).collect();
    let count = |from: usize, length: usize| {
        let days = on.iter().cycle().skip(from).take(length);
        i64::try_from(days.filter(|on| **on).count()).unwrap_or_default()
    };
    if every > 1 {
        return 32 / (7 * every) * count(0, 7);
    }
    let least = (0..7).map(|from| count(from, 4)).min().unwrap_or_default();
    4 * count(0, 7) + least
}

/// Add-ons that do not go with the dataplane, or that Autopilot does not leave to anybody.
pub(super) fn addons(fields: &Fields) -> Result<(), ApiError> {
    let autopilot = is(fields, "autopilot.enabled");
    let advanced =
        autopilot || text(fields, "networkConfig.datapathProvider") == "ADVANCED_DATAPATH";
    let calico = at(fields, "addonsConfig.networkPolicyConfig")
        .is_some_and(|config| config.get("disabled") != Some(&Value::Bool(true)));
    if advanced && (calico || is(fields, "networkPolicy.enabled")) {
        return Err(words::two_policies().into());
    }
    let off = |name: &str| {
        let path = format!("addonsConfig.{name}");
        at(fields, &path).is_some() && !is(fields, &format!("{path}.enabled"))
    };
    let names = ["dnsCacheConfig", "gcePersistentDiskCsiDriverConfig"];
    match names.into_iter().find(|name| autopilot && off(name)) {
        Some(name) => Err(words::autopilot_addon(name).into()),
        None => Ok(()),
    }
}

/// How many nodes of a pool are upgraded at once.
pub(super) fn surge(fields: &Fields) -> Result<(), ApiError> {
    let of = |name: &str| number(fields, &format!("upgradeSettings.{name}"));
    let surges = text(fields, "upgradeSettings.strategy") != "BLUE_GREEN";
    match surges && of("maxSurge") + of("maxUnavailable") > SURGE {
        true => Err(words::surge_too_large(SURGE).into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_as_often_as_they_must() {
        for (rule, times) in [
            ("FREQ=DAILY", 32),
            ("FREQ=WEEKLY;BYDAY=SU", 4),
            ("FREQ=WEEKLY;BYDAY=SA,SU", 8),
            ("FREQ=WEEKLY;BYDAY=MO,TH", 9),
            ("FREQ=WEEKLY;BYDAY=FR,SA,SU", 12),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", 2),
            ("FREQ=MONTHLY;BYMONTHDAY=1", 1),
            ("FREQ=MONTHLY;BYSETPOS=1;BYDAY=SA,SU", 0),
        ] {
            assert_eq!(occurrences(rule), times, "{rule}");
        }
    }
}
