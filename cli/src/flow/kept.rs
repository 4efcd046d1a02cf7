//! What is deleted and can be brought back for a while: until when.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use provision_core::contract::{Does, Note, Severity};
use provision_core::plan::{PlanFile, Tables};

/// Adds a note for each of them.
pub(super) fn note(made: &mut PlanFile, tables: &Tables, now: Timestamp) {
    let deleted = made
        .plan
        .steps
        .iter()
        .filter(|step| step.does == Does::Delete);
    let notes: Vec<Note> = deleted
        .filter_map(|step| {
            let days = tables.get(&step.kind)?.kept_days;
            let until = TimeZone::UTC.to_datetime(now).date().checked_add(i32::from(days).days());
            let until = until.ok().filter(|_| days > 0)?;
            Some(Note {
                severity: Severity::Warning,
                code: "kept".to_owned(),
                message: format!(
                    "deleted now, it can be brought back until {until}, and is gone after that; its name is held until then"
                ),
                address: Some(step.id.to_string()),
            })
        })
        .collect();
    let notes_of_plan = &mut made.plan.notes;
    notes_of_plan.extend(notes);
    notes_of_plan.sort_by(|a, b| {
        (b.severity, &a.code, &a.address, &a.message)
            .cmp(&(a.severity, &b.code, &b.address, &b.message))
    });
}
