//! What a balancer on AWS cannot be, told before anything is made; all of it at once.

use provision_core::contract::{Context, Failure};
use provision_core::model::Platform;
use provision_core::spec::{Listener, LoadBalancer, Route, Spec};

use super::{is_http, parts, refused};
use crate::kinds::rule_priority::LONGEST;

/// Most target groups of one action (CreateListener).
const SHARES: usize = 5;

/// Everything that is wrong with a block.
pub(super) fn check(
    context: &Context,
    spec: &Spec,
    name: &str,
    block: &LoadBalancer,
) -> Vec<Failure> {
    let mut check = Check {
        address: format!("load_balancer.{name}"),
        context,
        spec,
        block,
        failures: Vec::new(),
    };
    check.protocols();
    for listener in &block.listeners {
        check.listener(listener);
    }
    for route in &block.routes {
        check.route(route);
    }
    check.targets();
    check.failures
}

struct Check<'a> {
    address: String,
    context: &'a Context,
    spec: &'a Spec,
    block: &'a LoadBalancer,
    failures: Vec<Failure>,
}

impl Check<'_> {
    fn fail(&mut self, code: &str, message: &str, advice: impl Into<String>) {
        let failure = refused(&self.address, code, message, advice);
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    fn protocols(&mut self) {
        let listeners = &self.block.listeners;
        let http = listeners.iter().find(|one| is_http(one));
        let other = listeners.iter().find(|one| !is_http(one));
        if let (Some(http), Some(other)) = (http, other) {
            let message = format!(
                "port {} speaks {} and port {} speaks {}: on AWS a balancer speaks either http and https or tcp and tls",
                http.port, http.protocol, other.port, other.protocol
            );
            let advice = "put those for tcp and tls into a load_balancer block of their own";
            self.fail("balancer-protocols", &message, advice);
        }
        if http.is_none() && !self.block.routes.is_empty() {
            let message =
                "routes need http: a balancer for tcp and tls sees neither hosts nor paths";
            let advice =
                "write protocol = \"https\" (or \"http\"), or remove `routes` and use `target`";
            self.fail("balancer-routes", message, advice);
        }
    }

    fn listener(&mut self, listener: &Listener) {
        let (port, protocol) = (listener.port, listener.protocol.as_str());
        if listener.redirect.is_some() && !is_http(listener) {
            let message = format!("port {port} speaks {protocol}, which knows no redirects");
            let advice = "remove `redirect`, or write protocol = \"http\" in a balancer for http";
            self.fail("balancer-redirect", &message, advice);
        }
        let secure = matches!(protocol, "https" | "tls");
        if secure && listener.certificates.is_empty() {
            let message = format!("port {port} speaks {protocol} and has no certificate");
            let advice =
                "add certificates = [{ aws = \"arn:aws:acm:…\" }]; a redirect needs one as well";
            self.fail("balancer-certificate", &message, advice);
        }
        for certificate in &listener.certificates {
            match certificate.get("aws") {
                Some(arn) => self.certificate(port, arn),
                None => {
                    let message = format!("a certificate of port {port} has no `aws`");
                    let advice = "write { aws = \"arn:aws:acm:…\" }: the ARN of a certificate of ACM in this region";
                    self.fail("balancer-certificate", &message, advice);
                }
            }
        }
    }

    /// A certificate of ACM lies in the region of the balancer; those of IAM lie in none.
    fn certificate(&mut self, port: u16, arn: &str) {
        let mut parts = arn.splitn(6, ':');
        let (scheme, service, region) = (parts.next(), parts.nth(1), parts.next());
        let here = self.context.region.as_str();
        let is_arn = scheme == Some("arn") && matches!(service, Some("acm" | "iam"));
        if !is_arn {
            let message = format!("the certificate of port {port}, {arn}, is no ARN of ACM or IAM");
            let advice = "`aws acm list-certificates` lists those that are there";
            self.fail("balancer-certificate", &message, advice);
        } else if service == Some("acm") && region != Some(here) {
            let message = format!("the certificate of port {port}, {arn}, is not of {here}");
            let advice = format!("request or import one in {here}: balancers take no others");
            self.fail("balancer-certificate", &message, advice);
        }
    }

    fn route(&mut self, route: &Route) {
        let long = |text: &Option<String>, room: usize| {
            text.as_ref()
                .is_some_and(|text| text.chars().count() + room > LONGEST)
        };
        if long(&route.host, 0) || long(&route.path, "/*".len()) {
            let message = format!("a route of {} is too long", route.workload);
            let advice = format!("hosts and paths have at most {LONGEST} characters");
            self.fail("balancer-route", &message, advice);
        }
        let takes =
            |sign: char| sign.is_ascii_alphanumeric() || "_-.$/~\"'@:+&()!,;=*?%".contains(sign);
        if let Some(path) = route.path.as_ref().filter(|path| !path.chars().all(takes)) {
            let message = format!("the path {path} has signs that balancers take in no path");
            let advice = "write them percent-encoded";
            self.fail("balancer-route", &message, advice);
        }
    }

    fn targets(&mut self) {
        let (spec, block) = (self.spec, self.block);
        if block.targets.len() > SHARES {
            let message = format!("it has {} targets", block.targets.len());
            let advice = format!("AWS shares traffic among {SHARES} at most: remove some");
            self.fail("balancer-targets", &message, advice);
        }
        for group in parts::groups(spec, block) {
            let Some(cluster) = spec.clusters.get(&group.block.cluster) else {
                continue;
            };
            let workload = group.workload;
            if cluster.platform != Platform::Ecs {
                let message = format!(
                    "workload `{workload}` runs on {}, and balancers reach workloads on ecs",
                    cluster.platform.word()
                );
                let advice = "take it out of the balancer, or let it run in a cluster on ecs";
                self.fail("not-yet", &message, advice);
            } else if cluster.network != block.network {
                let message = format!(
                    "it is in network `{}`, and workload `{workload}` runs in network `{}`",
                    block.network, cluster.network
                );
                let advice = format!("write network = \"{}\"", cluster.network);
                self.fail("balancer-network", &message, advice);
            }
        }
        for target in &block.targets {
            let runs = spec.workloads.get(&target.workload).map(|one| &one.cluster);
            if let (Some(wanted), Some(runs)) = (&target.cluster, runs)
                && wanted != runs
            {
                let workload = &target.workload;
                let message =
                    format!("workload `{workload}` runs in cluster `{runs}`, not in `{wanted}`");
                let advice = "remove `cluster` from the target, or name a workload of that cluster";
                self.fail("balancer-cluster", &message, advice);
            }
        }
    }
}
