//! Plan, execute, plan again: random changes of a random stack are reached in one plan, and then nothing is left to do.
//! A run that dies anywhere is followed by one that finishes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::toy::{id, inputs, lines, open, tables, want};
use super::world::name;
use crate::contract::Does;
use crate::model::{
    Effect, FieldKind, Fields, Kind, Observed, Pending, Piece, Resource, ResourceId, Row, Sight,
    Status, Value,
};
use crate::plan::{Decided, Goal, Inputs, PlanFile, Step, Tables, make, replacement_name};

/// One declared object. It may be changed in place (`size`, `needs`) or only by a new one (`range`, `base`).
#[derive(Clone, Debug)]
struct Thing {
    kind: &'static str,
    size: i64,
    range: i64,
    wants: u8,
}

fn stack() -> impl Strategy<Value = Vec<Option<Thing>>> {
    let thing = (0_i64..2, 0_i64..2, any::<u8>(), any::<u8>());
    let things = prop::collection::vec(prop::option::weighted(0.8, thing), 10);
    things.prop_map(|things| {
        let kinds = [
            "toy.net",
            "toy.pool",
            "toy.addon",
            "toy.cluster",
            "toy.pool",
        ];
        let things = things.into_iter().enumerate();
        let thing = |(at, thing): (usize, Option<(i64, i64, u8, u8)>)| {
            thing.map(|(size, range, wants, mask)| Thing {
                kind: kinds[at % kinds.len()],
                size,
                range,
                wants: wants & mask,
            })
        };
        things.map(thing).collect()
    })
}

/// The toy tables with a field that refers and cannot be changed.
fn world() -> Tables {
    let mut tables = tables();
    for table in tables.values_mut() {
        let base = Row::new("base", FieldKind::Set, Effect::Replace, "what it stands on");
        table.rows.push(base);
    }
    tables
}

fn reference(index: usize) -> Value<Pending> {
    Value::Hole(Pending::output(&id(&name(index)), "id"))
}

/// Pools can be made anew under their users, so those refer to them by a field that changes in place. Pools refer to
/// pools only.
fn declare(things: &[Option<Thing>]) -> Vec<Resource<Pending>> {
    let mut declared: Vec<Option<Resource<Pending>>> = Vec::new();
    for (index, thing) in things.iter().enumerate() {
        let parent = |thing: &Thing| (thing.kind == "toy.addon").then(|| index - 1);
        let thing = thing
            .as_ref()
            .filter(|thing| parent(thing).is_none_or(|parent| declared[parent].is_some()));
        declared.push(thing.map(|thing| {
            let mut resource = want(thing.kind, &name(index), &[]);
            resource.parent = parent(thing).map(|parent| id(&name(parent)));
            let (mut needs, mut base) = (Vec::new(), Vec::new());
            for (bit, other) in (0..index).rev().take(8).enumerate() {
                let there = declared[other]
                    .as_ref()
                    .filter(|_| thing.wants >> bit & 1 == 1);
                match there.map(|there| there.kind.as_str()) {
                    Some("toy.pool") => needs.push(reference(other)),
                    Some(_) if thing.kind != "toy.pool" => base.push(reference(other)),
                    _ => {}
                }
            }
            resource.fields = BTreeMap::from([
                ("size".to_owned(), Value::Int(thing.size)),
                ("range".to_owned(), Value::Int(thing.range)),
                ("needs".to_owned(), Value::List(needs)),
                ("base".to_owned(), Value::List(base)),
            ]);
            resource
        }));
    }
    declared.into_iter().flatten().collect()
}

/// Live objects by physical name.
#[derive(Debug, Default)]
struct Cloud {
    objects: BTreeMap<String, Observed>,
    newest: BTreeMap<ResourceId, String>,
    /// Physical name by the name we gave, within the object that it lives in.
    named: BTreeMap<(String, String), String>,
    /// The object that each lives in, or nothing, by physical name.
    inside: BTreeMap<String, String>,
    made: usize,
}

impl Cloud {
    fn fields(&self, desired: &Resource<Pending>) -> Result<Fields, String> {
        let filled = desired.try_fill(|pending| match pending.0.as_slice() {
            [Piece::Ref(reference)] => {
                let there = self.newest.get(&reference.id);
                let there = there.and_then(|physical| self.objects.get(physical));
                let there = there.ok_or_else(|| format!("{} is not there", reference.id))?;
                Ok(there.outputs[&reference.output].clone())
            }
            other => Err(format!("{other:?}")),
        });
        filled.map(|filled| filled.fields)
    }

    fn step(&mut self, plan: &PlanFile, step: &Step) -> Result<(), String> {
        if step.does == Does::Delete {
            return self.remove(&plan.live[&step.id].physical);
        }
        let desired = &plan.desired[&step.id];
        let fields = self.fields(desired)?;
        let needs: BTreeSet<ResourceId> = desired.referenced().into_iter().collect();
        let needs: Vec<ResourceId> = needs.into_iter().collect();
        if step.does == Does::Update {
            let physical = self.newest.get(&step.id).ok_or("nothing to update")?;
            let live = self.objects.get_mut(physical).ok_or("gone")?;
            for field in &step.fields {
                live.fields.insert(field.clone(), fields[field].clone());
            }
            live.needs = needs;
            return Ok(());
        }
        let parent = desired
            .parent
            .as_ref()
            .map(|parent| self.newest.get(parent));
        let parent = parent.map_or(Some(String::new()), Option::<&String>::cloned);
        let parent = parent.ok_or("its parent is not there")?;
        let given = (parent.clone(), desired.name.clone().ok_or("no name")?);
        let held = self
            .named
            .get(&given)
            .and_then(|held| self.objects.get(held));
        match held {
            // An earlier run made it and died.
            Some(held) if held.id == step.id && !plan.live.values().any(|live| live == held) => {
                return Ok(());
            }
            Some(held) => return Err(format!("{given:?} is held by {}", held.physical)),
            None => {}
        }
        self.made += 1;
        let physical = format!("made-{}", self.made);
        let live = Observed {
            id: step.id.clone(),
            kind: step.kind.clone(),
            provider: step.provider.clone(),
            physical: physical.clone(),
            parent: desired.parent.clone(),
            fields,
            outputs: BTreeMap::from([("id".to_owned(), Value::from(physical.as_str()))]),
            status: Status::Ready,
            protect: false,
            needs,
            uses: Vec::new(),
            foreign: Vec::new(),
            adopted: None,
        };
        self.newest.insert(step.id.clone(), physical.clone());
        self.named.insert(given, physical.clone());
        self.inside.insert(physical.clone(), parent);
        self.objects.insert(physical, live);
        Ok(())
    }

    /// Add-ons go with what they live in.
    fn remove(&mut self, physical: &str) -> Result<(), String> {
        let dies = |live: &&Observed| live.kind == Kind::new("toy.addon");
        let lives = |live: &&Observed| self.inside[&live.physical] == physical;
        let children = self.objects.values().filter(dies).filter(lives);
        let children: Vec<String> = children.map(|live| live.physical.clone()).collect();
        for child in children {
            self.remove(&child)?;
        }
        self.objects.remove(physical).ok_or("gone already")?;
        let handle = Value::from(physical);
        let uses =
            |value: &Value<_>| matches!(value, Value::List(items) if items.contains(&handle));
        match self
            .objects
            .values()
            .find(|live| live.fields.values().any(uses))
        {
            Some(user) => Err(format!("{physical} is used by {}", user.id)),
            None => Ok(()),
        }
    }

    /// Whether a plan for these is not refused as one for another stack.
    fn knows(&self, declared: &[Resource<Pending>]) -> bool {
        let there = |id: &ResourceId| self.objects.values().any(|live| live.id == *id);
        self.objects.is_empty() || declared.iter().any(|one| there(&one.id))
    }

    /// One object by id, parents before children. While a replacement is not over there are two: the old one counts,
    /// and what lives in the old one.
    fn survey(&self) -> BTreeMap<&ResourceId, &Observed> {
        let mut by_id: BTreeMap<&ResourceId, &Observed> = BTreeMap::new();
        let mut all: Vec<&Observed> = self.objects.values().collect();
        all.sort_by_key(|live| live.parent.is_some());
        for live in all {
            let inside = &self.inside[&live.physical];
            let lives =
                |parent: &ResourceId| by_id.get(parent).is_some_and(|one| one.physical == *inside);
            if live.parent.as_ref().is_none_or(lives) {
                let other = by_id.remove(&live.id);
                by_id.insert(&live.id, other.map_or(live, |other| self.old(live, other)));
            }
        }
        by_id
    }

    fn inputs(&self, declared: &[Resource<Pending>], goal: Goal) -> Inputs {
        let ids: BTreeSet<&ResourceId> = declared.iter().map(|one| &one.id).collect();
        let by_id = self.survey();
        let sight = |id: &ResourceId| match by_id.get(id) {
            Some(live) => Sight::Present(Box::new((*live).clone())),
            None => Sight::Absent,
        };
        let orphans = by_id.iter().filter(|(id, _)| !ids.contains(**id));
        Inputs {
            goal,
            tables: world(),
            resources: declared.iter().map(open).collect(),
            sights: ids.iter().map(|id| ((*id).clone(), sight(id))).collect(),
            orphans: orphans.map(|(_, live)| (*live).clone()).collect(),
            ..inputs(&Decided::default())
        }
    }

    /// Of two objects of one id, the one that the other one's name says it replaces.
    fn old<'a>(&self, one: &'a Observed, other: &'a Observed) -> &'a Observed {
        let replaces = |new: &Observed, old: &Observed| {
            let base = want("toy.pool", &new.id.to_string(), &[])
                .name
                .expect("a name");
            let name = replacement_name("shop", &new.id, &base, &old.physical);
            self.named.get(&(String::new(), name)) == Some(&new.physical)
        };
        match (replaces(one, other), replaces(other, one)) {
            (true, false) => other,
            (false, true) => one,
            _ => panic!("nobody can tell {} from {}", one.physical, other.physical),
        }
    }

    /// Plans and executes, but dies after some steps.
    fn die(&mut self, declared: &[Resource<Pending>], goal: Goal, after: usize) {
        if let Ok(plan) = make(&self.inputs(declared, goal)) {
            for step in plan.plan.steps.iter().take(after) {
                self.step(&plan, step).expect("a step");
            }
        }
    }

    /// Plans and executes, then checks that nothing is left to do.
    fn reach(&mut self, declared: &[Resource<Pending>], goal: Goal) -> Result<(), TestCaseError> {
        let inputs = self.inputs(declared, goal);
        let plan = make(&inputs).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for step in &plan.plan.steps {
            self.step(&plan, step).map_err(|error| {
                let lines = lines(&plan.plan.steps).join("\n");
                TestCaseError::fail(format!("step {}: {error}\n{lines}", step.n))
            })?;
        }
        let again = make(&self.inputs(declared, goal));
        let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(again.plan.changes, Vec::new());
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn each_version_of_a_stack_is_reached_by_one_plan(
        versions in prop::collection::vec((stack(), prop::option::of(0_usize..12)), 1..4),
        last in prop::option::of(0_usize..12),
    ) {
        let mut cloud = Cloud::default();
        for (version, dies) in &versions {
            let declared = declare(version);
            if let Some(after) = dies && cloud.knows(&declared) {
                cloud.die(&declared, Goal::Reach, *after);
            }
            if cloud.knows(&declared) {
                cloud.reach(&declared, Goal::Reach)?;
                let live: BTreeSet<_> = cloud.objects.values().map(|live| &live.id).collect();
                prop_assert_eq!(live, declared.iter().map(|one| &one.id).collect());
            }
        }
        let declared = versions.last().map(|(last, _)| declare(last)).unwrap_or_default();
        if let Some(after) = last {
            cloud.die(&declared, Goal::Destroy, after);
        }
        cloud.reach(&declared, Goal::Destroy)?;
        prop_assert!(cloud.objects.is_empty(), "{:?}", cloud.objects.keys());
    }
}

#[test]
fn what_is_not_ours_is_never_in_a_step() {
    let (ours, theirs, new) = (id("a.a/ours"), id("b.b/theirs"), id("c.c/new"));
    let declared = [
        want("toy.net", "a.a/ours", &[]),
        want("toy.net", "b.b/theirs", &[]),
        want("toy.net", "c.c/new", &["b.b/theirs"]),
    ];
    let mut inputs = Cloud::default().inputs(&declared, Goal::Reach);
    let clash = Sight::Clash {
        physical: "theirs-1".to_owned(),
        owner: None,
    };
    inputs.sights.insert(theirs.clone(), clash);
    for goal in [Goal::Reach, Goal::Destroy] {
        inputs.goal = goal;
        let plan = make(&inputs).expect("a plan");
        let touched: Vec<_> = plan.plan.steps.iter().map(|step| &step.id).collect();
        assert!(!touched.contains(&&theirs) && !touched.contains(&&new));
        assert_eq!(touched.contains(&&ours), goal == Goal::Reach);
        assert!(!plan.live.contains_key(&theirs));
    }
}
