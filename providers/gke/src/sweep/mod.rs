//! The sweep: what controllers of a cluster left, listed when the cluster or its network goes.
//!
//! The one exception to "nothing without our mark is touched", and so two things must tell that an object is left. A
//! firewall rule lets traffic in to the nodes of that cluster (`gke-CLUSTER-HASH-node`) and lies in a network with the mark
//! of our stack. A disk carries the cluster's label and the note of a claim; it holds data, and goes only when that was
//! asked for. Each is read again before it is deleted.
//!
//! Forwarding rules, target pools and endpoint groups say of which service they are, and not of which cluster: of them
//! nothing can be told, so that they stay.

mod disk;
mod firewall;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join_all, join3};
use provision_core::contract::{Leaver, Leavers, Left, Note, Severity, SurveyAnswer};
use provision_core::model::{
    Effect, FieldKind, Fields, Identity, Kind, Observed, ResourceId, Row, Status, Table,
};
use provision_kind::Serves as _;
use provision_kind::tables::{seconds, table};

use crate::PROVIDER;
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::{Cluster, Network, cluster_names, stack_networks};

pub use disk::SweptDisk;
pub use firewall::SweptFirewall;

/// One object that may have been left.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    /// The kind's name.
    kind: &'static str,
    /// The word in ids.
    word: &'static str,
    /// Its handle.
    physical: String,
    /// Its name.
    name: String,
    /// The cluster whose controller made it.
    cluster: String,
    /// What else its kind tells.
    fields: Vec<(&'static str, String)>,
    /// The handle of its network; none of disks.
    network: Option<String>,
}

/// Lists what was left of what goes.
pub(crate) async fn left(gcp: &Gcp, leavers: &Leavers) -> SurveyAnswer {
    let scope = Scope::of(leavers);
    let disks = scope.clusters.keys().map(|name| disk::list(gcp, name));
    let asked = join3(
        rules(gcp, &leavers.context.stack),
        cluster_names(gcp),
        join_all(disks),
    );
    let (rules, alive, disks) = asked.await;
    let mut notes = Vec::new();
    let (rules, alive) = (take(rules, &mut notes), alive.ok());
    let mut all: Vec<Left> = Vec::new();
    for found in rules {
        if let Some(by) = scope.owner(&found, alive.as_ref()) {
            all.push(item(by, &found, false));
        }
    }
    for found in disks.into_iter().flat_map(|disks| take(disks, &mut notes)) {
        if let Some(by) = scope.clusters.get(&found.cluster) {
            all.push(item(by, &found, true));
        }
    }
    SurveyAnswer::Left { left: all, notes }
}

/// Rules in networks of ours.
async fn rules(gcp: &Gcp, stack: &str) -> Result<Vec<Found>, Fault> {
    let ours = stack_networks(gcp, stack).await?;
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = firewall::list(gcp).await?;
    all.retain(|found| found.network.as_ref().is_some_and(|of| ours.contains(of)));
    Ok(all)
}

/// What was read; what could not be is said.
fn take(read: Result<Vec<Found>, Fault>, notes: &mut Vec<Note>) -> Vec<Found> {
    read.unwrap_or_else(|fault| {
        notes.push(Note {
            severity: Severity::Warning,
            code: "left-unread".to_owned(),
            message: format!("what controllers left could not be listed, and stays: {fault}"),
            address: None,
        });
        Vec::new()
    })
}

/// What goes.
struct Scope<'a> {
    /// Clusters by name.
    clusters: BTreeMap<String, &'a Leaver>,
    /// Networks by handle.
    networks: BTreeMap<&'a str, &'a Leaver>,
    /// Names of clusters that stay.
    stays: &'a [String],
}

impl<'a> Scope<'a> {
    fn of(leavers: &'a Leavers) -> Self {
        let of_kind = |kind: &'static str| {
            let going = leavers.going.iter();
            going.filter(move |one| one.kind.as_str() == kind)
        };
        let clusters = of_kind(Cluster::KIND).filter_map(|one| Some((one.name.clone()?, one)));
        let networks = of_kind(Network::KIND)
            .filter_map(|one| Some((one.live.as_ref()?.physical.as_str(), one)));
        Self {
            clusters: clusters.collect(),
            networks: networks.collect(),
            stays: &leavers.stays,
        }
    }

    /// Of what goes, what left an object: its cluster, or the network in which a cluster was that is gone.
    fn owner(&self, found: &Found, alive: Option<&BTreeSet<String>>) -> Option<&'a Leaver> {
        if let Some(by) = self.clusters.get(&found.cluster) {
            return Some(by);
        }
        let lives = alive.is_none_or(|alive| alive.contains(&found.cluster));
        if lives || self.stays.contains(&found.cluster) {
            return None;
        }
        self.networks.get(found.network.as_deref()?).copied()
    }
}

/// One object as a value of the plan.
fn item(by: &Leaver, found: &Found, data: bool) -> Left {
    let mut fields = Fields::from([
        ("name".to_owned(), found.name.as_str().into()),
        ("cluster".to_owned(), found.cluster.as_str().into()),
    ]);
    for (name, value) in &found.fields {
        fields.insert((*name).to_owned(), value.as_str().into());
    }
    let part = format!("swept.{}.{}", found.word, found.name);
    Left {
        observed: Observed {
            id: ResourceId::new(by.id.address.as_str(), part),
            kind: Kind::new(found.kind),
            provider: PROVIDER.to_owned(),
            physical: found.physical.clone(),
            parent: None,
            fields,
            outputs: Fields::new(),
            status: Status::Ready,
            protect: false,
            adopted: None,
            needs: Vec::new(),
            uses: found.network.iter().cloned().collect(),
            foreign: Vec::new(),
        },
        by: by.id.clone(),
        maker: by.kind.as_str() == Cluster::KIND,
        of: format!("cluster {}", found.cluster),
        data,
    }
}

/// The table of a kind that is only listed with what goes, and only deleted.
fn swept(kind: &str, title: &str, more: &[(&str, &str)]) -> Table {
    let told = [
        ("name", "what people know it by"),
        ("cluster", "whose controller made it"),
    ];
    let row = |(name, doc): &(&str, &str)| Row::new(name, FieldKind::Scalar, Effect::Computed, doc);
    Table {
        seconds: seconds(0, 0, 10),
        ..table(
            kind,
            title,
            Identity::Named,
            told.iter().chain(more).map(row).collect(),
        )
    }
}
