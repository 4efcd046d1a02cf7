//! From what the kinds have read to a survey's answer.

use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::{Failure, Objects, SurveyAnswer};
use provision_core::model::{Kind, Observed, ResourceId, Sight};

use crate::field::internal;
use crate::live::Live;
use crate::survey::{Look, Seen};

/// A kind that a provider does not have.
#[must_use]
pub fn unserved(provider: &str, kind: &Kind) -> Failure {
    internal(format!("provider {provider} has no kind {kind}"))
}

/// The answer of a provider whose kinds have been read.
#[must_use]
pub fn gather(provider: &str, objects: &Objects, kinds: Vec<(&'static str, Seen)>) -> SurveyAnswer {
    let names = names(&kinds);
    let mut sights = unanswered(provider, objects);
    let mut orphans = Vec::new();
    let mut strays = Vec::new();
    let mut unread = BTreeMap::new();
    for (kind, seen) in kinds {
        let kind = Kind::new(kind);
        for (id, look) in seen.sights {
            let sight = match look {
                Look::Here(live) => Sight::Present(Box::new(observed(
                    provider,
                    live,
                    &kind,
                    id.clone(),
                    &names,
                ))),
                Look::Several(lives) => several(provider, lives, &kind, &id, &names),
                Look::Adopt(live) => Sight::Adoptable(Box::new(observed(
                    provider,
                    live,
                    &kind,
                    id.clone(),
                    &names,
                ))),
                Look::Otherwise(sight) => sight,
            };
            sights.insert(id, sight);
        }
        for live in seen.orphans {
            if let Some(id) = live.marks.id.clone() {
                orphans.push(observed(provider, live, &kind, id, &names));
            }
        }
        strays.extend(seen.strays);
        if let Some(reason) = seen.unread {
            unread.insert(kind.as_str().to_owned(), reason);
        }
    }
    orphans.sort_by(|one, other| (&one.id, &one.physical).cmp(&(&other.id, &other.physical)));
    SurveyAnswer::Objects {
        seen: sights,
        orphans,
        strays,
        unread,
    }
}

/// Every id is answered: what no kind takes stays unknown.
fn unanswered(provider: &str, objects: &Objects) -> BTreeMap<ResourceId, Sight> {
    let sight = |kind: &Kind| Sight::Unknown {
        reason: unserved(provider, kind).message,
    };
    objects
        .resources
        .iter()
        .map(|resource| (resource.id.clone(), sight(&resource.kind)))
        .collect()
}

/// Which id each handle and name belongs to.
fn names(kinds: &[(&'static str, Seen)]) -> BTreeMap<String, ResourceId> {
    let here = kinds.iter().flat_map(|(_, seen)| {
        let asked = seen.sights.iter().flat_map(|(id, look)| {
            let lives = match look {
                Look::Here(live) | Look::Adopt(live) => std::slice::from_ref(live),
                Look::Several(lives) => lives.as_slice(),
                Look::Otherwise(_) => &[],
            };
            lives.iter().map(move |live| (id, live))
        });
        let orphans = seen.orphans.iter();
        asked.chain(orphans.filter_map(|live| Some((live.marks.id.as_ref()?, live))))
    });
    let mut names = BTreeMap::new();
    for (id, live) in here {
        names.insert(live.physical.clone(), id.clone());
        for name in &live.names {
            names.insert(name.clone(), id.clone());
        }
    }
    names
}

/// Several objects of one id, in the order of their handles.
fn several(
    provider: &str,
    mut lives: Vec<Live>,
    kind: &Kind,
    id: &ResourceId,
    names: &BTreeMap<String, ResourceId>,
) -> Sight {
    lives.sort_by(|one, other| one.physical.cmp(&other.physical));
    let objects: Vec<Observed> = lives
        .into_iter()
        .map(|live| observed(provider, live, kind, id.clone(), names))
        .collect();
    Sight::Twice {
        physical: objects.iter().map(|one| one.physical.clone()).collect(),
        objects,
    }
}

fn observed(
    provider: &str,
    mut live: Live,
    kind: &Kind,
    id: ResourceId,
    names: &BTreeMap<String, ResourceId>,
) -> Observed {
    let (ours, others): (Vec<String>, Vec<String>) = std::mem::take(&mut live.refs)
        .into_iter()
        .partition(|name| names.contains_key(name));
    live.refs = others;
    let needs: BTreeSet<ResourceId> = ours
        .iter()
        .filter_map(|name| names.get(name))
        .chain(&live.parent)
        .filter(|other| **other != id)
        .cloned()
        .collect();
    live.observed(provider, kind, id, needs.into_iter().collect())
}
