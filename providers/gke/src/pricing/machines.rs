//! Machines: so many cores and so many gigabytes of a series, each with a SKU of its own.
//!
//! What has more in it than that is not told: accelerators, local disks that come with the machine, premiums of `m2`. Shapes are
//! those of our tables, where a shared core counts as the part of it that is charged for.

use std::collections::BTreeMap;

use provision_data::gcp::{self, Shape};

use super::Told;
use super::items::{Service, agreed, nearest};
use super::sku::{Per, Sku, Usage, is};

/// Words of a series before `Core` and `Ram`.
const SERIES: &[(&str, &str)] = &[
    ("c2", "Compute optimized"),
    ("c2d", "C2D AMD Instance"),
    ("c3", "C3 Instance"),
    ("c3d", "C3D Instance"),
    ("c4", "C4 Instance"),
    ("c4a", "C4A Arm Instance"),
    ("c4d", "C4D Instance"),
    ("c4n", "C4N Instance"),
    ("e2", "E2 Instance"),
    ("h3", "H3 Instance"),
    ("m1", "Memory-optimized Instance"),
    ("m3", "M3 Memory-optimized Instance"),
    ("m4", "M4 Instance"),
    ("n1", "N1 Predefined Instance"),
    ("n2", "N2 Instance"),
    ("n2d", "N2D AMD Instance"),
    ("n4", "N4 Instance"),
    ("n4a", "N4A Instance"),
    ("n4d", "N4D Instance"),
    ("t2a", "T2A Arm Instance"),
    ("t2d", "T2D AMD Instance"),
];

/// Machines that are sold whole.
const WHOLE: &[(&str, &str)] = &[
    ("f1-micro", "Micro Instance with burstable CPU"),
    ("g1-small", "Small Instance with 1 VCPU"),
];

/// Has SKUs apart from those of its series.
const APART: &str = "m4-ultramem-224";

/// Where the SKUs of cores and memory are grouped; of `n1` both are in a group of their own.
const GROUPS: [&str; 5] = ["CPU", "RAM", "N1Standard", "F1Micro", "G1Small"];

/// The two ways in which machines are bought, and how our items and the catalogue's words begin.
const WAYS: [(Usage, &str, &str); 2] = [
    (Usage::OnDemand, "gce.instance.", ""),
    (Usage::Preemptible, "gce.spot.", "Spot Preemptible "),
];

/// Nano-dollars and the SKU they were read from.
type Part = (u64, String);

/// What these SKUs tell of machines in a region, by item.
pub(super) fn told(skus: &[&Sku], region: &str) -> BTreeMap<String, (&'static str, Told)> {
    let shelf = Shelf { skus, region };
    let mut all = BTreeMap::new();
    for (usage, kind, before) in WAYS {
        for (series, words) in SERIES {
            let part = |part, per| shelf.part(usage, &format!("{before}{words} {part}"), per);
            let (core, ram) = match (part("Core", Per::Hour), part("Ram", Per::GibHour)) {
                (Some(Ok(core)), Some(Ok(ram))) => (core, ram),
                (Some(Err(why)), _) | (_, Some(Err(why))) => {
                    all.insert(format!("{kind}{series}-*"), ("hour", Err(why)));
                    continue;
                }
                _ => continue,
            };
            for shape in shelf.shapes(series) {
                put(&mut all, kind, &shape.name, made_of(shape, &core, &ram));
            }
        }
        for (name, words) in WHOLE.iter().filter(|(name, _)| shelf.sells(name)) {
            if let Some(told) = shelf.part(usage, &format!("{before}{words}"), Per::Hour) {
                put(&mut all, kind, name, told);
            }
        }
    }
    all
}

/// The SKUs of a region.
struct Shelf<'a> {
    skus: &'a [&'a Sku],
    region: &'a str,
}

impl Shelf<'_> {
    /// The price of a part of machines.
    fn part(&self, usage: Usage, words: &str, per: Per) -> Option<Result<Part, String>> {
        let fits = |sku: &&Sku| {
            sku.service == Service::Compute
                && sku.family == "Compute"
                && sku.usage == usage
                && GROUPS.contains(&sku.group.as_str())
                && is(&sku.description, words, self.region)
        };
        let fitting = nearest(self.skus.iter().copied().filter(fits), self.region);
        agreed(fitting.into_iter().map(|sku| (sku, sku.nanos(per))))
    }

    /// Types of a series that are cores and memory and nothing else.
    fn shapes(&self, series: &str) -> Vec<&'static Shape> {
        let plain = |shape: &&Shape| {
            gcp::series(&shape.name) == series
                && shape.gpu_milli == 0
                && !shape.name.contains("lssd")
                && shape.name != APART
        };
        let shapes = gcp::shapes().iter().filter(plain);
        shapes.filter(|shape| self.sells(&shape.name)).collect()
    }

    /// Whether the region has a type, as far as is known: of a region that we know nothing of, each.
    fn sells(&self, name: &str) -> bool {
        let Some(prices) = gcp::prices(self.region) else {
            return true;
        };
        prices.iter().any(|price| price.name == name)
    }
}

/// The price of a machine, and of one that runs for whole months where Google takes something off for that by itself.
fn put(
    all: &mut BTreeMap<String, (&'static str, Told)>,
    kind: &str,
    name: &str,
    told: Result<Part, String>,
) {
    let off = gcp::family(name).map_or(0, |family| u64::from(family.sustained_percent));
    if let (Ok((nanos, source)), "gce.instance.", 1..=99) = (&told, kind, off) {
        let month = (nanos * (100 - off) / 100, format!("{source}, {off} % off"));
        all.insert(format!("gce.sustained.{name}"), ("hour", Ok(month)));
    }
    all.insert(format!("{kind}{name}"), ("hour", told));
}

/// An hour of a machine, rounded to micro-dollars as our tables are.
fn made_of(shape: &Shape, core: &Part, ram: &Part) -> Result<Part, String> {
    /// Thousandths of nano-dollars.
    const MICRO: u128 = 1_000_000;
    // Sold by the hundredth: an `n1-highcpu-2` has 1.8 GiB, which are no whole MiB.
    let hundredths = (u128::from(shape.memory_mib) * 100 + 512) / 1024;
    let cores = u128::from(core.0) * u128::from(shape.billed_milli);
    let memory = u128::from(ram.0) * hundredths * 10;
    let micros = (cores + memory + MICRO / 2) / MICRO;
    match u64::try_from(micros * 1000) {
        Ok(nanos) => Ok((nanos, format!("{} and {}", core.1, ram.1))),
        Err(_) => Err(format!("{} costs more than can be counted", shape.name)),
    }
}
