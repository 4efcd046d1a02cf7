//! From lists of a whole project to what was seen of each resource.

use std::collections::BTreeMap;

use provision_core::model::{Pending, Resource, ResourceId, Sight, Stray};
use provision_kind::survey::unclaimed;
use provision_kind::{Live, Look, Seen};

use super::Ask;
use crate::error::Fault;

/// A list of objects, and the places that gave no answer.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// What was listed.
    pub(crate) lives: Vec<Live>,
    /// Places, or warnings, that make the list a partial one.
    pub(crate) missing: Vec<String>,
}

/// The answer of a kind that is read by lists. `place` tells the region of an object; `holds` whether an object stands where
/// a resource should.
pub(crate) fn look_over(
    ask: &Ask<'_>,
    call: &str,
    listed: Result<Listed, Fault>,
    place: impl Fn(&Live) -> Option<String>,
    holds: impl Fn(&Resource<Pending>, &Live) -> bool,
) -> Seen {
    let mut seen = Seen::default();
    let listed = match listed {
        Ok(listed) => listed,
        Err(fault) => {
            for resource in &ask.resources {
                let look = provision_kind::survey::unknown(&fault);
                seen.sights.insert(resource.id.clone(), look);
            }
            seen.unread = ask.orphans.then(|| fault.to_string());
            return seen;
        }
    };
    let mut ours: BTreeMap<ResourceId, Vec<Live>> = BTreeMap::new();
    let mut others = Vec::new();
    for live in listed.lives {
        let stack = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
        let region = place(&live);
        let here = region
            .as_ref()
            .is_none_or(|region| *region == ask.context.region);
        match live.marks.id.clone() {
            Some(id) if stack && here => ours.entry(id).or_default().push(live),
            Some(_) if stack => seen.strays.push(Stray {
                physical: live.physical,
                place: region.unwrap_or_default(),
            }),
            _ => others.push(live),
        }
    }
    let missing =
        (!listed.missing.is_empty()).then(|| Fault::partial(call, &listed.missing).to_string());
    for resource in &ask.resources {
        let mine = ours.remove(&resource.id).unwrap_or_default();
        let holder = others.iter().position(|live| holds(resource, live));
        let holder = holder.map(|at| others.swap_remove(at));
        seen.sights.insert(
            resource.id.clone(),
            look(resource, mine, holder, missing.as_ref()),
        );
    }
    if ask.orphans {
        seen.orphans = ours.into_values().flatten().collect();
        seen.unread = missing;
    } else {
        seen.strays.clear();
    }
    seen
}

/// What was seen of one resource. What a partial list leaves out is unknown, never absent.
fn look(
    resource: &Resource<Pending>,
    mut mine: Vec<Live>,
    holder: Option<Live>,
    missing: Option<&String>,
) -> Look {
    if mine.len() > 1 {
        return Look::Several(mine);
    }
    match (mine.pop(), holder, missing) {
        (Some(live), _, _) => Look::Here(live),
        (None, Some(holder), _) => unclaimed(resource, holder),
        (None, None, Some(reason)) => Look::Otherwise(Sight::Unknown {
            reason: reason.clone(),
        }),
        (None, None, None) => Look::Otherwise(Sight::Absent),
    }
}
