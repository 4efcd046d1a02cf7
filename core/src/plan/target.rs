//! `--target`: a part of the stack, with everything that it needs or that must go before it.

use std::collections::BTreeSet;

use super::walk;
use super::web::Web;
use super::{Decided, Tables, Verdict};
use crate::contract::{Note, Severity};
use crate::model::Address;

/// A target that nothing in the stack has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing in this stack has the address `{target}`{}", hint(.near))]
pub struct UnknownTarget {
    /// As given.
    pub target: Address,
    /// Addresses like it, nearest first.
    pub near: Vec<Address>,
}

fn hint(near: &[Address]) -> String {
    let words: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
    if words.is_empty() {
        String::new()
    } else {
        format!("; near it: {}", words.join(", "))
    }
}

/// Lets everything outside the targets be: what lies in them is kept, what that needs as well, and of what is to be
/// removed also everything that uses it. What goes by stops takes along all that follow it. Without targets nothing is
/// changed.
///
/// # Errors
/// A target that nothing has.
pub fn target(
    decided: &mut Decided,
    targets: &[Address],
    tables: &Tables,
) -> Result<(), UnknownTarget> {
    if targets.is_empty() {
        return Ok(());
    }
    for target in targets {
        let within = |address: &Address| address.is_within(target);
        if !decided.decisions.keys().any(|id| within(&id.address)) {
            return Err(UnknownTarget {
                target: target.clone(),
                near: near(decided, target),
            });
        }
    }
    let web = Web::new(decided);
    let kept = kept(&web, &along(&web, decided, tables), targets);
    for (decision, kept) in decided.decisions.values_mut().zip(kept) {
        if !kept {
            decision.verdict = Verdict::Nothing;
            decision.reasons.clear();
            decision.fields.clear();
        }
    }
    let words: Vec<&str> = targets.iter().map(Address::as_str).collect();
    decided.notes.push(Note {
        severity: Severity::Info,
        code: "partial".to_owned(),
        message: format!(
            "only {} and what belongs to it is planned; the rest of the stack is left as it is",
            words.join(", ")
        ),
        address: None,
    });
    Ok(())
}

/// Which decisions are kept: those within the targets, and from there on all they pull along.
fn kept(web: &Web<'_>, along: &[Vec<usize>], targets: &[Address]) -> Vec<bool> {
    let mut kept: Vec<bool> = web
        .decisions
        .iter()
        .map(|decision| {
            let address = &decision.id.address;
            targets.iter().any(|target| address.is_within(target))
        })
        .collect();
    let mut open: Vec<usize> = (0..kept.len()).filter(|at| kept[*at]).collect();
    while let Some(at) = open.pop() {
        for other in pulled(web, at).into_iter().chain(along[at].iter().copied()) {
            if !std::mem::replace(&mut kept[other], true) {
                open.push(other);
            }
        }
    }
    kept
}

/// Who follows each of them by stops.
fn along(web: &Web<'_>, decided: &Decided, tables: &Tables) -> Vec<Vec<usize>> {
    let mut along = vec![Vec::new(); web.decisions.len()];
    for (walker, walk) in walk::all(decided, tables) {
        if let (Some(walker), Some(_)) = (web.at.get(&walker), walk.way) {
            let followers = walk.legs.keys();
            along[*walker].extend(followers.filter_map(|id| web.at.get(id)));
        }
    }
    along
}

fn pulled(web: &Web<'_>, at: usize) -> Vec<usize> {
    let verdict = &web.decisions[at].verdict;
    let mut pulled = Vec::new();
    if !matches!(verdict, Verdict::Delete | Verdict::GoesWithParent) {
        pulled.extend(&web.wants[at]);
    }
    if *verdict == Verdict::GoesWithParent {
        pulled.extend(web.parent[at]);
    }
    if matches!(
        verdict,
        Verdict::Delete | Verdict::Replace | Verdict::GoesWithParent
    ) {
        pulled.extend(&web.users[at]);
        // What only comes after it goes on without it, and does not take along what it lives in.
        let goes_alone = |user: &&usize| web.decisions[**user].verdict != Verdict::GoesWithParent;
        pulled.extend(web.guessed[at].iter().filter(goes_alone));
        pulled.extend(&web.outlives[at]);
    }
    pulled
}

/// Addresses of the stack, and those they lie in, by likeness.
fn near(decided: &Decided, target: &Address) -> Vec<Address> {
    let mut all = BTreeSet::new();
    for id in decided.decisions.keys() {
        let text = id.address.as_str();
        all.extend(text.match_indices('.').map(|(at, _)| &text[..at]));
        all.insert(text);
    }
    // A bare `cluster` is a word of the spec and no address.
    let mut near: Vec<(usize, &str)> = all
        .into_iter()
        .filter(|text| text.contains('.'))
        .map(|text| (strsim::damerau_levenshtein(text, target.as_str()), text))
        .collect();
    near.sort_unstable();
    near.truncate(3);
    near.into_iter()
        .map(|(_, text)| Address::new(text))
        .collect()
}
