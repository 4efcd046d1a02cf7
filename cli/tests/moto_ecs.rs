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

use common::{Place, Ran, Started};
use moto_cloud::Moto;
use serde_json::{Value, json};

const MINIMAL: &str = include_str!("../../plans/minimal-ecs.toml");
const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const ON_MACHINES: &str = include_str!("../../plans/shop-ecs-ec2.toml");

/// A spec, and the cloud on which it lives.
struct Life {
    cloud: Cloud,
    place: Place,
    /// The one secret that comes from the environment.
    database: &'static str,
}

enum Cloud {
    Moto(Moto),
    /// Ours, served where boto3 finds it as well.
    Sandbox(Started, String),
}

impl Life {
    /// On moto; `None`, with a word, when it is not installed.
    fn on_moto(spec: &str) -> Option<Self> {
        let moto = Moto::start();
        if moto.is_none() {
            println!("skipped: moto_server is not installed");
        }
        moto.map(|moto| Self::new(Place::with(spec), Cloud::Moto(moto)))
    }

    fn on_the_sandbox(spec: &str) -> Self {
        let place = Place::with(spec);
        place.tune(json!({ "duration_scale": 0.0 }));
        let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
        let started: Value = serde_json::from_str(&server.until("url")).unwrap();
        let url = started["url"].as_str().unwrap().to_owned();
        Self::new(place, Cloud::Sandbox(server, url))
    }

    fn new(place: Place, cloud: Cloud) -> Self {
        let database = "postgres://shop@db/shop";
        Self {
            cloud,
            place,
            database,
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        let variables = [("DATABASE_URL", self.database)];
        match &self.cloud {
            Cloud::Moto(moto) => moto.run_with(&self.place, &variables, args),
            Cloud::Sandbox(..) => {
                let mut command = self.place.command(&[args, &["--sandbox"]].concat());
                common::ran(command.envs(variables).output().unwrap())
            }
        }
    }

    /// boto3, on what the cloud has; false where this machine has none.
    #[track_caller]
    fn boto3(&self, script: &str, words: &[&str]) -> bool {
        let url = match &self.cloud {
            Cloud::Moto(moto) => moto.url(),
            Cloud::Sandbox(_, url) => url.clone(),
        };
        common::boto3(script, &[&[url.as_str()], words].concat())
    }

    #[track_caller]
    fn shop(&self, words: &[&str]) -> bool {
        self.boto3("shop_read.py", words)
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
        let word = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
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
        if let Cloud::Moto(moto) = self.cloud {
            println!("stood in for: {:?}", moto.stood_in());
        }
    }
}

#[test]
fn the_smallest_comes_changes_and_goes() {
    let Some(life) = Life::on_moto(MINIMAL) else {
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
    "job.migrate/task-definition update",
    "job.report/schedule update",
    "job.report/task-definition update",
    "workload.web/service update",
    "workload.web/task-definition update",
    "workload.worker/service update",
    "workload.worker/task-definition update",
];

#[test]
fn a_shop_on_fargate_lives_changes_and_goes() {
    let Some(mut life) = Life::on_moto(SHOP) else {
        return;
    };
    if !life.shop(&["theirs"]) {
        return;
    }
    life.apply();
    life.shop(&["read"]);
    life.edit("default = \"1.4.2\"", "default = \"1.4.3\"", &ROLLED);
    let log = "RAILS_LOG_TO_STDOUT = \"1\"";
    life.edit(log, "RAILS_LOG_TO_STDOUT = \"0\"", &ROLLED);
    life.edit(
        "cpu          = \"500m\"",
        "cpu          = \"1000m\"",
        &ROLLED,
    );
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
    life.database = "postgres://other@db/shop";
    let mut secret = life.planned();
    secret.retain(|change| change != "secret.database-url/secret update");
    assert_eq!(secret, ROLLED);
    life.apply();
    life.ends();
}

#[test]
fn a_shop_on_machines_lives_and_goes() {
    let Some(life) = Life::on_moto(ON_MACHINES) else {
        return;
    };
    life.apply();
    life.edit(
        "nodes   = { min = 2, max = 6 }",
        "nodes   = { min = 2, max = 8 }",
        &["cluster.prod.pool.web/group update"],
    );
    let mut rolled = ROLLED.to_vec();
    rolled.retain(|change| !change.contains("report"));
    life.edit("shop:1.4.2", "shop:1.4.3", &rolled);
    life.ends();
}

/// What somebody else changes: within the bounds it is no drift, beyond them it is, and what is theirs is noted and left.
fn others_meddle(life: Life) {
    let drift = |code| life.run(&["drift"]).expect(code).out;
    assert!(drift(0).contains("No drift"));
    life.shop(&["many", "5"]);
    drift(0);
    life.nothing_to_do();
    life.shop(&["image"]);
    let said = drift(2);
    assert!(said.contains("task-definition/shop-web:2"), "{said}");
    assert_eq!(life.planned(), ["workload.web/service update"]);
    life.apply();
    life.shop(&["rule"]);
    let said = drift(0);
    assert!(said.contains("rule of priority 77 on port 80"), "{said}");
    life.nothing_to_do();
    life.apply();
    life.shop(&["ruled"]);
    // A listener with what is not ours stays, and says why.
    let kept = life.run(&["destroy", "--yes"]).expect(1);
    let said = kept.out + &kept.err;
    assert!(said.contains("rule of priority 77 on port 80"), "{said}");
    life.shop(&["withdrawn"]);
    life.ends();
}

#[test]
fn boto3_reads_a_shop_on_the_sandbox() {
    let life = Life::on_the_sandbox(SHOP);
    if !life.shop(&["theirs"]) {
        return;
    }
    life.apply();
    life.shop(&["running"]);
    others_meddle(life);
}

#[test]
fn others_meddle_with_a_shop_on_moto() {
    let Some(life) = Life::on_moto(SHOP) else {
        return;
    };
    if !life.shop(&["theirs"]) {
        return;
    }
    life.apply();
    others_meddle(life);
}
