//! The order in which a whole stack on ECS goes. Every wrong one is refused by the cloud, with AWS's own codes; `destroy` meets no
//! refusal at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Place, Ran, Started};
use serde_json::{Value, json};

const SHOP: &str = include_str!("../../plans/shop-ecs.toml");
const ON_MACHINES: &str = include_str!("../../plans/shop-ecs-ec2.toml");

/// A stack that stands, in a cloud that others reach as well.
struct Standing {
    place: Place,
    server: Started,
    url: String,
}

impl Standing {
    fn of(spec: &str) -> Self {
        let place = Place::with(spec);
        place.tune(json!({ "duration_scale": 0.0 }));
        place.foreign_secret("payments/live-key");
        let mut server = place.start(&["sandbox", "start", "--port", "0", "--json"]);
        let started: Value = serde_json::from_str(&server.until("url")).unwrap();
        let url = started["url"].as_str().unwrap().to_owned();
        let standing = Self { place, server, url };
        standing.run(&["apply", "--sandbox", "--yes"]).expect(0);
        standing
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.place.command(args);
        command.env("DATABASE_URL", "postgres://shop@db/shop");
        common::ran(command.output().unwrap())
    }

    /// Takes it down, and tells what was refused on the way: nothing but what was not there.
    fn goes(self) -> Vec<String> {
        // What clients did up to here is theirs.
        self.server.signal("INT");
        assert_eq!(self.server.end().0, Some(0));
        let seen = self.place.cloud().calls().len();
        let mut command = self.place.command(&["destroy", "--sandbox", "--yes"]);
        command.env("DATABASE_URL", "postgres://shop@db/shop");
        common::ran(command.output().unwrap()).expect(0);
        let calls = self.place.cloud().calls();
        let changing = calls[seen..].iter().filter(|call| call.mutating);
        assert!(changing.clone().count() > 40, "it took something");
        let refused = changing.filter(|call| call.status >= 400);
        let told = refused.map(|call| format!("{}:{} {}", call.service, call.operation, call.code));
        let left = self.place.objects();
        let mut left: Vec<&str> = left.iter().map(|one| one.id.as_str()).collect();
        left.retain(|id| *id != "payments/live-key");
        assert!(left.is_empty(), "{left:?}");
        told.collect()
    }
}

#[test]
fn a_stack_on_machines_goes_in_one_order_and_in_no_other() {
    let standing = Standing::of(ON_MACHINES);
    common::boto3("destroy_order.py", &[&standing.url]);
    standing
        .run(&["plan", "--sandbox", "--detailed-exitcode"])
        .expect(0);
    assert_eq!(standing.goes(), Vec::<String>::new());
}

/// The command line of AWS, beside the interpreter of the tests or on the path.
fn aws() -> Option<PathBuf> {
    let beside = std::env::var_os("PROVISION_TEST_PYTHON")
        .map(|python| Path::new(&python).with_file_name("aws"))
        .filter(|aws| aws.exists());
    let aws = beside.unwrap_or_else(|| PathBuf::from("aws"));
    let tried = Command::new(&aws).arg("--version").output();
    tried
        .is_ok_and(|tried| tried.status.success())
        .then_some(aws)
}

/// What it answers.
#[track_caller]
fn asked(aws: &Path, url: &str, words: &str) -> Value {
    let output = Command::new(aws)
        .args(words.split_whitespace())
        .args([
            "--endpoint-url",
            url,
            "--region",
            "eu-west-1",
            "--output",
            "json",
        ])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("AWS_ACCESS_KEY_ID", "123456789012")
        .env("AWS_SECRET_ACCESS_KEY", "sandbox")
        .env("AWS_MAX_ATTEMPTS", "1")
        .output()
        .unwrap();
    common::ran(output).expect(0).json()
}

/// The texts of a list's members.
fn texts(list: &Value, member: &str) -> Vec<String> {
    let all = list.as_array().unwrap().iter();
    let mut all: Vec<String> = all
        .map(|one| one[member].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

/// The command line of AWS, which we did not write, tells the same of the shop as its spec.
fn aws_tells(aws: &Path, url: &str) {
    let ask = |words: &str| asked(aws, url, words);
    let services = ask("ecs describe-services --cluster shop-prod --services web worker");
    assert_eq!(services["failures"], json!([]), "{services}");
    assert_eq!(
        texts(&services["services"], "serviceName"),
        ["web", "worker"]
    );
    for service in services["services"].as_array().unwrap() {
        assert_eq!(
            (
                &service["status"],
                &service["desiredCount"],
                &service["runningCount"]
            ),
            (&json!("ACTIVE"), &json!(2), &json!(2)),
            "{service}"
        );
    }
    let groups = ask("elbv2 describe-target-groups");
    let group = groups["TargetGroups"][0]["TargetGroupArn"]
        .as_str()
        .unwrap();
    let health = ask(&format!(
        "elbv2 describe-target-health --target-group-arn {group}"
    ));
    let targets = health["TargetHealthDescriptions"].as_array().unwrap();
    assert_eq!(targets.len(), 2, "{health}");
    for target in targets {
        assert_eq!(target["TargetHealth"]["State"], "healthy", "{target}");
        assert_eq!(target["Target"]["Port"], 3000, "{target}");
    }
    let secrets = ask("secretsmanager list-secrets");
    assert_eq!(
        texts(&secrets["SecretList"], "Name"),
        ["payments/live-key", "shop/database-url", "shop/session-key"]
    );
    let schedules = ask("scheduler list-schedules");
    assert_eq!(texts(&schedules["Schedules"], "State"), ["ENABLED"]);
    let scaled = ask("application-autoscaling describe-scalable-targets --service-namespace ecs");
    let scaled = &scaled["ScalableTargets"][0];
    assert_eq!(
        (&scaled["MinCapacity"], &scaled["MaxCapacity"]),
        (&json!(2), &json!(10))
    );
}

#[test]
fn a_stack_on_fargate_is_told_by_awscli_and_goes_without_a_refusal() {
    let standing = Standing::of(SHOP);
    match aws() {
        Some(aws) => aws_tells(&aws, &standing.url),
        None => println!("skipped: needs the command line of AWS"),
    }
    assert_eq!(standing.goes(), Vec::<String>::new());
}
