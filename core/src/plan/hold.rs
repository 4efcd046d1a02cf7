//! What must stay because something blocked may still use it.

use std::collections::{BTreeMap, BTreeSet};

use super::web::Web;
use super::{Decided, Reason, Tables, Verdict, walk};
use crate::model::{Address, ResourceId};

/// Blocks every removal of what a blocked object still uses, and what follows from that removal.
///
/// Of an object that could not be read nobody knows what it needs: its declared needs stay.
pub(super) fn hold(decided: &mut Decided, tables: &Tables) {
    loop {
        let held = held(decided);
        let beside = beside(decided, &held);
        if held.is_empty() && beside.is_empty() {
            break;
        }
        let moved = moved(decided, tables, held.iter().chain(&beside));
        for blocked in [held, beside, moved] {
            block(decided, blocked);
        }
    }
    let whole = whole(decided);
    block(decided, whole);
}

/// Updates that take what an update would have moved that is held now.
fn moved<'a>(
    decided: &Decided,
    tables: &Tables,
    held: impl Iterator<Item = &'a (ResourceId, Reason)>,
) -> Vec<(ResourceId, Reason)> {
    let mut moved = Vec::new();
    for (id, _) in held {
        let one = decided.decisions.get(id);
        let Some((one, Verdict::Update { groups })) = one.map(|one| (one, &one.verdict)) else {
            continue;
        };
        let changes = |field: &String| groups.iter().flatten().any(|one| one == field);
        let outputs = tables
            .get(&one.kind)
            .map_or(&[][..], |table| &table.outputs);
        let volatile: Vec<&str> = outputs
            .iter()
            .filter(|output| output.moved_by.iter().any(changes))
            .map(|output| output.name.as_str())
            .collect();
        let takes = |other: &&super::Decision| {
            let desired = other.desired.as_ref();
            matches!(other.verdict, Verdict::Update { .. })
                && desired.is_some_and(|desired| {
                    volatile.iter().any(|name| walk::refers(desired, id, name))
                })
        };
        let others = decided.decisions.values().filter(takes);
        moved.extend(others.map(|other| (other.id.clone(), Reason::Needs { id: id.clone() })));
    }
    moved
}

/// Other removals and updates of blocks in which a removal is held: a network's ways out are used by whoever is in its
/// subnets, which no reference tells.
fn beside(decided: &Decided, held: &[(ResourceId, Reason)]) -> Vec<(ResourceId, Reason)> {
    let goes = |one: &&super::Decision| {
        one.verdict == Verdict::Delete && one.reasons.contains(&Reason::NotDeclared)
    };
    let held_ids: BTreeSet<&ResourceId> = held.iter().map(|(id, _)| id).collect();
    let mut by: BTreeMap<&Address, &ResourceId> = BTreeMap::new();
    for (id, reason) in held {
        let was = decided.decisions.get(id).filter(|one| goes(one));
        if let (Some(_), Reason::Needs { id: by_whom }) = (was, reason) {
            by.entry(&id.address).or_insert(by_whom);
        }
    }
    let moves = |one: &&super::Decision| goes(one) || matches!(one.verdict, Verdict::Update { .. });
    let all = decided.decisions.values().filter(moves);
    all.filter(|one| !held_ids.contains(&one.id))
        .filter_map(|one| {
            let id = (*by.get(&one.id.address)?).clone();
            Some((one.id.clone(), Reason::Needs { id }))
        })
        .collect()
}

fn block(decided: &mut Decided, held: Vec<(ResourceId, Reason)>) {
    for (id, reason) in held {
        if let Some(decision) = decided.decisions.get_mut(&id) {
            decision.verdict = Verdict::Blocked;
            decision.reasons.push(reason);
        }
    }
}

/// The rest of blocks that are gone from the file, and of which something protected still uses a part: a cluster uses the
/// way out of its network as well, which no reference tells.
fn whole(decided: &Decided) -> Vec<(ResourceId, Reason)> {
    let all = || decided.decisions.values();
    let blocked = all().filter(|one| one.verdict == Verdict::Blocked);
    let protected: Vec<&ResourceId> = blocked
        .clone()
        .filter(|one| one.reasons.contains(&Reason::Protected))
        .map(|one| &one.id)
        .collect();
    if protected.is_empty() {
        return Vec::new();
    }
    let declared: BTreeSet<&Address> = all()
        .filter(|one| one.desired.is_some())
        .map(|one| &one.id.address)
        .collect();
    let mut used: BTreeMap<&Address, &ResourceId> = BTreeMap::new();
    for one in blocked.filter(|one| !declared.contains(&one.id.address)) {
        let by = one.reasons.iter().find_map(|reason| match reason {
            Reason::Needs { id } => {
                let mut all = protected.iter().copied();
                all.find(|protected| id.address.is_within(&protected.address))
            }
            _ => None,
        });
        if let Some(by) = by {
            used.entry(&one.id.address).or_insert(by);
        }
    }
    all()
        .filter(|one| matches!(one.verdict, Verdict::Delete | Verdict::GoesWithParent))
        .filter_map(|one| {
            let id = (*used.get(&one.id.address)?).clone();
            Some((one.id.clone(), Reason::Needs { id }))
        })
        .collect()
}

fn held(decided: &Decided) -> Vec<(ResourceId, Reason)> {
    let web = Web::new(decided);
    let removed = |at: usize| {
        let verdict = &web.decisions[at].verdict;
        matches!(
            verdict,
            Verdict::Delete | Verdict::Replace | Verdict::GoesWithParent
        )
    };
    let blocked = |at: &usize| web.decisions[*at].verdict == Verdict::Blocked;
    let mut open: Vec<usize> = (0..web.decisions.len()).filter(blocked).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let (uses, guessed) = (inverse(&web.users), inverse(&web.guessed));
    let outlived = inverse(&web.outlives);
    let outgoing = inverse(
        &web.heir
            .iter()
            .map(|heir| heir.iter().copied().collect())
            .collect::<Vec<_>>(),
    );
    let follows = follows(&web);
    let mut seen: Vec<bool> = (0..web.decisions.len()).map(|at| blocked(&at)).collect();
    let mut held = Vec::new();
    while let Some(at) = open.pop() {
        let because = |other: &usize| removed(*other);
        let chain = uses[at]
            .iter()
            .chain(&guessed[at])
            .chain(&outlived[at])
            .chain(&outgoing[at])
            .filter(|other| because(other));
        for other in chain.chain(&follows[at]) {
            if !std::mem::replace(&mut seen[*other], true) {
                let id = web.decisions[at].id.clone();
                held.push((web.decisions[*other].id.clone(), Reason::Needs { id }));
                open.push(*other);
            }
        }
    }
    held
}

/// What is decided as it is because another one goes or is made anew.
fn follows(web: &Web<'_>) -> Vec<Vec<usize>> {
    let mut follows = vec![Vec::new(); web.decisions.len()];
    for (at, decision) in web.decisions.iter().enumerate() {
        for reason in &decision.reasons {
            if let Reason::ReplacedWith { id } | Reason::ParentGoes { id } = reason
                && let Some(cause) = web.at.get(id)
            {
                follows[*cause].push(at);
            }
        }
    }
    follows
}

fn inverse(lists: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut inverse = vec![Vec::new(); lists.len()];
    for (at, list) in lists.iter().enumerate() {
        for other in list {
            inverse[*other].push(at);
        }
    }
    inverse
}
