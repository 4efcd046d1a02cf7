//! What must stay because something blocked may still use it.

use super::web::Web;
use super::{Decided, Reason, Verdict};
use crate::model::ResourceId;

/// Blocks every removal of what a blocked object still uses, and what follows from that removal.
///
/// Of an object that could not be read nobody knows what it needs: its declared needs stay.
pub(super) fn hold(decided: &mut Decided) {
    for (id, reason) in held(decided) {
        if let Some(decision) = decided.decisions.get_mut(&id) {
            decision.verdict = Verdict::Blocked;
            decision.reasons.push(reason);
        }
    }
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
