//! From `[load_balancer.NAME]` to resources: the balancer with its security group, target groups, listeners and rules.
//!
//! Listeners for http and https make an application balancer, those for tcp and tls a network balancer. Traffic goes from
//! callers to the balancer's group, from that to the groups of workloads, each port by a rule of its own. A target group
//! stands for a workload, so that listeners, rules and the service of the workload refer to the same one.

use std::collections::BTreeMap;

use provision_core::contract::{Class, Context, ExpandAnswer, ExpandRequest, Failure};
use provision_core::model::{Open, Platform, Resource, ResourceId, physical_name};
use provision_core::spec::{AccessLogs, Listener as Port, LoadBalancer as Block, Route};
use serde::Serialize;

use super::{ANYWHERE, resource, tags};
use crate::field::Field;
use crate::kinds::elb::takeable;
use crate::kinds::elb_action::redirect_to;
use crate::kinds::load_balancer::{APPLICATION, INTERNAL, NETWORK, PUBLIC};
use crate::kinds::{
    Listener, ListenerRule, LoadBalancer, SecurityGroup, SecurityGroupRule, Share, rule_priority,
};
use crate::marks::Tags;

mod checks;
mod health;
mod parts;
mod site;
#[cfg(test)]
mod tests;

use parts::{Group, Parts};
use site::Site;

/// Longest name of a balancer (CreateLoadBalancer).
const BALANCER_NAME: usize = 32;

/// Longest name of a security group (CreateSecurityGroup).
const GROUP_NAME: usize = 255;

/// TLS 1.2 and 1.3, without the old ciphers.
const TLS: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// What is answered where only routes lead anywhere.
const NOWHERE: &str = "404";

/// A desired resource, or why there is none.
type Made = Result<Resource<Open>, Failure>;

/// The load balancers among the blocks.
pub(super) fn expand(request: &ExpandRequest, answer: &mut ExpandAnswer) {
    for (name, block) in &request.spec.load_balancers {
        if !request.blocks.contains(&format!("load_balancer.{name}")) {
            continue;
        }
        let failures = checks::check(&request.context, &request.spec, name, block);
        let sound = failures.is_empty();
        answer.failures.extend(failures);
        if !sound {
            continue;
        }
        match Plan::new(request, name, block) {
            Ok(plan) => plan.expand(answer),
            Err(failure) => answer.failures.push(failure),
        }
    }
}

/// Whether a listener speaks HTTP.
fn is_http(port: &Port) -> bool {
    matches!(port.protocol.as_str(), "http" | "https")
}

/// A refusal of what the spec says.
fn refused(address: &str, code: &str, message: &str, advice: impl Into<String>) -> Failure {
    Failure {
        class: Class::Invalid,
        code: code.to_owned(),
        message: format!("{address}: {message}"),
        call: None,
        object: Some(address.to_owned()),
        advice: Some(advice.into()),
    }
}

/// One balancer on its way to resources.
struct Plan<'a> {
    context: &'a Context,
    name: &'a str,
    block: &'a Block,
    parts: Parts,
    application: bool,
    site: Site,
    groups: Vec<Group<'a>>,
}

impl<'a> Plan<'a> {
    fn new(request: &'a ExpandRequest, name: &'a str, block: &'a Block) -> Result<Self, Failure> {
        let application = block.listeners.iter().any(is_http);
        let facts = request.facts.as_ref();
        let site = site::site(&request.spec, &block.network, facts, block.public)?;
        if application {
            site.in_two_zones(&format!("load_balancer.{name}"))?;
        }
        Ok(Self {
            context: &request.context,
            name,
            block,
            parts: Parts::of(name),
            application,
            site,
            groups: parts::groups(&request.spec, block),
        })
    }

    fn expand(&self, answer: &mut ExpandAnswer) {
        for made in self.all() {
            match made {
                Ok(resource) => answer.resources.push(resource),
                Err(failure) => answer.failures.push(failure),
            }
        }
    }

    fn all(&self) -> Vec<Made> {
        let mut all = vec![self.group()];
        for port in &self.block.listeners {
            all.extend(self.rules_in(port));
        }
        all.extend(self.groups.iter().map(|group| self.rule_out(group)));
        all.push(self.balancer());
        all.extend(self.groups.iter().map(|group| self.target_group(group)));
        for port in &self.block.listeners {
            all.push(self.listener(port));
            if port.redirect.is_none() {
                let routes = self.block.routes.iter();
                all.extend(routes.map(|route| self.route(port, route)));
            }
        }
        all
    }

    /// The tags of an object, named in consoles like the balancer with `suffix`.
    fn tags(&self, suffix: &str) -> Tags {
        let name = format!("{}-{}{suffix}", self.context.stack, self.name);
        tags(self.context, &name)
    }

    fn made<S: Serialize>(&self, id: ResourceId, kind: &str, fields: &S) -> Made {
        let mut made = resource(id, kind, fields)?;
        made.platform = Some(Platform::Ecs);
        Ok(made)
    }

    /// The physical name of a resource; `unique` where readable names of two objects of one stack could be the same.
    fn physical(&self, made: &Resource<Open>, wanted: &str, limit: usize, unique: bool) -> String {
        let place = (self.context.stack.as_str(), self.context.region.as_str());
        physical_name(wanted, limit, unique, place, &made.id, &made.kind)
    }

    fn group(&self) -> Made {
        let fields = SecurityGroup {
            vpc: self.site.vpc.clone(),
            description: format!("the load balancer {}-{}", self.context.stack, self.name),
            tags: self.tags("-load-balancer"),
        };
        let id = self.parts.security_group();
        let mut group = self.made(id, "ec2.security_group", &fields)?;
        let wanted = format!("{}-{}-load-balancer", self.context.stack, self.name);
        group.name = Some(self.physical(&group, &wanted, GROUP_NAME, false));
        Ok(group)
    }

    /// Who reaches a port: everybody, or each range of the network. The first one's id does not tell the range, so that
    /// it stays when that is only known later.
    fn rules_in(&self, port: &Port) -> Vec<Made> {
        let anywhere = [ANYWHERE.to_owned()];
        let ranges = match self.block.public {
            true => &anywhere[..],
            false => &self.site.ranges[..],
        };
        let Some((first, others)) = ranges.split_first() else {
            return vec![self.rule_in(port, "", None)];
        };
        let mut rules = vec![self.rule_in(port, "", Some(first))];
        rules.extend(others.iter().map(|range| {
            let suffix = format!("-{}", range.replace(['.', '/'], "-"));
            self.rule_in(port, &suffix, Some(range))
        }));
        rules
    }

    fn rule_in(&self, port: &Port, suffix: &str, range: Option<&String>) -> Made {
        let number = i32::from(port.port);
        let who = match self.block.public {
            true => "everybody",
            false => "the network",
        };
        let fields = SecurityGroupRule {
            group: Field::output(&self.parts.security_group(), "id"),
            egress: false,
            protocol: "tcp".to_owned(),
            from_port: number,
            to_port: number,
            cidr: range.map(|range| range.as_str().into()),
            peer: None,
            description: Some(format!("port {number}, from {who}")),
            tags: self.tags("-load-balancer"),
        };
        let id = self.parts.id(format!("rule.in-{number}{suffix}"));
        self.made(id, "ec2.security_group_rule", &fields)
    }

    /// From the balancer to a workload.
    fn rule_out(&self, group: &Group<'_>) -> Made {
        let port = i32::from(group.port);
        let fields = SecurityGroupRule {
            group: Field::output(&self.parts.security_group(), "id"),
            egress: true,
            protocol: "tcp".to_owned(),
            from_port: port,
            to_port: port,
            cidr: None,
            peer: Some(Field::output(&parts::workload_group(group.workload), "id")),
            description: Some(format!("to {}", group.workload)),
            tags: self.tags("-load-balancer"),
        };
        let id = self.parts.id(format!("rule.out-{}", group.part()));
        self.made(id, "ec2.security_group_rule", &fields)
    }

    /// A network balancer spreads traffic over the targets of all zones, as application balancers do by themselves.
    fn balancer(&self) -> Made {
        let sort = match self.application {
            true => APPLICATION,
            false => NETWORK,
        };
        let scheme = match self.block.public {
            true => PUBLIC,
            false => INTERNAL,
        };
        let fields = LoadBalancer {
            r#type: sort.to_owned(),
            scheme: scheme.to_owned(),
            subnets: self.site.subnets.clone(),
            security_groups: vec![Field::output(&self.parts.security_group(), "id")],
            attributes: self.attributes(),
            protection: None,
            tags: self.tags(""),
        };
        let id = self.parts.load_balancer();
        let mut balancer = self.made(id, "elb.load_balancer", &fields)?;
        let wanted = takeable(&format!("{}-{}", self.context.stack, self.name));
        balancer.name = Some(self.physical(&balancer, &wanted, BALANCER_NAME, false));
        balancer.after.extend(self.site.ready.clone());
        Ok(balancer)
    }

    /// What the spec says of its attributes; the others stay as they are.
    fn attributes(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        let mut set = |key: &str, value: &str| all.insert(key.to_owned(), value.to_owned());
        if !self.application {
            set("load_balancing.cross_zone.enabled", "true");
        }
        match &self.block.access_logs {
            None => {}
            Some(AccessLogs::None) => {
                set("access_logs.s3.enabled", "false");
            }
            Some(AccessLogs::Bucket { name, prefix }) => {
                set("access_logs.s3.enabled", "true");
                set("access_logs.s3.bucket", name);
                set("access_logs.s3.prefix", prefix);
            }
        }
        all
    }

    fn listener(&self, port: &Port) -> Made {
        let secure = matches!(port.protocol.as_str(), "https" | "tls");
        let mut certificates = parts::certificates(port).into_iter();
        let certificate = certificates.next();
        let forward = match port.redirect {
            Some(_) => Vec::new(),
            None => self.shares(),
        };
        let redirect = port.redirect.map(|to| {
            let target = self.block.listeners.iter().find(|other| other.port == to);
            let protocol = target.map_or("https", |target| &target.protocol);
            redirect_to(to, &protocol.to_uppercase())
        });
        let answers = forward.is_empty() && redirect.is_none();
        let fields = Listener {
            load_balancer: Field::output(&self.parts.load_balancer(), "arn"),
            port: i32::from(port.port),
            protocol: port.protocol.to_uppercase(),
            ssl_policy: secure.then(|| TLS.to_owned()),
            certificate,
            more_certificates: certificates.collect(),
            forward,
            redirect,
            answer: answers.then(|| NOWHERE.to_owned()),
            children: None,
            tags: self.tags(&format!("-{}", port.port)),
        };
        let id = self.parts.listener(port.port);
        let mut listener = self.made(id, "elb.listener", &fields)?;
        listener.parent = Some(self.parts.load_balancer());
        Ok(listener)
    }

    /// The targets with their weights; one alone gets everything, whatever its weight.
    fn shares(&self) -> Vec<Share> {
        let alone = self.block.targets.len() == 1;
        let targets = self.block.targets.iter();
        let share = |target: &provision_core::spec::Target| {
            let id = self.parts.target_group(&target.workload, target.port);
            let weight = target.weight.filter(|_| !alone).unwrap_or(1);
            Share {
                target_group: Field::output(&id, "arn"),
                weight: i64::from(weight),
            }
        };
        targets.map(share).collect()
    }

    fn route(&self, port: &Port, route: &Route) -> Made {
        let group = self.parts.target_group(&route.workload, None);
        let (host, path) = (route.host.as_deref(), route.path.as_deref());
        let fields = ListenerRule {
            listener: Field::output(&self.parts.listener(port.port), "arn"),
            hosts: route.host.iter().cloned().collect(),
            paths: parts::paths(host, path),
            forward: vec![Share {
                target_group: Field::output(&group, "arn"),
                weight: 1,
            }],
            rank: rule_priority::rank(host, path),
            priority: None,
            tags: self.tags(&format!("-{}", route.workload)),
        };
        let id = self.parts.rule(port.port, route);
        let mut rule = self.made(id, "elb.rule", &fields)?;
        rule.parent = Some(self.parts.listener(port.port));
        Ok(rule)
    }
}
