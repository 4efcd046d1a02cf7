//! Amazon EC2: shapes of machine types, and on-demand Linux prices by region.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use crate::table;

/// The folder of its tables.
pub(crate) const CLOUD: &str = "aws";

/// What a machine type has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shape {
    /// Its name: `m7i.large`.
    #[serde(rename = "type")]
    pub name: String,
    /// Virtual processors.
    pub vcpu: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// `x86_64` or `arm64`.
    pub arch: String,
    /// Graphics or accelerator devices.
    pub gpus: u32,
    /// Most pods that network interfaces allow, where known.
    pub max_pods: Option<u32>,
    /// Network interfaces that its default network card takes, where known (aws/amazon-vpc-cni-k8s v1.23.2, 2026-09-29).
    pub interfaces: Option<u32>,
    /// IPv4 addresses of each of them.
    pub addresses: Option<u32>,
}

impl Shape {
    /// Whether it has devices beside its processors: graphics, accelerators, programmable logic.
    #[must_use]
    pub fn is_accelerated(&self) -> bool {
        self.gpus > 0 || DEVICES.contains(&family(&self.name))
    }
}

/// Families with devices that the tables do not count: programmable logic, and video encoders.
const DEVICES: [&str; 3] = ["f1", "f2", "vt1"];

/// What EKS Auto Mode makes of a machine type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoMode {
    /// What it costs on top: thousandths of the machine's price on demand.
    pub permille: u32,
    /// The node pools that come with it create such machines.
    pub unnamed: bool,
}

/// A family that EKS Auto Mode has.
#[derive(Deserialize)]
struct Family {
    family: String,
    auto_fee: String,
    auto_unnamed: String,
}

/// What EKS Auto Mode costs.
#[derive(Deserialize)]
struct Fee {
    fee: String,
    permille: u32,
    confidence: String,
}

/// The family of a machine type: `m7i` of `m7i.large`.
fn family(name: &str) -> &str {
    name.split_once('.').map_or(name, |(family, _)| family)
}

/// The fees of EKS Auto Mode in words: `12 %, of families G 7.8 %, …`.
#[must_use]
pub fn auto_fees() -> String {
    let fees = table::rows::<Fee>(CLOUD, "auto_fees").into_iter();
    let words = fees.map(|one| {
        let percent = f64::from(one.permille) / 10.0;
        let derived = match one.confidence.as_str() {
            "high" => "",
            _ => " (as announced: nobody has read it of a type)",
        };
        match one.fee.as_str() {
            "graphics" => format!("of families G {percent} %{derived}"),
            "training" => format!("of P and Trainium {percent} %{derived}"),
            _ => format!("{percent} %{derived}"),
        }
    });
    words.collect::<Vec<String>>().join(", ")
}

/// What EKS Auto Mode makes of a machine type; `None` for one that it does not create (EKS user guide: its families, more than
/// one processor, no size `nano`, `micro` or `small`).
#[must_use]
pub fn auto_mode(shape: &Shape) -> Option<AutoMode> {
    static ALL: LazyLock<BTreeMap<String, AutoMode>> = LazyLock::new(|| {
        let fees = table::rows::<Fee>(CLOUD, "auto_fees").into_iter();
        let fees: BTreeMap<String, u32> = fees.map(|fee| (fee.fee, fee.permille)).collect();
        let families = table::rows::<Family>(CLOUD, "families").into_iter();
        let of = |one: Family| {
            let permille = *fees.get(&one.auto_fee)?;
            let unnamed = one.auto_unnamed == "y";
            Some((one.family, AutoMode { permille, unnamed }))
        };
        families.filter_map(of).collect()
    });
    let (family, size) = shape.name.split_once('.')?;
    let small = ["nano", "micro", "small"].contains(&size);
    ALL.get(family)
        .copied()
        .filter(|_| shape.vcpu > 1 && !small)
}

/// What an hour of a machine type costs in one region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// The machine type.
    #[serde(rename = "type")]
    pub name: String,
    /// Micro-dollars an hour, on demand, Linux, shared tenancy.
    pub usd_micros: u64,
    /// When the source was read: a date, or a span of months.
    pub as_of: String,
    /// Code of the source, for [`source`].
    pub source: String,
    /// `observed`, or how it was derived.
    pub quality: String,
    /// `y` or `n` where it is known whether the region still sells it.
    pub offered: Option<String>,
}

/// All shapes, by name. Read once, when first asked for.
#[must_use]
pub fn shapes() -> &'static [Shape] {
    static ALL: LazyLock<Vec<Shape>> = LazyLock::new(|| table::rows(CLOUD, "shapes"));
    &ALL
}

/// Regions that have a shard, in order.
pub fn regions() -> impl Iterator<Item = &'static str> {
    table::regions(CLOUD)
}

/// Prices of one region, by machine type; `None` where we have no shard. A shard is read once, when first asked for.
#[must_use]
pub fn prices(region: &str) -> Option<&'static [Price]> {
    type Shards = BTreeMap<&'static str, OnceLock<Vec<Price>>>;
    static SHARDS: LazyLock<Shards> =
        LazyLock::new(|| regions().map(|name| (name, OnceLock::new())).collect());
    let shard = SHARDS.get(region)?;
    Some(shard.get_or_init(|| table::rows(CLOUD, region)))
}

/// What all source codes stand for.
pub(crate) fn sources() -> &'static BTreeMap<String, String> {
    static ALL: LazyLock<BTreeMap<String, String>> =
        LazyLock::new(|| table::sources(CLOUD, "sources"));
    &ALL
}

/// What a source code stands for.
#[must_use]
pub fn source(code: &str) -> Option<String> {
    sources().get(code).cloned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_every_table_parses_and_has_a_shape_and_a_source() {
        let shapes: BTreeSet<String> = shapes().iter().map(|shape| shape.name.clone()).collect();
        assert_eq!(
            shapes.len(),
            table::text(CLOUD, "shapes").lines().count() - 1
        );
        assert_eq!(regions().count(), 30);
        for region in regions() {
            let prices = prices(region).unwrap();
            let lines = table::text(CLOUD, region).lines().count();
            assert_eq!(prices.len(), lines - 1, "{region}");
            for price in prices {
                assert!(shapes.contains(&price.name), "{region} {}", price.name);
                assert!(
                    sources().contains_key(&price.source),
                    "{region} {}",
                    price.name
                );
                assert!(price.usd_micros > 0, "{region} {}", price.name);
            }
        }
    }

    /// A node has an address for each pod, but for the first of every interface, and two pods share its own: the two sources of
    /// pods and of interfaces agree on every type but two with several network cards, of which the first counts all.
    #[test]
    fn interfaces_and_pods_are_of_one_mind() {
        const CARDS: [(&str, u32); 2] = [("i7ie.48xlarge", 394), ("i8ge.48xlarge", 590)];
        let mut unknown = Vec::new();
        for shape in shapes() {
            let name = shape.name.as_str();
            let (Some(interfaces), Some(addresses)) = (shape.interfaces, shape.addresses) else {
                unknown.push(name);
                continue;
            };
            let pods = interfaces * (addresses - 1) + 2;
            let known = CARDS.iter().find(|(card, _)| *card == name);
            match known {
                Some((_, by_first)) => assert_eq!(pods, *by_first, "{name}"),
                None => assert!(
                    shape.max_pods.is_none_or(|max| max == pods),
                    "{name}: {pods}"
                ),
            }
        }
        // What the source has not is what no region sells any more, and what nobody chooses unnamed.
        assert_eq!(
            unknown,
            [
                "g3.16xlarge",
                "g3.4xlarge",
                "g3.8xlarge",
                "g3s.xlarge",
                "i3.metal",
                "p2.16xlarge",
                "p2.8xlarge",
                "p2.xlarge",
                "u-12tb1.112xlarge",
                "u-18tb1.112xlarge",
                "u-24tb1.112xlarge",
                "u-9tb1.112xlarge",
            ]
        );
        let of = |name: &str| {
            shapes()
                .iter()
                .find(|one| one.name == name)
                .unwrap()
                .interfaces
        };
        for (name, interfaces) in [
            ("m5.large", 3),
            ("c8i-flex.large", 3),
            ("c8i.xlarge", 4),
            ("c1.medium", 2),
            ("c8a.8xlarge", 10),
            ("c8a.48xlarge", 24),
            ("m5.metal", 15),
        ] {
            assert_eq!(of(name), Some(interfaces), "{name}");
        }
    }

    #[test]
    fn auto_mode_has_its_families_and_sizes() {
        let of = |name: &str| {
            let shape = shapes().iter().find(|one| one.name == name).unwrap();
            auto_mode(shape).map(|auto| (auto.permille, auto.unnamed))
        };
        for (name, auto) in [
            ("m7i.large", Some((120, true))),
            ("c7i-flex.large", Some((120, true))),
            ("m4.large", Some((120, false))),
            ("t3.medium", Some((120, false))),
            ("x2gd.large", Some((120, false))),
            ("inf2.xlarge", Some((120, false))),
            ("g6.xlarge", Some((78, false))),
            ("gr6.4xlarge", Some((78, false))),
            ("p5.48xlarge", Some((48, false))),
            ("trn1.2xlarge", Some((48, false))),
            ("t3.small", None),
            ("m7a.medium", None),
            ("a1.large", None),
            ("m3.large", None),
            ("g3.4xlarge", None),
        ] {
            assert_eq!(of(name), auto, "{name}");
        }
        assert_eq!(
            auto_fees(),
            "12 %, of families G 7.8 %, of P and Trainium 4.8 % (as announced: nobody has read it of a type)"
        );
        let lines = |name| table::text(CLOUD, name).lines().count() - 1;
        assert_eq!(
            table::rows::<Fee>(CLOUD, "auto_fees").len(),
            lines("auto_fees")
        );
        let families = table::rows::<Family>(CLOUD, "families");
        assert_eq!(families.len(), lines("families"));
        let fees = table::rows::<Fee>(CLOUD, "auto_fees");
        for family in families {
            assert!(
                fees.iter().any(|fee| fee.fee == family.auto_fee),
                "{}",
                family.family
            );
        }
    }

    #[test]
    fn devices_are_told_of_every_sort() {
        let of = |name: &str| {
            shapes()
                .iter()
                .find(|one| one.name == name)
                .unwrap()
                .is_accelerated()
        };
        for name in [
            "g5.xlarge",
            "inf2.xlarge",
            "f1.2xlarge",
            "vt1.3xlarge",
            "dl1.24xlarge",
        ] {
            assert!(of(name), "{name}");
        }
        assert!(!of("m5.large") && !of("c7i-flex.large"));
    }

    #[test]
    fn known_figures() {
        let price = |region, name: &str| {
            prices(region)
                .unwrap()
                .iter()
                .find(|price| price.name == name)
                .unwrap()
                .usd_micros
        };
        assert_eq!(price("us-east-1", "m5.large"), 96_000);
        assert_eq!(price("us-east-1", "m7i.large"), 100_800);
        assert!(prices("mars-north-1").is_none());
        assert!(source("s1").is_some());
    }
}
