//! From `[cluster.NAME]` to resources: the cluster with its roles, groups and logs, its node groups, add-ons and access.
//!
//! What is made in which order follows from references, parents and `after`; deletion goes the other way round. So vpc-cni,
//! kube-proxy and the pod identity agent stand before the nodes, CoreDNS and the EBS driver after them; nodes come
//! after their way to the internet, without which they cannot pull an image; the log group stands before the cluster,
//! so that its retention is ours, and goes after it, since EKS would make it again.
//!
//! `protect` is set on the cluster alone. Its roles and groups cannot go before it; its pools may still be replaced.

use provision_aws::{Field, Ground, Market, fields_of, ground, internal, market, tags};
use provision_core::contract::{Class, Context, ExpandAnswer, ExpandRequest, Facts, Failure};
use provision_core::model::{Kind, Open, Platform, Resource, ResourceId, physical_name};
use provision_core::spec::Cluster as Block;
use serde::Serialize;

use crate::existing;

mod access;
mod addon;
mod adopted;
mod cluster;
mod identity;
mod machine;
mod notes;
mod pool;
mod version;

pub(crate) use adopted::name_in;

/// Longest name of a cluster (CreateCluster).
const CLUSTER_NAME: usize = 100;

/// EKS takes no fewer subnets than two, in two zones.
const FEWEST_SLOTS: usize = 2;

/// A desired resource, or why there is none.
type Made = Result<Resource<Open>, Failure>;

/// The clusters on EKS among the blocks.
#[must_use]
pub fn expand(request: &ExpandRequest) -> ExpandAnswer {
    let mut answer = ExpandAnswer::default();
    let market = market(request);
    for (name, block) in &request.spec.clusters {
        let address = format!("cluster.{name}");
        if block.platform != Platform::Eks || !request.blocks.contains(&address) {
            continue;
        }
        match Plan::new(request, &market, name, block) {
            Ok(plan) => plan.expand(&mut answer),
            Err(failure) => answer.failures.push(failure),
        }
    }
    answer
}

/// One cluster on its way to resources.
struct Plan<'a> {
    request: &'a ExpandRequest,
    context: &'a Context,
    facts: Option<&'a Facts>,
    market: &'a Market<'a>,
    address: String,
    /// `shop-prod`: the cluster's name, and what the names of the rest begin with.
    name: String,
    block: &'a Block,
    /// Existing groups that nodes join.
    groups: &'a [String],
    ground: Ground,
    /// The cluster that is taken over, by name or ARN.
    adopted: Option<String>,
}

impl<'a> Plan<'a> {
    fn new(
        request: &'a ExpandRequest,
        market: &'a Market<'a>,
        name: &str,
        block: &'a Block,
    ) -> Result<Self, Failure> {
        let address = format!("cluster.{name}");
        let facts = request.facts.as_ref();
        let stand = existing::found(name, facts);
        let ground = ground(&request.spec, &block.network, facts, &stand.subnets)?;
        if let Some(vpc) = ground.vpc.get().filter(|vpc| elsewhere(vpc, &stand)) {
            let message = format!(
                "{address}: the live cluster is in {}, and network.{} is {vpc}: a control plane stays in its network",
                stand.vpc, block.network
            );
            let advice = "go back to the network it is in, or declare a second cluster in the other one, move what \
                          runs, then remove this one";
            return Err(refused(&address, "network-moved", message, advice));
        }
        if let Some(zones) = ground.zones.filter(|zones| *zones < FEWEST_SLOTS) {
            let message = format!(
                "{address}: EKS needs subnets in {FEWEST_SLOTS} zones, and the account can use {zones} here"
            );
            let advice = "take another region, or opt in to more zones";
            return Err(refused(&address, "zones-too-few", message, advice));
        }
        let network = request.spec.networks.get(&block.network);
        Ok(Self {
            adopted: provision_aws::adopted(request, &address, block.adopt.as_deref()),
            request,
            market,
            context: &request.context,
            facts,
            name: readable(&request.context, name),
            address,
            block,
            groups: network.map_or(&[][..], |network| &network.security_groups),
            ground,
        })
    }

    fn expand(&self, answer: &mut ExpandAnswer) {
        let all = match self.adopted_cluster() {
            Some(root) => {
                self.adoption_notes(root, &mut answer.notes);
                self.taken_over(root)
            }
            None => self.whole(),
        };
        for made in all {
            match made {
                Ok(resource) => answer.resources.push(resource),
                Err(failure) => answer.failures.push(failure),
            }
        }
        self.notes(&mut answer.notes);
    }

    /// Everything of a cluster of our own making.
    fn whole(&self) -> Vec<Made> {
        let mut all = self.identity();
        all.extend(self.control_plane());
        all.extend(self.addons(true));
        for (name, pool) in &self.block.pools {
            all.extend(self.pool(name, pool));
        }
        all.extend(self.addons(false));
        all.extend(self.access());
        all
    }

    /// The id of a part of the cluster.
    fn id(&self, part: &str) -> ResourceId {
        ResourceId::new(self.address.as_str(), part)
    }

    fn cluster_id(&self) -> ResourceId {
        self.id("cluster")
    }

    fn vpc(&self) -> Field<String> {
        self.ground.vpc.clone()
    }

    fn pool_id(&self, pool: &str, part: &str) -> ResourceId {
        ResourceId::new(format!("{}.pool.{pool}", self.address), part)
    }

    fn node_groups(&self) -> impl Iterator<Item = ResourceId> {
        let pools = self.block.pools.keys();
        pools.map(|pool| self.pool_id(pool, "nodegroup"))
    }

    /// The tags of an object, named in consoles like the cluster with `suffix`.
    fn tags(&self, suffix: &str) -> std::collections::BTreeMap<String, String> {
        tags(self.context, &format!("{}{suffix}", self.name))
    }

    /// A resource of provider `aws`.
    fn shared<S: Serialize>(&self, id: ResourceId, kind: &str, fields: &S) -> Made {
        let mut resource = provision_aws::resource(id, kind, fields)?;
        resource.platform = Some(Platform::Eks);
        Ok(resource)
    }

    /// A resource of provider `eks`.
    fn own<S: Serialize>(&self, id: ResourceId, kind: &str, fields: &S) -> Made {
        Ok(Resource {
            id,
            kind: Kind::new(kind),
            provider: crate::PROVIDER.to_owned(),
            platform: Some(Platform::Eks),
            name: None,
            parent: None,
            fields: fields_of(fields).map_err(|error| internal(error.to_string()))?,
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        })
    }

    /// A resource of provider `eks` that lives in the cluster.
    fn child<S: Serialize>(&self, id: ResourceId, kind: &str, name: &str, fields: &S) -> Made {
        let mut resource = self.own(id, kind, fields)?;
        resource.name = Some(name.to_owned());
        resource.parent = Some(self.cluster_id());
        Ok(resource)
    }

    /// The physical name of a resource; `global` where the account has one space of names for all regions.
    fn physical(
        &self,
        resource: &Resource<Open>,
        wanted: &str,
        limit: usize,
        global: bool,
    ) -> String {
        let place = (self.context.stack.as_str(), self.context.region.as_str());
        physical_name(wanted, limit, global, place, &resource.id, &resource.kind)
    }
}

/// Whether a live cluster is in another VPC.
fn elsewhere(vpc: &str, stand: &existing::Stand) -> bool {
    !stand.vpc.is_empty() && stand.vpc != vpc
}

/// What names of a cluster's objects begin with: `shop-prod`.
fn readable(context: &Context, name: &str) -> String {
    format!("{}-{name}", context.stack)
}

/// The physical name of the cluster of this name in the spec.
pub(crate) fn cluster_name(context: &Context, name: &str) -> String {
    let place = (context.stack.as_str(), context.region.as_str());
    let id = ResourceId::new(format!("cluster.{name}"), "cluster");
    let kind = Kind::new("eks.cluster");
    physical_name(
        &readable(context, name),
        CLUSTER_NAME,
        false,
        place,
        &id,
        &kind,
    )
}

/// A refusal of what the spec says.
fn refused(address: &str, code: &str, message: String, advice: impl Into<String>) -> Failure {
    Failure {
        class: Class::Invalid,
        code: code.to_owned(),
        message,
        call: None,
        object: Some(address.to_owned()),
        advice: Some(advice.into()),
    }
}

#[cfg(test)]
mod tests;
