//! `eks.access_entry`: what a user or role may do in the cluster.
//!
//! EKS makes entries by itself for whoever created the cluster and for roles of nodes. They carry no mark and are left
//! alone. An entry remembers the role's inner id: a role made anew under the same name needs a new entry
//! (aws/containers-roadmap#2441), which follows from `principal` being fixed.

use provision_aws::kind::{fixed, outputs, seconds, table, tags as tags_row};
use provision_aws::{Field, Tags};
use provision_core::model::{Effect, FieldKind, Identity, Lane, Row, Table};
use serde::{Deserialize, Serialize};

/// The fields of an access entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEntry {
    /// The user or role, by ARN.
    pub principal: Field<String>,
    /// `STANDARD` for people and programs; nodes have kinds of their own.
    pub kind: String,
    /// Kubernetes groups it is in.
    pub groups: Vec<String>,
    /// Access policies of EKS that it has, all of them.
    pub policies: Vec<AccessPolicy>,
    /// Its tags.
    pub tags: Tags,
}

/// One access policy of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccessPolicy {
    /// The policy: `arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`.
    pub policy: String,
    /// `cluster` or `namespace`.
    pub scope: String,
    /// The namespaces, in order, when the scope is `namespace`.
    pub namespaces: Vec<String>,
}

impl AccessEntry {
    /// The kind's table.
    pub(crate) fn schema() -> Table {
        let keyed = FieldKind::KeyedList {
            key: "policy".to_owned(),
        };
        let rows = vec![
            fixed("principal", "the user or role"),
            fixed("kind", "what sort of principal it is"),
            Row::new(
                "groups",
                FieldKind::Set,
                Effect::InPlace,
                "Kubernetes groups it is in",
            ),
            Row::new(
                "policies",
                keyed,
                Effect::InPlace,
                "access policies that it has",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "principal"]),
            seconds: seconds(2, 2, 2),
            dies_with_parent: true,
            lane: Some(Lane::Itself),
            loss: Some("the principal can no longer use the cluster".to_owned()),
            ..table(
                "eks.access_entry",
                "EKS access entry",
                Identity::Named,
                rows,
            )
        }
    }
}
