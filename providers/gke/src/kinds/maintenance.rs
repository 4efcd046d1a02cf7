//! Windows of maintenance and their exclusions.
//!
//! A window is sent as one that recurs, since that has a length of its own; one that is daily by GKE's other form, which
//! other tools send, is read as the same thing. What recurs in another way is read as it is written, so that it is a
//! difference, and shown.

use std::collections::HashMap;

use google_cloud_container_v1::model::maintenance_exclusion_options::Scope;
use google_cloud_container_v1::model::maintenance_window::Policy;
use google_cloud_container_v1::model::{
    MaintenanceExclusionOptions, MaintenancePolicy, MaintenanceWindow, RecurringMaintenanceWindow,
    RecurringTimeWindow, TimeWindow,
};
use google_cloud_wkt::Timestamp;
use provision_core::contract::Failure;
use provision_kind::{Tags, internal};

use super::cluster::Cluster;

/// The day on which windows begin to recur: a Monday long past.
const FIRST: &str = "2024-01-01";
/// Seconds of an hour.
const HOUR: i64 = 3600;
/// Seconds of a day.
const DAY: i64 = 24 * HOUR;
/// How often, when it is every day.
const DAILY: &str = "FREQ=DAILY";
/// How often, when it is on some days of the week.
const WEEKLY: &str = "FREQ=WEEKLY;BYDAY=";
/// What an exclusion keeps away when it does not say.
const ALL: &str = "NO_UPGRADES";

/// What a cluster is asked for with; `None` when nothing is declared.
pub(super) fn policy(want: &Cluster) -> Result<Option<MaintenancePolicy>, Failure> {
    let exclusions = want.maintenance_exclusions.iter().flatten();
    let exclusions: Result<HashMap<String, TimeWindow>, Failure> = exclusions
        .map(|(name, text)| Ok((name.clone(), exclusion(text)?)))
        .collect();
    let exclusions = exclusions?;
    if want.maintenance_start.is_empty() && exclusions.is_empty() {
        return Ok(None);
    }
    let mut window = MaintenanceWindow::new().set_maintenance_exclusions(exclusions);
    if !want.maintenance_start.is_empty() {
        window = window.set_recurring_window(recurring(want)?);
    }
    Ok(Some(MaintenancePolicy::new().set_window(window)))
}

/// Takes over the exclusions that there are: a freeze that somebody made is not undone by a change of the window.
pub(super) fn keep_exclusions(policy: &mut MaintenancePolicy, now: &MaintenancePolicy) {
    let Some(now) = now.window.as_ref() else {
        return;
    };
    if !now.maintenance_exclusions.is_empty() {
        let window = policy.window.get_or_insert_default();
        window
            .maintenance_exclusions
            .clone_from(&now.maintenance_exclusions);
    }
}

fn recurring(want: &Cluster) -> Result<RecurringTimeWindow, Failure> {
    let start = time(&format!("{FIRST}T{}:00Z", want.maintenance_start))?;
    let end = Timestamp::clamp(start.seconds() + want.maintenance_hours * HOUR, 0);
    let mut days = want.maintenance_days.clone();
    days.sort_by_key(|day| WEEK.iter().position(|one| one == day));
    let recurrence = match days.is_empty() {
        true => DAILY.to_owned(),
        false => format!("{WEEKLY}{}", days.join(",")),
    };
    Ok(RecurringTimeWindow::new()
        .set_window(TimeWindow::new().set_start_time(start).set_end_time(end))
        .set_recurrence(recurrence))
}

/// Days in order.
const WEEK: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// `START/END SCOPE`.
fn exclusion(text: &str) -> Result<TimeWindow, Failure> {
    let (times, scope) = text.split_once(' ').unwrap_or((text, ALL));
    let (start, end) = times
        .split_once('/')
        .ok_or_else(|| internal(format!("`{text}` is no exclusion: START/END SCOPE")))?;
    let options = MaintenanceExclusionOptions::new().set_scope(Scope::from(scope));
    Ok(TimeWindow::new()
        .set_start_time(time(start)?)
        .set_end_time(time(end)?)
        .set_maintenance_exclusion_options(options))
}

fn time(text: &str) -> Result<Timestamp, Failure> {
    Timestamp::try_from(text).map_err(|error| internal(format!("`{text}` is no time: {error}")))
}

/// The four fields as read, in a cluster that has nothing else.
pub(super) fn read(policy: Option<&MaintenancePolicy>) -> Cluster {
    let window = policy.and_then(|policy| policy.window.as_ref());
    let Some(window) = window else {
        return Cluster {
            maintenance_exclusions: Some(Tags::new()),
            ..Cluster::default()
        };
    };
    let exclusions: Tags = window
        .maintenance_exclusions
        .iter()
        .map(|(name, one)| (name.clone(), told(one)))
        .collect();
    let (start, hours, days) = match &window.policy {
        Some(Policy::DailyMaintenanceWindow(daily)) => (
            daily.start_time.clone(),
            whole_hours(&daily.duration),
            Vec::new(),
        ),
        Some(Policy::RecurringWindow(one)) => recurs(one),
        Some(Policy::RecurringMaintenanceWindow(one)) => renamed(one),
        // Of a later form nothing is known but that it is another.
        Some(_) => ("in another way".to_owned(), 0, Vec::new()),
        None => (String::new(), 0, Vec::new()),
    };
    Cluster {
        maintenance_start: start,
        maintenance_hours: hours,
        maintenance_days: days,
        maintenance_exclusions: Some(exclusions),
        ..Cluster::default()
    }
}

/// `4` of `PT4H0M0S`.
fn whole_hours(duration: &str) -> i64 {
    let hours = duration
        .strip_prefix("PT")
        .and_then(|rest| rest.split_once('H'));
    hours
        .and_then(|(hours, _)| hours.parse().ok())
        .unwrap_or_default()
}

/// The form that is to take the place of the recurring one.
fn renamed(one: &RecurringMaintenanceWindow) -> (String, i64, Vec<String>) {
    let start = one.window_start_time.clone().unwrap_or_default();
    let seconds = one.window_duration.map(|span| span.seconds());
    (
        format!("{:02}:{:02}", start.hours, start.minutes),
        seconds.unwrap_or_default() / HOUR,
        days(&one.recurrence),
    )
}

fn recurs(one: &RecurringTimeWindow) -> (String, i64, Vec<String>) {
    let seconds = |time: Option<&Timestamp>| time.map(Timestamp::seconds).unwrap_or_default();
    let window = one.window.as_ref();
    let start = seconds(window.and_then(|window| window.start_time.as_ref()));
    let end = seconds(window.and_then(|window| window.end_time.as_ref()));
    let of_day = start.rem_euclid(DAY);
    let clock = format!("{:02}:{:02}", of_day / HOUR, of_day % HOUR / 60);
    (clock, (end - start) / HOUR, days(&one.recurrence))
}

/// The days of a rule; what is not every day or some of a week is shown as it is.
fn days(rule: &str) -> Vec<String> {
    match (rule, rule.strip_prefix(WEEKLY)) {
        (DAILY, _) => Vec::new(),
        (_, Some(days)) => {
            let mut days: Vec<String> = days.split(',').map(str::to_owned).collect();
            days.sort();
            days
        }
        (other, None) => vec![other.to_owned()],
    }
}

fn told(one: &TimeWindow) -> String {
    let time = |time: Option<&Timestamp>| time.map(|time| String::from(*time)).unwrap_or_default();
    let options = one.maintenance_exclusion_options();
    let scope = options
        .and_then(|options| options.scope.name())
        .unwrap_or(ALL);
    format!(
        "{}/{} {scope}",
        time(one.start_time.as_ref()),
        time(one.end_time.as_ref())
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn windows_and_exclusions_go_out_and_come_back() {
        let want = Cluster {
            maintenance_start: "22:30".to_owned(),
            maintenance_hours: 6,
            maintenance_days: vec!["SA".to_owned(), "SU".to_owned()],
            maintenance_exclusions: Some(Tags::from([(
                "holidays".to_owned(),
                "2026-12-20T00:00:00Z/2027-01-05T00:00:00Z NO_MINOR_UPGRADES".to_owned(),
            )])),
            ..Cluster::default()
        };
        let policy = policy(&want).unwrap().unwrap();
        let recurring = policy.window.as_ref().unwrap().recurring_window().unwrap();
        assert_eq!(recurring.recurrence, "FREQ=WEEKLY;BYDAY=SA,SU");
        // A window may end on the next day.
        let window = recurring.window.as_ref().unwrap();
        assert_eq!(
            String::from(window.end_time.unwrap()),
            "2024-01-02T04:30:00Z"
        );
        assert_eq!(read(Some(&policy)), want);
    }

    #[test]
    fn a_daily_window_of_other_tools_is_read_as_one_of_ours() {
        let body =
            r#"{"window":{"dailyMaintenanceWindow":{"startTime":"03:00","duration":"PT4H0M0S"}}}"#;
        let read = read(Some(&serde_json::from_str(body).unwrap()));
        assert_eq!(
            (read.maintenance_start.as_str(), read.maintenance_hours),
            ("03:00", 4)
        );
        assert!(read.maintenance_days.is_empty());
    }

    #[test]
    fn the_later_form_of_a_window_is_read_as_well() {
        let body = r#"{"window":{"recurringMaintenanceWindow":{"recurrence":"FREQ=WEEKLY;BYDAY=SU,SA",
            "windowStartTime":{"hours":3,"minutes":30},"windowDuration":"21600s"}}}"#;
        let read = read(Some(&serde_json::from_str(body).unwrap()));
        assert_eq!(read.maintenance_start, "03:30");
        assert_eq!(read.maintenance_hours, 6);
        assert_eq!(read.maintenance_days, ["SA", "SU"]);
    }

    #[test]
    fn what_recurs_in_another_way_is_shown_as_it_is() {
        let body = r#"{"window":{"recurringWindow":{"recurrence":"FREQ=MONTHLY;BYMONTHDAY=1","window":
            {"startTime":"2024-01-01T03:00:00Z","endTime":"2024-01-01T07:00:00Z"}}}}"#;
        let read = read(Some(&serde_json::from_str(body).unwrap()));
        assert_eq!(read.maintenance_days, ["FREQ=MONTHLY;BYMONTHDAY=1"]);
    }
}
