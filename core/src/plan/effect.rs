//! What a change does to a live object: conditions of the table, decided.

use super::diff::same;
use crate::model::{Condition, Effect, Never, Pending, Value};

/// The effect of changing `have` into `want`. What is pending counts as the worse of both branches.
pub(super) fn evaluate(effect: &Effect, want: &Value<Pending>, have: &Value<Never>) -> Effect {
    let Effect::When {
        condition,
        then,
        otherwise,
    } = effect
    else {
        return effect.clone();
    };
    match holds(condition, want, have) {
        Some(true) => evaluate(then, want, have),
        Some(false) => evaluate(otherwise, want, have),
        None => {
            let (then, otherwise) = (evaluate(then, want, have), evaluate(otherwise, want, have));
            if worse(&then, &otherwise) {
                then
            } else {
                otherwise
            }
        }
    }
}

/// Whether one effect is worse than the other.
pub(super) fn worse(one: &Effect, other: &Effect) -> bool {
    rank(one) > rank(other)
}

fn rank(effect: &Effect) -> u8 {
    match effect {
        Effect::Computed | Effect::CreateOnly => 0,
        Effect::InPlace => 1,
        Effect::Rolling => 2,
        Effect::Replace => 3,
        Effect::Refused { .. } => 4,
        Effect::When {
            then, otherwise, ..
        } => rank(then).max(rank(otherwise)),
    }
}

/// Whether the condition holds; `None` while that depends on what is pending.
fn holds(condition: &Condition, want: &Value<Pending>, have: &Value<Never>) -> Option<bool> {
    if let Condition::SetAtCreate = condition {
        return Some(!matches!(have, Value::Null) && !blank(have));
    }
    let mut open = false;
    want.each_hole(&mut |_| open = true);
    if open {
        return None;
    }
    Some(match condition {
        Condition::Grows => numbers(want, have).is_some_and(|(want, have)| want > have),
        Condition::Shrinks => numbers(want, have).is_some_and(|(want, have)| want < have),
        Condition::OnlyAdds => contains(want, have),
        Condition::SameZones => contains(want, have) && size(want) == size(have),
        Condition::OneWay { order } => match (place(order, want), place(order, have)) {
            (Some(want), Some(have)) => want >= have,
            (want, None) => want.is_some(),
            (None, Some(_)) => false,
        },
        Condition::NextMinor => match (minor(want), minor(have)) {
            (Some((major, want)), Some((live, have))) => major == live && want == have + 1,
            _ => false,
        },
        Condition::SetAtCreate => true,
    })
}

fn blank(value: &Value<Never>) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

fn numbers(want: &Value<Pending>, have: &Value<Never>) -> Option<(i64, i64)> {
    match (want, have) {
        (Value::Int(want), Value::Int(have)) => Some((*want, *have)),
        _ => None,
    }
}

fn size<H>(value: &Value<H>) -> usize {
    match value {
        Value::List(items) => items.len(),
        Value::Map(entries) => entries.len(),
        Value::Null => 0,
        _ => 1,
    }
}

/// Everything that is there stays as it is.
fn contains(want: &Value<Pending>, have: &Value<Never>) -> bool {
    match (want, have) {
        (_, Value::Null) => true,
        (Value::List(want), Value::List(have)) => have
            .iter()
            .all(|have| want.iter().any(|want| same(want, have))),
        (Value::Map(want), Value::Map(have)) => have
            .iter()
            .all(|(key, have)| want.get(key).is_some_and(|want| same(want, have))),
        (want, have) => same(want, have),
    }
}

fn place<H>(order: &[String], value: &Value<H>) -> Option<usize> {
    let text = value.as_text()?;
    order.iter().position(|one| one == text)
}

/// `1.33` as numbers.
fn minor<H>(value: &Value<H>) -> Option<(u32, u32)> {
    let (major, minor) = value.as_text()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(condition: Condition) -> Effect {
        Effect::When {
            condition,
            then: Box::new(Effect::InPlace),
            otherwise: Box::new(Effect::Replace),
        }
    }

    fn list<H>(items: &[&str]) -> Value<H> {
        Value::List(items.iter().map(|item| Value::text(*item)).collect())
    }

    #[test]
    fn each_condition_decides_both_ways() {
        let order = vec!["CONFIG_MAP".to_owned(), "API".to_owned()];
        let cases: Vec<(Condition, Value<Pending>, Value<Never>, bool)> = vec![
            (Condition::Grows, 3.into(), 2.into(), true),
            (Condition::Grows, 1.into(), 2.into(), false),
            (Condition::Shrinks, 1.into(), 2.into(), true),
            (Condition::Shrinks, 2.into(), 2.into(), false),
            (Condition::OnlyAdds, list(&["a", "b"]), list(&["b"]), true),
            (Condition::OnlyAdds, list(&["a"]), list(&["b"]), false),
            (Condition::SetAtCreate, "x".into(), "y".into(), true),
            (Condition::SetAtCreate, "x".into(), Value::Null, false),
            (Condition::SetAtCreate, "x".into(), "".into(), false),
            (
                Condition::SameZones,
                list(&["a", "b"]),
                list(&["b", "a"]),
                true,
            ),
            (Condition::SameZones, list(&["a"]), list(&["b"]), false),
            (
                Condition::OneWay {
                    order: order.clone(),
                },
                "API".into(),
                "CONFIG_MAP".into(),
                true,
            ),
            (
                Condition::OneWay { order },
                "CONFIG_MAP".into(),
                "API".into(),
                false,
            ),
            (Condition::NextMinor, "1.34".into(), "1.33".into(), true),
            (Condition::NextMinor, "1.35".into(), "1.33".into(), false),
            (Condition::NextMinor, "1.32".into(), "1.33".into(), false),
        ];
        for (condition, want, have, holds) in cases {
            let wanted = if holds {
                Effect::InPlace
            } else {
                Effect::Replace
            };
            let found = evaluate(&when(condition.clone()), &want, &have);
            assert_eq!(found, wanted, "{condition:?} {want:?} {have:?}");
        }
    }

    #[test]
    fn what_is_pending_counts_as_the_worse_branch() {
        let id = crate::model::ResourceId::new("network.main", "vpc");
        let want = Value::Hole(Pending::output(&id, "id"));
        let found = evaluate(&when(Condition::OnlyAdds), &want, &list(&["a"]));
        assert_eq!(found, Effect::Replace);
    }
}
