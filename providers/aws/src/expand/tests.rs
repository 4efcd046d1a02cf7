//! The expansion of networks.
#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use provision_core::contract::Provider;
use provision_core::spec::{Input, load};

use super::*;
use crate::AwsProvider;

fn request(zones: u8, nat: Nat) -> ExpandRequest {
    let network = Network {
        cidr: "10.20.0.0/16".to_owned(),
        zones,
        nat,
        existing: None,
        endpoints: Default::default(),
        subnets: None,
        security_groups: Vec::new(),
        implied: false,
        adopt: None,
    };
    ExpandRequest {
        context: Context {
            stack: "shop".to_owned(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: [("team".to_owned(), "web".to_owned())].into(),
        },
        spec: Spec {
            stack: "shop".to_owned(),
            aws: None,
            gcp: None,
            labels: BTreeMap::new(),
            budget_micros: None,
            prices: Default::default(),
            networks: [("main".to_owned(), network)].into(),
            clusters: BTreeMap::new(),
            secrets: BTreeMap::new(),
            load_balancers: BTreeMap::new(),
            workloads: BTreeMap::new(),
            jobs: BTreeMap::new(),
        },
        blocks: vec!["network.main".to_owned()],
        facts: None,
        not_at_hand: BTreeMap::new(),
    }
}

fn ids(answer: &ExpandAnswer) -> BTreeSet<String> {
    let resources = answer.resources.iter();
    resources.map(|resource| resource.id.to_string()).collect()
}

#[test]
fn references_name_resources_and_outputs_that_exist() {
    let provider = AwsProvider::offline();
    let tables = provider.describe();
    let answer = provider.expand(&request(3, Nat::PerZone));
    assert!(answer.failures.is_empty());
    let kinds: BTreeMap<&ResourceId, &Kind> = answer
        .resources
        .iter()
        .map(|resource| (&resource.id, &resource.kind))
        .collect();
    assert_eq!(kinds.len(), answer.resources.len());
    let mut references = 0;
    for resource in &answer.resources {
        assert!(resource.after.iter().all(|id| kinds.contains_key(id)));
        for value in resource.fields.values() {
            value.each_hole(&mut |hole| {
                let Open::Pending(pending) = hole else { return };
                for reference in pending.references() {
                    let kind = kinds[&reference.id];
                    let table = tables.iter().find(|table| table.kind == *kind).unwrap();
                    let mut outputs = table.outputs.iter();
                    assert!(outputs.any(|output| output.name == reference.output));
                    references += 1;
                }
            });
        }
    }
    assert!(references > 20);
}

#[test]
fn a_network_that_is_taken_over_gets_the_endpoints_that_were_asked_for() {
    let made = |network: &str, facts: Option<Facts>| {
        let text = format!(
            "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.main]\nnat = \"none\"\n{network}\n\
             [cluster.c]\nplatform = \"eks\"\nnetwork = \"main\"\n\
             [cluster.c.pool.p]\nmachine = {{ eks = \"m5.large\" }}\nnodes = 1\n"
        );
        let spec = load(&Input::file("test.toml", &text)).unwrap().spec;
        let request = ExpandRequest {
            spec,
            facts,
            ..request(2, Nat::None)
        };
        let ids = ids(&expand(&request));
        ids.iter().any(|id| id.contains("/endpoint."))
    };
    let (adopt, plain) = ("adopt = \"vpc-0a1b2c3d4e5f67890\"", "");
    assert!(made(plain, None));
    assert!(!made(adopt, None));
    assert!(made(&format!("{adopt}\nendpoints = true"), None));
    // Once the word has gone, the mark tells.
    let mut facts = Facts {
        zones: ["a", "b"].map(|zone| format!("eu-west-1{zone}")).into(),
        ..Facts::default()
    };
    facts
        .adopted
        .insert("network.main".to_owned(), "vpc-1".to_owned());
    assert!(!made(plain, Some(facts)));
}

#[test]
fn another_zone_adds_and_changes_only_what_all_share() {
    let two = expand(&request(2, Nat::Single));
    let three = expand(&request(3, Nat::Single));
    let added: Vec<String> = ids(&three).difference(&ids(&two)).cloned().collect();
    assert_eq!(
        added,
        [
            "network.main/routes.private.c",
            "network.main/subnet.private.c",
            "network.main/subnet.public.c"
        ]
    );
    assert!(ids(&two).is_subset(&ids(&three)));
    assert!(ids(&two).contains(CLAIM));
}

#[test]
fn the_claim_comes_before_what_has_no_guard() {
    let answer = expand(&request(2, Nat::Single));
    let tables = AwsProvider::offline().describe();
    for resource in &answer.resources {
        let table = tables.iter().find(|table| table.kind == resource.kind);
        if table.unwrap().identity == provision_core::model::Identity::Anonymous {
            assert!(resource.after.contains(&claim_id()), "{}", resource.id);
        }
    }
}

#[test]
fn existing_networks_are_left_alone() {
    let mut request = request(2, Nat::Single);
    let network = request.spec.networks.get_mut("main").unwrap();
    network.existing = Some([("aws".to_owned(), "vpc-1".to_owned())].into());
    assert_eq!(ids(&expand(&request)), [CLAIM.to_owned()].into());
}
