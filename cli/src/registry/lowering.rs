//! Which provider a block of the spec is lowered to.

use std::collections::{BTreeMap, BTreeSet};

use provision_core::model::Platform;
use provision_core::spec::{Keeper, Spec};

/// Blocks of the spec that are lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// `[network.X]`; with the first one comes the stack's claim.
    Network,
    /// `[cluster.X]` with its pools.
    Cluster,
    /// `[secret.X]`.
    Secret,
    /// `[load_balancer.X]`.
    LoadBalancer,
    /// `[workload.X]`.
    Workload,
    /// `[job.X]`.
    Job,
}

/// The one table of lowering: on this platform, such a block is served by this provider. A provider may expand its
/// block into kinds of another one; they refer to each other by id and output only.
const LOWERING: [(Platform, Block, &str); 11] = [
    (Platform::Gke, Block::Network, provision_gke::PROVIDER),
    (Platform::Gke, Block::Cluster, provision_gke::PROVIDER),
    (Platform::Gke, Block::Secret, provision_gke::PROVIDER),
    (Platform::Eks, Block::Network, provision_aws::PROVIDER),
    (Platform::Eks, Block::Cluster, provision_eks::PROVIDER),
    (Platform::Ecs, Block::Network, provision_aws::PROVIDER),
    (Platform::Ecs, Block::Cluster, provision_ecs::PROVIDER),
    (Platform::Ecs, Block::Secret, provision_aws::PROVIDER),
    (Platform::Ecs, Block::LoadBalancer, provision_aws::PROVIDER),
    (Platform::Ecs, Block::Workload, provision_ecs::PROVIDER),
    (Platform::Ecs, Block::Job, provision_ecs::PROVIDER),
];

/// The platforms that a linked provider serves.
#[must_use]
pub fn platforms(provider: &str) -> BTreeSet<Platform> {
    LOWERING
        .iter()
        .filter(|(_, _, name)| *name == provider)
        .map(|(platform, _, _)| *platform)
        .collect()
}

/// Addresses of blocks by the provider that they are lowered to.
pub(super) fn lower(spec: &Spec) -> BTreeMap<String, Vec<String>> {
    let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |platform: Platform, block: Block, address: String| {
        let served = LOWERING
            .iter()
            .filter(|row| row.0 == platform && row.1 == block);
        for (_, _, provider) in served {
            let of_provider = blocks.entry((*provider).to_owned()).or_default();
            if !of_provider.contains(&address) {
                of_provider.push(address.clone());
            }
        }
    };
    for name in spec.networks.keys() {
        for platform in users(spec, name) {
            add(platform, Block::Network, format!("network.{name}"));
        }
    }
    for (name, cluster) in &spec.clusters {
        add(cluster.platform, Block::Cluster, format!("cluster.{name}"));
    }
    let on = |cluster: &str| spec.clusters.get(cluster).map(|cluster| cluster.platform);
    for name in spec.secrets.keys() {
        if let Keeper::Platform(platform) = spec.keeper(name) {
            add(platform, Block::Secret, format!("secret.{name}"));
        }
    }
    for name in spec.load_balancers.keys() {
        for platform in spec.behind(name) {
            add(
                platform,
                Block::LoadBalancer,
                format!("load_balancer.{name}"),
            );
        }
    }
    for (name, workload) in &spec.workloads {
        if let Some(platform) = on(&workload.cluster) {
            add(platform, Block::Workload, format!("workload.{name}"));
        }
    }
    for (name, job) in &spec.jobs {
        if let Some(platform) = on(&job.cluster) {
            add(platform, Block::Job, format!("job.{name}"));
        }
    }
    blocks
}

/// Platforms of the clusters in a network; of one that none uses, those of the clouds that the spec names.
fn users(spec: &Spec, network: &str) -> BTreeSet<Platform> {
    let users: BTreeSet<Platform> = spec
        .clusters
        .values()
        .filter(|cluster| cluster.network == network)
        .map(|cluster| cluster.platform)
        .collect();
    match (users.is_empty(), &spec.aws, &spec.gcp) {
        (true, Some(_), _) => BTreeSet::from([Platform::Eks]),
        (true, None, Some(_)) => BTreeSet::from([Platform::Gke]),
        _ => users,
    }
}
