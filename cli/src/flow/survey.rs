//! What is live.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{Objects, SurveyAnswer, SurveyRequest};
use provision_core::model::{Observed, Pending, Resource, ResourceId, Sight, Stray};
use provision_core::plan;

use super::{add_new, other_answer};
use crate::error::Error;
use crate::registry::Registry;

/// What the clouds answered.
#[derive(Clone, Debug, Default)]
pub struct Surveyed {
    /// One sight per desired resource.
    pub sights: BTreeMap<ResourceId, Sight>,
    /// Marked objects that nobody desires.
    pub orphans: Vec<Observed>,
    /// Marked objects elsewhere.
    pub strays: Vec<Stray>,
    /// Kinds whose orphans could not be listed.
    pub unread: BTreeMap<String, String>,
}

/// Wave 1: what is live, of all providers at once, also of those of which nothing is wanted.
///
/// # Errors
/// When a provider could read nothing at all.
pub async fn survey(
    registry: &Registry,
    resources: &[Resource<Pending>],
    orphans: bool,
) -> Result<Surveyed, Error> {
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let own = of_provider(resources, name);
        let request = SurveyRequest::Objects(Objects {
            context: registry.contexts.get(name)?.clone(),
            values: registry.values.only(own.iter().map(|one| &one.id)),
            resources: own,
            parents: parents(resources, name),
            orphans,
        });
        Some(async move { (provider.name().to_owned(), provider.survey(&request).await) })
    });
    let mut all = Surveyed::default();
    let mut failures = Vec::new();
    for (name, answer) in join_all(asked).await {
        match answer {
            Ok(SurveyAnswer::Objects {
                seen,
                orphans,
                strays,
                unread,
            }) => {
                all.sights.extend(seen);
                all.orphans.extend(orphans);
                add_new(&mut all.strays, strays);
                all.unread.extend(unread);
            }
            Ok(_) => add_new(&mut failures, vec![other_answer(&name)]),
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    all.link();
    let context = registry.contexts.values().next();
    let stack = context.map_or("", |context| context.stack.as_str());
    plan::succession(stack, &registry.tables, &mut all.sights, &mut all.orphans);
    match failures.is_empty() {
        true => Ok(all),
        false => Err(Error::Cloud { failures }),
    }
}

impl Surveyed {
    /// Every live object.
    fn live(&mut self) -> impl Iterator<Item = &mut Observed> {
        let seen = self.sights.values_mut().flat_map(|sight| match sight {
            Sight::Present(observed) | Sight::Adoptable(observed) => {
                std::slice::from_mut(observed.as_mut())
            }
            Sight::Twice { objects, .. } => objects.as_mut_slice(),
            _ => &mut [],
        });
        seen.chain(&mut self.orphans)
    }

    /// Makes needs of the handles that one provider met and another one knows.
    fn link(&mut self) {
        let owners = owners(self.live().map(|live| &*live));
        self.live().for_each(|live| needs(live, &owners));
    }
}

/// Which id each handle, name and ARN belongs to.
pub(super) fn owners<'a>(
    lives: impl Iterator<Item = &'a Observed>,
) -> BTreeMap<String, ResourceId> {
    let mut owners = BTreeMap::new();
    for live in lives {
        // What lives in another object has a name only there.
        let name = live.outputs.get("name").filter(|_| live.parent.is_none());
        let names = [name, live.outputs.get("arn")].map(|name| name?.as_text());
        for name in names.into_iter().flatten().chain([live.physical.as_str()]) {
            owners.insert(name.to_owned(), live.id.clone());
        }
    }
    owners
}

/// Makes needs of the handles that an object uses.
pub(super) fn needs(live: &mut Observed, owners: &BTreeMap<String, ResourceId>) {
    let met = std::mem::take(&mut live.uses);
    let met = met.iter().filter_map(|name| owners.get(name));
    let others = met.filter(|id| **id != live.id).cloned();
    live.needs.extend(others.collect::<Vec<_>>());
    live.needs.sort();
    live.needs.dedup();
}

/// Those of a provider.
pub(super) fn of_provider(resources: &[Resource<Pending>], name: &str) -> Vec<Resource<Pending>> {
    let own = resources.iter().filter(|one| one.provider == name);
    own.cloned().collect()
}

/// Names of parents that other providers hold.
fn parents(resources: &[Resource<Pending>], name: &str) -> BTreeMap<ResourceId, String> {
    let others: BTreeMap<&ResourceId, &String> = resources
        .iter()
        .filter(|one| one.provider != name)
        .filter_map(|one| Some((&one.id, one.name.as_ref()?)))
        .collect();
    resources
        .iter()
        .filter(|one| one.provider == name)
        .filter_map(|one| one.parent.as_ref())
        .filter_map(|parent| Some((parent.clone(), (*others.get(parent)?).clone())))
        .collect()
}

#[cfg(test)]
mod tests;
