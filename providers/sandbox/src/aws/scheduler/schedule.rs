//! Schedules: CreateSchedule, and UpdateSchedule, which takes the whole and forgets what is not said again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{CODE, DEFAULT, arn, check_name, conflict, group, invalid, name, not_found};
use super::expression;
use super::group::leaving;
use super::target::Target;
use crate::aws::shape::{body, length, one_of, within};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// A schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Schedule {
    /// Its group.
    pub(super) group: String,
    /// Its name within the group.
    pub(super) name: String,
    /// All that somebody asked for, as GetSchedule tells it.
    pub(super) about: Value,
    token: Option<String>,
    pub(super) modified: Timestamp,
    /// Until when it was looked whether it came.
    #[serde(default)]
    looked: Option<Timestamp>,
    created: Timestamp,
}

impl Document for Schedule {
    const SERVICE: &'static str = "scheduler";
    const KIND: &'static str = "schedule";

    fn id(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Schedule {
    /// The ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("schedule/{}", self.id()))
    }

    /// A member that is a word.
    pub(super) fn text(&self, member: &str) -> &str {
        self.about[member].as_str().unwrap_or_default()
    }

    /// A member that is a moment.
    pub(super) fn date(&self, member: &str) -> Option<Timestamp> {
        let seconds = SignedDuration::try_from_secs_f64(self.about[member].as_f64()?).ok()?;
        Timestamp::from_duration(seconds).ok()
    }

    /// Until when it was looked whether it came; the first time it may come at the moment at which it is made.
    pub(super) fn looked(&self) -> Timestamp {
        let before = self.created.checked_sub(SignedDuration::from_nanos(1));
        let new = self.modified == self.created;
        let since = if new { before.ok() } else { None };
        self.looked.or(since).unwrap_or(self.modified)
    }

    /// Keeps until when it was looked.
    pub(super) fn look(&mut self, at: Timestamp) {
        self.looked = Some(at);
    }

    /// Whether it has come for the last time and is to go.
    fn done(&self, now: Timestamp) -> bool {
        let once = expression::once(
            self.text("ScheduleExpression"),
            self.text("ScheduleExpressionTimezone"),
        );
        let last = once.or_else(|| self.date("EndDate"));
        self.text("ActionAfterCompletion") == "DELETE" && last.is_some_and(|at| at <= now)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    group_name: Option<String>,
    schedule_expression: String,
    start_date: Option<f64>,
    end_date: Option<f64>,
    description: Option<String>,
    schedule_expression_timezone: Option<String>,
    state: Option<String>,
    kms_key_arn: Option<String>,
    target: Target,
    flexible_time_window: Window,
    client_token: Option<String>,
    action_after_completion: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Window {
    mode: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_window_in_minutes: Option<i64>,
}

/// CreateSchedule. The same call again, with its token, is the same schedule.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let schedule = wish(call)?;
    let answer = json!({"ScheduleArn": schedule.arn(&call.place)});
    if let Some(old) = call.tx.get::<Schedule>(&call.place, &schedule.id()) {
        let same = old.token.is_some() && old.token == schedule.token;
        return match same && old.about == schedule.about {
            true => Ok(Body::Json(answer)),
            false => Err(conflict(format!(
                "Schedule {} already exists.",
                schedule.name
            ))),
        };
    }
    call.tx.put(&call.place, &schedule);
    Ok(Body::Json(answer))
}

/// UpdateSchedule.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let mut schedule = wish(call)?;
    let old = call
        .tx
        .see::<Schedule>(&call.place, &schedule.id())
        .ok_or_else(|| missing(&schedule.name))?;
    schedule.created = old.created;
    schedule.token = old.token;
    call.tx.put(&call.place, &schedule);
    let answer = json!({"ScheduleArn": schedule.arn(&call.place)});
    Ok(Body::Json(answer))
}

/// The refusal of a name that names no schedule.
pub(super) fn missing(name: &str) -> ApiError {
    not_found(format!("Schedule {name} does not exist."))
}

/// The schedule that a call asks for.
fn wish(call: &Call<'_>) -> Result<Schedule, ApiError> {
    let name = name(call)?;
    let request: Request = body(call, CODE)?;
    check(&request)?;
    let in_group = request.group_name.as_deref().unwrap_or(DEFAULT);
    let found = group(call, in_group)?;
    if !found.active() {
        return Err(leaving(in_group));
    }
    request.target.check(call)?;
    Ok(Schedule {
        group: in_group.to_owned(),
        name,
        about: about(&request)?,
        token: request.client_token,
        modified: call.now(),
        looked: None,
        created: call.now(),
    })
}

/// All that the request asks for, with what it does not say.
fn about(request: &Request) -> Result<Value, ApiError> {
    let unread = |_| ApiError::bad("SerializationException", "The target cannot be read");
    let target = serde_json::to_value(&request.target).map_err(unread)?;
    let window = serde_json::to_value(&request.flexible_time_window).map_err(unread)?;
    let or =
        |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
    let mut about = json!({
        "ScheduleExpression": request.schedule_expression,
        "ScheduleExpressionTimezone": or(&request.schedule_expression_timezone, "UTC"),
        "State": or(&request.state, "ENABLED"),
        "ActionAfterCompletion": or(&request.action_after_completion, "NONE"),
        "Target": target,
        "FlexibleTimeWindow": window,
    });
    let more = [
        ("Description", request.description.clone().map(Value::from)),
        ("StartDate", request.start_date.map(Value::from)),
        ("EndDate", request.end_date.map(Value::from)),
        ("KmsKeyArn", request.kms_key_arn.clone().map(Value::from)),
    ];
    for (member, value) in more {
        if let Some(value) = value {
            about[member] = value;
        }
    }
    Ok(about)
}

fn check(request: &Request) -> Result<(), ApiError> {
    length(
        CODE,
        "ScheduleExpression",
        &request.schedule_expression,
        1,
        256,
    )?;
    expression::check(&request.schedule_expression)?;
    if let Some(zone) = &request.schedule_expression_timezone {
        length(CODE, "ScheduleExpressionTimezone", zone, 1, 50)?;
        expression::check_zone(zone)?;
    }
    let description = request.description.as_deref().unwrap_or_default();
    length(CODE, "Description", description, 0, 512)?;
    if let Some(state) = &request.state {
        one_of(CODE, "State", state, &["ENABLED", "DISABLED"])?;
    }
    if let Some(action) = &request.action_after_completion {
        one_of(CODE, "ActionAfterCompletion", action, &["NONE", "DELETE"])?;
    }
    if let Some(token) = &request.client_token {
        check_name("ClientToken", token)?;
    }
    if let (Some(start), Some(end)) = (request.start_date, request.end_date)
        && end <= start
    {
        return Err(invalid("The EndDate must come after the StartDate."));
    }
    check_window(&request.flexible_time_window)
}

fn check_window(window: &Window) -> Result<(), ApiError> {
    let start = "flexibleTimeWindow";
    one_of(
        CODE,
        &format!("{start}.mode"),
        &window.mode,
        &["OFF", "FLEXIBLE"],
    )?;
    match (window.mode.as_str(), window.maximum_window_in_minutes) {
        ("FLEXIBLE", None) => Err(invalid(
            "MaximumWindowInMinutes must be set when FlexibleTimeWindow is FLEXIBLE.",
        )),
        ("OFF", Some(_)) => Err(invalid(
            "MaximumWindowInMinutes must not be set when FlexibleTimeWindow is OFF.",
        )),
        (_, minutes) => {
            let member = format!("{start}.maximumWindowInMinutes");
            within(CODE, &member, minutes, (1, 1440, 1)).map(|_| ())
        }
    }
}

/// Removes schedules that came for the last time and asked for it.
pub(super) fn settle(tx: &mut Tx<'_>) {
    for (place, schedule) in tx.everywhere::<Schedule>() {
        if schedule.done(tx.now()) {
            tx.delete::<Schedule>(&place, &schedule.id());
        }
    }
}
