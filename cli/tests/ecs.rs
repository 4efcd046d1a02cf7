//! A shop on ECS through the real binary: from nothing to steady, changed word by word, failed and mended, and back to nothing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Place, Ran};
use serde_json::{Value, json};

const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const ON_MACHINES: &str = include_str!("../../plans/shop-ecs-ec2.toml");

fn shop() -> Place {
    let place = Place::with(SHOP);
    place.tune(json!({ "duration_scale": 0.0 }));
    place.foreign_secret("payments/live-key");
    place
}

fn run(place: &Place, args: &[&str]) -> Ran {
    with(place, "postgres://shop@db/shop", args)
}

/// With a value of the one secret that comes from the environment.
fn with(place: &Place, url: &str, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    common::ran(command.env("DATABASE_URL", url).output().unwrap())
}

fn apply(place: &Place) -> Ran {
    run(
        place,
        &["apply", "--sandbox", "--yes", "--allow", "delete,replace"],
    )
}

/// What a change of the file comes to: `ID ACTION`, in order.
fn changes(place: &Place, url: &str, from: &str, to: &str) -> Vec<String> {
    assert!(SHOP.contains(from), "{from}");
    place.write("changed.toml", SHOP.replacen(from, to, 1));
    let planned = with(place, url, &["plan", "changed.toml", "--sandbox", "--json"]).expect(0);
    let plan: Value = serde_json::from_str(&planned.out).unwrap();
    let changes = plan["changes"].as_array().unwrap().iter();
    let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    changes
        .map(|change| format!("{} {}", word(change, "id"), word(change, "action")))
        .collect()
}

/// Everything that has the container of web, when that differs.
const ROLLED: [&str; 8] = [
    "job.migrate/run run",
    "job.migrate/task-definition update",
    "job.report/schedule update",
    "job.report/task-definition update",
    "workload.web/service update",
    "workload.web/task-definition update",
    "workload.worker/service update",
    "workload.worker/task-definition update",
];

#[test]
fn a_shop_lives_changes_and_goes() {
    let place = shop();
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    // Not even the job runs again.
    let again = apply(&place).expect(0);
    assert!(again.out.contains("No changes."), "{}", again.out);

    let url = "postgres://shop@db/shop";
    let of = |from, to| changes(&place, url, from, to);
    assert_eq!(of("default = \"1.4.2\"", "default = \"1.4.3\""), ROLLED);
    assert_eq!(
        of("RAILS_LOG_TO_STDOUT = \"1\"", "RAILS_LOG_TO_STDOUT = \"0\""),
        ROLLED
    );
    assert_eq!(
        of("cpu          = \"500m\"", "cpu          = \"1000m\""),
        ROLLED
    );
    assert_eq!(
        of("replicas     = 2", "replicas     = 3"),
        ["workload.worker/service update"]
    );
    assert_eq!(of("max = 10", "max = 12"), ["workload.web/scaling update"]);
    assert_eq!(
        of("{ port = 80, protocol", "{ port = 8080, protocol"),
        [
            "load_balancer.web/listener.80 delete",
            "load_balancer.web/listener.8080 create",
            "load_balancer.web/rule.in-80 delete",
            "load_balancer.web/rule.in-8080 create",
        ]
    );
    let logs = "access_logs = { aws = \"acme-logs\", prefix = \"shop\" }";
    let public = "scheme    = \"public\"";
    let logged = format!("{public}\n{logs}");
    assert_eq!(
        of(public, logged.as_str()),
        ["load_balancer.web/load-balancer update"]
    );
    let mut secret = changes(
        &place,
        "postgres://other",
        "team    = \"web\"",
        "team    = \"web\"",
    );
    secret.retain(|change| change != "secret.database-url/secret update");
    assert_eq!(secret, ROLLED);

    for (from, to) in [
        ("default = \"1.4.2\"", "default = \"1.4.3\""),
        ("replicas     = 2", "replicas     = 3"),
        ("{ port = 80, protocol", "{ port = 8080, protocol"),
        ("cpu          = \"500m\"", "cpu          = \"1000m\""),
        (public, logged.as_str()),
        (logs, "access_logs = \"none\""),
    ] {
        place.write(
            "provision.toml",
            place.read("provision.toml").replacen(from, to, 1),
        );
        apply(&place).expect(0);
        run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    }
    run(&place, &["destroy", "--sandbox", "--yes"]).expect(0);
    let left: Vec<_> = place.objects().into_iter().map(|one| one.id).collect();
    assert_eq!(left.len(), 1, "only what was there before: {left:?}");
}

#[test]
fn a_deployment_that_fails_ends_with_the_clouds_reason_and_the_next_run_mends_it() {
    let place = shop();
    apply(&place).expect(0);
    let issue = |code: &str| json!({ "issues": [{ "on": "service", "name": "web", "when": "create", "code": code }] });
    place.tune(issue("CannotPullContainerError"));
    let changed = SHOP.replacen("1.4.2", "1.4.3", 1);
    place.write("provision.toml", changed);
    let failed = apply(&place).expect(1);
    let last: Vec<&str> = failed.out.lines().rev().take(8).collect();
    let last = last.join("\n");
    assert!(last.contains("CannotPullContainerError"), "{}", failed.out);
    assert!(last.contains("circuit breaker"), "{}", failed.out);
    place.tune(json!({ "issues": [] }));
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_migration_that_fails_stops_the_rollouts_behind_it() {
    let place = shop();
    place.tune(json!({ "issues": [{ "on": "task", "name": "shop-migrate_job", "when": "active", "code": "Exit:3" }] }));
    let failed = apply(&place).expect(1);
    assert!(failed.out.contains("job.migrate/run"), "{}", failed.out);
    assert!(failed.out.contains('3'), "{}", failed.out);
    assert_eq!(place.count("service"), 0);
    place.tune(json!({ "issues": [] }));
    apply(&place).expect(0);
    assert_eq!(place.count("service"), 2);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
}

#[test]
fn machines_of_a_pool_carry_tasks_and_are_rolled() {
    let place = Place::with(ON_MACHINES);
    place.tune(json!({ "duration_scale": 0.0 }));
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    let (from, to) = ("cpu = 2, memory = \"8GiB\"", "cpu = 4, memory = \"16GiB\"");
    place.write("provision.toml", ON_MACHINES.replacen(from, to, 1));
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    run(&place, &["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

const FROM_NONE: &str = r#"stack = "none"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[cluster.prod]
platform = "ecs"
ecs      = { capacity = "ec2" }

[cluster.prod.pool.web]
machine = { ecs = ["m7i.large"] }
nodes   = { min = 0, max = 3 }

[workload.web]
cluster  = "prod"
image    = "registry.example/shop:1"
replicas = 1
memory   = "5GiB"
"#;

/// The machines of a cloud, which are its own: groups make them.
fn machines(place: &Place) -> usize {
    let all = place.cloud().objects(jiff::Timestamp::now()).unwrap();
    all.iter().filter(|one| one.kind == "instance").count()
}

#[test]
fn a_pool_of_none_grows_by_what_waits_for_it_and_shrinks_again() {
    let place = Place::with(FROM_NONE);
    place.tune(json!({ "duration_scale": 0.0 }));
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    // Of none there come two; the one that nothing runs on has gone.
    assert_eq!(machines(&place), 1);
    place.write(
        "provision.toml",
        FROM_NONE.replace("replicas = 1", "replicas = 3"),
    );
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    assert_eq!(machines(&place), 3);
    place.write(
        "provision.toml",
        FROM_NONE.replace("replicas = 1", "replicas = 0"),
    );
    apply(&place).expect(0);
    run(&place, &["plan", "--sandbox", "--detailed-exitcode"]).expect(0);
    assert_eq!(machines(&place), 0);
    run(&place, &["destroy", "--sandbox", "--yes"]).expect(0);
    assert!(place.objects().is_empty(), "{:?}", place.objects());
}

#[test]
fn a_pool_that_cannot_grow_is_told() {
    let place = Place::with(&FROM_NONE.replace("memory   = \"5GiB\"", "memory   = \"50GiB\""));
    place.tune(json!({ "duration_scale": 0.0 }));
    let failed = apply(&place).expect(1);
    assert!(
        failed.out.contains("EMPTY CAPACITY PROVIDER"),
        "{}",
        failed.out
    );
}
