//! Each kind of provider `gke`, made, seen, changed and removed against the sandbox in this process: by itself, and with every
//! message sent through its encoding, as if the provider were another process.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "gke_kinds/cluster.rs"]
mod cluster;
#[path = "gke_kinds/network.rs"]
mod network;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provision_core::contract::{Provider, Shim, SurveyAnswer, SurveyRequest};
use provision_core::model::{Never, Resource, Value};
use provision_core::spec::GcpCloud;
use provision_gke::GkeProvider;
use provision_sandbox::{Cloud, Config};
use provision_tests::clouds::Clock;
use provision_tests::google;
use provision_tests::stage::Stage;
use provision_tests::world::in_virtual_time;

const PROJECT: &str = "acme-prod";
const REGION: &str = "europe-west1";

fn set(want: &Resource<Never>, field: &str, value: impl Into<Value<Never>>) -> Resource<Never> {
    let mut want = want.clone();
    want.fields.insert(field.to_owned(), value.into());
    want
}

fn map(pairs: &[(&str, &str)]) -> Value<Never> {
    let pairs = pairs.iter();
    Value::Map(
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).into()))
            .collect(),
    )
}

fn stage(config: Config, encoded: bool) -> Stage {
    let cloud = Arc::new(Cloud::in_memory(config));
    let of = GcpCloud {
        project: PROJECT.to_owned(),
        region: REGION.to_owned(),
    };
    let gke = GkeProvider::new(google::near(&of, &cloud, Clock::default(), None));
    let provider: Box<dyn Provider> = match encoded {
        true => Box::new(Shim(gke)),
        false => Box::new(gke),
    };
    let mut stage = Stage::new(provider, PROJECT, REGION);
    stage.pause = Duration::from_secs(1);
    stage.cloud = Some(cloud);
    stage.uncompared = vec!["pools", "initial"];
    stage
}

async fn account(stage: &Stage) {
    let request = SurveyRequest::Account {
        context: stage.context.clone(),
    };
    match stage.provider.survey(&request).await.unwrap() {
        SurveyAnswer::Account(account) => {
            assert_eq!(account.facts.account, PROJECT);
            let zones = ["b", "c", "d"].map(|letter| format!("{REGION}-{letter}"));
            assert_eq!(account.facts.zones, zones);
            assert!(!account.facts.versions.is_empty());
        }
        _ => panic!("the wrong wave"),
    }
}

/// Without the spec, everything is found, with what it needs.
async fn orphans(stage: &Stage, wanted: &[&Resource<Never>]) {
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    let needs: BTreeMap<String, Vec<String>> = orphans
        .iter()
        .map(|live| {
            let needs = live.needs.iter().map(ToString::to_string);
            (live.id.to_string(), needs.collect())
        })
        .collect();
    for want in wanted {
        assert!(
            needs.contains_key(&want.id.to_string()),
            "{}: {needs:#?}",
            want.id
        );
    }
    let needs_all = |id: &str, all: &[&str]| {
        for one in all {
            assert!(
                needs[id].iter().any(|need| need == one),
                "{id} {one}: {needs:#?}"
            );
        }
    };
    needs_all("network.main/subnet", &["network.main/network"]);
    needs_all("network.main/router", &["network.main/network"]);
    needs_all("network.main/rule", &["network.main/network"]);
    needs_all("cluster.prod/node-binding", &["cluster.prod/node-account"]);
    needs_all(
        "cluster.prod/cluster",
        &["network.main/network", "network.main/subnet"],
    );
    needs_all("cluster.prod.pool.web/nodepool", &["cluster.prod/cluster"]);
}

async fn everything(stage: &mut Stage) {
    account(stage).await;
    let ground = network::made(stage).await;
    let identity = network::identity(stage).await;
    let cluster = cluster::made(stage).await;
    cluster::changes(stage, &cluster).await;
    let web = cluster::pools(stage).await;
    let all: Vec<&Resource<Never>> = ground
        .iter()
        .chain(&identity)
        .chain([&cluster, &web])
        .collect();
    orphans(stage, &all).await;
    cluster::gone(stage, &cluster, &web).await;
    for want in identity.iter().rev().chain(ground.iter().rev()) {
        stage.delete(want).await;
    }
    let cloud = stage.cloud.as_ref().unwrap();
    let left = cloud.objects(Clock::default().now()).unwrap();
    let left: Vec<_> = left.iter().filter(|one| !one.own_of_cloud).collect();
    assert!(left.is_empty(), "{left:#?}");
}

fn lives_and_dies(lag: u64, encoded: bool) {
    let config = Config {
        visibility_lag_ms: lag,
        ..Config::default()
    };
    in_virtual_time(|| async { everything(&mut stage(config, encoded)).await });
}

#[test]
fn each_kind_lives_and_dies() {
    lives_and_dies(30_000, false);
}

#[test]
fn each_kind_lives_and_dies_behind_an_encoding() {
    lives_and_dies(0, true);
}

#[test]
fn what_is_not_enabled_is_named() {
    let config = Config {
        disabled_apis: ["compute", "container", "secretmanager"]
            .map(|api| format!("{api}.googleapis.com"))
            .into(),
        ..Config::default()
    };
    in_virtual_time(|| async {
        let stage = stage(config, false);
        let context = stage.context.clone();
        let asked = SurveyRequest::Account { context };
        let failure = stage.provider.survey(&asked).await.unwrap_err();
        let missing = "compute.googleapis.com, container.googleapis.com";
        assert_eq!(
            failure.message,
            format!("not enabled in project {PROJECT}: {missing}")
        );
        let command = "gcloud services enable compute.googleapis.com container.googleapis.com";
        assert_eq!(
            failure.advice.unwrap_or_default(),
            format!(
                "enable what is missing, wait a minute, then run it again: {command} --project {PROJECT}"
            )
        );
    });
}
