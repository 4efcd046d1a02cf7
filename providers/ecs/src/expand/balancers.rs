//! Balancers whose traffic goes to a workload: their target groups, and the rules that let them in.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Field, SecurityGroupRule};
use provision_core::contract::ExpandRequest;
use provision_core::model::{ResourceId, digest8};
use provision_core::spec::{LoadBalancer, Workload};

use super::unit::{Made, Unit};
use crate::kinds::{Balancer, PORT_NAME};

/// One way from a balancer to a workload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    /// The balancer's name in the spec.
    pub(super) balancer: String,
    /// The port of the workload.
    pub(super) port: u16,
    /// Its target group.
    pub(super) target_group: ResourceId,
    /// The listeners and rules that lead there: a service cannot be made before one of them is.
    pub(super) leading: Vec<ResourceId>,
}

/// All ways to a workload, in order.
pub(super) fn ways(request: &ExpandRequest, name: &str, workload: &Workload) -> Vec<Way> {
    let all = request.spec.load_balancers.iter();
    let ways = all.flat_map(|(balancer, block)| {
        ports(block, name, workload)
            .into_iter()
            .filter_map(move |(port, own)| {
                let port_of = port.or(workload.port)?;
                let address = format!("load_balancer.{balancer}");
                let part = match own {
                    true => format!("target-group.{name}"),
                    false => format!("target-group.{name}-{port_of}"),
                };
                Some(Way {
                    balancer: balancer.clone(),
                    port: port_of,
                    target_group: ResourceId::new(address.as_str(), part),
                    leading: leading(&address, block, name, port),
                })
            })
    });
    let ways: BTreeSet<Way> = ways.collect();
    ways.into_iter().collect()
}

/// The ports that a balancer sends a workload's traffic to, and whether it is the workload's own.
fn ports(block: &LoadBalancer, name: &str, workload: &Workload) -> BTreeSet<(Option<u16>, bool)> {
    let targets = block.targets.iter().filter(|target| {
        let there = target.cluster.as_ref();
        target.workload == name && there.is_none_or(|there| *there == workload.cluster)
    });
    let targets = targets.map(|target| (target.port, target.port.is_none()));
    let routes = block.routes.iter().filter(|route| route.workload == name);
    targets.chain(routes.map(|_| (None, true))).collect()
}

fn leading(address: &str, block: &LoadBalancer, name: &str, named: Option<u16>) -> Vec<ResourceId> {
    let mut targets = block.targets.iter();
    let by_default = targets.any(|target| target.workload == name && target.port == named);
    let routes = block.routes.iter();
    let routes: Vec<_> = routes
        .filter(|route| named.is_none() && route.workload == name)
        .collect();
    let mut ids = Vec::new();
    let open = block.listeners.iter().filter(|one| one.redirect.is_none());
    for port in open.map(|one| one.port) {
        if by_default {
            ids.push(ResourceId::new(address, format!("listener.{port}")));
        }
        for route in &routes {
            let word = |text: &Option<String>| text.clone().unwrap_or_default();
            let digest = digest8(&[&word(&route.host), &word(&route.path)]);
            ids.push(ResourceId::new(
                address,
                format!("rule-route.{port}.{digest}"),
            ));
        }
    }
    ids
}

/// Ports of the main container by name: the workload's own, and others that balancers reach it on.
pub(super) fn port_names(workload: &Workload, ways: &[Way]) -> BTreeMap<String, i32> {
    let mut names = BTreeMap::new();
    if let Some(port) = workload.port {
        names.insert(PORT_NAME.to_owned(), i32::from(port));
    }
    for way in ways.iter().filter(|way| Some(way.port) != workload.port) {
        names.insert(format!("port-{}", way.port), i32::from(way.port));
    }
    names
}

impl Unit<'_> {
    /// The target groups that its tasks are in.
    pub(super) fn targets(&self, ways: &[Way]) -> Vec<Balancer> {
        ways.iter()
            .map(|way| Balancer {
                target_group: Field::output(&way.target_group, "arn"),
                container: self.name.to_owned(),
                port: i32::from(way.port),
            })
            .collect()
    }

    /// The rules that let balancers in, each on the ports that it sends traffic to.
    pub(super) fn rules(&self, ways: &[Way]) -> Vec<Made> {
        let pairs: BTreeSet<(&str, u16)> = ways
            .iter()
            .map(|way| (way.balancer.as_str(), way.port))
            .collect();
        pairs
            .into_iter()
            .map(|(balancer, port)| {
                let peer = ResourceId::new(format!("load_balancer.{balancer}"), "security-group");
                let fields = SecurityGroupRule {
                    group: Field::output(&self.id("security-group"), "id"),
                    egress: false,
                    protocol: "tcp".to_owned(),
                    from_port: i32::from(port),
                    to_port: i32::from(port),
                    cidr: None,
                    peer: Some(Field::output(&peer, "id")),
                    description: Some(format!("from load_balancer.{balancer}")),
                    tags: self.tags(""),
                };
                let part = format!("rule.in-{balancer}-{port}");
                self.shared(&part, "ec2.security_group_rule", &fields)
            })
            .collect()
    }

    /// The rules that let callers by name in: who they are only the namespace knows, so it is the network as a whole.
    pub(super) fn rules_of_namespace(&self, workload: &Workload) -> Vec<Made> {
        let Some(port) = workload.port.filter(|_| self.namespace.is_some()) else {
            return Vec::new();
        };
        let rule = |(nth, range): (usize, &String)| {
            let fields = SecurityGroupRule {
                group: Field::output(&self.id("security-group"), "id"),
                egress: false,
                protocol: "tcp".to_owned(),
                from_port: i32::from(port),
                to_port: i32::from(port),
                cidr: Some(range.as_str().into()),
                peer: None,
                description: Some("callers by name".to_owned()),
                tags: self.tags(""),
            };
            let part = match nth {
                0 => "rule.in-network".to_owned(),
                nth => format!("rule.in-network-{nth}"),
            };
            self.shared(&part, "ec2.security_group_rule", &fields)
        };
        self.ground.ranges.iter().enumerate().map(rule).collect()
    }
}
