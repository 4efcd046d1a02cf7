//! Clusters on ECS, read back into a spec: one of the stack has nothing to do, one of somebody else stays as it is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Place, Ran};
use serde_json::{Value, json};

const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const ON_MACHINES: &str = include_str!("../../plans/shop-ecs-ec2.toml");

fn run(place: &Place, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    let url = "postgres://shop@db/shop";
    common::ran(command.env("DATABASE_URL", url).output().unwrap())
}

/// A shop that is up, and the spec of it that `import` wrote for a stack.
fn imported(spec: &str, stack: &str) -> (Place, Ran) {
    let place = Place::with(spec);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.foreign_secret("payments/live-key");
    run(&place, &["apply", "--sandbox", "--yes"]).expect(0);
    let account = ["--account", "123456789012"];
    let args = [
        &[
            "import",
            "ecs",
            "shop-prod",
            "--sandbox",
            "--stack",
            stack,
            "-o",
            "found.toml",
        ][..],
        &account,
    ];
    let ran = run(&place, &args.concat()).expect(0);
    run(&place, &["validate", "found.toml"]).expect(0);
    (place, ran)
}

fn changes(place: &Place) -> Vec<String> {
    let planned = run(place, &["plan", "found.toml", "--sandbox", "--json"]).expect(0);
    let plan: Value = serde_json::from_str(&planned.out).unwrap();
    let changes = plan["changes"].as_array().unwrap().iter();
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    changes
        .map(|change| format!("{} {}", word(change, "id"), word(change, "action")))
        .collect()
}

#[test]
fn a_shop_on_fargate_comes_back_as_it_was_written() {
    let (place, ran) = imported(SHOP, "shop");
    let file = place.read("found.toml");
    assert_eq!(changes(&place), Vec::<String>::new(), "{file}");
    for line in [
        "[network.main]",
        "nat = \"single\"",
        "ecs = { capacity = \"fargate\", exec = true }",
        "pool = \"fargate-spot\"",
        "replicas = { min = 2, max = 10, cpu = 70 }",
        "health = { path = \"/up\" }",
        "schedule = { cron = \"30 3 * * *\", timezone = \"Europe/Berlin\", overlap = \"allow\" }",
        "from = { existing = { aws = \"payments/live-key\" } }",
        "listeners = [{ port = 80, protocol = \"http\" }]",
        "team = \"web\"",
    ] {
        assert!(file.contains(line), "{line} is not in {file}");
    }
    // What nothing live tells is said.
    for what in ["`before`", "where its value comes from"] {
        assert!(
            file.contains(what) && ran.out.contains(what),
            "{what}: {file}"
        );
    }
    // The value that was there is not in the file, and stays.
    assert!(!file.contains("postgres://"), "{file}");
    run(&place, &["apply", "found.toml", "--sandbox", "--yes"]).expect(0);
    run(&place, &["plan", "--sandbox"]).expect(0);
}

#[test]
fn a_shop_on_machines_comes_back_with_its_pools() {
    let (place, _) = imported(ON_MACHINES, "shop");
    let file = place.read("found.toml");
    assert_eq!(changes(&place), Vec::<String>::new(), "{file}");
    assert!(
        file.contains("machine = { ecs = [\"m7g.large\", \"m6g.large\"], arch = \"arm64\" }"),
        "{file}"
    );
    assert!(file.contains("nodes = { min = 2, max = 6 }"), "{file}");
    assert!(file.contains("disk = \"100GiB\""), "{file}");
}

#[test]
fn a_cluster_of_somebody_else_stays_and_the_file_makes_another() {
    let (place, _) = imported(SHOP, "guest");
    let file = place.read("found.toml");
    assert!(file.contains("cannot be\n# taken over yet"), "{file}");
    assert!(file.contains("existing = { aws = \"vpc-"), "{file}");
    let changes = changes(&place);
    assert!(
        changes
            .iter()
            .any(|one| one == "workload.web/service create"),
        "{changes:?}"
    );
    assert!(
        changes
            .iter()
            .all(|one| one.ends_with(" create") || one.ends_with(" run")),
        "{changes:?}"
    );
    let absent = [
        "import",
        "ecs",
        "nobody",
        "--sandbox",
        "--account",
        "123456789012",
        "-o",
        "-",
    ];
    let refused = run(&place, &absent).expect(1);
    assert!(
        refused.err.contains("there is no ECS cluster nobody"),
        "{}",
        refused.err
    );
}
