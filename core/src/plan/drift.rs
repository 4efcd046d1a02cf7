//! Drift: what a plan towards the file says about changes made outside of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Action, Change, FORMAT_VERSION, FieldChange, PlanFile, Reason};
use crate::model::{Address, Kind, ResourceId};

/// Live against the file; serialised as is by `drift --json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The stack.
    pub stack: String,
    /// Of all of it: drift as soon as one thing differs, else unknown as soon as one could not be read.
    pub verdict: DriftVerdict,
    /// What differs or is unknown, by address.
    pub addresses: BTreeMap<Address, Vec<Drifted>>,
}

/// What is said of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftVerdict {
    /// Live is as declared.
    None,
    /// Something differs.
    Drift,
    /// Nothing that could be read differs, and not everything could be read.
    Unknown,
}

/// One resource that is not as declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drifted {
    /// The resource.
    pub id: ResourceId,
    /// Its kind.
    pub kind: Kind,
    /// How it differs.
    pub state: DriftState,
    /// Why this is said.
    pub reasons: Vec<Reason>,
    /// Field by field: `before` is live, `after` is declared.
    pub fields: Vec<FieldChange>,
}

/// How a resource differs from its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftState {
    /// Declared and not there.
    Missing,
    /// There, marked as ours, and not declared.
    Extra,
    /// There with other values, or not standing.
    Differs,
    /// Its name is held by an object that is not ours.
    Taken,
    /// Several live objects carry its id.
    Twice,
    /// Could not be told.
    Unknown,
}

/// Reads the drift off a plan made with [`super::Goal::Reach`].
#[must_use]
pub fn drift(file: &PlanFile) -> Drift {
    let mut addresses: BTreeMap<Address, Vec<Drifted>> = BTreeMap::new();
    for change in &file.plan.changes {
        let drifted = Drifted {
            id: change.id.clone(),
            kind: change.kind.clone(),
            state: state(change, file.live.contains_key(&change.id)),
            reasons: change.reasons.clone(),
            fields: change.fields.clone(),
        };
        addresses
            .entry(change.address.clone())
            .or_default()
            .push(drifted);
    }
    let unlisted = file.plan.notes.iter().any(|note| note.code == "unread");
    let mut all = addresses.values().flatten();
    let verdict = if all.any(|drifted| drifted.state != DriftState::Unknown) {
        DriftVerdict::Drift
    } else if unlisted || !addresses.is_empty() {
        DriftVerdict::Unknown
    } else {
        DriftVerdict::None
    };
    Drift {
        format_version: FORMAT_VERSION,
        stack: file.plan.stack.clone(),
        verdict,
        addresses,
    }
}

fn state(change: &Change, live: bool) -> DriftState {
    let mut said = change.reasons.iter().map(|reason| match reason {
        // What needs something that cannot be told cannot be told either.
        Reason::Unread { .. } | Reason::Needs { .. } => Some(DriftState::Unknown),
        Reason::NameTaken { .. } => Some(DriftState::Taken),
        Reason::Twice { .. } => Some(DriftState::Twice),
        Reason::NotThere => Some(DriftState::Missing),
        Reason::NotDeclared => Some(DriftState::Extra),
        _ => None,
    });
    match (said.find_map(|state| state), change.action) {
        (Some(state), _) => state,
        (None, Action::Create) => DriftState::Missing,
        (None, Action::Delete) => DriftState::Extra,
        (None, Action::Blocked) if !live => DriftState::Unknown,
        _ => DriftState::Differs,
    }
}
