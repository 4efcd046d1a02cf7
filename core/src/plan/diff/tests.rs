//! Each kind of field, each rule of comparing.
#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};

use super::*;
use crate::model::{Condition, Identity, Kind, ReplaceOrder, Seconds};

fn table(rows: Vec<Row>) -> Table {
    Table {
        kind: Kind::new("toy.thing"),
        title: "thing".to_owned(),
        rows,
        outputs: Vec::new(),
        identity: Identity::Named,
        replace: ReplaceOrder::DeleteFirst,
        dies_with_parent: false,
        leaves: false,
        lingers: false,
        kept_days: 0,
        runs: false,
        loss: None,
        downtime: None,
        rolls: "nodes".to_owned(),
        seconds: Seconds::default(),
        lane: None,
    }
}

fn of(row: Row, wanted: &Json, live: &Json) -> Vec<Diff> {
    let name = row.name.clone();
    let wanted = BTreeMap::from([(name.clone(), Value::from_json(wanted).unwrap())]);
    let live = Fields::from([(name, Value::from_json(live).unwrap())]);
    diff(&table(vec![row]), &wanted, &live)
}

/// Path, before and after of each change.
fn shown(kind: FieldKind, wanted: &Json, live: &Json) -> Vec<(String, Json, Json)> {
    of(
        Row::new("f", kind, Effect::InPlace, "a field"),
        wanted,
        live,
    )
    .into_iter()
    .flat_map(|diff| diff.changes)
    .map(|one| (one.path, one.before.to_json(), one.after.to_json()))
    .collect()
}

fn paths(kind: FieldKind, wanted: &Json, live: &Json) -> Vec<String> {
    let found = shown(kind, wanted, live).into_iter();
    found.map(|(path, ..)| path).collect()
}

fn hole() -> Json {
    Pending::output(&ResourceId::new("network.main", "vpc"), "id").to_json()
}

#[test]
fn scalars() {
    let differs = |wanted: Json, live: Json| !shown(FieldKind::Scalar, &wanted, &live).is_empty();
    assert!(!differs(json!(3), json!(3)));
    assert!(differs(json!(3), json!(4)));
    assert!(differs(json!(true), json!(null)));
    assert!(!differs(json!(null), json!(4)), "null is not compared");
    assert!(differs(hole(), json!("vpc-1")));
    assert_eq!(
        shown(FieldKind::Scalar, &json!("b"), &json!("a")),
        [("f".to_owned(), json!("a"), json!("b"))]
    );
}

#[test]
fn sets_have_no_order_and_no_repetition() {
    let paths = |wanted: Json, live: Json| paths(FieldKind::Set, &wanted, &live);
    assert!(paths(json!(["a", "b"]), json!(["b", "a", "a"])).is_empty());
    assert!(paths(json!([]), json!(null)).is_empty());
    assert_eq!(paths(json!(["a"]), json!(["a", "b"])), ["f"]);
    assert_eq!(paths(json!([]), json!(["b"])), ["f"]);
    assert_eq!(paths(json!([hole()]), json!(["a"])), ["f"]);
    assert!(paths(json!([{"a": 1, "b": null}]), json!([{"a": 1}])).is_empty());
}

#[test]
fn lists_have_an_order() {
    let paths = |wanted: Json, live: Json| paths(FieldKind::List, &wanted, &live);
    assert!(paths(json!(["a", "b"]), json!(["a", "b"])).is_empty());
    assert!(paths(json!([]), json!(null)).is_empty());
    assert_eq!(paths(json!(["a", "b"]), json!(["b", "a"])), ["f"]);
}

#[test]
fn keyed_lists_name_the_item() {
    let kind = || FieldKind::KeyedList {
        key: "key".to_owned(),
    };
    let item = |key: &str, value: i64| json!({"key": key, "value": value, "more": null});
    let live = json!([{"key": "a", "value": 1}, {"key": "b", "value": 2}]);
    assert!(paths(kind(), &json!([item("b", 2), item("a", 1)]), &live).is_empty());
    let found = shown(kind(), &json!([item("a", 3), item("c", 1)]), &live);
    let named: Vec<&str> = found.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(named, ["f[a]", "f[b]", "f[c]"]);
    assert_eq!(found[1].2, json!(null));
    assert_eq!(found[2].1, json!(null));
    // A key twice, as with taints of two effects: told apart by the whole items.
    let twice = json!([{"key": "a", "value": 1}, {"key": "a", "value": 2}]);
    let turned = json!([{"key": "a", "value": 2}, {"key": "a", "value": 1}]);
    assert!(paths(kind(), &twice, &turned).is_empty());
    assert_eq!(
        paths(kind(), &twice, &json!([{"key": "a", "value": 1}])),
        ["f[a]"]
    );
    // No known key: as a whole.
    assert_eq!(paths(kind(), &json!([{"key": hole()}]), &live), ["f"]);
}

#[test]
fn maps_own_all_keys_or_only_those_declared() {
    let map = |owned_only| FieldKind::Map { owned_only };
    let live = json!({"team": "web", "foreign": "x", "in": {"max": 3, "min": 1}});
    let wanted = json!({"team": "api", "in": {"max": 4, "min": null}, "a/b": "new", "none": []});
    assert_eq!(
        paths(map(true), &wanted, &live),
        ["f[\"a/b\"]", "f.in.max", "f.team"]
    );
    assert_eq!(
        paths(map(false), &wanted, &live),
        ["f[\"a/b\"]", "f.foreign", "f.in.max", "f.team"]
    );
    assert_eq!(paths(map(true), &json!({"a": 1}), &json!(null)), ["f.a"]);
    assert!(paths(map(true), &json!({}), &live).is_empty());
    assert!(paths(map(false), &json!({}), &json!(null)).is_empty());
    assert_eq!(paths(map(false), &hole(), &live), ["f"]);
}

#[test]
fn policies_differ_by_meaning_only() {
    let doc = json!({"Statement": [{"Action": ["a"], "Effect": "Allow"}]});
    let text = json!("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"a\"}}");
    assert!(paths(FieldKind::JsonPolicy, &doc, &text).is_empty());
    assert!(paths(FieldKind::JsonPolicy, &text, &doc).is_empty());
    let other = json!({"Statement": [{"Action": ["b"], "Effect": "Allow"}]});
    assert_eq!(paths(FieldKind::JsonPolicy, &other, &text), ["f"]);
    assert_eq!(paths(FieldKind::JsonPolicy, &other, &json!(null)), ["f"]);
    assert_eq!(paths(FieldKind::JsonPolicy, &json!("odd {"), &text), ["f"]);
    assert!(paths(FieldKind::JsonPolicy, &json!("odd {"), &json!("odd {")).is_empty());
    let open = json!({"Statement": [{"Action": [hole()], "Effect": "Allow"}]});
    assert_eq!(paths(FieldKind::JsonPolicy, &open, &text), ["f"]);
}

#[test]
fn effects_are_those_of_the_row() {
    let effect = |effect: Effect| {
        let row = Row::new("f", FieldKind::Scalar, effect, "a field");
        of(row, &json!(2), &json!(1))
            .pop()
            .map(|diff| diff.changes[0].effect)
    };
    let refused = Effect::Refused {
        advice: "do not".to_owned(),
    };
    assert_eq!(effect(Effect::InPlace), Some(ShownEffect::InPlace));
    assert_eq!(effect(Effect::Rolling), Some(ShownEffect::Rolling));
    assert_eq!(effect(Effect::Replace), Some(ShownEffect::Replace));
    assert_eq!(effect(refused), Some(ShownEffect::Refused));
    assert_eq!(effect(Effect::CreateOnly), None);
    assert_eq!(effect(Effect::Computed), None);
    let when = |otherwise| Effect::When {
        condition: Condition::Shrinks,
        then: Box::new(Effect::Replace),
        otherwise: Box::new(otherwise),
    };
    assert_eq!(effect(when(Effect::Rolling)), Some(ShownEffect::Rolling));
    assert_eq!(effect(when(Effect::CreateOnly)), None);
}

#[test]
fn a_field_the_cloud_does_not_return() {
    let run = |effect: Effect| {
        let row = Row::new("f", FieldKind::Scalar, effect, "a field");
        let wanted = BTreeMap::from([("f".to_owned(), Value::Int(2))]);
        diff(&table(vec![row]), &wanted, &Fields::new())
    };
    assert!(run(Effect::CreateOnly).is_empty());
    assert!(run(Effect::Computed).is_empty());
    assert_eq!(run(Effect::InPlace)[0].changes[0].before, Value::Null);
    let once = Effect::When {
        condition: Condition::SetAtCreate,
        then: Box::new(Effect::Replace),
        otherwise: Box::new(Effect::InPlace),
    };
    assert_eq!(run(once)[0].effect, Effect::InPlace);
}

#[test]
fn foreign_keys_do_not_count_in_conditions() {
    let only_adds = Effect::When {
        condition: Condition::OnlyAdds,
        then: Box::new(Effect::InPlace),
        otherwise: Box::new(Effect::Replace),
    };
    let run = |owned_only| {
        let kind = FieldKind::Map { owned_only };
        let row = Row::new("f", kind, only_adds.clone(), "a field");
        let found = of(row, &json!({"a": 1, "b": 2}), &json!({"a": 1, "x": 1}));
        found[0].effect.clone()
    };
    assert_eq!(run(true), Effect::InPlace);
    assert_eq!(run(false), Effect::Replace);
}

#[test]
fn sensitive_values_are_masked_and_waiting_ones_named() {
    let mut row = Row::new("f", FieldKind::Scalar, Effect::InPlace, "a field");
    row.sensitive = true;
    let found = of(row.clone(), &json!("new"), &json!("old"));
    let one = &found[0].changes[0];
    assert!(one.sensitive);
    assert_eq!(
        (&one.before, &one.after),
        (&Value::text(MASK), &Value::text(MASK))
    );
    let found = of(row, &hole(), &json!("old"));
    assert_eq!(found[0].waits, [ResourceId::new("network.main", "vpc")]);
    assert_eq!(found[0].changes[0].after.to_json(), hole());
}
