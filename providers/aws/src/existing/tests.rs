//! What is said of networks of somebody else, and which of their subnets are taken.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_core::contract::Context;
use provision_core::spec::{Input, Spec, load};

use super::choose::choose;
use super::*;

fn context() -> Context {
    Context {
        stack: "s".to_owned(),
        account: Some("123456789012".to_owned()),
        region: "eu-west-1".to_owned(),
        labels: BTreeMap::new(),
    }
}

fn spec(network: &str) -> Spec {
    let text = format!(
        "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.theirs]\nexisting = {{ aws = \
         \"vpc-0123456789abcdef0\" }}\n{network}\n[cluster.c]\nplatform = \"eks\"\nnetwork = \
         \"theirs\"\n[cluster.c.pool.p]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = {{ min = 1, max = 4 }}\n"
    );
    load(&Input::file("t.toml", text))
        .unwrap_or_else(|all| panic!("{all:?}"))
        .spec
}

fn subnet(id: &str, zone: &str, out: Option<&str>) -> FoundSubnet {
    let tag = match out {
        Some("igw-1") => "kubernetes.io/role/elb",
        _ => "kubernetes.io/role/internal-elb",
    };
    FoundSubnet {
        id: id.to_owned(),
        vpc: "vpc-0123456789abcdef0".to_owned(),
        zone: format!("eu-west-1{zone}"),
        usable: true,
        free: 200,
        public_ips: false,
        out: out.map(str::to_owned),
        tags: vec![tag.to_owned()],
    }
}

/// A network that does.
fn good() -> Found {
    Found {
        vpc: Some(FoundVpc {
            id: "vpc-0123456789abcdef0".to_owned(),
            ranges: vec!["172.16.0.0/16".to_owned(), "100.64.0.0/16".to_owned()],
            dns_support: true,
            dns_hostnames: true,
        }),
        subnets: vec![
            subnet("subnet-a", "a", Some("nat-1")),
            subnet("subnet-b", "b", Some("nat-1")),
            subnet("subnet-p", "a", Some("igw-1")),
        ],
        ..Found::default()
    }
}

/// Codes of failures and of notes.
fn said(spec: &Spec, found: &Found) -> (Vec<String>, Vec<String>) {
    said_of(spec, found, &[])
}

/// The same, of a network in which clusters stand.
fn said_of(spec: &Spec, found: &Found, stands: &[Vec<String>]) -> (Vec<String>, Vec<String>) {
    let network = &spec.networks["theirs"];
    let verdict = judge(&context(), spec, "theirs", network, found, stands);
    let failures = verdict.failures.into_iter().map(|one| {
        assert!(one.message.starts_with("network.theirs: ") && one.advice.is_some());
        one.code
    });
    let notes = verdict.notes.into_iter().map(|one| one.code);
    (failures.collect(), notes.collect())
}

#[test]
fn a_network_that_does_is_used_as_it_is() {
    let spec = spec("");
    let (failures, notes) = said(&spec, &good());
    assert!(failures.is_empty(), "{failures:?}");
    assert_eq!(notes, ["subnets-found"]);
    let chosen = choose(&spec.networks["theirs"], &good(), &[]);
    assert_eq!(chosen.private, ["subnet-a", "subnet-b"]);
    assert_eq!(chosen.public, ["subnet-p"]);
    assert_eq!(chosen.control, chosen.private);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut found = good();
    found.vpc.as_mut().unwrap().dns_hostnames = false;
    found.subnets = vec![
        FoundSubnet {
            free: 5,
            ..subnet("subnet-0123456789abcdef0", "a", None)
        },
        subnet("subnet-0123456789abcdef1", "a", Some("igw-1")),
    ];
    let spec = spec(
        "subnets = { private = [\"subnet-0123456789abcdef0\", \"subnet-0123456789abcdef9\"], public = \
         [\"subnet-0123456789abcdef0\"] }\nsecurity_groups = [\"sg-0123456789abcdef0\"]",
    );
    let (failures, _) = said(&spec, &found);
    for code in [
        "vpc-dns",
        "subnet-twice",
        "subnet-missing",
        "zones-too-few",
        "subnet-full",
        "subnet-no-way-out",
        "subnet-not-public",
        "group-missing",
    ] {
        assert!(
            failures.iter().any(|one| one == code),
            "{code}: {failures:?}"
        );
    }
    assert_eq!(
        said(&spec, &Found::default()).0,
        ["vpc-missing", "group-missing"]
    );
}

#[test]
fn endpoints_stand_in_for_a_way_out() {
    let mut found = good();
    for subnet in &mut found.subnets {
        subnet.out = None;
    }
    let spec = spec("");
    assert_eq!(said(&spec, &found).0, ["subnet-no-way-out"; 2]);
    for service in ["ec2", "ecr.api", "ecr.dkr"] {
        let service = service.to_owned();
        found.endpoints.push(FoundEndpoint {
            service,
            subnets: None,
        });
    }
    found.endpoints.push(FoundEndpoint {
        service: "s3".to_owned(),
        subnets: Some(vec!["subnet-a".to_owned(), "subnet-p".to_owned()]),
    });
    assert_eq!(said(&spec, &found).0, ["subnet-no-way-out"]);
    found.endpoints.last_mut().unwrap().subnets = None;
    assert!(said(&spec, &found).0.is_empty());
}

#[test]
fn room_and_tags_are_notes_with_the_command() {
    let mut found = good();
    found.subnets[0].free = 20;
    found.subnets[1].free = 20;
    found.subnets[1].tags.clear();
    let spec = spec("");
    let verdict = judge(
        &context(),
        &spec,
        "theirs",
        &spec.networks["theirs"],
        &found,
        &[],
    );
    assert!(verdict.failures.is_empty());
    let text = |code: &str| {
        let note = verdict.notes.iter().find(|note| note.code == code);
        note.unwrap_or_else(|| panic!("{:?}", verdict.notes))
            .message
            .clone()
    };
    assert!(text("addresses-few").contains("40 free addresses, and 4 nodes"));
    assert!(text("subnet-tags").contains(
        "aws ec2 create-tags --region eu-west-1 --resources subnet-b --tags \
         Key=kubernetes.io/role/internal-elb,Value=1"
    ));
}

#[test]
fn a_live_control_plane_needs_no_room_and_its_nodes_have_theirs() {
    let (spec, mut found) = (spec(""), good());
    for subnet in &mut found.subnets {
        subnet.free = 2;
    }
    let stand = vec!["subnet-a".to_owned(), "subnet-b".to_owned()];
    assert_eq!(said(&spec, &found).0, ["subnet-full"; 2]);
    let (failures, notes) = said_of(&spec, &found, std::slice::from_ref(&stand));
    assert!(failures.is_empty(), "{failures:?}");
    let full = ["subnet-full", "subnet-full"];
    assert_eq!(
        notes,
        [&full[..], &["addresses-few", "subnets-found"]].concat()
    );
    // A second cluster is yet to come, and a subnet that the live one is not in.
    let (failures, _) = said_of(&spec, &found, &[stand, Vec::new()]);
    assert_eq!(failures, ["subnet-full"; 2]);
    let stand = vec!["subnet-a".to_owned(), "subnet-x".to_owned()];
    assert_eq!(said_of(&spec, &found, &[stand]).0, ["subnet-full"]);
    // Three nodes may come to the one that stands: they take 48 addresses, where four would take 64.
    for subnet in &mut found.subnets {
        subnet.free = 25;
    }
    let stand = vec!["subnet-a".to_owned(), "subnet-b".to_owned()];
    assert_eq!(said_of(&spec, &found, &[stand]).1, ["subnets-found"]);
    assert!(said(&spec, &found).1.contains(&"addresses-few".to_owned()));
}

#[test]
fn the_subnets_are_judged_that_a_live_cluster_is_in() {
    let (spec, mut found) = (spec(""), good());
    found.subnets[1].out = None;
    found.subnets.push(FoundSubnet {
        free: 900,
        ..subnet("subnet-c", "b", Some("nat-1"))
    });
    assert!(said(&spec, &found).0.is_empty());
    let stand = vec!["subnet-a".to_owned(), "subnet-b".to_owned()];
    assert_eq!(said_of(&spec, &found, &[stand]).0, ["subnet-no-way-out"]);
}

#[test]
fn where_clusters_stand_is_a_fact() {
    let spec = spec("");
    assert_eq!(stands(&spec, "theirs", None), [Vec::<String>::new()]);
    let text = "{\"vpc\":\"vpc-1\",\"subnets\":[\"subnet-a\"]}".to_owned();
    let facts = Facts {
        extra: [(stand_key("c"), text)].into(),
        ..Facts::default()
    };
    assert_eq!(stands(&spec, "theirs", Some(&facts)), [["subnet-a"]]);
    assert!(stands(&spec, "other", Some(&facts)).is_empty());
}

#[test]
fn a_live_cluster_keeps_its_subnets_and_unusable_zones_are_left_to_nodes() {
    let network = spec("");
    let network = &network.networks["theirs"];
    let mut found = good();
    found.subnets.push(FoundSubnet {
        free: 900,
        ..subnet("subnet-c", "b", Some("nat-1"))
    });
    assert_eq!(
        choose(network, &found, &[]).private,
        ["subnet-a", "subnet-c"]
    );
    let kept = ["subnet-a".to_owned(), "subnet-b".to_owned()];
    assert_eq!(choose(network, &found, &kept).control, kept);
    // Of subnets that are gone nothing can be kept.
    let gone = ["subnet-x".to_owned()];
    assert_eq!(
        choose(network, &found, &gone).private,
        ["subnet-a", "subnet-c"]
    );
    found.subnets[0].usable = false;
    found.subnets[2].usable = false;
    assert_eq!(choose(network, &found, &[]).control, ["subnet-c"]);
}
