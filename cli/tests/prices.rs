//! Prices, told by the real binary: those of the catalogue, and one's own (`[prices]`) in bills, plans and budgets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use common::Place;
use serde_json::{Value, json};

fn spec(prices: &str) -> String {
    format!(
        r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = {{ eks = "m5.large" }}
nodes   = 2
disk    = "20GiB"

{prices}
"#
    )
}

fn line<'a>(bill: &'a Value, component: &str) -> &'a Value {
    let lines = bill["clusters"][0]["lines"].as_array().unwrap();
    let mut found = lines.iter().filter(|line| line["component"] == component);
    found.next().unwrap()
}

#[test]
fn what_was_agreed_is_in_every_line_and_said() {
    let place = Place::with(&spec("[prices]\naws = { discount = 10, committed = 28.5 }"));
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    // 0.096 × 0.715 × 0.9
    assert_eq!(line(&bill, "m5.large")["unit_price"], "0.061776");
    assert_eq!(line(&bill, "control plane")["unit_price"], "0.09");
    let source = line(&bill, "m5.large")["source"].as_str().unwrap();
    assert!(
        source.contains("$0.096 less 28.5 % committed, less 10.0 % negotiated"),
        "{source}"
    );
    let text = place.run(&["cost"]).expect(0).out;
    assert!(
        text.contains("aws: 28.5 % off machines on demand for a commitment"),
        "{text}"
    );
    assert!(
        text.contains("aws: 10.0 % off everything, as negotiated"),
        "{text}"
    );
}

#[test]
fn a_price_of_ones_own_takes_the_place_of_the_list() {
    let prices = "[prices]\naws = { discount = 50 }\nitems = { \"ec2.instance.m5.large\" = 0.05 }";
    let bill = Place::with(&spec(prices))
        .run(&["cost", "--json"])
        .expect(0)
        .json();
    assert_eq!(line(&bill, "m5.large")["unit_price"], "0.05");
    assert_eq!(line(&bill, "m5.large")["monthly"], "73.00");
    assert_eq!(line(&bill, "control plane")["unit_price"], "0.05");
}

#[test]
fn a_commitment_takes_the_place_of_sustained_use_on_google() {
    let text = r#"stack = "hello"
[cloud.gcp]
project = "acme-prod"
region  = "us-central1"
[prices]
gcp = { committed = 37 }
[cluster.main]
platform = "gke"
[cluster.main.pool.web]
machine = { gke = "n2-standard-4" }
nodes   = 1
"#;
    let bill = Place::with(text).run(&["cost", "--json"]).expect(0).json();
    // 0.194236 × 0.63, and not 0.1553888 × 0.63.
    assert_eq!(line(&bill, "n2-standard-4")["unit_price"], "0.12236868");
    let own = "[prices]\nitems = { \"gce.instance.n2-standard-4\" = 0.1 }";
    let own = text.replace("[prices]\ngcp = { committed = 37 }", own);
    let bill = Place::with(&own).run(&["cost", "--json"]).expect(0).json();
    assert_eq!(line(&bill, "n2-standard-4")["unit_price"], "0.10");
}

#[test]
fn mistakes_are_told_where_they_are() {
    let wrong = "[prices]\naws = { discount = 110 }\nazure = { discount = 1 }";
    let told = Place::with(&spec(wrong)).run(&["validate"]).expect(1).err;
    assert!(told.contains("prices has no key `azure`"), "{told}");
    assert!(
        told.contains("`discount`") && told.contains("100"),
        "{told}"
    );
    let unknown = "[prices]\nitems = { \"ec2.instance.m5.lagre\" = 0.05 }";
    for verb in ["validate", "cost", "plan"] {
        let told = Place::with(&spec(unknown)).run(&[verb]).expect(1).err;
        assert!(
            told.contains("no price is called `ec2.instance.m5.lagre` in us-east-1")
                && told.contains("provision.toml:16:"),
            "{verb}: {told}"
        );
    }
}

#[test]
fn plans_budgets_and_plan_files_reckon_with_them() {
    let prices = "[prices]\naws = { discount = 50 }\n[budget]\nmonthly_usd = 200";
    let place = Place::with(&spec(prices));
    // 257.36 by the list.
    let plan = place
        .run(&["plan", "--sandbox", "--json", "--out", "a.plan"])
        .expect(0)
        .json();
    assert_eq!(plan["cost"]["after"], "128.68");
    assert_eq!(plan["cost"]["terms"]["clouds"]["aws"]["discount"], "50.0");
    let applied = place
        .run(&["apply", "a.plan", "--sandbox", "--yes"])
        .expect(0)
        .out;
    assert!(applied.contains("$128.68"), "{applied}");
}

/// A region that only a refresh knows has the prices of its cloud, and what was agreed with that holds there.
#[test]
fn what_was_agreed_holds_where_only_a_refresh_knows_the_region() {
    let text = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "mx-central-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = { eks = "m7i.large" }
nodes   = 2

[prices]
aws = { discount = 10, committed = 20, egress_gb = 100 }
items = { "ebs.gp3" = 0.07 }
"#;
    let place = Place::with(text);
    let row = |unit: &str, nanos: u64| json!({"unit": unit, "usd_nanos": nanos, "source": "AWS Price List, published 2026-11-20"});
    let table = json!({
        "format_version": 1,
        "cloud": "aws",
        "region": "mx-central-1",
        "read": "2026-11-26",
        "prices": {
            "ebs.gp3": row("GB-month", 100_000_000),
            "ec2.instance.m7i.large": row("hour", 100_000_000),
            "eks.cluster": row("hour", 100_000_000),
            "transfer.out": row("GB", 90_000_000),
        },
    });
    std::fs::create_dir_all(place.file("cache/provision/prices")).unwrap();
    place.write(
        "cache/provision/prices/mx-central-1.json",
        table.to_string(),
    );
    let mut command = place.command(&["cost", "--json"]);
    command.env("XDG_CACHE_HOME", place.file("cache"));
    let ran = common::ran(command.output().unwrap()).expect(0);
    assert!(!ran.err.contains("no price is called"), "{}", ran.err);
    let bill = ran.json();
    assert_eq!(line(&bill, "control plane")["unit_price"], "0.09");
    assert_eq!(line(&bill, "m7i.large")["unit_price"], "0.072");
    assert_eq!(line(&bill, "root disk")["unit_price"], "0.07");
    let egress = line(&bill, "data to the Internet");
    // 100 GB at 0.09 less 10 %.
    assert_eq!(
        (&egress["quantity"], &egress["monthly"]),
        (&json!(100), &json!("8.10"))
    );
    let said = bill["assumptions"].to_string();
    assert!(
        said.contains("aws: 10.0 % off everything, as negotiated"),
        "{said}"
    );
}

#[test]
fn prices_of_one_kind_are_shown_across_regions_as_a_table_a_document_or_a_sheet() {
    let place = Place::new();
    let args = [
        "prices",
        "show",
        "--cloud",
        "gcp",
        "--kind",
        "gce.*.n2-standard-4",
    ];
    let shown = place.run(&[&args[..], &["--json"]].concat()).expect(0);
    let shown = shown.json();
    assert_eq!(shown["region"], Value::Null);
    let prices = shown["prices"].as_array().unwrap();
    let of = |region: &str, item: &str| {
        let mut all = prices.iter();
        let found = all.find(|price| price["region"] == *region && price["item"] == *item);
        found.unwrap()["price"].as_str().unwrap().to_owned()
    };
    assert_eq!(of("us-central1", "gce.instance.n2-standard-4"), "0.194236");
    assert_eq!(
        of("us-central1", "gce.sustained.n2-standard-4"),
        "0.1553888"
    );
    let items: Vec<&str> = prices
        .iter()
        .map(|price| price["item"].as_str().unwrap())
        .collect();
    assert!(
        items.iter().all(|item| item.ends_with(".n2-standard-4")),
        "{items:?}"
    );
    let sheet = place.run(&[&args[..], &["--csv"]].concat()).expect(0).out;
    let line = "gce.instance.n2-standard-4,us-central1,0.194236,USD,hour,2026-07-30,observed,Cyclenerd pricing.yml @fd66b26";
    assert!(sheet.lines().any(|one| one == line), "{sheet}");
    assert_eq!(sheet.lines().count(), prices.len() + 1);
    let text = place.run(&args).expect(0).out;
    assert!(
        text.contains("region") && text.contains("europe-west1"),
        "{text}"
    );
    place
        .run(&[&args[..], &["--csv", "--json"]].concat())
        .expect(64);
    place
        .run(&["prices", "show", "--cloud", "azure"])
        .expect(64);
}

#[test]
fn prices_are_shown_with_their_dates_and_sources() {
    let place = Place::new();
    let shown = place
        .run(&["prices", "show", "us-east-1", "eks.cluster", "--json"])
        .expect(0)
        .json();
    let first = &shown["prices"][0];
    assert_eq!(
        (&first["item"], &first["price"]),
        (&"eks.cluster".into(), &"0.10".into())
    );
    assert!(first["as_of"].as_str().unwrap().starts_with("2026"));
    let text = place
        .run(&["prices", "show", "us-east-1", "ebs.gp3"])
        .expect(0)
        .out;
    assert!(
        text.contains("ebs.gp3") && text.contains("2026-09-24"),
        "{text}"
    );
    assert!(!text.contains("eks.cluster"), "{text}");
    let none = place
        .run(&["prices", "show", "us-east1", "fargate"])
        .expect(64);
    assert!(
        none.err
            .contains("there is no price like `fargate` in us-east1"),
        "{}",
        none.err
    );
    let wrong = place.run(&["prices", "show", "mars-north-1"]).expect(64);
    assert!(
        wrong.err.contains("no price of the region `mars-north-1`"),
        "{}",
        wrong.err
    );
    let wrong = place
        .run(&["prices", "show", "us-east-1", "--cloud", "gcp"])
        .expect(64);
    assert!(
        wrong
            .err
            .contains("`us-east-1` is a region of aws, not of gcp"),
        "{}",
        wrong.err
    );
}

/// What the list lacks in a region may be known to whoever writes the spec.
#[test]
fn a_price_of_ones_own_stands_where_the_list_has_none() {
    let place = Place::with(&spec("").replace("us-east-1", "us-east-2"));
    let lacking = place.run(&["cost", "--json"]).expect(0).json();
    let lacks = |bill: &Value, item: &str| bill["unpriced"].to_string().contains(item);
    assert!(lacks(&lacking, "vpc.nat"), "{}", lacking["unpriced"]);
    let own = "[prices.items]\n\"vpc.nat\" = 0.045\n";
    place.write(
        "provision.toml",
        spec(own).replace("us-east-1", "us-east-2"),
    );
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    let lines = bill["clusters"][0]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["item"] == "vpc.nat").unwrap();
    assert_eq!(
        (&line["unit_price"], &line["region"], &line["quality"]),
        (&json!("0.045"), &json!("us-east-2"), &json!("declared"))
    );
    assert!(!bill["unpriced"].to_string().contains("vpc.nat in"));
}
