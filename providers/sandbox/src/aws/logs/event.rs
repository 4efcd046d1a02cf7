//! GetLogEvents: one stream, forward and backward. At either end the answer's token is the one that was given.

use serde_json::{Value, json};

use super::common::{boolean, bounded, identified, invalid, number, text};
use super::stream::{Event, find, name};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// The most events of an answer.
const MOST: i64 = 10_000;

/// Where a page begins: behind an event, or before it.
enum Place {
    After(String),
    Before(String),
}

/// GetLogEvents. The end of the span is not within it.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let group = identified(call)?;
    let stream = find(call, &group.name, &name(call)?)?;
    let size = bounded(call, "limit", MOST, MOST)?;
    let (start, end) = (number(call, "startTime")?, number(call, "endTime")?);
    let mut seen = stream.seen(&call.tx, &group);
    seen.retain(|event| {
        start.is_none_or(|start| event.at >= start) && end.is_none_or(|end| event.at < end)
    });
    let head = boolean(call, "startFromHead")?.unwrap_or_default();
    let place = place(text(call, "nextToken")?)?;
    let (from, to) = match &place {
        None if head => (0, seen.len().min(size)),
        None => (seen.len().saturating_sub(size), seen.len()),
        Some(Place::After(id)) => {
            let from = seen.partition_point(|event| event.id <= *id);
            (from, seen.len().min(from.saturating_add(size)))
        }
        Some(Place::Before(id)) => {
            let to = seen.partition_point(|event| event.id < *id);
            (to.saturating_sub(size), to)
        }
    };
    let events = seen.get(from..to).unwrap_or_default();
    let (forward, backward) = ends(events, place.as_ref());
    let rows: Vec<Value> = events.iter().map(|event| row(event)).collect();
    Ok(Body::Json(json!({
        "events": rows,
        "nextForwardToken": format!("f/{forward}/s"),
        "nextBackwardToken": format!("b/{backward}/s"),
    })))
}

fn row(event: &Event) -> Value {
    json!({"timestamp": event.at, "ingestionTime": event.came, "message": event.message})
}

fn place(token: Option<&str>) -> Result<Option<Place>, ApiError> {
    let Some(token) = token else { return Ok(None) };
    let id = |start: &str| {
        let id = token.strip_prefix(start)?.strip_suffix("/s")?;
        (id.len() == 56 && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
    };
    match (id("f/"), id("b/")) {
        (Some(id), _) => Ok(Some(Place::After(id))),
        (None, Some(id)) => Ok(Some(Place::Before(id))),
        (None, None) => Err(invalid("The specified nextToken is invalid.")),
    }
}

/// The ids of the last and first event of an answer; of an empty one, where it was asked for.
fn ends(events: &[&Event], place: Option<&Place>) -> (String, String) {
    match (events.first(), events.last(), place) {
        (Some(first), Some(last), _) => (last.id.clone(), first.id.clone()),
        (_, _, Some(Place::After(id) | Place::Before(id))) => (id.clone(), id.clone()),
        (_, _, None) => ("0".repeat(56), "9".repeat(56)),
    }
}
