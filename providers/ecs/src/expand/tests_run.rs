//! Tests of what workloads and jobs become.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use provision_core::contract::{Context, ExpandAnswer, ExpandRequest};
use provision_core::model::{Open, Resource, Value};
use provision_core::spec::{Input, load};

use super::expand;

const HEAD: &str = r#"
stack = "shop"
[cloud.aws]
account = "123456789012"
region = "eu-west-1"
[network.main]
cidr = "10.20.0.0/16"
[cluster.prod]
platform = "ecs"
network = "main"
"#;

const SHOP: &str = r#"
[secret.database-url]
cluster = "prod"
from = { env = "DATABASE_URL" }
[secret.licence]
cluster = "prod"
from = { existing = { aws = "vendor/licence" } }
[load_balancer.web]
network = "main"
listeners = [{ port = 80, redirect = 443 }, { port = 443, protocol = "https", certificates = [{ aws = "arn:aws:acm:eu-west-1:123456789012:certificate/a" }] }]
target = [{ workload = "web" }]
routes = [{ path = "/admin", workload = "web" }]
[workload.web]
cluster = "prod"
image = "shop:1"
port = 3000
replicas = { min = 2, max = 10, cpu = 70 }
cpu = "500m"
memory = "1GiB"
health = { path = "/up", start = "90s" }
secrets = { DATABASE_URL = "database-url", LICENCE = "licence" }
identity = { aws = { policies = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] } }
[workload.worker]
extends = "web"
port = "none"
health = "none"
replicas = 1
command = ["work"]
[job.migrate]
extends = "web"
command = ["migrate"]
before = ["web", "worker"]
[job.nightly]
extends = "web"
command = ["report"]
schedule = { cron = "0 3 * * mon", timezone = "Europe/Berlin", overlap = "allow" }
"#;

fn expanded(text: &str) -> ExpandAnswer {
    let mut input = Input::file("provision.toml", text.to_owned());
    input.allow_unbuilt = true;
    let loaded = load(&input).unwrap_or_else(|found| panic!("{found:?}"));
    let spec = loaded.spec;
    let workloads = spec.workloads.keys().map(|name| format!("workload.{name}"));
    let jobs = spec.jobs.keys().map(|name| format!("job.{name}"));
    let request = ExpandRequest {
        context: Context {
            stack: spec.stack.clone(),
            account: Some("123456789012".to_owned()),
            region: "eu-west-1".to_owned(),
            labels: spec.labels.clone(),
        },
        blocks: workloads.chain(jobs).collect(),
        spec,
        facts: None,
        not_at_hand: Default::default(),
    };
    expand(&request)
}

fn get<'a>(answer: &'a ExpandAnswer, id: &str) -> &'a Resource<Open> {
    let mut all = answer.resources.iter();
    all.find(|one| one.id.to_string() == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

fn json(answer: &ExpandAnswer, id: &str, field: &str) -> String {
    get(answer, id).fields[field].to_json().to_string()
}

fn after(answer: &ExpandAnswer, id: &str) -> Vec<String> {
    get(answer, id)
        .after
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_workload_is_a_service_with_what_it_needs() {
    let answer = expanded(&format!("{HEAD}{SHOP}"));
    assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    let service = get(&answer, "workload.web/service");
    assert_eq!(service.name.as_deref(), Some("web"));
    assert_eq!(
        service.parent.as_ref().unwrap().to_string(),
        "cluster.prod/cluster"
    );
    assert_eq!(service.fields["least"], Value::Int(2));
    assert_eq!(service.fields["grace"], Value::Int(90));
    let balancers = json(&answer, "workload.web/service", "balancers");
    assert_eq!(
        balancers.matches("target-group.web").count(),
        1,
        "{balancers}"
    );
    let behind = after(&answer, "workload.web/service");
    for id in [
        "load_balancer.web/listener.443",
        "job.migrate/run",
        "workload.web/rule.in-web-3000",
    ] {
        assert!(behind.contains(&id.to_owned()), "{id} in {behind:?}");
    }
    assert!(!behind.contains(&"load_balancer.web/listener.80".to_owned()));
    let scaling = get(&answer, "workload.web/scaling");
    assert_eq!(scaling.fields["max"], Value::Int(10));
    assert!(
        !answer
            .resources
            .iter()
            .any(|one| one.id.to_string() == "workload.worker/scaling")
    );
}

#[test]
fn sizes_on_fargate_are_rounded_up_and_said() {
    let answer = expanded(&format!("{HEAD}{SHOP}"));
    let definition = get(&answer, "workload.web/task-definition");
    assert_eq!(definition.name.as_deref(), Some("shop-web"));
    assert_eq!(definition.fields["cpu"], Value::Int(512));
    assert_eq!(definition.fields["memory"], Value::Int(1024));
    assert!(!answer.notes.iter().any(|note| note.code == "fargate-size"));
    let odd = SHOP.replace("memory = \"1GiB\"", "memory = \"1500MiB\"");
    let answer = expanded(&format!("{HEAD}{odd}"));
    let note = answer
        .notes
        .iter()
        .find(|note| note.code == "fargate-size")
        .unwrap();
    assert!(
        note.message.contains("1500MiB") && note.message.contains("2GiB"),
        "{}",
        note.message
    );
    let huge = SHOP.replace("memory = \"1GiB\"", "memory = \"200GiB\"");
    let answer = expanded(&format!("{HEAD}{huge}"));
    assert!(
        answer
            .failures
            .iter()
            .any(|one| one.code == "task-too-large")
    );
}

#[test]
fn secrets_are_pinned_and_roles_reach_only_them() {
    let answer = expanded(&format!("{HEAD}{SHOP}"));
    let containers = json(&answer, "workload.web/task-definition", "containers");
    assert!(
        containers.contains("secret.database-url/secret"),
        "{containers}"
    );
    assert!(containers.contains("secret:vendor/licence"), "{containers}");
    let policy = json(&answer, "workload.web/execution-role", "inline_policies");
    assert!(policy.contains("secret.database-url/secret"), "{policy}");
    assert!(
        policy.contains("log-group:/provision/shop/web:*"),
        "{policy}"
    );
    assert!(policy.contains("secret:vendor/licence-??????"), "{policy}");
    let attached = json(&answer, "workload.web/task-role", "managed_policies");
    assert!(attached.contains("AmazonS3ReadOnlyAccess"));
    assert!(!json(&answer, "workload.web/task-role", "inline_policies").contains("ssmmessages"));
}

#[test]
fn jobs_run_ahead_or_by_the_clock() {
    let answer = expanded(&format!("{HEAD}{SHOP}"));
    let run = get(&answer, "job.migrate/run");
    assert_eq!(run.fields["family"].as_text(), Some("shop-migrate_job"));
    let schedule = get(&answer, "job.nightly/schedule");
    assert_eq!(
        schedule.fields["expression"].as_text(),
        Some("cron(0 3 ? * MON *)")
    );
    assert_eq!(
        schedule.parent.as_ref().unwrap().to_string(),
        "stack/schedule-group"
    );
    let role = json(&answer, "job.nightly/schedule-role", "inline_policies");
    assert!(
        role.contains("iam:PassRole") && role.contains("job.nightly/task-role"),
        "{role}"
    );
    assert!(
        answer
            .resources
            .iter()
            .filter(|one| one.kind.as_str() == "scheduler.group")
            .count()
            == 1
    );
    assert!(after(&answer, "workload.worker/service").contains(&"job.migrate/run".to_owned()));
}

#[test]
fn what_ecs_cannot_do_is_refused_by_name() {
    let with = |from: &str, to: &str| expanded(&format!("{HEAD}{}", SHOP.replacen(from, to, 1)));
    let codes = |answer: &ExpandAnswer| -> Vec<String> {
        answer.failures.iter().map(|one| one.code.clone()).collect()
    };
    let overlap = with("overlap = \"allow\"", "overlap = \"replace\"");
    assert_eq!(codes(&overlap), ["overlap"]);
    let both = with("0 3 * * mon", "0 3 1 * mon");
    assert_eq!(codes(&both), ["cron"]);
    let stop = with("port = 3000", "port = 3000\nstop_timeout = \"5m\"");
    assert!(codes(&stop).contains(&"stop-timeout".to_owned()));
    let disk = with(
        "port = 3000",
        "port = 3000\nvolumes = { \"/data\" = { size = \"10GiB\" } }",
    );
    assert!(codes(&disk).contains(&"volume".to_owned()));
    assert!(disk.failures.iter().all(|one| one.advice.is_some()));
}

#[test]
fn a_pipelines_image_is_no_word_of_ours() {
    let external = SHOP.replacen(
        "image = \"shop:1\"",
        "image = \"shop:1\"\nimage_managed = \"external\"",
        1,
    );
    let answer = expanded(&format!("{HEAD}{external}"));
    let definition = get(&answer, "workload.web/task-definition");
    assert_eq!(definition.fields["first_image"].as_text(), Some("shop:1"));
    assert_eq!(
        definition.fields["image_from"].as_text(),
        Some("shop-prod/web")
    );
    let containers = json(&answer, "workload.web/task-definition", "containers");
    assert!(containers.contains("\"image\":null"), "{containers}");
}
