//! What nodes cost: how many there are and will be, and what each of them is.

use provision_core::cost::{Meter, Part, Percent, Quantity, Range, Usage};
use provision_core::model::{Effect, Never, Value};
use provision_data::gcp::family;
use provision_kind::{Serves, Uses};

use super::node_count::per_zone;
use super::node_pool::NodePool;

/// Fields that say how many nodes a pool has.
const SIZE: [&str; 4] = ["zones", "min", "max", "missing"];

/// Machines, disks and accelerators of a pool.
pub(super) fn usage(of: &Uses<'_>) -> Usage {
    let count = count(of);
    let mut meters = vec![machines(of).count(count), disks(of).count(count)];
    meters.extend(of.entries("accelerators").into_iter().map(|kind| {
        let component = format!("accelerator {kind}");
        Meter::unlisted(
            &component,
            Part::Nodes,
            "accelerators are not in the list of prices",
        )
        .count(count)
    }));
    Usage::Charged { meters }
}

/// How many nodes there may be, and are reckoned with. Every zone has as many, so that there may be more than the most.
pub(super) fn count(of: &Uses<'_>) -> Range<u64> {
    let bound = |field| of.number(field).unwrap_or_default();
    let (min, max) = (bound("min"), bound("max"));
    let expected = match of.live_number("nodes").filter(|_| !made_anew(of)) {
        Some(there) => stays(of, there),
        None => begins(of),
    };
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    Range {
        min: count(min.min(expected)),
        expected: count(expected),
        max: count(max.max(min).max(expected)),
    }
}

/// Whether another pool takes the place of the live one, and begins as a new one does.
fn made_anew(of: &Uses<'_>) -> bool {
    let rows = NodePool::table().rows.into_iter();
    let mut only_new = rows.filter(|row| row.effect == Effect::Replace);
    only_new.any(|row| of.moves(&row.name))
}

/// What becomes of so many live nodes: zones come with as many as the others have, or go with theirs, and then the pool is
/// brought between its bounds.
fn stays(of: &Uses<'_>, there: i64) -> i64 {
    let was = listed(of.live("zones")).unwrap_or(1);
    let zones = zones(of);
    if !SIZE.iter().any(|field| of.moves(field)) {
        return there;
    }
    let there = (there * zones + was - 1) / was;
    let size = per_zone(
        there,
        zones,
        of.number("min").unwrap_or_default(),
        of.number("max").unwrap_or_default(),
    );
    size.map_or(there, |each| each * zones)
}

/// The nodes of a pool that is new, or whose number is not known.
fn begins(of: &Uses<'_>) -> i64 {
    if let Some(nodes) = of.number("nodes") {
        return nodes;
    }
    let initial = of.number("initial").or_else(|| of.live_number("initial"));
    let (zones, min) = (zones(of), of.number("min").unwrap_or_default());
    initial.unwrap_or_default().max((min + zones - 1) / zones) * zones
}

/// In how many zones the pool lies, or will: its own, else those of its cluster.
fn zones(of: &Uses<'_>) -> i64 {
    let counted = |one: &Uses<'_>| listed(one.live("zones")).or_else(|| whole(one.length("zones")));
    let cluster = || {
        let mut clusters = of.all("gke.cluster");
        clusters.find(|one| of.parent() == Some(one.id()))
    };
    whole(of.length("zones"))
        .or_else(|| listed(of.live("zones")))
        .or_else(|| counted(&cluster()?))
        .unwrap_or(1)
}

fn listed(zones: Option<&Value<Never>>) -> Option<i64> {
    match zones? {
        Value::List(zones) => whole(zones.len()),
        _ => None,
    }
}

fn whole(number: usize) -> Option<i64> {
    i64::try_from(number).ok().filter(|number| *number > 0)
}

fn machines(of: &Uses<'_>) -> Meter {
    let Some(machine) = of.text("machine_type").filter(|name| !name.is_empty()) else {
        return Meter::unlisted("machines", Part::Nodes, "their type is not known yet");
    };
    let hours = |component: &str, kind: &str| {
        let item = format!("gce.{kind}.{machine}");
        Meter::listed(component, Part::Nodes, &item, "hour", Quantity::month())
    };
    if of.flag("spot") == Some(true) {
        return hours(&format!("{machine} as Spot"), "spot")
            .assuming("Spot at the price of the day it was read, which may change once a month");
    }
    // A machine of a month's bill runs all month: the discount for that comes by itself.
    let committed = of.terms.committed > Percent::default();
    let sustained = family(machine).map(|family| family.sustained_percent);
    match sustained.filter(|_| !committed) {
        Some(percent) if percent > 0 => hours(machine, "sustained").assuming(format!(
            "{percent} % off for sustained use, as every machine runs for the whole month"
        )),
        _ => hours(machine, "instance"),
    }
}

fn disks(of: &Uses<'_>) -> Meter {
    // Of adopted pools the live ones stand.
    let size = of.number("disk_gib").or_else(|| of.live_number("disk_gib"));
    let size = size.and_then(|gib| u64::try_from(gib).ok());
    let live = || of.live("disk_type").and_then(|kind| kind.as_text());
    let named = |kind: &&str| !kind.is_empty();
    let kind = of
        .text("disk_type")
        .filter(named)
        .or_else(|| live().filter(named));
    match (size, kind) {
        (Some(size), Some(kind)) => Meter::listed(
            "boot disk",
            Part::Storage,
            &format!("gce.disk.{kind}"),
            "GiB-month",
            Quantity::whole(size),
        ),
        _ => Meter::unlisted("boot disk", Part::Storage, "its size or type is not known"),
    }
}
