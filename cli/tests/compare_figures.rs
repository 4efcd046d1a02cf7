//! Comparisons on the real tables, with figures that were worked out apart from the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::path::Path;

use common::{Place, Ran};
use serde_json::Value;

const VIRGINIA: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cloud.gcp]
project = "acme-prod"
region  = "us-central1"
"#;

fn place(rest: &str) -> Place {
    Place::with(&format!("{VIRGINIA}\n{rest}"))
}

/// A cluster, and so many of a small workload on it.
fn web(cluster: &str, replicas: u32, rest: &str) -> String {
    format!(
        r#"[cluster.{cluster}]
platform = "eks"
{rest}
[workload.{cluster}-web]
cluster  = "{cluster}"
image    = "docker.io/library/nginx:1.27"
cpu      = "250m"
memory   = "512MiB"
replicas = {replicas}
"#
    )
}

/// A cluster on EKS whose only pool has two machines.
fn pool(machine: &str, rest: &str) -> Place {
    place(&format!(
        "[cluster.main]\nplatform = \"eks\"\n[cluster.main.pool.default]\nmachine = {machine}\nnodes = 2\ndisk = \"20GiB\"\n{rest}"
    ))
}

/// The same on GKE.
fn on_google(place: &Place) -> Place {
    let text = place.read("provision.toml");
    Place::with(&text.replace("platform = \"eks\"", "platform = \"gke\""))
}

fn compare(place: &Place) -> Value {
    place.run(&["cost", "compare", "--json"]).expect(0).json()
}

fn of<'a>(found: &'a Value, platform: &str, variant: &str) -> &'a Value {
    let mut all = found["columns"].as_array().unwrap().iter();
    all.find(|one| one["platform"] == platform && one["variant"] == variant)
        .unwrap()
}

/// Type and number of the first machines of a column.
fn machines(column: &Value) -> (&str, u64) {
    let first = &column["nodes_by_pool"][0];
    let number = first["nodes"]["expected"].as_u64().unwrap_or_default();
    (first["machine"].as_str().unwrap_or("none"), number)
}

fn whys(column: &Value) -> String {
    column["unpriced"].to_string()
}

/// A c6a.large has three interfaces, one of which is its own: four of them hold eight tasks for 4 x (0.0765 x 730 + 50 x 0.08).
#[test]
fn tasks_on_ec2_are_as_many_as_interfaces_allow() {
    let found = compare(&place(&web("main", 8, "")));
    let ecs = of(&found, "ecs", "ec2");
    assert_eq!(machines(ecs), ("c6a.large", 4));
    assert_eq!(ecs["nodes"], "223.38");
    assert_eq!(ecs["storage"], "16.00");
    let arm = r#"[cluster.main.pool.default]
machine = { cpu = 2, memory = "4GiB", arch = "arm64" }
nodes = 1
"#;
    let found = compare(&place(&web("main", 8, arm)));
    assert_eq!(machines(of(&found, "ecs", "ec2")), ("c6g.large", 4));
}

/// Auto Mode has no machines with one processor, and none of the oldest families.
#[test]
fn auto_mode_creates_what_it_says_that_it_creates() {
    let found = compare(&place(&web("main", 1, "")));
    let auto = of(&found, "eks", "auto mode");
    assert_eq!(machines(auto), ("c6a.large", 1));
    // 0.0765 x 730 x 12 %.
    assert_eq!(auto["management"], "6.7014");
    for (named, why) in [
        ("m7a.medium", "EKS Auto Mode creates no m7a.medium"),
        ("m3.large", "EKS Auto Mode creates no m3.large"),
    ] {
        let found = compare(&pool(&format!(r#"{{ eks = "{named}" }}"#), ""));
        let auto = of(&found, "eks", "auto mode");
        assert_eq!(auto["complete"], false, "{named}");
        assert!(whys(auto).contains(why), "{}", whys(auto));
        let nodes = of(&found, "eks", "managed nodes");
        assert_eq!(machines(nodes), (named, 2));
        assert_eq!(nodes["complete"], true);
    }
}

/// What a plan refuses is not chosen: neither m1.small nor a1.medium.
#[test]
fn what_a_plan_refuses_no_comparison_takes() {
    let found = compare(&pool("{ cpu = 1, memory = \"1GiB\" }", ""));
    assert_eq!(
        machines(of(&found, "eks", "managed nodes")),
        ("c7a.medium", 2)
    );
    let found = compare(&pool(
        "{ cpu = 1, memory = \"1GiB\", arch = \"arm64\" }",
        "",
    ));
    assert_eq!(
        machines(of(&found, "eks", "managed nodes")),
        ("c6g.medium", 2)
    );
}

#[test]
fn machines_with_accelerators_have_a_price_only_where_the_same_are_sold() {
    let text = |place: &Place| place.run(&["cost", "compare"]).expect(0).out;
    let place = pool(r#"{ eks = "g5.xlarge" }"#, "");
    let found = compare(&place);
    for (platform, variant) in [
        ("gke", "standard"),
        ("gke", "autopilot"),
        ("eks", "fargate"),
        ("ecs", "fargate"),
    ] {
        let column = of(&found, platform, variant);
        assert_eq!(column["complete"], false, "{platform} {variant}");
        assert!(whys(column).contains("g5.xlarge"), "{}", whys(column));
    }
    for (platform, variant) in [
        ("eks", "managed nodes"),
        ("eks", "auto mode"),
        ("ecs", "ec2"),
    ] {
        let column = of(&found, platform, variant);
        assert_eq!(machines(column), ("g5.xlarge", 2), "{platform} {variant}");
        assert_eq!(column["complete"], true, "{}", whys(column));
    }
    assert!(text(&place).contains("Cheapest of those with all prices: ecs ec2"));
    // 2 x 730 x 1.006 x 7.8 %, the fee of Auto Mode for G since July 2026; of the others 12 %, of P 4.8 %.
    assert_eq!(of(&found, "eks", "auto mode")["management"], "114.56328");

    let found = compare(&on_google(&pool(r#"{ gke = "g2-standard-4" }"#, "")));
    assert_eq!(of(&found, "gke", "standard")["complete"], true);
    for variant in ["managed nodes", "auto mode", "fargate"] {
        assert_eq!(of(&found, "eks", variant)["complete"], false, "{variant}");
    }

    let attached = "gke = { accelerators = { nvidia-tesla-t4 = 1 } }";
    let place = pool(r#"{ gke = "n1-standard-4" }"#, attached);
    let place = on_google(&place);
    let found = compare(&place);
    for column in found["columns"].as_array().unwrap() {
        assert_eq!(column["complete"], false, "{column}");
        assert!(whys(column).contains("nvidia-tesla-t4"), "{}", whys(column));
    }
    assert!(!text(&place).contains("Cheapest"));
}

/// Accelerators are also lost where pods are packed that a pool with some would run.
#[test]
fn workloads_on_pools_with_accelerators_are_not_called_priced() {
    let gpu = "[cluster.main.pool.gpu]\nmachine = { eks = \"g5.xlarge\" }\nnodes = 1\n";
    let text = web("main", 2, gpu) + "pool = \"gpu\"\n";
    let found = compare(&place(&text));
    for column in found["columns"].as_array().unwrap() {
        assert_eq!(column["complete"], false);
        assert!(
            whys(column).contains("cluster.main.pool.gpu"),
            "{}",
            whys(column)
        );
    }
}

#[test]
fn the_fee_of_auto_mode_is_that_of_the_family() {
    for (named, hour, permille) in [
        ("m7i.large", 0.1008, 120.0),
        ("g6.xlarge", 0.8048, 78.0),
        ("p4d.24xlarge", 21.957_642, 48.0),
    ] {
        let place = pool(&format!(r#"{{ eks = "{named}" }}"#), "");
        let auto = compare(&place);
        let auto = of(&auto, "eks", "auto mode").clone();
        let fee: f64 = auto["management"].as_str().unwrap().parse().unwrap();
        let hand = 2.0 * 730.0 * hour * permille / 1000.0;
        assert!((fee - hand).abs() < 0.001, "{named}: {fee} {hand}");
        let lines = auto["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["part"] == "management");
        let said = line.unwrap()["assumption"].as_str().unwrap();
        let percent = permille / 10.0;
        assert!(said.contains(&format!("{percent:.1} %")), "{said}");
    }
}

/// One cluster says what runs, the other one only where.
#[test]
fn pools_count_where_a_cluster_has_no_workload() {
    let other = r#"[cluster.other]
platform = "eks"
[cluster.other.pool.default]
machine = { eks = "m5.large" }
nodes = 3
"#;
    let found = compare(&place(&(web("main", 2, "") + other)));
    assert_eq!(found["basis"], "mixed");
    let pools = &of(&found, "eks", "managed nodes")["nodes_by_pool"];
    let names: Vec<&str> = pools
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| pool["pool"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["cluster.main", "cluster.other.pool.default"]);
    assert_eq!(pools[1]["machine"], "m5.large");
    assert_eq!(pools[1]["nodes"]["expected"], 3);
}

fn ready(name: &str) -> Place {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans");
    Place::with(&std::fs::read_to_string(plans.join(name)).unwrap())
}

fn told(ran: &Ran) -> String {
    format!("{}{}", ran.out, ran.err)
}

/// Every ready spec is compared, or told what it lacks; growing by nodes is told of each.
#[test]
fn every_ready_spec_is_told() {
    let nothing = ["autopilot.toml", "minimal-ecs.toml"];
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans");
    let mut seen = 0;
    for entry in std::fs::read_dir(plans).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        seen += 1;
        let place = ready(&name);
        let compared = place.run(&["cost", "compare", "--json"]);
        match nothing.contains(&name.as_str()) {
            true => {
                assert_eq!(compared.code, 64, "{name}: {}", told(&compared));
                assert!(compared.err.contains("runs nothing"), "{}", compared.err);
                assert!(compared.err.contains("[workload."), "{}", compared.err);
            }
            false => {
                let found = compared.expect(0).json();
                for column in found["columns"].as_array().unwrap() {
                    assert_ne!(column["nodes"], "0.00", "{name}: {column}");
                }
            }
        }
        let found = place.run(&["cost", "breakeven", "--json"]).expect(0).json();
        for curve in found["curves"].as_array().unwrap() {
            // Nobody read what private endpoints cost in Ireland; they are not taken for nothing.
            let open = name == "private-eks.toml" && curve["platform"] != "gke";
            assert_eq!(curve["complete"], !open, "{name}: {}", curve["unpriced"]);
            let endpoints = |one: &Value| one["why"].as_str().unwrap().contains("vpc.endpoint");
            let unpriced = curve["unpriced"].as_array().unwrap();
            assert!(unpriced.iter().all(endpoints), "{name}: {unpriced:?}");
        }
        assert!(!found["cheapest"].as_array().unwrap().is_empty(), "{name}");
    }
    assert!(seen >= 9, "{seen}");
}

/// The master of a cluster is held against the nodes of that cluster, whatever else the spec declares.
#[test]
fn breaking_even_is_told_of_one_cluster() {
    let one = "[cluster.main]\nplatform = \"eks\"\n[cluster.main.pool.default]\nmachine = { eks = \"m5.large\" }\nnodes = 2\ndisk = \"20GiB\"\n";
    let two = format!("[cluster.first]\nplatform = \"eks\"\n{one}");
    let place = place(&two);
    let found = place.run(&["cost", "breakeven", "--json"]).expect(0).json();
    assert_eq!(found["cluster"], "main");
    let mut curves = found["curves"].as_array().unwrap().iter();
    let eks = curves
        .find(|one| one["variant"] == "managed nodes")
        .unwrap();
    assert_eq!(eks["points"][0]["control_plane"], "73.00");
    assert_eq!(eks["points"][0]["master_share"]["nodes"], "50.5");
    let text = place.run(&["cost", "breakeven"]).expect(0).out;
    assert!(text.contains("cluster `main`"), "{text}");
    let asked = ["cost", "breakeven", "--cluster", "first", "--json"];
    assert_eq!(place.run(&asked).expect(0).json()["cluster"], "first");
    let wrong = place.run(&["cost", "breakeven", "--cluster", "third"]);
    let wrong = wrong.expect(64).err;
    assert!(wrong.contains("first, main"), "{wrong}");
}

/// An e2-medium shows two processors and leaves pods 940m, less 200m for agents.
#[test]
fn shared_cores_leave_what_google_says() {
    let place = pool(r#"{ gke = "e2-medium" }"#, "");
    let place = on_google(&place);
    let found = compare(&place);
    let standard = of(&found, "gke", "standard");
    assert_eq!(machines(standard), ("e2-medium", 2));
    assert_eq!(standard["stranded"]["cpu"], 2 * (2000 - 740));
}

/// No machine is behind the gateway of Google Cloud when nothing runs there, so that nothing is charged for it.
#[test]
fn a_gateway_without_machines_behind_it_costs_nothing_on_google() {
    let idle = "[cluster.idle]\nplatform = \"eks\"\nnetwork = \"idle\"\n[network.idle]\ncidr = \"10.9.0.0/16\"\n";
    let found = compare(&place(&(web("main", 2, "") + idle)));
    let lines = |platform, variant| {
        let lines = of(&found, platform, variant)["lines"].as_array().unwrap();
        let of_idle = |line: &&Value| line["id"].as_str().unwrap().starts_with("network.idle/");
        let idle = lines.iter().filter(of_idle);
        idle.count()
    };
    assert_eq!(lines("gke", "standard"), 0);
    assert!(lines("eks", "managed nodes") > 0);
}
