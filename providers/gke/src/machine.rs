//! Which machine types satisfy a wish, the cheapest first.
//!
//! Left out of automatic choice: types with shared cores, accelerators, bare metal, and families that are for something
//! that few need. Anything can still be named.

use provision_core::model::{Opt, Options, Value};
use provision_core::spec::Arch;
use provision_data::gcp::{Disks, Offer, Shape, family, offers, prices};

/// The disk of a pool that names none: what every family of persistent disks has, at half the price of `pd-ssd`.
pub(crate) const BALANCED: &str = "pd-balanced";

/// The same for families that take hyperdisks alone.
const HYPERDISK: &str = "hyperdisk-balanced";

/// Where the order of prices is taken from when a region has none of its own.
const REFERENCE: &str = "us-central1";

/// What a wish for a machine says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    /// Processor architecture.
    pub(crate) arch: Arch,
    /// At least this many millicores.
    pub(crate) cpu_milli: u64,
    /// At least this many bytes.
    pub(crate) memory: u64,
    /// The disk it boots from, where that is named.
    pub(crate) disk: Option<&'a str>,
}

/// The types that satisfy a wish, in the order in which they are chosen, and the disk that all of them boot from.
pub(crate) fn fitting(region: &str, wish: &Wish<'_>) -> (Options, String) {
    let known = prices(region).is_some_and(|prices| !prices.is_empty());
    let offers = offers(if known { region } else { REFERENCE });
    let taking = |disk: &str| -> Options {
        let fit = offers
            .iter()
            .filter(|offer| fits(offer.shape, wish) && takes(&offer.shape.name, disk));
        fit.map(|offer| option(offer, known)).collect()
    };
    let disk = wish.disk.unwrap_or(BALANCED);
    let first = taking(disk);
    // Nothing with persistent disks: arm64 in most regions.
    if first.is_empty() && wish.disk.is_none() {
        return (taking(HYPERDISK), HYPERDISK.to_owned());
    }
    (first, disk.to_owned())
}

fn option(offer: &Offer, known: bool) -> Opt {
    Opt {
        value: Value::text(offer.shape.name.as_str()),
        hourly_micros: known.then(|| offer.price.month_nanos().div_ceil(1000)),
    }
}

/// Named types with their prices, in the order in which they are named.
pub(crate) fn named(region: &str, types: &[String]) -> Options {
    let prices = prices(region).unwrap_or_default();
    let price = |name: &str| prices.iter().find(|price| price.name == name);
    let option = |name: &String| Opt {
        value: Value::text(name.as_str()),
        hourly_micros: price(name).map(|price| price.month_nanos().div_ceil(1000)),
    };
    types.iter().map(option).collect()
}

/// The disk of a named type, where the spec names none.
pub(crate) fn disk_of(name: &str) -> &'static str {
    match family(name).and_then(|family| family.disks) {
        Some(Disks::Hyperdisk) => HYPERDISK,
        _ => BALANCED,
    }
}

fn fits(shape: &Shape, wish: &Wish<'_>) -> bool {
    let arch = match wish.arch {
        Arch::Amd64 => "x86_64",
        Arch::Arm64 => "arm64",
    };
    shape.arch == arch
        && shape.is_general()
        && u64::from(shape.vcpu) * 1000 >= wish.cpu_milli
        && shape.memory_mib.saturating_mul(1 << 20) >= wish.memory
}

/// Whether a type boots from a disk; of families that nobody knows the disks of that is left to the cloud.
fn takes(name: &str, disk: &str) -> bool {
    match family(name).and_then(|family| family.disks) {
        Some(Disks::Pd) => !disk.starts_with("hyperdisk-"),
        Some(Disks::Hyperdisk) => disk.starts_with("hyperdisk-"),
        Some(Disks::Both) | None => true,
    }
}

/// Families whose processor is Arm.
const ARM: [&str; 3] = ["t2a", "c4a", "n4a"];

/// Whether a named type is of Arm.
pub(crate) fn is_arm(name: &str) -> bool {
    ARM.contains(&name.split('-').next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wish(arch: Arch, cpu_milli: u64, gib: u64) -> Wish<'static> {
        Wish {
            arch,
            cpu_milli,
            memory: gib << 30,
            disk: None,
        }
    }

    fn first(region: &str, wish: &Wish<'_>) -> (Option<String>, String) {
        let (all, disk) = fitting(region, wish);
        assert!(all.is_sorted_by_key(|opt| opt.hourly_micros));
        let name = all.first().and_then(|opt| opt.value.as_text());
        (name.map(str::to_owned), disk)
    }

    #[test]
    fn the_cheapest_month_comes_first() {
        let amd = |cpu, gib| {
            first("europe-west1", &wish(Arch::Amd64, cpu, gib))
                .0
                .unwrap()
        };
        assert_eq!(amd(2000, 8), "e2-standard-2");
        assert_eq!(amd(1000, 16), "e2-highmem-2");
        // 30 % off for sustained use: 0.0732 against 0.0737 of an e2-standard-2.
        assert_eq!(amd(2000, 7), "n1-standard-2");
    }

    #[test]
    fn a_disk_goes_with_the_family() {
        let arm = first("europe-west1", &wish(Arch::Arm64, 4000, 16));
        assert!(arm.0.is_some(), "{arm:?}");
        assert_eq!(arm.1, HYPERDISK, "{arm:?}");
        let with = |disk| Wish {
            disk: Some(disk),
            ..wish(Arch::Amd64, 4000, 16)
        };
        let (all, disk) = fitting("europe-west1", &with("hyperdisk-balanced"));
        assert_eq!(disk, "hyperdisk-balanced");
        let names: Vec<&str> = all.iter().filter_map(|opt| opt.value.as_text()).collect();
        assert!(names.iter().any(|name| name.starts_with("n4-")));
        assert!(!names.iter().any(|name| name.starts_with("e2-")));
        assert_eq!(disk_of("c4a-standard-4"), HYPERDISK);
        assert_eq!(disk_of("n2-standard-4"), BALANCED);
    }

    #[test]
    fn an_unknown_region_has_an_order_and_no_prices() {
        let (all, _) = fitting("mars-north1", &wish(Arch::Amd64, 2000, 8));
        assert_eq!(all.first().unwrap().value.as_text(), Some("e2-standard-2"));
        assert_eq!(all.first().unwrap().hourly_micros, None);
        let (none, _) = fitting("europe-west1", &wish(Arch::Arm64, 500_000, 16));
        assert!(none.is_empty());
    }

    #[test]
    fn arm_is_told_by_the_family() {
        assert!(is_arm("t2a-standard-4") && !is_arm("t2d-standard-4"));
    }
}
