//! Is the world still as a plan saw it? Asked before a plan file is applied.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::digest::{ABSENT, digest, managed, standing};
use super::web::wants;
use super::{Action, PlanFile, Reason, Tables};
use crate::contract::Does;
use crate::model::{Observed, ResourceId, Sight};

/// Something that is not as the plan saw it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The resource.
    pub id: ResourceId,
    /// What happened to it: `was absent, is vpc-0a`; `version changed`.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.what)
    }
}

/// Compares a fresh survey with what the plan saw: of every planned resource, and of what those refer to, live in or
/// use. Also reports new objects that use what the plan removes. The spec is in the plan, so only live matters.
///
/// `sights` must hold every desired resource of the plan; `orphans` are the marked objects besides them; `unread` has the
/// kinds of which those could not be listed, with the reason. Empty = the plan can be applied.
#[must_use]
pub fn verify(
    plan: &PlanFile,
    tables: &Tables,
    sights: &BTreeMap<ResourceId, Sight>,
    orphans: &[Observed],
    unread: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let now = Now {
        sights,
        orphans,
        unread,
    };
    let planned = planned(plan);
    let mut differences: Vec<Difference> = planned
        .iter()
        .filter_map(|id| {
            let what = now.differs(plan, tables, id)?;
            let id = id.clone();
            Some(Difference { id, what })
        })
        .collect();
    differences.extend(new_users(plan, &planned, orphans));
    differences.sort();
    differences
}

/// What the plan touches, and what that needs.
fn planned(plan: &PlanFile) -> BTreeSet<ResourceId> {
    let mut touched: BTreeSet<ResourceId> =
        plan.plan.steps.iter().map(|step| step.id.clone()).collect();
    let changes = plan.plan.changes.iter();
    let acts = changes.filter(|change| change.action != Action::Blocked);
    touched.extend(acts.map(|change| change.id.clone()));
    let mut all = touched.clone();
    for id in &touched {
        all.extend(plan.desired.get(id).map(wants).unwrap_or_default());
        if let Some(live) = plan.live.get(id) {
            all.extend(live.needs.iter().chain(&live.parent).cloned());
        }
    }
    // What the plan itself knows nothing of (a need that is no longer there) cannot differ.
    all.retain(|id| touched.contains(id) || plan.digests.contains_key(id));
    // What controllers left changes until they are gone, and each is looked at again before it is deleted.
    let was_left = |reason: &Reason| matches!(reason, Reason::LeftBy { .. });
    for change in &plan.plan.changes {
        if change.reasons.iter().any(was_left) {
            all.remove(&change.id);
        }
    }
    all
}

/// New objects that stand in the way of a removal.
fn new_users(
    plan: &PlanFile,
    planned: &BTreeSet<ResourceId>,
    orphans: &[Observed],
) -> Vec<Difference> {
    let steps = plan.plan.steps.iter();
    let removes = steps.filter(|step| step.does == Does::Delete);
    let removed: BTreeSet<&ResourceId> = removes.map(|step| &step.id).collect();
    let is_new =
        |live: &&Observed| !plan.live.contains_key(&live.id) && !planned.contains(&live.id);
    let uses = |live: &Observed| {
        let mut needs = live.needs.iter().chain(&live.parent);
        needs.find(|need| removed.contains(need)).cloned()
    };
    orphans
        .iter()
        .filter(is_new)
        .filter_map(|live| {
            let what = format!("is new ({}) and uses {}", live.physical, uses(live)?);
            let id = live.id.clone();
            Some(Difference { id, what })
        })
        .collect()
}

/// A fresh survey.
struct Now<'a> {
    sights: &'a BTreeMap<ResourceId, Sight>,
    orphans: &'a [Observed],
    unread: &'a BTreeMap<String, String>,
}

impl Now<'_> {
    /// What is different about one resource, in words.
    fn differs(&self, plan: &PlanFile, tables: &Tables, id: &ResourceId) -> Option<String> {
        let live = match self.sights.get(id) {
            Some(Sight::Present(live) | Sight::Adoptable(live)) => Some(live.as_ref()),
            Some(Sight::Absent) => None,
            Some(Sight::Unknown { reason }) => return Some(format!("cannot be read: {reason}")),
            Some(Sight::Clash { physical, .. }) => {
                return Some(format!(
                    "its name is now held by {physical}, which is not ours"
                ));
            }
            Some(Sight::Twice { physical, .. }) => {
                return Some(format!("is there several times: {}", physical.join(", ")));
            }
            None if plan.desired.contains_key(id) => return Some("was not read".to_owned()),
            None => match self.orphans.iter().find(|orphan| orphan.id == *id) {
                None if let Some(reason) = self.unread_kind(plan, id) => {
                    return Some(format!("cannot be read: {reason}"));
                }
                found => found,
            },
        };
        if let Some(what) = self.owner(plan, id) {
            return Some(what);
        }
        let desired = plan.desired.get(id);
        let digest = digest(tables, desired, live);
        let Some(before) = plan.digests.get(id) else {
            return Some("could not be read when the plan was made".to_owned());
        };
        (digest != *before).then(|| match (plan.live.get(id), live) {
            _ if before == ABSENT => {
                let physical = live.map_or("there", |live| live.physical.as_str());
                format!("was absent, is {physical}")
            }
            (Some(before), Some(live)) => changed(plan, tables, before, live),
            (Some(before), None) => format!("was {}, is gone", before.physical),
            (None, _) => "is not as it was".to_owned(),
        })
    }
}

impl Now<'_> {
    /// Why objects of its kind could not be listed, when they could not.
    fn unread_kind(&self, plan: &PlanFile, id: &ResourceId) -> Option<&String> {
        self.unread.get(plan.live.get(id)?.kind.as_str())
    }

    /// Whose it is now, when that is not as the plan saw it.
    fn owner(&self, plan: &PlanFile, id: &ResourceId) -> Option<String> {
        let mut changes = plan.plan.changes.iter();
        let adopts = changes.any(|change| change.id == *id && change.action == Action::Adopt);
        match (adopts, self.sights.get(id)?, plan.live.contains_key(id)) {
            (true, Sight::Present(_), _) => Some("is marked as ours by now".to_owned()),
            (false, Sight::Adoptable(_), true) => {
                Some("has lost the mark of this stack".to_owned())
            }
            _ => None,
        }
    }
}

/// What changed of an object that is still there.
fn changed(plan: &PlanFile, tables: &Tables, before: &Observed, live: &Observed) -> String {
    if before.physical != live.physical {
        return format!("was {}, is {}", before.physical, live.physical);
    }
    let (table, desired) = (tables.get(&live.kind), plan.desired.get(&live.id));
    let then = managed(table, desired, &before.fields);
    let now = managed(table, desired, &live.fields);
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let differ = names
        .into_iter()
        .filter(|name| then.get(*name) != now.get(*name));
    let mut words: Vec<&str> = differ.map(String::as_str).collect();
    if before.protect != live.protect {
        words.push("protect");
    }
    if !words.is_empty() {
        return format!("{} changed", words.join(", "));
    }
    let (then, now) = (standing(&before.status), standing(&live.status));
    if then == now {
        "is not as it was".to_owned()
    } else {
        format!("was {then}, is {now}")
    }
}
