//! Blocks against the resources they come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use provision_core::contract::Facts;
use provision_core::model::{Open, Value};
use provision_core::spec::{self, Input};

use super::*;
use crate::expand::network::split;

const HEAD: &str =
    "stack = \"shop\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n";

const CLUSTER: &str = "[network.main]\nzones = 2\n[cluster.prod]\nplatform = \"gke\"\nnetwork = \"main\"\nversion = \"1.34\"\n\
    [cluster.prod.pool.web]\nmachine = { cpu = 2, memory = \"8GiB\" }\nnodes = { min = 2, max = 6 }\n\
    taints = [\"dedicated=web:NoSchedule\"]\n";

fn expanded(text: &str, facts: Option<Facts>) -> ExpandAnswer {
    let spec = spec::load(&Input::file("t.toml", format!("{HEAD}{text}")))
        .unwrap()
        .spec;
    let networks = spec.networks.keys().map(|name| format!("network.{name}"));
    let clusters = spec.clusters.keys().map(|name| format!("cluster.{name}"));
    let request = ExpandRequest {
        context: Context {
            stack: "shop".to_owned(),
            account: Some("acme-prod".to_owned()),
            region: "europe-west1".to_owned(),
            labels: BTreeMap::from([("team".to_owned(), "web".to_owned())]),
        },
        blocks: networks.chain(clusters).collect(),
        spec,
        facts,
        not_at_hand: BTreeMap::new(),
    };
    expand(&request)
}

fn find<'a>(answer: &'a ExpandAnswer, id: &str) -> &'a Resource<Open> {
    let mut all = answer.resources.iter();
    all.find(|one| one.id.to_string() == id)
        .unwrap_or_else(|| panic!("no {id}"))
}

fn text<'a>(resource: &'a Resource<Open>, field: &str) -> &'a str {
    resource.fields[field].as_text().unwrap()
}

/// GKE fills in the accelerators of such a machine: they are compared where somebody says them, and where none would be there by itself.
#[test]
fn accelerators_that_come_with_a_machine_are_not_taken_for_a_change() {
    let of = |pool: &str| {
        let text = CLUSTER.replace("machine = { cpu = 2, memory = \"8GiB\" }", pool);
        let answer = expanded(&text, None);
        assert!(answer.failures.is_empty(), "{:?}", answer.failures);
        find(&answer, "cluster.prod.pool.web/nodepool").fields["accelerators"].clone()
    };
    let none = Value::Map(BTreeMap::new());
    assert_eq!(of("machine = { gke = \"g2-standard-4\" }"), Value::Null);
    assert_eq!(of("machine = { gke = \"n1-standard-4\" }"), none);
    assert_eq!(of("machine = { cpu = 2, memory = \"8GiB\" }"), none);
    let said = "machine = { gke = \"g2-standard-4\" }\ngke = { accelerators = { nvidia-l4 = 1 } }";
    assert_ne!(of(said), Value::Null);
}

#[test]
fn half_of_a_block_is_for_pods_and_a_quarter_for_nodes() {
    let split = split("10.20.0.0/16").unwrap();
    assert_eq!(split.pods, "10.20.0.0/17");
    assert_eq!(split.nodes, "10.20.128.0/18");
    assert_eq!(split.most, 128);
    assert_eq!(network::split("10.0.0.0/20").unwrap().most, 8);
    assert!(network::split("10.0.0.0/21").is_none());
}

#[test]
fn a_cluster_has_its_network_its_account_and_its_pools() {
    let answer = expanded(CLUSTER, None);
    assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    let ids: BTreeSet<String> = answer
        .resources
        .iter()
        .map(|one| one.id.to_string())
        .collect();
    let wanted = [
        "cluster.prod.pool.web/nodepool",
        "cluster.prod/cluster",
        "cluster.prod/node-account",
        "cluster.prod/node-binding",
        "network.main/network",
        "network.main/router",
        "network.main/subnet",
    ];
    assert_eq!(ids, wanted.map(str::to_owned).into());
    let cluster = find(&answer, "cluster.prod/cluster");
    assert_eq!(cluster.name.as_deref(), Some("shop-prod"));
    assert_eq!(text(cluster, "location"), "europe-west1");
    assert_eq!(text(cluster, "channel"), "REGULAR");
    assert_eq!(text(cluster, "workload_pool"), "acme-prod.svc.id.goog");
    let Value::List(pools) = &cluster.fields["pools"] else {
        panic!("{:?}", cluster.fields["pools"]);
    };
    assert_eq!(pools.len(), 1);
    let account = find(&answer, "cluster.prod/node-account");
    let id = account.name.as_deref().unwrap();
    assert!(id.len() <= 30 && id.starts_with("shop-prod-"), "{id}");
    let binding = find(&answer, "cluster.prod/node-binding");
    let member = text(binding, "member");
    assert_eq!(
        member,
        format!("serviceAccount:{id}@acme-prod.iam.gserviceaccount.com")
    );
    let pool = find(&answer, "cluster.prod.pool.web/nodepool");
    assert_eq!(
        pool.parent.as_ref().unwrap().to_string(),
        "cluster.prod/cluster"
    );
    assert_eq!(pool.fields["initial"], Value::Int(1));
    assert_eq!(
        pool.fields["taints"].to_json()["dedicated:NoSchedule"],
        "web"
    );
}

#[test]
fn one_zone_is_a_zonal_cluster_and_facts_say_which_zones_there_are() {
    let one = CLUSTER.replace("zones = 2", "zones = 1");
    let answer = expanded(&one, None);
    assert_eq!(
        text(find(&answer, "cluster.prod/cluster"), "location"),
        "europe-west1-b"
    );
    let facts = Facts {
        zones: ["a", "d"]
            .map(|letter| format!("europe-west1-{letter}"))
            .into(),
        ..Facts::default()
    };
    let answer = expanded(&one, Some(facts));
    assert_eq!(
        text(find(&answer, "cluster.prod/cluster"), "location"),
        "europe-west1-d"
    );
    assert!(answer.notes.iter().any(|note| note.code == "zonal"));
}

/// GKE makes as many nodes in each zone. A pool of fewer nodes than zones lies in fewer zones, and what is more than asked is said.
#[test]
fn pools_lie_in_as_many_zones_as_they_may_have_nodes() {
    let facts = Facts {
        zones: ["b", "c", "d"]
            .map(|letter| format!("europe-west1-{letter}"))
            .into(),
        ..Facts::default()
    };
    let of = |nodes: &str, facts: Option<Facts>| {
        let text = CLUSTER.replace("zones = 2", "zones = 3");
        let text = text.replace("{ min = 2, max = 6 }", nodes);
        let answer = expanded(&text, facts);
        let fields = &find(&answer, "cluster.prod.pool.web/nodepool").fields;
        let first = match &fields["zones"] {
            Value::Hole(Open::Choice(choice)) => choice.any_of[0].value.to_json(),
            other => other.to_json(),
        };
        let zones = first.as_array().map(Vec::len);
        let number = |field: &str| fields[field].to_json().as_i64().unwrap();
        let codes = answer.notes.iter().map(|note| note.code.clone());
        let codes: Vec<String> = codes.filter(|code| code.starts_with("pool-")).collect();
        (zones, number("initial"), number("nodes"), codes.join(" "))
    };
    let told = |nodes: &str| of(nodes, Some(facts.clone()));
    assert_eq!(told("1"), (Some(1), 1, 1, "pool-zones".to_owned()));
    assert_eq!(told("2"), (Some(2), 1, 2, "pool-zones".to_owned()));
    assert_eq!(told("3"), (Some(3), 1, 3, String::new()));
    assert_eq!(told("5"), (Some(3), 1, 6, "pool-rounded".to_owned()));
    assert_eq!(
        told("{ min = 1, max = 6 }"),
        (Some(3), 1, 3, "pool-rounded".to_owned())
    );
    assert_eq!(told("{ min = 0, max = 6 }"), (Some(3), 0, 0, String::new()));
    assert_eq!(
        told("{ min = 0, max = 1 }"),
        (Some(1), 0, 0, "pool-zones".to_owned())
    );
    let both = "pool-zones pool-rounded".to_owned();
    assert_eq!(told("{ min = 1, max = 2 }"), (Some(2), 1, 2, both));
    // Nobody knows three zones then, and the number is told all the same.
    assert_eq!(of("5", None), (None, 1, 6, "pool-rounded".to_owned()));
}

/// The pools of the call that makes their cluster are told of by their own resources alone.
#[test]
fn prices_are_given_as_a_reason_once() {
    let answer = expanded(CLUSTER, None);
    let mut priced = BTreeMap::<String, usize>::new();
    for resource in &answer.resources {
        for value in resource.fields.values() {
            value.each_hole(&mut |open: &Open| {
                if let Open::Choice(choice) = open
                    && choice
                        .any_of
                        .iter()
                        .any(|option| option.hourly_micros.is_some())
                {
                    *priced.entry(resource.id.to_string()).or_default() += 1;
                }
            });
        }
    }
    let once = [("cluster.prod.pool.web/nodepool".to_owned(), 1)];
    assert_eq!(priced, BTreeMap::from(once));
}

#[test]
fn a_version_is_a_floor_on_every_channel() {
    let text = CLUSTER.replace(
        "version = \"1.34\"",
        "version = \"1.34\"\ngke = { release_channel = \"none\" }",
    );
    let answer = expanded(&text, None);
    let pool = find(&answer, "cluster.prod.pool.web/nodepool");
    let Value::Hole(Open::Choice(choice)) = &pool.fields["version"] else {
        panic!("{:?}", pool.fields["version"]);
    };
    let all: Vec<_> = choice
        .any_of
        .iter()
        .filter_map(|one| one.value.as_text())
        .collect();
    assert!(all.starts_with(&["1.34", "1.35"]), "{all:?}");
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let codes = |text: &str, facts| {
        let answer = expanded(text, facts);
        let failures = answer.failures.into_iter();
        failures.map(|failure| failure.code).collect::<Vec<_>>()
    };
    let small = CLUSTER.replace("zones = 2", "zones = 2\ncidr = \"10.0.0.0/22\"");
    assert_eq!(codes(&small, None), ["cidr-too-small"]);
    let many = CLUSTER.replace("max = 6", "max = 300");
    assert_eq!(codes(&many, None), ["pods-too-few"]);
    let arm = CLUSTER.replace(
        "{ cpu = 2, memory = \"8GiB\" }",
        "{ gke = \"t2a-standard-2\" }",
    );
    assert_eq!(codes(&arm, None), ["machine-arch"]);
    let huge = CLUSTER.replace("cpu = 2", "cpu = 500");
    assert_eq!(codes(&huge, None), ["machine-too-large"]);
    let facts = Facts {
        extra: BTreeMap::from([("gke.channel.REGULAR".to_owned(), "1.33 1.32".to_owned())]),
        ..Facts::default()
    };
    assert_eq!(codes(CLUSTER, Some(facts)), ["version-unknown"]);
}

#[test]
fn autopilot_has_no_pools_and_no_zone_of_its_own() {
    let spec = "[network.main]\nzones = 1\n[cluster.prod]\nplatform = \"gke\"\nnetwork = \"main\"\n\
                endpoint = { public = [\"203.0.113.0/24\"] }\ngke = { autopilot = true, release_channel = \"stable\" }\n";
    let answer = expanded(spec, None);
    let cluster = find(&answer, "cluster.prod/cluster");
    assert_eq!(cluster.fields["autopilot"], Value::Bool(true));
    assert_eq!(text(cluster, "location"), "europe-west1");
    assert_eq!(
        cluster.fields["authorized_networks"].to_json()[0],
        "203.0.113.0/24"
    );
    assert_eq!(cluster.fields["restricted"], Value::Bool(true));
    let account = find(&answer, "cluster.prod/node-account");
    let email = format!(
        "{}@acme-prod.iam.gserviceaccount.com",
        account.name.as_deref().unwrap()
    );
    assert_eq!(text(cluster, "node_account"), email);
    let standard = expanded(CLUSTER, None);
    let cluster = find(&standard, "cluster.prod/cluster");
    assert_eq!(text(cluster, "node_account"), "");
    assert_eq!(cluster.fields["restricted"], Value::Bool(false));
}
