//! Sticky choices: what is live stays while it is acceptable.
//!
//! Live members of a `distinct` group take theirs first, then the others take, in order of ids, the first option that
//! is still free. So a newer catalogue, another order of options or other prices never make a difference.

use std::collections::{BTreeMap, BTreeSet};

use super::Tables;
use super::effect::{canonical, same};
use super::resolve::known;
use crate::contract::{Note, Severity};
use crate::cost::Rate;
use crate::model::{
    Address, Choice, FieldKind, Never, Observed, Open, Opt, Pending, ReplaceOrder, Resource,
    ResourceId, Value,
};

/// What choosing needs beside the resources.
pub(super) struct Chooser<'a> {
    /// Schema tables: how lists are told apart, which kinds have sticky names.
    pub(super) tables: &'a Tables,
    /// What is live.
    pub(super) live: BTreeMap<&'a ResourceId, &'a Observed>,
    /// Within these addresses, live values do not count.
    pub(super) rechoose: &'a [Address],
}

/// The resources with all choices taken, in order of ids, and notes on better choices.
pub(super) fn choose(
    chooser: &Chooser<'_>,
    resources: &[Resource<Open>],
) -> (Vec<Resource<Pending>>, Vec<Note>) {
    let mut sorted: Vec<&Resource<Open>> = resources.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut run = Run::default();
    let kept: Vec<Vec<Option<Value<Never>>>> = sorted
        .iter()
        .map(|resource| chooser.kept(resource, &mut run))
        .collect();
    let chosen = sorted
        .into_iter()
        .zip(kept)
        .map(|(resource, kept)| {
            let mut chosen = run.take(resource, kept);
            if let Some(name) = chooser.name(resource) {
                chosen.name = Some(name);
            }
            chosen
        })
        .collect();
    run.notes.sort();
    run.notes.dedup();
    (chosen, run.notes)
}

impl Chooser<'_> {
    /// The live name of an object whose replacement got a suffixed one.
    fn name(&self, resource: &Resource<Open>) -> Option<String> {
        let table = self.tables.get(&resource.kind)?;
        let live = self.live.get(&resource.id)?;
        let name = live.outputs.get("name")?.as_text()?;
        resource.name.as_ref()?;
        (table.replace == ReplaceOrder::CreateFirst).then(|| name.to_owned())
    }

    /// Per choice of a resource, in document order, the live value that stays.
    fn kept(&self, resource: &Resource<Open>, run: &mut Run) -> Vec<Option<Value<Never>>> {
        let within = |address: &Address| resource.id.address.is_within(address);
        let live = match self.live.get(&resource.id) {
            Some(live) if !self.rechoose.iter().any(within) => Some(live),
            _ => None,
        };
        let table = self.tables.get(&resource.kind);
        let mut kept = Vec::new();
        for (name, value) in &resource.fields {
            let kind = table
                .and_then(|table| table.row(name))
                .map_or(&FieldKind::Scalar, |row| &row.kind);
            walk(
                value,
                live.and_then(|live| live.fields.get(name)),
                kind,
                run,
                &mut kept,
            );
        }
        kept
    }
}

/// Walks choices and the live tree side by side.
fn walk(
    value: &Value<Open>,
    live: Option<&Value<Never>>,
    kind: &FieldKind,
    run: &mut Run,
    kept: &mut Vec<Option<Value<Never>>>,
) {
    match value {
        Value::Hole(Open::Choice(choice)) => {
            let stays = live.filter(|live| acceptable(choice, live));
            if let (Some(group), Some(live)) = (&choice.distinct, stays) {
                run.occupy(group, live);
            }
            kept.push(stays.cloned());
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                let live = match live {
                    Some(Value::Map(live)) => live.get(key),
                    _ => None,
                };
                walk(value, live, &FieldKind::Scalar, run, kept);
            }
        }
        Value::List(items) => {
            let live = match live {
                Some(Value::List(live)) => live.as_slice(),
                _ => &[],
            };
            for (item, live) in items.iter().zip(counterparts(items, live, kind)) {
                walk(item, live, &FieldKind::Scalar, run, kept);
            }
        }
        _ => {}
    }
}

fn acceptable(choice: &Choice, live: &Value<Never>) -> bool {
    *live != Value::Null
        && (choice.keep_any || choice.any_of.iter().any(|option| option.value == *live))
}

/// The live item of each wanted one: by key, by index, and in sets whichever item is acceptable.
fn counterparts<'a>(
    items: &[Value<Open>],
    live: &'a [Value<Never>],
    kind: &FieldKind,
) -> Vec<Option<&'a Value<Never>>> {
    match kind {
        FieldKind::KeyedList { key } => {
            let mut by = BTreeMap::new();
            for item in live {
                if let Value::Map(entries) = item
                    && let Some(key) = entries.get(key)
                {
                    by.entry(canonical(key)).or_insert(item);
                }
            }
            let find = |item: &Value<Open>| match item {
                Value::Map(entries) => by.get(&canonical(entries.get(key)?)).copied(),
                _ => None,
            };
            items.iter().map(find).collect()
        }
        FieldKind::Set => in_set(items, live),
        _ => (0..items.len()).map(|at| live.get(at)).collect(),
    }
}

fn in_set<'a>(items: &[Value<Open>], live: &'a [Value<Never>]) -> Vec<Option<&'a Value<Never>>> {
    // What is wanted by name is not free for a choice.
    let mut free: Vec<bool> = live
        .iter()
        .map(|live| !items.iter().any(|item| same(item, live)))
        .collect();
    let mut found = vec![None; items.len()];
    // Equal places first, so that what is in order stays as it is.
    for any_place in [false, true] {
        for (at, item) in items.iter().enumerate() {
            let fits = |place: &usize| {
                free[*place]
                    && match item {
                        Value::Hole(Open::Choice(choice)) => acceptable(choice, &live[*place]),
                        Value::List(_) | Value::Map(_) => *place == at,
                        _ => false,
                    }
            };
            let places = if any_place {
                0..live.len()
            } else {
                at..live.len().min(at + 1)
            };
            if found[at].is_none()
                && let Some(place) = places.clone().find(fits)
            {
                free[place] = false;
                found[at] = Some(&live[place]);
            }
        }
    }
    found
}

/// Choices taken so far.
#[derive(Default)]
struct Run {
    /// Values in use, per `distinct` group.
    taken: BTreeMap<String, BTreeSet<String>>,
    notes: Vec<Note>,
}

impl Run {
    fn occupy(&mut self, group: &str, value: &Value<Never>) {
        let group = self.taken.entry(group.to_owned()).or_default();
        group.insert(canonical(value));
    }

    fn free(&self, choice: &Choice, option: &Opt) -> bool {
        let taken = choice
            .distinct
            .as_ref()
            .and_then(|group| self.taken.get(group));
        !taken.is_some_and(|taken| taken.contains(&canonical(&option.value)))
    }

    fn take(
        &mut self,
        resource: &Resource<Open>,
        kept: Vec<Option<Value<Never>>>,
    ) -> Resource<Pending> {
        let mut kept = kept.into_iter();
        let mut fill = |open: &Open| {
            Ok::<_, std::convert::Infallible>(match open {
                Open::Pending(pending) => Value::Hole(pending.clone()),
                Open::Choice(choice) => known(&match kept.next().flatten() {
                    Some(value) => {
                        self.better(resource, choice, &value);
                        value
                    }
                    None => self.pick(resource, choice),
                }),
            })
        };
        match resource.try_fill(&mut fill) {
            Ok(resource) => resource,
            Err(never) => match never {},
        }
    }

    /// The first option that is free; where none is, the first, with a warning.
    fn pick(&mut self, resource: &Resource<Open>, choice: &Choice) -> Value<Never> {
        let free = choice
            .any_of
            .iter()
            .find(|option| self.free(choice, option));
        let Some(option) = free.or(choice.any_of.first()) else {
            return Value::Null;
        };
        let value = option.value.clone();
        self.reason(resource, choice, option);
        if free.is_none() {
            self.notes.push(Note {
                severity: Severity::Warning,
                code: format!("few-{}s", choice.what),
                message: format!(
                    "there are fewer {}s on offer than are wanted: {} is used more than once",
                    choice.what,
                    shown(&value)
                ),
                address: Some(resource.id.address.to_string()),
            });
        }
        if let Some(group) = &choice.distinct {
            self.occupy(group, &value);
        }
        value
    }

    /// Notes why an option was taken, where prices say so.
    fn reason(&mut self, resource: &Resource<Open>, choice: &Choice, taken: &Opt) {
        let next = choice
            .any_of
            .iter()
            .find(|other| other.value != taken.value);
        let (Some(price), Some((next, dearer))) = (
            taken.hourly_micros,
            next.and_then(|next| Some((next, next.hourly_micros?))),
        ) else {
            return;
        };
        if dearer < price {
            return;
        }
        let what = &choice.what;
        self.notes.push(Note {
            severity: Severity::Info,
            code: format!("chosen-{what}"),
            message: format!(
                "{} at ${} an hour is the cheapest {what} that fits, before {} at ${}",
                shown(&taken.value),
                Rate::micros(i64::try_from(price).unwrap_or(i64::MAX)),
                shown(&next.value),
                Rate::micros(i64::try_from(dearer).unwrap_or(i64::MAX)),
            ),
            address: Some(resource.id.address.to_string()),
        });
    }

    /// Notes what choosing anew would take, when that is cheaper.
    fn better(&mut self, resource: &Resource<Open>, choice: &Choice, kept: &Value<Never>) {
        let now = choice.any_of.iter().find(|option| option.value == *kept);
        let new = choice
            .any_of
            .iter()
            .find(|option| option.value == *kept || self.free(choice, option));
        let price = |option: Option<&Opt>| option.and_then(|option| option.hourly_micros);
        let (Some(new), Some(was), Some(is)) = (new, price(now), price(new)) else {
            return;
        };
        let Some(saving) = monthly(was.saturating_sub(is)) else {
            return;
        };
        let (what, address) = (&choice.what, &resource.id.address);
        self.notes.push(Note {
            severity: Severity::Info,
            code: format!("better-{what}"),
            message: format!(
                "{} would also serve as {what} instead of {}, and save {saving} USD a month (730 h) for each one; \
                 `plan --rechoose {address}` takes it",
                shown(&new.value),
                shown(kept),
            ),
            address: Some(address.to_string()),
        });
    }
}

fn shown(value: &Value<Never>) -> String {
    value
        .as_text()
        .map_or_else(|| canonical(value), str::to_owned)
}

/// Micro-dollars an hour as dollars a month of 730 hours, rounded to cents; `None` below one cent.
fn monthly(hourly_micros: u64) -> Option<String> {
    let cents = (u128::from(hourly_micros) * 730 + 5_000) / 10_000;
    (cents > 0).then(|| format!("{}.{:02}", cents / 100, cents % 100))
}

#[cfg(test)]
mod tests;
