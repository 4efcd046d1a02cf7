//! From `[cluster.NAME]` to resources: the cluster with its namespace and its capacity.
//!
//! Capacity is made after the cluster: machines join it by its name, and a cluster is told of its capacity providers when both
//! are there. Removal goes the other way round: the cluster lets go of its providers, these of their groups, groups end their
//! machines, and then the cluster is empty. Tasks have gone before.
//!
//! `protect` is set on the cluster alone, as everywhere.

use provision_aws::{Field, Ground, ground, tags};
use provision_core::contract::{Context, ExpandAnswer, ExpandRequest, Failure, Note, Severity};
use provision_core::model::{Open, Resource, ResourceId, physical_name};
use provision_core::spec::{Cluster as Block, Pool};
use serde::Serialize;

use super::PLATFORM;
use super::unit::{Made, keep, own, refused};
use crate::kinds::{
    CAPACITY, Capacity, Cluster, ClusterCapacity, FARGATE, FARGATE_SPOT, Namespace,
};

/// Longest name of a cluster (CreateCluster).
const CLUSTER_NAME: usize = 255;

/// Longest name of an HTTP namespace (CreateHttpNamespace).
const NAMESPACE_NAME: usize = 1024;

/// The clusters on ECS among the blocks.
pub(super) fn clusters(request: &ExpandRequest, answer: &mut ExpandAnswer) {
    for (name, block) in &request.spec.clusters {
        let address = format!("cluster.{name}");
        if block.platform != PLATFORM || !request.blocks.contains(&address) {
            continue;
        }
        match Plan::new(request, name, block) {
            Ok(plan) => {
                keep(answer, plan.resources());
                plan.notes(&mut answer.notes);
            }
            Err(failure) => answer.failures.push(failure),
        }
    }
}

/// One cluster on its way to resources.
pub(super) struct Plan<'a> {
    pub(super) request: &'a ExpandRequest,
    pub(super) context: &'a Context,
    pub(super) address: String,
    /// `shop-prod`: what names begin with.
    pub(super) name: String,
    /// `prod.shop`: what its services call each other under.
    domain: String,
    pub(super) block: &'a Block,
    /// Existing groups that machines join.
    pub(super) groups: &'a [String],
    /// Where machines stand; none on Fargate.
    pub(super) ground: Option<Ground>,
}

impl<'a> Plan<'a> {
    fn new(request: &'a ExpandRequest, name: &str, block: &'a Block) -> Result<Self, Failure> {
        let address = format!("cluster.{name}");
        let adopts = block.adopt.is_some() || block.pools.values().any(|pool| pool.adopt.is_some());
        if adopts {
            let message = "clusters on ecs cannot be taken over yet";
            let advice = "remove `adopt`, and give the cluster a name of its own";
            return Err(refused(&address, "not-yet", message, advice));
        }
        let facts = request.facts.as_ref();
        let ground = match block.ecs.on_pools() {
            true => Some(ground(&request.spec, &block.network, facts, &[])?),
            false => None,
        };
        let network = request.spec.networks.get(&block.network);
        let stack = &request.context.stack;
        Ok(Self {
            request,
            context: &request.context,
            name: format!("{stack}-{name}"),
            domain: format!("{name}.{stack}"),
            address,
            block,
            groups: network.map_or(&[][..], |network| &network.security_groups),
            ground,
        })
    }

    fn resources(&self) -> Vec<Made> {
        let mut all = vec![self.namespace(), self.cluster()];
        if let Some(ground) = self
            .ground
            .as_ref()
            .filter(|_| !self.block.pools.is_empty())
        {
            all.extend(self.machines(ground));
        }
        all.push(self.capacity());
        all
    }

    /// The id of a part of the cluster.
    pub(super) fn id(&self, part: &str) -> ResourceId {
        ResourceId::new(self.address.as_str(), part)
    }

    pub(super) fn pool_id(&self, pool: &str, part: &str) -> ResourceId {
        ResourceId::new(format!("{}.pool.{pool}", self.address), part)
    }

    /// The tags of an object, named in consoles like the cluster with `suffix`.
    pub(super) fn tags(&self, suffix: &str) -> provision_aws::Tags {
        tags(self.context, &format!("{}{suffix}", self.name))
    }

    /// A resource of provider `aws`.
    pub(super) fn shared<S: Serialize>(&self, id: ResourceId, kind: &str, fields: &S) -> Made {
        let mut resource = provision_aws::resource(id, kind, fields)?;
        resource.platform = Some(PLATFORM);
        Ok(resource)
    }

    /// Gives a resource its physical name; `global` where the account has one space of names for all regions.
    pub(super) fn named(
        &self,
        mut resource: Resource<Open>,
        wanted: &str,
        limit: usize,
        global: bool,
    ) -> Resource<Open> {
        let place = (self.context.stack.as_str(), self.context.region.as_str());
        let name = physical_name(wanted, limit, global, place, &resource.id, &resource.kind);
        resource.name = Some(name);
        resource
    }

    pub(super) fn note(&self, severity: Severity, code: &str, message: String) -> Note {
        Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.address.clone()),
        }
    }

    fn namespace(&self) -> Made {
        let fields = Namespace {
            tags: self.tags(""),
        };
        let namespace = own(self.id("namespace"), "servicediscovery.namespace", &fields)?;
        Ok(self.named(namespace, &self.domain, NAMESPACE_NAME, false))
    }

    fn cluster(&self) -> Made {
        let ecs = &self.block.ecs;
        let fields = Cluster {
            namespace: Field::output(&self.id("namespace"), "arn"),
            insights: insights(ecs.insights.as_deref()).to_owned(),
            exec_logging: if ecs.exec { "DEFAULT" } else { "NONE" }.to_owned(),
            tags: self.tags(""),
        };
        let cluster = own(self.id("cluster"), "ecs.cluster", &fields)?;
        let mut cluster = self.named(cluster, &self.name, CLUSTER_NAME, false);
        cluster.protect = self.block.protect;
        Ok(cluster)
    }

    /// On Fargate both of its sorts, so that every workload can choose; else a provider for each pool.
    fn capacity(&self) -> Made {
        let of_pool = |pool: &str| Field::output(&self.pool_id(pool, "capacity-provider"), "name");
        let (providers, first) = match self.ground {
            None => {
                let both = [FARGATE, FARGATE_SPOT];
                (both.map(Field::from).to_vec(), Some(FARGATE.into()))
            }
            Some(_) => {
                let pools = self.block.pools.keys();
                let first = self.first_pool().map(|(name, _)| of_pool(name));
                (pools.map(|name| of_pool(name)).collect(), first)
            }
        };
        let share = |provider| Capacity {
            provider,
            weight: 1,
            base: 0,
        };
        let fields = ClusterCapacity {
            providers,
            strategy: first.into_iter().map(share).collect(),
        };
        let mut capacity = own(self.id(CAPACITY), "ecs.cluster_capacity", &fields)?;
        capacity.parent = Some(self.id("cluster"));
        // It is found by the cluster's name, however that was cut.
        capacity.name = self.cluster()?.name;
        Ok(capacity)
    }

    /// The pool of what names none: the first that is not spot, by name.
    pub(super) fn first_pool(&self) -> Option<(&'a str, &'a Pool)> {
        let pools = &self.block.pools;
        let stays = pools.iter().find(|(_, pool)| !pool.spot);
        let (name, pool) = stays.or_else(|| pools.iter().next())?;
        Some((name.as_str(), pool))
    }
}

/// ECS's word for how much Container Insights tells.
fn insights(word: Option<&str>) -> &str {
    let known = |word: &&str| ["enabled", "enhanced"].contains(word);
    word.filter(known).unwrap_or("disabled")
}
