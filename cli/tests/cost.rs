//! What a month costs, told by the real binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use common::Place;
use serde_json::Value;

/// A cluster with m5.large nodes in us-east-1.
fn spec(nodes: &str, disk: &str, rest: &str) -> String {
    format!(
        r#"stack = "hello"
{rest}
[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = {{ eks = "m5.large" }}
nodes   = {nodes}
disk    = "{disk}"
"#
    )
}

fn cost(text: &str, more: &[&str]) -> Value {
    let place = Place::with(text);
    place
        .run(&[&["cost", "--json"], more].concat())
        .expect(0)
        .json()
}

/// A decimal string in micro-dollars.
fn micros(money: &Value) -> i64 {
    let (whole, part) = money.as_str().unwrap().split_once('.').unwrap();
    let micros: i64 = format!("{part:0<6}").parse().unwrap();
    whole.parse::<i64>().unwrap() * 1_000_000 + micros
}

#[test]
fn the_share_of_the_control_plane_is_the_known_one() {
    for (nodes, instances, with_disks) in [
        ("1", "51.0", "50.5"),
        ("3", "25.8", "25.3"),
        ("10", "9.4", "9.2"),
    ] {
        let place = Place::with(&spec(nodes, "20GiB", ""));
        let bill = place.run(&["cost", "--json"]).expect(0).json();
        let share = &bill["clusters"][0]["master_share"];
        assert_eq!(share["instances"], instances, "{nodes}");
        assert_eq!(share["nodes"], with_disks, "{nodes}");
        let text = place.run(&["cost"]).expect(0).out;
        let said = format!(
            "Master share: {instances} % of control plane and machines, {with_disks} % with their disks"
        );
        assert!(text.contains(&said), "{text}");
    }
}

#[test]
fn every_line_can_be_traced_and_the_bill_adds_up() {
    let bill = cost(&spec("{ min = 2, max = 6 }", "20GiB", ""), &[]);
    assert_eq!(
        (&bill["hours"], &bill["currency"]),
        (&730.into(), &"USD".into())
    );
    let cluster = &bill["clusters"][0];
    let lines = cluster["lines"].as_array().unwrap();
    for line in lines {
        let sum = micros(&line["unit_price"]) as f64 * line["quantity"].as_f64().unwrap();
        assert!(
            (sum - micros(&line["monthly"]) as f64).abs() <= 1.0,
            "{line}"
        );
        assert!(!line["source"].as_str().unwrap().is_empty(), "{line}");
    }
    let sum: i64 = lines.iter().map(|line| micros(&line["monthly"])).sum();
    assert_eq!(sum, micros(&cluster["total"]));
    assert_eq!(sum, micros(&bill["total"]));
    // Four more nodes with their disks at the most.
    let more = 4 * (70_080_000 + 1_600_000);
    assert_eq!(micros(&bill["range"]["max"]), sum + more);
    assert_eq!(cluster["pools"][0]["nodes"]["max"], 6);
    assert_eq!(bill["unpriced"], Value::Array(Vec::new()));
}

#[test]
fn extended_support_comes_on_top_once_standard_support_has_ended() {
    let text = spec("1", "20GiB", "").replace(
        "platform = \"eks\"",
        "platform = \"eks\"\nversion = \"1.34\"\neks = { support = \"extended\" }",
    );
    let plane = |day| cost(&text, &["--as-of", day])["clusters"][0]["control_plane"].clone();
    assert_eq!(plane("2026-12-02"), "73.00");
    assert_eq!(plane("2026-12-03"), "438.00");
    let standard = text.replace("extended", "standard");
    let bill = cost(&standard, &["--as-of", "2026-12-03"]);
    assert_eq!(bill["clusters"][0]["control_plane"], "73.00");
}

#[test]
fn a_provisioned_control_plane_comes_on_top() {
    let text = |tier: &str, region: &str| {
        let extras = format!("platform = \"eks\"\neks = {{ control_plane = \"{tier}\" }}");
        let text = spec("1", "20GiB", "").replace("platform = \"eks\"", &extras);
        text.replace("us-east-1", region)
    };
    // The published months of 730 hours: 1.65, 3.40, 6.90 and 13.90 an hour.
    for (tier, month) in [
        ("standard", "73.00"),
        ("tier-xl", "1277.50"),
        ("tier-2xl", "2555.00"),
        ("tier-4xl", "5110.00"),
        ("tier-8xl", "10220.00"),
    ] {
        let bill = cost(&text(tier, "us-east-1"), &[]);
        assert_eq!(bill["clusters"][0]["control_plane"], month, "{tier}");
    }
    // A price of one region is none of another.
    let bill = cost(&text("tier-xl", "eu-west-1"), &[]);
    assert_eq!(bill["clusters"][0]["control_plane"], "73.00");
    let why = "no price of eks.cluster.tier-xl in eu-west-1";
    let unpriced = bill["unpriced"].as_array().unwrap();
    assert!(unpriced.iter().any(|one| one["why"] == why), "{unpriced:?}");
}

#[test]
fn spot_and_regions_without_prices_are_listed_and_never_nothing() {
    let text = spec("2", "20GiB", "").replace("disk ", "spot = true\ndisk ");
    let bill = cost(&text, &[]);
    assert_eq!(bill["clusters"][0]["nodes"], "0.00");
    let unpriced = bill["unpriced"].as_array().unwrap();
    assert_eq!(unpriced.len(), 1, "{unpriced:?}");
    assert_eq!(unpriced[0]["component"], "spot m5.large");
    assert_eq!(bill["clusters"][0]["complete"], false);
    assert_eq!(bill["clusters"][0]["pools"][0]["complete"], false);
    let text = spec("2", "20GiB", "").replace("us-east-1", "sa-east-1");
    let bill = cost(&text, &[]);
    let unpriced: Vec<&str> = bill["unpriced"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["why"].as_str().unwrap())
        .collect();
    assert!(
        unpriced.contains(&"no price of vpc.nat in sa-east-1"),
        "{unpriced:?}"
    );
    assert!(
        unpriced.contains(&"no price of ebs.gp3 in sa-east-1"),
        "{unpriced:?}"
    );
}

#[test]
fn a_plan_tells_what_it_changes_about_the_bill() {
    let place = Place::with(&spec("1", "20GiB", ""));
    place.tune(serde_json::json!({ "duration_scale": 0.0 }));
    let plan = |place: &Place| place.run(&["plan", "--sandbox", "--json"]).expect(0).json();
    let first = plan(&place);
    let cost = &first["cost"];
    assert_eq!(cost["before"], "0.00");
    assert_eq!(cost["after"], cost["delta"]);
    assert_eq!(
        (&cost["currency"], &cost["period"]),
        (&"USD".into(), &"month".into())
    );
    let offline = place.run(&["cost", "--json"]).expect(0).json();
    assert_eq!(cost["after"], offline["total"]);
    assert_eq!(cost["lines"][0]["component"], "control plane");
    place.run(&["apply", "--sandbox", "--yes"]).expect(0);
    let none = plan(&place);
    assert_eq!(none["cost"]["delta"], "0.00");
    assert_eq!(none["cost"]["before"], offline["total"]);
    assert_eq!(none["cost"]["lines"], Value::Array(Vec::new()));
    place.write("provision.toml", spec("3", "20GiB", ""));
    let more = plan(&place);
    assert_eq!(more["cost"]["delta"], "143.36");
    assert_eq!(
        place
            .run(&["cost", "--live", "--sandbox", "--json"])
            .expect(0)
            .json()["total"],
        more["cost"]["after"]
    );
    let away = place
        .run(&["plan", "--destroy", "--sandbox", "--json"])
        .expect(0)
        .json();
    assert_eq!(away["cost"]["after"], "0.00");
    assert_eq!(away["cost"]["before"], offline["total"]);
}

#[test]
fn a_budget_stops_what_rises_above_it() {
    let budget = |usd| format!("[budget]\nmonthly_usd = {usd}\n");
    let place = Place::with(&spec("1", "20GiB", &budget(150)));
    place.tune(serde_json::json!({ "duration_scale": 0.0 }));
    for args in [
        &["plan", "--sandbox"][..],
        &["apply", "--sandbox", "--yes"][..],
        &["plan", "--sandbox", "--out", "p.json"][..],
    ] {
        let ran = place.run(args).expect(1);
        assert!(
            ran.err
                .contains("over budget: after this plan the stack costs $185.6"),
            "{}",
            ran.err
        );
        // What would cost so much is shown.
        assert!(
            ran.out.contains("eks.cluster") && ran.out.contains("Plan: "),
            "{}",
            ran.out
        );
        assert!(
            ran.err
                .contains("cluster.main/cluster control plane: $73.00"),
            "{}",
            ran.err
        );
    }
    assert_eq!(place.count("vpc"), 0, "nothing was made");
    let over = place.run(&["cost"]).expect(0).out;
    assert!(over.contains("above the budget of $150.00"), "{over}");
    assert!(!place.file("p.json").exists());
    place.write("provision.toml", spec("1", "20GiB", &budget(200)));
    place
        .run(&["plan", "--sandbox", "--out", "p.json"])
        .expect(0);
    place.run(&["apply", "--sandbox", "p.json"]).expect(0);
    let under = place.run(&["cost", "--markdown"]).expect(0).out;
    assert!(under.contains("below the budget of $200.00"), "{under}");
    // What is above its budget already may stay as it is, and may go.
    place.write("provision.toml", spec("1", "20GiB", &budget(10)));
    place.run(&["plan", "--sandbox"]).expect(0);
    place.write("provision.toml", spec("2", "20GiB", &budget(10)));
    place.run(&["plan", "--sandbox"]).expect(1);
    place.run(&["drift", "--sandbox"]).expect(2);
    place.run(&["plan", "--destroy", "--sandbox"]).expect(0);
}

/// A cluster on Google Cloud with these pools.
fn gke(extra: &str, pools: &str) -> String {
    format!(
        r#"stack = "hello"

[cloud.gcp]
project = "acme-prod"
region  = "us-central1"

[cluster.main]
platform = "gke"
{extra}
{pools}"#
    )
}

/// The lines of a bill by component: quantity and money.
fn lines(bill: &Value) -> std::collections::BTreeMap<String, (f64, String)> {
    let lines = bill["clusters"][0]["lines"].as_array().unwrap();
    let line = |line: &Value| {
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        (
            text("component"),
            (line["quantity"].as_f64().unwrap(), text("monthly")),
        )
    };
    lines.iter().map(line).collect()
}

#[test]
fn a_bill_of_gke_has_all_of_its_parts() {
    let pools = r#"
[cluster.main.pool.web]
machine = { gke = "n2-standard-4" }
nodes   = 2
disk    = "100GiB"
[cluster.main.pool.batch]
machine = { gke = "n2-standard-4" }
nodes   = 1
spot    = true
"#;
    let bill = cost(&gke("", pools), &[]);
    let lines = lines(&bill);
    let told: Vec<(&str, f64, &str)> = lines
        .iter()
        .map(|(component, (quantity, money))| (component.as_str(), *quantity, money.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            // 3 × 0.0014 an hour.
            ("NAT address", 730.0, "3.65"),
            ("NAT by machines", 2190.0, "3.066"),
            ("NAT data", 100.0, "4.50"),
            ("boot disk", 200.0, "20.00"),
            ("cluster management", 730.0, "73.00"),
            // Five GiB of the fifty that are free.
            ("logs taken in", 0.0, "0.00"),
            // 0.194236 less the 20 % of a whole month.
            ("n2-standard-4", 1460.0, "226.867648"),
            ("n2-standard-4 as Spot", 730.0, "67.2476"),
        ]
    );
    assert_eq!(bill["unpriced"], serde_json::json!([]));
}

#[test]
fn nat_of_google_costs_the_same_from_32_machines_on() {
    let pool = |nodes| {
        let pools = format!(
            "[cluster.main.pool.web]\nmachine = {{ gke = \"e2-standard-2\" }}\nnodes = {nodes}\n"
        );
        lines(&cost(&gke("", &pools), &[]))["NAT by machines"].0
    };
    assert_eq!(pool(30), 30.0 * 730.0);
    // GKE makes eleven in each of three zones.
    assert_eq!(pool(31), 32.0 * 730.0);
    assert_eq!(pool(40), 32.0 * 730.0);
}

#[test]
fn a_minor_out_of_support_costs_more_on_the_extended_channel_alone() {
    let on = |channel: &str, day: &str| {
        let extra = format!("version = \"1.33\"\ngke = {{ release_channel = \"{channel}\" }}");
        let pool = "[cluster.main.pool.web]\nmachine = { gke = \"e2-standard-2\" }\nnodes = 1\n";
        let bill = cost(&gke(&extra, pool), &["--as-of", day]);
        lines(&bill)
            .get("extended support")
            .map(|line| line.1.clone())
    };
    assert_eq!(on("extended", "2026-09-01").as_deref(), Some("365.00"));
    assert_eq!(on("extended", "2026-07-01"), None);
    assert_eq!(on("regular", "2026-09-01"), None);
}

#[test]
fn what_leaves_the_cloud_is_a_line_once_somebody_tells_how_much_it_is() {
    let small = r#"{ min = 2, max = 2 }"#;
    let plain = cost(&spec(small, "20GiB", ""), &[]);
    let told = cost(
        &spec(small, "20GiB", "[prices]\naws = { egress_gb = 500 }"),
        &[],
    );
    // Five hundred times nine cents.
    assert_eq!(micros(&told["total"]) - micros(&plain["total"]), 45_000_000);
    let lines = told["clusters"][0]["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["id"] == "internet/aws");
    let line = line.unwrap_or_else(|| panic!("{told:#}"));
    let said = "as `prices.aws.egress_gb` says; the 100 GB a month that each account has free of charge are not taken off";
    assert_eq!(line["assumption"], said);
    assert_eq!(line["part"], "network");
}

#[test]
fn the_credit_for_one_cluster_is_taken_off_where_it_applies_and_is_this_stacks() {
    let clusters = |prices: &str| {
        let spec = format!(
            "stack = \"hello\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"us-central1\"\n{prices}\n\
             [network.narrow]\nzones = 1\n[network.wide]\ncidr = \"10.60.0.0/16\"\n\
             [cluster.a]\nplatform = \"gke\"\nnetwork = \"narrow\"\n\
             [cluster.a.pool.web]\nmachine = {{ gke = \"e2-standard-2\" }}\nnodes = {{ min = 1, max = 1 }}\n\
             [cluster.b]\nplatform = \"gke\"\nnetwork = \"wide\"\ngke = {{ autopilot = true }}\n\
             [cluster.c]\nplatform = \"gke\"\nnetwork = \"wide\"\n\
             [cluster.c.pool.web]\nmachine = {{ gke = \"e2-standard-2\" }}\nnodes = {{ min = 3, max = 3 }}\n"
        );
        let bill = cost(&spec, &[]);
        let all = bill["clusters"].as_array().unwrap().iter();
        all.map(|one| one["control_plane"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(clusters(""), ["73.00", "73.00", "73.00"]);
    let free = "[prices]\ngcp = { free_cluster = true }";
    assert_eq!(clusters(free), ["0.00", "73.00", "73.00"]);
}

#[test]
fn prices_are_not_rounded_in_silence() {
    let wrong = "[prices]\naws = { discount = 7.25 }\nitems = { \"vpc.nat.data\" = 0.00000000004 }";
    let place = Place::with(&spec(r#"{ min = 1, max = 1 }"#, "20GiB", wrong));
    let ran = place.run(&["cost"]).expect(1);
    for told in [
        "`discount` is 7.25; it can have 1 decimal at most",
        "it can have 9 decimals at most",
    ] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}
