//! Which SKU is which item of our tables, machines aside.
//!
//! Sources: descriptions, groups and units as public tools and reports quote them from the catalogue in 2025 and 2026
//! (Cyclenerd/google-cloud-pricing-cost-calculator `build/mapping.csv`, infracost, castai and grafana's exporters).

use std::collections::BTreeMap;

use super::Told;
use super::sku::{Per, Sku, Usage, is};

/// Services of the catalogue that something of ours is sold by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// Compute Engine.
    Compute,
    /// Kubernetes Engine.
    Kubernetes,
    /// Networking: gateways and balancers.
    Networking,
    /// Secret Manager.
    Secrets,
    /// Cloud Logging.
    Logging,
    /// Artifact Registry.
    Artifacts,
}

impl Service {
    pub(super) const ALL: [Self; 6] = [
        Self::Compute,
        Self::Kubernetes,
        Self::Networking,
        Self::Secrets,
        Self::Logging,
        Self::Artifacts,
    ];

    /// Its number in the catalogue.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Compute => "6F81-5844-456A",
            Self::Kubernetes => "CCD8-9BF1-090E",
            Self::Networking => "E505-1604-58F8",
            Self::Secrets => "EE82-7A5E-871C",
            Self::Logging => "5490-F7B7-8DF6",
            Self::Artifacts => "149C-F9EC-3994",
        }
    }
}

/// One item.
struct Item {
    item: &'static str,
    service: Service,
    /// What the family must be; empty where the words alone tell.
    family: &'static str,
    /// The description without its place. All that are there must have one price.
    words: &'static [&'static str],
    unit: &'static str,
    per: Per,
    /// How many of the catalogue's units one of ours is.
    times: u64,
}

const fn of(
    service: Service,
    item: &'static str,
    words: &'static [&'static str],
    unit: &'static str,
    per: Per,
) -> Item {
    Item {
        item,
        service,
        family: "",
        words,
        unit,
        per,
        times: 1,
    }
}

const fn disk(item: &'static str, words: &'static [&'static str]) -> Item {
    let family = "Storage";
    Item {
        family,
        ..of(Service::Compute, item, words, "GiB-month", Per::GibMonth)
    }
}

const fn network(
    item: &'static str,
    words: &'static [&'static str],
    unit: &'static str,
    per: Per,
) -> Item {
    let family = "Network";
    Item {
        family,
        ..of(Service::Networking, item, words, unit, per)
    }
}

const fn address(item: &'static str, words: &'static [&'static str]) -> Item {
    let service = Service::Compute;
    Item {
        service,
        ..network(item, words, "hour", Per::Hour)
    }
}

/// Cores of pods are sold by the thousandth.
const fn cores(item: &'static str, words: &'static [&'static str]) -> Item {
    let times = 1000;
    Item {
        times,
        ..of(Service::Kubernetes, item, words, "vCPU-hour", Per::Hour)
    }
}

const fn memory(item: &'static str, words: &'static [&'static str]) -> Item {
    of(Service::Kubernetes, item, words, "GiB-hour", Per::GibHour)
}

/// The number of machines from which a gateway's fee grows no more.
const NAT_MACHINES: u64 = 32;

/// Accesses that our tables count as one.
const ACCESSES: u64 = 10_000;

const GATEWAY: &[&str] = &["Networking Cloud Nat Gateway Uptime"];

const ITEMS: &[Item] = &[
    disk("gce.disk.pd-standard", &["Storage PD Capacity"]),
    disk("gce.disk.pd-balanced", &["Balanced PD Capacity"]),
    disk("gce.disk.pd-ssd", &["SSD backed PD Capacity"]),
    disk("gce.disk.pd-extreme", &["Extreme PD Capacity"]),
    disk(
        "gce.disk.hyperdisk-balanced",
        &["Hyperdisk Balanced Capacity"],
    ),
    disk(
        "gce.disk.hyperdisk-extreme",
        &["Hyperdisk Extreme Capacity"],
    ),
    disk(
        "gce.disk.regional.pd-standard",
        &["Regional Storage PD Capacity"],
    ),
    disk(
        "gce.disk.regional.pd-balanced",
        &["Regional Balanced PD Capacity"],
    ),
    disk(
        "gce.disk.regional.pd-ssd",
        &["Regional SSD backed PD Capacity"],
    ),
    disk("gce.disk.local-ssd", &["SSD backed Local Storage"]),
    disk("gce.snapshot", &["Storage PD Snapshot"]),
    address("gce.ipv4", &["External IP Charge on a Standard VM"]),
    address("gce.ipv4.unused", &["Static Ip Charge"]),
    of(
        Service::Kubernetes,
        "gke.cluster",
        &[
            "Zonal Kubernetes Clusters",
            "Regional Kubernetes Clusters",
            "Autopilot Kubernetes Clusters",
        ],
        "hour",
        Per::Hour,
    ),
    cores("gke.autopilot.vcpu", &["Autopilot Pod mCPU Requests"]),
    memory("gke.autopilot.memory", &["Autopilot Pod Memory Requests"]),
    memory(
        "gke.autopilot.storage",
        &["Autopilot Pod Ephemeral Storage Requests"],
    ),
    cores(
        "gke.autopilot.spot.vcpu",
        &["Autopilot Spot Pod mCPU Requests"],
    ),
    memory(
        "gke.autopilot.spot.memory",
        &["Autopilot Spot Pod Memory Requests"],
    ),
    cores(
        "gke.autopilot.scaleout.vcpu",
        &["Autopilot Scale-Out x86 Pod mCPU Requests"],
    ),
    memory(
        "gke.autopilot.scaleout.memory",
        &["Autopilot Scale-Out x86 Pod Memory Requests"],
    ),
    cores(
        "gke.autopilot.scaleout.arm.vcpu",
        &["Autopilot Scale-Out Arm Pod mCPU Requests"],
    ),
    memory(
        "gke.autopilot.scaleout.arm.memory",
        &["Autopilot Scale-Out Arm Pod Memory Requests"],
    ),
    cores(
        "gke.autopilot.balanced.spot.vcpu",
        &["Autopilot Balanced Spot Pod mCPU Requests"],
    ),
    memory(
        "gke.autopilot.balanced.spot.memory",
        &["Autopilot Balanced Spot Pod Memory Requests"],
    ),
    network("nat.vm", GATEWAY, "hour", Per::Hour),
    Item {
        times: NAT_MACHINES,
        ..network("nat.gateway", GATEWAY, "hour", Per::Hour)
    },
    network(
        "nat.data",
        &["Networking Cloud Nat Data Processing"],
        "GiB",
        Per::Gib,
    ),
    network(
        "lb.rules",
        &["Cloud Load Balancer Forwarding Rule Minimum"],
        "hour",
        Per::Hour,
    ),
    network(
        "lb.rule",
        &["Cloud Load Balancer Forwarding Rule Additional"],
        "hour",
        Per::Hour,
    ),
    network(
        "lb.global.rules",
        &["Cloud Load Balancer Forwarding Rule Minimum Global"],
        "hour",
        Per::Hour,
    ),
    network(
        "lb.global.rule",
        &["Cloud Load Balancer Forwarding Rule Additional Global"],
        "hour",
        Per::Hour,
    ),
    network(
        "lb.global.data",
        &[
            "Global External Application Load Balancer Inbound Data Processing",
            "Global External Application Load Balancer Outbound Data Processing",
        ],
        "GiB",
        Per::Gib,
    ),
    of(
        Service::Secrets,
        "secretmanager.version",
        &["Secret version replica storage"],
        "month",
        Per::Month,
    ),
    Item {
        times: ACCESSES,
        ..of(
            Service::Secrets,
            "secretmanager.accesses",
            &["Secret access operations"],
            "10k requests",
            Per::One,
        )
    },
    of(
        Service::Logging,
        "logging.ingested",
        &["Log Storage cost"],
        "GiB",
        Per::Gib,
    ),
    of(
        Service::Artifacts,
        "artifacts.stored",
        &["Artifact Registry Storage"],
        "GiB-month",
        Per::GibMonth,
    ),
];

impl Item {
    /// Whether a SKU is this item.
    fn fits(&self, sku: &Sku, region: &str) -> bool {
        // Pods that may be taken away have words of their own for it.
        let usage = sku.usage == Usage::OnDemand || self.item.contains(".spot.");
        self.service == sku.service
            && usage
            && (self.family.is_empty() || self.family == sku.family)
            && self
                .words
                .iter()
                .any(|words| is(&sku.description, words, region))
    }

    fn told(&self, sku: &Sku) -> Result<u64, String> {
        let nanos = sku.nanos(self.per)?.checked_mul(self.times);
        nanos.ok_or_else(|| format!("{} costs more than can be counted", sku.id))
    }
}

/// What these SKUs tell, by item, with the unit of our tables.
pub(super) fn told(skus: &[&Sku], region: &str) -> BTreeMap<String, (&'static str, Told)> {
    let mut all = BTreeMap::new();
    for item in ITEMS {
        let fitting = skus.iter().filter(|sku| item.fits(sku, region));
        let fitting: Vec<&Sku> = nearest(fitting.copied(), region);
        let told = fitting.iter().map(|sku| (*sku, item.told(sku)));
        if let Some(told) = agreed(told) {
            all.insert(item.item.to_owned(), (item.unit, told));
        }
    }
    all
}

/// The region's own SKUs, and where it has none those of everywhere.
pub(super) fn nearest<'a>(skus: impl Iterator<Item = &'a Sku>, region: &str) -> Vec<&'a Sku> {
    let (own, global): (Vec<_>, Vec<_>) = skus.partition(|sku| sku.is_in(region));
    match own.is_empty() {
        true => global,
        false => own,
    }
}

/// The one price that all SKUs of an item have; nothing where there is none.
pub(super) fn agreed<'a>(
    mut skus: impl Iterator<Item = (&'a Sku, Result<u64, String>)>,
) -> Option<Told> {
    let (first, told) = skus.next()?;
    let nanos = match told {
        Ok(nanos) => nanos,
        Err(why) => return Some(Err(why)),
    };
    for (other, told) in skus {
        match told {
            Ok(other) if other == nanos => {}
            Ok(_) => {
                let (one, two) = (&first.id, &other.id);
                return Some(Err(format!("the SKUs {one} and {two} differ in price")));
            }
            Err(why) => return Some(Err(why)),
        }
    }
    Some(Ok((nanos, first.source())))
}

#[cfg(test)]
mod tests {
    use provision_data::list_prices;

    use super::*;

    #[test]
    fn every_item_is_one_of_our_tables_in_the_same_unit() {
        let built_in = list_prices("us-central1");
        // The catalogue is the only source that prices it.
        let new = ["gce.disk.hyperdisk-balanced"];
        // Sold by few regions.
        let spot = ["gke.autopilot.balanced.", "gke.autopilot.scaleout."];
        for item in ITEMS {
            let found = built_in.iter().find(|price| price.item == item.item);
            if new.contains(&item.item) || spot.iter().any(|kind| item.item.starts_with(kind)) {
                continue;
            }
            let unit = found.map(|price| price.unit.as_ref());
            assert_eq!(unit, Some(item.unit), "{}", item.item);
        }
    }
}
