//! Who needs whom among the decisions of a plan, by index in id order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decided, Decision, Reason, Verdict};
use crate::model::{Pending, Resource, ResourceId};

/// Ids that a desired resource needs: what it refers to, its parent, what it comes after. Itself never.
pub(super) fn wants(desired: &Resource<Pending>) -> BTreeSet<ResourceId> {
    let mut ids: BTreeSet<_> = desired.referenced().into_iter().collect();
    ids.extend(desired.parent.clone());
    ids.extend(desired.after.iter().cloned());
    ids.remove(&desired.id);
    ids
}

/// The decisions with their edges.
pub(super) struct Web<'a> {
    /// In id order; every index below is one into this.
    pub(super) decisions: Vec<&'a Decision>,
    /// Index by id.
    pub(super) at: BTreeMap<&'a ResourceId, usize>,
    /// What each of them needs when it is made as desired.
    pub(super) wants: Vec<Vec<usize>>,
    /// Those that are live and need it.
    pub(super) users: Vec<Vec<usize>>,
    /// Those that are or may be live, and only by their declaration are known to need it.
    pub(super) guessed: Vec<Vec<usize>>,
    /// Those it outlives.
    pub(super) outlives: Vec<Vec<usize>>,
    /// The object it lives in.
    pub(super) parent: Vec<Option<usize>>,
    /// The object that has replaced it.
    pub(super) heir: Vec<Option<usize>>,
}

impl<'a> Web<'a> {
    pub(super) fn new(decided: &'a Decided) -> Self {
        let decisions: Vec<&Decision> = decided.decisions.values().collect();
        let at: BTreeMap<_, _> = decided.decisions.keys().zip(0..).collect();
        let mut web = Self {
            wants: vec![Vec::new(); decisions.len()],
            users: vec![Vec::new(); decisions.len()],
            guessed: vec![Vec::new(); decisions.len()],
            outlives: vec![Vec::new(); decisions.len()],
            parent: vec![None; decisions.len()],
            heir: vec![None; decisions.len()],
            decisions,
            at,
        };
        for index in 0..web.decisions.len() {
            web.connect(index);
        }
        web.inherit();
        web
    }

    /// Who needs an object by its id may still use those that it has replaced, unless it lives in the new one.
    fn inherit(&mut self) {
        for at in 0..self.decisions.len() {
            if let Some(newest) = self.newest(at) {
                let outside = |user: &usize| self.parent[*user] != Some(newest);
                let heirs = |users: &[Vec<usize>]| -> Vec<usize> {
                    users[newest].iter().copied().filter(outside).collect()
                };
                let (users, guessed) = (heirs(&self.users), heirs(&self.guessed));
                self.users[at].extend(users);
                self.guessed[at].extend(guessed);
            }
        }
    }

    fn connect(&mut self, index: usize) {
        let decision = self.decisions[index];
        let (desired, live) = (decision.desired.as_ref(), decision.live.as_ref());
        let wanted = desired.map(wants).unwrap_or_default();
        self.wants[index] = self.find(wanted.iter());
        let outlives = desired.map(|desired| desired.outlives.as_slice());
        self.outlives[index] = self.find(outlives.unwrap_or_default().iter());
        let heir = decision.id.successor();
        self.heir[index] = heir.and_then(|id| self.at.get(&id).copied());
        self.parent[index] = parent_of(decision).and_then(|parent| self.at.get(parent).copied());
        if may_live(decision) {
            let seen = live.map(|live| live.needs.iter().chain(live.parent.iter()));
            let mut sure: BTreeSet<usize> =
                self.find(seen.into_iter().flatten()).into_iter().collect();
            sure.remove(&index);
            for needed in &sure {
                self.users[*needed].push(index);
            }
            let guessed = self.wants[index].iter().filter(|need| !sure.contains(need));
            for needed in guessed {
                self.guessed[*needed].push(index);
            }
        }
    }

    /// The object that counts in its place, when it has been replaced, maybe several times.
    pub(super) fn newest(&self, at: usize) -> Option<usize> {
        std::iter::successors(self.heir[at], |heir| self.heir[*heir]).last()
    }

    fn find<'b>(&self, ids: impl Iterator<Item = &'b ResourceId>) -> Vec<usize> {
        ids.filter_map(|id| self.at.get(id).copied()).collect()
    }
}

/// The object it lives in, as it is live, else as desired.
pub(super) fn parent_of(decision: &Decision) -> Option<&ResourceId> {
    let live = decision.live.as_ref().and_then(|live| live.parent.as_ref());
    let desired = decision.desired.as_ref();
    live.or_else(|| desired.and_then(|desired| desired.parent.as_ref()))
}

/// Whether the object is there, or could be.
pub(super) fn may_live(decision: &Decision) -> bool {
    let hidden = |reason: &Reason| matches!(reason, Reason::Unread { .. } | Reason::Twice { .. });
    decision.live.is_some()
        || (decision.verdict == Verdict::Blocked && decision.reasons.iter().any(hidden))
}
