//! Blocks that were renamed in the file: a live one goes, and a new one just like it comes.
//!
//! Names are identities here, so that a renamed block is another one: its objects would be deleted, and new ones made.
//! Nobody means that by renaming, so it is said, and the deletion needs its consent like any other. A block counts as
//! renamed when only the last word of its address is other, it has the same parts, and none of them differs in a field
//! that only a new object can have.

use std::collections::BTreeMap;

use super::diff::diff;
use super::effect::canonical;
use super::{Decided, Decision, Reason, Tables, Verdict};
use crate::contract::{Note, Severity};
use crate::model::{Effect, Never, Pending, Value};

/// The code of the note on a renamed block.
pub const RENAMED: &str = "renamed";

/// Decisions by address.
type Blocks<'a> = BTreeMap<&'a str, Vec<&'a Decision>>;

/// A note for each new block that looks like one that goes.
pub(super) fn renamed(decided: &Decided, tables: &Tables) -> Vec<Note> {
    let (mut gone, mut new) = (Blocks::new(), Blocks::new());
    let mut mixed = Vec::new();
    // What controllers left is no part of a block.
    let left = |reason: &Reason| matches!(reason, Reason::LeftBy { .. });
    let own = decided.decisions.values();
    for decision in own.filter(|one| !one.reasons.iter().any(left)) {
        let address = decision.id.address.as_str();
        let side = match decision.verdict {
            Verdict::Delete | Verdict::GoesWithParent if decision.desired.is_none() => &mut gone,
            Verdict::Create => &mut new,
            _ => {
                mixed.push(address);
                continue;
            }
        };
        side.entry(address).or_default().push(decision);
    }
    for address in mixed {
        gone.remove(address);
        new.remove(address);
    }
    let mut notes = Vec::new();
    for (name, block) in &new {
        let like = gone
            .iter()
            .find(|(old, other)| is_like((old, other), (name, block), tables));
        if let Some((old, other)) = like {
            notes.push(note(old, other, name));
        }
    }
    notes
}

fn is_like(
    (old, gone): (&str, &[&Decision]),
    (name, new): (&str, &[&Decision]),
    tables: &Tables,
) -> bool {
    let (Some((outer, old)), Some((other, name))) = (old.rsplit_once('.'), name.rsplit_once('.'))
    else {
        return false;
    };
    let counterpart = |one: &Decision| {
        let mut all = new.iter();
        all.find(|other| other.id.part == one.id.part && other.kind == one.kind)
    };
    outer == other
        && gone.len() == new.len()
        && gone.iter().all(|one| {
            counterpart(one).is_some_and(|other| is_same_shape(one, other, (old, name), tables))
        })
}

/// Whether the live object could be the new one, but for names made of those of the blocks.
fn is_same_shape(gone: &Decision, new: &Decision, names: (&str, &str), tables: &Tables) -> bool {
    let (Some(live), Some(desired), Some(table)) =
        (&gone.live, &new.desired, tables.get(&gone.kind))
    else {
        return false;
    };
    let differs = |before: &Value<Never>, after: &Value<Pending>| {
        canonical(before).replace(names.0, names.1) != canonical(after)
    };
    let diffs = diff(table, &desired.fields, &live.fields);
    !diffs.iter().any(|diff| {
        diff.effect == Effect::Replace
            && diff.waits.is_empty()
            && diff
                .changes
                .iter()
                .any(|change| differs(&change.before, &change.after))
    })
}

fn note(old: &str, gone: &[&Decision], name: &str) -> Note {
    let live = gone.iter().find_map(|one| one.live.as_ref());
    let physical = live.map_or("", |live| live.physical.as_str());
    Note {
        severity: Severity::Danger,
        code: RENAMED.to_owned(),
        message: format!(
            "{name} looks like {old} under a new name, and {old} is live ({physical}): a block is known by its name, so \
             that {old} would be deleted and {name} made anew; to keep what is live, put the name {old} back"
        ),
        address: Some(name.to_owned()),
    }
}
