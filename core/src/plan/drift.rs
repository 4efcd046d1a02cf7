//! Drift: what a plan towards the file says about changes made outside of it.
//!
//! Three things are told apart: what is not as declared, and counts; what somebody else is expected to move (an
//! autoscaler's count), and does not count; and what is not ours and lies in something of ours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ABSENT, Action, Change, FORMAT_VERSION, FieldChange, PlanFile, Reason, Tables};
use crate::model::{Address, Effect, Kind, Never, Observed, Pending, Resource, ResourceId, Value};

/// Live against the file; serialised as is by `drift --json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The stack.
    pub stack: String,
    /// Of all of it: drift as soon as one thing differs, else unknown as soon as one could not be read.
    pub verdict: DriftVerdict,
    /// Objects that differ. What could not be read is not among them.
    pub differ: usize,
    /// Objects that could not be told about.
    pub unknown: usize,
    /// What differs or is unknown, by address.
    pub addresses: BTreeMap<Address, Vec<Drifted>>,
    /// What somebody else is expected to move, and has: no drift.
    pub expected: Vec<Expected>,
    /// What is not ours and lies in something of ours: no drift, and left alone.
    pub foreign: Vec<Foreign>,
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
    /// Field by field.
    pub fields: Vec<DriftedField>,
}

/// One field that is not as declared: `before` is live, `after` is declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftedField {
    /// The field.
    #[serde(flatten)]
    pub change: FieldChange,
    /// Who moves it beside people, as far as the kind's table knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_by: Option<String>,
}

/// A field that somebody else is expected to move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The resource.
    pub id: ResourceId,
    /// The field.
    pub path: String,
    /// What is live.
    pub live: Value<Never>,
    /// What the object began with.
    pub declared: Value<Pending>,
    /// Who moves it.
    pub moved_by: String,
}

/// Children of an object that are not ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The object of ours.
    pub id: ResourceId,
    /// What is in it and not ours.
    pub children: Vec<String>,
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
pub fn drift(file: &PlanFile, tables: &Tables) -> Drift {
    let mut addresses: BTreeMap<Address, Vec<Drifted>> = BTreeMap::new();
    // What controllers left is no part of what the file says.
    let left = |reason: &Reason| matches!(reason, Reason::LeftBy { .. });
    let changes = file.plan.changes.iter();
    let by_id = changes.clone().map(|change| (&change.id, change));
    let states = States {
        file,
        changes: by_id.collect(),
    };
    for change in changes.filter(|change| !change.reasons.iter().any(left)) {
        let drifted = drifted(change, states.of(change, 16), tables);
        addresses
            .entry(change.address.clone())
            .or_default()
            .push(drifted);
    }
    let unlisted = file.plan.notes.iter().any(|note| note.code == "unread");
    let all = || addresses.values().flatten();
    let unknown = all().filter(|one| one.state == DriftState::Unknown).count();
    let differ = all().count() - unknown;
    let verdict = match (differ, unknown) {
        (0, 0) if !unlisted => DriftVerdict::None,
        (0, _) => DriftVerdict::Unknown,
        _ => DriftVerdict::Drift,
    };
    let live = file.live.values();
    Drift {
        format_version: FORMAT_VERSION,
        stack: file.plan.stack.clone(),
        verdict,
        differ,
        unknown,
        addresses,
        expected: live
            .clone()
            .filter_map(|live| Some((live, file.desired.get(&live.id)?)))
            .flat_map(|(live, desired)| expected(live, desired, tables))
            .collect(),
        foreign: live.filter_map(foreign).collect(),
    }
}

fn drifted(change: &Change, state: DriftState, tables: &Tables) -> Drifted {
    let table = tables.get(&change.kind);
    let moved_by = |path: &str| {
        let name = path.split(['.', '[']).next()?;
        table?.row(name)?.shared_with.clone()
    };
    let field = |change: &FieldChange| DriftedField {
        moved_by: moved_by(&change.path),
        change: change.clone(),
    };
    Drifted {
        id: change.id.clone(),
        kind: change.kind.clone(),
        state,
        reasons: change.reasons.clone(),
        fields: change.fields.iter().map(field).collect(),
    }
}

/// What is planned, by id, to tell what is said of each.
struct States<'a> {
    file: &'a PlanFile,
    changes: BTreeMap<&'a ResourceId, &'a Change>,
}

impl States<'_> {
    /// `depth` bounds how far needs are followed.
    fn of(&self, change: &Change, depth: u8) -> DriftState {
        let mut said = change.reasons.iter().map(|reason| match reason {
            Reason::Unread { .. } => Some(DriftState::Unknown),
            Reason::Needs { id } => Some(self.needing(change, id, depth)),
            Reason::NameTaken { .. } => Some(DriftState::Taken),
            Reason::Twice { .. } => Some(DriftState::Twice),
            Reason::NotThere => Some(DriftState::Missing),
            Reason::NotDeclared => Some(DriftState::Extra),
            _ => None,
        });
        let live = self.file.live.contains_key(&change.id);
        match (said.find_map(|state| state), change.action) {
            (Some(state), _) => state,
            (None, Action::Create) => DriftState::Missing,
            (None, Action::Delete) => DriftState::Extra,
            (None, Action::Blocked) if !live => DriftState::Unknown,
            _ => DriftState::Differs,
        }
    }

    /// Of one that cannot be changed or made for the sake of another: what is surely not there is missing, and what is
    /// there cannot be told where that cannot be told either.
    fn needing(&self, change: &Change, need: &ResourceId, depth: u8) -> DriftState {
        let digest = self.file.digests.get(&change.id);
        if digest.is_some_and(|digest| digest == ABSENT) {
            return DriftState::Missing;
        }
        let state = self.changes.get(need).zip(depth.checked_sub(1));
        match state.map(|(need, depth)| self.of(need, depth)) {
            Some(DriftState::Unknown) | None if change.fields.is_empty() => DriftState::Unknown,
            _ => DriftState::Differs,
        }
    }
}

/// Fields that are set once and then left to somebody.
fn expected(live: &Observed, desired: &Resource<Pending>, tables: &Tables) -> Vec<Expected> {
    let rows = tables
        .get(&live.kind)
        .map_or(&[][..], |table| &table.rows[..]);
    rows.iter()
        .filter(|row| row.effect == Effect::CreateOnly && !row.sensitive)
        .filter_map(|row| {
            let now = live.fields.get(&row.name)?;
            let declared = desired.fields.get(&row.name)?;
            let moved = *now != Value::Null && now.to_json() != declared.to_json();
            Some(Expected {
                id: live.id.clone(),
                path: row.name.clone(),
                live: now.clone(),
                declared: declared.clone(),
                moved_by: row.shared_with.clone().filter(|_| moved)?,
            })
        })
        .collect()
}

fn foreign(live: &Observed) -> Option<Foreign> {
    let mut children = live.foreign.clone();
    children.sort();
    (!children.is_empty()).then(|| Foreign {
        id: live.id.clone(),
        children,
    })
}
