//! `eks.addon`: software in the cluster that EKS installs and keeps.

use std::collections::BTreeMap;

use provision_aws::kind::{fixed, scalar, seconds, table, tags as tags_row};
use provision_aws::{Field, Tags};
use provision_core::model::{Effect, FieldKind, Identity, Lane, Output, Row, Table};
use serde::{Deserialize, Serialize};

/// The fields of an add-on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addon {
    /// Its name in EKS: `vpc-cni`.
    pub name: String,
    /// Its version: `v1.19.2-eksbuild.1`. Absent = the one EKS takes for the cluster's minor; a live one is kept.
    pub version: Option<Field<String>>,
    /// Its settings, as JSON; absent = as they are.
    pub configuration: Option<String>,
    /// Roles of its service accounts by pod identity, all of them: role ARN by name of the account.
    pub pod_identity: BTreeMap<String, Field<String>>,
    /// What happens to settings that somebody else made: `OVERWRITE`, `PRESERVE`, `NONE`. Never returned.
    pub resolve_conflicts: String,
    /// Its tags.
    pub tags: Tags,
}

impl Addon {
    /// The kind's table.
    pub(crate) fn schema() -> Table {
        let rows = vec![
            fixed("name", "its name in EKS"),
            scalar("version", "its version").in_group("config"),
            Row::new(
                "configuration",
                FieldKind::JsonPolicy,
                Effect::InPlace,
                "its settings",
            )
            .in_group("config"),
            Row::new(
                "pod_identity",
                FieldKind::Map { owned_only: false },
                Effect::InPlace,
                "roles of its service accounts",
            )
            .in_group("config"),
            Row::new(
                "resolve_conflicts",
                FieldKind::Scalar,
                Effect::CreateOnly,
                "what happens to settings that somebody else made",
            ),
            tags_row(),
        ];
        let output = |name: &str, volatile| Output {
            name: name.to_owned(),
            volatile,
        };
        Table {
            outputs: vec![output("arn", false), output("version", true)],
            seconds: seconds(35, 45, 20),
            dies_with_parent: true,
            lane: Some(Lane::Itself),
            loss: Some("what it does in the cluster stops".to_owned()),
            ..table("eks.addon", "EKS add-on", Identity::Named, rows)
        }
    }
}
