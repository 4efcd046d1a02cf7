//! What only providers know of a spec: which private endpoints a network would have, and what a control plane is charged for.

use std::collections::{BTreeMap, BTreeSet};

use crate::cost::Meter;
use crate::model::Platform;
use crate::spec::{Cluster, Endpoints, Nat, Network, Spec};

/// Platforms whose networks have private endpoints of AWS.
const ON_AWS: [Platform; 2] = [Platform::Eks, Platform::Ecs];

/// Asked for each spec that is compared.
pub trait Providers {
    /// The services of AWS to which a plan makes an endpoint in a network that is billed by the hour, in order.
    fn endpoints(&self, spec: &Spec, network: &str) -> Vec<String>;

    /// What the control plane of a cluster is charged for on the platform that its block names, on top of a standard one.
    fn on_top(&self, cluster: &Cluster) -> Vec<Meter>;
}

/// The control plane of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// The cluster.
    pub cluster: String,
    /// Its network has one zone, where GKE standard has a zonal cluster.
    pub zonal: bool,
    /// The platform that its block names.
    pub platform: Platform,
    /// What it is charged for there on top of a standard one.
    pub on_top: Vec<Meter>,
}

impl Master {
    pub(super) fn of(
        spec: &Spec,
        name: &str,
        cluster: &Cluster,
        providers: &dyn Providers,
    ) -> Self {
        let network = spec.networks.get(&cluster.network);
        Self {
            cluster: name.to_owned(),
            zonal: network.is_some_and(|network| network.zones == 1),
            platform: cluster.platform,
            on_top: providers.on_top(cluster),
        }
    }
}

/// Private endpoints of a network of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doors {
    /// The network.
    pub network: String,
    /// How many zones each endpoint is in.
    pub zones: u64,
    /// The services that they lead to, by platform: nodes call others than tasks.
    pub services: BTreeMap<Platform, Vec<String>>,
}

/// The endpoints that each network would have on EKS and on ECS, if these clusters ran something.
pub(super) fn doors(
    spec: &Spec,
    providers: &dyn Providers,
    running: &BTreeSet<&str>,
) -> Vec<Doors> {
    let own = spec.networks.iter();
    let own = own.filter(|(_, network)| network.existing.is_none());
    let of = |(name, network): (&String, &Network)| {
        let clusters = spec.clusters.iter();
        let users = clusters.filter(|(_, cluster)| cluster.network == *name);
        let users: Vec<&str> = users.map(|(cluster, _)| cluster.as_str()).collect();
        let runs = users.iter().any(|cluster| running.contains(cluster));
        let cut_off =
            runs && network.nat == Nat::None && !matches!(network.endpoints, Endpoints::None);
        let services = |platform| (platform, services(spec, name, platform, cut_off, providers));
        let services: BTreeMap<Platform, Vec<String>> = ON_AWS.map(services).into();
        let some = services.values().any(|services| !services.is_empty());
        (some && !users.is_empty()).then(|| Doors {
            network: name.clone(),
            zones: network.zones.into(),
            services,
        })
    };
    own.filter_map(of).collect()
}

/// The services of one network if all its clusters were on a platform. What runs there calls them, whether or not the spec
/// has pools for it.
fn services(
    spec: &Spec,
    network: &str,
    platform: Platform,
    cut_off: bool,
    providers: &dyn Providers,
) -> Vec<String> {
    let mut there = spec.clone();
    for cluster in there.clusters.values_mut() {
        cluster.platform = platform;
    }
    let mut all: BTreeSet<String> = providers.endpoints(&there, network).into_iter().collect();
    if cut_off {
        if let Some(block) = there.networks.get_mut(network) {
            block.endpoints = Endpoints::Needed;
        }
        all.extend(providers.endpoints(&there, network));
    }
    all.into_iter().collect()
}
