//! What `cost` charges for is in the column of the spec's own platform.

use super::*;

const HEAD: &str = r#"stack = "hello"
[cloud.aws]
account = "123456789012"
region  = "us-east-1"
[cloud.gcp]
project = "acme-prod"
region  = "us-central1"
"#;

fn place(rest: &str) -> Place {
    Place::with(&format!("{HEAD}{rest}"))
}

fn compare(place: &Place) -> Value {
    place.run(&["cost", "compare", "--json"]).expect(0).json()
}

/// A part of the bill of all clusters and of what they share.
fn billed(place: &Place, part: &str) -> i64 {
    let bill = place.run(&["cost", "--json"]).expect(0).json();
    let clusters = bill["clusters"].as_array().unwrap().iter();
    let shared = bill["shared"].as_array().unwrap().iter();
    clusters.chain(shared).map(|one| micros(&one[part])).sum()
}

#[test]
fn private_endpoints_cost_what_a_plan_makes_of_them() {
    let place = place(
        r#"[network.main]
zones     = 2
nat       = "none"
endpoints = ["logs", "secretsmanager"]
[cluster.prod]
platform = "eks"
network  = "main"
endpoint = { public = false, private = true }
[cluster.prod.pool.web]
machine = { cpu = 2, memory = "8GiB" }
nodes   = 2
"#,
    );
    let found = compare(&place);
    let network = |platform, variant| {
        let column = named(&found["columns"], platform, variant);
        assert_eq!(column["complete"], true);
        micros(&column["network"])
    };
    // Nine endpoints in two zones, each 2 x 730 x 0.01 and 10 GB for 0.01.
    assert_eq!(network("eks", "managed nodes"), 132_300_000);
    assert_eq!(network("eks", "managed nodes"), billed(&place, "network"));
    assert_eq!(network("gke", "standard"), 0);
    // Tasks call eight: no balancers, machines or roles of Kubernetes, but the agents of ECS and its parameters.
    assert_eq!(network("ecs", "fargate"), 117_600_000);
    let text = place.read("provision.toml");
    let on_ecs = text
        .replace(
            "platform = \"eks\"",
            "platform = \"ecs\"\necs = { capacity = \"ec2\" }",
        )
        .replace("endpoint = { public = false, private = true }\n", "");
    let on_ecs = Place::with(&on_ecs);
    assert_eq!(billed(&on_ecs, "network"), network("ecs", "ec2"));
}

#[test]
fn a_control_plane_costs_what_the_spec_makes_of_it() {
    let eks = place(
        "[cluster.a]\nplatform = \"eks\"\nversion = \"1.33\"\neks = { support = \"extended\", control_plane = \"tier-xl\" }\n\
         [cluster.a.pool.d]\nmachine = { eks = \"m5.large\" }\nnodes = 1\n",
    );
    let fee = |found: &Value, platform, variant| {
        let column = named(&found["columns"], platform, variant);
        micros(&column["control_plane"])
    };
    let found = compare(&eks);
    // 0.10 and 0.50 an hour, and 1.65 for the tier.
    assert_eq!(fee(&found, "eks", "managed nodes"), 1_642_500_000);
    assert_eq!(
        fee(&found, "eks", "auto mode"),
        billed(&eks, "control_plane")
    );
    assert_eq!(fee(&found, "gke", "standard"), 73_000_000);
    // Before the end of standard support.
    let args = ["cost", "compare", "--json", "--as-of", "2026-07-29"];
    let before = eks.run(&args).expect(0).json();
    assert_eq!(fee(&before, "eks", "fargate"), 1_277_500_000);

    let gke = place(
        "[cluster.b]\nplatform = \"gke\"\nversion = \"1.32\"\ngke = { release_channel = \"extended\" }\n\
         [cluster.b.pool.d]\nmachine = { gke = \"e2-standard-2\" }\nnodes = 1\n",
    );
    let found = compare(&gke);
    assert_eq!(fee(&found, "gke", "standard"), 438_000_000);
    assert_eq!(
        fee(&found, "gke", "autopilot"),
        billed(&gke, "control_plane")
    );
    assert_eq!(fee(&found, "eks", "managed nodes"), 73_000_000);
    let curves = gke.run(&["cost", "breakeven", "--json"]).expect(0).json();
    let standard = named(&curves["curves"], "gke", "standard");
    assert_eq!(standard["points"][0]["control_plane"], "438.00");
}

#[test]
fn a_zonal_cluster_is_compared_where_the_network_has_one_zone() {
    let zones = |zones: u32| {
        place(&format!(
            "[prices]\ngcp = {{ free_cluster = true }}\n[network.main]\nzones = {zones}\n[cluster.b]\nplatform = \"gke\"\n\
             network = \"main\"\n[cluster.b.pool.d]\nmachine = {{ gke = \"e2-standard-2\" }}\nnodes = 1\n"
        ))
    };
    for (number, fee) in [(1, 0), (3, 73_000_000)] {
        let place = zones(number);
        let found = compare(&place);
        let column = named(&found["columns"], "gke", "standard");
        assert_eq!(micros(&column["control_plane"]), fee);
        assert_eq!(billed(&place, "control_plane"), fee);
    }
}

#[test]
fn what_was_agreed_is_told_as_in_a_bill() {
    let place = place(
        "[prices]\naws = { discount = 10 }\n[cluster.a]\nplatform = \"eks\"\n\
         [cluster.a.pool.d]\nmachine = { eks = \"m5.large\" }\nnodes = 1\n",
    );
    for verb in ["compare", "breakeven"] {
        let text = place.run(&["cost", verb]).expect(0).out;
        assert!(
            text.contains("aws: 10.0 % off everything, as negotiated"),
            "{text}"
        );
        assert!(!text.contains("list prices on demand"), "{text}");
    }
}
