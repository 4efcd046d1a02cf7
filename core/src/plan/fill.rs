//! References, filled with what their targets are now, where that will stay so.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::choose::known;
use super::{Decided, Inputs, Verdict};
use crate::model::{Never, Observed, Pending, Piece, Reference, Resource, ResourceId, Value};

/// A resource with all references filled that can be.
pub(super) struct Filled {
    /// It.
    pub(super) resource: Resource<Pending>,
    /// Targets of the references that stay open.
    pub(super) waits: BTreeSet<ResourceId>,
}

/// Fills the references of a resource whose targets have been judged before.
pub(super) fn fill(resource: &Resource<Pending>, inputs: &Inputs, decided: &Decided) -> Filled {
    let mut waits = BTreeSet::new();
    let filled = resource.try_fill(|pending| -> Result<Value<Pending>, Infallible> {
        Ok(match outputs(pending, inputs, decided) {
            Ok(value) => value,
            Err(target) => {
                waits.insert(target.clone());
                Value::Hole(pending.clone())
            }
        })
    });
    let resource = match filled {
        Ok(resource) => resource,
        Err(never) => match never {},
    };
    Filled { resource, waits }
}

fn outputs<'p>(
    pending: &'p Pending,
    inputs: &Inputs,
    decided: &Decided,
) -> Result<Value<Pending>, &'p ResourceId> {
    if let [Piece::Ref(reference)] = pending.0.as_slice() {
        return output(reference, inputs, decided)
            .map(known)
            .ok_or(&reference.id);
    }
    let mut text = String::new();
    for piece in &pending.0 {
        match piece {
            Piece::Text(literal) => text.push_str(literal),
            Piece::Ref(reference) => match output(reference, inputs, decided) {
                Some(Value::Text(value)) => text.push_str(value),
                Some(other) => text.push_str(&other.to_json().to_string()),
                None => return Err(&reference.id),
            },
        }
    }
    Ok(Value::Text(text))
}

/// The output as it will still be when it is used; `None` when it is not known.
fn output<'a>(
    reference: &Reference,
    inputs: &'a Inputs,
    decided: &'a Decided,
) -> Option<&'a Value<Never>> {
    let Some(decision) = decided.decisions.get(&reference.id) else {
        return of(orphan(inputs, &reference.id)?, reference);
    };
    let live = decision.live.as_ref()?;
    match decision.verdict {
        Verdict::Nothing | Verdict::Wait | Verdict::Blocked => of(live, reference),
        Verdict::Update { .. } => {
            let table = inputs.tables.get(&decision.kind)?;
            let row = table
                .outputs
                .iter()
                .find(|output| output.name == reference.output);
            match row {
                Some(output) if output.volatile => None,
                _ => of(live, reference),
            }
        }
        Verdict::Create | Verdict::Replace | Verdict::Delete | Verdict::GoesWithParent => None,
    }
}

fn orphan<'a>(inputs: &'a Inputs, id: &ResourceId) -> Option<&'a Observed> {
    inputs.orphans.iter().find(|orphan| orphan.id == *id)
}

fn of<'a>(live: &'a Observed, reference: &Reference) -> Option<&'a Value<Never>> {
    live.outputs
        .get(&reference.output)
        .filter(|value| **value != Value::Null)
}
