//! What a change of one field does: conditions of the table, evaluated.

use std::collections::BTreeSet;

use crate::model::{Condition, Effect, Minor, Never, Pending, Value};

/// The effect of going from `before` to `after`, without conditions.
///
/// A condition that depends on something still pending counts as its worse branch.
pub(super) fn evaluate<'a>(
    effect: &'a Effect,
    before: &Value<Never>,
    after: &Value<Pending>,
) -> &'a Effect {
    let Effect::When {
        condition,
        then,
        otherwise,
    } = effect
    else {
        return effect;
    };
    match holds(condition, before, after) {
        Some(true) => evaluate(then, before, after),
        Some(false) => evaluate(otherwise, before, after),
        None => {
            let then = evaluate(then, before, after);
            let otherwise = evaluate(otherwise, before, after);
            if rank(then) > rank(otherwise) {
                then
            } else {
                otherwise
            }
        }
    }
}

/// How bad an effect is; only its order counts.
fn rank(effect: &Effect) -> u8 {
    match effect {
        Effect::CreateOnly | Effect::Computed => 0,
        Effect::InPlace | Effect::Stepwise => 1,
        Effect::Rolling => 2,
        Effect::Replace => 3,
        Effect::Refused { .. } => 4,
        Effect::When {
            then, otherwise, ..
        } => rank(then).max(rank(otherwise)),
    }
}

/// Whether the condition holds; `None` when a pending value decides.
fn holds(condition: &Condition, before: &Value<Never>, after: &Value<Pending>) -> Option<bool> {
    match condition {
        Condition::SetAtCreate => Some(!blank(before)),
        Condition::Grows => ordered(before, after, |was, now| now > was),
        Condition::Shrinks => ordered(before, after, |was, now| now < was),
        Condition::OnlyAdds => only_adds(before, after),
        Condition::SameZones => {
            if pending(after) {
                return None;
            }
            Some(items(before) == items(after))
        }
        Condition::OneWay { order } => {
            if pending(after) {
                return None;
            }
            let place =
                |text: Option<&str>| order.iter().position(|one| Some(one.as_str()) == text);
            let now = place(after.as_text());
            // Not set before: it stands ahead of the first.
            Some(
                now.is_some()
                    && (blank(before)
                        || place(before.as_text()).is_some_and(|was| Some(was) <= now)),
            )
        }
        Condition::NewerMinor => minors(before, after, |was, now| now > was),
        Condition::PreviousMinor => minors(before, after, |was, now| now + 1 == was),
    }
}

/// Nothing is set: no value, or an empty text, list or map.
pub(super) fn blank<H>(value: &Value<H>) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Hole(_) => false,
    }
}

fn pending(value: &Value<Pending>) -> bool {
    let mut found = false;
    value.each_hole(&mut |_| found = true);
    found
}

fn number<H>(value: &Value<H>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// Compares two numbers; what is no number neither grows nor shrinks.
fn ordered(
    before: &Value<Never>,
    after: &Value<Pending>,
    holds: impl Fn(i64, i64) -> bool,
) -> Option<bool> {
    if pending(after) {
        return None;
    }
    Some(matches!((number(before), number(after)), (Some(was), Some(now)) if holds(was, now)))
}

/// Compares the minors of two versions of one major.
fn minors(
    before: &Value<Never>,
    after: &Value<Pending>,
    holds: impl Fn(u32, u32) -> bool,
) -> Option<bool> {
    if pending(after) {
        return None;
    }
    let was = before.as_text().and_then(Minor::of);
    let now = after.as_text().and_then(Minor::of);
    Some(matches!(
        (was, now),
        (Some(was), Some(now)) if was.major == now.major && holds(was.minor, now.minor)
    ))
}

/// Everything of before is still there. Known items may settle it although others are pending.
fn only_adds(before: &Value<Never>, after: &Value<Pending>) -> Option<bool> {
    if blank(before) {
        return Some(true);
    }
    let kept = match (before, after) {
        (Value::Hole(never), _) => match *never {},
        (_, Value::Hole(_)) => false,
        (Value::List(_), Value::List(_)) => items(before).is_subset(&items(after)),
        (Value::Map(was), Value::Map(now)) => was
            .iter()
            .all(|(key, value)| now.get(key).is_some_and(|new| same(new, value))),
        _ => return Some(false),
    };
    if kept {
        Some(true)
    } else if pending(after) {
        None
    } else {
        Some(false)
    }
}

/// The values in a list or map, each as canonical text; one value counts as a list of itself.
fn items<H: crate::model::Hole>(value: &Value<H>) -> BTreeSet<String> {
    match value {
        Value::Null => BTreeSet::new(),
        Value::List(list) => list.iter().map(canonical).collect(),
        Value::Map(entries) => entries.values().map(canonical).collect(),
        _ => BTreeSet::from([canonical(value)]),
    }
}

/// One text for equal values; what is not set inside maps is left out.
pub(super) fn canonical<H: crate::model::Hole>(value: &Value<H>) -> String {
    fn strip(json: &mut serde_json::Value) {
        match json {
            serde_json::Value::Object(object) => {
                object.retain(|_, value| !value.is_null());
                object.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = value.to_json();
    strip(&mut json);
    json.to_string()
}

/// Whether a wanted value is the live one. What the wanted one leaves unset (`Null` in a map) is not compared;
/// a hole is never the same.
pub(super) fn same<H>(wanted: &Value<H>, live: &Value<Never>) -> bool {
    match (wanted, live) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let wanted = a.iter().all(|(key, value)| match value {
                Value::Null => true,
                value => same(value, b.get(key).unwrap_or(&Value::Null)),
            });
            wanted
                && b.iter()
                    .all(|(key, value)| a.contains_key(key) || *value == Value::Null)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::model::ResourceId;

    fn shown(condition: Condition, before: &Json, after: &Json) -> Effect {
        let effect = Effect::When {
            condition,
            then: Box::new(Effect::Rolling),
            otherwise: Box::new(Effect::Replace),
        };
        let before = Value::from_json(before).unwrap();
        let after = Value::from_json(after).unwrap();
        evaluate(&effect, &before, &after).clone()
    }

    fn check(condition: &Condition, cases: &[(Json, Json, bool)]) {
        for (before, after, holds) in cases {
            let expected = if *holds {
                Effect::Rolling
            } else {
                Effect::Replace
            };
            let found = shown(condition.clone(), before, after);
            assert_eq!(found, expected, "{condition:?}: {before} → {after}");
        }
    }

    fn hole() -> Json {
        Pending::output(&ResourceId::new("network.main", "vpc"), "id").to_json()
    }

    use crate::model::Hole as _;

    #[test]
    fn numbers_grow_and_shrink() {
        let up = (json!(2), json!(3), true);
        let down = (json!(3), json!(2), false);
        let text = (json!("9"), json!("10"), true);
        let unset = (json!(null), json!(3), false);
        let open = (json!(2), hole(), false);
        check(&Condition::Grows, &[up, down, text, unset, open]);
        let up = (json!(2), json!(3), false);
        let down = (json!(3), json!(2), true);
        let unset = (json!(null), json!(3), false);
        check(&Condition::Shrinks, &[up, down, unset]);
    }

    #[test]
    fn only_adding_keeps_everything_of_before() {
        let cases = [
            (json!(["a"]), json!(["b", "a"]), true),
            (json!(["a", "b"]), json!(["a"]), false),
            (json!(null), json!(["a"]), true),
            (json!(["a"]), json!(["a", hole()]), true),
            (json!(["a"]), json!([hole()]), false),
            (json!({"k": 1}), json!({"k": 1, "l": 2}), true),
            (json!({"k": 1}), json!({"k": 2}), false),
            (json!("a"), json!("b"), false),
        ];
        check(&Condition::OnlyAdds, &cases);
    }

    #[test]
    fn set_at_create_looks_at_live_alone() {
        let cases = [
            (json!("key"), hole(), true),
            (json!(false), json!(true), true),
            (json!(null), hole(), false),
            (json!([]), json!(["a"]), false),
            (json!({}), json!({"a": 1}), false),
            (json!(""), json!("key"), false),
        ];
        check(&Condition::SetAtCreate, &cases);
    }

    #[test]
    fn zones_are_the_same_whatever_their_order() {
        let cases = [
            (json!(["a", "b"]), json!(["b", "a"]), true),
            (json!({"x": "a"}), json!({"y": "a"}), true),
            (json!(["a", "b"]), json!(["a", "c"]), false),
            (json!(["a"]), json!([hole()]), false),
        ];
        check(&Condition::SameZones, &cases);
    }

    #[test]
    fn one_way_goes_forward_along_the_list() {
        let order = ["MAP", "BOTH", "API"].map(str::to_owned).into();
        let cases = [
            (json!("MAP"), json!("API"), true),
            (json!(null), json!("BOTH"), true),
            (json!("API"), json!("BOTH"), false),
            (json!("MAP"), json!("OTHER"), false),
            (json!("OTHER"), json!("API"), false),
            (json!("MAP"), hole(), false),
        ];
        check(&Condition::OneWay { order }, &cases);
    }

    #[test]
    fn minors_go_up_by_any_number_and_back_by_one() {
        let cases = [
            (json!("1.32"), json!("1.33"), true),
            (json!("1.9"), json!("v1.10"), true),
            (json!("1.32"), json!("1.34"), true),
            (json!("1.33"), json!("1.32"), false),
            (json!("1.33"), json!("2.34"), false),
            (json!(null), json!("1.33"), false),
            (json!("1.32"), hole(), false),
        ];
        check(&Condition::NewerMinor, &cases);
        let cases = [
            (json!("1.33"), json!("1.32"), true),
            (json!("1.33"), json!("1.31"), false),
            (json!("1.33"), json!("1.33"), false),
            (json!("1.32"), json!("1.33"), false),
            (json!("2.33"), json!("1.32"), false),
        ];
        check(&Condition::PreviousMinor, &cases);
    }

    #[test]
    fn a_pending_value_counts_as_the_worse_branch_however_they_are_written() {
        let effect = |then, otherwise| Effect::When {
            condition: Condition::Grows,
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        let after = Value::from_json(&hole()).unwrap();
        let refused = Effect::Refused {
            advice: "no".to_owned(),
        };
        for (one, other, worse) in [
            (Effect::InPlace, Effect::Rolling, Effect::Rolling),
            (Effect::Rolling, Effect::Replace, Effect::Replace),
            (Effect::Replace, refused.clone(), refused),
            (Effect::CreateOnly, Effect::InPlace, Effect::InPlace),
        ] {
            for both in [effect(one.clone(), other.clone()), effect(other, one)] {
                assert_eq!(evaluate(&both, &Value::Int(1), &after), &worse);
            }
        }
    }
}
