//! Which machine types satisfy a wish, cheapest first.
//!
//! Left out of automatic choice: burstable families (a vCPU there is a share of one), machines with graphics or other
//! accelerators, and bare metal. Anything can still be named.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use provision_core::model::{Opt, Options, Value};
use provision_core::spec::Arch;
use provision_data::aws::{Shape, prices, shapes};

/// Families that have more than processors and memory, or less: accelerators, Apple hardware, dedicated hosts.
const SPECIAL: [&str; 13] = [
    "p", "g", "gr", "inf", "trn", "dl", "vt", "f", "mac", "u", "u7i", "u7in", "hpc",
];

/// What a wish for a machine says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wish {
    /// Processor architecture.
    pub arch: Arch,
    /// At least this many millicores.
    pub cpu_milli: u64,
    /// At least this many bytes.
    pub memory: u64,
}

/// The machine types of a region, in the order in which they are chosen. Each wish is answered once.
#[derive(Debug)]
pub struct Market<'a> {
    /// The region.
    pub(crate) region: &'a str,
    /// What the region offers, as far as that is known; empty = the table of prices decides.
    pub(crate) list: &'a [String],
    offered: BTreeSet<&'a str>,
    /// Whether a type may be chosen at all.
    fit: fn(&str) -> bool,
    answered: RefCell<BTreeMap<Wish, Options>>,
}

impl<'a> Market<'a> {
    /// The market of a region. `fit` says whether a type does at all.
    #[must_use]
    pub fn new(region: &'a str, offered: &'a [String], fit: fn(&str) -> bool) -> Self {
        Self {
            region,
            list: offered,
            offered: offered.iter().map(String::as_str).collect(),
            fit,
            answered: RefCell::default(),
        }
    }

    /// The types that satisfy a wish, cheapest first, equal ones by name. Empty when nothing fits, or when the region is
    /// not in the tables.
    #[must_use]
    pub fn fitting(&self, wish: Wish) -> Options {
        let mut answered = self.answered.borrow_mut();
        answered
            .entry(wish)
            .or_insert_with(|| self.look(wish))
            .clone()
    }

    fn look(&self, wish: Wish) -> Options {
        let prices: BTreeMap<&str, u64> = prices(self.region)
            .unwrap_or_default()
            .iter()
            .filter(|price| !self.offered.is_empty() || price.offered.as_deref() != Some("n"))
            .map(|price| (price.name.as_str(), price.usd_micros))
            .collect();
        let mut fitting: Vec<(u64, &str)> = shapes()
            .iter()
            .filter(|shape| fits(shape, wish))
            .map(|shape| shape.name.as_str())
            .filter(|name| self.offered.is_empty() || self.offered.contains(name))
            .filter(|name| (self.fit)(name))
            .filter_map(|name| Some((*prices.get(name)?, name)))
            .collect();
        fitting.sort_unstable();
        let option = |(micros, name): (u64, &str)| Opt {
            value: Value::text(name),
            hourly_micros: Some(micros),
        };
        fitting.into_iter().map(option).collect()
    }
}

/// The types that satisfy a wish in a region: see [`Market::fitting`].
#[must_use]
pub fn machines(region: &str, wish: Wish, offered: &[String]) -> Options {
    Market::new(region, offered, |_| true).fitting(wish)
}

/// Named types with their prices, in the order in which they are named.
#[must_use]
pub fn named(region: &str, types: &[String]) -> Vec<Opt> {
    let prices = prices(region).unwrap_or_default();
    let price = |name: &str| {
        let mut all = prices.iter();
        all.find(|price| price.name == name)
            .map(|price| price.usd_micros)
    };
    types
        .iter()
        .map(|name| Opt {
            value: Value::text(name.as_str()),
            hourly_micros: price(name),
        })
        .collect()
}

fn fits(shape: &Shape, wish: Wish) -> bool {
    let arch = match wish.arch {
        Arch::Amd64 => "x86_64",
        Arch::Arm64 => "arm64",
    };
    shape.arch == arch
        && shape.gpus == 0
        && is_general(&shape.name)
        && u64::from(shape.vcpu) * 1000 >= wish.cpu_milli
        && shape.memory_mib.saturating_mul(1 << 20) >= wish.memory
}

fn is_general(name: &str) -> bool {
    let (family, size) = name.split_once('.').unwrap_or((name, ""));
    let letters: String = family
        .chars()
        .take_while(|letter| !letter.is_ascii_digit())
        .collect();
    let letters = letters.split('-').next().unwrap_or_default();
    letters != "t" && !SPECIAL.contains(&letters) && !size.contains("metal")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GIB: u64 = 1 << 30;

    fn wish(arch: Arch, cpu_milli: u64, memory: u64) -> Wish {
        Wish {
            arch,
            cpu_milli,
            memory,
        }
    }

    fn names(opts: &[Opt]) -> Vec<String> {
        opts.iter()
            .map(|opt| opt.value.as_text().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn every_choice_fits_and_the_cheapest_comes_first() {
        let shapes: BTreeMap<String, &Shape> = shapes()
            .iter()
            .map(|shape| (shape.name.clone(), shape))
            .collect();
        for (arch, word) in [(Arch::Amd64, "x86_64"), (Arch::Arm64, "arm64")] {
            let opts = machines("eu-west-1", wish(arch, 2000, 8 * GIB), &[]);
            assert!(opts.len() > 10);
            assert!(opts.is_sorted_by_key(|opt| opt.hourly_micros.unwrap()));
            for name in names(&opts) {
                let shape = &shapes[&name];
                assert!(shape.vcpu >= 2 && shape.memory_mib >= 8192, "{name}");
                assert_eq!(shape.arch, word);
                assert!(!name.starts_with('t') && !name.contains("metal"), "{name}");
            }
        }
    }

    #[test]
    fn only_what_is_offered_and_nothing_where_nothing_fits() {
        let offered = ["m5.large".to_owned(), "t3.large".to_owned()];
        let opts = machines("eu-west-1", wish(Arch::Amd64, 2000, 8 * GIB), &offered);
        assert_eq!(names(&opts), ["m5.large"]);
        let huge = wish(Arch::Amd64, 100_000_000, GIB);
        assert!(machines("eu-west-1", huge, &[]).is_empty());
        let small = wish(Arch::Amd64, 1, 1);
        assert!(machines("mars-north-1", small, &[]).is_empty());
    }

    #[test]
    fn families_are_told_by_their_letters() {
        for general in [
            "m7i.large",
            "c6gd.xlarge",
            "r5.large",
            "x2gd.medium",
            "i4i.large",
        ] {
            assert!(is_general(general), "{general}");
        }
        for special in [
            "t3.large",
            "p4d.24xlarge",
            "g5.xlarge",
            "inf2.xlarge",
            "m5.metal",
            "u-6tb1.112xlarge",
        ] {
            assert!(!is_general(special), "{special}");
        }
    }
}
