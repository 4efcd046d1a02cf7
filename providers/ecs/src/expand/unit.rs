//! What workloads and jobs have in common on their way to resources: where they run, how they are called, what they may do.

use provision_aws::{Field, Ground, Tags, fields_of, ground, internal, tags};
use provision_core::contract::{
    Class, Context, ExpandAnswer, ExpandRequest, Failure, Note, Severity,
};
use provision_core::model::{Kind, Open, Pending, Resource, ResourceId, physical_name};
use provision_core::spec::{Arch, Cluster, Container, Pool, WorkloadIdentity};
use serde::Serialize;

use super::PLATFORM;
use crate::kinds::{Capacity, FARGATE, FARGATE_SPOT};

/// A desired resource, or why there is none.
pub(super) type Made = Result<Resource<Open>, Failure>;

/// Longest name of a cluster, of a service and of a family (CreateCluster, CreateService, RegisterTaskDefinition).
const NAME: usize = 255;

/// A workload or a job.
pub(super) struct Unit<'a> {
    /// The request.
    pub(super) request: &'a ExpandRequest,
    /// `workload.web`.
    pub(super) address: String,
    /// Its name in the spec.
    pub(super) name: &'a str,
    /// What its objects are called: `shop-web`; of a job, `shop-migrate_job`, which no workload can be called.
    pub(super) called: String,
    /// Its cluster's name in the spec.
    pub(super) cluster: &'a str,
    /// Its cluster.
    pub(super) block: &'a Cluster,
    /// Its pool.
    pub(super) pool: Option<(&'a str, &'a Pool)>,
    /// Its main container.
    pub(super) container: &'a Container,
    /// What it may do in the cloud.
    pub(super) identity: Option<&'a WorkloadIdentity>,
    /// Its network.
    pub(super) ground: Ground,
    /// The physical name of its cluster.
    pub(super) cluster_called: String,
    /// The namespace of its cluster, in which workloads call each other by name.
    pub(super) namespace: Option<ResourceId>,
}

/// The words of a block that a unit is made of.
pub(super) struct Words<'a> {
    /// `workload` or `job`.
    pub(super) sort: &'a str,
    /// Its name.
    pub(super) name: &'a str,
    /// Its cluster.
    pub(super) cluster: &'a str,
    /// Its pool.
    pub(super) pool: Option<&'a str>,
    /// Its main container.
    pub(super) container: &'a Container,
    /// What it may do in the cloud.
    pub(super) identity: Option<&'a WorkloadIdentity>,
}

impl<'a> Unit<'a> {
    /// The unit of a block that is asked for; `None` of one that is not, or is not for ECS.
    pub(super) fn of(
        request: &'a ExpandRequest,
        answer: &ExpandAnswer,
        words: &Words<'a>,
    ) -> Option<Result<Self, Failure>> {
        let address = format!("{}.{}", words.sort, words.name);
        let block = request.spec.clusters.get(words.cluster)?;
        if block.platform != PLATFORM || !request.blocks.contains(&address) {
            return None;
        }
        let facts = request.facts.as_ref();
        let ground = match ground(&request.spec, &block.network, facts, &[]) {
            Ok(ground) => ground,
            Err(failure) => return Some(Err(failure)),
        };
        let stack = &request.context.stack;
        let called = match words.sort {
            "job" => format!("{stack}-{}_job", words.name),
            _ => format!("{stack}-{}", words.name),
        };
        let pool = words.pool.and_then(|name| block.pools.get_key_value(name));
        let of_cluster = |part: &str| {
            let id = ResourceId::new(format!("cluster.{}", words.cluster), part);
            answer.resources.iter().find(|one| one.id == id)
        };
        let cluster_called = of_cluster("cluster").and_then(|one| one.name.clone());
        Some(Ok(Self {
            cluster_called: cluster_called
                .unwrap_or_else(|| cluster_name(&request.context, words.cluster)),
            namespace: of_cluster("namespace").map(|one| one.id.clone()),
            request,
            address,
            name: words.name,
            called,
            cluster: words.cluster,
            block,
            pool: pool.map(|(name, pool)| (name.as_str(), pool)),
            container: words.container,
            identity: words.identity,
            ground,
        }))
    }

    pub(super) fn context(&self) -> &'a Context {
        &self.request.context
    }

    /// The id of a part of it.
    pub(super) fn id(&self, part: &str) -> ResourceId {
        ResourceId::new(self.address.as_str(), part)
    }

    /// The id of a part of its cluster.
    pub(super) fn cluster_id(&self, part: &str) -> ResourceId {
        ResourceId::new(format!("cluster.{}", self.cluster), part)
    }

    /// The physical name of its cluster.
    pub(super) fn cluster_name(&self) -> String {
        self.cluster_called.clone()
    }

    /// Tags of an object, named in consoles like the unit with `suffix`.
    pub(super) fn tags(&self, suffix: &str) -> Tags {
        tags(self.context(), &format!("{}{suffix}", self.called))
    }

    /// A resource of provider `aws`.
    pub(super) fn shared<S: Serialize>(&self, part: &str, kind: &str, fields: &S) -> Made {
        let mut resource = provision_aws::resource(self.id(part), kind, fields)?;
        resource.platform = Some(PLATFORM);
        Ok(resource)
    }

    /// A resource of provider `ecs`.
    pub(super) fn own<S: Serialize>(&self, part: &str, kind: &str, fields: &S) -> Made {
        own(self.id(part), kind, fields)
    }

    /// Gives a resource its physical name; `global` where the account has one space of names for all regions.
    pub(super) fn named(
        &self,
        mut resource: Resource<Open>,
        wanted: &str,
        limit: usize,
        global: bool,
    ) -> Resource<Open> {
        let context = self.context();
        let place = (context.stack.as_str(), context.region.as_str());
        let name = physical_name(wanted, limit, global, place, &resource.id, &resource.kind);
        resource.name = Some(name);
        resource
    }

    /// Whether tasks run on machines of the cluster's pools, and not on Fargate.
    pub(super) fn on_machines(&self) -> bool {
        self.block.ecs.on_pools()
    }

    /// The processor: that of its pool; where it names none, of the one it gets.
    pub(super) fn arch(&self) -> Arch {
        let default = || {
            let all = self.block.pools.values();
            let pool = all
                .clone()
                .find(|pool| !pool.spot)
                .or_else(|| all.clone().next());
            pool.filter(|_| self.on_machines())
        };
        let pool = self.pool.map(|(_, pool)| pool).or_else(default);
        pool.map_or_else(Arch::default, |pool| pool.machine.arch)
    }

    /// Where it is placed; `None` = as its cluster says.
    pub(super) fn capacity(&self) -> Option<Vec<Capacity>> {
        let (name, pool) = self.pool?;
        let provider = match (self.on_machines(), pool.spot) {
            (false, false) => FARGATE.into(),
            (false, true) => FARGATE_SPOT.into(),
            (true, _) => {
                let pool = format!("cluster.{}.pool.{name}", self.cluster);
                let id = ResourceId::new(pool, "capacity-provider");
                Field::output(&id, "name")
            }
        };
        Some(vec![Capacity {
            provider,
            weight: 1,
            base: 0,
        }])
    }

    /// What must stand before tasks can run: the cluster's capacity, and the network's ways out.
    pub(super) fn ready(&self) -> Vec<ResourceId> {
        let mut ready = vec![self.cluster_id("capacity")];
        ready.extend(self.ground.ready.iter().cloned());
        ready
    }

    /// Groups of its tasks: its own, and those that whatever runs in the network joins.
    pub(super) fn groups(&self) -> Vec<Field<String>> {
        let network = self.request.spec.networks.get(&self.block.network);
        let beside = network.map_or(&[][..], |network| &network.security_groups);
        let mut groups = vec![Field::output(&self.id("security-group"), "id")];
        groups.extend(beside.iter().map(|group| group.as_str().into()));
        groups
    }

    /// A refusal of what its block says.
    pub(super) fn refused(&self, code: &str, message: &str, advice: &str) -> Failure {
        refused(&self.address, code, message, advice)
    }

    /// A note on its block.
    pub(super) fn note(&self, severity: Severity, code: &str, message: String) -> Note {
        Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.address.clone()),
        }
    }

    /// An ARN in its account and region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let context = self.context();
        let facts = self.request.facts.as_ref().map(|facts| &facts.account);
        let account = context.account.as_ref().or(facts);
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            provision_aws::partition(&context.region),
            context.region,
            account.map_or("", String::as_str)
        )
    }
}

/// A resource of provider `ecs`.
pub(super) fn own<S: Serialize>(id: ResourceId, kind: &str, fields: &S) -> Made {
    Ok(Resource {
        id,
        kind: Kind::new(kind),
        provider: crate::PROVIDER.to_owned(),
        platform: Some(PLATFORM),
        name: None,
        parent: None,
        fields: fields_of(fields).map_err(|error| internal(error.to_string()))?,
        after: Vec::new(),
        outlives: Vec::new(),
        protect: false,
        adopt: None,
    })
}

/// The physical name of a cluster in the spec, where nothing is asked of the cluster itself.
fn cluster_name(context: &Context, name: &str) -> String {
    let id = ResourceId::new(format!("cluster.{name}"), "cluster");
    let place = (context.stack.as_str(), context.region.as_str());
    let wanted = format!("{}-{name}", context.stack);
    physical_name(&wanted, NAME, false, place, &id, &Kind::new("ecs.cluster"))
}

/// A refusal of what the spec says.
pub(super) fn refused(address: &str, code: &str, message: &str, advice: &str) -> Failure {
    Failure {
        class: Class::Invalid,
        code: code.to_owned(),
        message: format!("{address}: {message}"),
        call: None,
        object: Some(address.to_owned()),
        advice: Some(advice.to_owned()),
    }
}

/// Keeps what was made, and why something was not.
pub(super) fn keep(answer: &mut ExpandAnswer, all: Vec<Made>) {
    for made in all {
        match made {
            Ok(resource) => answer.resources.push(resource),
            Err(failure) => answer.failures.push(failure),
        }
    }
}

/// A text with references in it.
pub(super) fn text(pieces: Vec<provision_core::model::Piece>) -> Field<String> {
    Field::Pending(Pending(pieces))
}
