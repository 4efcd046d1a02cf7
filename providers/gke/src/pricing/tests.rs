//! SKUs as the catalogue writes them.
#![allow(clippy::unwrap_used, clippy::panic)]

use google_cloud_billing_v1::model;
use serde_json::{Value, json};

use super::*;

const REGION: &str = "europe-west1";

/// A SKU on demand with one price from the first unit on.
fn sku(id: &str, kind: (&str, &str), region: &str, unit: &str, nanos: i64, words: &str) -> Value {
    json!({
        "name": format!("services/6F81-5844-456A/skus/{id}"),
        "skuId": id,
        "description": words,
        "category": {
            "serviceDisplayName": "Compute Engine", "resourceFamily": kind.0, "resourceGroup": kind.1,
            "usageType": if words.starts_with("Spot") { "Preemptible" } else { "OnDemand" },
        },
        "serviceRegions": [region],
        "pricingInfo": [{
            "summary": "", "currencyConversionRate": 1, "effectiveTime": "2026-11-20T08:00:00.123Z",
            "pricingExpression": {
                "usageUnit": unit, "displayQuantity": 1, "baseUnit": "s", "baseUnitConversionFactor": 3600,
                "tieredRates": [rate(0.0, nanos)],
            },
        }],
        "serviceProviderName": "Google",
        "geoTaxonomy": {"type": "REGIONAL", "regions": [region]},
    })
}

fn rate(from: f64, nanos: i64) -> Value {
    let (units, nanos) = ((nanos / 1_000_000_000).to_string(), nanos % 1_000_000_000);
    json!({"startUsageAmount": from, "unitPrice": {"currencyCode": "USD", "units": units, "nanos": nanos}})
}

fn core(id: &str, nanos: i64, words: &str) -> Value {
    sku(id, ("Compute", "CPU"), REGION, "h", nanos, words)
}

fn ram(id: &str, nanos: i64, words: &str) -> Value {
    sku(id, ("Compute", "RAM"), REGION, "GiBy.h", nanos, words)
}

fn disk(id: &str, nanos: i64, words: &str) -> Value {
    sku(id, ("Storage", "SSD"), REGION, "GiBy.mo", nanos, words)
}

fn told_of(service: Service, skus: &[Value]) -> PriceList {
    let read = |sku: &Value| serde_json::from_value::<model::Sku>(sku.clone()).unwrap();
    let skus: Vec<Sku> = skus
        .iter()
        .filter_map(|sku| Sku::of(service, read(sku)))
        .collect();
    told(&skus, REGION, "2026-11-27")
}

fn price(list: &PriceList, item: &str) -> Option<u64> {
    let found = list.prices.iter().find(|price| price.item == item);
    found.map(|price| price.nanos)
}

#[test]
fn a_machine_is_its_cores_and_its_memory() {
    let list = told_of(
        Service::Compute,
        &[
            core("C1", 23_990_000, "E2 Instance Core running in Belgium"),
            ram("R1", 3_216_000, "E2 Instance Ram running in Belgium"),
            core(
                "C2",
                14_394_000,
                "Spot Preemptible E2 Instance Core running in Belgium",
            ),
            ram(
                "R2",
                1_930_000,
                "Spot Preemptible E2 Instance Ram running in Belgium",
            ),
        ],
    );
    // 2 cores and 8 GiB; the shared core of a small one is half a core.
    assert_eq!(price(&list, "gce.instance.e2-standard-2"), Some(73_708_000));
    assert_eq!(price(&list, "gce.instance.e2-small"), Some(18_427_000));
    assert_eq!(price(&list, "gce.spot.e2-standard-2"), Some(44_228_000));
    assert_eq!(price(&list, "gce.sustained.e2-standard-2"), None);
    assert!(list.unclear.is_empty());
    let machine = &list.prices[0];
    assert_eq!(machine.unit, "hour");
    assert_eq!(machine.quality, "refreshed");
    assert_eq!(machine.as_of, "2026-11-27");
    assert_eq!(
        machine.source,
        "Cloud Billing Catalog 6F81-5844-456A C1, in effect since 2026-11-20 and 6F81-5844-456A R1, \
         in effect since 2026-11-20"
    );
}

#[test]
fn whole_months_of_some_series_cost_less_by_themselves() {
    let list = told_of(
        Service::Compute,
        &[
            core("C1", 34_773_000, "N2 Instance Core running in Belgium"),
            ram("R1", 4_661_000, "N2 Instance Ram running in Belgium"),
            sku(
                "F1",
                ("Compute", "F1Micro"),
                REGION,
                "h",
                8_400_000,
                "Micro Instance with burstable CPU running in EMEA",
            ),
        ],
    );
    let whole = 2 * 34_773_000 + 8 * 4_661_000;
    assert_eq!(price(&list, "gce.instance.n2-standard-2"), Some(whole));
    assert_eq!(
        price(&list, "gce.sustained.n2-standard-2"),
        Some(whole * 80 / 100)
    );
    assert_eq!(price(&list, "gce.instance.f1-micro"), Some(8_400_000));
    assert_eq!(price(&list, "gce.sustained.f1-micro"), Some(5_880_000));
}

#[test]
fn what_only_looks_like_a_machine_is_none() {
    let mut commitment = core("C3", 1, "C3 Instance Core running in Belgium");
    commitment["category"]["usageType"] = json!("Commit1Yr");
    let list = told_of(
        Service::Compute,
        &[
            commitment,
            core("C1", 1, "C3 Custom Instance Core running in Belgium"),
            core("C2", 1, "Sole Tenancy Instance C3 Core running in Belgium"),
            core("C4", 1, "C3D Instance Core running in Belgium"),
            ram("R1", 1, "C3 Instance Ram running in Belgium"),
            core(
                "C5",
                1,
                "Spot Preemptible C3 Instance Core running in Belgium",
            ),
        ],
    );
    // Cores without memory are no machine, and nothing to complain of.
    assert_eq!(list, PriceList::default());
}

#[test]
fn parts_that_are_there_twice_are_told_of_a_series_at_once() {
    let list = told_of(
        Service::Compute,
        &[
            core("C1", 20_000_000, "T2D AMD Instance Core running in Belgium"),
            core("C2", 21_000_000, "T2D AMD Instance Core running in EMEA"),
            ram("R1", 3_000_000, "T2D AMD Instance Ram running in Belgium"),
        ],
    );
    assert!(list.prices.is_empty());
    assert_eq!(
        list.unclear["gce.instance.t2d-*"],
        "the SKUs C1 and C2 differ in price"
    );
}

#[test]
fn disks_are_told_by_the_words_before_the_place() {
    let list = told_of(
        Service::Compute,
        &[
            disk("D1", 100_000_000, "Balanced PD Capacity in Belgium"),
            disk(
                "D2",
                200_000_000,
                "Regional Balanced PD Capacity in Belgium",
            ),
            disk("D3", 80_000_000, "Hyperdisk Balanced Capacity in Belgium"),
            disk("D4", 5_000, "Hyperdisk Balanced IOPS in Belgium"),
            disk(
                "D5",
                90_000_000,
                "Hyperdisk Balanced Storage Pools Advanced Capacity - Belgium",
            ),
            disk("D6", 80_000_000, "SSD backed Local Storage in Belgium"),
            disk(
                "D7",
                9_000_000,
                "SSD backed Local Storage attached to Spot Preemptible VMs in Belgium",
            ),
        ],
    );
    assert_eq!(price(&list, "gce.disk.pd-balanced"), Some(100_000_000));
    assert_eq!(
        price(&list, "gce.disk.regional.pd-balanced"),
        Some(200_000_000)
    );
    assert_eq!(
        price(&list, "gce.disk.hyperdisk-balanced"),
        Some(80_000_000)
    );
    assert_eq!(price(&list, "gce.disk.local-ssd"), Some(80_000_000));
    assert_eq!(list.prices.len(), 4);
}

#[test]
fn what_is_free_for_the_account_is_no_price() {
    let mut standard = disk("D1", 0, "Storage PD Capacity in Belgium");
    standard["pricingInfo"][0]["pricingExpression"]["tieredRates"] =
        json!([rate(0.0, 0), rate(30.0, 40_000_000)]);
    let list = told_of(Service::Compute, &[standard]);
    assert_eq!(price(&list, "gce.disk.pd-standard"), Some(40_000_000));
}

#[test]
fn prices_that_are_none_are_told() {
    let free = disk("D1", 0, "Balanced PD Capacity in Belgium");
    let mut hourly = disk("D2", 5, "SSD backed PD Capacity in Belgium");
    hourly["pricingInfo"][0]["pricingExpression"]["usageUnit"] = json!("GiBy.h");
    let mut euros = disk("D3", 5, "Extreme PD Capacity in Belgium");
    euros["pricingInfo"][0]["pricingExpression"]["tieredRates"][0]["unitPrice"]["currencyCode"] =
        json!("EUR");
    let mut none = disk("D4", 5, "Storage PD Snapshot in Belgium");
    none["pricingInfo"] = json!([]);
    let list = told_of(Service::Compute, &[free, hourly, euros, none]);
    assert!(list.prices.is_empty(), "{list:?}");
    let unclear: Vec<(&str, &str)> = list
        .unclear
        .iter()
        .map(|(item, why)| (item.as_str(), why.as_str()))
        .collect();
    assert_eq!(
        unclear,
        [
            ("gce.disk.pd-balanced", "D1 costs nothing"),
            ("gce.disk.pd-extreme", "D3 has no price in US dollars"),
            ("gce.disk.pd-ssd", "D2 is priced by `GiBy.h`"),
            ("gce.snapshot", "D4 has no price"),
        ]
    );
}

#[test]
fn pods_are_sold_by_the_thousandth_of_a_core_and_fees_everywhere() {
    let pods = |id, unit, nanos, words: &str| {
        let words = format!("Autopilot {words} Requests ({REGION})");
        sku(id, ("Compute", "Autopilot"), REGION, unit, nanos, &words)
    };
    let fee = |id, nanos, words| sku(id, ("Compute", "GKE"), GLOBAL, "h", nanos, words);
    let mut skus = vec![
        pods("P1", "h", 49_000, "Pod mCPU"),
        pods("P2", "GiBy.h", 5_415_100, "Pod Memory"),
        pods("P3", "GiBy.h", 60_300, "Pod Ephemeral Storage"),
        pods("P4", "GiBy.h", 154_000, "SSD Pod Ephemeral Storage"),
        pods("P5", "h", 14_600, "Spot Pod mCPU"),
        fee("K1", 100_000_000, "Zonal Kubernetes Clusters"),
        fee("K2", 100_000_000, "Regional Kubernetes Clusters"),
    ];
    let list = told_of(Service::Kubernetes, &skus);
    for (item, nanos) in [
        ("gke.autopilot.vcpu", 49_000_000),
        ("gke.autopilot.memory", 5_415_100),
        ("gke.autopilot.storage", 60_300),
        ("gke.autopilot.spot.vcpu", 14_600_000),
        ("gke.cluster", 100_000_000),
    ] {
        assert_eq!(price(&list, item), Some(nanos), "{item}");
    }
    assert_eq!(list.prices.len(), 5);
    // One fee for all sorts of clusters, or none that can be told.
    skus.push(fee("K3", 90_000_000, "Autopilot Kubernetes Clusters"));
    let list = told_of(Service::Kubernetes, &skus);
    assert_eq!(price(&list, "gke.cluster"), None);
    assert_eq!(
        list.unclear["gke.cluster"],
        "the SKUs K1 and K3 differ in price"
    );
}

#[test]
fn gateways_are_sold_by_the_machine_and_the_region_goes_before_the_world() {
    let network =
        |id, region, unit, nanos, words| sku(id, ("Network", "Nat"), region, unit, nanos, words);
    let uptime = "Networking Cloud Nat Gateway Uptime";
    let rules = "Cloud Load Balancer Forwarding Rule Minimum";
    let list = told_of(
        Service::Networking,
        &[
            network("N1", GLOBAL, "h", 1_400_000, uptime),
            network(
                "N2",
                GLOBAL,
                "h",
                44_000_000,
                "Networking Private Nat Gateway Uptime",
            ),
            network(
                "N3",
                GLOBAL,
                "GiBy",
                45_000_000,
                "Networking Cloud Nat Data Processing",
            ),
            network(
                "N4",
                REGION,
                "GiBy",
                52_000_000,
                "Networking Cloud Nat Data Processing",
            ),
            network("L1", GLOBAL, "h", 25_000_000, &format!("{rules} Global")),
            network(
                "L2",
                REGION,
                "h",
                28_000_000,
                &format!("{rules} for Belgium"),
            ),
            network(
                "L3",
                "asia-east1",
                "h",
                30_000_000,
                &format!("{rules} for Taiwan"),
            ),
        ],
    );
    for (item, nanos) in [
        ("nat.vm", 1_400_000),
        ("nat.gateway", 44_800_000),
        ("nat.data", 52_000_000),
        ("lb.global.rules", 25_000_000),
        ("lb.rules", 28_000_000),
    ] {
        assert_eq!(price(&list, item), Some(nanos), "{item}");
    }
    assert_eq!(list.prices.len(), 5);
}

#[test]
fn secrets_are_sold_once_for_everywhere() {
    let secrets = |id, unit, nanos, words| {
        sku(
            id,
            ("ApplicationServices", "SecretManager"),
            GLOBAL,
            unit,
            nanos,
            words,
        )
    };
    let list = told_of(
        Service::Secrets,
        &[
            secrets("S1", "mo", 60_000_000, "Secret version replica storage"),
            secrets("S2", "count", 3_000, "Secret access operations"),
        ],
    );
    assert_eq!(price(&list, "secretmanager.version"), Some(60_000_000));
    assert_eq!(price(&list, "secretmanager.accesses"), Some(30_000_000));
    // The same words of another service are another thing.
    let disk = disk("D1", 1, "Balanced PD Capacity in Belgium");
    assert!(told_of(Service::Secrets, &[disk]).prices.is_empty());
}
