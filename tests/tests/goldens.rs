//! Our prices against the golden files of Infracost, a tool that we did not write: wherever the component is ours, the
//! month is the same to the cent, or the difference is listed here with its reason.
//!
//! The sheet of goldens is not part of this repository. It is read from `PROVISION_PRICE_GOLDENS`, or from
//! `../shared/pricing/infracost_golden.csv` beside the repository; without it there is nothing to compare with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use provision_core::cost::{Money, Quantity, Rate};
use provision_data::list_prices;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Row {
    provider: String,
    region: String,
    resource: String,
    component: String,
    quantity: String,
    monthly_usd: String,
}

/// How far ours may be from theirs.
#[derive(Clone, Copy)]
enum Bound {
    /// A cent.
    Cent,
    /// So many thousandths of theirs.
    Permille(i64, i64),
    /// Theirs is another thing under the same word.
    Other,
}

/// Rows that differ, by a part of the resource's name and one of the component, with the reason and how far.
const DIFFERENT: [(&str, &str, &str, Bound); 10] = [
    // Dedicated tenancy costs 6 to 10 % more.
    (
        "tenancy_dedicated",
        "",
        DEDICATED,
        Bound::Permille(900, 945),
    ),
    (
        "instance_withLaunchTemplateBy",
        "",
        DEDICATED,
        Bound::Permille(900, 945),
    ),
    (
        "aws_efs_file_system",
        "",
        "file systems are no kind of ours",
        Bound::Other,
    ),
    (
        "google_container_cluster.node_locations_withUsage",
        "on-demand, e2-medium",
        "a cent: 5840 hours at 0.033506 are 195.675 04, and our source has no more decimals of the hour",
        Bound::Cent,
    ),
    (
        "google_container_cluster",
        "preemptible, n1-",
        DRIFT,
        Bound::Permille(1150, 1160),
    ),
    (
        "google_compute_instance",
        "preemptible, n1-",
        DRIFT,
        Bound::Permille(1150, 1160),
    ),
    (
        "preemptible_local_ssd",
        "Local SSD",
        "local disks of Spot machines are cheaper, and we have no price of those",
        Bound::Permille(2000, 2400),
    ),
    (
        "default_diff_region",
        "IP address (unused)",
        "an address of another region than the sheet says",
        Bound::Permille(800, 900),
    ),
    (
        "preemptible_static",
        "IP address",
        "addresses of Spot machines cost half, and we have no price of those",
        Bound::Permille(1990, 2010),
    ),
    (
        "google_compute_snapshot",
        "Storage",
        "snapshots are no kind of ours; the sheets disagree about them",
        Bound::Other,
    ),
];

const DEDICATED: &str = "dedicated tenancy; our nodes share their hosts";

const DRIFT: &str = "prices of Spot machines move; the golden is older than ours";

/// Hours of a month.
const MONTH: u64 = 730;

fn sheet() -> Option<PathBuf> {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/pricing/infracost_golden.csv");
    let named = std::env::var_os("PROVISION_PRICE_GOLDENS").map(PathBuf::from);
    named
        .into_iter()
        .chain([beside])
        .find(|path| path.is_file())
}

/// Our items for a component of theirs; several are added up. Empty for what we have no kind for.
fn items(row: &Row) -> Vec<String> {
    // A unit within the name has a slash as well.
    let kind = |kind| {
        row.component
            .split(&format!("Instance usage (Linux/UNIX, {kind}, "))
            .nth(1)
    };
    match (
        row.provider.as_str(),
        kind("on-demand"),
        kind("preemptible"),
    ) {
        ("aws", Some(rest), _) => vec![format!("ec2.instance.{}", rest.trim_end_matches(')'))],
        ("google", Some(rest), _) => {
            let whole = row.quantity.parse::<u64>().unwrap_or(1) % MONTH == 0;
            let kind = if whole { "sustained" } else { "instance" };
            vec![format!("gce.{kind}.{}", rest.trim_end_matches(')'))]
        }
        ("google", None, Some(rest)) => vec![format!("gce.spot.{}", rest.trim_end_matches(')'))],
        ("aws", ..) => of_aws(row),
        _ => of_google(row),
    }
}

fn of_aws(row: &Row) -> Vec<String> {
    let of = |item: &str| vec![item.to_owned()];
    match row.component.rsplit('/').next().unwrap_or_default() {
        "EKS cluster" => of("eks.cluster"),
        "EKS cluster (extended support)" => {
            vec!["eks.cluster".to_owned(), "eks.cluster.extended".to_owned()]
        }
        "NAT gateway" => of("vpc.nat"),
        "IP address (if unused)" => of("vpc.ipv4"),
        "Endpoint (Interface)" => of("vpc.endpoint"),
        "Data processed (first 1PB)" => of("vpc.endpoint.data"),
        "Data ingested" => of("logs.ingested"),
        "Archival Storage" => of("logs.stored"),
        "Customer master key" => of("kms.key"),
        "CPU credits" => of("ec2.credits"),
        "Storage (general purpose SSD, gp2)" => of("ebs.gp2"),
        "Storage (general purpose SSD, gp3)" => of("ebs.gp3"),
        "Storage (provisioned IOPS SSD, io1)" => of("ebs.io1"),
        "Storage (provisioned IOPS SSD, io2)" => of("ebs.io2"),
        "Storage (throughput optimized HDD, st1)" => of("ebs.st1"),
        "Storage (cold HDD, sc1)" => of("ebs.sc1"),
        "Provisioned throughput" => of("ebs.gp3.throughput"),
        "Provisioned IOPS" if row.resource.contains("gp3") => of("ebs.gp3.iops"),
        "Provisioned IOPS" => of("ebs.io1.iops"),
        _ => Vec::new(),
    }
}

fn of_google(row: &Row) -> Vec<String> {
    let item = match row.component.rsplit('/').next().unwrap_or_default() {
        "Cluster management fee" | "Autopilot" => "gke.cluster",
        "Autopilot vCPU" => "gke.autopilot.vcpu",
        "Autopilot memory" => "gke.autopilot.memory",
        "Autopilot ephemeral storage" => "gke.autopilot.storage",
        "Standard provisioned storage (pd-standard)" => "gce.disk.pd-standard",
        "Balanced provisioned storage (pd-balanced)" => "gce.disk.pd-balanced",
        "SSD provisioned storage (pd-ssd)" => "gce.disk.pd-ssd",
        "Extreme provisioned storage (pd-extreme)" => "gce.disk.pd-extreme",
        "Hyperdisk provisioned storage (hyperdisk-extreme)" => "gce.disk.hyperdisk-extreme",
        "Local SSD provisioned storage" => "gce.disk.local-ssd",
        "Storage" if row.resource.contains("snapshot.") => "gce.snapshot",
        "IP address (unused)" => "gce.ipv4.unused",
        "IP address (standard VM)" | "IP address (preemptible VM)" => "gce.ipv4",
        // They price the rule after the fifth, whichever it is.
        "Forwarding rules" if row.resource.contains("global") => "lb.global.rule",
        "Forwarding rules" => "lb.rule",
        "Ingress data" if row.resource.contains("global") => "lb.global.data",
        "Ingress data" => "lb.data",
        "Active secret versions" => "secretmanager.version",
        "Access operations" => "secretmanager.accesses",
        "Rotation notifications" => "secretmanager.rotation",
        _ => return Vec::new(),
    };
    vec![item.to_owned()]
}

/// Units of ours in a month: theirs of Autopilot are processors and gigabytes, ours those for an hour.
fn used(row: &Row) -> Quantity {
    let quantity: Quantity = row.quantity.parse().unwrap();
    match row.component.starts_with("Autopilot ") {
        true => quantity.times(MONTH),
        false => quantity,
    }
}

/// The month of a row by our prices; none when we have no price.
fn ours(row: &Row, rates: &BTreeMap<String, Rate>) -> Option<Money> {
    let rate = |item: &String| {
        // Machines without a discount have no second price.
        let list = item.replace("gce.sustained.", "gce.instance.");
        rates.get(item).or_else(|| rates.get(&list))
    };
    let items = items(row);
    items
        .iter()
        .map(|item| Some(rate(item)?.of(used(row))))
        .sum()
}

/// Whether ours is as far from theirs as an excuse says.
fn within(ours: Option<Money>, row: &Row, bound: Bound) -> bool {
    let theirs: Money = row.monthly_usd.parse().unwrap();
    match (ours, bound) {
        (_, Bound::Other) => true,
        (None, _) => false,
        (Some(ours), Bound::Cent) => (ours - theirs).abs() <= Money::micros(10_000),
        (Some(ours), Bound::Permille(least, most)) => {
            let permille = ours.as_micros() * 1000 / theirs.as_micros();
            (least..=most).contains(&permille)
        }
    }
}

#[test]
fn where_the_component_is_ours_the_month_is_the_same_to_the_cent() {
    let Some(sheet) = sheet() else {
        println!("skipped: no sheet of goldens");
        return;
    };
    let text = std::fs::read_to_string(sheet).unwrap();
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Row>();
    let (mut same, mut excused, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut regions: BTreeMap<String, BTreeMap<String, Rate>> = BTreeMap::new();
    for row in rows.map(Result::unwrap) {
        let measured = !row.quantity.is_empty() && !row.monthly_usd.is_empty();
        if items(&row).is_empty() || !measured {
            continue;
        }
        let rates = regions.entry(row.region.clone()).or_insert_with(|| {
            let listed = list_prices(&row.region).into_iter();
            let rate = |nanos| Rate::nanos(i64::try_from(nanos).unwrap());
            listed
                .map(|price| (price.item, rate(price.nanos)))
                .collect()
        });
        let month = ours(&row, rates);
        let ours = month.map(|month| month.cents().replace(['$', ','], ""));
        let reason = DIFFERENT.iter().find(|(resource, component, _, bound)| {
            row.resource.contains(resource)
                && row.component.contains(component)
                && within(month, &row, *bound)
        });
        match (ours, reason) {
            (Some(ours), _) if ours == row.monthly_usd => {
                *same.entry(row.provider).or_insert(0) += 1;
            }
            (_, Some((_, _, reason, _))) => *excused.entry(*reason).or_insert(0) += 1,
            (ours, None) => wrong.push(format!("{row:?}: ours is {ours:?}")),
        }
    }
    println!("{same:?} lines are the same to the cent; excused: {excused:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (provider, least) in [("aws", 100), ("google", 100)] {
        let compared = same.get(provider).copied().unwrap_or(0);
        assert!(
            compared > least,
            "{provider}: only {compared} lines were compared"
        );
    }
}
