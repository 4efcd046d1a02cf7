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

/// Rows that differ, by a part of the resource's name, with the reason.
const DIFFERENT: [(&str, &str); 1] = [("tenancy_dedicated", "dedicated tenancy; our nodes share")];

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
    let component = row.component.rsplit('/').next().unwrap_or_default();
    // A unit within the name has a slash as well.
    if let Some(rest) = row
        .component
        .split("Instance usage (Linux/UNIX, on-demand, ")
        .nth(1)
    {
        return vec![format!("ec2.instance.{}", rest.trim_end_matches(')'))];
    }
    let of = |item: &str| vec![item.to_owned()];
    match component {
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

#[test]
fn where_the_component_is_ours_the_month_is_the_same_to_the_cent() {
    let Some(sheet) = sheet() else {
        println!("skipped: no sheet of goldens");
        return;
    };
    let text = std::fs::read_to_string(sheet).unwrap();
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Row>();
    let (mut same, mut excused, mut wrong) = (0, BTreeMap::new(), Vec::new());
    let mut regions: BTreeMap<String, BTreeMap<String, Rate>> = BTreeMap::new();
    for row in rows.map(Result::unwrap) {
        let items = items(&row);
        let measured =
            row.provider == "aws" && !row.quantity.is_empty() && !row.monthly_usd.is_empty();
        if items.is_empty() || !measured {
            continue;
        }
        let rates = regions.entry(row.region.clone()).or_insert_with(|| {
            let listed = list_prices(&row.region).into_iter();
            let rate = |nanos| Rate::nanos(i64::try_from(nanos).unwrap());
            listed
                .map(|price| (price.item, rate(price.nanos)))
                .collect()
        });
        let quantity: Quantity = row.quantity.parse().unwrap();
        let prices: Option<Vec<Money>> = items
            .iter()
            .map(|item| Some(rates.get(item)?.of(quantity)))
            .collect();
        let ours = prices.map(|prices| {
            prices
                .into_iter()
                .sum::<Money>()
                .cents()
                .replace(['$', ','], "")
        });
        let reason = DIFFERENT
            .iter()
            .find(|(part, _)| row.resource.contains(part));
        match (ours, reason) {
            (Some(ours), _) if ours == row.monthly_usd => same += 1,
            (_, Some((_, reason))) => *excused.entry(*reason).or_insert(0) += 1,
            (ours, None) => wrong.push(format!("{row:?}: ours is {ours:?}")),
        }
    }
    println!("{same} lines are the same to the cent; excused: {excused:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(same > 100, "only {same} lines were compared");
}
