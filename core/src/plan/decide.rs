//! What is to be done about each resource, by what the survey says of it.
//!
//! Resources are decided in the order of what they wait for, so that one that is made anew takes along what can only
//! exist with it. What a blocked resource means for the removal of others is not decided here.

use std::collections::BTreeMap;

use super::choose::{Chooser, choose};
use super::diff;
use super::remove::{Removal, foreign};
use super::resolve::{Graph, Outputs, known};
use super::walk;
use super::{Decided, Decision, FieldChange, Goal, Inputs, Reason, Verdict};
use crate::contract::{Follow, Note, Severity};
use crate::model::{Observed, Otherwise, Pending, Resource, ResourceId, Sight, Table};

/// Decides about every desired resource and every orphan.
///
/// Pure: the order of lists in `inputs` does not matter, and time is linear in the number of resources and references
/// (with a logarithm for the maps).
#[must_use]
pub fn decide(inputs: &Inputs) -> Decided {
    let live = inputs.sights.iter();
    let live = live.filter_map(|(id, sight)| Some((id, sight.live()?)));
    let chooser = Chooser {
        tables: &inputs.tables,
        live: live.collect(),
        rechoose: &inputs.rechoose,
    };
    let orphans = orphans(inputs);
    let mut decided = Decided::default();
    if inputs.goal == Goal::Reach {
        reach(inputs, &chooser, &orphans, &mut decided);
        owners(inputs, &mut decided);
        Removal::new(inputs, &orphans).orphans(&mut decided);
    } else {
        let (resources, _) = choose(&chooser, &inputs.resources);
        Removal::new(inputs, &orphans).everything(&resources, &mut decided);
    }
    foreign(&mut decided);
    decided.notes.sort();
    decided.notes.dedup();
    decided
}

/// Decides about what is desired. What goes by stops and cannot is found when all is decided, and then all is decided
/// again with that staying where it is.
fn reach(inputs: &Inputs, chooser: &Chooser<'_>, orphans: &Orphans<'_>, decided: &mut Decided) {
    let mut stay: BTreeMap<ResourceId, String> = BTreeMap::new();
    loop {
        let (mut wanted, notes) = choose(chooser, &inputs.resources);
        decided.notes = notes;
        let follow = inputs.advice.follow.iter();
        let follow = follow.filter(|follow| !stay.contains_key(&follow.walker));
        decided.follow = follow.cloned().collect();
        along(&mut wanted, &decided.follow);
        decided.decisions = Reach::new(inputs, wanted, orphans, &stay).all();
        let stuck = walk::stuck(decided, &inputs.tables);
        if stuck.is_empty() {
            return;
        }
        stay.extend(stuck);
    }
}

/// Wants of each object what it takes last on the way that it goes along.
fn along(resources: &mut [Resource<Pending>], follow: &[Follow]) {
    for resource in resources {
        for one in follow.iter().filter(|one| one.id == resource.id) {
            let set = one.set.iter();
            let set = set.map(|(name, value)| (name.clone(), known(value)));
            resource.fields.extend(set);
        }
    }
}

/// Orphans by id; several of one id in the order of their handles.
pub(super) type Orphans<'a> = BTreeMap<&'a ResourceId, Vec<&'a Observed>>;

fn orphans(inputs: &Inputs) -> Orphans<'_> {
    let mut orphans = Orphans::new();
    for orphan in &inputs.orphans {
        orphans.entry(&orphan.id).or_default().push(orphan);
    }
    for same in orphans.values_mut() {
        same.sort_by(|a, b| a.physical.cmp(&b.physical));
        same.dedup_by(|a, b| a.physical == b.physical);
    }
    orphans
}

/// Handles of all objects that carry the id of a desired resource, when there is one too many: what the survey saw
/// under the id, and what it met as an orphan.
pub(super) fn twice(
    sight: Option<&Sight>,
    orphans: Option<&Vec<&Observed>>,
) -> Option<Vec<String>> {
    let mut all: Vec<String> = orphans
        .into_iter()
        .flatten()
        .map(|orphan| orphan.physical.clone())
        .collect();
    match sight {
        Some(Sight::Twice { physical, .. }) => all.extend(physical.iter().cloned()),
        Some(Sight::Present(live) | Sight::Adoptable(live)) => {
            all.retain(|physical| *physical != live.physical);
            if !all.is_empty() {
                all.push(live.physical.clone());
            }
        }
        _ => {}
    }
    all.sort();
    all.dedup();
    (!all.is_empty()).then_some(all)
}

/// A kind that no table describes.
pub(super) fn unknown_kind(provider: &str, kind: &crate::model::Kind) -> Reason {
    Reason::Unread {
        reason: format!(
            "no provider here knows kind `{kind}` of `{provider}`; use the version of provision that made it, or a newer one"
        ),
    }
}

/// A decision about a desired resource.
pub(super) fn decision(
    resource: &Resource<Pending>,
    live: Option<&Observed>,
    verdict: Verdict,
    reasons: Vec<Reason>,
    fields: Vec<FieldChange>,
) -> Decision {
    Decision {
        desired: Some(resource.clone()),
        ..judged(resource, live, verdict, reasons, fields)
    }
}

/// The same of one that [`Reach`] holds: it hands over what is wanted when all is decided.
pub(super) fn judged(
    resource: &Resource<Pending>,
    live: Option<&Observed>,
    verdict: Verdict,
    reasons: Vec<Reason>,
    fields: Vec<FieldChange>,
) -> Decision {
    Decision {
        id: resource.id.clone(),
        kind: resource.kind.clone(),
        desired: None,
        live: live.cloned(),
        verdict,
        reasons,
        fields,
    }
}

/// Deciding with the goal that live agrees with the spec.
pub(super) struct Reach<'a> {
    /// What the plan is made from.
    pub(super) inputs: &'a Inputs,
    /// Desired resources, choices taken, in order of ids.
    pub(super) resources: Vec<Resource<Pending>>,
    /// What they wait for.
    pub(super) graph: Graph,
    /// Decisions so far, by place.
    pub(super) decisions: Vec<Option<Decision>>,
    /// What must not go by stops, and why.
    pub(super) stay: &'a BTreeMap<ResourceId, String>,
    orphans: &'a Orphans<'a>,
}

impl<'a> Reach<'a> {
    fn new(
        inputs: &'a Inputs,
        resources: Vec<Resource<Pending>>,
        orphans: &'a Orphans<'a>,
        stay: &'a BTreeMap<ResourceId, String>,
    ) -> Self {
        Self {
            inputs,
            graph: Graph::new(&resources),
            decisions: vec![None; resources.len()],
            resources,
            stay,
            orphans,
        }
    }

    fn all(mut self) -> BTreeMap<ResourceId, Decision> {
        for place in std::mem::take(&mut self.graph.order) {
            self.decisions[place] = Some(self.one(place));
        }
        let decisions = self.decisions.into_iter().zip(self.resources);
        decisions
            .filter_map(|(decision, resource)| {
                let mut one = decision?;
                one.desired = Some(resource);
                Some((one.id.clone(), one))
            })
            .collect()
    }

    fn one(&self, place: usize) -> Decision {
        let resource = &self.resources[place];
        let sight = self.inputs.sights.get(&resource.id);
        let live = sight.and_then(Sight::live);
        let blocked =
            |live, reason| judged(resource, live, Verdict::Blocked, vec![reason], Vec::new());
        let Some(table) = self.inputs.tables.get(&resource.kind) else {
            return blocked(live, unknown_kind(&resource.provider, &resource.kind));
        };
        if let Some(physical) = twice(sight, self.orphans.get(&resource.id)) {
            return blocked(None, Reason::Twice { physical });
        }
        if let Some(next) = self.graph.cycle.get(&place) {
            let id = self.resources[*next].id.clone();
            return blocked(live, Reason::Needs { id });
        }
        match sight {
            Some(Sight::Present(live)) => self.present(place, table, live),
            Some(Sight::Adoptable(live)) => self.adoptable(place, table, live),
            Some(Sight::Absent) => self.absent(place, table),
            other => blocked(None, untold(other)),
        }
    }

    fn absent(&self, place: usize, table: &Table) -> Decision {
        let resource = &self.resources[place];
        if let Some(decision) = nothing_to_adopt(resource) {
            return decision;
        }
        let parent = resource.parent.as_ref();
        let parent = parent.filter(|id| self.verdict(id) == Some(&Verdict::Blocked));
        match self.unmet(place).or_else(|| parent.cloned()) {
            Some(id) => {
                let reasons = vec![Reason::Needs { id }];
                judged(resource, None, Verdict::Blocked, reasons, Vec::new())
            }
            None if table.runs => judged(
                resource,
                None,
                Verdict::Run,
                vec![Reason::NotRun],
                Vec::new(),
            ),
            None => {
                let reasons = vec![Reason::NotThere];
                let fields = diff::created(table, &self.filled(place).fields);
                judged(resource, None, Verdict::Create, reasons, fields)
            }
        }
    }

    /// What was decided about another resource.
    pub(super) fn verdict(&self, id: &ResourceId) -> Option<&Verdict> {
        let place = self.graph.at.get(id)?;
        Some(&self.decisions[*place].as_ref()?.verdict)
    }

    /// Something that is needed to make or change this, and is neither there nor will be.
    pub(super) fn unmet(&self, place: usize) -> Option<ResourceId> {
        let lacking = self
            .graph
            .needs(place)
            .filter(|need| self.lacks(*need))
            .chain(self.left_out(place))
            .min();
        let dangling = self.graph.dangling[place].clone();
        dangling.or_else(|| lacking.map(|need| self.resources[need].id.clone()))
    }

    /// Something that its fields refer to, and that is neither there nor will be.
    pub(super) fn unmet_reference(&self, place: usize) -> Option<ResourceId> {
        let refers = self.graph.refers[place].iter();
        let mut lacking = refers.copied().filter(|need| self.lacks(*need));
        let lacking = lacking.next().or_else(|| self.left_out(place).next());
        let dangling = self.graph.dangling[place].as_ref();
        let dangling = dangling.filter(|id| Some(*id) != self.resources[place].parent.as_ref());
        dangling
            .cloned()
            .or_else(|| lacking.map(|need| self.resources[need].id.clone()))
    }

    /// What its fields refer to, and what was done without.
    fn left_out(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let refers = self.graph.refers[place].iter().copied();
        refers.filter(|need| {
            self.decisions[*need]
                .as_ref()
                .is_some_and(|one| one.verdict == Verdict::Nothing && one.live.is_none())
        })
    }

    fn lacks(&self, need: usize) -> bool {
        self.decisions[need]
            .as_ref()
            .is_some_and(|one| one.verdict == Verdict::Blocked && one.live.is_none())
    }

    /// The resource with all references filled that hold through this plan.
    pub(super) fn filled(&self, place: usize) -> Resource<Pending> {
        let outputs = Outputs {
            tables: &self.inputs.tables,
            at: &self.graph.at,
            resources: &self.resources,
            decisions: &self.decisions,
        };
        outputs.fill(&self.resources[place])
    }
}

/// What becomes of a resource that was to be adopted, and is not there; `None` when it is made.
fn nothing_to_adopt(resource: &Resource<Pending>) -> Option<Decision> {
    let (verdict, reasons) = match &resource.adopt.as_ref()?.otherwise {
        Otherwise::Create => return None,
        Otherwise::Leave => (Verdict::Nothing, Vec::new()),
        Otherwise::Refuse { advice } => {
            let (field, advice) = ("adopt".to_owned(), advice.clone());
            (Verdict::Blocked, vec![Reason::Refused { field, advice }])
        }
    };
    Some(decision(resource, None, verdict, reasons, Vec::new()))
}

/// Why nothing can be said of an object.
fn untold(sight: Option<&Sight>) -> Reason {
    match sight {
        Some(Sight::Clash { physical, .. }) => Reason::NameTaken {
            physical: physical.clone(),
        },
        Some(Sight::Twice { physical, .. }) => Reason::Twice {
            physical: physical.clone(),
        },
        Some(Sight::Unknown { reason }) => Reason::Unread {
            reason: reason.clone(),
        },
        Some(Sight::Present(_) | Sight::Adoptable(_) | Sight::Absent) | None => Reason::Unread {
            reason: "not read".to_owned(),
        },
    }
}

/// Notes whose the objects are that hold our names, where they are marked.
fn owners(inputs: &Inputs, decided: &mut Decided) {
    for resource in &inputs.resources {
        if let Some(Sight::Clash {
            physical,
            owner: Some(owner),
        }) = inputs.sights.get(&resource.id)
        {
            decided.notes.push(Note {
                severity: Severity::Warning,
                code: "name-taken".to_owned(),
                message: format!(
                    "{physical} has the name of {} and is marked as {owner}",
                    resource.id
                ),
                address: Some(resource.id.to_string()),
            });
        }
    }
}

#[cfg(test)]
mod adopting;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod references;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod running;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) mod world;
