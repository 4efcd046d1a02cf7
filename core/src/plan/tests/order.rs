//! Order of steps: making, removing, and both at once.

use super::toy::{
    create, decided, decision, delete, id, lines, plan, replace, seen, tables, try_plan, update,
    want,
};
use crate::model::{Pending, Resource, Status};
use crate::plan::{OrderError, Refused, Verdict, estimate, order};

fn within(mut desired: Resource<Pending>, parent: &str) -> Resource<Pending> {
    desired.parent = Some(id(parent));
    desired
}

#[test]
fn creates_follow_references_parents_and_after() {
    let mut claimed = want("toy.net", "network.main/vpc", &[]);
    claimed.after = vec![id("stack.shop/claim")];
    let plan = plan([
        create(claimed),
        create(want("toy.claim", "stack.shop/claim", &[])),
        create(want("toy.gate", "network.main/gate", &["network.main/vpc"])),
        create(within(
            want("toy.addon", "cluster.a/addon", &[]),
            "cluster.a/cluster",
        )),
        create(want(
            "toy.cluster",
            "cluster.a/cluster",
            &["network.main/vpc"],
        )),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 create claim stack.shop/claim",
            "2 create network network.main/vpc after 1",
            "3 create cluster cluster.a/cluster after 2",
            "4 create add-on cluster.a/addon after 3",
            "5 create gate network.main/gate after 2",
        ]
    );
    assert_eq!(plan.plan.estimate.seconds, 530);
    assert_eq!(plan.plan.estimate.critical_path, [1, 2, 3, 4]);
    assert_eq!(
        plan.plan.steps[2].lane.as_deref(),
        Some("cluster.a/cluster")
    );
}

#[test]
fn deletes_go_the_other_way_and_respect_outlives() {
    let mut claim = want("toy.claim", "stack.shop/claim", &[]);
    claim.outlives = vec![id("network.main/vpc"), id("cluster.a/cluster")];
    let mut addon = seen("toy.addon", "cluster.a/addon", &[]);
    addon.parent = Some(id("cluster.a/cluster"));
    let live = seen("toy.claim", "stack.shop/claim", &[]);
    let decided = decided([
        decision(Some(claim), Some(live), Verdict::Delete),
        delete(seen("toy.net", "network.main/vpc", &[])),
        delete(seen("toy.gate", "network.main/gate", &["network.main/vpc"])),
        delete(seen(
            "toy.cluster",
            "cluster.a/cluster",
            &["network.main/vpc"],
        )),
        decision(None, Some(addon), Verdict::GoesWithParent),
    ]);
    let ordered = order(&decided, &tables()).unwrap();
    assert_eq!(
        lines(&ordered.steps),
        [
            "1 delete cluster cluster.a/cluster",
            "2 delete gate network.main/gate",
            "3 delete network network.main/vpc after 1,2",
            "4 delete claim stack.shop/claim after 1,3",
        ]
    );
}

#[test]
fn what_a_child_used_goes_after_the_parent_it_goes_with() {
    let mut addon = seen("toy.addon", "cluster.a/addon", &["cluster.a/aa-role"]);
    addon.parent = Some(id("cluster.a/cluster"));
    let plan = plan([
        create(want("toy.claim", "stack.shop/claim", &[])),
        decision(
            Some(want("toy.net", "network.main/vpc", &[])),
            Some(seen("toy.net", "network.main/vpc", &[])),
            Verdict::Nothing,
        ),
        delete(seen("toy.net", "cluster.a/aa-role", &[])),
        delete(seen("toy.cluster", "cluster.a/cluster", &[])),
        decision(None, Some(addon), Verdict::GoesWithParent),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 delete cluster cluster.a/cluster",
            "2 delete network cluster.a/aa-role after 1",
            "3 create claim stack.shop/claim",
        ]
    );
    assert_eq!(plan.plan.summary.delete, 3);
}

#[test]
fn a_delete_waits_for_the_update_that_stops_using_it() {
    let plan = plan([
        update(
            want("toy.net", "network.main/routes", &["network.main/new"]),
            seen("toy.net", "network.main/routes", &["network.main/gate"]),
            &[&["needs"], &["size"]],
        ),
        create(want("toy.gate", "network.main/new", &[])),
        delete(seen("toy.gate", "network.main/gate", &[])),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 create gate network.main/new",
            "2 update network: needs network.main/routes after 1",
            "3 update network: size network.main/routes after 2",
            "4 delete gate network.main/gate after 3",
        ]
    );
    assert_eq!(plan.plan.steps[1].fields, ["needs"]);
}

#[test]
fn good_manners_give_way_only_where_they_make_a_circle() {
    // By declaration alone `x.user` may use `x.gate`: it is changed before that goes.
    let user = update(
        want("toy.net", "x.user/a", &["x.gate/g"]),
        seen("toy.net", "x.user/a", &[]),
        &[&["size"]],
    );
    let gate = || delete(seen("toy.gate", "x.gate/g", &[]));
    let calm = plan([user.clone(), gate()]);
    let expected = [
        "1 update network x.user/a",
        "2 delete gate x.gate/g after 1",
    ];
    assert_eq!(lines(&calm.plan.steps), expected);
    // Here the same would be a circle: it is changed for the sake of what is made after the gate is gone.
    let turned = [
        update(
            want("toy.net", "y.user/a", &["y.gate/g", "y.new/n"]),
            seen("toy.net", "y.user/a", &[]),
            &[&["size"]],
        ),
        delete(seen("toy.gate", "y.gate/g", &["y.mid/m"])),
        create(want("toy.gate", "y.new/n", &["y.mid/m"])),
        replace(
            want("toy.net", "y.mid/m", &[]),
            seen("toy.net", "y.mid/m", &[]),
        ),
    ];
    let both = plan([user, gate()].into_iter().chain(turned));
    let lines = lines(&both.plan.steps);
    let place = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
    assert!(
        place("update network x.user/a") < place("delete gate x.gate/g"),
        "{lines:?}"
    );
}

#[test]
fn create_first_lets_dependents_move_over() {
    let user = |verdict| {
        decision(
            Some(want("toy.net", "x.user/a", &["x.pool/p"])),
            Some(seen("toy.net", "x.user/a", &["x.pool/p"])),
            verdict,
        )
    };
    let groups = vec![vec!["needs".to_owned()]];
    let plan = plan([
        replace(
            want("toy.pool", "x.pool/p", &[]),
            seen("toy.pool", "x.pool/p", &[]),
        ),
        user(Verdict::Update { groups }),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 create new pool x.pool/p",
            "2 update network x.user/a after 1",
            "3 delete old pool x.pool/p after 1,2",
        ]
    );
    let name = plan.desired[&id("x.pool/p")].name.as_deref().unwrap();
    assert!(name.starts_with("x-pool-p-") && name.len() == "x-pool-p-".len() + 8);
}

#[test]
fn delete_first_takes_dependents_down_first() {
    let plan = plan([
        replace(
            want("toy.net", "n.a/vpc", &[]),
            seen("toy.net", "n.a/vpc", &[]),
        ),
        replace(
            want("toy.net", "n.a/sub", &["n.a/vpc"]),
            seen("toy.net", "n.a/sub", &["n.a/vpc"]),
        ),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 delete old network n.a/sub",
            "2 delete old network n.a/vpc after 1",
            "3 create new network n.a/vpc after 2",
            "4 create new network n.a/sub after 1,3",
        ]
    );
}

#[test]
fn create_first_yields_when_what_it_needs_is_deleted_first() {
    let plan = plan([
        replace(
            want("toy.net", "n.a/vpc", &[]),
            seen("toy.net", "n.a/vpc", &[]),
        ),
        replace(
            want("toy.pool", "x.pool/p", &["n.a/vpc"]),
            seen("toy.pool", "x.pool/p", &["n.a/vpc"]),
        ),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 delete old pool x.pool/p",
            "2 delete old network n.a/vpc after 1",
            "3 create new network n.a/vpc after 2",
            "4 create new pool x.pool/p after 1,3",
        ]
    );
    assert!(
        plan.plan
            .notes
            .iter()
            .any(|note| note.code == "delete-first")
    );
}

#[test]
fn children_of_a_replaced_parent_are_only_created() {
    let mut live = seen("toy.addon", "c.a/addon", &[]);
    live.parent = Some(id("c.a/cluster"));
    let plan = plan([
        replace(
            want("toy.cluster", "c.a/cluster", &[]),
            seen("toy.cluster", "c.a/cluster", &[]),
        ),
        replace(
            within(want("toy.addon", "c.a/addon", &[]), "c.a/cluster"),
            live,
        ),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 delete old cluster c.a/cluster",
            "2 create new cluster c.a/cluster after 1",
            "3 create new add-on c.a/addon after 2",
        ]
    );
}

#[test]
fn waits_are_steps_and_dependents_follow() {
    let mut live = seen("toy.cluster", "c.a/cluster", &[]);
    live.status = Status::Changing {
        phase: "CREATING".to_owned(),
    };
    let desired = want("toy.cluster", "c.a/cluster", &[]);
    let plan = plan([
        decision(Some(desired), Some(live), Verdict::Wait),
        create(within(want("toy.pool", "c.a/pool", &[]), "c.a/cluster")),
    ]);
    assert_eq!(
        lines(&plan.plan.steps),
        [
            "1 wait for cluster c.a/cluster",
            "2 create pool c.a/pool after 1",
        ]
    );
    assert_eq!(plan.plan.steps[1].lane.as_deref(), Some("c.a/cluster"));
}

#[test]
fn circles_are_named_and_not_fatal() {
    let error = try_plan([
        create(want("toy.net", "a.a/a", &["b.b/b"])),
        create(want("toy.net", "b.b/b", &["c.c/c"])),
        create(want("toy.net", "c.c/c", &["b.b/b"])),
    ])
    .unwrap_err();
    assert_eq!(
        error,
        Refused::Order(OrderError::Cycle(vec![id("b.b/b"), id("c.c/c")]))
    );
    assert!(error.to_string().contains("b.b/b, c.c/c"));
}

#[test]
fn a_kind_without_a_table_is_an_error() {
    let error = try_plan([create(want("toy.ghost", "a.a/a", &[]))]).unwrap_err();
    assert!(error.to_string().contains("`toy.ghost`"), "{error}");
}

#[test]
fn an_empty_plan_takes_no_time() {
    assert_eq!(estimate(&[]).seconds, 0);
}
