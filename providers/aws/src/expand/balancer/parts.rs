//! What a balancer is made of, by id. The workloads behind it refer to the same ids.

use std::collections::BTreeMap;

use provision_core::model::{ResourceId, digest8};
use provision_core::spec::{Listener, LoadBalancer, Route, Spec, Workload};

/// The parts of one balancer.
pub(super) struct Parts {
    address: String,
}

impl Parts {
    pub(super) fn of(name: &str) -> Self {
        Self {
            address: format!("load_balancer.{name}"),
        }
    }

    pub(super) fn id(&self, part: String) -> ResourceId {
        ResourceId::new(self.address.as_str(), part)
    }

    pub(super) fn load_balancer(&self) -> ResourceId {
        self.id("load-balancer".to_owned())
    }

    pub(super) fn security_group(&self) -> ResourceId {
        self.id("security-group".to_owned())
    }

    /// Of a workload, on its own port or on one that the target names.
    pub(super) fn target_group(&self, workload: &str, port: Option<u16>) -> ResourceId {
        self.id(format!("target-group.{}", part(workload, port)))
    }

    pub(super) fn listener(&self, port: u16) -> ResourceId {
        self.id(format!("listener.{port}"))
    }

    /// Of a route on a listener. Host and path are what the route is, so that it keeps its rule wherever it stands in the
    /// list.
    pub(super) fn rule(&self, port: u16, route: &Route) -> ResourceId {
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let digest = digest8(&[&word(&route.host), &word(&route.path)]);
        self.id(format!("rule-route.{port}.{digest}"))
    }
}

fn part(workload: &str, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{workload}-{port}"),
        None => workload.to_owned(),
    }
}

/// The security group of a workload's tasks.
pub(super) fn workload_group(workload: &str) -> ResourceId {
    ResourceId::new(format!("workload.{workload}"), "security-group")
}

/// A workload that gets traffic on a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) workload: &'a str,
    pub(super) block: &'a Workload,
    /// The port of its tasks.
    pub(super) port: u16,
    /// The port that the target names.
    pub(super) named: Option<u16>,
}

impl Group<'_> {
    /// What tells it from the others in ids and names.
    pub(super) fn part(&self) -> String {
        part(self.workload, self.named)
    }
}

/// Everything that gets traffic, once. What the spec does not have is left out: its checks have told.
pub(super) fn groups<'a>(spec: &'a Spec, block: &'a LoadBalancer) -> Vec<Group<'a>> {
    let targets = block.targets.iter();
    let targets = targets.map(|target| (&target.workload, target.port));
    let routes = block.routes.iter().map(|route| (&route.workload, None));
    let mut groups = BTreeMap::new();
    for (workload, named) in targets.chain(routes) {
        let Some(block) = spec.workloads.get(workload) else {
            continue;
        };
        let Some(port) = named.or(block.port) else {
            continue;
        };
        let group = Group {
            workload,
            block,
            port,
            named,
        };
        groups.insert(part(workload, named), group);
    }
    groups.into_values().collect()
}

/// The certificates of a listener, each once.
pub(super) fn certificates(listener: &Listener) -> Vec<String> {
    let mut arns: Vec<String> = Vec::new();
    for arn in listener
        .certificates
        .iter()
        .filter_map(|one| one.get("aws"))
    {
        if !arns.contains(arn) {
            arns.push(arn.clone());
        }
    }
    arns
}

/// The patterns that a path means: itself and what lies under it, as it does on Kubernetes. With a host, `/` needs
/// none.
pub(super) fn paths(host: Option<&str>, path: Option<&str>) -> Vec<String> {
    let Some(path) = path else {
        return Vec::new();
    };
    if path.contains(['*', '?']) {
        return vec![path.to_owned()];
    }
    match (path.trim_end_matches('/'), host) {
        ("", Some(_)) => Vec::new(),
        ("", None) => vec!["/*".to_owned()],
        (path, _) => vec![path.to_owned(), format!("{path}/*")],
    }
}
