//! What a plan refuses, what it says, and what needs a yes.

use super::toy::{
    create, decided, decision, delete, id, inputs, lines, open, plan, replace, seen, want,
};
use crate::contract::{Note, Severity};
use crate::model::{Sight, Stray, Value};
use crate::plan::{
    FieldChange, Goal, GuardError, Inputs, Reason, Refused, ShownEffect, Verdict, make, make_from,
    needs_consent,
};

#[test]
fn strays_stop_the_plan() {
    let decided = decided([create(want("toy.net", "n.a/vpc", &[]))]);
    let mut inputs = inputs(&decided);
    inputs.strays = vec![Stray {
        physical: "toy-7".to_owned(),
        place: "farland".to_owned(),
    }];
    let error = make_from(&inputs, decided).unwrap_err();
    assert!(error.to_string().contains("toy-7 in farland"), "{error}");
}

#[test]
fn a_foreign_file_is_refused_even_when_the_claim_is_live() {
    let claim = decision(
        Some(want("toy.claim", "stack.shop/claim", &[])),
        Some(seen("toy.claim", "stack.shop/claim", &[])),
        Verdict::Nothing,
    );
    let decisions = [
        claim,
        create(want("toy.net", "n.a/vpc", &[])),
        delete(seen("toy.net", "n.b/vpc", &[])),
    ];
    let decided = decided(decisions.clone());
    let error = make_from(&inputs(&decided), decided).unwrap_err();
    let expected = GuardError::NoneDeclared(vec![id("n.b/vpc")]);
    assert_eq!(error, Refused::Guard(expected));
    assert!(
        error
            .to_string()
            .contains("this stack holds 1 objects, none of them in this file: n.b/vpc")
    );
    let live = decision(
        Some(want("toy.net", "n.c/vpc", &[])),
        Some(seen("toy.net", "n.c/vpc", &[])),
        Verdict::Nothing,
    );
    assert_eq!(
        plan(decisions.into_iter().chain([live]))
            .plan
            .summary
            .delete,
        1
    );
}

#[test]
fn a_destroy_is_refused_as_a_whole() {
    let blocked = |name: &str, reason: Reason| {
        let mut blocked = decision(None, Some(seen("toy.net", name, &[])), Verdict::Blocked);
        blocked.reasons = vec![reason];
        blocked
    };
    let unread = Reason::Unread {
        reason: "denied".to_owned(),
    };
    let decided = decided([
        blocked("n.a/vpc", Reason::Protected),
        blocked("n.b/vpc", unread),
        delete(seen("toy.net", "n.c/vpc", &[])),
    ]);
    let mut inputs = inputs(&decided);
    inputs.goal = Goal::Destroy;
    let error = make_from(&inputs, decided).unwrap_err();
    let expected = GuardError::Protected {
        protected: vec![id("n.a/vpc")],
        switches: Vec::new(),
        unclear: vec![id("n.b/vpc")],
    };
    assert_eq!(error, Refused::Guard(expected));
}

#[test]
fn a_switch_of_the_cloud_is_told_with_the_way_to_turn_it_off() {
    let mut live = seen("toy.net", "n.a/vpc", &[]);
    let way = "turn it off in the console";
    live.fields.insert("protection".to_owned(), way.into());
    let mut blocked = decision(None, Some(live), Verdict::Blocked);
    blocked.reasons = vec![Reason::Protected];
    let decided = decided([blocked]);
    let mut inputs = inputs(&decided);
    inputs.goal = Goal::Destroy;
    let words = make_from(&inputs, decided).unwrap_err().to_string();
    assert!(
        words.contains(way) && !words.contains("protect ="),
        "{words}"
    );
}

#[test]
fn what_a_blocked_object_uses_stays() {
    let mut pool = decision(
        Some(want("toy.pool", "c.a.pool.w/pool", &[])),
        Some(seen("toy.pool", "c.a.pool.w/pool", &["c.a/role"])),
        Verdict::Blocked,
    );
    pool.reasons = vec![Reason::Protected];
    let plan = plan([
        pool,
        delete(seen("toy.net", "c.a/role", &["c.a/deeper"])),
        delete(seen("toy.net", "c.a/deeper", &[])),
        delete(seen("toy.net", "c.a/unused", &[])),
    ]);
    // Of a block that is gone from the file, what no reference tells of may be used as well.
    assert_eq!(lines(&plan.plan.steps), Vec::<String>::new());
    assert_eq!(plan.plan.summary.blocked, 4);
    let role = plan
        .plan
        .changes
        .iter()
        .find(|change| change.id == id("c.a/role"));
    let because = Reason::Needs {
        id: id("c.a.pool.w/pool"),
    };
    assert!(role.unwrap().reasons.contains(&because));
}

#[test]
fn notes_come_worst_first_and_once() {
    let mut blocked = decision(
        Some(want("toy.net", "n.a/sub", &[])),
        None,
        Verdict::Blocked,
    );
    blocked.reasons = vec![Reason::NameTaken {
        physical: "sub-1".to_owned(),
    }];
    let live = decision(
        Some(want("toy.net", "n.z/vpc", &[])),
        Some(seen("toy.net", "n.z/vpc", &[])),
        Verdict::Nothing,
    );
    let mut roll = super::toy::update(
        want("toy.pool", "p.a/pool", &[]),
        seen("toy.pool", "p.a/pool", &[]),
        &[&["size"]],
    );
    roll.fields = vec![FieldChange {
        path: "size".to_owned(),
        before: Value::Int(1),
        after: Value::Int(2),
        effect: ShownEffect::Rolling,
        sensitive: true,
    }];
    let decided = decided([
        blocked,
        live,
        roll,
        delete(seen("toy.gate", "n.a/gate", &[])),
        replace(
            want("toy.cluster", "c.a/c", &[]),
            seen("toy.cluster", "c.a/c", &[]),
        ),
        replace(
            want("toy.pool", "p.b/pool", &[]),
            seen("toy.pool", "p.b/pool", &[]),
        ),
    ]);
    let mut inputs = inputs(&decided);
    inputs
        .unread
        .insert("toy.net".to_owned(), "denied".to_owned());
    let note = Note {
        severity: Severity::Info,
        code: "word".to_owned(),
        message: "said twice".to_owned(),
        address: None,
    };
    inputs.notes = vec![note.clone(), note];
    let plan = make_from(&inputs, decided).unwrap();
    let shown: Vec<_> = plan
        .plan
        .notes
        .iter()
        .map(|note| (note.code.as_str(), note.address.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        shown,
        [
            ("loss", "n.a/gate"),
            ("replace", "c.a/c"),
            ("replace", "p.b/pool"),
            ("blocked", "n.a/sub"),
            ("downtime", "p.b/pool"),
            ("rolling", "p.a/pool"),
            ("unread", ""),
            ("word", ""),
        ]
    );
    let consent = needs_consent(&plan.plan);
    assert_eq!(consent.deletes, [id("n.a/gate")]);
    assert_eq!(consent.replaces, [id("c.a/c"), id("p.b/pool")]);
    let pool = plan
        .plan
        .changes
        .iter()
        .find(|change| change.id == id("p.a/pool"));
    assert_eq!(pool.unwrap().fields[0].after, Value::text("(sensitive)"));
}

/// What lies in something that has failed is as lost as that; what lies in something that works is not.
#[test]
fn what_lies_in_something_failed_goes_without_a_word() {
    let again = |name: &str, reason: Reason| {
        let kind = match name.contains(".pool.") {
            true => "toy.pool",
            false => "toy.cluster",
        };
        let mut one = replace(want(kind, name, &[]), seen(kind, name, &[]));
        one.reasons = vec![reason];
        one
    };
    let goes = |name: &str| Reason::ParentGoes { id: id(name) };
    let failed = Reason::FailedState {
        reason: "quota".to_owned(),
    };
    let moved = Reason::ReplacedWith { id: id("n.a/vpc") };
    let mut decided = decided([
        again("c.a/c", failed),
        again("c.a.pool.w/pool", goes("c.a/c")),
        again("c.b/c", moved.clone()),
        again("c.b.pool.w/pool", goes("c.b/c")),
        again("c.c.pool.w/pool", moved),
    ]);
    let inputs = inputs(&decided);
    // An earlier replacement gave it a name of its own.
    let pool = decided.decisions.get_mut(&id("c.a.pool.w/pool")).unwrap();
    pool.desired.as_mut().unwrap().name = Some("c-a-pool-w-pool-1a2b3c4d".to_owned());
    let plan = make_from(&inputs, decided).unwrap();
    let name = |of: &str| plan.desired[&id(of)].name.clone().unwrap();
    assert_eq!(name("c.a.pool.w/pool"), "c-a-pool-w-pool");
    assert_eq!(name("c.b.pool.w/pool"), "c-b-pool-w-pool");
    assert_ne!(name("c.c.pool.w/pool"), "c-c-pool-w-pool");
    let consent = needs_consent(&plan.plan);
    let others = ["c.b/c", "c.b.pool.w/pool", "c.c.pool.w/pool"];
    assert_eq!(consent.replaces, others.map(id));
    let notes = plan.plan.notes.iter();
    let grave: Vec<&str> = notes
        .filter(|note| note.severity == Severity::Danger || note.code == "downtime")
        .filter_map(|note| note.address.as_deref())
        .collect();
    assert!(
        !grave.is_empty() && grave.iter().all(|one| !one.starts_with("c.a")),
        "{grave:?}"
    );
}

#[test]
fn a_sensitive_value_is_never_written_down() {
    let decided = decided([create(want("toy.net", "n.a/vpc", &[]))]);
    let mut inputs = inputs(&decided);
    for table in inputs.tables.values_mut() {
        table.rows[0].sensitive = true;
    }
    let error = make_from(&inputs, decided).unwrap_err();
    assert!(
        matches!(error, Refused::Sensitive { ref field, .. } if field == "size"),
        "{error}"
    );
}

#[test]
fn where_a_removal_is_held_the_rest_of_its_block_stays() {
    let mut pool = decision(
        Some(want("toy.pool", "c.a.pool.w/pool", &[])),
        Some(seen("toy.pool", "c.a.pool.w/pool", &["n.a/subnet"])),
        Verdict::Blocked,
    );
    pool.reasons = vec![Reason::Protected];
    let undeclared = |name: &str| {
        let mut one = delete(seen("toy.net", name, &[]));
        one.reasons = vec![Reason::NotDeclared];
        one
    };
    let plan = plan([
        pool,
        undeclared("n.a/subnet"),
        // A way out: nothing refers to it.
        undeclared("n.a/routes"),
        undeclared("n.b/subnet"),
    ]);
    assert_eq!(lines(&plan.plan.steps), ["1 delete network n.b/subnet"]);
}

#[test]
fn what_could_not_be_listed_keeps_what_is_undeclared() {
    let decided = decided([create(want("toy.net", "n.a/vpc", &[]))]);
    let mut inputs = inputs(&decided);
    inputs.orphans = vec![seen("toy.net", "n.b/vpc", &[])];
    inputs.sights = [(
        "n.a/vpc",
        Sight::Present(Box::new(seen("toy.net", "n.a/vpc", &[]))),
    )]
    .map(|(name, sight)| (id(name), sight))
    .into();
    inputs.resources = vec![open(&want("toy.net", "n.a/vpc", &[]))];
    let removes = |inputs: &Inputs| make(inputs).unwrap().plan.summary.delete;
    assert_eq!(removes(&inputs), 1);
    inputs.unread = [("toy.pool".to_owned(), "denied".to_owned())].into();
    assert_eq!(removes(&inputs), 0);
}
