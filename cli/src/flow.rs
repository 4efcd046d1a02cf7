//! From a spec to a plan: expand, check the account, survey, decide.
//!
//! spec → expand offline (so that mistakes cost no call) → wave 0: every provider checks the account → wave 1: every
//! provider learns what is on offer, and at the same time reads the objects that the offline expansion asks for → expand
//! again with the facts → [`Inputs`] → the planner. Names of objects and parents rest on the spec alone, so one wave
//! of reads is enough; only where the facts change what is asked for (fewer zones than wanted, marks of what was taken
//! over), it is asked again. When the first decisions have something go by stops (`advice`), its provider is asked once
//! more, and it is decided again.

mod account;
mod advice;
mod attend;
mod existing;
mod kept;
mod left;
mod look;
mod survey;

use std::collections::BTreeMap;

use jiff::Timestamp;
use provision_core::contract::{Advice, Class, ExpandAnswer, Facts, Failure, Note};
use provision_core::cost::Money;
use provision_core::model::{Address, Open, Resource};
use provision_core::plan::{self, Goal, Inputs, PlanFile};
use provision_core::spec::Spec;

use crate::error::Error;
use crate::price;
use crate::registry::{self, Registry};

pub use account::callers;
pub use attend::Scene;
pub use survey::{Surveyed, survey};

/// What is wanted of a plan.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Reach the spec, or nothing of it left.
    pub goal: Goal,
    /// Only these addresses and what they need.
    pub targets: Vec<Address>,
    /// Sticky choices within these addresses are taken anew.
    pub rechoose: Vec<Address>,
    /// The day it is for; `None` is today.
    pub as_of: Option<Timestamp>,
    /// The limit of the monthly bill that the plan is held against.
    pub budget: Option<Money>,
    /// What holds data and was left by controllers goes as well.
    pub delete_data: bool,
    /// Only to see how live differs: nothing of it is carried out.
    pub compare: bool,
}

impl Wish {
    /// The time that the plan is of.
    fn now(&self) -> Timestamp {
        self.as_of.unwrap_or_else(Timestamp::now)
    }
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
    let look::Seen {
        facts,
        mut notes,
        expanded,
        provisional,
        surveyed,
    } = look::look(registry, wanted.spec, wish.goal).await?;
    let Expanded {
        resources,
        notes: of_expansion,
    } = expanded;
    notes.extend(of_expansion);
    if wish.goal == Goal::Reach {
        let live = advice::live(&surveyed.sights);
        notes.extend(advice::remarks(
            registry,
            &facts,
            &provisional,
            &live,
            Some(wish.now()),
        ));
    }
    notes.extend(wanted.notes.iter().cloned());
    let mut inputs = Inputs {
        tool: tool(),
        stack: wanted.spec.stack.clone(),
        spec_digest: wanted.digest.to_owned(),
        goal: wish.goal,
        contexts: registry.contexts.clone(),
        access: registry::access(wanted.spec),
        secrets: registry.sources.clone(),
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
        advice: Advice::default(),
        compare: wish.compare,
    };
    plan::used(&mut inputs);
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
    let inputs = observe(registry, wanted, wish).await?;
    finish(registry, inputs, wish).await
}

/// Makes a plan of what was observed, with its price. Clouds are asked again only for what goes by stops, and for what
/// controllers leave behind when something goes.
///
/// # Errors
/// What the planner refuses; a bill over its limit.
pub async fn finish(
    registry: &Registry,
    mut inputs: Inputs,
    wish: &Wish,
) -> Result<PlanFile, Error> {
    let decided = plan::decide(&inputs);
    left::ask(registry, &mut inputs, &decided).await?;
    let advice = advice::advice(registry, &inputs, &decided, wish.now()).await;
    let mut made = match advice == Advice::default() {
        true => plan::make_from(&inputs, decided)?,
        false => {
            inputs.notes.extend(advice.notes.iter().cloned());
            inputs.advice = advice;
            plan::make(&inputs)?
        }
    };
    kept::note(&mut made, &registry.tables, wish.now());
    price::plan(registry, &mut made, wish.as_of, wish.budget)?;
    Ok(made)
}

/// Providers that share clients meet the same trouble: it is told once.
fn add_new<T: PartialEq>(all: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

/// A provider that answers another question than it was asked.
#[must_use]
pub fn other_answer(provider: &str) -> Failure {
    Failure {
        class: Class::Internal,
        code: "contract".to_owned(),
        message: format!("provider {provider} answered another question than it was asked"),
        call: None,
        object: None,
        advice: None,
    }
}
