//! Sticky choices: the live value is kept as long as it is acceptable, else the best one is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::Inputs;
use crate::contract::{Note, Severity};
use crate::model::{
    Choice, Never, Observed, Open, Opt, Pending, ReplaceOrder, Resource, ResourceId, Value,
};

/// Hours in a month, as bills count them.
const HOURS: u64 = 730;

/// Resources with the best option of every choice: what a survey is asked with, before anything live is known.
#[must_use]
pub fn provisional(resources: &[Resource<Open>]) -> Vec<Resource<Pending>> {
    Chooser::default().all(resources, &BTreeMap::new(), |_| false)
}

/// Takes all choices of a plan. In the order of ids, whatever the order of the inputs.
pub(super) fn choose(
    inputs: &Inputs,
    live: &BTreeMap<&ResourceId, &Observed>,
) -> (Vec<Resource<Pending>>, Vec<Note>) {
    let rechosen = |id: &ResourceId| {
        let addresses = &inputs.rechoose;
        addresses.iter().any(|one| id.address.is_within(one))
    };
    let mut chooser = Chooser::default();
    let mut chosen = chooser.all(&inputs.resources, live, rechosen);
    for resource in &mut chosen {
        keep_name(inputs, resource, live.get(&resource.id).copied());
    }
    (chosen, chooser.notes)
}

/// A kind whose replacement bears another name keeps the name it has.
fn keep_name(inputs: &Inputs, resource: &mut Resource<Pending>, live: Option<&Observed>) {
    let table = inputs.tables.get(&resource.kind);
    let suffixed = table.is_some_and(|table| table.replace == ReplaceOrder::CreateFirst);
    let name = live.and_then(|live| live.outputs.get("name")?.as_text());
    if let (true, Some(name)) = (suffixed && resource.name.is_some(), name) {
        resource.name = Some(name.to_owned());
    }
}

/// What has been taken so far.
#[derive(Default)]
struct Chooser {
    /// Values by group of choices that must differ.
    taken: BTreeMap<String, BTreeSet<String>>,
    notes: Vec<Note>,
}

impl Chooser {
    fn all(
        &mut self,
        resources: &[Resource<Open>],
        live: &BTreeMap<&ResourceId, &Observed>,
        rechosen: impl Fn(&ResourceId) -> bool,
    ) -> Vec<Resource<Pending>> {
        let mut sorted: Vec<&Resource<Open>> = resources.iter().collect();
        sorted.sort_by(|one, other| one.id.cmp(&other.id));
        let fields = |resource: &Resource<Open>| {
            live.get(&resource.id)
                .filter(|_| !rechosen(&resource.id))
                .map(|live| &live.fields)
        };
        // Live members of a group take theirs before anybody chooses.
        for resource in &sorted {
            for (name, value) in &resource.fields {
                let live = fields(resource).and_then(|live| live.get(name));
                self.reserve(value, live);
            }
        }
        sorted
            .into_iter()
            .map(|resource| self.one(resource, fields(resource)))
            .collect()
    }

    fn reserve(&mut self, value: &Value<Open>, live: Option<&Value<Never>>) {
        each_choice(value, live, &mut |choice, live| {
            if let (Some(group), Some(kept)) = (&choice.distinct, kept(choice, live)) {
                let taken = self.taken.entry(group.clone()).or_default();
                taken.insert(kept.to_json().to_string());
            }
        });
    }

    fn one(
        &mut self,
        resource: &Resource<Open>,
        live: Option<&BTreeMap<String, Value<Never>>>,
    ) -> Resource<Pending> {
        let fields = resource.fields.iter().map(|(name, value)| {
            let live = live.and_then(|live| live.get(name));
            (name.clone(), self.fill(&resource.id, value, live))
        });
        Resource {
            fields: fields.collect(),
            id: resource.id.clone(),
            kind: resource.kind.clone(),
            provider: resource.provider.clone(),
            platform: resource.platform,
            name: resource.name.clone(),
            parent: resource.parent.clone(),
            after: resource.after.clone(),
            outlives: resource.outlives.clone(),
            protect: resource.protect,
        }
    }

    fn fill(
        &mut self,
        id: &ResourceId,
        value: &Value<Open>,
        live: Option<&Value<Never>>,
    ) -> Value<Pending> {
        match value {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(*value),
            Value::Int(value) => Value::Int(*value),
            Value::Text(value) => Value::Text(value.clone()),
            Value::List(items) => Value::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(nth, item)| self.fill(id, item, nth_of(live, nth)))
                    .collect(),
            ),
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, item)| (key.clone(), self.fill(id, item, key_of(live, key))))
                    .collect(),
            ),
            Value::Hole(Open::Pending(pending)) => Value::Hole(pending.clone()),
            Value::Hole(Open::Choice(choice)) => known(&self.take(id, choice, live)),
        }
    }

    fn take(
        &mut self,
        id: &ResourceId,
        choice: &Choice,
        live: Option<&Value<Never>>,
    ) -> Value<Never> {
        if let Some(kept) = kept(choice, live) {
            let kept = kept.clone();
            self.tell_better(id, choice, &kept);
            return kept;
        }
        let free = choice
            .any_of
            .iter()
            .find(|option| self.free(choice, option));
        // With more choices than options some must share.
        let Some(best) = free.or_else(|| choice.any_of.first()) else {
            return Value::Null;
        };
        if let Some(group) = &choice.distinct {
            let taken = self.taken.entry(group.clone()).or_default();
            taken.insert(best.value.to_json().to_string());
        }
        best.value.clone()
    }

    fn free(&self, choice: &Choice, option: &Opt) -> bool {
        let taken = choice
            .distinct
            .as_ref()
            .and_then(|group| self.taken.get(group));
        !taken.is_some_and(|taken| taken.contains(&option.value.to_json().to_string()))
    }

    fn tell_better(&mut self, id: &ResourceId, choice: &Choice, kept: &Value<Never>) {
        let hourly = |option: &Opt| option.hourly_micros;
        let of_kept = choice.any_of.iter().find(|option| option.value == *kept);
        let Some(now) = of_kept.and_then(hourly) else {
            return;
        };
        let others = choice.any_of.iter();
        let cheaper = others
            .filter(|option| option.value != *kept && self.free(choice, option))
            .filter_map(|option| Some((hourly(option).filter(|micros| *micros < now)?, option)))
            .min_by_key(|(micros, _)| *micros);
        let Some((micros, option)) = cheaper else {
            return;
        };
        let saving = (now - micros) * HOURS;
        let message = format!(
            "{what} {kept} is kept; {better} would do as well and saves ${dollars}.{cents:02} a month for each: \
             `plan --rechoose {address}`",
            what = choice.what,
            kept = word(kept),
            better = word(&option.value),
            dollars = saving / 1_000_000,
            cents = saving % 1_000_000 / 10_000,
            address = id.address,
        );
        self.notes.push(Note {
            severity: Severity::Info,
            code: format!("better-{}", choice.what),
            message,
            address: Some(id.address.to_string()),
        });
    }
}

/// The live value, when it may stay.
fn kept<'a>(choice: &Choice, live: Option<&'a Value<Never>>) -> Option<&'a Value<Never>> {
    let live = live.filter(|live| **live != Value::Null)?;
    let listed = choice.any_of.iter().any(|option| option.value == *live);
    (choice.keep_any || listed).then_some(live)
}

fn each_choice<'a>(
    value: &Value<Open>,
    live: Option<&'a Value<Never>>,
    see: &mut impl FnMut(&Choice, Option<&'a Value<Never>>),
) {
    match value {
        Value::List(items) => {
            for (nth, item) in items.iter().enumerate() {
                each_choice(item, nth_of(live, nth), see);
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                each_choice(item, key_of(live, key), see);
            }
        }
        Value::Hole(Open::Choice(choice)) => see(choice, live),
        _ => {}
    }
}

fn nth_of(live: Option<&Value<Never>>, nth: usize) -> Option<&Value<Never>> {
    match live {
        Some(Value::List(items)) => items.get(nth),
        _ => None,
    }
}

fn key_of<'a>(live: Option<&'a Value<Never>>, key: &str) -> Option<&'a Value<Never>> {
    match live {
        Some(Value::Map(entries)) => entries.get(key),
        _ => None,
    }
}

/// A known value as one that could be pending.
pub(super) fn known(value: &Value<Never>) -> Value<Pending> {
    let filled = value
        .try_fill(&mut |never: &Never| -> Result<Value<Pending>, Infallible> { match *never {} });
    match filled {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn word(value: &Value<Never>) -> String {
    match value.as_text() {
        Some(text) => text.to_owned(),
        None => value.to_json().to_string(),
    }
}
