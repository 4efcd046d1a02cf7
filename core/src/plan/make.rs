//! Inputs → plan file: decide, narrow, guard, order, and write it all down.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::digest;
use super::guard::{self, GuardError};
use super::hold::hold;
use super::left;
use super::order::{OrderError, Ordered, order};
use super::renamed::renamed;
use super::succession::replacement_name;
use super::target::{UnknownTarget, target};
use super::{
    Action, Change, Decided, Decision, FORMAT_VERSION, FieldChange, Goal, Inputs, Plan, PlanFile,
    Summary, Tables, Verdict, decide, estimate,
};
use crate::contract::{Note, Severity};
use crate::model::{Observed, Pending, ReplaceOrder, Resource, ResourceId, Sight, Value};

/// What a plan file's `magic` says.
pub const MAGIC: &str = "provision-plan";

/// What stands in a plan for a value that is never shown.
const MASK: &str = "(sensitive)";

/// Why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It would do what it must not.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// `--target` names what is not there.
    #[error(transparent)]
    Target(#[from] UnknownTarget),
    /// Its steps have no order.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A sensitive value would be written down. Such fields must hold references, never the value.
    #[error(
        "{id}: the value of `{field}` is sensitive and would be in the plan; refer to it instead"
    )]
    Sensitive {
        /// The resource.
        id: ResourceId,
        /// The field.
        field: String,
    },
}

/// Makes the plan. Same inputs, same plan, byte for byte, whatever the order of lists in them.
///
/// No value of a row marked `sensitive` is in the result: field changes show a mask, live values are left out, and a
/// desired one is refused unless it is a reference.
///
/// # Errors
/// [`Refused`].
pub fn make(inputs: &Inputs) -> Result<PlanFile, Refused> {
    make_from(inputs, decide(inputs))
}

/// Makes the plan from decisions already taken, of the same inputs.
///
/// # Errors
/// [`Refused`].
pub fn make_from(inputs: &Inputs, mut decided: Decided) -> Result<PlanFile, Refused> {
    guard::inputs(inputs)?;
    left::add(inputs, &mut decided);
    target(&mut decided, &inputs.targets, &inputs.tables)?;
    guard::destroy(inputs.goal, &decided)?;
    if !inputs.compare {
        guard::moves(&decided)?;
    }
    hold(&mut decided, &inputs.tables);
    let renamed = renamed(&decided, &inputs.tables);
    decided.notes.extend(renamed);
    rename(inputs, &mut decided);
    sensitive(&inputs.tables, &decided)?;
    let ordered = match order(&decided, &inputs.tables) {
        Err(OrderError::Cycle(_)) if inputs.compare => Ordered::default(),
        ordered => ordered?,
    };
    tell_order(&ordered, &mut decided.notes);
    let changes: Vec<Change> = decided.decisions.values().filter_map(change).collect();
    let plan = Plan {
        format_version: FORMAT_VERSION,
        tool: inputs.tool.clone(),
        stack: inputs.stack.clone(),
        spec_digest: inputs.spec_digest.clone(),
        partial: !inputs.targets.is_empty(),
        summary: summary(&changes),
        changes,
        cost: None,
        estimate: estimate(&ordered.steps),
        steps: ordered.steps,
        notes: guard::notes(inputs, &decided),
    };
    let digests = digests(inputs, &decided, &lives(inputs, &decided));
    let (desired, live) = taken(inputs, decided);
    Ok(PlanFile {
        magic: MAGIC.to_owned(),
        plan,
        contexts: inputs.contexts.clone(),
        access: inputs.access.clone(),
        secrets: inputs.secrets.clone(),
        desired,
        live,
        digests,
    })
}

/// What is desired and what is live, out of the decisions: in a large stack a copy of either is most of the memory.
fn taken(
    inputs: &Inputs,
    decided: Decided,
) -> (
    BTreeMap<ResourceId, Resource<Pending>>,
    BTreeMap<ResourceId, Observed>,
) {
    let (mut desired, mut judged) = (BTreeMap::new(), BTreeMap::new());
    for (id, decision) in decided.decisions {
        if let Some(live) = decision.live {
            judged.insert(live.id.clone(), live);
        }
        if let (Goal::Reach, Some(resource)) = (inputs.goal, decision.desired) {
            desired.insert(id, resource);
        }
    }
    for (id, live) in lives(inputs, &Decided::default()) {
        if !judged.contains_key(id) {
            judged.insert(id.clone(), live.clone());
        }
    }
    judged
        .values_mut()
        .for_each(|live| redact(&inputs.tables, live));
    (desired, judged)
}

/// What is live: as it was judged, else as it was seen.
fn lives<'a>(inputs: &'a Inputs, decided: &'a Decided) -> BTreeMap<&'a ResourceId, &'a Observed> {
    let mut orphans: Vec<&Observed> = inputs.orphans.iter().collect();
    orphans.sort_by(|a, b| (&a.id, &a.physical).cmp(&(&b.id, &b.physical)));
    let present = inputs.sights.values().filter_map(Sight::live);
    let judged = decided
        .decisions
        .values()
        .filter_map(|decision| decision.live.as_ref());
    // The later one wins: what was judged is what the plan is about.
    orphans
        .into_iter()
        .rev()
        .chain(present)
        .chain(judged)
        .map(|live| (&live.id, live))
        .collect()
}

/// Digests of all that is surely there or surely not there.
fn digests(
    inputs: &Inputs,
    decided: &Decided,
    live: &BTreeMap<&ResourceId, &Observed>,
) -> BTreeMap<ResourceId, String> {
    let absent = decided.decisions.keys().filter(|id| {
        let sight = inputs.sights.get(*id);
        matches!(sight, Some(Sight::Absent))
    });
    let ids: BTreeSet<&ResourceId> = live.keys().copied().chain(absent).collect();
    ids.into_iter()
        .map(|id| {
            let desired = match inputs.goal {
                Goal::Reach => decided
                    .decisions
                    .get(id)
                    .and_then(|one| one.desired.as_ref()),
                Goal::Destroy => None,
            };
            let live = live.get(id).copied();
            (id.clone(), digest(&inputs.tables, desired, live))
        })
        .collect()
}

/// Gives names to the new objects of replacements that come before the deletion of the old ones. What goes because its parent
/// does has its declared name to itself in the new one, whatever an earlier replacement called it.
fn rename(inputs: &Inputs, decided: &mut Decided) {
    // The decided name may be that of an earlier replacement; the declared one does not grow.
    let mut declared = BTreeMap::new();
    for resource in &inputs.resources {
        declared.insert(&resource.id, resource.name.as_deref());
    }
    for decision in decided.decisions.values_mut() {
        let create_first = inputs
            .tables
            .get(&decision.kind)
            .is_some_and(|table| table.replace == ReplaceOrder::CreateFirst);
        let (alone, failed) = (decision.goes_with_parent(), decision.has_failed());
        if decision.verdict == Verdict::Replace
            && create_first
            && let (Some(desired), Some(live)) = (&mut decision.desired, &decision.live)
            && let Some(name) = &mut desired.name
        {
            let base = declared.get(&decision.id).copied().flatten();
            let base = base.unwrap_or(name).to_owned();
            if alone {
                *name = base;
            } else if !failed {
                *name = replacement_name(&inputs.stack, &decision.id, &base, &live.physical);
            }
        }
    }
}

fn sensitive(tables: &Tables, decided: &Decided) -> Result<(), Refused> {
    let desired = decided
        .decisions
        .values()
        .filter_map(|one| one.desired.as_ref());
    for resource in desired {
        let rows = tables
            .get(&resource.kind)
            .map_or(&[][..], |table| &table.rows);
        for row in rows.iter().filter(|row| row.sensitive) {
            let value = resource.fields.get(&row.name);
            if !matches!(value, None | Some(Value::Null | Value::Hole(_))) {
                return Err(Refused::Sensitive {
                    id: resource.id.clone(),
                    field: row.name.clone(),
                });
            }
        }
    }
    Ok(())
}

fn redact(tables: &Tables, live: &mut Observed) {
    if let Some(table) = tables.get(&live.kind) {
        for row in table.rows.iter().filter(|row| row.sensitive) {
            live.fields.remove(&row.name);
        }
    }
}

fn tell_order(ordered: &Ordered, notes: &mut Vec<Note>) {
    for id in &ordered.delete_first {
        notes.push(Note {
            severity: Severity::Warning,
            code: "delete-first".to_owned(),
            message: "the old one is deleted before the new one is made, because what it needs is deleted first"
                .to_owned(),
            address: Some(id.to_string()),
        });
    }
}

fn change(decision: &Decision) -> Option<Change> {
    let (desired, live) = (decision.desired.as_ref(), decision.live.as_ref());
    let provider = desired
        .map(|desired| &desired.provider)
        .or_else(|| live.map(|live| &live.provider));
    Some(Change {
        action: decision.verdict.action()?,
        id: decision.id.clone(),
        address: decision.id.address.clone(),
        platform: desired.and_then(|desired| desired.platform),
        provider: provider.cloned().unwrap_or_default(),
        kind: decision.kind.clone(),
        reasons: decision.reasons.clone(),
        fields: decision.fields.iter().map(masked).collect(),
    })
}

fn masked(field: &FieldChange) -> FieldChange {
    let mut field = field.clone();
    if field.sensitive {
        if field.before != Value::Null {
            field.before = Value::text(MASK);
        }
        if field.after != Value::Null {
            field.after = Value::text(MASK);
        }
    }
    field
}

fn summary(changes: &[Change]) -> Summary {
    let mut summary = Summary::default();
    for change in changes {
        match change.action {
            Action::Create => summary.create += 1,
            Action::Update => summary.update += 1,
            Action::Replace => summary.replace += 1,
            Action::Delete => summary.delete += 1,
            Action::Adopt => summary.adopt += 1,
            Action::Run => summary.run += 1,
            Action::Blocked => summary.blocked += 1,
            Action::Keep | Action::Forget => summary.keep += 1,
        }
    }
    summary
}
