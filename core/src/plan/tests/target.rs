//! `--target`.

use super::toy::{create, decided, decision, delete, id, inputs, lines, seen, want};
use crate::model::Address;
use crate::plan::{Refused, Verdict, make_from};

fn targeted(
    decisions: Vec<crate::plan::Decision>,
    target: &str,
) -> Result<crate::plan::PlanFile, Refused> {
    let decided = decided(decisions);
    let mut inputs = inputs(&decided);
    inputs.targets = vec![Address::new(target)];
    make_from(&inputs, decided)
}

#[test]
fn takes_what_it_needs_along_and_no_more() {
    let plan = targeted(
        vec![
            create(want("toy.net", "network.main/vpc", &[])),
            create(want(
                "toy.cluster",
                "cluster.a/cluster",
                &["network.main/vpc"],
            )),
            create(want(
                "toy.pool",
                "cluster.a.pool.web/pool",
                &["cluster.a/cluster"],
            )),
            create(want(
                "toy.cluster",
                "cluster.b/cluster",
                &["network.main/vpc"],
            )),
        ],
        "cluster.a",
    )
    .unwrap();
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 create network network.main/vpc",
            "2 create cluster cluster.a/cluster after 1",
            "3 create pool cluster.a.pool.web/pool after 2",
        ]
    );
    assert!(plan.plan.partial);
    assert!(plan.plan.notes.iter().any(|note| note.code == "partial"));
    assert_eq!(plan.desired.len(), 4);
}

#[test]
fn a_removal_takes_its_users_along() {
    let plan = targeted(
        vec![
            create(want("toy.net", "network.new/vpc", &[])),
            delete(seen("toy.net", "network.main/vpc", &[])),
            delete(seen(
                "toy.cluster",
                "cluster.a/cluster",
                &["network.main/vpc"],
            )),
            delete(seen("toy.net", "network.other/vpc", &[])),
        ],
        "network.main",
    );
    // Nothing declared is live here, which is refused first.
    assert!(matches!(plan, Err(Refused::Guard(_))), "{plan:?}");
    let mut decided = decided([
        delete(seen("toy.net", "network.main/vpc", &[])),
        delete(seen(
            "toy.cluster",
            "cluster.a/cluster",
            &["network.main/vpc"],
        )),
        delete(seen("toy.net", "network.other/vpc", &[])),
    ]);
    crate::plan::target(
        &mut decided,
        &[Address::new("network.main")],
        &super::toy::tables(),
    )
    .unwrap();
    let ordered = crate::plan::order(&decided, &super::toy::tables()).unwrap();
    assert_eq!(
        lines(&ordered.steps),
        [
            "1 delete cluster cluster.a/cluster",
            "2 delete network network.main/vpc after 1",
        ]
    );
}

#[test]
fn an_unknown_target_names_near_ones() {
    let error = targeted(
        vec![
            create(want("toy.net", "network.main/vpc", &[])),
            create(want("toy.cluster", "cluster.prod/cluster", &[])),
        ],
        "cluster.pord",
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing in this stack has the address `cluster.pord`; near it: `cluster.prod`, `network.main`"
    );
}

#[test]
fn what_only_comes_after_a_target_does_not_take_its_parent_along() {
    let mut addon = want("toy.addon", "cluster.a/addon", &[]);
    addon.parent = Some(id("cluster.a/cluster"));
    addon.after.push(id("cluster.a.pool.w/pool"));
    let mut live = seen("toy.addon", "cluster.a/addon", &[]);
    live.parent = Some(id("cluster.a/cluster"));
    let mut decided = decided([
        delete(seen("toy.cluster", "cluster.a/cluster", &[])),
        decision(Some(addon), Some(live), Verdict::GoesWithParent),
        delete(seen("toy.pool", "cluster.a.pool.w/pool", &[])),
    ]);
    crate::plan::target(
        &mut decided,
        &[Address::new("cluster.a.pool.w")],
        &super::toy::tables(),
    )
    .unwrap();
    let ordered = crate::plan::order(&decided, &super::toy::tables()).unwrap();
    assert_eq!(
        lines(&ordered.steps),
        ["1 delete pool cluster.a.pool.w/pool"]
    );
}
