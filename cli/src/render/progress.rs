//! A run as it goes: events for people, a line each, and for programs.

use jiff::Timestamp;
use owo_colors::OwoColorize as _;
use provision_core::apply::{Event, EventKind};
use serde_json::{Value, json};

use super::error::failure_line;
use super::{plain, seconds};

/// Counts what is done, for lines like `[ 3/41]`.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    total: usize,
    done: usize,
}

impl Progress {
    /// Of a run of so many steps.
    #[must_use]
    pub const fn new(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// The line of an event; `None` when it says nothing new to a person.
    pub fn line(&mut self, event: &Event) -> Option<String> {
        let id = event.id.as_ref()?.to_string();
        let phase = event.phase.as_deref().unwrap_or_default();
        let (sign, tail) = match event.event {
            EventKind::StepStarted => ("·".dimmed().to_string(), String::new()),
            EventKind::StepProgress => {
                let trouble = event.message.as_deref().unwrap_or_default();
                ("·".dimmed().to_string(), plain(trouble))
            }
            EventKind::StepDone => {
                self.done += 1;
                let took = event.seconds.filter(|took| *took > 0);
                let took = took.map(|took| format!("in {}", seconds(took)));
                ("✓".green().to_string(), took.unwrap_or_default())
            }
            EventKind::StepFailed => {
                let reason = event.reason.as_ref().map(failure_line);
                let text = reason.or_else(|| event.message.clone()).unwrap_or_default();
                ("✗".red().bold().to_string(), plain(&text).red().to_string())
            }
            EventKind::StepSkipped => {
                let why = event.message.as_deref().unwrap_or_default();
                ("-".yellow().to_string(), plain(why))
            }
            EventKind::RunStarted | EventKind::RunFinished => return None,
        };
        let width = self.total.to_string().len();
        let line = format!(
            "{sign} [{:>width$}/{}] {}  {}  {tail}",
            self.done,
            self.total,
            plain(&id),
            plain(phase).dimmed(),
        );
        Some(format!("{}\n", line.trim_end()))
    }
}

/// An event as a line of `apply --json`: times in RFC 3339; the last one says how the run ended.
#[must_use]
pub fn json(event: &Event) -> Value {
    let at = i64::try_from(event.at)
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .map(|at| format!("{at:.3}"));
    let mut line = json!({
        "format_version": event.format_version,
        "run": event.run,
        "at": at,
        "event": event.event,
        "step": event.step,
        "id": event.id,
        "address": event.address,
        "phase": event.phase,
        "seconds": event.seconds,
        "message": event.message,
        "reason": event.reason,
    });
    if let (Some(result), Some(line)) = (&event.result, line.as_object_mut()) {
        let failed: Vec<Value> = result
            .failed
            .iter()
            .map(|(step, reason)| json!({ "step": step, "reason": reason }))
            .collect();
        line.insert("done".to_owned(), json!(result.done));
        line.insert("failed".to_owned(), json!(failed));
        line.insert("not_started".to_owned(), json!(result.not_started));
        line.insert("interrupted".to_owned(), json!(result.interrupted));
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use provision_core::apply::RunResult;
    use provision_core::model::ResourceId;

    fn event(kind: EventKind) -> Event {
        Event {
            format_version: 1,
            run: "r".to_owned(),
            at: 1_800_000_000_123,
            event: kind,
            step: Some(3),
            id: Some(ResourceId::new("network.main", "vpc")),
            address: Some("network.main".to_owned()),
            phase: Some("create VPC".to_owned()),
            seconds: Some(2),
            message: None,
            reason: None,
            result: None,
        }
    }

    #[test]
    fn steps_are_counted_as_they_are_done() {
        let mut progress = Progress::new(41);
        let strip = |line: Option<String>| anstream::adapter::strip_str(&line.unwrap()).to_string();
        assert_eq!(
            strip(progress.line(&event(EventKind::StepStarted))),
            "· [ 0/41] network.main/vpc  create VPC\n"
        );
        assert_eq!(
            strip(progress.line(&event(EventKind::StepDone))),
            "✓ [ 1/41] network.main/vpc  create VPC  in 2 s\n"
        );
    }

    #[test]
    fn lines_for_programs_carry_times_and_the_result() {
        let mut last = event(EventKind::RunFinished);
        last.result = Some(RunResult {
            done: vec![1, 2],
            ..RunResult::default()
        });
        let line = json(&last);
        assert_eq!(line["at"], "2027-01-15T08:00:00.123Z");
        assert_eq!(line["done"], json!([1, 2]));
        assert_eq!(line["failed"], json!([]));
        assert!(json(&event(EventKind::StepDone)).get("done").is_none());
    }
}
