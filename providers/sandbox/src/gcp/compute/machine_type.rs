//! Types of machines. Which there are is the same in all zones here, but for those of Arm.
//!
//! `machine_types.txt` has a type a line, with its CPUs and MiB, and after `@` the regions of a series of Arm ("Machine families
//! resource and comparison guide" of the Compute Engine documentation; regions as in Google's price list, July 2026).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::call::{aggregate, home, rows_of};
use super::kind::not_found;
use super::link::link;
use super::place::{REGIONS, zones_of};
use crate::gcp::shape::{digest, stamp_home};
use crate::gcp::{Call, Outcome};

/// One type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MachineType {
    /// Its name.
    pub(crate) name: String,
    /// Virtual CPUs.
    pub(crate) cpus: u64,
    /// Memory.
    pub(crate) memory_mib: u64,
    /// Whether it runs on Arm.
    pub(crate) arm: bool,
    /// Whether its CPUs are shared.
    pub(crate) shared: bool,
}

/// The types, and where the series of Arm are.
struct Types {
    all: Vec<MachineType>,
    /// Regions by series: `c4a`.
    arm: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

fn types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| parse(include_str!("machine_types.txt")))
}

fn parse(text: &'static str) -> Types {
    let (mut all, mut arm) = (Vec::new(), BTreeMap::new());
    for line in text.lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        if let Some(series) = name.strip_prefix('@') {
            arm.insert(series, words.collect());
            continue;
        }
        let mut number = || words.next().and_then(|word| word.parse().ok());
        let (cpus, memory_mib) = (number().unwrap_or_default(), number().unwrap_or_default());
        let more: Vec<&str> = words.collect();
        all.push(MachineType {
            name: name.to_owned(),
            cpus,
            memory_mib,
            arm: more.contains(&"arm"),
            shared: more.contains(&"shared"),
        });
    }
    Types { all, arm }
}

/// The type of a name, when the zone has it.
pub(crate) fn machine_type(zone: &str, name: &str) -> Option<&'static MachineType> {
    in_zone(zone).find(|one| one.name == name)
}

fn in_zone(zone: &str) -> impl Iterator<Item = &'static MachineType> {
    let region = zone.rsplit_once('-').map_or("", |(region, _)| region);
    let series = |one: &MachineType| {
        let series = one.name.split('-').next().unwrap_or_default();
        types()
            .arm
            .get(series)
            .is_some_and(|all| all.contains(region))
    };
    let all = types().all.iter();
    all.filter(move |one| !one.arm || series(one))
}

fn show(call: &Call<'_>, zone: &str, one: &MachineType) -> Value {
    let number = u64::from_str_radix(&digest(&one.name, 8), 16).unwrap_or_default();
    let memory = match one.memory_mib % 1024 {
        0 => (one.memory_mib / 1024).to_string(),
        rest => format!("{}.{}", one.memory_mib / 1024, rest * 100 / 1024),
    };
    json!({
        "kind": "compute#machineType",
        "id": (1000 + number).to_string(),
        "creationTimestamp": stamp_home(jiff::Timestamp::UNIX_EPOCH),
        "name": one.name,
        "description": format!("{} vCPU{} {memory} GB RAM", one.cpus, if one.cpus == 1 { "," } else { "s," }),
        "guestCpus": one.cpus,
        "memoryMb": one.memory_mib,
        "imageSpaceGb": 0,
        "maximumPersistentDisks": if one.shared { 16 } else { 128 },
        "maximumPersistentDisksSizeGb": if one.shared { "3072" } else { "263168" },
        "zone": zone,
        "selfLink": link(&call.project, &format!("zones/{zone}/machineTypes/{}", one.name)),
        "isSharedCpu": one.shared,
        "architecture": if one.arm { "ARM64" } else { "X86_64" },
    })
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let name = call.param("resource");
    match machine_type(&place.region, name) {
        Some(found) => Ok(show(call, &place.region, found)),
        None => Err(not_found(&format!(
            "projects/{}/zones/{}/machineTypes/{name}",
            call.project, place.region
        ))),
    }
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let found = in_zone(&place.region);
    let rows = found.map(|one| show(call, &place.region, one)).collect();
    rows_of(call, &place.region, "machineTypes", "machineType", rows)
}

/// `aggregatedList`.
pub(super) fn aggregated(call: &mut Call<'_>) -> Outcome {
    let zones = REGIONS.iter().flat_map(|(region, _)| zones_of(region));
    let of = |zone: String| {
        let found = in_zone(&zone);
        let shown: Vec<Value> = found.map(|one| show(call, &zone, one)).collect();
        shown
    };
    let rows = zones.flat_map(of).collect();
    aggregate(call, "machineTypes", "machineType", rows)
}
