//! Fields that go by stops: a control plane goes from one Kubernetes minor to the next, and everything that refers to
//! its version follows at each of them before it goes on.
//!
//! Whoever goes is the **walker**; its table says so of the field ([`Effect::Stepwise`]), and its output of the same name
//! has the field's value. **Followers** are those whose fields refer to that output, and those of which a provider says
//! so ([`Follow`]). A follower's step lies *at* a stop: after the walker reached it, before the walker goes on. On the
//! way back those that refer go first, at stop 0.
//!
//! Nothing of this is remembered: a run that dies on the way leaves live values, and the next plan has the stops that
//! are left.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::evaluate;
use super::web::may_live;
use super::{Decided, Decision, Tables, Verdict};
use crate::contract::{Follow, Walking};
use crate::model::{
    Effect, Fields, Minor, Never, Pending, Piece, Resource, ResourceId, Table, Value,
};

/// The way of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The field, and the output of that name.
    pub(super) field: String,
    /// Where it stands.
    pub(super) from: String,
    /// Where it goes, one after the other.
    pub(super) stops: Vec<String>,
    /// It goes back: whoever follows goes first.
    pub(super) back: bool,
}

/// A step of a follower.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leg {
    /// After so many stops of the walker.
    pub(super) at: usize,
    /// Lower ones of one stop come first.
    pub(super) rank: u32,
    /// What it takes.
    pub(super) set: Fields,
}

/// A walker's way with all that follow it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Walk {
    /// The way; nothing when only what stayed behind follows.
    pub(super) way: Option<Way>,
    /// Steps by follower, in order.
    pub(super) legs: BTreeMap<ResourceId, Vec<Leg>>,
}

/// The way that a decision has a field go; `None` when none goes.
pub(super) fn way(table: &Table, decision: &Decision) -> Option<Way> {
    way_to(table, decision, decision.desired.as_ref()?)
}

/// The same while what is wanted is not in the decision yet.
pub(super) fn way_to(
    table: &Table,
    decision: &Decision,
    desired: &Resource<Pending>,
) -> Option<Way> {
    let (Verdict::Update { groups } | Verdict::Adopt { groups }) = &decision.verdict else {
        return None;
    };
    let live = decision.live.as_ref()?;
    let rows = table.rows.iter();
    let mut changed = rows.filter(|row| groups.iter().flatten().any(|field| *field == row.name));
    changed.find_map(|row| {
        let (before, after) = (live.fields.get(&row.name)?, desired.fields.get(&row.name)?);
        if *evaluate(&row.effect, before, after) != Effect::Stepwise {
            return None;
        }
        let (from, to) = (before.as_text()?, after.as_text()?);
        let (was, now) = (Minor::of(from)?, Minor::of(to)?);
        let back = now < was;
        let stops = match back {
            true => vec![to.to_owned()],
            false => (was.minor + 1..=now.minor)
                .map(|minor| now.at(minor).to_string())
                .collect(),
        };
        Some(Way {
            field: row.name.clone(),
            from: from.to_owned(),
            stops,
            back,
        })
    })
}

/// The fields that go by stops in these decisions: what providers are asked about.
#[must_use]
pub fn walks(decided: &Decided, tables: &Tables) -> Vec<Walking> {
    let decisions = decided.decisions.values();
    decisions
        .filter_map(|decision| {
            let way = way(tables.get(&decision.kind)?, decision)?;
            Some(Walking {
                desired: decision.desired.clone()?,
                live: decision.live.clone()?,
                field: way.field,
                from: way.from,
                stops: way.stops,
            })
        })
        .collect()
}

/// Walkers that must stay, with what they are told: somebody who should follow on the way cannot, and the cloud lets
/// nobody go on before all have followed.
pub(super) fn stuck(decided: &Decided, tables: &Tables) -> BTreeMap<ResourceId, String> {
    let mut stuck = BTreeMap::new();
    for decision in decided.decisions.values() {
        let table = tables.get(&decision.kind);
        let Some(way) = table.and_then(|table| way(table, decision)) else {
            continue;
        };
        let mut others = decided.decisions.values();
        if let Some(other) = others.find(|other| stays_behind(other, &decision.id, &way)) {
            let id = &other.id;
            let reason = match (way.back, way.stops.first()) {
                (false, Some(first)) if stands_at(other, &decision.id, &way.field, &way.from) => {
                    format!(
                        "{id} cannot follow, and it goes on only when all have: mend that first, or go to {first} alone"
                    )
                }
                _ => format!("{id} cannot follow, and must before it goes: mend that first"),
            };
            stuck.insert(decision.id.clone(), reason);
        }
    }
    stuck
}

/// Whether it should follow, cannot, and is where it may not stay.
fn stays_behind(one: &Decision, walker: &ResourceId, way: &Way) -> bool {
    let refers = |desired: &Resource<Pending>| refers(desired, walker, &way.field);
    if one.verdict != Verdict::Blocked
        || !may_live(one)
        || !one.desired.as_ref().is_some_and(refers)
    {
        return false;
    }
    match way.back {
        true => way
            .stops
            .iter()
            .any(|stop| !stands_at(one, walker, &way.field, stop)),
        false => way.stops.len() > 1 || !stands_at(one, walker, &way.field, &way.from),
    }
}

/// Whether it is live, and as it should be while the walker's output is this.
fn stands_at(one: &Decision, walker: &ResourceId, output: &str, value: &str) -> bool {
    let (Some(desired), Some(live)) = (&one.desired, &one.live) else {
        return false;
    };
    let set = taken(desired, walker, output, value);
    set.iter()
        .all(|(name, value)| live.fields.get(name) == Some(value))
}

/// All walks of a plan, by walker.
pub(super) fn all(decided: &Decided, tables: &Tables) -> BTreeMap<ResourceId, Walk> {
    let mut walks: BTreeMap<ResourceId, Walk> = BTreeMap::new();
    for decision in decided.decisions.values() {
        if let Some(way) = tables
            .get(&decision.kind)
            .and_then(|table| way(table, decision))
        {
            let legs = referring(decided, &decision.id, &way);
            let way = Some(way);
            walks.insert(decision.id.clone(), Walk { way, legs });
        }
    }
    for follow in &decided.follow {
        advised(decided, follow, &mut walks);
    }
    walks
}

/// Steps of those whose fields refer to the walker's output.
fn referring(decided: &Decided, walker: &ResourceId, way: &Way) -> BTreeMap<ResourceId, Vec<Leg>> {
    let decisions = decided.decisions.values();
    let legs = |decision: &Decision| {
        let legs = own_legs(decision, walker, way);
        (!legs.is_empty()).then(|| (decision.id.clone(), legs))
    };
    decisions.filter_map(legs).collect()
}

fn own_legs(decision: &Decision, walker: &ResourceId, way: &Way) -> Vec<Leg> {
    let (Some(desired), Some(live)) = (&decision.desired, &decision.live) else {
        return Vec::new();
    };
    let changes: BTreeSet<&String> = match &decision.verdict {
        Verdict::Update { groups } | Verdict::Adopt { groups } => groups.iter().flatten().collect(),
        Verdict::Replace => desired.fields.keys().collect(),
        _ => return Vec::new(),
    };
    let at = |stop: &str| -> Fields {
        let mut set = taken(desired, walker, &way.field, stop);
        set.retain(|name, _| changes.contains(name));
        set
    };
    let leg = |at, set| Leg { at, rank: 0, set };
    if way.back {
        let set = way.stops.last().map(|stop| at(stop)).unwrap_or_default();
        return [leg(0, set)].into_iter().filter(moves).collect();
    }
    let anew = decision.verdict == Verdict::Replace;
    let start = at(&way.from);
    let behind = |set: &Fields| {
        set.iter()
            .any(|(name, value)| live.fields.get(name) != Some(value))
    };
    let first = (anew || behind(&start)).then(|| leg(0, start));
    let stops = way.stops.iter().zip(1..);
    let rest = stops.map(|(stop, place)| leg(place, at(stop)));
    first.into_iter().chain(rest).filter(moves).collect()
}

fn moves(leg: &Leg) -> bool {
    !leg.set.is_empty()
}

/// The fields that refer to the walker's output alone, with its value put in.
fn taken(desired: &Resource<Pending>, walker: &ResourceId, output: &str, value: &str) -> Fields {
    let fill = |pending: &Pending| -> Result<Value<Never>, ()> {
        let mut text = String::new();
        for piece in &pending.0 {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Ref(one) if one.id == *walker && one.output == output => {
                    text.push_str(value);
                }
                Piece::Ref(_) => return Err(()),
            }
        }
        Ok(Value::Text(text))
    };
    let mut set = Fields::new();
    for (name, wanted) in &desired.fields {
        let mut holes = false;
        wanted.each_hole(&mut |_| holes = true);
        if let (true, Ok(filled)) = (holes, wanted.try_fill(&mut |hole| fill(hole))) {
            set.insert(name.clone(), filled);
        }
    }
    set
}

/// A step that a provider advises; only of what is changed in place.
fn advised(decided: &Decided, follow: &Follow, walks: &mut BTreeMap<ResourceId, Walk>) {
    let changes = decided.decisions.get(&follow.id).is_some_and(|decision| {
        let (Verdict::Update { groups } | Verdict::Adopt { groups }) = &decision.verdict else {
            return false;
        };
        groups
            .iter()
            .flatten()
            .any(|one| follow.set.contains_key(one))
    });
    if !changes {
        return;
    }
    let walk = walks.entry(follow.walker.clone()).or_insert_with(|| Walk {
        way: None,
        legs: BTreeMap::new(),
    });
    let place = walk.way.as_ref().and_then(|way| {
        let at = way.stops.iter().position(|stop| *stop == follow.stop)?;
        Some(at + 1)
    });
    walk.legs.entry(follow.id.clone()).or_default().push(Leg {
        at: place.unwrap_or(0),
        rank: follow.rank,
        set: follow.set.clone(),
    });
}

/// Whether its fields refer to that output.
pub(super) fn refers(desired: &Resource<Pending>, walker: &ResourceId, output: &str) -> bool {
    let mut found = false;
    for value in desired.fields.values() {
        value.each_hole(&mut |pending: &Pending| {
            let mut all = pending.references();
            found |= all.any(|one| one.id == *walker && one.output == output);
        });
    }
    found
}
