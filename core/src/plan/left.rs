//! What others made from inside of what is removed: a cluster's controllers make balancers, groups and volumes.
//!
//! Which objects can leave something is in their tables. They are asked for only when such an object goes, and what is
//! found is removed after it: a controller that still lives would make it anew.

use std::collections::BTreeSet;

use super::{Decided, Decision, Goal, Inputs, Reason, Verdict};
use crate::contract::{Leaver, Left};
use crate::model::{ResourceId, Sight, Value};

/// What goes and may leave something behind, in order of ids; empty when nothing is removed at all.
///
/// With the goal that nothing is left, what is gone already counts: an earlier run may have died after it, or
/// somebody removed it by hand.
#[must_use]
pub fn leavers(inputs: &Inputs, decided: &Decided) -> Vec<Leaver> {
    let removes = |decision: &&Decision| {
        matches!(
            decision.verdict,
            Verdict::Delete | Verdict::GoesWithParent | Verdict::Replace
        )
    };
    // Data that was kept is found again when it is asked for by name, though all else is gone.
    let data = inputs.goal == Goal::Destroy && inputs.delete_data;
    if !data && !decided.decisions.values().any(|one| removes(&one)) {
        return Vec::new();
    }
    let leaves = |decision: &&Decision| {
        let table = inputs.tables.get(&decision.kind);
        table.is_some_and(|table| table.leaves)
            && (decision.verdict == Verdict::Delete || is_gone(inputs, decision))
    };
    let leaving = decided.decisions.values().filter(leaves);
    leaving
        .map(|decision| Leaver {
            id: decision.id.clone(),
            kind: decision.kind.clone(),
            name: decision.desired.as_ref().and_then(|one| one.name.clone()),
            live: decision.live.clone(),
        })
        .collect()
}

/// Names of objects that could leave something and stay, or are to be made: nothing of theirs is in the way. What is
/// live counts by its own name, which the file may not say (any more).
#[must_use]
pub fn stays(inputs: &Inputs, decided: &Decided) -> Vec<String> {
    let stays = |decision: &&Decision| {
        let table = inputs.tables.get(&decision.kind);
        table.is_some_and(|table| table.leaves)
            && decision.verdict != Verdict::Delete
            && !is_gone(inputs, decision)
    };
    let staying = decided.decisions.values().filter(stays);
    let names: BTreeSet<String> = staying.flat_map(names).collect();
    names.into_iter().collect()
}

/// The name that the file gives an object, and the one that it has.
fn names(decision: &Decision) -> impl Iterator<Item = String> {
    let desired = decision.desired.as_ref().and_then(|one| one.name.clone());
    let name = decision.live.as_ref().map(|live| live.outputs.get("name"));
    let live = name.flatten().and_then(Value::as_text).map(str::to_owned);
    desired.into_iter().chain(live)
}

/// Whether the file still declares it, nothing of it shall be left, and it is not there any more.
fn is_gone(inputs: &Inputs, decision: &Decision) -> bool {
    inputs.goal == Goal::Destroy && matches!(inputs.sights.get(&decision.id), Some(Sight::Absent))
}

/// Decides about what was left: it goes after what it was made from, and what holds data stays unless asked for.
pub(super) fn add(inputs: &Inputs, decided: &mut Decided) {
    for left in &inputs.left {
        let id = &left.observed.id;
        let reason = Reason::LeftBy {
            id: left.by.clone(),
            of: left.of.clone(),
        };
        let (verdict, reasons) = match left.data && !inputs.delete_data {
            true => (Verdict::Keep, vec![Reason::Data, reason]),
            false => (Verdict::Delete, vec![reason]),
        };
        let decision = Decision {
            id: id.clone(),
            kind: left.observed.kind.clone(),
            desired: None,
            live: Some(left.observed.clone()),
            verdict,
            reasons,
            fields: Vec::new(),
        };
        decided.decisions.insert(id.clone(), decision);
    }
    let made = inputs.left.iter().filter(|left| left.maker);
    for Left { observed, by, .. } in made {
        needs(decided, by, &observed.id);
    }
}

/// What it was made from needs it, as far as removing goes.
fn needs(decided: &mut Decided, by: &ResourceId, left: &ResourceId) {
    let decision = decided.decisions.get_mut(by);
    if let Some(live) = decision.and_then(|one| one.live.as_mut())
        && live.needs.iter().chain(&live.parent).all(|id| id != left)
    {
        live.needs.push(left.clone());
    }
}
