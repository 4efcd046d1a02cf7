//! What controllers left: when it is asked for, what becomes of it, and in which order it goes.

use std::collections::BTreeMap;

use super::toy::{create, decided, decision, delete, id, inputs, lines, seen, want};
use crate::contract::Left;
use crate::model::{Observed, ResourceId, Sight};
use crate::plan::{
    Action, Decided, Goal, Inputs, PlanFile, Reason, Verdict, leavers, make_from, stays, verify,
};

const CLUSTER: &str = "cluster.a/cluster";
const NET: &str = "network.main/vpc";

fn left(name: &str, needs: &[&str], data: bool) -> Left {
    Left {
        observed: seen("toy.gate", name, needs),
        by: id(CLUSTER),
        maker: true,
        of: "cluster shop-a".to_owned(),
        data,
    }
}

/// A cluster and its network go; a balancer and a volume were left, and a last look comes after them.
fn going() -> (Inputs, Decided) {
    let decided = decided([
        delete(seen("toy.cluster", CLUSTER, &[NET])),
        delete(seen("toy.net", NET, &[])),
    ]);
    let mut inputs = inputs(&decided);
    inputs.goal = Goal::Destroy;
    inputs.left = vec![
        left("cluster.a/swept.alb.web", &[NET, "cluster.a/sweep"], false),
        left("cluster.a/swept.volume.one", &["cluster.a/sweep"], true),
        left("cluster.a/sweep", &[NET], false),
    ];
    (inputs, decided)
}

fn plan() -> PlanFile {
    let (inputs, decided) = going();
    make_from(&inputs, decided).expect("a plan")
}

#[test]
fn it_goes_after_its_maker_and_before_what_it_stands_on() {
    assert_eq!(
        lines(&plan().plan.steps),
        [
            "1 delete cluster cluster.a/cluster",
            "2 delete gate cluster.a/swept.alb.web after 1",
            "3 delete gate cluster.a/sweep after 1,2",
            "4 delete network network.main/vpc after 1,2,3",
        ]
    );
}

#[test]
fn data_is_kept_and_named_unless_asked_for() {
    let plan = plan().plan;
    let volume = |plan: &crate::plan::Plan| {
        let mut changes = plan.changes.iter();
        let found = changes.find(|one| one.id.part.contains("volume"));
        found.map(|one| (one.action, one.reasons.clone()))
    };
    let reason = Reason::LeftBy {
        id: id(CLUSTER),
        of: "cluster shop-a".to_owned(),
    };
    assert_eq!(
        volume(&plan),
        Some((Action::Keep, vec![Reason::Data, reason.clone()]))
    );
    assert_eq!(plan.summary.keep, 1);
    assert_eq!(plan.summary.blocked, 0);
    let (mut inputs, decided) = going();
    inputs.delete_data = true;
    let plan = make_from(&inputs, decided).expect("a plan").plan;
    assert_eq!(volume(&plan), Some((Action::Delete, vec![reason])));
}

#[test]
fn it_is_asked_for_only_when_something_goes() {
    let ids = |inputs: &Inputs, decided: &Decided| -> Vec<ResourceId> {
        let all = leavers(inputs, decided).into_iter();
        all.map(|one| one.id).collect()
    };
    let (inputs_of, all) = going();
    assert_eq!(ids(&inputs_of, &all), [id(CLUSTER), id(NET)]);
    let quiet = decided([
        create(want("toy.cluster", CLUSTER, &[])),
        decision(None, Some(seen("toy.net", NET, &[])), Verdict::Nothing),
    ]);
    assert!(ids(&inputs(&quiet), &quiet).is_empty());
    assert_eq!(stays(&inputs(&quiet), &quiet), ["cluster-a-cluster"]);
    // With the goal that nothing is left, a declared cluster that is gone already may have left something.
    let half = decided([
        decision(
            Some(want("toy.cluster", CLUSTER, &[])),
            None,
            Verdict::Nothing,
        ),
        delete(seen("toy.net", NET, &[])),
    ]);
    let mut of_half = inputs(&half);
    of_half.goal = Goal::Destroy;
    assert_eq!(ids(&of_half, &half), [id(CLUSTER), id(NET)]);
    assert!(stays(&of_half, &half).is_empty());
    let asked = leavers(&of_half, &half);
    assert_eq!(asked[0].name.as_deref(), Some("cluster-a-cluster"));
}

#[test]
fn what_lives_stays_by_its_own_name() {
    let mut live = seen("toy.cluster", CLUSTER, &[]);
    live.outputs.insert("name".to_owned(), "shop-a".into());
    let all = decided([
        decision(None, Some(live.clone()), Verdict::Blocked),
        delete(seen("toy.net", NET, &[])),
    ]);
    assert_eq!(stays(&inputs(&all), &all), ["shop-a"]);
    let gone = decided([delete(live)]);
    assert!(stays(&inputs(&gone), &gone).is_empty());
}

#[test]
fn a_plan_file_fits_though_what_was_left_has_changed() {
    let (inputs, decided) = going();
    let file = make_from(&inputs, decided).expect("a plan");
    let sights: BTreeMap<ResourceId, Sight> = BTreeMap::new();
    let orphans: Vec<Observed> = inputs.orphans.clone();
    assert_eq!(
        verify(&file, &inputs.tables, &sights, &orphans, &BTreeMap::new()),
        []
    );
    // What is marked is still looked at.
    let gone: Vec<Observed> = orphans.into_iter().skip(1).collect();
    assert_eq!(
        verify(&file, &inputs.tables, &sights, &gone, &BTreeMap::new()).len(),
        1
    );
}
