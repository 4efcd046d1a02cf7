//! What is read off a plan: drift and graphs; and whole plans as JSON.

use super::toy::{
    create, decided, decision, delete, id, inputs, plan, replace, seen, tables, update, want,
};
use crate::model::{Address, Effect, FieldKind, Row, Sight, Value};
use crate::plan::{
    DriftState, DriftVerdict, FieldChange, Goal, Graph, PlanFile, Reason, ShownEffect, Verdict,
    drift, make_from,
};

fn blocked(name: &str, reason: Reason) -> crate::plan::Decision {
    let mut blocked = decision(Some(want("toy.net", name, &[])), None, Verdict::Blocked);
    blocked.reasons = vec![reason];
    blocked
}

fn unread() -> Reason {
    Reason::Unread {
        reason: "denied".to_owned(),
    }
}

fn calm() -> crate::plan::Decision {
    decision(
        Some(want("toy.net", "n.a/vpc", &[])),
        Some(seen("toy.net", "n.a/vpc", &[])),
        Verdict::Nothing,
    )
}

fn resized() -> crate::plan::Decision {
    let mut resized = update(
        want("toy.cluster", "c.a/cluster", &["n.a/vpc"]),
        seen("toy.cluster", "c.a/cluster", &["n.a/vpc"]),
        &[&["size"]],
    );
    resized.reasons = vec![Reason::Differs {
        fields: vec!["size".to_owned()],
    }];
    resized.fields = vec![FieldChange {
        path: "size".to_owned(),
        before: Value::Int(3),
        after: Value::Int(1),
        effect: ShownEffect::InPlace,
        sensitive: false,
    }];
    resized
}

#[test]
fn drift_is_told_by_address() {
    let taken = Reason::NameTaken {
        physical: "toy-1".to_owned(),
    };
    let file = plan([
        calm(),
        resized(),
        create(want("toy.net", "n.b/vpc", &[])),
        delete(seen("toy.gate", "n.b/gate", &[])),
        blocked("n.c/vpc", unread()),
        blocked("n.d/vpc", taken),
    ]);
    let drifted = drift(&file, &tables());
    // What could not be told is no drift.
    assert_eq!((drifted.differ, drifted.unknown), (4, 1));
    assert_eq!(drifted.verdict, DriftVerdict::Drift);
    let states: Vec<_> = drifted
        .addresses
        .values()
        .flatten()
        .map(|one| (one.id.to_string(), one.state))
        .collect();
    let expected = [
        ("c.a/cluster", DriftState::Differs),
        ("n.b/gate", DriftState::Extra),
        ("n.b/vpc", DriftState::Missing),
        ("n.c/vpc", DriftState::Unknown),
        ("n.d/vpc", DriftState::Taken),
    ];
    assert_eq!(states, expected.map(|(id, state)| (id.to_owned(), state)));
    let cluster = &drifted.addresses[&Address::new("c.a")][0];
    assert_eq!(cluster.fields[0].change.before, Value::Int(3));
    let json = serde_json::to_string(&drifted).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::plan::Drift>(&json).unwrap(),
        drifted
    );
}

#[test]
fn no_drift_and_unknown_are_told_apart() {
    assert_eq!(
        drift(&plan([calm()]), &tables()).verdict,
        DriftVerdict::None
    );
    let unknown = plan([calm(), blocked("n.c/vpc", unread())]);
    let unknown = drift(&unknown, &tables());
    assert_eq!(unknown.verdict, DriftVerdict::Unknown);
    let decided = decided([calm()]);
    let mut inputs = inputs(&decided);
    inputs
        .unread
        .insert("toy.net".to_owned(), "denied".to_owned());
    let unlisted = make_from(&inputs, decided).unwrap();
    assert_eq!(drift(&unlisted, &tables()).verdict, DriftVerdict::Unknown);
}

#[test]
fn what_is_surely_not_there_is_missing_whatever_stands_in_its_way() {
    let refused = Reason::Refused {
        field: "size".to_owned(),
        advice: "no".to_owned(),
    };
    let mut cluster = resized();
    cluster.verdict = Verdict::Blocked;
    cluster.reasons = vec![refused];
    let needs = |name: &str| Reason::Needs { id: id(name) };
    let mut refers = calm();
    refers.verdict = Verdict::Blocked;
    refers.reasons = vec![needs("n.c/vpc")];
    let decided = decided([
        refers,
        cluster,
        blocked("c.a/addon", needs("c.a/cluster")),
        blocked("n.c/vpc", unread()),
    ]);
    let mut inputs = inputs(&decided);
    inputs.sights.insert(id("c.a/addon"), Sight::Absent);
    let file = make_from(&inputs, decided).unwrap();
    let drifted = drift(&file, &tables());
    let states = drifted
        .addresses
        .values()
        .flatten()
        .map(|one| (one.id.to_string(), one.state));
    let expected = [
        ("c.a/addon", DriftState::Missing),
        ("c.a/cluster", DriftState::Differs),
        ("n.a/vpc", DriftState::Unknown),
        ("n.c/vpc", DriftState::Unknown),
    ];
    assert!(states.eq(expected.map(|(id, state)| (id.to_owned(), state))));
}

#[test]
fn what_stops_a_plan_does_not_stop_a_look() {
    let decided = decided([
        create(want("toy.net", "n.new/vpc", &[])),
        delete(seen("toy.net", "n.a/vpc", &[])),
    ]);
    let mut inputs = inputs(&decided);
    assert!(make_from(&inputs, decided.clone()).is_err());
    inputs.compare = true;
    let drifted = drift(&make_from(&inputs, decided).unwrap(), &tables());
    assert_eq!((drifted.verdict, drifted.differ), (DriftVerdict::Drift, 2));
}

#[test]
fn what_others_move_is_expected_and_what_is_theirs_is_named() {
    let mut desired = want("toy.pool", "c.a.pool.web/pool", &[]);
    desired.fields.insert("start".to_owned(), Value::Int(1));
    let mut live = seen("toy.pool", "c.a.pool.web/pool", &[]);
    live.fields.insert("start".to_owned(), Value::Int(4));
    live.foreign = vec!["rtb-2".to_owned(), "rtb-1".to_owned()];
    let file = plan([decision(Some(desired), Some(live), Verdict::Nothing)]);
    let mut tables = tables();
    let start = Row::new("start", FieldKind::Scalar, Effect::CreateOnly, "a start");
    for table in tables.values_mut() {
        table.rows.push(start.clone().shared_with("the autoscaler"));
    }
    let drifted = drift(&file, &tables);
    assert_eq!(drifted.verdict, DriftVerdict::None);
    let expected = &drifted.expected[0];
    assert_eq!(
        (expected.path.as_str(), &expected.live),
        ("start", &Value::Int(4))
    );
    assert_eq!(expected.moved_by, "the autoscaler");
    assert_eq!(drifted.foreign[0].children, ["rtb-1", "rtb-2"]);
}

#[test]
fn graphs_show_needs_within_an_address() {
    let decisions = decided([
        calm(),
        create(want("toy.gate", "n.a/gate", &["n.a/vpc"])),
        create(want("toy.cluster", "c.a/cluster", &["n.a/vpc"])),
        delete(seen("toy.net", "n.old/vpc", &[])),
    ]);
    let inputs = inputs(&decisions);
    let declared = Graph::of_inputs(&inputs).within(&[Address::new("c.a")]);
    assert_eq!(
        declared.text(),
        "c.a\n  cluster (toy.cluster)\n    needs n.a/vpc\nn.a\n  vpc (toy.net)\n"
    );
    assert!(declared.within(&[Address::new("x.y")]).is_empty());
    let all = Graph::of_plan(&make_from(&inputs, decisions).unwrap());
    assert!(all.text().contains("n.old\n  vpc (toy.net)\n"));
    assert!(all.text().contains("  gate (toy.gate)\n    needs vpc\n"));
    insta::assert_snapshot!(all.dot());
}

fn shown(file: &PlanFile) -> serde_json::Value {
    serde_json::to_value(&file.plan).unwrap()
}

#[test]
fn a_create_plan_in_json() {
    insta::assert_json_snapshot!(shown(&plan([
        create(want("toy.net", "n.a/vpc", &[])),
        create(want("toy.cluster", "c.a/cluster", &["n.a/vpc"])),
    ])));
}

#[test]
fn a_mixed_plan_in_json() {
    insta::assert_json_snapshot!(shown(&plan([
        calm(),
        resized(),
        replace(
            want("toy.pool", "c.a.pool.web/pool", &["c.a/cluster"]),
            seen("toy.pool", "c.a.pool.web/pool", &["c.a/cluster"]),
        ),
        delete(seen("toy.gate", "n.old/gate", &["n.a/vpc"])),
        blocked("n.c/vpc", unread()),
    ])));
}

#[test]
fn a_destroy_plan_in_json() {
    let decided = decided([
        delete(seen("toy.net", "n.a/vpc", &[])),
        delete(seen("toy.cluster", "c.a/cluster", &["n.a/vpc"])),
        delete(seen("toy.gate", "n.a/gate", &["n.a/vpc"])),
    ]);
    let mut inputs = inputs(&decided);
    inputs.goal = Goal::Destroy;
    let file = make_from(&inputs, decided).unwrap();
    assert!(file.desired.is_empty() && file.live.contains_key(&id("n.a/vpc")));
    insta::assert_json_snapshot!(shown(&file));
}
