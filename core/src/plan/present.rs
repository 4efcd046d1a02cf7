//! What is to be done about a resource that is there.

use std::collections::BTreeSet;

use super::decide::{Reach, judged};
use super::diff::{Diff, diff};
use super::{Decision, FieldChange, Reason, ShownEffect, Verdict};
use crate::model::{Effect, Observed, Pending, Resource, ResourceId, Status, Table, Value};

/// The path under which a change of protection is shown.
const PROTECT: &str = "protect";

impl Reach<'_> {
    /// Decides about a resource that is there with our mark.
    pub(super) fn present(&self, place: usize, table: &Table, live: &Observed) -> Decision {
        let resource = &self.resources[place];
        if let Some(id) = self.unmet_reference(place) {
            // What it should refer to is not known, so that it cannot be compared.
            let reasons = vec![Reason::Needs { id }];
            return judged(resource, Some(live), Verdict::Blocked, reasons, Vec::new());
        }
        let mut diffs = diff(table, &self.filled(place).fields, &live.fields);
        protect(table, resource, live, &mut diffs);
        let fields: Vec<FieldChange> = diffs
            .iter()
            .flat_map(|diff| diff.changes.iter().cloned())
            .collect();
        let (mut verdict, mut reasons) = self.judge(resource, live, &diffs);
        if table.runs && matches!(verdict, Verdict::Update { .. } | Verdict::Replace) {
            verdict = Verdict::Run;
        }
        if verdict == Verdict::Replace && resource.adopt.is_some() {
            verdict = Verdict::Blocked;
            reasons.push(Reason::Adopted);
        }
        let acts = matches!(
            verdict,
            Verdict::Update { .. } | Verdict::Replace | Verdict::Run
        );
        let stuck = (verdict == Verdict::Replace)
            .then(|| self.stuck_in(resource))
            .flatten();
        if acts && let Some(id) = self.unmet(place).or(stuck) {
            verdict = Verdict::Blocked;
            reasons.insert(0, Reason::Needs { id });
        }
        judged(resource, Some(live), verdict, reasons, fields)
    }

    /// Decides about a resource that is there, is nobody's, and is asked for by `adopt`.
    pub(super) fn adoptable(&self, place: usize, table: &Table, live: &Observed) -> Decision {
        let mut decision = self.present(place, table, live);
        let groups = match decision.verdict {
            Verdict::Update { groups } => groups,
            Verdict::Nothing | Verdict::Wait => Vec::new(),
            _ => return decision,
        };
        decision.verdict = Verdict::Adopt { groups };
        let physical = live.physical.clone();
        decision.reasons.insert(0, Reason::Adopts { physical });
        decision
    }

    fn judge(
        &self,
        resource: &Resource<Pending>,
        live: &Observed,
        diffs: &[Diff],
    ) -> (Verdict, Vec<Reason>) {
        let going = self.going_with_parent(resource);
        match &live.status {
            Status::Deleting { phase } => {
                let mut reasons = vec![unfinished(phase)];
                reasons.extend(going);
                (Verdict::Replace, reasons)
            }
            Status::Failed { reason } => {
                let reason = reason.clone();
                let mut reasons = vec![Reason::FailedState { reason }];
                reasons.extend(going);
                anew(resource, live, reasons)
            }
            // A change may be the cure; without one there is nothing that apply could do or wait for.
            Status::Ready | Status::Degraded { .. } => self.compared(resource, live, diffs, going),
            Status::Changing { phase } => {
                let (verdict, mut reasons) = self.compared(resource, live, diffs, going);
                reasons.push(unfinished(phase));
                match verdict {
                    Verdict::Nothing => (Verdict::Wait, reasons),
                    verdict => (verdict, reasons),
                }
            }
        }
    }

    fn compared(
        &self,
        resource: &Resource<Pending>,
        live: &Observed,
        diffs: &[Diff],
        going: Option<Reason>,
    ) -> (Verdict, Vec<Reason>) {
        if let Some(going) = going {
            return anew(resource, live, vec![going]);
        }
        let mut refused: Vec<Reason> = diffs.iter().filter_map(refused).collect();
        if diffs.iter().any(|diff| diff.effect == Effect::Stepwise) {
            refused.extend(self.not_ready(resource));
        }
        if !refused.is_empty() {
            return (Verdict::Blocked, refused);
        }
        let replacing: Vec<&Diff> = diffs
            .iter()
            .filter(|diff| diff.effect == Effect::Replace)
            .collect();
        if replacing.is_empty() {
            return self.updated(diffs);
        }
        let mut reasons = self.replaced_with(&replacing);
        let own = |diff: &&&Diff| !diff.waits.iter().any(|id| self.is_replaced(id));
        let fields = names(replacing.iter().filter(own).copied());
        if !fields.is_empty() {
            reasons.push(Reason::CannotChange { fields });
        }
        anew(resource, live, reasons)
    }

    fn updated(&self, diffs: &[Diff]) -> (Verdict, Vec<Reason>) {
        if diffs.is_empty() {
            return (Verdict::Nothing, Vec::new());
        }
        let all: Vec<&Diff> = diffs.iter().collect();
        let fields = names(all.iter().copied());
        let mut reasons = vec![Reason::Differs { fields }];
        reasons.extend(self.replaced_with(&all));
        let groups = groups(diffs);
        (Verdict::Update { groups }, reasons)
    }

    /// The object that it lives in, when that stays as it is against the file: what is made anew would be made for the
    /// object as it is not.
    fn stuck_in(&self, resource: &Resource<Pending>) -> Option<ResourceId> {
        let parent = resource.parent.as_ref()?;
        (self.verdict(parent) == Some(&Verdict::Blocked)).then(|| parent.clone())
    }

    /// What the cloud has against a change by stops.
    fn not_ready(&self, resource: &Resource<Pending>) -> impl Iterator<Item = Reason> {
        let reasons = self.inputs.advice.not_ready.get(&resource.id);
        let reasons = reasons.into_iter().flatten();
        let reasons = reasons.chain(self.stay.get(&resource.id)).cloned();
        reasons.map(|reason| Reason::NotReady { reason })
    }

    /// The reason to make it anew that lies in its parent.
    fn going_with_parent(&self, resource: &Resource<Pending>) -> Option<Reason> {
        let parent = resource.parent.as_ref()?;
        let goes = matches!(
            self.verdict(parent),
            Some(Verdict::Replace | Verdict::Create)
        );
        goes.then(|| Reason::ParentGoes { id: parent.clone() })
    }

    fn is_replaced(&self, id: &ResourceId) -> bool {
        self.verdict(id) == Some(&Verdict::Replace)
    }

    fn replaced_with(&self, diffs: &[&Diff]) -> Vec<Reason> {
        let waits: BTreeSet<&ResourceId> = diffs.iter().flat_map(|diff| &diff.waits).collect();
        waits
            .into_iter()
            .filter(|id| self.is_replaced(id))
            .map(|id| Reason::ReplacedWith { id: id.clone() })
            .collect()
    }
}

/// Made anew for these reasons, unless it is protected.
fn anew(
    resource: &Resource<Pending>,
    live: &Observed,
    mut reasons: Vec<Reason>,
) -> (Verdict, Vec<Reason>) {
    if resource.protect || live.protect {
        reasons.extend(by_switch(live));
        reasons.insert(0, Reason::Protected);
        return (Verdict::Blocked, reasons);
    }
    (Verdict::Replace, reasons)
}

/// How what protects a live object is lifted, where it is not the spec that does.
pub(super) fn by_switch(live: &Observed) -> Option<Reason> {
    let reason = live.switch()?.to_owned();
    Some(Reason::NotReady { reason })
}

fn unfinished(phase: &str) -> Reason {
    Reason::Unfinished {
        phase: phase.to_owned(),
    }
}

fn refused(diff: &Diff) -> Option<Reason> {
    match &diff.effect {
        Effect::Refused { advice } => Some(Reason::Refused {
            field: diff.field.clone(),
            advice: advice.clone(),
        }),
        _ => None,
    }
}

fn names<'a>(diffs: impl Iterator<Item = &'a Diff>) -> Vec<String> {
    diffs.map(|diff| diff.field.clone()).collect()
}

/// Fields by group, groups in the order of their first row.
fn groups(diffs: &[Diff]) -> Vec<Vec<String>> {
    let mut groups: Vec<(Option<&str>, Vec<String>)> = Vec::new();
    for diff in diffs {
        let name = diff.group.as_deref();
        match groups.iter_mut().find(|(group, _)| *group == name) {
            Some((_, fields)) => fields.push(diff.field.clone()),
            None => groups.push((name, vec![diff.field.clone()])),
        }
    }
    groups.into_iter().map(|(_, fields)| fields).collect()
}

/// Adds a difference in protection. It is a mark, which lies among tags or labels and goes with them; kinds without
/// them cannot be marked so.
fn protect(table: &Table, resource: &Resource<Pending>, live: &Observed, diffs: &mut Vec<Diff>) {
    let named = |name: &str| table.rows.iter().position(|row| row.name == name);
    let Some(at) = named("tags").or_else(|| named("labels")) else {
        return;
    };
    // A switch that the spec has no word for is honoured, and never turned.
    if resource.protect == live.protect || live.switch().is_some() {
        return;
    }
    let change = FieldChange {
        path: PROTECT.to_owned(),
        before: Value::Bool(live.protect),
        after: Value::Bool(resource.protect),
        effect: ShownEffect::InPlace,
        sensitive: false,
    };
    let row = &table.rows[at];
    if let Some(diff) = diffs.iter_mut().find(|diff| diff.field == row.name) {
        diff.changes.push(change);
        return;
    }
    let later = |diff: &Diff| named(&diff.field) > Some(at);
    let place = diffs.iter().position(later).unwrap_or(diffs.len());
    let diff = Diff {
        field: row.name.clone(),
        effect: Effect::InPlace,
        group: row.group.clone(),
        waits: Vec::new(),
        changes: vec![change],
    };
    diffs.insert(place, diff);
}
