//! Fields that go by stops: a control plane with pools and add-ons, against a cloud that takes one minor at a time and
//! only while no pool is behind.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::toy::{id, lines, open, tables as toys, want};
use crate::contract::{Advice, Does, Follow};
use crate::model::{
    Condition, Effect, FieldKind, Fields, Kind, Observed, Output, Pending, Resource, ResourceId,
    Row, Sight, Status, Value,
};
use crate::plan::{Inputs, PlanFile, Reason, Step, Tables, Verdict, decide, make, walks};

const CLUSTER: &str = "cluster.main/cluster";

/// The toy world, with versions.
fn tables() -> Tables {
    let mut tables = toys();
    let minors = |condition, otherwise| Effect::When {
        condition,
        then: Box::new(Effect::Stepwise),
        otherwise: Box::new(otherwise),
    };
    let advice = "go on from there".to_owned();
    let back = minors(Condition::PreviousMinor, Effect::Refused { advice });
    let row = |effect| Row::new("version", FieldKind::Scalar, effect, "its version");
    for (kind, effect) in [
        ("toy.cluster", minors(Condition::NewerMinor, back)),
        ("toy.pool", Effect::Rolling),
        ("toy.addon", Effect::InPlace),
    ] {
        let table = tables.get_mut(&Kind::new(kind)).unwrap();
        table.rows.push(row(effect));
    }
    let cluster = tables.get_mut(&Kind::new("toy.cluster")).unwrap();
    cluster.outputs.push(Output {
        name: "version".to_owned(),
        volatile: true,
        moved_by: vec!["version".to_owned()],
    });
    tables
}

/// Versions by object, as they are live. Pools may be there or not.
#[derive(Clone, Debug, PartialEq)]
struct Fleet {
    cluster: u32,
    pools: Vec<Option<u32>>,
    addon: u32,
}

fn minor(number: u32) -> String {
    format!("1.{number}")
}

fn number(text: &str) -> u32 {
    text.strip_prefix("1.").unwrap().parse().unwrap()
}

fn pool(nth: usize) -> String {
    format!("cluster.main.pool.p{nth}/group")
}

fn wanted(to: u32, pools: usize) -> Vec<Resource<Pending>> {
    let mut cluster = want("toy.cluster", CLUSTER, &[]);
    let version = Value::text(minor(to));
    cluster.fields.insert("version".to_owned(), version);
    let mut addon = want("toy.addon", "cluster.main/addon", &[]);
    addon.parent = Some(id(CLUSTER));
    let mut all = vec![cluster, addon];
    for nth in 0..pools {
        let mut one = want("toy.pool", &pool(nth), &[]);
        one.parent = Some(id(CLUSTER));
        let version = Value::Hole(Pending::output(&id(CLUSTER), "version"));
        one.fields.insert("version".to_owned(), version);
        // As on EKS: new pools come after an add-on, which on the way comes after the pools.
        one.after.push(id("cluster.main/addon"));
        all.push(one);
    }
    all
}

fn live(resource: &Resource<Pending>, version: u32) -> Observed {
    let version = Value::text(minor(version));
    Observed {
        id: resource.id.clone(),
        kind: resource.kind.clone(),
        provider: "toy".to_owned(),
        physical: format!("toy-{}", resource.id),
        parent: resource.parent.clone(),
        fields: Fields::from([
            ("size".to_owned(), Value::Int(1)),
            ("version".to_owned(), version.clone()),
        ]),
        outputs: Fields::from([("version".to_owned(), version)]),
        status: Status::Ready,
        protect: false,
        adopted: None,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
    }
}

impl Fleet {
    fn of(cluster: u32, pools: &[u32], addon: u32) -> Self {
        let pools = pools.iter().copied().map(Some).collect();
        Self {
            cluster,
            pools,
            addon,
        }
    }

    fn version(&self, id: &ResourceId) -> Option<u32> {
        match id.to_string().as_str() {
            CLUSTER => Some(self.cluster),
            "cluster.main/addon" => Some(self.addon),
            other => (0..self.pools.len())
                .find(|nth| pool(*nth) == other)
                .and_then(|nth| self.pools[nth]),
        }
    }

    fn inputs(&self, to: u32) -> Inputs {
        let wanted = wanted(to, self.pools.len());
        let sight = |one: &Resource<Pending>| match self.version(&one.id) {
            Some(version) => Sight::Present(Box::new(live(one, version))),
            None => Sight::Absent,
        };
        let sights = wanted.iter().map(|one| (one.id.clone(), sight(one)));
        let decided = super::toy::decided(Vec::new());
        let mut inputs = Inputs {
            tables: tables(),
            sights: sights.collect(),
            resources: wanted.iter().map(open).collect(),
            ..super::toy::inputs(&decided)
        };
        let first = decide(&inputs);
        for walk in walks(&first, &inputs.tables) {
            let stops = std::iter::once(&walk.from).chain(&walk.stops);
            // On the way back it goes ahead.
            inputs.advice.follow = match number(&walk.stops[0]) < number(&walk.from) {
                true => self
                    .follow(&walk.from, &walk.stops[0])
                    .into_iter()
                    .collect(),
                false => stops.filter_map(|stop| self.follow(stop, stop)).collect(),
            };
        }
        inputs
    }

    /// The add-on goes with every minor.
    fn follow(&self, stop: &str, version: &str) -> Option<Follow> {
        (self.addon != number(version)).then(|| Follow {
            walker: id(CLUSTER),
            stop: stop.to_owned(),
            id: id("cluster.main/addon"),
            rank: 1,
            set: Fields::from([("version".to_owned(), Value::text(version))]),
        })
    }

    fn plan(&self, to: u32) -> PlanFile {
        make(&self.inputs(to)).unwrap()
    }

    fn verdict(&self, to: u32) -> (Verdict, Vec<Reason>) {
        let mut decided = decide(&self.inputs(to));
        let decision = decided.decisions.remove(&id(CLUSTER)).unwrap();
        (decision.verdict, decision.reasons)
    }

    /// One step, on a cloud that refuses what EKS refuses.
    fn take(&mut self, step: &Step, to: u32) -> Result<(), String> {
        let set = step.set.get("version").and_then(Value::as_text);
        let goal = set.map_or(to, number);
        let name = step.id.to_string();
        if name == CLUSTER {
            let pools: Vec<u32> = self.pools.iter().flatten().copied().collect();
            let up = goal == self.cluster + 1 && pools.iter().all(|pool| *pool == self.cluster);
            let back = goal + 1 == self.cluster && pools.iter().all(|pool| *pool <= goal);
            if !(up || back) {
                return Err(format!("{} → {goal} with pools at {pools:?}", self.cluster));
            }
            self.cluster = goal;
        } else if name == "cluster.main/addon" {
            self.addon = goal;
        } else {
            let nth = (0..self.pools.len())
                .find(|nth| pool(*nth) == name)
                .unwrap();
            if goal > self.cluster {
                return Err(format!("{name} → {goal}, newer than {}", self.cluster));
            }
            let goal = if step.does == Does::Create {
                self.cluster
            } else {
                goal
            };
            self.pools[nth] = Some(goal);
        }
        Ok(())
    }
}

fn told(plan: &PlanFile) -> Vec<String> {
    let step = |step: &Step| {
        let set = step.set.get("version").and_then(Value::as_text);
        format!("{} {}", step.id.part, set.unwrap_or("-"))
    };
    plan.plan.steps.iter().map(step).collect()
}

#[test]
fn two_minors_are_one_plan_in_which_everything_follows_at_each_stop() {
    let plan = Fleet::of(33, &[33, 33], 33).plan(35);
    let minors = ["1.34", "1.35"]
        .map(|stop| ["cluster", "group", "group", "addon"].map(|part| format!("{part} {stop}")));
    assert_eq!(told(&plan), minors.concat());
    insta::assert_snapshot!(lines(&plan.plan.steps).join("\n"));
    // What people see is where it ends.
    let shown = plan.plan.changes.iter().map(|change| {
        let field = &change.fields[0];
        (
            field.before.as_text().unwrap(),
            field.after.as_text().unwrap(),
        )
    });
    assert!(shown.eq([("1.33", "1.35"); 4]));
}

#[test]
fn who_is_behind_catches_up_before_the_next_stop() {
    let plan = Fleet::of(34, &[33, 34], 33).plan(35);
    assert_eq!(
        told(&plan),
        [
            "group 1.34",
            "addon 1.34",
            "cluster 1.35",
            "group 1.35",
            "group 1.35",
            "addon 1.35"
        ]
    );
    // Without a stop ahead it is a change like any other.
    let mut one = Fleet::of(34, &[33, 34], 34);
    let plan = one.plan(34);
    assert_eq!(told(&plan), ["group -"]);
    one.take(&plan.plan.steps[0], 34).unwrap();
    assert!(one.plan(34).plan.steps.is_empty());
}

#[test]
fn on_the_way_back_the_cluster_goes_last() {
    let fleet = Fleet::of(35, &[35, 34], 35);
    assert_eq!(
        told(&fleet.plan(34)),
        ["group 1.34", "addon 1.34", "cluster 1.34"]
    );
    let Verdict::Blocked = fleet.verdict(33).0 else {
        panic!("two back is refused");
    };
}

#[test]
fn a_cluster_that_is_not_ready_stays_with_all_that_is_in_it() {
    let mut inputs = Fleet::of(33, &[33], 33).inputs(34);
    let reason = "an API is gone in 1.34".to_owned();
    inputs.advice = Advice {
        not_ready: BTreeMap::from([(id(CLUSTER), vec![reason.clone()])]),
        ..Advice::default()
    };
    let plan = make(&inputs).unwrap();
    assert!(plan.plan.steps.is_empty());
    assert_eq!(plan.plan.changes.len(), 1);
    assert_eq!(plan.plan.changes[0].reasons, [Reason::NotReady { reason }]);
}

#[test]
fn a_pool_that_is_made_anew_is_made_before_the_way_and_follows() {
    let mut inputs = Fleet::of(33, &[33, 33], 33).inputs(35);
    let first = inputs
        .resources
        .iter_mut()
        .find(|one| one.id == id(&pool(0)));
    let range = Value::text("other");
    first.unwrap().fields.insert("range".to_owned(), range);
    let plan = make(&inputs).unwrap();
    let of = |n: &Step| n.id == id(&pool(0));
    let steps: Vec<_> = plan.plan.steps.iter().filter(|step| of(step)).collect();
    let does: Vec<_> = steps.iter().map(|step| step.does).collect();
    assert_eq!(
        does,
        [Does::Create, Does::Delete, Does::Update, Does::Update]
    );
    assert_eq!(steps[0].set["version"], Value::text("1.33"));
    let cluster = plan.plan.steps.iter().find(|step| step.id == id(CLUSTER));
    assert!(cluster.unwrap().after.contains(&steps[1].n));
}

#[test]
fn a_new_pool_waits_for_the_last_stop() {
    let mut fleet = Fleet::of(33, &[33], 33);
    fleet.pools.push(None);
    let plan = fleet.plan(35);
    let last = plan.plan.steps.iter().rfind(|step| step.id == id(CLUSTER));
    let made = plan
        .plan
        .steps
        .iter()
        .find(|step| step.does == Does::Create);
    assert!(made.unwrap().after.contains(&last.unwrap().n));
}

proptest! {
    /// Killed after any number of steps, the next plan goes on, and the cloud refuses none of its steps.
    #[test]
    fn it_arrives_however_often_it_dies(
        from in 30_u32..34,
        way in 0_u32..4,
        behind in prop::collection::vec(prop::option::weighted(0.8, 0_u32..2), 0..4),
        addon in 0_u32..3,
        deaths in prop::collection::vec(0_usize..6, 0..6),
        back in prop::bool::weighted(0.3),
    ) {
        let pools = behind.iter().map(|behind| behind.map(|behind| from - behind)).collect();
        let mut fleet = Fleet { cluster: from, pools, addon: from - addon };
        let to = if back { from - 1 } else { from + way };
        for death in deaths {
            let plan = fleet.plan(to);
            for step in plan.plan.steps.iter().take(death) {
                fleet.take(step, to).map_err(TestCaseError::fail)?;
            }
        }
        for step in &fleet.plan(to).plan.steps {
            fleet.take(step, to).map_err(TestCaseError::fail)?;
        }
        prop_assert!(fleet.plan(to).plan.steps.is_empty());
        prop_assert_eq!(fleet.cluster, to);
        prop_assert!(fleet.pools.iter().all(|pool| *pool == Some(to)));
    }
}

/// The inputs with a pool that cannot be changed: what it lives with would have to be made anew, and it is protected.
fn with_stuck_pool(fleet: &Fleet, to: u32) -> Inputs {
    let mut inputs = fleet.inputs(to);
    let mut all = inputs.resources.iter_mut();
    let first = all.find(|one| one.id == id(&pool(0))).unwrap();
    let range = Value::text("other");
    first.fields.insert("range".to_owned(), range);
    first.protect = true;
    inputs
}

#[test]
fn who_cannot_follow_stops_a_way_of_several_minors() {
    let plan = make(&with_stuck_pool(&Fleet::of(33, &[33, 33], 33), 35)).unwrap();
    assert_eq!(told(&plan), Vec::<String>::new());
    let mut changes = plan.plan.changes.iter();
    let cluster = changes.find(|change| change.id == id(CLUSTER)).unwrap();
    let reason = "cluster.main.pool.p0/group cannot follow, and it goes on only when all have: \
                  mend that first, or go to 1.34 alone";
    let reason = reason.to_owned();
    assert_eq!(cluster.reasons, [Reason::NotReady { reason }]);
    // One minor goes: the pool is as far as it must be. It stays behind then, and the next one does not go.
    let plan = make(&with_stuck_pool(&Fleet::of(33, &[33, 33], 33), 34)).unwrap();
    assert_eq!(told(&plan), ["cluster 1.34", "group 1.34", "addon 1.34"]);
    let plan = make(&with_stuck_pool(&Fleet::of(34, &[33, 34], 34), 35)).unwrap();
    assert_eq!(told(&plan), Vec::<String>::new());
}

#[test]
fn a_target_that_follows_takes_all_along_that_must_follow_too() {
    let mut inputs = Fleet::of(33, &[33, 33], 33).inputs(35);
    let whole = make(&inputs).unwrap();
    inputs.targets = vec![crate::model::Address::new("cluster.main.pool.p0")];
    let part = make(&inputs).unwrap();
    assert_eq!(told(&part), told(&whole));
}

#[test]
fn what_a_dead_run_has_replaced_goes_before_the_second_stop() {
    let mut inputs = Fleet::of(33, &[33], 33).inputs(35);
    let mut old = live(&wanted(35, 1)[2], 33);
    old.id = old.id.outgoing("toy-old");
    old.physical = "toy-old".to_owned();
    inputs.orphans.push(old.clone());
    let plan = make(&inputs).unwrap();
    let steps = || plan.plan.steps.iter();
    let gone = steps().find(|step| step.id == old.id).unwrap();
    assert_eq!(gone.does, Does::Delete);
    let cluster: Vec<&Step> = steps().filter(|step| step.id == id(CLUSTER)).collect();
    assert!(gone.n < cluster[1].n, "{:?}", told(&plan));
    assert!(cluster[1].after.contains(&gone.n));
}
