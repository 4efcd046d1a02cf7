//! What is to be removed: orphans, and everything when the stack is destroyed.
//!
//! What a blocked object still needs stays as well; that is settled after all is decided, not here.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Orphans, decision, twice, unknown_kind};
use super::present::by_switch;
use super::{Decided, Decision, Goal, Inputs, Reason, Verdict};
use crate::contract::{Note, Severity};
use crate::model::{Observed, Pending, Resource, ResourceId, Sight, Status};

/// Removes orphans, or everything.
pub(super) struct Removal<'a> {
    inputs: &'a Inputs,
    orphans: &'a Orphans<'a>,
    /// Protected objects that would go, by address: what lies in them stays with them.
    protected: BTreeMap<&'a str, &'a ResourceId>,
}

impl<'a> Removal<'a> {
    /// Of these inputs.
    pub(super) fn new(inputs: &'a Inputs, orphans: &'a Orphans<'a>) -> Self {
        let mut protected = BTreeMap::new();
        let mut shelter = |id: &'a ResourceId| {
            protected.entry(id.address.as_str()).or_insert(id);
        };
        if inputs.goal == Goal::Destroy {
            let mut declared: Vec<&ResourceId> = inputs
                .resources
                .iter()
                .filter(|one| match inputs.sights.get(&one.id) {
                    Some(Sight::Present(live)) => one.protect || live.protect,
                    _ => false,
                })
                .map(|one| &one.id)
                .collect();
            declared.sort();
            declared.into_iter().for_each(&mut shelter);
        }
        for (id, same) in orphans {
            if same.iter().any(|orphan| orphan.protect) {
                shelter(id);
            }
        }
        Self {
            inputs,
            orphans,
            protected,
        }
    }

    /// Decides about orphans, after all desired resources are decided.
    pub(super) fn orphans(&self, decided: &mut Decided) {
        let parents = self
            .orphans
            .iter()
            .filter(|(id, _)| !decided.decisions.contains_key(*id))
            .map(|(id, same)| (*id, same.first().and_then(|one| one.parent.as_ref())))
            .collect();
        for id in parents_first(&parents) {
            if let Some(decision) = self.orphan(id, decided) {
                decided.decisions.insert(id.clone(), decision);
            }
        }
    }

    /// Decides about everything, with the goal that nothing is left.
    pub(super) fn everything(&self, resources: &[Resource<Pending>], decided: &mut Decided) {
        let desired: BTreeMap<&ResourceId, &Resource<Pending>> =
            resources.iter().map(|one| (&one.id, one)).collect();
        let parents = desired
            .iter()
            .map(|(id, one)| (*id, one.parent.as_ref()))
            .collect();
        let mut decisions = Decided::default();
        // A desired resource can live in an orphan only when the spec has changed under it: then the orphan is
        // unknown here, and it gets a step of its own.
        for id in parents_first(&parents) {
            let one = self.destroyed(desired[id], &mut decisions);
            decisions.decisions.insert(id.clone(), one);
        }
        decided.decisions.append(&mut decisions.decisions);
        decided.notes.append(&mut decisions.notes);
        self.orphans(decided);
    }

    fn destroyed(&self, resource: &Resource<Pending>, decided: &mut Decided) -> Decision {
        let sight = self.inputs.sights.get(&resource.id);
        let blocked =
            |live, reason| decision(resource, live, Verdict::Blocked, vec![reason], Vec::new());
        let unread = |reason: &str| Reason::Unread {
            reason: reason.to_owned(),
        };
        if let Some(physical) = twice(sight, self.orphans.get(&resource.id)) {
            return blocked(None, Reason::Twice { physical });
        }
        if runs(self.inputs, resource) {
            return nothing(resource);
        }
        match sight {
            Some(Sight::Present(live)) if self.is_claim(resource) && self.unlisted().is_some() => {
                let reason = self.unlisted().unwrap_or_default();
                blocked(Some(live), Reason::Unread { reason })
            }
            Some(Sight::Present(live)) => {
                let parent = resource.parent.as_ref().or(live.parent.as_ref());
                let (verdict, reasons) = self.removed(live, resource.protect, parent, decided);
                decision(resource, Some(live), verdict, reasons, Vec::new())
            }
            Some(Sight::Absent) => nothing(resource),
            Some(Sight::Clash { physical, .. }) => {
                let words = format!("{physical} has the name of {}", resource.id);
                decided.notes.push(stays(&words, resource));
                nothing(resource)
            }
            Some(Sight::Adoptable(live)) => {
                let words = format!("{} was not adopted yet", live.physical);
                decided.notes.push(stays(&words, resource));
                nothing(resource)
            }
            Some(Sight::Unknown { reason }) => blocked(None, unread(reason)),
            Some(Sight::Twice { .. }) | None => blocked(None, unread("not read")),
        }
    }

    fn orphan(&self, id: &ResourceId, decided: &Decided) -> Option<Decision> {
        let same = self.orphans.get(id)?;
        let first = *same.first()?;
        let (live, verdict, reasons) = if same.len() > 1 {
            let physical = same.iter().map(|one| one.physical.clone()).collect();
            (None, Verdict::Blocked, vec![Reason::Twice { physical }])
        } else if let Some(reason) = self.unlisted() {
            // Something that nobody listed may live in it or use it.
            let reasons = vec![Reason::Unread { reason }];
            (Some(first.clone()), Verdict::Blocked, reasons)
        } else {
            let parent = first.parent.as_ref();
            let (verdict, reasons) = self.removed(first, false, parent, decided);
            (Some(first.clone()), verdict, reasons)
        };
        Some(Decision {
            id: id.clone(),
            kind: first.kind.clone(),
            desired: None,
            live,
            verdict,
            reasons,
            fields: Vec::new(),
        })
    }

    /// The claim goes when nothing is left, which must be known.
    fn is_claim(&self, resource: &Resource<Pending>) -> bool {
        super::guard::is_claim(&self.inputs.tables, &resource.kind)
    }

    /// Which kinds could not be listed.
    fn unlisted(&self) -> Option<String> {
        let unread = &self.inputs.unread;
        let kinds: Vec<&str> = unread.keys().map(String::as_str).collect();
        let reason = unread.values().next()?;
        Some(format!(
            "what else there is of {} could not be listed: {reason}",
            kinds.join(", ")
        ))
    }

    fn removed(
        &self,
        live: &Observed,
        protect: bool,
        parent: Option<&ResourceId>,
        decided: &Decided,
    ) -> (Verdict, Vec<Reason>) {
        let Some(table) = self.inputs.tables.get(&live.kind) else {
            let reason = unknown_kind(&live.provider, &live.kind);
            return (Verdict::Blocked, vec![reason]);
        };
        let why = match (self.inputs.goal, live.id.successor()) {
            (Goal::Reach, Some(id)) => Reason::Superseded { id },
            (Goal::Reach, None) => Reason::NotDeclared,
            (Goal::Destroy, _) => Reason::Destroy,
        };
        if protect || live.protect {
            let mut reasons = vec![Reason::Protected, why];
            reasons.extend(by_switch(live));
            return (Verdict::Blocked, reasons);
        }
        if let Some(id) = self.stays_with(live, parent, decided) {
            let reasons = vec![Reason::Needs { id: id.clone() }, why];
            return (Verdict::Blocked, reasons);
        }
        let mut reasons = vec![why];
        if let Status::Deleting { phase } = &live.status {
            let phase = phase.clone();
            reasons.push(Reason::Unfinished { phase });
        }
        match parent.filter(|id| table.dies_with_parent && goes(decided.decisions.get(*id))) {
            Some(id) => {
                reasons.push(Reason::ParentGoes { id: id.clone() });
                (Verdict::GoesWithParent, reasons)
            }
            None => (Verdict::Delete, reasons),
        }
    }

    /// The protected object that this one is a part of: it lies within its address, or lives in it.
    fn stays_with<'b>(
        &'b self,
        live: &Observed,
        parent: Option<&'b ResourceId>,
        decided: &Decided,
    ) -> Option<&'b ResourceId> {
        let mut address = live.id.address.as_str();
        loop {
            if let Some(id) = self.protected.get(address) {
                return Some(id);
            }
            match address.rsplit_once('.') {
                Some((outer, _)) => address = outer,
                None => break,
            }
        }
        parent.filter(|id| {
            decided.decisions.get(*id).is_some_and(|one| {
                let keeps =
                    |reason: &Reason| matches!(reason, Reason::Protected | Reason::Needs { .. });
                let goes = self.inputs.goal == Goal::Destroy || one.desired.is_none();
                goes && one.verdict == Verdict::Blocked && one.reasons.iter().any(keeps)
            })
        })
    }
}

/// The note on an object that is not ours.
fn stays(words: &str, resource: &Resource<Pending>) -> Note {
    Note {
        severity: Severity::Info,
        code: "foreign-name".to_owned(),
        message: format!("{words} and is not ours: it stays"),
        address: Some(resource.id.to_string()),
    }
}

fn nothing(resource: &Resource<Pending>) -> Decision {
    decision(resource, None, Verdict::Nothing, Vec::new(), Vec::new())
}

/// Whether it is something that is run: the memory of that lies on another object, and goes with it.
fn runs(inputs: &Inputs, resource: &Resource<Pending>) -> bool {
    let table = inputs.tables.get(&resource.kind);
    table.is_some_and(|table| table.runs)
}

/// Whether the object goes, or is surely not there.
fn goes(decision: Option<&Decision>) -> bool {
    decision.is_some_and(|one| match one.verdict {
        Verdict::Delete | Verdict::GoesWithParent | Verdict::Replace | Verdict::Create => true,
        Verdict::Nothing => one.live.is_none(),
        Verdict::Update { .. }
        | Verdict::Adopt { .. }
        | Verdict::Wait
        | Verdict::Run
        | Verdict::Keep
        | Verdict::Blocked => false,
    })
}

/// Ids, each after the one it lives in, as far as that is among them.
fn parents_first<'a>(
    parents: &BTreeMap<&'a ResourceId, Option<&'a ResourceId>>,
) -> Vec<&'a ResourceId> {
    let mut seen = BTreeSet::new();
    let mut order = Vec::with_capacity(parents.len());
    for id in parents.keys() {
        let mut chain = Vec::new();
        let mut next = Some(*id);
        while let Some(id) = next {
            let Some(parent) = parents.get(id) else { break };
            if !seen.insert(id) {
                break;
            }
            chain.push(id);
            next = *parent;
        }
        order.extend(chain.into_iter().rev());
    }
    order
}

/// Notes children that are not ours, of objects that change or go: they stay as they are, and an object that holds
/// some cannot be removed before they are. Of unchanged objects they concern nobody.
pub(super) fn foreign(decided: &mut Decided) {
    for decision in decided.decisions.values() {
        let Some(live) = decision
            .live
            .as_ref()
            .filter(|live| !live.foreign.is_empty())
        else {
            continue;
        };
        let so = match decision.verdict {
            Verdict::Update { .. } | Verdict::Adopt { .. } => "not changed",
            Verdict::Replace | Verdict::Delete | Verdict::GoesWithParent => {
                "not removed by us, and it may not go before they are gone"
            }
            Verdict::Nothing
            | Verdict::Wait
            | Verdict::Create
            | Verdict::Run
            | Verdict::Keep
            | Verdict::Blocked => continue,
        };
        let mut children = live.foreign.clone();
        children.sort();
        decided.notes.push(Note {
            severity: Severity::Info,
            code: "foreign-child".to_owned(),
            message: format!(
                "{} ({}) holds what is not ours, {}: {so}",
                decision.id,
                live.physical,
                children.join(", ")
            ),
            address: Some(decision.id.to_string()),
        });
    }
}
