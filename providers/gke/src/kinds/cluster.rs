//! `gke.cluster`: a control plane, and at creation its pools.
//!
//! GKE takes one field per update and one operation at a time, so each field, or message of fields, is a step of its own.

use provision_core::cost::{Meter, Part, Quantity, Usage};
use provision_core::model::{Identity, Lane, Minor, Observed, Output, Status, Table};
use provision_core::spec;
use provision_data::calendar::GKE;
use provision_kind::tables::{seconds, table};
use provision_kind::{Field, Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::cluster_rows::rows;
use super::container::{busy, cluster_handle, location_of, region_of, send};
use super::node_pool::NodePool;
use super::operation::container;
use super::{Ask, Cx, Google, Stop, cluster_body, cluster_change, cluster_read, reading};
use crate::error::Fault;

/// The fields of a cluster. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// Its region or zone: `europe-west1`, `europe-west1-b`.
    pub location: String,
    /// Google runs the nodes.
    pub autopilot: bool,
    /// Its network: `global/networks/NAME`.
    pub network: Field<String>,
    /// Its subnetwork: `regions/REGION/subnetworks/NAME`.
    pub subnetwork: Field<String>,
    /// The secondary range of pods, by name.
    pub pods_range: Field<String>,
    /// How packets go: `ADVANCED_DATAPATH` or `LEGACY_DATAPATH`.
    pub datapath: String,
    /// The most pods of a node, where its pool says nothing else.
    pub max_pods_per_node: Option<i64>,
    /// The Kubernetes minor: `1.34`. A channel may have gone further, which is no difference.
    pub version: Option<String>,
    /// Which versions upgrades come from: `RAPID`, `REGULAR`, `STABLE`, `EXTENDED`, `NONE`.
    pub channel: String,
    /// Zones of the nodes, where their pool says nothing else.
    pub zones: Option<Field<Vec<String>>>,
    /// Nodes have no public addresses.
    pub private_nodes: bool,
    /// The API has an address on the internet.
    pub public_endpoint: bool,
    /// Only the ranges that are listed reach the API by its addresses. Absent: where there is no public one, nothing is said.
    pub restricted: Option<bool>,
    /// Ranges that reach the API by its addresses, where only these do.
    pub authorized_networks: Vec<String>,
    /// The API can be reached by its DNS name, with an identity of Google's.
    pub dns_endpoint: bool,
    /// The pool of workload identities: `PROJECT.svc.id.goog`. Empty: none.
    pub workload_pool: String,
    /// Nodes prove what they have booted.
    pub shielded_nodes: bool,
    /// The key of yours that encrypts Kubernetes secrets. Empty: Google's.
    pub kms_key: String,
    /// What is logged: `SYSTEM_COMPONENTS`, `WORKLOADS`.
    pub logging: Vec<String>,
    /// What is measured: `SYSTEM_COMPONENTS`, `POD`.
    pub monitoring: Option<Vec<String>>,
    /// Google collects metrics for Prometheus.
    pub managed_prometheus: bool,
    /// When maintenance may begin, in UTC: `03:00`. Empty: at any time.
    pub maintenance_start: String,
    /// How long it may last, in hours.
    pub maintenance_hours: i64,
    /// On which days: `SA`, `SU`. Empty: every day.
    pub maintenance_days: Vec<String>,
    /// When there is none: `START/END SCOPE` by name. Absent: those that there are stay.
    pub maintenance_exclusions: Option<Tags>,
    /// Add-ons that are on or off, by name.
    pub addons: std::collections::BTreeMap<String, bool>,
    /// Requests of pods are adapted to what they use.
    pub vertical_pod_autoscaling: Option<bool>,
    /// The Gateway API can be used.
    pub gateway_api: Option<bool>,
    /// Its labels.
    pub tags: Tags,
    /// Who the nodes of Autopilot are: an account's address. Empty: the project's default one.
    pub node_account: String,
    /// What the nodes of Autopilot may ask for, besides what their account may do.
    pub node_scopes: Vec<String>,
    /// The pools that are made with it.
    pub pools: Vec<NewPool>,
}

/// A pool that is made with its cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPool {
    /// The id of its resource.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It is protected.
    pub protect: bool,
    /// Its fields.
    pub pool: NodePool,
}

impl Serves for Cluster {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gke.cluster";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let output = |name: &str, moved_by: &[&str]| Output {
            name: name.to_owned(),
            volatile: !moved_by.is_empty(),
            moved_by: moved_by.iter().map(|field| (*field).to_owned()).collect(),
        };
        Table {
            outputs: vec![
                output("name", &[]),
                output("id", &[]),
                output("location", &[]),
                output("endpoint", &[]),
                output("dns_endpoint", &[]),
                output("control_plane", &[]),
                output("ca", &[]),
                output("version", &["version"]),
            ],
            leaves: true,
            seconds: seconds(213, 180, 240),
            lane: Some(Lane::Itself),
            loss: Some(
                "the cluster is gone with its pools and everything that runs in it; disks of volumes stay"
                    .to_owned(),
            ),
            ..table(Self::KIND, "GKE cluster", Identity::Named, rows())
        }
    }

    /// The fee of the control plane. The nodes of Autopilot are charged for by what pods ask for, which nobody declares here.
    fn usage(of: &Uses<'_>) -> Usage {
        let mut meters = vec![fee(of)];
        let version = of.text("version");
        meters.extend(extended(of.text("channel"), version, of.as_of));
        if of.length("logging") > 0 {
            meters.push(logs());
        }
        if of.flag("autopilot") == Some(true) {
            meters.push(Meter::unlisted(
                "pods on Autopilot",
                Part::Nodes,
                "they are charged for by what they ask for, hour by hour",
            ));
        }
        Usage::Charged { meters }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        reading::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        cluster_body::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        match busy(live) {
            Some(next) => Ok(Some(next)),
            None => cluster_change::change(cx, want, live).await,
        }
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if let Status::Deleting { phase } = &live.status {
            return Ok(Next::Waits {
                phase: phase.clone(),
                physical: live.physical.clone(),
            });
        }
        let client = cx.gcp.container().await?;
        let request = client.delete_cluster().set_name(&live.physical);
        send(cx, "container.clusters.delete", live, || {
            request.clone().send()
        })
        .await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = cluster_read::get(cx.gcp, physical).await?;
        Ok(wire.map(|wire| cluster_read::live(&wire, &[cx.id()])))
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        let physical = cluster_handle(cx.gcp, &want.location, name);
        Self::read(cx, &physical).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        cluster_change::mark(cx, physical, marks).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        container(cx, location_of(physical), update).await
    }
}

/// What a minor costs that is past standard support, in the one channel that keeps such minors. Those that the calendar does
/// not have any more are older than all of it.
fn extended(channel: Option<&str>, version: Option<&str>, day: &str) -> Option<Meter> {
    let oldest = GKE.last().and_then(|minor| Minor::of(minor.name));
    let past = match GKE.iter().find(|minor| Some(minor.name) == version) {
        Some(minor) => minor.standard < day,
        None => Minor::of(version?).is_some_and(|minor| Some(minor) < oldest),
    };
    let kept = channel == Some("EXTENDED") && past;
    let (item, part) = ("gke.cluster.extended", Part::ControlPlane);
    kept.then(|| Meter::listed("extended support", part, item, "hour", Quantity::month()))
}

/// What the control plane of a cluster block is charged for on a day, `2026-11-25`, on top of a standard one.
#[must_use]
pub fn control_plane(block: &spec::Cluster, day: &str) -> Option<Meter> {
    let channel = block.gke.release_channel.as_ref();
    let channel = channel.map(|word| word.to_uppercase());
    extended(channel.as_deref(), block.version.as_deref(), day)
}

/// What an assumed amount of logs comes to: Cloud Logging takes in 50 GiB a month of each project without a charge.
fn logs() -> Meter {
    let none = Quantity::whole(0);
    let item = "logging.ingested";
    Meter::listed("logs taken in", Part::Management, item, "GiB", none)
        .assuming("5 GiB a month for each cluster, of the 50 that a project has free of charge")
}

/// The fee of a cluster. The credit of 74.40 US dollars a month, which each billing account has once, pays that of one zonal or
/// Autopilot cluster (cloud.google.com/kubernetes-engine/pricing); whether it is this stack's, only the spec can say.
fn fee(of: &Uses<'_>) -> Meter {
    let meter = |hours| {
        let part = Part::ControlPlane;
        Meter::listed("cluster management", part, "gke.cluster", "hour", hours)
    };
    let paid = |one: &Uses<'_>| {
        let location = one.text("location");
        let zonal = location.is_some_and(|location| region_of(location) != location);
        zonal || one.flag("autopilot") == Some(true)
    };
    if !paid(of) {
        return meter(Quantity::month()).assuming("no credit pays for a regional Standard cluster");
    }
    let first = of.all("gke.cluster").filter(paid).map(|one| one.id()).min();
    match of.terms.free_cluster {
        true if first == Some(of.id()) => meter(Quantity::whole(0))
            .assuming("Google's credit for one cluster of the billing account pays for it"),
        true => meter(Quantity::month()).assuming("the credit pays for another cluster"),
        false => meter(Quantity::month()).assuming(
            "without the credit that pays for one zonal or Autopilot cluster of a billing account: \
             `prices.gcp.free_cluster` says that it is this stack's",
        ),
    }
}
