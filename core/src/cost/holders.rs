//! Whose a resource is: the only cluster that it serves, or several.

use std::collections::{BTreeMap, BTreeSet};

use super::Item;
use crate::model::{Address, Pending, Platform, Resource, ResourceId};

/// Whose everything is.
pub(super) struct Holders<'a> {
    /// By address.
    pub(super) clusters: BTreeMap<&'a str, Option<Platform>>,
    /// Clusters that refer to an address outside of them, or are referred to by it.
    pub(super) users: BTreeMap<&'a Address, BTreeSet<&'a str>>,
}

impl<'a> Holders<'a> {
    /// Of these items, with clusters and the networks that they are declared to be in: one without services refers to none.
    pub(super) fn new(items: &[Item<'a>], networks: &'a [(Address, Address)]) -> Self {
        let mut clusters: BTreeMap<&str, Option<Platform>> = BTreeMap::new();
        let mut users: BTreeMap<&Address, BTreeSet<&str>> = BTreeMap::new();
        let mut outside: BTreeSet<(&Address, &Address)> = BTreeSet::new();
        for Item { resource, .. } in items {
            let address = &resource.id.address;
            let own = cluster_of(address);
            if let Some(cluster) = own {
                let platform = clusters.entry(cluster).or_default();
                *platform = platform.or(resource.platform);
            }
            each_need(resource, &mut |other| {
                match (own, cluster_of(other)) {
                    (Some(cluster), None) => users.entry(other).or_default().insert(cluster),
                    (None, Some(cluster)) => users.entry(address).or_default().insert(cluster),
                    (None, None) => outside.insert((other, address)),
                    (Some(_), Some(_)) => false,
                };
            });
        }
        for (cluster, network) in networks {
            if let Some((cluster, _)) = clusters.get_key_value(cluster.as_str()) {
                users.entry(network).or_default().insert(*cluster);
            }
        }
        inherit(&mut users, &outside);
        Self { clusters, users }
    }

    /// The only cluster that something serves.
    pub(super) fn holder(&self, address: &Address) -> Option<&'a str> {
        if let Some(own) = cluster_of(address) {
            return self.clusters.get_key_value(own).map(|(name, _)| *name);
        }
        match self.users.get(address) {
            Some(users) if users.len() == 1 => users.first().copied(),
            _ => None,
        }
    }
}

/// What is needed by something that clusters use is used by them as well: the secret of a workload, the balancer before it.
fn inherit<'a>(
    users: &mut BTreeMap<&'a Address, BTreeSet<&'a str>>,
    needs: &BTreeSet<(&'a Address, &'a Address)>,
) {
    let mut grows = true;
    while grows {
        grows = false;
        for (needed, by) in needs {
            let clusters = users.get(by).cloned().unwrap_or_default();
            if clusters.is_empty() {
                continue;
            }
            let own = users.entry(needed).or_default();
            let before = own.len();
            own.extend(clusters);
            grows |= own.len() > before;
        }
    }
}

/// The cluster that an address lies in: `cluster.prod` of `cluster.prod.pool.web`.
pub(super) fn cluster_of(address: &Address) -> Option<&str> {
    const WORD: &str = "cluster.";
    let text = address.as_str();
    let name = text.strip_prefix(WORD)?;
    let end = name.find('.').map_or(text.len(), |at| WORD.len() + at);
    text.get(..end)
}

/// Addresses of what a resource needs, its own aside, possibly repeated.
fn each_need<'a>(resource: &'a Resource<Pending>, see: &mut impl FnMut(&'a Address)) {
    let own = &resource.id.address;
    let mut last = own;
    let mut add = |id: &'a ResourceId| {
        if id.address != *own && id.address != *last {
            last = &id.address;
            see(last);
        }
    };
    resource.each_referenced(&mut add);
    resource.after.iter().chain(&resource.parent).for_each(add);
}
