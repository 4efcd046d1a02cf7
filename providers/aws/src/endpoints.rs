//! Private endpoints of a network: which services, and the resources of them.

use provision_core::contract::{Context, Failure, Note, Severity};
use provision_core::model::{Open, Platform, Resource, ResourceId, physical_name};
use provision_core::spec::{Cluster, Endpoints, Nat, Spec};

use crate::expand::{resource, tags};
use crate::field::Field;
use crate::kinds::{SecurityGroup, SecurityGroupRule, VpcEndpoint};
use crate::layout::Layout;

/// What nodes without a way to the internet call: images, addresses for pods, roles, balancers (EKS user guide, "private
/// clusters").
const NEEDED: [&str; 8] = [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "s3",
    "sts",
];

/// What tasks and machines of ECS call: images, the control plane, logs, secrets (ECS developer guide, "interface VPC
/// endpoints").
const NEEDED_BY_ECS: [&str; 9] = [
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "logs",
    "s3",
    "secretsmanager",
    "ssm",
];

/// What commands that are run in containers of ECS go through.
const EXEC: &str = "ssmmessages";

/// Without these no node becomes ready.
const VITAL: [&str; 4] = ["ec2", "ecr.api", "ecr.dkr", "s3"];

/// Without these no task starts.
const VITAL_TO_ECS: [&str; 4] = ["ecr.api", "ecr.dkr", "logs", "s3"];

/// Without these no machine joins a cluster.
const VITAL_TO_MACHINES: [&str; 3] = ["ecs", "ecs-agent", "ecs-telemetry"];

/// Services that are reached by a route, at no price.
const GATEWAYS: [&str; 2] = ["s3", "dynamodb"];

/// Longest name of a security group (CreateSecurityGroup).
const GROUP_NAME: usize = 255;

/// All of these services talk TLS.
const PORT: i32 = 443;

/// Clusters in a network.
fn users<'a>(spec: &'a Spec, network: &'a str) -> impl Iterator<Item = &'a Cluster> {
    let clusters = spec.clusters.values();
    clusters.filter(move |cluster| cluster.network == network)
}

/// Whether something runs on a cluster that calls services: nodes of its pools, or tasks on Fargate.
fn calls(cluster: &&Cluster) -> bool {
    !cluster.pools.is_empty() || is_ecs(cluster) && !cluster.ecs.on_pools()
}

fn is_ecs(cluster: &Cluster) -> bool {
    cluster.platform == Platform::Ecs
}

/// Whether nodes or tasks run in the network.
pub(crate) fn has_nodes(spec: &Spec, network: &str) -> bool {
    users(spec, network).any(|cluster| calls(&cluster))
}

/// The services that nodes and tasks call, by the platforms of the clusters there; where there is none, those of
/// Kubernetes. A control plane sends its logs from outside of the network.
pub(crate) fn needed(spec: &Spec, network: &str) -> Vec<String> {
    let mut all: Vec<&str> = Vec::new();
    let (ecs, others): (Vec<&Cluster>, Vec<&Cluster>) =
        users(spec, network).partition(|cluster| is_ecs(cluster));
    if !others.is_empty() || ecs.is_empty() {
        all.extend(NEEDED);
    }
    if !ecs.is_empty() {
        all.extend(NEEDED_BY_ECS);
    }
    all.extend(ecs.iter().any(|cluster| cluster.ecs.exec).then_some(EXEC));
    distinct(all)
}

/// The services without which nothing comes up in the network.
pub(crate) fn vital(spec: &Spec, network: &str) -> Vec<String> {
    let mut all: Vec<&str> = Vec::new();
    let mut none = true;
    for cluster in users(spec, network) {
        none = false;
        match is_ecs(cluster) {
            true => all.extend(VITAL_TO_ECS),
            false => all.extend(VITAL),
        }
        if is_ecs(cluster) && cluster.ecs.on_pools() {
            all.extend(VITAL_TO_MACHINES);
        }
    }
    all.extend(VITAL.iter().filter(|_| none));
    distinct(all)
}

fn distinct(mut all: Vec<&str>) -> Vec<String> {
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(str::to_owned).collect()
}

/// The services that get an endpoint in a network of ours, in order.
#[must_use]
pub fn endpoints(spec: &Spec, network: &str) -> Vec<String> {
    let Some(block) = spec.networks.get(network) else {
        return Vec::new();
    };
    let cut_off = block.nat == Nat::None && has_nodes(spec, network);
    let mut services = match &block.endpoints {
        Endpoints::Unsaid if cut_off => needed(spec, network),
        Endpoints::Unsaid | Endpoints::None => Vec::new(),
        Endpoints::Needed => needed(spec, network),
        Endpoints::Named(named) => {
            let mut services = named.clone();
            if cut_off {
                services.extend(needed(spec, network));
            }
            services
        }
    };
    services.sort();
    services.dedup();
    services
}

/// Those of them that are billed by the hour.
#[must_use]
pub fn billed_endpoints(spec: &Spec, network: &str) -> Vec<String> {
    let all = endpoints(spec, network).into_iter();
    all.filter(|service| !is_gateway(service)).collect()
}

/// What the endpoints of a network are, and what they cost apart from traffic: by the hour, each in each zone.
pub(crate) fn note(address: &str, services: &[String]) -> Option<Note> {
    let priced = services
        .iter()
        .filter(|service| !is_gateway(service))
        .count();
    let message = format!(
        "private endpoints lead to {}; each of the {priced} that are interfaces is billed by the hour in each zone",
        services.join(", ")
    );
    (priced > 0).then(|| Note {
        severity: Severity::Info,
        code: "endpoints".to_owned(),
        message,
        address: Some(address.to_owned()),
    })
}

/// What must stand before nodes reach these services.
pub(crate) fn ready(network: &str, services: &[String]) -> Vec<ResourceId> {
    let mut ids: Vec<ResourceId> = services
        .iter()
        .map(|service| id(network, service))
        .collect();
    if services.iter().any(|service| !is_gateway(service)) {
        ids.push(part(network, "endpoint-rule.https"));
    }
    ids
}

/// What machines reach these services through once they have no other way; gateways, which are routes, aside.
pub(crate) fn doors(network: &str, services: &[String]) -> Vec<ResourceId> {
    let all = ready(network, services).into_iter();
    let gateways: Vec<ResourceId> = GATEWAYS
        .iter()
        .map(|service| id(network, service))
        .collect();
    all.filter(|id| !gateways.contains(id)).collect()
}

fn is_gateway(service: &str) -> bool {
    GATEWAYS.contains(&service)
}

fn id(network: &str, service: &str) -> ResourceId {
    part(network, &format!("endpoint.{}", service.replace('.', "-")))
}

fn part(network: &str, part: &str) -> ResourceId {
    ResourceId::new(format!("network.{network}"), part)
}

/// One network's endpoints on their way to resources.
pub(crate) struct Doors<'a> {
    /// Stack and region.
    pub(crate) context: &'a Context,
    /// The network's name.
    pub(crate) name: &'a str,
    /// Its range.
    pub(crate) cidr: &'a str,
    /// Where everything lies.
    pub(crate) layout: &'a Layout,
    /// The services.
    pub(crate) services: &'a [String],
}

impl Doors<'_> {
    /// The endpoints, with the group on their interfaces.
    pub(crate) fn resources(&self) -> Result<Vec<Resource<Open>>, Failure> {
        let mut all = Vec::new();
        if self.services.iter().any(|service| !is_gateway(service)) {
            all.push(self.group()?);
            all.push(self.rule()?);
        }
        for service in self.services {
            all.push(self.endpoint(service)?);
        }
        Ok(all)
    }

    fn tags(&self, suffix: &str) -> crate::Tags {
        let name = format!("{}-{}{suffix}", self.context.stack, self.name);
        tags(self.context, &name)
    }

    fn vpc(&self) -> Field<String> {
        Field::output(&self.layout.vpc, "id")
    }

    fn group_id(&self) -> ResourceId {
        part(self.name, "endpoint-security-group")
    }

    fn group(&self) -> Result<Resource<Open>, Failure> {
        let fields = SecurityGroup {
            vpc: self.vpc(),
            description: format!("VPC endpoints of network {}", self.name),
            tags: self.tags("-endpoints"),
        };
        let mut group = resource(self.group_id(), "ec2.security_group", &fields)?;
        let wanted = format!("{}-{}-endpoints", self.context.stack, self.name);
        let place = (self.context.stack.as_str(), self.context.region.as_str());
        let name = physical_name(&wanted, GROUP_NAME, false, place, &group.id, &group.kind);
        group.name = Some(name);
        Ok(group)
    }

    fn rule(&self) -> Result<Resource<Open>, Failure> {
        let fields = SecurityGroupRule {
            group: Field::output(&self.group_id(), "id"),
            egress: false,
            protocol: "tcp".to_owned(),
            from_port: PORT,
            to_port: PORT,
            cidr: Some(self.cidr.into()),
            peer: None,
            description: Some("services of AWS, from inside the network".to_owned()),
            tags: self.tags("-endpoints"),
        };
        let id = part(self.name, "endpoint-rule.https");
        resource(id, "ec2.security_group_rule", &fields)
    }

    /// Interfaces stand where nodes are; a gateway is a route of all private subnets.
    fn endpoint(&self, service: &str) -> Result<Resource<Open>, Failure> {
        let gateway = is_gateway(service);
        let slots = &self.layout.slots;
        let mut fields = VpcEndpoint {
            vpc: self.vpc(),
            service: format!("com.amazonaws.{}.{service}", self.context.region),
            kind: if gateway { "Gateway" } else { "Interface" }.to_owned(),
            tags: self.tags(&format!("-{service}")),
            ..VpcEndpoint::default()
        };
        if gateway {
            let tables = slots.iter().map(|slot| Field::output(&slot.routes, "id"));
            fields.route_tables = tables.collect();
        } else {
            let slots = slots.iter().filter(|slot| slot.nodes);
            fields.subnets = slots
                .map(|slot| Field::output(&slot.private, "id"))
                .collect();
            fields.security_groups = vec![Field::output(&self.group_id(), "id")];
            fields.private_dns = Some(true);
        }
        resource(id(self.name, service), "ec2.vpc_endpoint", &fields)
    }
}

#[cfg(test)]
mod tests {
    use provision_core::spec::{Input, load};

    use super::*;

    #[test]
    fn logs_get_a_door_only_where_the_file_says_so() {
        let services = |network: &str| {
            let text = format!(
                "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.n]\nnat = \"none\"\n{network}\n\
                 [cluster.c]\nplatform = \"eks\"\nnetwork = \"n\"\neks = {{ logging = [\"api\"] }}\n\
                 [cluster.c.pool.p]\nmachine = {{ cpu = 2, memory = \"8GiB\" }}\nnodes = 1\n"
            );
            let loaded = load(&Input::file("t.toml", text));
            endpoints(&loaded.unwrap_or_else(|all| panic!("{all:?}")).spec, "n")
        };
        assert_eq!(services(""), NEEDED);
        let named = services("endpoints = [\"logs\"]");
        assert_eq!(named.len(), NEEDED.len() + 1);
        assert!(named.contains(&"logs".to_owned()), "{named:?}");
    }
    #[test]
    fn clusters_on_ecs_need_doors_of_their_own() {
        let services = |words: &str| {
            let text = format!(
                "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.n]\nnat = \"none\"\n\
                 [cluster.c]\nplatform = \"ecs\"\nnetwork = \"n\"\n{words}\n"
            );
            let mut input = Input::file("t.toml", text);
            input.allow_unbuilt = true;
            let spec = load(&input).unwrap_or_else(|all| panic!("{all:?}")).spec;
            (endpoints(&spec, "n"), vital(&spec, "n"))
        };
        let (needed, vital) = services("");
        assert_eq!(
            (needed, vital.len()),
            (NEEDED_BY_ECS.map(str::to_owned).to_vec(), 4)
        );
        let (needed, _) = services("ecs = { exec = true }");
        assert!(needed.contains(&EXEC.to_owned()), "{needed:?}");
        let pool = "ecs = { capacity = \"ec2\" }\n[cluster.c.pool.p]\nmachine = { cpu = 2 }\n";
        assert_eq!(services(pool).1.len(), 7);
    }
}
