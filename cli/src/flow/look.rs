//! What a spec comes to, and what is live of it: the two are asked for together, since each may change the other.

use std::collections::BTreeMap;

use futures::future::join;
use provision_core::contract::{Facts, Note};
use provision_core::model::{Pending, Resource, Sight};
use provision_core::plan::{self, Goal};
use provision_core::spec::Spec;

use super::account::{callers, facts};
use super::existing::existing;
use super::survey::{Surveyed, survey};
use super::{Expanded, expand};
use crate::error::Error;
use crate::registry::Registry;

/// A spec beside the clouds.
pub(super) struct Seen {
    /// What is known of the accounts, by provider.
    pub(super) facts: BTreeMap<String, Facts>,
    /// Notes on the accounts.
    pub(super) notes: Vec<Note>,
    /// What the spec comes to.
    pub(super) expanded: Expanded,
    /// The same, as far as it is known before anything is chosen.
    pub(super) provisional: Vec<Resource<Pending>>,
    /// What is live.
    pub(super) surveyed: Surveyed,
}

/// Looks. Marks of adopted blocks are facts as well, so that it looks again when it meets some that it did not know: a
/// cluster's first, then those of what lies in it.
pub(super) async fn look(registry: &mut Registry, spec: &Spec, goal: Goal) -> Result<Seen, Error> {
    let mut asked = guess(registry, spec).await?;
    let (facts, surveyed) = join(facts(registry), survey(registry, &asked, true)).await;
    let (mut facts, notes) = facts?;
    // Where clusters are that were taken over is asked by what the marks remember.
    let first = surveyed.as_ref();
    let mut known = first.map_or_else(|_| BTreeMap::new(), |answer| adopted(spec, answer));
    learn(registry, spec, goal, &known, &mut facts).await?;
    let mut surveyed = Some(surveyed);
    loop {
        let expanded = expand(registry, spec, &facts)?;
        let provisional = plan::provisional(&expanded.resources);
        let answer = match surveyed.take() {
            Some(answer) if asks_the_same(&asked, &provisional) => answer?,
            _ => survey(registry, &provisional, true).await?,
        };
        let before = known.len();
        known.extend(adopted(spec, &answer));
        if known.len() == before {
            return Ok(Seen {
                facts,
                notes,
                expanded,
                provisional,
                surveyed: answer,
            });
        }
        learn(registry, spec, goal, &known, &mut facts).await?;
        surveyed = Some(Ok(answer));
        asked = provisional;
    }
}

/// What was taken over joins the facts of all providers, and what the spec refers to of others with it.
async fn learn(
    registry: &Registry,
    spec: &Spec,
    goal: Goal,
    known: &BTreeMap<String, String>,
    facts: &mut BTreeMap<String, Facts>,
) -> Result<(), Error> {
    for facts in facts.values_mut() {
        facts.adopted.clone_from(known);
    }
    // Nothing of what others own is touched by a destroy, so that it cannot stand in the way of one.
    match goal {
        Goal::Reach => existing(registry, spec, facts).await,
        _ => Ok(()),
    }
}

/// What will be asked for, as far as the spec alone says. Checks the accounts, before anything else is called.
async fn guess(registry: &mut Registry, spec: &Spec) -> Result<Vec<Resource<Pending>>, Error> {
    let unknown = BTreeMap::new();
    let mut guess = expand(registry, spec, &unknown)?;
    if callers(registry).await? {
        guess = expand(registry, spec, &unknown)?;
    }
    Ok(plan::provisional(&guess.resources))
}

/// Whether a survey of these asks what one of those would, both in order of ids.
fn asks_the_same(these: &[Resource<Pending>], those: &[Resource<Pending>]) -> bool {
    // What is taken over is looked for by its fields.
    let sought = |one: &Resource<Pending>, other: &Resource<Pending>| {
        one.adopt == other.adopt && (one.adopt.is_none() || one.fields == other.fields)
    };
    let asked = |(one, other): (&Resource<Pending>, &Resource<Pending>)| {
        one.id == other.id
            && one.kind == other.kind
            && one.provider == other.provider
            && one.name == other.name
            && one.parent == other.parent
            && sought(one, other)
    };
    these.len() == those.len() && these.iter().zip(those).all(asked)
}

/// Blocks that were adopted and whose word is gone from the spec: the marks remember.
fn adopted(spec: &Spec, surveyed: &Surveyed) -> BTreeMap<String, String> {
    let sights = surveyed.sights.values().filter_map(Sight::live);
    let live = sights.chain(&surveyed.orphans);
    let marked = live.filter_map(|live| {
        let root = live.adopted.clone()?;
        Some((live.id.address.to_string(), root))
    });
    marked
        .filter(|(address, _)| spec.adopts(address).is_some_and(|word| word.is_none()))
        .collect()
}
