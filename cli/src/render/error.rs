//! Errors, for people and for programs.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::contract::{Class, Failure};
use serde_json::{Value, json};

use super::{diagnostics, hung, plain};
use crate::error::Error;

/// An error for people: what happened, why, what to do.
#[must_use]
pub fn human(error: &Error, color: bool) -> String {
    let mut out = String::new();
    match error {
        Error::Spec { diagnostics, files } => {
            out += &diagnostics::human(diagnostics, files, color, diagnostics::width());
            headline(&mut out, &error.to_string());
        }
        Error::Cloud { failures } => {
            for failure in failures {
                headline(&mut out, &failure_line(failure));
            }
        }
        Error::Stale { changed } => {
            headline(&mut out, "the plan no longer fits what is live");
            for line in changed {
                let _ = writeln!(out, "  {}", plain(line));
            }
        }
        Error::File { .. }
        | Error::BadFile { .. }
        | Error::Refused(_)
        | Error::OverBudget { .. }
        | Error::Locked { .. }
        | Error::Consent { .. }
        | Error::Interrupted
        | Error::Usage(_)
        | Error::NotYet(_)
        | Error::Missing { .. }
        | Error::Sandbox { .. }
        | Error::Output(_) => headline(&mut out, &error.to_string()),
    }
    for hint in error.hints() {
        out += &hung(&"hint:".cyan().to_string(), &plain(&hint), 2);
    }
    out
}

fn headline(out: &mut String, text: &str) {
    *out += &hung(&"error:".red().bold().to_string(), &plain(text), 2);
}

/// A failure in one line: the cloud's own words first.
#[must_use]
pub fn failure_line(failure: &Failure) -> String {
    let mut line = String::new();
    if let Some(call) = &failure.call {
        let _ = write!(line, "{call}: ");
    }
    if !failure.code.is_empty() && !failure.message.contains(&failure.code) {
        let _ = write!(line, "{}: ", failure.code);
    }
    line += &failure.message;
    if let Some(object) = &failure.object
        && !failure.message.contains(object.as_str())
    {
        let _ = write!(line, " ({object})");
    }
    line
}

/// A word for a class of failure.
#[must_use]
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Credentials => "credentials",
        Class::Denied => "denied",
        Class::Quota => "quota",
        Class::Clash => "clash",
        Class::NotFound => "not_found",
        Class::Invalid => "invalid",
        Class::Conflict => "conflict",
        Class::Unavailable => "unavailable",
        Class::CloudFailed => "cloud_failed",
        Class::Internal => "internal",
    }
}

/// An error for programs: `{format_version, error: {code, message, …}}`.
#[must_use]
pub fn json(error: &Error) -> Value {
    let (code, detail) = match error {
        Error::Spec { diagnostics, .. } => ("spec", json!({ "diagnostics": diagnostics })),
        Error::File { path, .. } | Error::BadFile { path, .. } => {
            ("file", json!({ "path": path.display().to_string() }))
        }
        Error::Cloud { failures } => (
            failures.first().map_or("cloud", |first| class(first.class)),
            json!({ "failures": failures }),
        ),
        Error::Refused(_) => ("refused", json!({})),
        Error::OverBudget { over, .. } => (
            "over_budget",
            json!({ "budget": over.budget, "before": over.before, "after": over.after, "most": over.most }),
        ),
        Error::Stale { changed } => ("stale", json!({ "changed": changed })),
        Error::Locked { holder, .. } => ("locked", json!({ "holder": holder })),
        Error::Consent { .. } => ("consent", json!({})),
        Error::Interrupted => ("interrupted", json!({})),
        Error::Usage(_) => ("usage", json!({})),
        Error::Missing { program, .. } => ("missing", json!({ "program": program })),
        Error::NotYet(_) => ("not_yet", json!({})),
        Error::Sandbox { .. } => ("sandbox", json!({})),
        Error::Output(_) => ("output", json!({})),
    };
    let mut body = json!({ "code": code, "message": error.to_string(), "hints": error.hints() });
    if let (Some(body), Value::Object(detail)) = (body.as_object_mut(), detail) {
        body.extend(detail);
    }
    json!({ "format_version": 1, "error": body })
}
