//! The same spec on every platform, told by the real binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;
#[path = "compare/fair.rs"]
mod fair;
#[path = "compare/shown.rs"]
mod shown;

use std::path::Path;

use common::Place;
use serde_json::Value;

const COLUMNS: [(&str, &str); 7] = [
    ("gke", "standard"),
    ("gke", "autopilot"),
    ("eks", "managed nodes"),
    ("eks", "fargate"),
    ("eks", "auto mode"),
    ("ecs", "fargate"),
    ("ecs", "ec2"),
];

fn portable() -> Place {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plans");
    Place::with(&std::fs::read_to_string(plans.join("portable.toml")).unwrap())
}

/// An EKS cluster with m5.large nodes in us-east-1, and its like in Iowa.
fn m5_large(rest: &str) -> Place {
    Place::with(&format!(
        r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cloud.gcp]
project = "acme-prod"
region  = "us-central1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = {{ eks = "m5.large" }}
nodes   = 2
disk    = "20GiB"
{rest}"#
    ))
}

/// A decimal string in micro-dollars.
fn micros(money: &Value) -> i64 {
    let (whole, part) = money.as_str().unwrap().split_once('.').unwrap();
    let micros: i64 = format!("{part:0<6}").parse().unwrap();
    whole.parse::<i64>().unwrap() * 1_000_000 + micros
}

fn named<'a>(all: &'a Value, platform: &str, variant: &str) -> &'a Value {
    let mut all = all.as_array().unwrap().iter();
    all.find(|one| one["platform"] == platform && one["variant"] == variant)
        .unwrap()
}

#[test]
fn one_file_has_seven_columns_that_add_up_and_can_be_traced() {
    let place = portable();
    let found = place.run(&["cost", "compare", "--json"]).expect(0).json();
    assert_eq!(found["basis"], "pools");
    assert_eq!(found["aws_region"], "eu-west-1");
    assert_eq!(found["gcp_region"], "europe-west1");
    let columns = found["columns"].as_array().unwrap();
    let names: Vec<(&str, &str)> = columns
        .iter()
        .map(|one| {
            (
                one["platform"].as_str().unwrap(),
                one["variant"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(names, COLUMNS);
    for column in columns {
        assert_eq!(column["complete"], true, "{}", column["unpriced"]);
        let mut sum = 0;
        for line in column["lines"].as_array().unwrap() {
            let exact = line["unit_price"].as_str().unwrap().parse::<f64>().unwrap()
                * line["quantity"].as_f64().unwrap()
                * 1e6;
            let month = micros(&line["monthly"]);
            assert!((exact - month as f64).abs() <= 1.0, "{line}");
            assert!(!line["source"].as_str().unwrap().is_empty(), "{line}");
            assert!(!line["as_of"].as_str().unwrap().is_empty(), "{line}");
            sum += month;
        }
        assert_eq!(sum, micros(&column["total"]));
        let parts = [
            "control_plane",
            "nodes",
            "management",
            "network",
            "storage",
            "secrets",
        ];
        let parts: i64 = parts.iter().map(|part| micros(&column[*part])).sum();
        assert_eq!(parts, sum);
    }
    let of = |platform, variant| named(&found["columns"], platform, variant);
    assert_eq!(of("eks", "managed nodes")["control_plane"], "73.00");
    assert_eq!(of("gke", "standard")["control_plane"], "73.00");
    assert_eq!(of("ecs", "ec2")["control_plane"], "0.00");
    assert_eq!(of("gke", "standard")["nodes_by_pool"][1]["nodes"]["max"], 6);
    // 12 % of the machines.
    let auto = of("eks", "auto mode");
    assert_eq!(
        micros(&auto["management"]) * 100,
        micros(&auto["nodes"]) * 12
    );
    assert!(auto["stranded"]["permille"].as_u64().unwrap() > 0);

    let text = place.run(&["cost", "compare"]).expect(0).out;
    for word in [
        "standard",
        "autopilot",
        "managed",
        "fargate",
        "auto",
        "ec2",
        "master share",
        "stranded",
        "Assumed",
        "kubelet",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let share = of("eks", "managed nodes")["master_share"]["instances"]
        .as_str()
        .unwrap();
    assert!(text.contains(&format!("{share} %")), "{text}");
}

#[test]
fn the_share_of_the_control_plane_is_the_known_one() {
    let place = m5_large("");
    let found = place.run(&["cost", "breakeven", "--json"]).expect(0).json();
    let eks = named(&found["curves"], "eks", "managed nodes");
    assert_eq!(eks["machine"], "m5.large");
    let points = eks["points"].as_array().unwrap();
    assert_eq!(points.len(), 100);
    for (nodes, instances, with_disks) in [
        (1, "51.0", "50.5"),
        (3, "25.8", "25.3"),
        (10, "9.4", "9.2"),
        (100, "1.0", "1.0"),
    ] {
        let point = &points[nodes - 1];
        assert_eq!(point["nodes"], nodes);
        assert_eq!(point["master_share"]["instances"], instances);
        assert_eq!(point["master_share"]["nodes"], with_disks);
    }
    assert_eq!(eks["little_from"], 10);
    let spans = found["cheapest"].as_array().unwrap();
    assert_eq!(spans[0]["from"], 1);
    assert_eq!(spans.last().unwrap()["to"], 100);
    for span in spans {
        let own = named(
            &found["curves"],
            span["platform"].as_str().unwrap(),
            span["variant"].as_str().unwrap(),
        );
        let at = usize::try_from(span["from"].as_u64().unwrap()).unwrap() - 1;
        let least = found["curves"].as_array().unwrap().iter();
        let least = least
            .map(|curve| micros(&curve["points"][at]["total"]))
            .min();
        assert_eq!(Some(micros(&own["points"][at]["total"])), least);
    }
    let text = place.run(&["cost", "breakeven"]).expect(0).out;
    assert!(
        text.contains("50.5 %") && text.contains("from 10"),
        "{text}"
    );
    place.run(&["cost", "breakeven", "--nodes", "1"]).expect(64);
}

#[test]
fn the_picture_needs_nothing_else() {
    let place = m5_large("");
    let args = ["cost", "breakeven", "--nodes", "40", "--svg", "share.svg"];
    place.run(&args).expect(0);
    let picture = place.read("share.svg");
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"));
    place.run(&args).expect(0);
    let over = ["cost", "breakeven", "--svg", "provision.toml"];
    let told = place.run(&over).expect(1).err;
    assert!(told.contains("is not a picture"), "{told}");
    assert_eq!(picture.matches("<polyline").count(), 7);
    let points = picture.split("points=\"").nth(1).unwrap();
    let points = points.split('"').next().unwrap();
    assert_eq!(points.split(' ').count(), 40);
    let links = picture.matches("http").count();
    assert_eq!(links, 1, "only the name of the language");
    for word in ["gke autopilot", "us-central1", "Cheapest"] {
        assert!(picture.contains(word), "{word}");
    }
}

/// Workloads of a platform that cannot run them yet are compared all the same.
#[test]
fn workloads_are_packed_on_what_machines_leave() {
    let place = m5_large(
        r#"
[workload.web]
cluster  = "main"
image    = "docker.io/library/nginx:1.27"
cpu      = "1000m"
memory   = "2GiB"
replicas = { min = 4, max = 8, cpu = 70 }
"#,
    );
    let found = place.run(&["cost", "compare", "--json"]).expect(0).json();
    assert_eq!(found["basis"], "workloads");
    let fargate = named(&found["columns"], "ecs", "fargate");
    // 4 x (0.04048 + 2 x 0.004445) x 730.
    assert_eq!(fargate["nodes"], "144.1604");
    assert_eq!(
        micros(&fargate["range"]["max"]) - micros(&fargate["total"]),
        144_160_400
    );
    // What Kubernetes adds makes 3 GB of 2, and CoreDNS runs twice.
    let eks = named(&found["columns"], "eks", "fargate");
    let pods = 4.0 * (0.04048 + 3.0 * 0.004_445) * 730.0;
    let dns = 2.0 * (0.25 * 0.04048 + 0.5 * 0.004_445) * 730.0;
    assert_eq!(
        micros(&eks["nodes"]),
        ((pods + dns) * 1e6_f64).round() as i64
    );
    let nodes = named(&found["columns"], "eks", "managed nodes");
    assert!(
        nodes["nodes_by_pool"][0]["nodes"]["expected"]
            .as_u64()
            .unwrap()
            >= 2
    );
    assert_eq!(nodes["stranded"]["cpu"].as_u64().unwrap() % 1000, 0);
}

#[test]
fn sheets_and_comments_say_the_same() {
    let place = portable();
    let found = place.run(&["cost", "compare", "--json"]).expect(0).json();
    let sheet = place.run(&["cost", "compare", "--csv"]).expect(0).out;
    let comment = place.run(&["cost", "compare", "--markdown"]).expect(0).out;
    let rows: Vec<&str> = sheet.lines().collect();
    assert_eq!(rows.len(), 8);
    assert!(rows[0].starts_with("platform,variant,region,control_plane,nodes,"));
    for (row, column) in rows[1..].iter().zip(found["columns"].as_array().unwrap()) {
        let (platform, variant) = (&column["platform"], &column["variant"]);
        let start = format!(
            "{},{},",
            platform.as_str().unwrap(),
            variant.as_str().unwrap()
        );
        assert!(row.starts_with(&start), "{row}");
        let total = column["total"].as_str().unwrap();
        assert!(row.split(',').any(|field| field == total), "{row}");
        let start = format!(
            "| {} {} | ",
            platform.as_str().unwrap(),
            variant.as_str().unwrap()
        );
        let line = comment
            .lines()
            .find(|line| line.starts_with(&start))
            .unwrap();
        let share = column["master_share"]["instances"].as_str().unwrap();
        assert!(line.contains(&format!("| {share} % |")), "{line}");
    }
    place
        .run(&["cost", "compare", "--csv", "--json"])
        .expect(64);
}

#[test]
fn what_has_no_price_is_named_and_its_column_is_not_whole() {
    let place = m5_large("");
    let text = place
        .read("provision.toml")
        .replace("us-east-1", "sa-east-1");
    place.write("provision.toml", text);
    let found = place.run(&["cost", "compare", "--json"]).expect(0).json();
    let eks = named(&found["columns"], "eks", "managed nodes");
    assert_eq!(eks["complete"], false);
    let whys = eks["unpriced"].to_string();
    assert!(whys.contains("no price of ebs.gp3 in sa-east-1"), "{whys}");
    assert_eq!(
        named(&found["columns"], "gke", "standard")["complete"],
        true
    );
    let text = place.run(&["cost", "compare"]).expect(0).out;
    assert!(text.contains("+ ?") && text.contains("In no sum"), "{text}");
    let found = place.run(&["cost", "breakeven", "--json"]).expect(0).json();
    for span in found["cheapest"].as_array().unwrap() {
        let of = |name: &str| span[name].as_str().unwrap().to_owned();
        let own = named(&found["curves"], &of("platform"), &of("variant")).clone();
        assert_eq!(own["complete"], true);
    }
}

#[test]
fn a_spec_without_a_cluster_or_a_like_of_its_region_says_so() {
    let place = Place::with(common::NETWORK);
    let ran = place.run(&["cost", "compare"]).expect(64);
    assert!(ran.err.contains("declares no cluster"), "{}", ran.err);
    let text = common::MINIMAL.replace("eu-west-1", "us-gov-west-1");
    let ran = Place::with(&text).run(&["cost", "breakeven"]).expect(64);
    assert!(ran.err.contains("[cloud.gcp]"), "{}", ran.err);
    // A region alone has its like.
    let found = Place::with(common::MINIMAL).run(&["cost", "compare", "--json"]);
    assert_eq!(found.expect(0).json()["gcp_region"], "europe-west1");
    let text = common::MINIMAL
        .replace("aws", "gcp")
        .replace("eu-west-1", "us-west1");
    let text = text.replace("account = \"123456789012\"", "project = \"acme-prod\"");
    let found = Place::with(&text.replace("eks", "gke")).run(&["cost", "compare", "--json"]);
    assert_eq!(found.expect(0).json()["aws_region"], "us-west-2");
}
