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
use crate::plan::{Decided, Goal, Inputs, PlanFile, Step, Tables, make, succession};

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

/// Runs that die after so many steps, some of them on their way to another stack.
fn deaths() -> impl Strategy<Value = Vec<(usize, Option<Vec<Option<Thing>>>)>> {
    let death = (0_usize..12, prop::option::weighted(0.4, stack()));
    prop::collection::vec(death, 0..3)
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
        // Nothing lives in objects that have a successor beside them (see `ReplaceOrder::CreateFirst`).
        let pool = Kind::new("toy.pool");
        let holds = |parent: usize| {
            let parent: Option<&Resource<Pending>> = declared[parent].as_ref();
            parent.is_some_and(|parent| parent.kind != pool)
        };
        let thing = thing
            .as_ref()
            .filter(|thing| parent(thing).is_none_or(holds));
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
        if let Some(held) = held {
            return Err(format!("{given:?} is held by {}", held.physical));
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
            outputs: BTreeMap::from([
                ("id".to_owned(), Value::from(physical.as_str())),
                ("name".to_owned(), Value::from(given.1.as_str())),
            ]),
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

    /// What lives in nothing. While a replacement is not over there are several of one id.
    fn sights(&self, ids: &BTreeSet<&ResourceId>) -> (BTreeMap<ResourceId, Sight>, Vec<Observed>) {
        let mut by_id = BTreeMap::<&ResourceId, Vec<Observed>>::new();
        for live in self.objects.values().filter(|live| live.parent.is_none()) {
            by_id.entry(&live.id).or_default().push(live.clone());
        }
        let mut sight = |id: &ResourceId| match by_id.remove(id) {
            None => Sight::Absent,
            Some(mut all) if all.len() == 1 => Sight::Present(Box::new(all.remove(0))),
            Some(objects) => Sight::Twice {
                physical: objects.iter().map(|one| one.physical.clone()).collect(),
                objects,
            },
        };
        let sights = ids.iter().map(|id| ((*id).clone(), sight(id))).collect();
        (sights, by_id.into_values().flatten().collect())
    }

    /// What lives in those that count; what lives in others goes with them.
    fn children(&self, sights: &mut BTreeMap<ResourceId, Sight>, orphans: &mut Vec<Observed>) {
        let present = sights.values().filter_map(|sight| match sight {
            Sight::Present(live) => Some(live.as_ref()),
            _ => None,
        });
        let around = present.chain(orphans.iter());
        let around: BTreeMap<ResourceId, String> = around
            .map(|live| (live.id.clone(), live.physical.clone()))
            .collect();
        for live in self.objects.values() {
            let parent = live.parent.as_ref().and_then(|parent| around.get(parent));
            if parent != Some(&self.inside[&live.physical]) {
                continue;
            }
            match sights.get_mut(&live.id) {
                Some(sight) => *sight = Sight::Present(Box::new(live.clone())),
                None => orphans.push(live.clone()),
            }
        }
    }

    fn inputs(&self, declared: &[Resource<Pending>], goal: Goal) -> Inputs {
        let ids: BTreeSet<&ResourceId> = declared.iter().map(|one| &one.id).collect();
        let (mut sights, mut orphans) = self.sights(&ids);
        succession("shop", &world(), &mut sights, &mut orphans);
        self.children(&mut sights, &mut orphans);
        Inputs {
            goal,
            tables: world(),
            resources: declared.iter().map(open).collect(),
            sights,
            orphans,
            ..inputs(&Decided::default())
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
        versions in prop::collection::vec((stack(), deaths()), 1..4),
        last in deaths(),
    ) {
        let mut cloud = Cloud::default();
        for (version, deaths) in &versions {
            let declared = declare(version);
            for (after, other) in deaths {
                // People change their minds: what died need not be what is wanted in the end.
                let other = other.as_ref().map(|other| declare(other));
                let declared = other.as_ref().unwrap_or(&declared);
                if cloud.knows(declared) {
                    cloud.die(declared, Goal::Reach, *after);
                }
            }
            if cloud.knows(&declared) {
                cloud.reach(&declared, Goal::Reach)?;
                let live: BTreeSet<_> = cloud.objects.values().map(|live| &live.id).collect();
                prop_assert_eq!(live, declared.iter().map(|one| &one.id).collect());
            }
        }
        let declared = versions.last().map(|(last, _)| declare(last)).unwrap_or_default();
        for (after, _) in last {
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
