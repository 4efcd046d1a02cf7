//! What is to be done about each resource, and why.
//!
//! Desired resources are judged in the order of their needs, so that a reference is filled with what its target is, or stays
//! pending when the target will be made anew. Orphans come after them: they only go.

use std::collections::{BTreeMap, BTreeSet};

use super::choose::choose;
use super::fill::{Filled, fill};
use super::judge::{self, Judged};
use super::leave::{self, leaving};
use super::{Decided, Decision, Goal, Inputs, Reason, Verdict};
use crate::contract::{Note, Severity};
use crate::model::{Observed, Pending, Resource, ResourceId, Sight};

/// Decides about every desired resource and every orphan.
#[must_use]
pub fn decide(inputs: &Inputs) -> Decided {
    let live: BTreeMap<&ResourceId, &Observed> = inputs
        .sights
        .iter()
        .filter_map(|(id, sight)| match sight {
            Sight::Present(observed) => Some((id, observed.as_ref())),
            _ => None,
        })
        .collect();
    let (resources, notes) = choose(inputs, &live);
    let mut decided = Decided {
        decisions: BTreeMap::new(),
        notes,
    };
    match inputs.goal {
        Goal::Reach => reach(inputs, resources, &mut decided),
        Goal::Destroy => leave::declared(inputs, resources, &mut decided),
    }
    leaving(inputs, &mut decided);
    doubles(inputs, &mut decided);
    foreign(&mut decided);
    decided
}

fn reach(inputs: &Inputs, resources: Vec<Resource<Pending>>, decided: &mut Decided) {
    let (order, cycle) = in_order(&resources);
    let mut resources: Vec<Option<Resource<Pending>>> = resources.into_iter().map(Some).collect();
    for at in order {
        if let Some(resource) = resources[at].take() {
            let decision = one(inputs, resource, decided);
            decided.decisions.insert(decision.id.clone(), decision);
        }
    }
    let stuck: Vec<Resource<Pending>> = resources.into_iter().flatten().collect();
    for resource in stuck {
        let through = resource
            .referenced()
            .into_iter()
            .chain(resource.after.clone())
            .find(|id| cycle.contains(id));
        let id = through.unwrap_or_else(|| resource.id.clone());
        let live = present(inputs, &resource.id);
        let judged = Judged::blocked(vec![Reason::Needs { id }]);
        let decision = judged.decision(resource, live);
        decided.decisions.insert(decision.id.clone(), decision);
    }
}

fn present(inputs: &Inputs, id: &ResourceId) -> Option<Observed> {
    match inputs.sights.get(id) {
        Some(Sight::Present(observed)) => Some((**observed).clone()),
        _ => None,
    }
}

fn one(inputs: &Inputs, resource: Resource<Pending>, decided: &Decided) -> Decision {
    let live = present(inputs, &resource.id);
    let Some(table) = inputs.tables.get(&resource.kind) else {
        let reason = format!("no provider here knows the kind {}", resource.kind);
        return Judged::blocked(vec![Reason::Unread { reason }]).decision(resource, live);
    };
    let Filled { resource, waits } = fill(&resource, inputs, decided);
    let judged = judge::judge(&judge::Case {
        table,
        resource: &resource,
        sight: inputs.sights.get(&resource.id),
        waits: &waits,
        decided,
    });
    judged.decision(resource, live)
}

/// Indices of resources, each after what it needs; and the ids that are left in or behind a cycle.
fn in_order(resources: &[Resource<Pending>]) -> (Vec<usize>, BTreeSet<ResourceId>) {
    let at: BTreeMap<&ResourceId, usize> = resources
        .iter()
        .enumerate()
        .map(|(at, resource)| (&resource.id, at))
        .collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); resources.len()];
    let mut open = vec![0_usize; resources.len()];
    for (user, resource) in resources.iter().enumerate() {
        let mut needs: BTreeSet<usize> = BTreeSet::new();
        let ids = resource.referenced();
        let all = ids.iter().chain(&resource.after).chain(&resource.parent);
        needs.extend(all.filter_map(|id| at.get(id).copied()));
        for need in needs {
            users[need].push(user);
            open[user] += 1;
        }
    }
    let mut order: Vec<usize> = (0..resources.len()).filter(|at| open[*at] == 0).collect();
    let mut next = 0;
    while let Some(done) = order.get(next).copied() {
        next += 1;
        for user in &users[done] {
            open[*user] -= 1;
            if open[*user] == 0 {
                order.push(*user);
            }
        }
    }
    let stuck = (0..resources.len()).filter(|at| open[*at] > 0);
    let stuck = stuck.map(|at| resources[at].id.clone()).collect();
    (order, stuck)
}

/// An id that several live objects carry: nobody can say which one is meant.
fn doubles(inputs: &Inputs, decided: &mut Decided) {
    let mut carriers: BTreeMap<&ResourceId, Vec<&str>> = BTreeMap::new();
    for orphan in &inputs.orphans {
        let physical = orphan.physical.as_str();
        carriers.entry(&orphan.id).or_default().push(physical);
    }
    for (id, mut physical) in carriers {
        let Some(decision) = decided.decisions.get_mut(id) else {
            continue;
        };
        let declared = inputs.sights.get(id).and_then(|sight| match sight {
            Sight::Present(observed) => Some(observed.physical.as_str()),
            _ => None,
        });
        physical.extend(declared);
        physical.sort_unstable();
        physical.dedup();
        if physical.len() > 1 {
            let physical = physical.into_iter().map(str::to_owned).collect();
            decision.verdict = Verdict::Blocked;
            decision.fields.clear();
            decision.reasons = vec![Reason::Twice { physical }];
        }
    }
}

/// Children that are not ours, where their parent changes or goes.
fn foreign(decided: &mut Decided) {
    for (id, decision) in &decided.decisions {
        let foreign = match (&decision.live, &decision.verdict) {
            (_, Verdict::Nothing | Verdict::Wait | Verdict::Blocked) | (None, _) => continue,
            (Some(live), _) => &live.foreign,
        };
        if !foreign.is_empty() {
            decided.notes.push(Note {
                severity: Severity::Info,
                code: "foreign-child".to_owned(),
                message: format!(
                    "{} holds what this stack did not make and does not change: {}",
                    id,
                    foreign.join(", ")
                ),
                address: Some(id.to_string()),
            });
        }
    }
}
