//! `eks.cluster`: a control plane.
//!
//! EKS takes one kind of change per call and one change at a time, so each group of fields is a step of its own.

use futures::future::{join, join_all};
use provision_aws::kind::{
    Ask, Cx, Live, Next, Progress, Seen, Served, Stop, Uses, named, pages, seconds, table,
};
use provision_aws::{Aws, Fault, Field, Tags};
use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Lane, Minor, Observed, Output, Status, Table};
use provision_core::spec;
use serde::{Deserialize, Serialize};

use super::cluster_calls as calls;
use super::cluster_read;
use super::cluster_rows::rows;
use super::eks::{busy, cluster_of, eks, mark, progress, retag, waits};
use crate::calendar::{DEFAULT, dates, is_newer};

/// The fields of a cluster. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// The role that the control plane takes, by ARN.
    pub role: Field<String>,
    /// The Kubernetes minor: `1.34`.
    pub version: Field<String>,
    /// Subnets of the control plane's interfaces: at least two, in two zones.
    pub subnets: Vec<Field<String>>,
    /// Groups on those interfaces, beside the one that EKS makes; at most five.
    pub security_groups: Vec<Field<String>>,
    /// The API can be reached from the internet.
    pub public_access: bool,
    /// The API can be reached from the network.
    pub private_access: bool,
    /// From where the API can be reached over the internet: `0.0.0.0/0`. Empty when it cannot be.
    pub public_cidrs: Vec<String>,
    /// Its VPC: compared, never sent, since the subnets say it. A control plane stays in its VPC.
    pub vpc: Field<String>,
    /// The key of yours that encrypts secrets, by ARN; at most one.
    pub kms_keys: Vec<String>,
    /// Logs of the control plane that are kept: `api`, `audit`, `authenticator`, `controllerManager`, `scheduler`.
    pub logging: Vec<String>,
    /// `STANDARD`: EKS upgrades at the end of standard support. `EXTENDED`: support goes on, at a higher price.
    pub support: String,
    /// `standard`: it scales by itself. Else the tier of a provisioned one: `tier-xl`, `tier-2xl`, `tier-4xl`, `tier-8xl`.
    pub tier: String,
    /// EKS refuses to delete it. Always on with `protect`, so it should be wanted whenever that is.
    pub deletion_protection: bool,
    /// How callers are known: `API`, `API_AND_CONFIG_MAP`, `CONFIG_MAP`.
    pub authentication_mode: String,
    /// Whoever creates it becomes its administrator. Never returned.
    pub creator_admin: bool,
    /// EKS installs network, proxy and DNS by itself. Never returned.
    pub self_managed_addons: bool,
    /// The version changes although readiness insights stand in the way. Never returned.
    pub force_upgrade: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Served for Cluster {
    const KIND: &'static str = "eks.cluster";
    const PROVIDER: &'static str = crate::PROVIDER;

    /// Durations are medians of run logs.
    fn table() -> Table {
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
            outputs: vec![
                output("name", false),
                output("arn", false),
                output("endpoint", false),
                output("ca", false),
                output("security_group", false),
                output("oidc_issuer", false),
                output("version", true),
            ],
            leaves: true,
            seconds: seconds(617, 540, 300),
            lane: Some(Lane::Itself),
            loss: Some(
                "the cluster is gone with everything that runs in it, balancers made from inside it \
                 included; volumes stay unless `--delete-volumes` is given"
                    .to_owned(),
            ),
            ..table(Self::KIND, "EKS cluster", Identity::Named, rows())
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        let mut meters = vec![hours("control plane", "eks.cluster")];
        let version = of.text("version").unwrap_or_default();
        let extended = of.text("support") == Some("EXTENDED");
        meters.extend(on_top(
            of.text("tier"),
            extended.then_some(version),
            of.as_of,
        ));
        Usage::Charged { meters }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        if !ask.orphans {
            return asked(ask).await;
        }
        let (asked, others) = join(asked(ask), others(ask)).await;
        Seen {
            sights: asked.sights,
            ..others
        }
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

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if matches!(live.status, Status::Deleting { .. }) {
            return Ok(waits(live, "DELETING"));
        }
        if let Some(next) = calls::unprotect(cx, live).await? {
            return Ok(next);
        }
        let request = eks(cx.aws)
            .delete_cluster()
            .name(cluster_of(&live.physical));
        cx.aws
            .write("eks:DeleteCluster", || request.clone().send())
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(waits(live, "DELETING"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        cluster_read::read(cx.aws, cluster_of(physical)).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        mark(cx, physical, marks).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        cluster_read::read(cx.aws, cx.name().unwrap_or_default()).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        progress(cx, physical, update, (None, None)).await
    }
}

fn hours(component: &str, item: &str) -> Meter {
    let part = Part::ControlPlane;
    Meter::listed(component, part, item, "hour", Quantity::month())
}

/// What is charged for on top of a control plane: a tier, always; a version that is kept in extended support, from the end of
/// standard support on.
fn on_top(tier: Option<&str>, extended: Option<&str>, day: &str) -> Vec<Meter> {
    let tier = tier.filter(|tier| *tier != calls::STANDARD);
    let tier = tier.map(|tier| hours("provisioned control plane", &format!("eks.cluster.{tier}")));
    let extended = extended.filter(|version| is_past_standard(version, day));
    let extended = extended.map(|_| hours("extended support", "eks.cluster.extended"));
    tier.into_iter().chain(extended).collect()
}

/// What the control plane of a cluster block is charged for on a day, `2026-11-25`, on top of a standard one. A block that names
/// no version has the one that new clusters get.
#[must_use]
pub fn control_plane(block: &spec::Cluster, day: &str) -> Vec<Meter> {
    let version = block.version.as_deref().unwrap_or(DEFAULT);
    let extended = block.eks.support.as_deref() == Some("extended");
    let tier = block.eks.control_plane.as_deref();
    on_top(tier, extended.then_some(version), day)
}

/// Whether the standard support of a minor has ended on a day. Minors that the calendar does not have are older than all of
/// it, unless they are newer.
fn is_past_standard(version: &str, day: &str) -> bool {
    match dates(version) {
        Some(minor) => day > minor.standard,
        None => Minor::of(version).is_some() && !is_newer(version),
    }
}

/// Clusters that are asked for, by name.
pub(crate) async fn asked(ask: &Ask<'_>) -> Seen {
    Seen {
        sights: named(ask, |name| cluster_read::read(ask.aws, name)).await,
        ..Seen::default()
    }
}

/// Clusters of the stack that were not asked for.
pub(crate) async fn others(ask: &Ask<'_>) -> Seen {
    let mut seen = Seen::default();
    let names = match list(ask.aws).await {
        Ok(names) => names,
        Err(fault) => {
            seen.unread = Some(fault.to_string());
            return seen;
        }
    };
    let asked: Vec<&str> = ask
        .resources
        .iter()
        .filter_map(|resource| resource.name.as_deref())
        .collect();
    let reads = names
        .iter()
        .filter(|name| !asked.contains(&name.as_str()))
        .map(|name| cluster_read::read(ask.aws, name));
    for read in join_all(reads).await {
        match read {
            Ok(Some(live)) => {
                let ours = live.marks.stack.as_deref() == Some(ask.context.stack.as_str());
                if ours && live.marks.id.is_some() {
                    seen.orphans.push(live);
                }
            }
            Ok(None) => {}
            Err(fault) => seen.unread = Some(fault.to_string()),
        }
    }
    seen
}

async fn list(aws: &Aws) -> Result<Vec<String>, Fault> {
    pages(|token| async {
        let request = eks(aws).list_clusters().set_next_token(token);
        let answer = aws
            .read("eks:ListClusters", || request.clone().send())
            .await?;
        Ok((answer.clusters, answer.next_token))
    })
    .await
}
