//! `eks.addon`: software in the cluster that EKS installs and keeps.

use std::collections::BTreeMap;

use provision_aws::kind::{
    Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, fixed, pages, scalar, seconds, table,
    tags as tags_row,
};
use provision_aws::{Aws, Fault, Field, Tags};
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Output, Pending, Resource, Row, Status, Table,
};
use serde::{Deserialize, Serialize};

use super::addon_calls as calls;
use super::eks::{busy, cluster_of, eks, found, goes, mark, name_of, parent, progress, retag};
use super::inside::{Inside, inside};

/// The fields of an add-on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Addon {
    /// Its name in EKS: `vpc-cni`.
    pub name: String,
    /// Its version: `v1.19.2-eksbuild.1`. Absent = the one EKS takes for the cluster's minor; a live one is kept.
    pub version: Option<Field<String>>,
    /// Its settings, as JSON; absent = as they are.
    pub configuration: Option<String>,
    /// Roles of its service accounts by pod identity, all of them: role ARN by name of the account.
    pub pod_identity: BTreeMap<String, Field<String>>,
    /// The role that somebody gave its service account by the cluster's issuer (IRSA). It is read, and kept by changes.
    pub service_role: Option<String>,
    /// What happens to settings that somebody else made, when it is installed: `OVERWRITE`, `NONE`. Changes preserve
    /// them. Never returned.
    pub resolve_conflicts: String,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Addon {
    const KIND: &'static str = "eks.addon";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
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
                "service_role",
                FieldKind::Scalar,
                Effect::Computed,
                "the role that somebody gave its service account",
            ),
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
            moved_by: if volatile {
                vec![name.to_owned()]
            } else {
                Vec::new()
            },
        };
        Table {
            outputs: vec![output("arn", false), output("version", true)],
            seconds: seconds(35, 45, 20),
            dies_with_parent: true,
            lane: Some(Lane::Itself),
            loss: Some("what it does in the cluster stops".to_owned()),
            ..table(Self::KIND, "EKS add-on", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("add-ons of EKS are free of charge: their pods run on nodes that are paid for")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        inside(ask, &Addons(ask.aws)).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = busy(live) {
            return Ok(Some(next));
        }
        if let Some(next) = calls::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    /// What it installed goes with it.
    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let request = eks(cx.aws)
                .delete_addon()
                .cluster_name(cluster_of(&live.physical))
                .addon_name(name_of(&live.physical));
            cx.aws
                .write("eks:DeleteAddon", || request.clone().send())
                .await
                .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        }
        Ok(goes(live))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        calls::read(cx.aws, cluster_of(physical), name_of(physical)).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        mark(cx, physical, marks).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        calls::read(cx.aws, parent(cx).unwrap_or_default(), &want.name).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        progress(cx, physical, update, (None, Some(name_of(physical)))).await
    }
}

/// The add-ons of clusters.
struct Addons<'a>(&'a Aws);

impl Inside for Addons<'_> {
    async fn list(&self, cluster: &str) -> Result<Vec<String>, Fault> {
        let names = pages(|token| async {
            let request = eks(self.0)
                .list_addons()
                .cluster_name(cluster)
                .set_next_token(token);
            let answer = self
                .0
                .read("eks:ListAddons", || request.clone().send())
                .await?;
            Ok((answer.addons, answer.next_token))
        });
        Ok(found(names.await)?.unwrap_or_default())
    }

    async fn read(&self, cluster: &str, name: &str) -> Result<Option<Live>, Fault> {
        calls::read(self.0, cluster, name).await
    }

    fn key(&self, resource: &Resource<Pending>) -> Option<String> {
        let name = resource.fields.get("name").and_then(|name| name.as_text());
        name.map(str::to_owned).or_else(|| resource.name.clone())
    }

    fn foreign(&self) -> Option<&'static str> {
        Some("add-on")
    }
}
