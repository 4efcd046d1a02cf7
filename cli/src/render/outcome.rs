//! How a run ended, for people: what failed and why first, then what is left, then what is done.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use provision_core::apply::RunResult;
use provision_core::plan::{Action, Plan, Step};

use super::error::failure_line;
use super::{count, heading, hung, plain, seconds};
use crate::error::hint;

/// The summary. `took` is in seconds; `again` is the sentence that says how to go on. Empty when there was nothing to do.
#[must_use]
pub fn human(plan: &Plan, result: &RunResult, took: u64, again: &str) -> String {
    let steps: BTreeMap<u32, &Step> = plan.steps.iter().map(|step| (step.n, step)).collect();
    let mut out = String::new();
    let blocked = plan.summary.blocked as usize;
    kept(&mut out, plan);
    if steps.is_empty() && blocked == 0 && result.stopped_by.is_none() {
        return out;
    }
    failed(&mut out, &steps, result);
    if let Some(why) = &result.stopped_by {
        out += &hung(
            &"stopped:".red().bold().to_string(),
            &plain(&why.message),
            2,
        );
        if let Some(hint) = hint(why) {
            out += &hung(&format!("  {}", "hint:".cyan()), &plain(&hint), 4);
        }
    }
    not_started(&mut out, &steps, result);
    if blocked > 0 {
        let text = format!("{}; the plan says why", count(blocked, "object"));
        let _ = writeln!(out, "{} {text}", "blocked:".red().bold());
    }
    let done = count(result.done.len(), "step");
    if result.failed.is_empty() && result.not_started.is_empty() && blocked == 0 {
        let _ = writeln!(out, "{} {done} in {}.", heading("Done:"), seconds(took));
    } else {
        let word = if result.interrupted {
            "Interrupted:"
        } else {
            "Not done:"
        };
        let of = plan.steps.len();
        // Where only blocked objects are left, the same command would come to the same.
        let mended = format!("Fix what failed first. {again}");
        let again = if result.failed.is_empty() && result.not_started.is_empty() {
            "Resolve what is blocked first."
        } else if refused(result) {
            &mended
        } else {
            again
        };
        let _ = writeln!(
            out,
            "{} {} of {of} steps done in {}. {again}",
            heading(word),
            result.done.len(),
            seconds(took),
        );
    }
    out
}

/// Whether all that failed was refused for what it is, so that another run alone would come to the same.
fn refused(result: &RunResult) -> bool {
    let mut failures = result.failed.iter().map(|(_, failure)| failure.class);
    let stands = |class| {
        use provision_core::contract::Class;
        matches!(
            class,
            Class::Credentials | Class::Denied | Class::Quota | Class::Clash | Class::Invalid
        )
    };
    !result.failed.is_empty() && !result.interrupted && failures.all(stands)
}

/// What was left alone on purpose: it goes on costing money, so it is named last as well.
fn kept(out: &mut String, plan: &Plan) {
    let kept = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Keep);
    for change in kept {
        let why: Vec<String> = change.reasons.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "{} {}: {}",
            "kept:".yellow().bold(),
            plain(&change.id.to_string()),
            plain(&why.join("; "))
        );
    }
}

fn failed(out: &mut String, steps: &BTreeMap<u32, &Step>, result: &RunResult) {
    for (n, failure) in &result.failed {
        let line = plain(&failure_line(failure));
        *out += &hung(&"failed:".red().bold().to_string(), &line, 2);
        if let Some(step) = steps.get(n) {
            let _ = writeln!(out, "  {}: {}", step.id, plain(&step.phase));
        }
        if let Some(hint) = hint(failure) {
            *out += &hung(&format!("  {}", "hint:".cyan()), &plain(&hint), 4);
        }
    }
}

fn not_started(out: &mut String, steps: &BTreeMap<u32, &Step>, result: &RunResult) {
    let mut left: Vec<&Step> = Vec::new();
    for n in &result.not_started {
        left.extend(steps.get(n));
    }
    if left.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "{} {}",
        "left:".yellow().bold(),
        count(left.len(), "step")
    );
    for step in left.iter().take(10) {
        let _ = writeln!(out, "  {}: {}", step.id, plain(&step.phase));
    }
    if left.len() > 10 {
        let _ = writeln!(out, "  and {} more", left.len() - 10);
    }
}
