//! Plans of random stacks, executed against a strict toy cloud: it refuses a create or update that uses something not
//! there, and a delete of something still used. Steps run in any order that `after` allows.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::toy::{create, decided, decision, id, inputs, seen, want};
use crate::contract::{Does, Note};
use crate::model::{Observed, Pending, Resource, ResourceId};
use crate::plan::file::{decode, encode};
use crate::plan::{
    Decided, Decision, Inputs, OrderError, PlanFile, Refused, Step, Verdict, make_from,
};

/// One object of a random stack. It needs only objects before it.
#[derive(Clone, Debug)]
struct Thing {
    kind: &'static str,
    desired: bool,
    live: bool,
    anew: bool,
    wants: u8,
    uses: u8,
}

fn things() -> impl Strategy<Value = Vec<Thing>> {
    let kinds = vec!["toy.net", "toy.cluster", "toy.pool", "toy.addon"];
    let thing = (
        prop::sample::select(kinds),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.2),
        any::<u8>(),
        any::<u8>(),
    );
    let thing = thing.prop_map(|(kind, desired, live, anew, wants, uses)| Thing {
        kind,
        desired,
        live,
        anew,
        // Few edges: with many of them everything waits for everything.
        wants: wants & uses.rotate_left(3),
        uses: uses & wants.rotate_left(1),
    });
    prop::collection::vec(thing, 1..14)
}

pub(super) fn name(index: usize) -> String {
    // Order by name is not order by need.
    format!(
        "thing.{}/part-{index:02}",
        (b'a' + ((index * 5) % 7) as u8) as char
    )
}

/// Objects before `index` that a mask picks, nearest first, as far as `there` says so.
fn picked(index: usize, mask: u8, there: impl Fn(usize) -> bool) -> Vec<usize> {
    let before = (0..index).rev().take(8).enumerate();
    before
        .filter(|(bit, at)| mask >> bit & 1 == 1 && there(*at))
        .map(|(_, at)| at)
        .collect()
}

/// A small decider: what the real one would say of such a stack.
fn decide(things: &[Thing]) -> Decided {
    let mut judged: Vec<Option<Decision>> = Vec::new();
    // Objects of which the old one goes before the new one comes.
    let mut first_gone = BTreeSet::new();
    for (index, thing) in things.iter().enumerate() {
        let judge = judge(things, &judged, &mut first_gone, index, thing);
        judged.push(judge);
    }
    decided(judged.into_iter().flatten())
}

fn judge(
    things: &[Thing],
    judged: &[Option<Decision>],
    first_gone: &mut BTreeSet<usize>,
    index: usize,
    thing: &Thing,
) -> Option<Decision> {
    let parent = (thing.kind == "toy.addon" && index > 0).then(|| index - 1);
    let one = |at: usize| judged[at].as_ref();
    let declared = |at: usize| one(at).is_some_and(|one| one.desired.is_some());
    let there = |at: usize| one(at).is_some_and(|one| one.live.is_some());
    let wants = picked(index, thing.wants, declared);
    let uses = picked(index, thing.uses, there);
    let desired = (thing.desired && parent.is_none_or(declared))
        .then(|| object(index, thing, &wants, parent));
    let live =
        (thing.live && parent.is_none_or(there)).then(|| observed(index, thing, &uses, parent));
    let verdict_of = |at: usize| one(at).map(|one| &one.verdict);
    let anew = |at: &usize| verdict_of(*at) == Some(&Verdict::Replace);
    let goes = parent.and_then(verdict_of);
    let goes = matches!(goes, Some(Verdict::Delete | Verdict::GoesWithParent));
    let mut around = wants.iter().chain(&uses).chain(&parent);
    let below = around.any(|at| first_gone.contains(at));
    let verdict = match (&desired, &live) {
        (None, None) => return None,
        (Some(_), None) => Verdict::Create,
        (None, Some(_)) if goes => Verdict::GoesWithParent,
        (None, Some(_)) => Verdict::Delete,
        _ if thing.anew || below || parent.iter().any(anew) => {
            if below || things[index].kind != "toy.pool" {
                first_gone.insert(index);
            }
            Verdict::Replace
        }
        _ if wants != uses || wants.iter().any(anew) => Verdict::Update {
            groups: vec![vec!["size".to_owned()], vec!["needs".to_owned()]],
        },
        _ => Verdict::Nothing,
    };
    Some(decision(desired, live, verdict))
}

fn observed(index: usize, thing: &Thing, uses: &[usize], parent: Option<usize>) -> Observed {
    let names: Vec<String> = uses.iter().map(|at| name(*at)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut live = seen(thing.kind, &name(index), &names);
    live.parent = parent.map(|parent| id(&name(parent)));
    live
}

fn object(
    index: usize,
    thing: &Thing,
    wants: &[usize],
    parent: Option<usize>,
) -> Resource<Pending> {
    let names: Vec<String> = wants.iter().map(|at| name(*at)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut desired = want(thing.kind, &name(index), &names);
    desired.parent = parent.map(|parent| id(&name(parent)));
    desired
}

/// A live object of the toy cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Object {
    id: ResourceId,
    parent: Option<String>,
    /// Physical names of what it uses.
    uses: BTreeSet<String>,
}

/// Objects by physical name; the newest of an id is the one that others find.
#[derive(Debug, Default)]
struct Cloud {
    objects: BTreeMap<String, Object>,
    newest: BTreeMap<ResourceId, String>,
    made: usize,
}

impl Cloud {
    fn of(live: &BTreeMap<ResourceId, Observed>) -> Self {
        let mut cloud = Self::default();
        for one in live.values() {
            cloud.newest.insert(one.id.clone(), one.physical.clone());
        }
        for one in live.values() {
            let find = |id: &ResourceId| cloud.newest[id].clone();
            let object = Object {
                id: one.id.clone(),
                parent: one.parent.as_ref().map(find),
                uses: one.needs.iter().map(find).collect(),
            };
            cloud.objects.insert(one.physical.clone(), object);
        }
        cloud
    }

    fn find(&self, id: &ResourceId) -> Result<String, String> {
        let physical = self
            .newest
            .get(id)
            .filter(|one| self.objects.contains_key(*one));
        physical
            .cloned()
            .ok_or_else(|| format!("{id} is not there"))
    }

    fn object(&self, desired: &Resource<Pending>) -> Result<Object, String> {
        let find = |id: &ResourceId| self.find(id);
        Ok(Object {
            id: desired.id.clone(),
            parent: desired.parent.as_ref().map(find).transpose()?,
            uses: desired
                .referenced()
                .iter()
                .map(find)
                .collect::<Result<_, _>>()?,
        })
    }

    fn step(&mut self, plan: &PlanFile, step: &Step) -> Result<(), String> {
        match step.does {
            Does::Create => {
                let object = self.object(&plan.desired[&step.id])?;
                self.made += 1;
                let physical = format!("made-{}", self.made);
                self.newest.insert(step.id.clone(), physical.clone());
                self.objects.insert(physical, object);
            }
            Does::Update => {
                let object = self.object(&plan.desired[&step.id])?;
                let physical = self.find(&step.id)?;
                self.objects.insert(physical, object);
            }
            Does::Delete => self.remove(&plan.live[&step.id].physical)?,
            other => return Err(format!("{other:?}")),
        }
        Ok(())
    }

    fn remove(&mut self, physical: &str) -> Result<(), String> {
        let children: Vec<String> = self
            .objects
            .iter()
            .filter(|(_, one)| one.parent.as_deref() == Some(physical))
            .map(|(name, _)| name.clone())
            .collect();
        for child in children {
            self.remove(&child)?;
        }
        if let Some((user, _)) = self
            .objects
            .iter()
            .find(|(_, one)| one.uses.contains(physical))
        {
            return Err(format!("{physical} is used by {user}"));
        }
        let gone = self.objects.remove(physical);
        gone.map(drop)
            .ok_or_else(|| format!("{physical} is gone already"))
    }
}

/// Runs the steps, next one picked by `picks` among those whose predecessors are done.
fn execute(plan: &PlanFile, picks: &[u8]) -> Result<Cloud, String> {
    let mut cloud = Cloud::of(&plan.live);
    let mut open: Vec<&Step> = plan.plan.steps.iter().collect();
    let mut done = BTreeSet::new();
    while !open.is_empty() {
        let ready: Vec<usize> = (0..open.len())
            .filter(|at| open[*at].after.iter().all(|after| done.contains(after)))
            .collect();
        let pick = picks.get(done.len()).copied().unwrap_or(0);
        let at = *ready
            .get(usize::from(pick) % ready.len().max(1))
            .ok_or("nothing is ready")?;
        let step = open.remove(at);
        cloud
            .step(plan, step)
            .map_err(|error| format!("{} {}: {error}", step.n, step.phase))?;
        done.insert(step.n);
    }
    Ok(cloud)
}

/// The plan; `None` where the wishes themselves are a circle.
fn planned(decided: &Decided) -> Option<PlanFile> {
    match make_from(&relaxed(decided), decided.clone()) {
        Ok(plan) => Some(plan),
        Err(Refused::Order(OrderError::Cycle(ids))) => {
            let anew = |id: &ResourceId| decided.decisions[id].verdict == Verdict::Replace;
            assert!(
                ids.iter().any(anew),
                "a circle without a replacement: {ids:?}"
            );
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// Inputs without undeclared objects, so that no guard stops a stack in which nothing declared is live.
fn relaxed(decided: &Decided) -> Inputs {
    Inputs {
        orphans: Vec::new(),
        ..inputs(decided)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_strict_cloud_takes_every_step_in_any_allowed_order(
        things in things(),
        picks in prop::collection::vec(any::<u8>(), 40),
    ) {
        let decided = decide(&things);
        let Some(plan) = planned(&decided) else { return Ok(()) };
        for step in &plan.plan.steps {
            prop_assert!(step.after.iter().all(|after| *after < step.n));
        }
        let cloud = match execute(&plan, &picks) {
            Ok(cloud) => cloud,
            Err(error) => {
                let lines = super::toy::lines(&plan.plan.steps);
                return Err(TestCaseError::fail(format!("{error}\n{}", lines.join("\n"))));
            }
        };
        let live: BTreeSet<_> = cloud.objects.values().map(|one| one.id.clone()).collect();
        prop_assert_eq!(cloud.objects.len(), live.len());
        prop_assert_eq!(&live, &plan.desired.keys().cloned().collect::<BTreeSet<_>>());
        for (physical, object) in &cloud.objects {
            let want = cloud.object(&plan.desired[&object.id]).expect("all is there");
            prop_assert_eq!(object, &want, "{}", physical);
        }
    }

    #[test]
    fn the_order_of_lists_does_not_matter(things in things(), turn in 0_usize..14) {
        let decided = decide(&things);
        let Some(plan) = planned(&decided) else { return Ok(()) };
        let mut inputs = inputs(&decided);
        let note = |code: &str| Note {
            severity: crate::contract::Severity::Info,
            code: code.to_owned(),
            message: String::new(),
            address: None,
        };
        inputs.notes = vec![note("b"), note("a")];
        if inputs.orphans.len() == plan.live.len() {
            return Ok(());
        }
        let one = encode(&make_from(&inputs, decided.clone()).expect("a plan"));
        inputs.notes.reverse();
        let resources = inputs.resources.len().max(1);
        inputs.resources.rotate_left(turn % resources);
        inputs.resources.reverse();
        inputs.orphans.reverse();
        let other = encode(&make_from(&inputs, decided).expect("a plan"));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn plans_survive_their_file(things in things(), at in any::<prop::sample::Index>(), with in 1_u8..) {
        let Some(plan) = planned(&decide(&things)) else { return Ok(()) };
        let mut bytes = encode(&plan).into_bytes();
        prop_assert_eq!(decode(&bytes).expect("a plan file"), plan);
        let at = at.index(bytes.len());
        bytes[at] ^= with;
        prop_assert!(decode(&bytes).is_err());
    }
}

#[test]
fn ten_thousand_resources_are_planned() {
    let mut decisions = Vec::new();
    for net in 0..100 {
        let vpc = format!("network.n{net:03}/vpc");
        decisions.push(create(want("toy.net", &vpc, &[])));
        for part in 0..99 {
            let part = format!("network.n{net:03}/part-{part:02}");
            decisions.push(create(want("toy.gate", &part, &[&vpc])));
        }
    }
    let decided = decided(decisions);
    let plan = make_from(&inputs(&decided), decided).expect("a plan");
    assert_eq!(plan.plan.steps.len(), 10_000);
    assert_eq!(plan.plan.summary.create, 10_000);
    assert_eq!(plan.plan.estimate.seconds, 110);
    assert_eq!(
        plan.plan
            .steps
            .iter()
            .map(|step| step.after.len())
            .sum::<usize>(),
        9_900
    );
}
