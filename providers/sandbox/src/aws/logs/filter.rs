//! FilterLogEvents: all streams of a group, or some of them, in the order of time.

use serde_json::{Value, json};

use super::common::{bounded, identified, invalid, number, text, texts};
use super::pattern::Pattern;
use super::stream::{LogStream, check_name, find};
use crate::aws::shape::page;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// FilterLogEvents. Both ends of the span are within it.
pub(super) fn filter(call: &mut Call<'_>) -> Outcome {
    let group = identified(call)?;
    let size = bounded(call, "limit", 10_000, 10_000)?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let pattern = Pattern::read(text(call, "filterPattern")?.unwrap_or_default())?;
    let (start, end) = (number(call, "startTime")?, number(call, "endTime")?);
    let mut found = Vec::new();
    for stream in streams(call, &group.name)? {
        for event in stream.seen(&call.tx, &group) {
            let within = start.is_none_or(|start| event.at >= start)
                && end.is_none_or(|end| event.at <= end);
            if within && pattern.takes(&event.message) {
                found.push((stream.name.clone(), event.clone()));
            }
        }
    }
    found.sort_by_key(|(_, one)| one.at);
    let key = |(stream, event): &(String, super::stream::Event)| format!("{}/{stream}", event.id);
    let (found, next) = page(found, key, size, text(call, "nextToken")?)
        .ok_or_else(|| invalid("The specified nextToken is invalid."))?;
    let rows: Vec<Value> = found
        .iter()
        .map(|(stream, event)| {
            json!({
                "logStreamName": stream,
                "timestamp": event.at,
                "message": event.message,
                "ingestionTime": event.came,
                "eventId": event.id,
            })
        })
        .collect();
    let mut answer = json!({ "events": rows, "searchedLogStreams": [] });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

/// The streams that the call asks for.
fn streams(call: &Call<'_>, group: &str) -> Result<Vec<LogStream>, ApiError> {
    let prefix = text(call, "logStreamNamePrefix")?;
    if let Some(prefix) = prefix {
        check_name("logStreamNamePrefix", prefix)?;
    }
    match texts(call, "logStreamNames")? {
        Some(_) if prefix.is_some() => Err(invalid(
            "Cannot specify both logStreamNames and logStreamNamePrefix.",
        )),
        Some(names) if !(1..=100).contains(&names.len()) => {
            Err(invalid("logStreamNames must have 1 to 100 members."))
        }
        Some(names) => names.iter().map(|name| find(call, group, name)).collect(),
        None => {
            let mut all = call.tx.see_all::<LogStream>(&call.place);
            all.retain(|one| {
                one.group == group && prefix.is_none_or(|prefix| one.name.starts_with(prefix))
            });
            Ok(all)
        }
    }
}
