//! PutLogEvents: what agents and log drivers do.
//!
//! Limits: "PutLogEvents" (CloudWatch Logs API reference).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::LogStream;
use super::common::{constraint, given, invalid, named};
use super::stream::{find, name};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The most bytes of a batch, each event counted with 26 more.
const BATCH: usize = 1_048_576;

/// PutLogEvents: what is too old or too new is told, and not taken.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let events = events(call)?;
    let name = name(call)?;
    let group = named(call)?;
    find(call, &group.name, &name)?;
    let now = call.now();
    let old = now
        .checked_sub(SignedDuration::from_hours(24 * 14))
        .unwrap_or(Timestamp::MIN);
    let new = now
        .checked_add(SignedDuration::from_hours(2))
        .unwrap_or(Timestamp::MAX);
    let first = events.partition_point(|(at, _)| *at < old);
    let end = events.partition_point(|(at, _)| *at <= new);
    let taken = events.get(first..end).unwrap_or_default();
    LogStream::append(&mut call.tx, &call.place, (&group.name, &name), taken);
    let token = call.tx.fresh_hex("sequence");
    let mut answer = json!({ "nextSequenceToken": token });
    if taken.len() < events.len() {
        let mut rejected = json!({});
        if first > 0 {
            rejected["tooOldLogEventEndIndex"] = first.into();
        }
        if end < events.len() {
            rejected["tooNewLogEventStartIndex"] = end.into();
        }
        answer["rejectedLogEventsInfo"] = rejected;
    }
    Ok(Body::Json(answer))
}

/// The events of a call, which must be in the order of their times and within a day.
fn events(call: &Call<'_>) -> Result<Vec<(Timestamp, String)>, ApiError> {
    let list = call.json.get("logEvents").and_then(Value::as_array);
    let list = given("logEvents", list)?;
    if !(1..=10_000).contains(&list.len()) {
        let rule = "have length between 1 and 10000";
        return Err(constraint("logEvents", "[]", rule));
    }
    let events: Vec<(Timestamp, String)> = list.iter().map(event).collect::<Result<_, _>>()?;
    if !events.is_sorted_by_key(|(at, _)| *at) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = match (events.first(), events.last()) {
        (Some((first, _)), Some((last, _))) => last.duration_since(*first),
        _ => SignedDuration::ZERO,
    };
    if span > SignedDuration::from_hours(24) {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let size: usize = events.iter().map(|(_, line)| line.len() + 26).sum();
    match size > BATCH {
        true => Err(invalid(format!(
            "Upload too large: {size} bytes exceeds limit of {BATCH}"
        ))),
        false => Ok(events),
    }
}

fn event(value: &Value) -> Result<(Timestamp, String), ApiError> {
    let at = value.get("timestamp").and_then(Value::as_i64);
    let at = given("logEvents.member.timestamp", at)?;
    let message = value.get("message").and_then(Value::as_str);
    let message = given("logEvents.member.message", message)?;
    if message.is_empty() {
        let rule = "have length greater than or equal to 1";
        return Err(constraint("logEvents.member.message", "", rule));
    }
    let moment = Timestamp::from_millisecond(at).ok().filter(|_| at >= 0);
    let moment = moment.ok_or_else(|| {
        let rule = "have value greater than or equal to 0";
        constraint("logEvents.member.timestamp", &at.to_string(), rule)
    })?;
    Ok((moment, message.to_owned()))
}
