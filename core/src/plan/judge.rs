//! One declared resource: what its sight and its fields come to.

use std::collections::BTreeSet;

use super::diff::{RowChange, diff, worst};
use super::{Decided, Decision, FieldChange, Reason, ShownEffect, Verdict};
use crate::model::{Effect, Observed, Pending, Resource, ResourceId, Sight, Status, Table, Value};

/// What a judgement needs to know.
pub(super) struct Case<'a> {
    /// The kind.
    pub(super) table: &'a Table,
    /// What is wanted, references filled as far as they can be.
    pub(super) resource: &'a Resource<Pending>,
    /// What the survey says.
    pub(super) sight: Option<&'a Sight>,
    /// Targets of open references.
    pub(super) waits: &'a BTreeSet<ResourceId>,
    /// What has been decided about everything it needs.
    pub(super) decided: &'a Decided,
}

/// A judgement.
pub(super) struct Judged {
    verdict: Verdict,
    reasons: Vec<Reason>,
    fields: Vec<FieldChange>,
}

impl Judged {
    fn new(verdict: Verdict, reasons: Vec<Reason>, fields: Vec<FieldChange>) -> Self {
        Self {
            verdict,
            reasons,
            fields,
        }
    }

    /// Nothing can be done.
    pub(super) fn blocked(reasons: Vec<Reason>) -> Self {
        Self::new(Verdict::Blocked, reasons, Vec::new())
    }

    /// The decision about a resource.
    pub(super) fn decision(self, desired: Resource<Pending>, live: Option<Observed>) -> Decision {
        Decision {
            id: desired.id.clone(),
            kind: desired.kind.clone(),
            desired: Some(desired),
            live,
            verdict: self.verdict,
            reasons: self.reasons,
            fields: self.fields,
        }
    }
}

/// Judges one resource.
pub(super) fn judge(case: &Case<'_>) -> Judged {
    let unread = |reason: &str| {
        let reason = reason.to_owned();
        Judged::blocked(vec![Reason::Unread { reason }])
    };
    match case.sight {
        None => unread("it was not read"),
        Some(Sight::Unknown { reason }) => unread(reason),
        Some(Sight::Clash { physical, .. }) => {
            let physical = physical.clone();
            Judged::blocked(vec![Reason::NameTaken { physical }])
        }
        Some(Sight::Twice { physical }) => {
            let physical = physical.clone();
            Judged::blocked(vec![Reason::Twice { physical }])
        }
        Some(Sight::Absent) => absent(case),
        Some(Sight::Present(live)) => there(case, live),
    }
}

/// Whether the target is blocked and not there to be used.
fn unusable(case: &Case<'_>, id: &ResourceId) -> bool {
    let decision = case.decided.decisions.get(id);
    decision.is_some_and(|one| one.verdict == Verdict::Blocked && one.live.is_none())
}

fn absent(case: &Case<'_>) -> Judged {
    let resource = case.resource;
    let needs = case
        .waits
        .iter()
        .chain(&resource.parent)
        .chain(&resource.after);
    if let Some(id) = needs.into_iter().find(|id| unusable(case, id)) {
        return Judged::blocked(vec![Reason::Needs { id: id.clone() }]);
    }
    Judged::new(Verdict::Create, vec![Reason::NotThere], creation(case))
}

/// All that is set, as the difference to nothing.
fn creation(case: &Case<'_>) -> Vec<FieldChange> {
    let rows = case.table.rows.iter();
    rows.filter_map(|row| {
        let after = case.resource.fields.get(&row.name)?;
        (*after != Value::Null).then(|| FieldChange {
            path: row.name.clone(),
            before: Value::Null,
            after: after.clone(),
            effect: ShownEffect::InPlace,
            sensitive: row.sensitive,
        })
    })
    .collect()
}

fn there(case: &Case<'_>, live: &Observed) -> Judged {
    // Nobody can tell whether it differs while what it refers to cannot be read.
    if let Some(id) = case.waits.iter().find(|id| unusable(case, id)) {
        return Judged::blocked(vec![Reason::Needs { id: id.clone() }]);
    }
    let changes = diff(case.table, case.resource, live);
    let mut fields: Vec<FieldChange> = changes
        .iter()
        .flat_map(|change| change.fields.clone())
        .collect();
    let refused = refusals(&changes);
    if !refused.is_empty() {
        return Judged::new(Verdict::Blocked, refused, fields);
    }
    let anew = anew(case, live, &changes);
    if !anew.is_empty() {
        return replaced(case, live, anew, fields);
    }
    let guard = (case.resource.protect != live.protect).then(|| FieldChange {
        path: "protect".to_owned(),
        before: Value::Bool(live.protect),
        after: Value::Bool(case.resource.protect),
        effect: ShownEffect::InPlace,
        sensitive: false,
    });
    let tags = case.table.row("tags").is_some();
    let guard = guard.filter(|_| tags);
    let groups = groups(case.table, &changes, guard.is_some());
    fields.extend(guard);
    let phase = match &live.status {
        Status::Changing { phase } => Some(Reason::Unfinished {
            phase: phase.clone(),
        }),
        _ => None,
    };
    if groups.is_empty() {
        return match phase {
            Some(phase) => Judged::new(Verdict::Wait, vec![phase], Vec::new()),
            None => Judged::new(Verdict::Nothing, Vec::new(), Vec::new()),
        };
    }
    let differs = groups.iter().flatten().cloned().collect();
    let mut reasons = vec![Reason::Differs { fields: differs }];
    reasons.extend(phase);
    Judged::new(Verdict::Update { groups }, reasons, fields)
}

fn refusals(changes: &[RowChange<'_>]) -> Vec<Reason> {
    changes
        .iter()
        .filter_map(|change| match &change.effect {
            Effect::Refused { advice } => Some(Reason::Refused {
                field: change.row.name.clone(),
                advice: advice.clone(),
            }),
            _ => None,
        })
        .collect()
}

/// Why the object must be made anew; empty when it need not.
fn anew(case: &Case<'_>, live: &Observed, changes: &[RowChange<'_>]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match &live.status {
        Status::Failed { reason } => reasons.push(Reason::FailedState {
            reason: reason.clone(),
        }),
        Status::Deleting { phase } => reasons.push(Reason::Unfinished {
            phase: phase.clone(),
        }),
        Status::Ready | Status::Changing { .. } => {}
    }
    let fresh = |id: &ResourceId| {
        let decision = case.decided.decisions.get(id);
        decision.is_some_and(|one| matches!(one.verdict, Verdict::Create | Verdict::Replace))
    };
    if let Some(parent) = case.resource.parent.as_ref().filter(|parent| fresh(parent)) {
        reasons.push(Reason::ParentGoes { id: parent.clone() });
    }
    if matches!(worst(changes), Some(Effect::Replace)) {
        reasons.extend(of_fields(case, changes, fresh));
    }
    reasons
}

/// Fields that only a new object can have: because something they refer to is made anew, or of their own.
fn of_fields(
    case: &Case<'_>,
    changes: &[RowChange<'_>],
    fresh: impl Fn(&ResourceId) -> bool,
) -> Vec<Reason> {
    let (mut own, mut reasons) = (Vec::new(), Vec::new());
    for change in changes {
        if change.effect != Effect::Replace {
            continue;
        }
        let mut through = BTreeSet::new();
        if let Some(value) = case.resource.fields.get(&change.row.name) {
            value.each_hole(&mut |pending: &Pending| {
                let ids = pending.references().map(|reference| &reference.id);
                through.extend(ids.filter(|id| fresh(id)).cloned());
            });
        }
        if through.is_empty() {
            own.push(change.row.name.clone());
        }
        for id in through {
            let reason = Reason::ReplacedWith { id };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    if !own.is_empty() {
        reasons.insert(0, Reason::CannotChange { fields: own });
    }
    reasons
}

fn replaced(
    case: &Case<'_>,
    live: &Observed,
    mut reasons: Vec<Reason>,
    fields: Vec<FieldChange>,
) -> Judged {
    let going = matches!(live.status, Status::Deleting { .. });
    if (case.resource.protect || live.protect) && !going {
        reasons.push(Reason::Protected);
        return Judged::new(Verdict::Blocked, reasons, fields);
    }
    let needs = case.waits.iter().chain(&case.resource.after);
    if let Some(id) = needs.into_iter().find(|id| unusable(case, id)) {
        reasons.push(Reason::Needs { id: id.clone() });
        return Judged::new(Verdict::Blocked, reasons, fields);
    }
    Judged::new(Verdict::Replace, reasons, fields)
}

/// Names of changed fields, by group. Protection is a mark, and goes with the tags.
fn groups(table: &Table, changes: &[RowChange<'_>], guard: bool) -> Vec<Vec<String>> {
    let mut groups: Vec<(Option<&str>, Vec<String>)> = Vec::new();
    for row in &table.rows {
        let changed = changes.iter().any(|change| change.row.name == row.name);
        let carries_guard = guard && row.name == "tags";
        if !changed && !carries_guard {
            continue;
        }
        let group = row.group.as_deref();
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, fields)) => fields.push(row.name.clone()),
            None => groups.push((group, vec![row.name.clone()])),
        }
    }
    groups.into_iter().map(|(_, fields)| fields).collect()
}
