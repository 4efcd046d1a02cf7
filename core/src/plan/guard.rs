//! What a plan must not do, and what people must know before they say yes.

use std::collections::BTreeSet;

use super::order::join;
use super::{
    Action, Change, Decided, Decision, Goal, Inputs, Plan, Reason, ShownEffect, Tables, Verdict,
};
use crate::contract::{Note, Severity};
use crate::model::{Address, Kind, Observed, Pending, ResourceId, Sight, Status, Stray};

/// A plan that is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Marked objects lie in another region or account.
    #[error(
        "objects of this stack lie elsewhere: {}; put the region or account of the file right, \
         or destroy them there first", places(.0)
    )]
    Strays(Vec<Stray>),
    /// Nothing in the file is live, and other marked objects are.
    #[error(
        "this stack holds {} objects, none of them in this file: {}; \
         is it the right file, stack name and environment, and was no block renamed? `destroy` removes them", .0.len(), some(.0)
    )]
    NoneDeclared(Vec<ResourceId>),
    /// Something live would have to move onto what is all new, and cannot: the new would be built for nothing, and the old
    /// be taken from under it.
    #[error("{id} cannot be moved onto {onto}, of which nothing is there: {advice}")]
    CannotMove {
        /// What is live.
        id: ResourceId,
        /// The address of what is new.
        onto: Address,
        /// What to do.
        advice: String,
    },
    /// A destroy would remove protected things.
    #[error(
        "protected and never removed: {}{}; {}",
        join(.protected), also(.unclear), lifted(.protected, .switches)
    )]
    Protected {
        /// The protected resources.
        protected: Vec<ResourceId>,
        /// How the clouds' own switches are turned off, where those protect and not the spec.
        switches: Vec<String>,
        /// Others that could not be removed: unread, or there twice.
        unclear: Vec<ResourceId>,
    },
}

/// What to do about what protects: a word of the spec, or the clouds' own switches.
fn lifted(protected: &[ResourceId], switches: &[String]) -> String {
    let mut ways = switches.to_vec();
    if switches.len() < protected.len() {
        ways.insert(0, "set `protect = false`, apply, then destroy".to_owned());
    }
    ways.join("; ")
}

fn places(strays: &[Stray]) -> String {
    let words: Vec<String> = strays
        .iter()
        .map(|stray| format!("{} in {}", stray.physical, stray.place))
        .collect();
    words.join(", ")
}

fn some(ids: &[ResourceId]) -> String {
    match ids.get(..20) {
        Some(first) if ids.len() > 20 => format!("{} and {} more", join(first), ids.len() - 20),
        _ => join(ids),
    }
}

fn also(unclear: &[ResourceId]) -> String {
    if unclear.is_empty() {
        String::new()
    } else {
        format!(" (and not readable or there twice: {})", join(unclear))
    }
}

/// What can be told before anything is decided.
///
/// # Errors
/// Objects elsewhere; a file that has nothing to do with what is live.
pub(super) fn inputs(inputs: &Inputs) -> Result<(), GuardError> {
    if !inputs.strays.is_empty() {
        return Err(GuardError::Strays(inputs.strays.clone()));
    }
    // Every file declares the claim of its stack, so the claim does not tell one file from another.
    let counts = |kind: &Kind| !is_claim(&inputs.tables, kind);
    let foreign: BTreeSet<&ResourceId> = inputs
        .orphans
        .iter()
        .filter(|orphan| counts(&orphan.kind))
        .map(|orphan: &Observed| &orphan.id)
        .collect();
    let matches = inputs.resources.iter().any(|resource| {
        let sight = inputs.sights.get(&resource.id);
        counts(&resource.kind) && matches!(sight, Some(Sight::Present(_) | Sight::Twice { .. }))
    });
    if inputs.goal == Goal::Reach && !inputs.compare && !foreign.is_empty() && !matches {
        return Err(GuardError::NoneDeclared(
            foreign.into_iter().cloned().collect(),
        ));
    }
    Ok(())
}

/// The kind of a stack's claim: it tells whether it was made just now (see ARCHITECTURE.md, safe creation).
pub(super) fn is_claim(tables: &Tables, kind: &Kind) -> bool {
    tables
        .get(kind)
        .is_some_and(|table| table.outputs.iter().any(|output| output.name == "fresh"))
}

/// A destroy removes everything or nothing.
///
/// # Errors
/// Something is protected.
pub(super) fn destroy(goal: Goal, decided: &Decided) -> Result<(), GuardError> {
    if goal != Goal::Destroy {
        return Ok(());
    }
    let blocked = |unclear: bool| -> Vec<ResourceId> {
        decided
            .decisions
            .values()
            .filter(|decision| decision.verdict == Verdict::Blocked)
            .filter(|decision| {
                decision.reasons.iter().any(|reason| match reason {
                    Reason::Protected => !unclear,
                    Reason::Twice { .. } | Reason::Unread { .. } => unclear,
                    _ => false,
                })
            })
            .map(|decision| decision.id.clone())
            .collect()
    };
    let protected = blocked(false);
    if protected.is_empty() {
        return Ok(());
    }
    let live = protected.iter().filter_map(|id| {
        let decision = decided.decisions.get(id)?;
        decision.live.as_ref()?.switch()
    });
    let switches = live.map(str::to_owned).collect();
    Err(GuardError::Protected {
        protected,
        switches,
        unclear: blocked(true),
    })
}

/// What is live stays where it stands.
///
/// # Errors
/// A refused change refers to a block of which nothing is live.
pub(super) fn moves(decided: &Decided) -> Result<(), GuardError> {
    let standing: BTreeSet<&Address> = decided
        .decisions
        .values()
        .filter(|decision| decision.live.is_some())
        .map(|decision| &decision.id.address)
        .collect();
    let blocked = decided
        .decisions
        .values()
        .filter(|decision| decision.verdict == Verdict::Blocked && decision.live.is_some());
    for decision in blocked {
        for reason in &decision.reasons {
            let Reason::Refused { field, advice } = reason else {
                continue;
            };
            let mut onto: BTreeSet<&Address> = BTreeSet::new();
            let fields = decision.fields.iter();
            for change in fields.filter(|change| change.path == *field) {
                change.after.each_hole(&mut |pending: &Pending| {
                    let ids = pending.references().map(|reference| &reference.id);
                    let known = ids.filter_map(|id| decided.decisions.get(id));
                    onto.extend(known.map(|one| &one.id.address));
                });
            }
            if let Some(onto) = onto.into_iter().find(|address| !standing.contains(address)) {
                return Err(GuardError::CannotMove {
                    id: decision.id.clone(),
                    onto: onto.clone(),
                    advice: advice.clone(),
                });
            }
        }
    }
    Ok(())
}

/// The notes of a plan, worst first, then by code and address, each once.
#[must_use]
pub(super) fn notes(inputs: &Inputs, decided: &Decided) -> Vec<Note> {
    let mut notes: Vec<Note> = inputs.notes.iter().chain(&decided.notes).cloned().collect();
    for (kind, reason) in &inputs.unread {
        let message = format!(
            "undeclared objects of kind {kind} could not be listed, so none of them is removed: {reason}"
        );
        notes.push(note(Severity::Warning, "unread", message, None));
    }
    let decisions = decided.decisions.values();
    let replaced = decisions.filter(|decision| decision.verdict == Verdict::Replace);
    let replaced: Vec<_> = replaced
        .map(|one| (&one.id, one.reasons.as_slice()))
        .collect();
    let useless = useless(&replaced);
    for decision in decided.decisions.values() {
        about(decision, &inputs.tables, &useless, &mut notes);
    }
    notes.sort_by(|a, b| {
        (b.severity, &a.code, &a.address, &a.message)
            .cmp(&(a.severity, &b.code, &b.address, &b.message))
    });
    notes.dedup();
    notes
}

fn note(severity: Severity, code: &str, message: String, id: Option<&ResourceId>) -> Note {
    Note {
        severity,
        code: code.to_owned(),
        message,
        address: id.map(ToString::to_string),
    }
}

fn about(
    decision: &Decision,
    tables: &Tables,
    useless: &BTreeSet<&ResourceId>,
    notes: &mut Vec<Note>,
) {
    let id = Some(&decision.id);
    let is_useless = useless.contains(&decision.id);
    let table = tables.get(&decision.kind);
    let title = table.map_or(decision.kind.as_str(), |table| table.title.as_str());
    let removes = matches!(
        decision.verdict,
        Verdict::Delete | Verdict::Replace | Verdict::GoesWithParent
    );
    let downtime = table.and_then(|table| table.downtime.as_deref());
    if let Some(downtime) = downtime.filter(|_| is_succeeded(decision) && !is_useless) {
        let message = downtime.to_owned();
        notes.push(note(Severity::Warning, "downtime", message, id));
    } else if let Some(loss) = table.and_then(|table| table.loss.as_deref())
        && removes
        && !decision.has_failed()
        && !is_useless
    {
        notes.push(note(Severity::Danger, "loss", loss.to_owned(), id));
    }
    if let Some(Status::Degraded { reason }) = decision.live.as_ref().map(|live| &live.status) {
        let message = format!("{title} is unhealthy: {reason}");
        notes.push(note(Severity::Warning, "degraded", message, id));
    }
    match &decision.verdict {
        Verdict::Replace => {
            let message = format!("{title} is made anew: {}", words(&decision.reasons));
            let severity = match is_useless {
                true => Severity::Warning,
                false => Severity::Danger,
            };
            notes.push(note(severity, "replace", message, id));
        }
        Verdict::Blocked => {
            let message = format!("{title} is left as it is: {}", words(&decision.reasons));
            notes.push(note(Severity::Warning, "blocked", message, id));
        }
        Verdict::Update { .. } | Verdict::Adopt { .. } => {
            let fields = rolling(decision);
            if !fields.is_empty() {
                let fields = fields.join(", ");
                let what = table.map_or("nodes", |table| table.rolls.as_str());
                let message = format!("{title} replaces its {what} one after another: {fields}");
                notes.push(note(Severity::Warning, "rolling", message, id));
            }
        }
        _ => {}
    }
}

/// Whether another object takes its place.
fn is_succeeded(decision: &Decision) -> bool {
    let superseded = |reason: &Reason| matches!(reason, Reason::Superseded { .. });
    decision.verdict == Verdict::Replace
        || decision.verdict == Verdict::Delete && decision.reasons.iter().any(superseded)
}

/// Fields whose change rolls nodes.
fn rolling(decision: &Decision) -> Vec<&str> {
    let fields = decision.fields.iter();
    let rolls = fields.filter(|field| field.effect == ShownEffect::Rolling);
    rolls.map(|field| field.path.as_str()).collect()
}

fn words(reasons: &[Reason]) -> String {
    let words: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    words.join("; ")
}

/// What a plan does that needs a yes of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Removed, children that go along included.
    pub deletes: Vec<ResourceId>,
    /// Made anew.
    pub replaces: Vec<ResourceId>,
}

/// Of what is replaced, that which is no use to anybody: it came to rest in failure or is on its way out, or lies in something
/// that did.
fn useless<'a>(replaced: &[(&'a ResourceId, &'a [Reason])]) -> BTreeSet<&'a ResourceId> {
    let lost = |reason: &Reason| {
        matches!(
            reason,
            Reason::FailedState { .. } | Reason::Unfinished { .. }
        )
    };
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (id, reasons) in replaced {
            let in_lost =
                |reason: &Reason| matches!(reason, Reason::ParentGoes { id } if found.contains(id));
            let is_lost = !reasons.is_empty() && reasons.iter().all(lost);
            if is_lost || reasons.iter().any(in_lost) {
                found.insert(*id);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// What of a plan needs a yes of its own; the CLI knows what was asked for by verb. A replacement whose only reason is
/// that the object has failed needs none, nor does that of what lies in it: so a run that made it is ended by the same command.
#[must_use]
pub fn needs_consent(plan: &Plan) -> Consent {
    // The end of a replacement that an earlier run began is no other loss than that.
    let superseded = |change: &Change| {
        let mut reasons = change.reasons.iter();
        reasons.any(|reason| matches!(reason, Reason::Superseded { .. }))
    };
    let replaced = plan.changes.iter();
    let replaced = replaced.filter(|change| change.action == Action::Replace);
    let replaced: Vec<_> = replaced
        .map(|one| (&one.id, one.reasons.as_slice()))
        .collect();
    let useless = useless(&replaced);
    let mut consent = Consent::default();
    for change in &plan.changes {
        match change.action {
            Action::Delete if superseded(change) => consent.replaces.push(change.id.clone()),
            Action::Delete => consent.deletes.push(change.id.clone()),
            Action::Replace if useless.contains(&change.id) => {}
            Action::Replace => consent.replaces.push(change.id.clone()),
            _ => {}
        }
    }
    consent
}
