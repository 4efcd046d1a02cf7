//! Whole lives on ECS against moto, which we did not write, through the real binary. What moto lacks stands in one table
//! (`moto_cloud/ecs.rs`).
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
mod moto_cloud;

use common::{Place, Ran};
use moto_cloud::Moto;

const MINIMAL: &str = include_str!("../../plans/minimal-ecs.toml");
const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const ON_MACHINES: &str = include_str!("../../plans/shop-ecs-ec2.toml");

/// A spec, and the cloud on which it lives.
struct Life {
    moto: Moto,
    place: Place,
    /// The one secret that comes from the environment.
    url: &'static str,
}

impl Life {
    fn of(spec: &str) -> Option<Self> {
        let moto = Moto::start();
        if moto.is_none() {
            println!("skipped: moto_server is not installed");
        }
        let place = Place::with(spec);
        let url = "postgres://shop@db/shop";
        moto.map(|moto| Self { moto, place, url })
    }

    fn run(&self, args: &[&str]) -> Ran {
        let variables = [("DATABASE_URL", self.url)];
        self.moto.run_with(&self.place, &variables, args)
    }

    /// boto3, on what moto has.
    #[track_caller]
    fn boto3(&self, script: &str, words: &[&str]) -> bool {
        let url = self.moto.url();
        common::boto3(script, &[&[url.as_str()], words].concat())
    }

    #[track_caller]
    fn apply(&self) {
        let apply = ["apply", "--yes", "--allow", "delete,replace"];
        self.run(&apply).expect(0);
        self.nothing_to_do();
    }

    #[track_caller]
    fn nothing_to_do(&self) {
        self.run(&["plan", "--detailed-exitcode"]).expect(0);
    }

    /// What is planned: `ID ACTION`, in order.
    #[track_caller]
    fn planned(&self) -> Vec<String> {
        let plan = self.run(&["plan", "--json"]).expect(0).json();
        let changes = plan["changes"].as_array().unwrap().iter();
        let word = |change: &serde_json::Value, key: &str| change[key].as_str().unwrap().to_owned();
        changes
            .map(|change| format!("{} {}", word(change, "id"), word(change, "action")))
            .collect()
    }

    /// An edit comes to this plan and no other; applied, the next plan is empty.
    #[track_caller]
    fn edit(&self, from: &str, to: &str, plan: &[&str]) {
        let spec = self.place.read("provision.toml");
        assert_eq!(spec.matches(from).count(), 1, "{from}");
        self.place
            .write("provision.toml", spec.replacen(from, to, 1));
        assert_eq!(self.planned(), plan, "{from} -> {to}");
        self.apply();
    }

    /// Nothing is left, and a second time there is nothing to do.
    #[track_caller]
    fn ends(self) {
        self.run(&["destroy", "--yes"]).expect(0);
        self.boto3("ecs_left.py", &[]);
        let again = self.run(&["destroy", "--yes", "--json"]).expect(0);
        assert!(!again.out.contains("step_started"), "{}", again.out);
        println!("stood in for: {:?}", self.moto.stood_in());
    }
}

#[test]
fn the_smallest_comes_changes_and_goes() {
    let Some(life) = Life::of(MINIMAL) else {
        return;
    };
    life.apply();
    let platform = "platform = \"ecs\"";
    let watched = "platform = \"ecs\"\necs = { insights = \"enabled\", exec = true }";
    life.edit(platform, watched, &["cluster.main/cluster update"]);
    life.ends();
}

/// Everything that has the container of web, when that differs.
const ROLLED: [&str; 8] = [
    "job.migrate/run run",
    "job.report/schedule update",
    "job.report/task-definition update",
    "workload.web/service update",
    "workload.worker/service update",
    "job.migrate/task-definition update",
    "workload.web/task-definition update",
    "workload.worker/task-definition update",
];

#[test]
fn a_shop_on_fargate_lives_changes_and_goes() {
    let Some(mut life) = Life::of(SHOP) else {
        return;
    };
    if !life.boto3("shop_read.py", &["theirs"]) {
        return;
    }
    life.apply();
    life.boto3("shop_read.py", &["read"]);
    let mut rolled = ROLLED;
    rolled.sort_unstable();
    life.edit("default = \"1.4.2\"", "default = \"1.4.3\"", &rolled);
    let log = "RAILS_LOG_TO_STDOUT = \"1\"";
    life.edit(log, "RAILS_LOG_TO_STDOUT = \"0\"", &rolled);
    life.edit("cpu          = \"500m\"", "cpu          = \"1000m\"", &rolled);
    life.edit(
        "replicas     = 2",
        "replicas     = 3",
        &["workload.worker/service update"],
    );
    life.edit("max = 10", "max = 12", &["workload.web/scaling update"]);
    life.edit(
        "{ port = 80, protocol",
        "{ port = 8080, protocol",
        &[
            "load_balancer.web/listener.80 delete",
            "load_balancer.web/listener.8080 create",
            "load_balancer.web/rule.in-80 delete",
            "load_balancer.web/rule.in-8080 create",
        ],
    );
    life.url = "postgres://other@db/shop";
    let mut secret = life.planned();
    secret.retain(|change| change != "secret.database-url/secret update");
    assert_eq!(secret, rolled);
    life.apply();
    life.ends();
}

#[test]
fn a_shop_on_machines_lives_and_goes() {
    let Some(life) = Life::of(ON_MACHINES) else {
        return;
    };
    life.apply();
    life.edit(
        "nodes   = { min = 2, max = 6 }",
        "nodes   = { min = 2, max = 8 }",
        &["cluster.prod/pool.web.group update"],
    );
    life.ends();
}
