//! Drift for people: by object and field in words, then what is expected, what is somebody else's, and the sum.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::contract::Note;
use provision_core::plan::{Drift, DriftState, DriftVerdict, Drifted, DriftedField, Reason};

use super::value::short;
use super::{count, heading, human, plain};

/// Notes of a plan that also tell something of what is live; the others speak of what an apply would do.
const OF_LIVE: [&str; 2] = ["unread", "name-taken"];

/// The whole report.
#[must_use]
pub fn human(drift: &Drift, notes: &[Note]) -> String {
    let mut out = String::new();
    for (address, all) in &drift.addresses {
        let _ = writeln!(out, "{}", heading(&plain(address.as_str())));
        for drifted in all {
            one(&mut out, drifted);
        }
        out.push('\n');
    }
    for one in &drift.expected {
        let _ = writeln!(
            out,
            "{} {}: {} is {}, and began with {}: {} moves it",
            "expected:".cyan(),
            plain(&one.id.to_string()),
            plain(&one.path),
            short(&one.live),
            short(&one.declared),
            one.moved_by,
        );
    }
    for foreign in &drift.foreign {
        let _ = writeln!(
            out,
            "{} {} holds what is not ours: {}",
            "foreign:".cyan(),
            plain(&foreign.id.to_string()),
            plain(&foreign.children.join(", ")),
        );
    }
    let of_live = |note: &&Note| OF_LIVE.contains(&note.code.as_str());
    let notes: Vec<Note> = notes.iter().filter(of_live).cloned().collect();
    out += &human::notes(&notes);
    out += &sum(drift);
    out
}

fn sum(drift: &Drift) -> String {
    let unread = match drift.unknown {
        0 => String::new(),
        number => format!(" {} could not be told about.", count(number, "object")),
    };
    let differ = count(drift.differ, "object");
    match drift.verdict {
        DriftVerdict::None => format!(
            "{} What is live is as the spec says.\n",
            heading("No drift.")
        ),
        DriftVerdict::Drift => format!(
            "{} {differ} not as the spec says.{unread}\n",
            heading("Drift:")
        ),
        DriftVerdict::Unknown => format!(
            "{} not everything could be read.{unread}\n",
            heading("Unknown:")
        ),
    }
}

fn one(out: &mut String, drifted: &Drifted) {
    let (sign, state) = match drifted.state {
        DriftState::Missing => ("-".red().bold().to_string(), "is not there"),
        DriftState::Extra => (
            "+".green().bold().to_string(),
            "is there, and the spec does not declare it",
        ),
        DriftState::Differs => ("~".yellow().bold().to_string(), ""),
        DriftState::Taken => (
            "!".red().bold().to_string(),
            "its name is somebody else's object's",
        ),
        DriftState::Twice => ("!".red().bold().to_string(), "is there several times"),
        DriftState::Unknown => ("?".dimmed().to_string(), "could not be told about"),
    };
    let line = format!(
        "  {sign} {:<29} {:<23} {state}",
        plain(&drifted.id.part),
        drifted.kind.as_str()
    );
    let _ = writeln!(out, "{}", line.trim_end());
    if drifted.state == DriftState::Differs {
        drifted.fields.iter().for_each(|one| field(out, one));
    }
    for reason in drifted.reasons.iter().filter(|reason| says_more(reason)) {
        let _ = writeln!(out, "      {}", plain(&reason.to_string()).italic());
    }
}

/// `max is 7, and the spec says 3`.
fn field(out: &mut String, field: &DriftedField) {
    let change = &field.change;
    let words = match change.sensitive {
        true => "is not what the spec says".to_owned(),
        false => format!(
            "is {}, and the spec says {}",
            short(&change.before),
            short(&change.after)
        ),
    };
    let by = match &field.moved_by {
        Some(who) => format!(" (perhaps moved by {who})"),
        None => String::new(),
    };
    let _ = writeln!(out, "      {} {words}{by}", plain(&change.path));
}

/// A reason that state and fields do not say already.
fn says_more(reason: &Reason) -> bool {
    !matches!(
        reason,
        Reason::NotThere | Reason::NotDeclared | Reason::Differs { .. }
    )
}
