//! Types of machines. Which there are is the same in all zones here, but for those of Arm.
//!
//! "Machine families resource and comparison guide" of the Compute Engine documentation.

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

/// Families: start of the names, MiB for each CPU, sizes, whether of Arm.
const FAMILIES: &[(&str, u64, &[u64], bool)] = &[
    ("c2-standard", 4096, &[4, 8, 16, 30, 60], false),
    ("c2d-highcpu", 2048, &[2, 4, 8, 16, 32, 56, 112], false),
    ("c2d-standard", 4096, &[2, 4, 8, 16, 32, 56, 112], false),
    ("c3-highcpu", 2048, &[4, 8, 22, 44, 88, 176], false),
    ("c3-standard", 4096, &[4, 8, 22, 44, 88, 176], false),
    ("c4a-highcpu", 2048, &[1, 2, 4, 8, 16, 32, 48, 64, 72], true),
    ("c4a-highmem", 8192, &[1, 2, 4, 8, 16, 32, 48, 64, 72], true),
    (
        "c4a-standard",
        4096,
        &[1, 2, 4, 8, 16, 32, 48, 64, 72],
        true,
    ),
    ("e2-highcpu", 1024, &[2, 4, 8, 16, 32], false),
    ("e2-highmem", 8192, &[2, 4, 8, 16], false),
    ("e2-standard", 4096, &[2, 4, 8, 16, 32], false),
    ("n1-highcpu", 922, &[2, 4, 8, 16, 32, 64, 96], false),
    ("n1-highmem", 6656, &[2, 4, 8, 16, 32, 64, 96], false),
    ("n1-standard", 3840, &[1, 2, 4, 8, 16, 32, 64, 96], false),
    (
        "n2-highcpu",
        1024,
        &[2, 4, 8, 16, 32, 48, 64, 80, 96],
        false,
    ),
    ("n2-highmem", 8192, &[2, 4, 8, 16, 32, 48, 64, 80], false),
    (
        "n2-standard",
        4096,
        &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
        false,
    ),
    (
        "n2d-highcpu",
        1024,
        &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
        false,
    ),
    (
        "n2d-highmem",
        8192,
        &[2, 4, 8, 16, 32, 48, 64, 80, 96],
        false,
    ),
    (
        "n2d-standard",
        4096,
        &[2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
        false,
    ),
    ("n4-highcpu", 2048, &[2, 4, 8, 16, 32, 48, 64, 80], false),
    ("n4-highmem", 8192, &[2, 4, 8, 16, 32, 48, 64, 80], false),
    ("n4-standard", 4096, &[2, 4, 8, 16, 32, 48, 64, 80], false),
    ("t2a-standard", 4096, &[1, 2, 4, 8, 16, 32, 48], true),
    ("t2d-standard", 4096, &[1, 2, 4, 8, 16, 32, 48, 60], false),
];

/// Types with shared CPUs: name and MiB.
const SHARED: &[(&str, u64)] = &[("e2-medium", 4096), ("e2-micro", 1024), ("e2-small", 2048)];

fn all() -> Vec<MachineType> {
    let sized = FAMILIES.iter().flat_map(|(family, memory, sizes, arm)| {
        sizes.iter().map(move |cpus| MachineType {
            name: format!("{family}-{cpus}"),
            cpus: *cpus,
            memory_mib: memory * cpus,
            arm: *arm,
            shared: false,
        })
    });
    let shared = SHARED.iter().map(|(name, memory_mib)| MachineType {
        name: (*name).to_owned(),
        cpus: 2,
        memory_mib: *memory_mib,
        arm: false,
        shared: true,
    });
    sized.chain(shared).collect()
}

/// Regions that have types of Arm.
const ARM: &[&str] = &[
    "asia-southeast1",
    "europe-west1",
    "europe-west3",
    "europe-west4",
    "us-central1",
    "us-east1",
    "us-east4",
];

/// The type of a name, when the zone has it.
pub(crate) fn machine_type(zone: &str, name: &str) -> Option<MachineType> {
    in_zone(zone).into_iter().find(|one| one.name == name)
}

fn in_zone(zone: &str) -> Vec<MachineType> {
    let region = zone.rsplit_once('-').map_or("", |(region, _)| region);
    let mut found = all();
    found.retain(|one| !one.arm || ARM.contains(&region));
    found
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
        Some(found) => Ok(show(call, &place.region, &found)),
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
    let rows = found
        .iter()
        .map(|one| show(call, &place.region, one))
        .collect();
    rows_of(call, &place.region, "machineTypes", "machineType", rows)
}

/// `aggregatedList`.
pub(super) fn aggregated(call: &mut Call<'_>) -> Outcome {
    let zones = REGIONS.iter().flat_map(|(region, _)| zones_of(region));
    let of = |zone: String| {
        let found = in_zone(&zone);
        let shown: Vec<Value> = found.iter().map(|one| show(call, &zone, one)).collect();
        shown
    };
    let rows = zones.flat_map(of).collect();
    aggregate(call, "machineTypes", "machineType", rows)
}
