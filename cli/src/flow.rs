//! From a spec to a plan: expand, check the account, survey, decide.
//!
//! spec → expand offline (so that mistakes cost no call) → wave 0: every provider checks the account and learns what is on
//! offer → expand again with those facts → wave 1: every provider reads its objects, all at once → [`Inputs`] →
//! the planner. Names of parents are known before anything is read, so one wave of reads is enough.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{
    Account, Class, Context, ExpandAnswer, Facts, Failure, Note, Objects, Provider, SurveyAnswer,
    SurveyRequest,
};
use provision_core::model::{Address, Observed, Open, Pending, Resource, ResourceId, Sight, Stray};
use provision_core::plan::{self, Goal, Inputs, PlanFile};
use provision_core::spec::Spec;

use crate::error::Error;
use crate::registry::{self, Registry};

/// What is wanted of a plan.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Reach the spec, or nothing of it left.
    pub goal: Goal,
    /// Only these addresses and what they need.
    pub targets: Vec<Address>,
    /// Sticky choices within these addresses are taken anew.
    pub rechoose: Vec<Address>,
    /// What holds data and was left by controllers goes as well.
    pub delete_data: bool,
}

/// A spec, for planning.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// Its digest.
    pub digest: &'a str,
    /// Its notes.
    pub notes: &'a [Note],
}

/// What the blocks of a spec come to.
#[derive(Clone, Debug, Default)]
pub struct Expanded {
    /// Desired resources.
    pub resources: Vec<Resource<Open>>,
    /// Notes of all providers.
    pub notes: Vec<Note>,
}

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

/// Tool and version, as plans name them.
#[must_use]
pub fn tool() -> String {
    format!("provision {}", env!("CARGO_PKG_VERSION"))
}

/// Expands a spec with what is known of the accounts.
///
/// # Errors
/// What cannot be expanded, all of it.
pub fn expand(
    registry: &Registry,
    spec: &Spec,
    facts: &BTreeMap<String, Facts>,
) -> Result<Expanded, Error> {
    let mut all = Expanded::default();
    let mut failures: Vec<Failure> = Vec::new();
    for (name, provider) in &registry.providers {
        let Some(request) = registry.expansion(name, spec, facts.get(name)) else {
            continue;
        };
        let ExpandAnswer {
            resources,
            notes,
            failures: failed,
        } = provider.expand(&request);
        all.resources.extend(resources);
        all.notes.extend(notes);
        add_new(&mut failures, failed);
    }
    match failures.is_empty() {
        true => Ok(all),
        false => Err(Error::Cloud { failures }),
    }
}

/// Reads everything a plan is made from.
///
/// # Errors
/// What cannot be expanded; another account; credentials or clouds that do not answer; addresses that nothing has.
pub async fn observe(
    registry: &mut Registry,
    wanted: Wanted<'_>,
    wish: &Wish,
) -> Result<Inputs, Error> {
    expand(registry, wanted.spec, &BTreeMap::new())?;
    let (facts, mut notes) = accounts(registry).await?;
    let Expanded {
        resources,
        notes: of_expansion,
    } = expand(registry, wanted.spec, &facts)?;
    let provisional = plan::provisional(&resources);
    let surveyed = survey(registry, &provisional, true).await?;
    notes.extend(of_expansion);
    notes.extend(wanted.notes.iter().cloned());
    let inputs = Inputs {
        tool: tool(),
        stack: wanted.spec.stack.clone(),
        spec_digest: wanted.digest.to_owned(),
        goal: wish.goal,
        contexts: registry.contexts.clone(),
        access: registry::access(wanted.spec),
        tables: registry.tables.clone(),
        resources,
        sights: surveyed.sights,
        orphans: surveyed.orphans,
        strays: surveyed.strays,
        unread: surveyed.unread,
        left: Vec::new(),
        delete_data: wish.delete_data,
        notes,
        targets: wish.targets.clone(),
        rechoose: wish.rechoose.clone(),
    };
    named(&inputs)?;
    Ok(inputs)
}

/// Every address of the command line is somebody's.
fn named(inputs: &Inputs) -> Result<(), Error> {
    let ids = || {
        let orphans = inputs.orphans.iter().map(|orphan| &orphan.id);
        inputs
            .resources
            .iter()
            .map(|resource| &resource.id)
            .chain(orphans)
    };
    for address in inputs.targets.iter().chain(&inputs.rechoose) {
        if !ids().any(|id| id.address.is_within(address)) {
            let mut known: Vec<&str> = ids().map(|id| id.address.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            return Err(Error::Usage(format!(
                "nothing has the address `{address}`; there are {}",
                known.join(", ")
            )));
        }
    }
    Ok(())
}

/// Makes a plan.
///
/// # Errors
/// As [`observe`], and what the planner refuses.
pub async fn make(
    registry: &mut Registry,
    wanted: Wanted<'_>,
    wish: &Wish,
) -> Result<PlanFile, Error> {
    let mut inputs = observe(registry, wanted, wish).await?;
    let decided = plan::decide(&inputs);
    left::ask(registry, &mut inputs, &decided).await?;
    plan::make_from(&inputs, decided).map_err(Error::Refused)
}

/// Wave 0: every provider checks the account before it calls anything else. The contexts then say the account that
/// was met, and providers of one account and region share what they learnt.
///
/// # Errors
/// Another account, no credentials, no answer.
pub async fn accounts(
    registry: &mut Registry,
) -> Result<(BTreeMap<String, Facts>, Vec<Note>), Error> {
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let context = registry.contexts.get(name)?.clone();
        Some(async move { (name.clone(), account(&**provider, context).await) })
    });
    let answers = join_all(asked).await;
    let (mut facts, mut notes, mut failures) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (name, answer) in answers {
        match answer {
            Ok(account) => {
                facts.insert(name, account.facts);
                add_new(&mut notes, account.notes);
            }
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    if !failures.is_empty() {
        return Err(Error::Cloud { failures });
    }
    for (name, facts) in &facts {
        if let Some(context) = registry.contexts.get_mut(name) {
            context.account = Some(facts.account.clone());
        }
    }
    Ok((shared(&facts, &registry.contexts), notes))
}

async fn account(provider: &dyn Provider, context: Context) -> Result<Account, Failure> {
    match provider.survey(&SurveyRequest::Account { context }).await? {
        SurveyAnswer::Account(account) => Ok(account),
        SurveyAnswer::Objects { .. } | SurveyAnswer::Left { .. } => {
            Err(other_answer(provider.name()))
        }
    }
}

/// Facts of each provider, with what others learnt of the same account and region.
fn shared(
    facts: &BTreeMap<String, Facts>,
    contexts: &BTreeMap<String, Context>,
) -> BTreeMap<String, Facts> {
    let place = |name: &String| {
        contexts
            .get(name)
            .map(|context| (&context.account, &context.region))
    };
    let with_others = |name: &String, own: &Facts| {
        let mut own = own.clone();
        let others = facts
            .iter()
            .filter(|(other, _)| place(other) == place(name));
        for (_, other) in others {
            for (mine, theirs) in [
                (&mut own.zones, &other.zones),
                (&mut own.versions, &other.versions),
                (&mut own.machines, &other.machines),
            ] {
                if mine.is_empty() {
                    mine.clone_from(theirs);
                }
            }
            for (key, value) in &other.extra {
                own.extra
                    .entry(key.clone())
                    .or_insert_with(|| value.clone());
            }
        }
        own
    };
    facts
        .iter()
        .map(|(name, own)| (name.clone(), with_others(name, own)))
        .collect()
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
        let request = SurveyRequest::Objects(Objects {
            context: registry.contexts.get(name)?.clone(),
            resources: of_provider(resources, name),
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
            Ok(SurveyAnswer::Account(_) | SurveyAnswer::Left { .. }) => {
                add_new(&mut failures, vec![other_answer(&name)]);
            }
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    all.link();
    match failures.is_empty() {
        true => Ok(all),
        false => Err(Error::Cloud { failures }),
    }
}

impl Surveyed {
    /// Every live object.
    fn live(&mut self) -> impl Iterator<Item = &mut Observed> {
        let present = self.sights.values_mut().filter_map(|sight| match sight {
            Sight::Present(observed) => Some(observed.as_mut()),
            _ => None,
        });
        present.chain(&mut self.orphans)
    }

    /// Makes needs of the handles that one provider met and another one knows.
    fn link(&mut self) {
        let owners = owners(self.live().map(|live| &*live));
        self.live().for_each(|live| needs(live, &owners));
    }
}

/// Which id each handle, name and ARN belongs to.
fn owners<'a>(lives: impl Iterator<Item = &'a Observed>) -> BTreeMap<String, ResourceId> {
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
fn needs(live: &mut Observed, owners: &BTreeMap<String, ResourceId>) {
    let met = std::mem::take(&mut live.uses);
    let met = met.iter().filter_map(|name| owners.get(name));
    let others = met.filter(|id| **id != live.id).cloned();
    live.needs.extend(others.collect::<Vec<_>>());
    live.needs.sort();
    live.needs.dedup();
}

fn of_provider(resources: &[Resource<Pending>], name: &str) -> Vec<Resource<Pending>> {
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

/// Providers that share clients meet the same trouble: it is told once.
fn add_new<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

fn other_answer(provider: &str) -> Failure {
    Failure {
        class: Class::Internal,
        code: "contract".to_owned(),
        message: format!("provider {provider} answered another question than it was asked"),
        call: None,
        object: None,
        advice: None,
    }
}

mod left;
#[cfg(test)]
mod tests;
