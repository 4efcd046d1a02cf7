//! What containers wrote: events of the log group, page by page. Streams are called `CONTAINER/CONTAINER/TASK`.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent as Event;
use provision_aws::Aws;
use provision_core::contract::{Attend, Attended, Bookmark, Failure, Line};
use provision_core::model::Value;

use super::shape::{output, part};

/// So long lines of one task may come after younger ones of another.
const LATE_MS: i64 = 10_000;

/// A page of lines.
pub(super) async fn page(
    aws: &Aws,
    asked: &Attend,
    of: Option<&str>,
    from: &Bookmark,
) -> Result<Attended, Failure> {
    let group = output(asked, "logs.group", "name")?;
    let of = of.map(|of| of.rsplit('/').next().unwrap_or(of));
    let request = aws
        .logs
        .filter_log_events()
        .log_group_name(group)
        .set_log_stream_name_prefix(of.and_then(|of| prefix(asked, of)))
        .start_time(from.from_ms)
        .set_next_token(from.page.clone());
    let answer = aws
        .read("logs:FilterLogEvents", || request.clone().send())
        .await
        .map_err(|fault| fault.about(group).failure())?;
    let events = answer.events.unwrap_or_default();
    let (lines, next) = turn(&events, of, from, answer.next_token);
    let more = next.page.is_some();
    Ok(Attended::Lines { lines, next, more })
}

/// What the streams of a task begin with, where it has one container. Of several, all are read and the others left out.
fn prefix(asked: &Attend, of: &str) -> Option<String> {
    let definition = part(asked, "ecs.task_definition")?;
    match definition.fields.get("containers") {
        Some(Value::Map(containers)) if containers.len() == 1 => {
            let name = containers.keys().next()?;
            Some(format!("{name}/{name}/{of}"))
        }
        _ => None,
    }
}

/// The new lines among events, and where to go on.
fn turn(
    events: &[Event],
    of: Option<&str>,
    from: &Bookmark,
    page: Option<String>,
) -> (Vec<Line>, Bookmark) {
    let mut next = Bookmark {
        page,
        ..from.clone()
    };
    let mut lines = Vec::new();
    for event in events {
        let (id, at) = (event.event_id().unwrap_or_default(), event.timestamp);
        let at = at.unwrap_or_default();
        if next.seen.insert(id.to_owned(), at).is_none() {
            lines
                .extend(line(event, at).filter(|line| of.is_none_or(|of| line.of.starts_with(of))));
        }
    }
    // With the last page begins a new span, which reaches back as far as lines may be late.
    if next.page.is_none() {
        let newest = next.seen.values().max().copied().unwrap_or(from.from_ms);
        next.from_ms = from.from_ms.max(newest.saturating_sub(LATE_MS));
        let least = next.from_ms;
        next.seen.retain(|_, at| *at >= least);
    }
    (lines, next)
}

fn line(event: &Event, at_ms: i64) -> Option<Line> {
    let stream = event.log_stream_name()?;
    let (rest, of) = stream.rsplit_once('/')?;
    let text = event.message().unwrap_or_default();
    Some(Line {
        at_ms,
        of: of.to_owned(),
        container: rest.rsplit('/').next().unwrap_or(rest).to_owned(),
        text: text.trim_end_matches(['\n', '\r']).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, at: i64, stream: &str) -> Event {
        Event::builder()
            .event_id(id)
            .timestamp(at)
            .log_stream_name(stream)
            .message(format!("{id}\n"))
            .build()
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_line_comes_once_also_when_it_comes_late() {
        let start = Bookmark {
            from_ms: 1_000,
            ..Bookmark::default()
        };
        let first = [
            event("a", 50_000, "web/web/1"),
            event("b", 60_000, "web/web/2"),
        ];
        let (lines, next) = turn(&first, None, &start, None);
        assert_eq!(texts(&lines), ["a", "b"]);
        assert_eq!(next.from_ms, 50_000);
        let again = [
            event("late", 55_000, "web/web/1"),
            first[0].clone(),
            first[1].clone(),
        ];
        let (lines, next) = turn(&again, None, &next, None);
        assert_eq!(texts(&lines), ["late"]);
        assert_eq!(next.seen.len(), 3);
    }

    #[test]
    fn streams_tell_container_and_task_and_others_are_left_out() {
        let events = [
            event("a", 1, "proxy/proxy/12ab"),
            event("b", 2, "web/web/99"),
        ];
        let (lines, next) = turn(
            &events,
            Some("12"),
            &Bookmark::default(),
            Some("p".to_owned()),
        );
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0].container.as_str(), lines[0].of.as_str()),
            ("proxy", "12ab")
        );
        // Between pages the span stays.
        assert_eq!((next.from_ms, next.page.as_deref()), (0, Some("p")));
    }
}
