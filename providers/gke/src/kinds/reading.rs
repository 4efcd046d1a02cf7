//! Clusters and their pools, read together: one list of the whole project tells both.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join;
use google_cloud_container_v1::model::{Cluster as Wire, ListClustersResponse};
use provision_core::model::{Pending, Resource, ResourceId};
use provision_kind::{Live, Look, Seen, Serves};

use super::cluster::Cluster;
use super::container::{LIST, cluster_of, location_of, region_of};
use super::node_count::{self, Sizes};
use super::node_pool::NodePool;
use super::operation::last;
use super::seen::{Listed, look_over};
use super::{Ask, cluster_read, node_pool_read};
use crate::client::Gcp;
use crate::error::Fault;

/// The kinds that are read together.
const KINDS: [&str; 2] = [Cluster::KIND, NodePool::KIND];

/// Whether a kind is among those that are read together.
pub(crate) fn serves(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Answers both kinds with one reading.
pub(crate) async fn survey(asks: &[(&'static str, &Ask<'_>)]) -> Vec<(&'static str, Seen)> {
    let Some((_, first)) = asks.first() else {
        return Vec::new();
    };
    // Beside the list, so that it takes no longer.
    let sizes = async {
        match asks.iter().any(|(kind, _)| *kind == NodePool::KIND) {
            true => node_count::list(first.gcp).await,
            false => Sizes::new(),
        }
    };
    let (answer, sizes) = join(list(first.gcp), sizes).await;
    answers(asks, answer, &sizes)
}

/// Answers one kind by itself.
pub(super) async fn survey_of(kind: &'static str, ask: &Ask<'_>) -> Seen {
    let mut all = survey(&[(kind, ask)]).await;
    all.pop().map(|(_, seen)| seen).unwrap_or_default()
}

async fn list(gcp: &Gcp) -> Result<ListClustersResponse, Fault> {
    let client = gcp.container().await?;
    let parent = format!("projects/{}/locations/-", gcp.project());
    let request = client.list_clusters().set_parent(parent);
    gcp.read(LIST, || request.clone().send()).await
}

/// How many clusters of the project have each name: a name is taken once in a location, not in a project.
pub(crate) async fn names(gcp: &Gcp) -> Result<BTreeMap<String, usize>, Fault> {
    let answer = list(gcp).await?;
    if !answer.missing_zones.is_empty() {
        return Err(Fault::partial(LIST, &answer.missing_zones));
    }
    let mut names = BTreeMap::new();
    for wire in answer.clusters {
        *names.entry(wire.name).or_default() += 1;
    }
    Ok(names)
}

/// What the answer means for each kind.
pub(super) fn answers(
    asks: &[(&'static str, &Ask<'_>)],
    answer: Result<ListClustersResponse, Fault>,
    sizes: &Sizes,
) -> Vec<(&'static str, Seen)> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) => {
            let seen = |(kind, ask): &(&'static str, &Ask<'_>)| {
                (*kind, look(ask, Err(fault.clone()), |_, _| false))
            };
            return asks.iter().map(seen).collect();
        }
    };
    let asked: Vec<&ResourceId> = asks
        .iter()
        .flat_map(|(_, ask)| &ask.resources)
        .flat_map(|resource| [Some(&resource.id), resource.parent.as_ref()])
        .flatten()
        .collect();
    let mut read = Read::of(&answer, &asked, sizes);
    let own = read.handles(asks);
    read.known(asks, &own);
    asks.iter()
        .map(|(kind, ask)| match *kind {
            Cluster::KIND => (*kind, clusters(ask, &read)),
            kind => (kind, pools(ask, &read, &own)),
        })
        .collect()
}

/// All that was read.
struct Read {
    clusters: Vec<Live>,
    pools: Vec<Live>,
    missing: Vec<String>,
}

impl Read {
    fn of(answer: &ListClustersResponse, asked: &[&ResourceId], sizes: &Sizes) -> Self {
        let (mut clusters, mut pools) = (Vec::new(), Vec::new());
        for wire in &answer.clusters {
            let mut cluster = cluster_read::live(wire, asked);
            let inner = inner(wire, &cluster, asked, sizes);
            cluster.foreign = inner.foreign;
            clusters.push(cluster);
            pools.extend(inner.lives);
        }
        Self {
            clusters,
            pools,
            missing: answer.missing_zones.clone(),
        }
    }

    /// The handles of our clusters, by id.
    fn handles(&self, asks: &[(&'static str, &Ask<'_>)]) -> BTreeMap<ResourceId, String> {
        let stack = asks.first().map(|(_, ask)| ask.context.stack.as_str());
        let ours = self
            .clusters
            .iter()
            .filter(|live| live.marks.stack.as_deref() == stack);
        let ours = ours.filter_map(|live| Some((live.marks.id.clone()?, live.physical.clone())));
        ours.chain(self.to_adopt(asks)).collect()
    }

    /// Pools that are to be taken over are no strangers in their clusters.
    fn known(&mut self, asks: &[(&'static str, &Ask<'_>)], own: &BTreeMap<ResourceId, String>) {
        let pools = asks.iter().filter(|(kind, _)| *kind == NodePool::KIND);
        let pools = pools.flat_map(|(_, ask)| &ask.resources);
        for pool in pools.filter(|pool| pool.adopt.is_some()) {
            let cluster = pool.parent.as_ref().and_then(|parent| own.get(parent));
            let name = pool.name.as_deref().unwrap_or_default();
            let mut lives = self.clusters.iter_mut();
            if let Some(live) = lives.find(|live| Some(&live.physical) == cluster) {
                live.foreign
                    .retain(|one| *one != format!("node pool {name}"));
            }
        }
    }

    /// Clusters of nobody that are to be taken over, so that what lies in them is seen as well.
    fn to_adopt(&self, asks: &[(&'static str, &Ask<'_>)]) -> Vec<(ResourceId, String)> {
        let wanted = asks.iter().filter(|(kind, _)| *kind == Cluster::KIND);
        let wanted = wanted.flat_map(|(_, ask)| &ask.resources);
        let wanted = wanted.filter(|resource| resource.adopt.is_some());
        let handle = |resource: &&&Resource<Pending>| {
            let nobodys = |live: &&Live| {
                live.marks.stack.is_none() && resource.name.as_deref() == Some(last(&live.physical))
            };
            let live = self.clusters.iter().find(nobodys)?;
            Some((resource.id.clone(), live.physical.clone()))
        };
        wanted.filter_map(|resource| handle(&resource)).collect()
    }

    fn listed(&self, lives: &[Live]) -> Listed {
        Listed {
            lives: lives.to_vec(),
            missing: self.missing.clone(),
        }
    }
}

/// What lies in one cluster.
struct Inner {
    lives: Vec<Live>,
    foreign: Vec<String>,
}

fn inner(wire: &Wire, cluster: &Live, asked: &[&ResourceId], sizes: &Sizes) -> Inner {
    let labels = cluster_read::labels(wire);
    let autopilot = wire.autopilot.as_ref().is_some_and(|one| one.enabled);
    let mut inner = Inner {
        lives: Vec::new(),
        foreign: Vec::new(),
    };
    for pool in &wire.node_pools {
        let mut live = node_pool_read::live(pool, &labels, asked, sizes);
        live.parent.clone_from(&cluster.marks.id);
        let googles = autopilot || node_pool_read::is_googles(pool);
        if live.marks.stack.is_none() && !googles {
            inner.foreign.push(format!("node pool {}", pool.name));
        }
        inner.lives.push(live);
    }
    inner
}

fn clusters(ask: &Ask<'_>, read: &Read) -> Seen {
    look(ask, Ok(read.listed(&read.clusters)), |resource, live| {
        let text = |field: &str| live.fields.get(field)?.as_text();
        let location = resource
            .fields
            .get("location")
            .and_then(|one| one.as_text());
        resource.name.as_deref() == Some(last(&live.physical))
            && (location.is_none() || location == text("location"))
    })
}

fn pools(ask: &Ask<'_>, read: &Read, own: &BTreeMap<ResourceId, String>) -> Seen {
    let mut seen = look(ask, Ok(read.listed(&read.pools)), |resource, live| {
        let cluster = resource.parent.as_ref().and_then(|parent| own.get(parent));
        cluster.map(String::as_str) == Some(cluster_of(&live.physical))
            && resource.name.as_deref() == Some(last(&live.physical))
    });
    for resource in &ask.resources {
        let lives: &mut [Live] = match seen.sights.get_mut(&resource.id) {
            Some(Look::Here(live) | Look::Adopt(live)) => std::slice::from_mut(live),
            Some(Look::Several(lives)) => lives,
            _ => &mut [],
        };
        for live in lives {
            node_pool_read::declare(live, resource.fields.get("taints"));
        }
    }
    // Of a stack's pools in a cluster that is another's nothing is known, and nothing is done to them.
    let own: BTreeSet<&str> = own.values().map(String::as_str).collect();
    seen.orphans
        .retain(|live| own.contains(cluster_of(&live.physical)));
    seen
}

fn look(
    ask: &Ask<'_>,
    listed: Result<Listed, Fault>,
    holds: impl Fn(&Resource<Pending>, &Live) -> bool,
) -> Seen {
    let place = |live: &Live| Some(region_of(location_of(&live.physical)).to_owned());
    look_over(ask, LIST, listed, place, holds)
}
