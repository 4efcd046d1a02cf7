//! `eks.access_entry`: what a user or role may do in the cluster.
//!
//! EKS makes entries by itself for whoever created the cluster and for roles of nodes. They carry no mark and are left
//! alone. An entry remembers the role's inner id: a role made anew under the same name needs a new entry
//! (aws/containers-roadmap#2441), which follows from `principal` being fixed.

use provision_aws::kind::{
    Ask, Cx, Live, Next, Seen, Served, Stop, Uses, fixed, outputs, pages, seconds, table,
    tags as tags_row,
};
use provision_aws::{Aws, Fault, Field, Tags, from_fields};
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Pending, Resource, Row, Table,
};
use serde::{Deserialize, Serialize};

use super::access_calls as calls;
use super::eks::{cluster_of, eks, found, parent, retag};
use super::inside::{Inside, inside};

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

impl Served for AccessEntry {
    const KIND: &'static str = "eks.access_entry";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
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
            ..table(Self::KIND, "EKS access entry", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("access entries are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        inside(ask, &Entries(ask.aws)).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        calls::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = calls::change(cx, want, live).await? {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = eks(cx.aws)
            .delete_access_entry()
            .cluster_name(cluster_of(&live.physical))
            .principal_arn(calls::principal(live));
        cx.aws
            .write("eks:DeleteAccessEntry", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Gone)
    }

    /// Its ARN does not tell its principal, so that is taken from what is wanted.
    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let want = cx
            .desired
            .and_then(|desired| from_fields::<Self, _>(&desired.fields).ok());
        match want.as_ref().and_then(|want| want.principal.get()) {
            Some(principal) => calls::read(cx.aws, cluster_of(physical), principal).await,
            None => Ok(None),
        }
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let cluster = parent(cx).unwrap_or_default();
        let principal = want.principal.get().map_or("", String::as_str);
        calls::read(cx.aws, cluster, principal).await
    }
}

/// The access entries of clusters.
struct Entries<'a>(&'a Aws);

impl Inside for Entries<'_> {
    async fn list(&self, cluster: &str) -> Result<Vec<String>, Fault> {
        let names = pages(|token| async {
            let request = eks(self.0)
                .list_access_entries()
                .cluster_name(cluster)
                .set_next_token(token);
            let answer = self
                .0
                .read("eks:ListAccessEntries", || request.clone().send())
                .await?;
            Ok((answer.access_entries, answer.next_token))
        });
        Ok(found(names.await)?.unwrap_or_default())
    }

    async fn read(&self, cluster: &str, name: &str) -> Result<Option<Live>, Fault> {
        calls::read(self.0, cluster, name).await
    }

    fn key(&self, resource: &Resource<Pending>) -> Option<String> {
        let principal = resource.fields.get("principal");
        principal
            .and_then(|principal| principal.as_text())
            .map(str::to_owned)
    }
}
