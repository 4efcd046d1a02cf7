//! The expansion of clusters, from specs as people write them.
#![allow(clippy::unwrap_used, clippy::panic)]
use std::collections::BTreeSet;

use provision_aws::AwsProvider;
use provision_core::contract::Provider;
use provision_core::model::{Choice, Pending, Piece, Table, Value};
use provision_core::spec::{Input, load};
use serde_json::{Value as Json, json};

use super::*;
use crate::calendar;

mod pools;
mod rules;

const MINIMAL: &str = include_str!("../../../../plans/minimal-eks.toml");
const SHOP: &str = include_str!("../../../../plans/eks.toml");

/// The shop with its access rules, which stand as comments in the file because their roles must exist.
fn shop() -> String {
    let rules = SHOP
        .replace("# access = [", "access = [")
        .replace("#   { aws", "  { aws")
        .replace("# ]", "]");
    assert_ne!(rules, SHOP);
    rules
}

fn facts() -> Facts {
    Facts {
        account: "123456789012".to_owned(),
        caller: "arn:aws:sts::123456789012:assumed-role/deployer/ci".to_owned(),
        zones: ["a", "b", "c"]
            .map(|letter| format!("eu-west-1{letter}"))
            .to_vec(),
        versions: ["1.35", "1.36", "1.34"].map(str::to_owned).to_vec(),
        machines: [
            "m5.large",
            "m6g.large",
            "m7g.large",
            "m7i.large",
            "a1.large",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..Facts::default()
    }
}

fn request(text: &str, facts: Option<Facts>) -> ExpandRequest {
    let loaded = load(&Input::file("test.toml", text)).unwrap_or_else(|all| panic!("{all:?}"));
    let spec = loaded.spec;
    let clusters = spec.clusters.keys().map(|name| format!("cluster.{name}"));
    let networks = spec.networks.keys().map(|name| format!("network.{name}"));
    ExpandRequest {
        context: Context {
            stack: spec.stack.clone(),
            account: None,
            region: "eu-west-1".to_owned(),
            labels: spec.labels.clone(),
        },
        blocks: clusters.chain(networks).collect(),
        spec,
        facts,
        not_at_hand: Default::default(),
    }
}

/// A cluster `c` with this inside, and a pool with that inside unless it is empty.
fn spec(cluster: &str, pool: &str) -> String {
    let pool = match pool {
        "" => String::new(),
        pool => format!("[cluster.c.pool.p]\n{pool}\n"),
    };
    format!(
        "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[cluster.c]\nplatform = \"eks\"\n{cluster}\n{pool}"
    )
}

const POOL: &str = "machine = { cpu = 2, memory = \"8GiB\" }\nnodes = 2";

fn answer(cluster: &str, pool: &str) -> ExpandAnswer {
    expand(&request(&spec(cluster, pool), Some(facts())))
}

fn resource<'a>(answer: &'a ExpandAnswer, id: &str) -> &'a Resource<Open> {
    let mut all = answer.resources.iter();
    all.find(|resource| resource.id.to_string() == id)
        .unwrap_or_else(|| panic!("no {id}: {:?}", answer.failures))
}

fn has(answer: &ExpandAnswer, part: &str) -> bool {
    let mut all = answer.resources.iter();
    all.any(|resource| resource.id.to_string() == format!("cluster.c/{part}"))
}

fn codes(answer: &ExpandAnswer) -> BTreeSet<&str> {
    answer.notes.iter().map(|note| note.code.as_str()).collect()
}

fn only_failure(answer: &ExpandAnswer) -> &Failure {
    let [failure] = answer.failures.as_slice() else {
        panic!("{:?}", answer.failures);
    };
    failure
}

/// A value on few lines: references as `ID#OUTPUT`, choices by what they are.
fn brief(value: &Value<Open>) -> Json {
    match value {
        Value::Hole(Open::Pending(Pending(pieces))) => {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Ref(reference) => format!("<{reference}>"),
            });
            pieces.collect::<String>().into()
        }
        Value::Hole(Open::Choice(Choice {
            any_of,
            keep_any,
            distinct,
            what,
        })) => {
            let best = any_of.first().map(|opt| opt.value.to_json());
            json!({ "choice": what, "best": best, "keep_any": keep_any, "distinct": distinct })
        }
        Value::List(items) => items.iter().map(brief).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), brief(value)))
            .collect(),
        plain => plain.to_json(),
    }
}

fn shown(answer: &ExpandAnswer) -> Json {
    let resources = answer.resources.iter().map(|one| {
        json!({
            "id": one.id,
            "kind": one.kind,
            "provider": one.provider,
            "name": one.name,
            "parent": one.parent,
            "after": one.after,
            "outlives": one.outlives,
            "protect": one.protect,
            "fields": one.fields.iter().map(|(name, value)| (name.clone(), brief(value))).collect::<Json>(),
        })
    });
    json!({
        "resources": resources.collect::<Json>(),
        "notes": answer.notes,
        "failures": answer.failures,
    })
}

fn tables() -> Vec<Table> {
    let mut all = AwsProvider::offline().describe();
    all.extend(crate::kinds::tables());
    all
}

#[test]
fn the_smallest_plan() {
    insta::assert_json_snapshot!(shown(&expand(&request(MINIMAL, Some(facts())))));
}

#[test]
fn the_shop() {
    insta::assert_json_snapshot!(shown(&expand(&request(&shop(), Some(facts())))));
}

#[test]
fn fields_are_rows_and_references_name_outputs_that_exist() {
    let tables = tables();
    let table = |kind: &Kind| tables.iter().find(|table| table.kind == *kind).unwrap();
    for text in [MINIMAL, &shop()] {
        let request = request(text, None);
        let mut all = AwsProvider::offline().expand(&request).resources;
        all.extend(expand(&request).resources);
        let kinds: std::collections::BTreeMap<_, _> =
            all.iter().map(|one| (&one.id, &one.kind)).collect();
        assert_eq!(kinds.len(), all.len(), "ids are told apart");
        for one in &all {
            let rows: BTreeSet<_> = table(&one.kind).rows.iter().map(|row| &row.name).collect();
            assert_eq!(
                one.fields.keys().collect::<BTreeSet<_>>(),
                rows,
                "{}",
                one.id
            );
            let needed = one.after.iter().chain(&one.outlives).chain(&one.parent);
            assert!(
                needed.into_iter().all(|id| kinds.contains_key(id)),
                "{}",
                one.id
            );
            for value in one.fields.values() {
                value.each_hole(&mut |hole| {
                    let Open::Pending(pending) = hole else { return };
                    for reference in pending.references() {
                        let mut outputs = table(kinds[&reference.id]).outputs.iter();
                        assert!(
                            outputs.any(|one| one.name == reference.output),
                            "{reference}"
                        );
                    }
                });
            }
        }
    }
}

/// What must stand before a resource: what it refers to, its parent, and `after`.
fn before(one: &Resource<Open>) -> BTreeSet<ResourceId> {
    let needed = one.after.iter().chain(&one.parent);
    let mut all: BTreeSet<ResourceId> = needed.cloned().collect();
    for value in one.fields.values() {
        value.each_hole(&mut |hole| {
            if let Open::Pending(pending) = hole {
                all.extend(pending.references().map(|reference| reference.id.clone()));
            }
        });
    }
    all
}

#[test]
fn the_order_holds_both_ways() {
    let answer = expand(&request(&shop(), None));
    let direct = |id: &str| before(resource(&answer, id));
    let comes_after = |late: &str, early: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![late.to_owned()]);
        while let Some(next) = open.pop() {
            if !next.starts_with("cluster.") || !seen.insert(next.clone()) {
                continue;
            }
            open.extend(direct(&next).iter().map(ToString::to_string));
        }
        seen.contains(early)
    };
    let nodes = "cluster.prod.pool.web/nodegroup";
    for (late, early) in [
        ("cluster.prod/cluster", "cluster.prod/role"),
        ("cluster.prod/cluster", "cluster.prod/log-group"),
        ("cluster.prod/cluster", "cluster.prod/api-security-group"),
        ("cluster.prod/addon.vpc-cni", "cluster.prod/cluster"),
        (nodes, "cluster.prod/addon.vpc-cni"),
        (nodes, "cluster.prod/addon.kube-proxy"),
        (nodes, "cluster.prod/addon.eks-pod-identity-agent"),
        (nodes, "cluster.prod/node-role"),
        (nodes, "cluster.prod/node-security-group"),
        ("cluster.prod/addon.coredns", nodes),
        (
            "cluster.prod/addon.coredns",
            "cluster.prod.pool.batch/nodegroup",
        ),
        (
            "cluster.prod/addon.aws-ebs-csi-driver",
            "cluster.prod/ebs-csi-role",
        ),
    ] {
        assert!(comes_after(late, early), "{late} after {early}");
        assert!(!comes_after(early, late), "{early} after {late}");
    }
    let way_out = direct(nodes);
    for part in [
        "nat.a",
        "nat.b",
        "nat.c",
        "routes.private.a",
        "internet-gateway",
    ] {
        assert!(
            way_out.contains(&ResourceId::new("network.main", part)),
            "{part}"
        );
    }
}
