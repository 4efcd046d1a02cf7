//! What goes: orphans, and with `destroy` everything.

use std::collections::BTreeMap;

use super::{Decided, Decision, Goal, Inputs, Reason, Verdict};
use crate::contract::{Note, Severity};
use crate::model::{Observed, Pending, Resource, ResourceId, Sight};

/// `destroy`: decides about everything that is declared.
pub(super) fn declared(inputs: &Inputs, resources: Vec<Resource<Pending>>, decided: &mut Decided) {
    for resource in resources {
        let (verdict, reasons, live) = match inputs.sights.get(&resource.id) {
            Some(Sight::Present(live)) => going(live, Reason::Destroy),
            Some(Sight::Absent) => (Verdict::Nothing, Vec::new(), None),
            Some(Sight::Clash { physical, owner }) => {
                decided
                    .notes
                    .push(not_ours(&resource.id, physical, owner.as_deref()));
                (Verdict::Nothing, Vec::new(), None)
            }
            Some(Sight::Twice { physical }) => {
                let physical = physical.clone();
                (Verdict::Blocked, vec![Reason::Twice { physical }], None)
            }
            Some(Sight::Unknown { reason }) => unread(reason),
            None => unread("it was not read"),
        };
        let decision = Decision {
            id: resource.id.clone(),
            kind: resource.kind.clone(),
            desired: Some(resource),
            live,
            verdict,
            reasons,
            fields: Vec::new(),
        };
        decided.decisions.insert(decision.id.clone(), decision);
    }
}

type Verdicts = (Verdict, Vec<Reason>, Option<Observed>);

fn unread(reason: &str) -> Verdicts {
    let reason = reason.to_owned();
    (Verdict::Blocked, vec![Reason::Unread { reason }], None)
}

fn going(live: &Observed, why: Reason) -> Verdicts {
    if live.protect {
        let reasons = vec![Reason::Protected];
        (Verdict::Blocked, reasons, Some(live.clone()))
    } else {
        (Verdict::Delete, vec![why], Some(live.clone()))
    }
}

fn not_ours(id: &ResourceId, physical: &str, owner: Option<&str>) -> Note {
    let owner = owner.map_or_else(String::new, |owner| format!(", marked by {owner}"));
    Note {
        severity: Severity::Info,
        code: "not-ours".to_owned(),
        message: format!("{physical} has its name and is not of this stack{owner}; it stays"),
        address: Some(id.to_string()),
    }
}

/// Decides about orphans, and which objects go by themselves with what they live in.
pub(super) fn leaving(inputs: &Inputs, decided: &mut Decided) {
    let why = match inputs.goal {
        Goal::Reach => Reason::NotDeclared,
        Goal::Destroy => Reason::Destroy,
    };
    let mut orphans: Vec<&Observed> = inputs.orphans.iter().collect();
    orphans.sort_by(|one, other| (&one.id, &one.physical).cmp(&(&other.id, &other.physical)));
    for orphan in orphans {
        if decided.decisions.contains_key(&orphan.id) {
            continue;
        }
        let (verdict, reasons, live) = going(orphan, why.clone());
        let decision = Decision {
            id: orphan.id.clone(),
            kind: orphan.kind.clone(),
            desired: None,
            live,
            verdict,
            reasons,
            fields: Vec::new(),
        };
        decided.decisions.insert(decision.id.clone(), decision);
    }
    shelter(decided);
    with_parents(inputs, decided);
}

/// What belongs to a protected thing that is no longer declared stays with it.
fn shelter(decided: &mut Decided) {
    let protected: Vec<ResourceId> = decided
        .decisions
        .values()
        .filter(|one| one.reasons.contains(&Reason::Protected) && one.verdict == Verdict::Blocked)
        .filter(|one| one.desired.is_none())
        .map(|one| one.id.clone())
        .collect();
    for id in &protected {
        for decision in decided.decisions.values_mut() {
            let inside = decision.id.address.is_within(&id.address);
            let child = decision.live.as_ref().and_then(|live| live.parent.as_ref()) == Some(id);
            if decision.verdict == Verdict::Delete && (inside || child) {
                decision.verdict = Verdict::Blocked;
                decision.reasons = vec![Reason::Needs { id: id.clone() }];
            }
        }
    }
}

fn with_parents(inputs: &Inputs, decided: &mut Decided) {
    let going: BTreeMap<ResourceId, Option<ResourceId>> = decided
        .decisions
        .values()
        .filter(|one| one.verdict == Verdict::Delete)
        .map(|one| {
            let parent = one.live.as_ref().and_then(|live| live.parent.clone());
            (one.id.clone(), parent)
        })
        .collect();
    for (id, parent) in &going {
        let Some(parent) = parent.as_ref().filter(|parent| going.contains_key(parent)) else {
            continue;
        };
        if let Some(decision) = decided.decisions.get_mut(id)
            && inputs
                .tables
                .get(&decision.kind)
                .is_some_and(|table| table.dies_with_parent)
        {
            decision.verdict = Verdict::GoesWithParent;
            decision.reasons = vec![Reason::ParentGoes { id: parent.clone() }];
        }
    }
}
