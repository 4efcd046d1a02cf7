//! Blocks and kinds find their providers.
#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use super::*;
use provision_core::spec::{self, Input};

fn spec(text: &str) -> Spec {
    let head = "stack = \"s\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n";
    let loaded = spec::load(&Input::file("t.toml", format!("{head}{text}")));
    loaded.unwrap().spec
}

#[test]
fn every_block_has_its_provider() {
    let spec = spec("[cluster.main]\nplatform = \"eks\"\n[network.spare]\n");
    let registry = Registry::offline(&spec);
    let blocks = |provider| registry.expansion(provider, &spec, None).unwrap().blocks;
    assert_eq!(blocks("aws"), ["network.main", "network.spare"]);
    assert_eq!(blocks("eks"), ["cluster.main"]);
}

#[test]
fn blocks_on_gke_go_to_google_and_have_its_project_as_account() {
    let text = "stack = \"s\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n\
                [cluster.main]\nplatform = \"gke\"\ngke = { autopilot = true }\n[network.spare]\n";
    let spec = spec::load(&Input::file("t.toml", text)).unwrap().spec;
    let registry = Registry::offline(&spec);
    assert_eq!(registry.contexts.keys().collect::<Vec<_>>(), ["gke"]);
    let asked = registry.expansion("gke", &spec, None).unwrap();
    assert_eq!(asked.context.account.as_deref(), Some("acme-prod"));
    assert_eq!(
        asked.blocks,
        ["network.main", "network.spare", "cluster.main"]
    );
}

#[test]
fn a_plan_file_learns_how_to_reach_the_cloud() {
    let mut spec = spec("[network.main]\n");
    assert!(access(&spec).is_empty());
    spec.aws.as_mut().unwrap().profile = Some("acme".to_owned());
    assert_eq!(access(&spec)["aws.profile"], "acme");
}

#[test]
fn providers_without_a_block_are_asked_all_the_same() {
    let registry = Registry::offline(&spec("[network.main]\n"));
    assert!(registry.providers.contains_key("eks"));
    assert_eq!(registry.contexts["eks"], registry.contexts["aws"]);
}

#[test]
fn kinds_belong_to_one_provider() {
    let mut seen = BTreeSet::new();
    for provider in offline() {
        for table in provider.describe() {
            assert!(seen.insert(table.kind.clone()), "{}", table.kind);
        }
    }
}
