//! Has the world changed since the plan was made?

use std::collections::BTreeMap;

use super::toy::{create, decided, decision, delete, id, inputs, plan, seen, tables, update, want};
use crate::model::{Observed, ResourceId, Sight, Status, Value};
use crate::plan::{Goal, PlanFile, Verdict, make_from, verify};

/// A stack in which the network is live and the cluster is new; another network is removed.
fn sample() -> PlanFile {
    let net = decision(
        Some(want("toy.net", "n.a/vpc", &[])),
        Some(seen("toy.net", "n.a/vpc", &[])),
        Verdict::Nothing,
    );
    let aside = decision(
        Some(want("toy.net", "n.aside/vpc", &[])),
        Some(seen("toy.net", "n.aside/vpc", &[])),
        Verdict::Nothing,
    );
    plan([
        net,
        aside,
        create(want("toy.cluster", "c.a/cluster", &["n.a/vpc"])),
        update(
            want("toy.net", "n.b/vpc", &[]),
            seen("toy.net", "n.b/vpc", &[]),
            &[&["size"]],
        ),
        delete(seen("toy.net", "n.old/vpc", &[])),
    ])
}

/// The world as that plan saw it, changed by `change`.
fn said(change: impl FnOnce(&mut BTreeMap<ResourceId, Sight>, &mut Vec<Observed>)) -> Vec<String> {
    let plan = sample();
    let mut sights: BTreeMap<ResourceId, Sight> = plan
        .desired
        .keys()
        .map(|id| {
            let live = plan.live.get(id).cloned().map(Box::new);
            (id.clone(), live.map_or(Sight::Absent, Sight::Present))
        })
        .collect();
    let mut orphans = vec![plan.live[&id("n.old/vpc")].clone()];
    change(&mut sights, &mut orphans);
    let differences = verify(&plan, &tables(), &sights, &orphans, &BTreeMap::new());
    differences.iter().map(ToString::to_string).collect()
}

fn with(sights: &mut BTreeMap<ResourceId, Sight>, name: &str, change: impl FnOnce(&mut Observed)) {
    match sights.get_mut(&id(name)) {
        Some(Sight::Present(live)) => change(live),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_changed_nothing_said() {
    assert_eq!(said(|_, _| {}), Vec::<String>::new());
}

#[test]
fn what_the_cloud_or_others_change_does_not_count() {
    let differences = said(|sights, _| {
        with(sights, "n.b/vpc", |live| {
            live.fields.insert("count".to_owned(), Value::Int(7));
            live.fields.insert("unknown".to_owned(), Value::Int(7));
            let tags = BTreeMap::from([("theirs".to_owned(), Value::from("x"))]);
            live.fields.insert("tags".to_owned(), Value::Map(tags));
            live.status = Status::Changing {
                phase: "UPDATING".to_owned(),
            };
        });
        // Not planned, and nothing planned refers to it.
        with(sights, "n.aside/vpc", |live| {
            live.fields.insert("size".to_owned(), Value::Int(9));
        });
    });
    assert_eq!(differences, Vec::<String>::new());
}

#[test]
fn changes_are_told_in_words() {
    let differences = said(|sights, orphans| {
        let cluster = Box::new(seen("toy.cluster", "c.a/cluster", &[]));
        sights.insert(id("c.a/cluster"), Sight::Present(cluster));
        with(sights, "n.b/vpc", |live| {
            live.fields.insert("size".to_owned(), Value::Int(9));
            live.protect = true;
        });
        with(sights, "n.a/vpc", |live| {
            live.physical = "toy-other".to_owned();
        });
        orphans[0].status = Status::Deleting {
            phase: "deleting".to_owned(),
        };
        orphans.push(seen("toy.net", "n.new/sub", &["n.old/vpc"]));
        orphans.push(seen("toy.net", "n.new/free", &[]));
    });
    assert_eq!(
        differences,
        [
            "c.a/cluster: was absent, is toy-c-a-cluster",
            "n.a/vpc: was toy-n-a-vpc, is toy-other",
            "n.b/vpc: size, protect changed",
            "n.new/sub: is new (toy-n-new-sub) and uses n.old/vpc",
            "n.old/vpc: was up, is being deleted",
        ]
    );
}

#[test]
fn what_cannot_be_told_counts_as_changed() {
    let differences = said(|sights, orphans| {
        let reason = "denied".to_owned();
        sights.insert(id("n.a/vpc"), Sight::Unknown { reason });
        sights.remove(&id("n.b/vpc"));
        let physical = "toy-9".to_owned();
        let owner = None;
        sights.insert(id("c.a/cluster"), Sight::Clash { physical, owner });
        orphans.clear();
    });
    assert_eq!(
        differences,
        [
            "c.a/cluster: its name is now held by toy-9, which is not ours",
            "n.a/vpc: cannot be read: denied",
            "n.b/vpc: was not read",
            "n.old/vpc: was toy-n-old-vpc, is gone",
        ]
    );
}

#[test]
fn kinds_that_cannot_be_listed_are_not_gone_and_marks_count() {
    let mut file = sample();
    let sights: BTreeMap<ResourceId, Sight> = file
        .desired
        .keys()
        .map(|id| {
            let live = file.live.get(id).cloned().map(Box::new);
            (id.clone(), live.map_or(Sight::Absent, Sight::Adoptable))
        })
        .collect();
    let unread = BTreeMap::from([("toy.net".to_owned(), "denied".to_owned())]);
    let said = |file: &PlanFile, sights: &BTreeMap<ResourceId, Sight>| -> Vec<String> {
        let differences = verify(file, &tables(), sights, &[], &unread);
        differences.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        said(&file, &sights),
        [
            "n.a/vpc: has lost the mark of this stack",
            "n.b/vpc: has lost the mark of this stack",
            "n.old/vpc: cannot be read: denied",
        ]
    );
    // A plan that takes it over expects it to be nobody's.
    let mut changes = file.plan.changes.iter_mut();
    let taken = changes.find(|change| change.id == id("n.b/vpc"));
    taken.unwrap().action = crate::plan::Action::Adopt;
    assert!(!said(&file, &sights).iter().any(|one| one.contains("n.b")));
    let live = file.live[&id("n.b/vpc")].clone();
    let mut marked = sights.clone();
    marked.insert(id("n.b/vpc"), Sight::Present(Box::new(live)));
    let said = said(&file, &marked);
    assert!(
        said.contains(&"n.b/vpc: is marked as ours by now".to_owned()),
        "{said:?}"
    );
}

#[test]
fn the_order_in_which_a_cloud_lists_a_set_does_not_count() {
    let uses = ["n.a/x", "n.a/y"];
    let net = |name: &str| delete(seen("toy.net", name, &[]));
    let decided = decided([
        net("n.a/x"),
        net("n.a/y"),
        delete(seen("toy.net", "n.a/z", &uses)),
    ]);
    let mut inputs = inputs(&decided);
    inputs.goal = Goal::Destroy;
    let mut live = inputs.orphans.clone();
    let plan = make_from(&inputs, decided).unwrap();
    assert!(plan.desired.is_empty());
    for one in &mut live {
        if let Some(Value::List(needs)) = one.fields.get_mut("needs") {
            needs.reverse();
        }
    }
    assert_eq!(
        verify(&plan, &tables(), &BTreeMap::new(), &live, &BTreeMap::new()),
        Vec::new()
    );
}
