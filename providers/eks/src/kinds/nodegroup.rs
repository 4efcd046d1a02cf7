//! `eks.nodegroup`: nodes of one sort that EKS manages.
//!
//! What cannot be changed is had by a new group under another name, made before the old one goes.

use std::collections::BTreeMap;

use provision_aws::kind::{fixed, outputs, seconds, table, tags as tags_row};
use provision_aws::{Field, Tags};
use provision_core::model::{Effect, FieldKind, Identity, Lane, ReplaceOrder, Row, Table};
use serde::{Deserialize, Serialize};

/// The fields of a node group. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroup {
    /// The role of the nodes, by ARN.
    pub role: Field<String>,
    /// Subnets of the nodes.
    pub subnets: Vec<Field<String>>,
    /// The launch template, by id.
    pub template_id: Field<String>,
    /// Its version: a number as text, which is the template's output `version`.
    pub template_version: Field<String>,
    /// Machine types. Empty when the launch template names one.
    pub instance_types: Vec<Field<String>>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity: String,
    /// What the nodes boot: `AL2023_x86_64_STANDARD`.
    pub ami_type: String,
    /// The Kubernetes minor of the nodes: `1.34`.
    pub version: Field<String>,
    /// The least nodes.
    pub min: i64,
    /// The most nodes.
    pub max: i64,
    /// Nodes at the start; after that the autoscaler's.
    pub desired: i64,
    /// Labels of the nodes, all of them.
    pub labels: BTreeMap<String, String>,
    /// Taints of the nodes, all of them: value by `KEY:EFFECT` (`dedicated:NoSchedule`).
    pub taints: BTreeMap<String, String>,
    /// How many nodes may be missing during a roll.
    pub max_unavailable: i64,
    /// Its tags; they do not reach the nodes.
    pub tags: Tags,
}

impl NodeGroup {
    /// The kind's table.
    pub(crate) fn schema() -> Table {
        Table {
            outputs: outputs(&["name", "arn", "asg"]),
            seconds: seconds(110, 600, 180),
            replace: ReplaceOrder::CreateFirst,
            lane: Some(Lane::Itself),
            loss: Some(
                "its nodes are gone; their pods run on only where other nodes have room".to_owned(),
            ),
            ..table("eks.nodegroup", "EKS node group", Identity::Named, rows())
        }
    }
}

fn rows() -> Vec<Row> {
    let row = Row::new;
    let map = || FieldKind::Map { owned_only: false };
    let config =
        |name: &str, kind, doc: &str| row(name, kind, Effect::InPlace, doc).in_group("config");
    let rolling = |name: &str, doc: &str| {
        row(name, FieldKind::Scalar, Effect::Rolling, doc).in_group("version")
    };
    vec![
        fixed("role", "the role of the nodes"),
        row(
            "subnets",
            FieldKind::Set,
            Effect::Replace,
            "subnets of the nodes",
        ),
        fixed("template_id", "the launch template"),
        rolling("template_version", "version of the launch template"),
        row(
            "instance_types",
            FieldKind::Set,
            Effect::Replace,
            "machine types",
        ),
        fixed("capacity", "on demand or spot"),
        fixed("ami_type", "what the nodes boot"),
        rolling("version", "the Kubernetes minor of the nodes"),
        config("min", FieldKind::Scalar, "the least nodes"),
        config("max", FieldKind::Scalar, "the most nodes"),
        row(
            "desired",
            FieldKind::Scalar,
            Effect::CreateOnly,
            "nodes at the start",
        ),
        config("labels", map(), "labels of the nodes"),
        config("taints", map(), "taints of the nodes"),
        config(
            "max_unavailable",
            FieldKind::Scalar,
            "nodes that may be missing during a roll",
        ),
        tags_row(),
    ]
}
