//! Which region stands for another one, and what both clouds sell.
#![allow(clippy::unwrap_used)]
use provision_core::cost::compare::compare;
use provision_core::cost::{Money, Quantity};
use provision_core::spec::{Input, load};

use super::*;

/// A cluster with machines behind NAT in one region of one cloud, and what else there is.
fn spec(cloud: Cloud, region: &str, rest: &str) -> Spec {
    let (block, platform) = match cloud {
        Cloud::Aws => ("[cloud.aws]\naccount = \"123456789012\"", "eks"),
        Cloud::Gcp => ("[cloud.gcp]\nproject = \"acme-prod\"", "gke"),
    };
    let text = format!(
        "stack = \"hello\"\n{block}\nregion = \"{region}\"\n[cluster.main]\nplatform = \"{platform}\"\n\
         [cluster.main.pool.a]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = 2\n{rest}"
    );
    let loaded = load(&Input {
        allow_unbuilt: true,
        ..Input::file("spec.toml", text)
    });
    loaded
        .unwrap_or_else(|all| panic!("{region}: {all:?}"))
        .spec
}

fn demand(spec: &Spec) -> Demand {
    let day = "2026-11-25".to_owned();
    Demand::of(spec, &Known { day })
}

fn regions_of(cloud: Cloud, region: &str, rest: &str) -> (String, String) {
    let spec = spec(cloud, region, rest);
    let (aws, gcp) = regions(&spec, &demand(&spec)).unwrap();
    (aws.to_owned(), gcp.to_owned())
}

const WEB: &str = "[workload.web]\ncluster = \"main\"\nimage = \"r.example/a:1\"\ncpu = \"250m\"\nmemory = \"512MiB\"\n\
    replicas = 2\nport = 80\n[load_balancer.web]\nnetwork = \"main\"\nlisteners = [{ port = 80, protocol = \"http\" }]\n\
    target = [{ workload = \"web\" }]\n";

#[test]
fn the_nearest_region_that_has_prices_of_what_is_needed_stands_for_one() {
    for (cloud, region, plain, web) in [
        (Cloud::Aws, "eu-west-1", "europe-west1", "europe-west1"),
        (Cloud::Gcp, "us-west1", "us-west-2", "us-east-1"),
        (Cloud::Gcp, "us-central1", "us-east-1", "us-east-1"),
        // Frankfurt has no price of what balancers carry.
        (Cloud::Gcp, "europe-west1", "eu-central-1", "eu-west-1"),
    ] {
        let other = |rest| {
            let (aws, gcp) = regions_of(cloud, region, rest);
            if cloud == Cloud::Aws { gcp } else { aws }
        };
        assert_eq!(other(""), plain, "{region}");
        assert_eq!(other(WEB), web, "{region}");
    }
    let text =
        "stack = \"hello\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"us-gov-west-1\"\n";
    let spec = load(&Input::file("spec.toml", text)).unwrap().spec;
    assert!(regions(&spec, &demand(&spec)).is_err());
}

/// Regions in which a spec that names one cloud has seven columns with all prices. Before partners were looked for by their
/// prices there were 19, and 7 with a balancer.
#[test]
fn most_regions_are_compared_with_all_prices() {
    let whole = |rest: &str| {
        let all = Cloud::ALL.into_iter();
        let all = all.flat_map(|cloud| cloud.regions().map(move |region| (cloud, region)));
        let all = all.filter(|(_, region)| !region.contains("-gov-"));
        let whole = all.filter(|(cloud, region)| {
            let spec = spec(*cloud, region, rest);
            let demand = demand(&spec);
            let found = compare(&demand, &of(&spec, &demand).unwrap());
            found.columns.iter().all(|column| column.complete)
        });
        whole.count()
    };
    assert_eq!((whole(""), whole(WEB)), (41, 37));
}

#[test]
fn every_region_with_machines_has_a_like_of_it() {
    for cloud in Cloud::ALL {
        for region in cloud.regions().filter(|name| !name.contains("-gov-")) {
            let (aws, gcp) = regions_of(cloud, region, "");
            assert!(!of_aws(&aws).general.is_empty(), "{region}");
            assert!(!of_gcp(&gcp).general.is_empty(), "{region}");
        }
    }
}

/// A comparison chooses among what a plan may choose, and nothing that it refuses.
#[test]
fn what_is_chosen_unnamed_can_be_a_node() {
    for region in Cloud::Aws.regions() {
        let general = of_aws(region).general;
        assert!(!general.is_empty(), "{region}");
        for machine in general {
            let why = provision_aws::unfit(&machine.name);
            assert_eq!(why, None, "{region} {}", machine.name);
            assert!(!machine.accelerated, "{region} {}", machine.name);
            // Tasks are counted on every one of them.
            assert!(machine.interfaces.is_some(), "{region} {}", machine.name);
        }
    }
}

#[test]
fn every_machine_has_a_price_by_the_hour_and_the_cheapest_come_first() {
    let markets = both("eu-west-1", "europe-west1", &Terms::default()).unwrap();
    for market in [&markets.aws, &markets.gcp] {
        assert!(
            market.general.len() > 100 && market.named.len() > 20,
            "{}",
            market.region
        );
        let month = |machine: &Machine| -> Money {
            let price = markets
                .catalogue
                .price(&market.region, &machine.item)
                .unwrap();
            assert_eq!(price.unit, "hour", "{}", machine.item);
            price.rate.of(Quantity::month())
        };
        assert!(
            market.general.iter().map(month).is_sorted(),
            "{}",
            market.region
        );
        assert!(
            market
                .named
                .iter()
                .map(month)
                .all(|month| month > Money::ZERO)
        );
    }
    let has = |machines: &[Machine], name: &str| machines.iter().any(|one| one.name == name);
    assert!(has(&markets.aws.general, "m5.large") && has(&markets.aws.named, "t3.large"));
    assert!(has(&markets.gcp.named, "e2-medium"));
    let mut general = markets.gcp.general.iter();
    let c4 = general.find(|one| one.name == "c4-standard-4").unwrap();
    assert_eq!(c4.disk, BootDisk::Hyperdisk);
    let n2 = markets
        .gcp
        .general
        .iter()
        .find(|one| one.name == "n2-standard-4")
        .unwrap();
    assert_eq!(n2.item, "gce.sustained.n2-standard-4");
}
