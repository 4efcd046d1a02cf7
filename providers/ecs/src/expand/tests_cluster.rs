//! Tests of what clusters become.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::AwsProvider;
use provision_core::contract::{Context, ExpandAnswer, ExpandRequest, Provider};
use provision_core::model::{Kind, Open, Piece, Resource, Value};
use provision_core::spec::{Input, load};

use super::expand;
use crate::kinds::tables;

const MINIMAL: &str = include_str!("../../../../plans/minimal-ecs.toml");
const MACHINES: &str = include_str!("../../../../plans/shop-ecs-ec2.toml");

fn expanded(text: &str) -> ExpandAnswer {
    let mut input = Input::file("provision.toml", text.to_owned());
    input.allow_unbuilt = true;
    let loaded = load(&input).unwrap_or_else(|found| panic!("{found:?}"));
    let spec = loaded.spec;
    let clusters = spec.clusters.keys().map(|name| format!("cluster.{name}"));
    let request = ExpandRequest {
        context: Context {
            stack: spec.stack.clone(),
            account: Some("123456789012".to_owned()),
            region: "eu-west-1".to_owned(),
            labels: spec.labels.clone(),
        },
        blocks: clusters.collect(),
        spec,
        facts: None,
        not_at_hand: Default::default(),
    };
    expand(&request)
}

fn get<'a>(answer: &'a ExpandAnswer, id: &str) -> &'a Resource<Open> {
    let mut all = answer.resources.iter();
    all.find(|one| one.id.to_string() == id)
        .unwrap_or_else(|| panic!("no {id}: {:?}", answer.failures))
}

fn json(answer: &ExpandAnswer, id: &str, field: &str) -> String {
    get(answer, id).fields[field].to_json().to_string()
}

fn codes(answer: &ExpandAnswer) -> BTreeSet<&str> {
    answer.notes.iter().map(|note| note.code.as_str()).collect()
}

/// A line for each resource: id, kind, name.
fn lines(answer: &ExpandAnswer) -> String {
    let line = |one: &Resource<Open>| {
        let name = one.name.as_deref().unwrap_or_default();
        format!("{} {} {name}", one.id, one.kind)
    };
    let lines: Vec<String> = answer.resources.iter().map(line).collect();
    lines.join("\n")
}

#[test]
fn a_cluster_on_fargate_is_three_objects() {
    let answer = expanded(MINIMAL);
    assert!(answer.failures.is_empty() && answer.notes.is_empty());
    insta::assert_snapshot!(lines(&answer), @r"
    cluster.main/namespace servicediscovery.namespace main.hello
    cluster.main/cluster ecs.cluster hello-main
    cluster.main/capacity ecs.cluster_capacity hello-main
    ");
    assert_eq!(
        json(&answer, "cluster.main/capacity", "providers"),
        r#"["FARGATE","FARGATE_SPOT"]"#
    );
    assert_eq!(
        json(&answer, "cluster.main/capacity", "strategy"),
        r#"[{"base":0,"provider":"FARGATE","weight":1}]"#
    );
    let cluster = get(&answer, "cluster.main/cluster");
    assert_eq!(cluster.fields["insights"], Value::text("disabled"));
    assert_eq!(cluster.fields["exec_logging"], Value::text("NONE"));
}

#[test]
fn pools_of_machines_are_groups_that_ecs_scales() {
    let answer = expanded(MACHINES);
    assert!(answer.failures.is_empty(), "{:?}", answer.failures);
    let ids: Vec<String> = answer
        .resources
        .iter()
        .map(|one| one.id.to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "cluster.prod/namespace",
            "cluster.prod/cluster",
            "cluster.prod/instance-role",
            "cluster.prod/instance-profile",
            "cluster.prod/node-security-group",
            "cluster.prod.pool.batch/launch-template",
            "cluster.prod.pool.batch/group",
            "cluster.prod.pool.batch/capacity-provider",
            "cluster.prod.pool.web/launch-template",
            "cluster.prod.pool.web/group",
            "cluster.prod.pool.web/capacity-provider",
            "cluster.prod/capacity",
        ]
    );
    let group = get(&answer, "cluster.prod.pool.batch/group");
    assert_eq!(group.fields["capacity"], Value::text("SPOT"));
    assert_eq!(
        json(&answer, "cluster.prod.pool.batch/group", "instance_types"),
        r#"["m7g.large","m6g.large"]"#
    );
    let web = get(&answer, "cluster.prod.pool.web/group");
    assert_eq!(web.fields["instance_types"], Value::List(Vec::new()));
    assert!(!web.after.is_empty());
    // What names no pool goes where machines stay.
    assert!(
        json(&answer, "cluster.prod/capacity", "strategy").contains("pool.web/capacity-provider")
    );
    assert!(codes(&answer).contains("default-pool"));
}

#[test]
fn machines_join_the_cluster_by_its_name() {
    let answer = expanded(MACHINES);
    let script = |pool: &str| {
        let template = get(
            &answer,
            &format!("cluster.prod.pool.{pool}/launch-template"),
        );
        let Value::Hole(Open::Pending(pending)) = &template.fields["user_data"] else {
            panic!("{:?}", template.fields["user_data"]);
        };
        let pieces = pending.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Ref(reference) => format!("<{reference}>"),
        });
        pieces.collect::<String>()
    };
    assert_eq!(
        script("web"),
        "#!/bin/bash\ncat >> /etc/ecs/ecs.config <<'END'\nECS_CLUSTER=<cluster.prod/cluster#name>\n\
         ECS_AWSVPC_BLOCK_IMDS=true\nEND\n"
    );
    assert!(script("batch").contains("ECS_ENABLE_SPOT_INSTANCE_DRAINING=true"));
    let image = get(&answer, "cluster.prod.pool.batch/launch-template").fields["image"].clone();
    assert!(image.as_text().unwrap().contains("/arm64/"));
}

#[test]
fn a_pool_on_fargate_is_only_a_name() {
    let pool = "[cluster.main.pool.cheap]\nspot = true\n";
    let answer = expanded(&format!("{MINIMAL}\n{pool}"));
    assert_eq!(answer.resources.len(), 3, "{:?}", answer.failures);
}

#[test]
fn reserved_names_and_marks_are_heeded() {
    let text = MACHINES
        .replace("stack = \"shop\"", "stack = \"ecs-shop\"")
        .replace("protect  = false", "protect  = true");
    let answer = expanded(&text);
    let provider = get(&answer, "cluster.prod.pool.web/capacity-provider");
    assert_eq!(provider.name.as_deref(), Some("pool-ecs-shop-prod-web"));
    assert!(get(&answer, "cluster.prod/cluster").protect);
    assert!(codes(&answer).contains("protect-mark"));
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let answer = expanded(&MACHINES.replace("m7g.large\", \"m6g.large", "m9g.large"));
    let codes: Vec<&str> = answer
        .failures
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert!(
        codes.is_empty(),
        "without the region's list any name may be one: {codes:?}"
    );
    let adopted = MACHINES.replace(
        "network  = \"main\"",
        "network  = \"main\"\nadopt = \"old\"",
    );
    let answer = expanded(&adopted);
    assert_eq!(answer.failures[0].code, "not-yet");
    assert!(answer.resources.is_empty());
}

/// The fields of every resource are the rows of its kind's table, and what it refers to is there.
#[test]
fn fields_are_rows_and_references_name_outputs_that_exist() {
    let mut all = tables();
    all.extend(AwsProvider::offline().describe());
    let table = |kind: &Kind| all.iter().find(|table| table.kind == *kind).unwrap();
    for text in [MINIMAL, MACHINES] {
        let answer = expanded(text);
        let kinds: BTreeMap<_, _> = answer
            .resources
            .iter()
            .map(|one| (&one.id, &one.kind))
            .collect();
        assert_eq!(kinds.len(), answer.resources.len(), "ids are told apart");
        for one in &answer.resources {
            let rows = table(&one.kind).rows.iter().map(|row| row.name.as_str());
            let fields: BTreeSet<&str> = one.fields.keys().map(String::as_str).collect();
            assert_eq!(rows.collect::<BTreeSet<_>>(), fields, "{}", one.id);
            for value in one.fields.values() {
                value.each_hole(&mut |hole: &Open| {
                    let Open::Pending(pending) = hole else { return };
                    for reference in pending.references() {
                        // What lies in the network is not expanded here.
                        let Some(kind) = kinds.get(&reference.id) else {
                            continue;
                        };
                        let outputs = &table(kind).outputs;
                        let there = outputs.iter().any(|one| one.name == reference.output);
                        assert!(there, "{}: {reference}", one.id);
                    }
                });
            }
        }
    }
}
