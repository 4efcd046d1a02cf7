//! Clusters and node pools that are taken over.
//!
//! What is adopted is the object that the block names. The network that it stands in, the accounts that its nodes are and
//! what else it was made with are used as they are and left alone. Networks, subnetworks and routers are never adopted: the
//! only place for a mark on them is the description, which is given at creation and never changed, so that they are
//! `existing`.

use std::collections::BTreeMap;

use provision_core::contract::{Note, Severity};
use provision_core::model::{Adopt, Open, Otherwise, Resource, Value};

use super::cluster::Plan;
use super::pool::POOL_LABEL;

/// Fields of a cluster that are compared; of all others the live value stands.
const CLUSTER: [&str; 8] = [
    "version",
    "channel",
    "public_endpoint",
    "restricted",
    "authorized_networks",
    "dns_endpoint",
    "logging",
    "managed_prometheus",
];

/// Fields that are compared where the block says something of them.
const WINDOW: [&str; 3] = ["maintenance_start", "maintenance_hours", "maintenance_days"];

/// Fields of a pool that are compared.
const POOL: [&str; 9] = [
    "version",
    "machine_type",
    "arch",
    "spot",
    "min",
    "max",
    "missing",
    "labels",
    "taints",
];

/// The name in a path of a cluster or pool, or the name itself.
pub(crate) fn name_in(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

impl Plan<'_> {
    /// By the block's word, or by the mark that an earlier run left.
    fn adopted(&self, address: &str, word: Option<&str>) -> Option<String> {
        let marked = || self.facts?.adopted.get(address).cloned();
        word.map(str::to_owned).or_else(marked)
    }

    /// What the block names as the cluster that is taken over.
    pub(super) fn adopted_cluster(&self) -> Option<String> {
        self.adopted(&self.address, self.block.adopt.as_deref())
    }

    /// What a pool's block names as the pool that it takes over.
    pub(super) fn adopted_pool(&self, pool: &str) -> Option<String> {
        let word = self.block.pools.get(pool)?.adopt.as_deref();
        self.adopted(&format!("{}.pool.{pool}", self.address), word)
    }

    /// A cluster that is taken over.
    pub(super) fn taken_cluster(&self, mut cluster: Resource<Open>, root: &str) -> Resource<Open> {
        let gke = &self.block.gke;
        let mut compared = CLUSTER.to_vec();
        compared.extend(gke.kms_key.as_ref().map(|_| "kms_key"));
        compared.extend(gke.maintenance.iter().flat_map(|_| WINDOW));
        compared.extend((!gke.addons.is_empty()).then_some("addons"));
        cluster.name = Some(name_in(root).to_owned());
        let advice =
            format!("there is no cluster {root} here: name one of this project and region");
        self.part(cluster, root, advice, &compared)
    }

    /// A pool that is taken over.
    pub(super) fn taken_pool(&self, mut pool: Resource<Open>, root: &str) -> Resource<Open> {
        if let Some(Value::Map(labels)) = pool.fields.get_mut("labels") {
            labels.remove(POOL_LABEL);
        }
        pool.name = Some(name_in(root).to_owned());
        let advice = format!("there is no node pool {root} in the cluster: name one that is");
        self.part(pool, root, advice, &POOL)
    }

    fn part(
        &self,
        mut resource: Resource<Open>,
        root: &str,
        advice: String,
        compared: &[&str],
    ) -> Resource<Open> {
        let fields = &mut resource.fields;
        fields.retain(|name, _| compared.contains(&name.as_str()));
        let labels = self.labels().into_iter();
        let tags: BTreeMap<String, Value<Open>> = labels
            .map(|(key, value)| (key, Value::text(value)))
            .collect();
        fields.insert("tags".to_owned(), Value::Map(tags));
        resource.after.clear();
        resource.adopt = Some(Adopt {
            root: root.to_owned(),
            otherwise: Otherwise::Refuse { advice },
        });
        resource
    }

    /// What people should know about a cluster that is taken over.
    pub(super) fn adoption_note(&self, root: &str) -> Note {
        let message = format!(
            "{root} stays in its network and on the accounts that its nodes are: they are used as they are and never changed or deleted"
        );
        Note {
            severity: Severity::Info,
            code: "adopted".to_owned(),
            message,
            address: Some(self.address.clone()),
        }
    }
}
