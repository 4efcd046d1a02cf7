//! Balancers in front of target groups as `import` reads them, whoever made them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer as Wire, LoadBalancerSchemeEnum, ProtocolEnum,
};
use futures::future::try_join_all;
use provision_core::model::ResourceId;

use super::elb::tags;
use super::elb_action::{Share, redirect_of, shares, status_of};
use super::{listener, listener_rule, load_balancer, pages, target_group};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Marks, Tags};

/// A balancer with everything that leads through it.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Its name.
    pub name: String,
    /// Its marks.
    pub marks: Marks,
    /// Whether the Internet reaches it.
    pub public: bool,
    /// Its VPC.
    pub vpc: String,
    /// Its listeners, by port.
    pub ports: Vec<FrontPort>,
    /// The bucket of its access logs, and what names of objects in it begin with.
    pub logs: Option<(String, String)>,
}

/// A listener.
#[derive(Clone, Debug, Default)]
pub struct FrontPort {
    /// Its port.
    pub port: i32,
    /// `http`, `https`, `tcp`, `tls`, or what else AWS calls it.
    pub protocol: String,
    /// ARNs of its certificates, the default one first.
    pub certificates: Vec<String>,
    /// The port that it redirects to.
    pub redirect: Option<String>,
    /// The status that it answers with.
    pub answer: Option<String>,
    /// Where it sends what no rule takes: target group and weight.
    pub forward: Vec<(String, i64)>,
    /// Its rules in their order.
    pub rules: Vec<FrontRule>,
}

/// A rule of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontRule {
    /// The hosts that it takes; empty = all.
    pub hosts: Vec<String>,
    /// The patterns of paths that it takes; empty = all.
    pub paths: Vec<String>,
    /// Where it sends them: target group and weight.
    pub forward: Vec<(String, i64)>,
    /// It has conditions of other sorts.
    pub more: bool,
}

/// How a target group asks for health.
#[derive(Clone, Debug, Default)]
pub struct FrontGroup {
    /// Its marks.
    pub marks: Marks,
    /// The path that is asked for.
    pub path: Option<String>,
    /// The balancers that send to it.
    balancers: Vec<String>,
}

/// Target groups by their ARNs, and the balancers in front of them.
///
/// # Errors
/// They cannot be read.
pub async fn fronts(
    aws: &Aws,
    groups: &BTreeSet<String>,
) -> Result<(BTreeMap<String, FrontGroup>, Vec<Front>), Fault> {
    let reads = groups
        .iter()
        .map(|arn| target_group::wires(aws, Some(arn), None));
    let wires: Vec<_> = try_join_all(reads).await?.into_iter().flatten().collect();
    let arns: Vec<String> = groups.iter().cloned().collect();
    let marks = tags(aws, &arns).await?;
    let found: BTreeMap<String, FrontGroup> = wires
        .iter()
        .filter_map(|wire| {
            let arn = wire.target_group_arn()?;
            let group = FrontGroup {
                marks: marks.get(arn).map(Marks::of).unwrap_or_default(),
                path: wire.health_check_path.clone(),
                balancers: wire.load_balancer_arns().to_vec(),
            };
            Some((arn.to_owned(), group))
        })
        .collect();
    let balancers: BTreeSet<&String> = found.values().flat_map(|one| &one.balancers).collect();
    let reads = balancers
        .iter()
        .map(|arn| load_balancer::wires(aws, Some(arn), None));
    let wires: Vec<Wire> = try_join_all(reads).await?.into_iter().flatten().collect();
    let fronts = try_join_all(wires.iter().map(|wire| front(aws, wire))).await?;
    Ok((found, fronts))
}

async fn front(aws: &Aws, wire: &Wire) -> Result<Front, Fault> {
    let arn = wire.load_balancer_arn().unwrap_or_default();
    let all = tags(aws, &[arn.to_owned()]).await?;
    let attributes = load_balancer::attributes(aws, arn)
        .await?
        .unwrap_or_default();
    let mut ports = try_join_all(
        listener::wires(aws, Some(arn), None)
            .await?
            .iter()
            .map(|one| port(aws, one)),
    )
    .await?;
    ports.sort_by_key(|one| one.port);
    Ok(Front {
        name: wire.load_balancer_name().unwrap_or_default().to_owned(),
        marks: all.get(arn).map(Marks::of).unwrap_or_default(),
        public: wire.scheme() == Some(&LoadBalancerSchemeEnum::InternetFacing),
        vpc: wire.vpc_id().unwrap_or_default().to_owned(),
        ports,
        logs: logs(&attributes),
    })
}

fn logs(attributes: &Tags) -> Option<(String, String)> {
    let word = |key: &str| attributes.get(&format!("access_logs.s3.{key}")).cloned();
    word("enabled").filter(|on| on == "true")?;
    Some((word("bucket")?, word("prefix").unwrap_or_default()))
}

async fn port(
    aws: &Aws,
    wire: &aws_sdk_elasticloadbalancingv2::types::Listener,
) -> Result<FrontPort, Fault> {
    let arn = wire.listener_arn().unwrap_or_default();
    let mut rules = listener_rule::wires(aws, Some(arn), None).await?;
    rules.retain(|rule| rule.is_default != Some(true));
    rules.sort_by_key(listener_rule::priority);
    let actions = wire.default_actions();
    let mut certificates: Vec<String> = wire
        .certificates()
        .iter()
        .filter_map(|one| one.certificate_arn.clone())
        .collect();
    if !certificates.is_empty() {
        certificates.extend(more_certificates(aws, arn).await?);
    }
    Ok(FrontPort {
        port: wire.port.unwrap_or_default(),
        protocol: wire
            .protocol()
            .map_or("", ProtocolEnum::as_str)
            .to_lowercase(),
        certificates,
        redirect: redirect_of(actions).and_then(|to| to.get("port").cloned()),
        answer: status_of(actions),
        forward: told(shares(actions)),
        rules: rules.iter().map(rule).collect(),
    })
}

/// Certificates of other hosts.
async fn more_certificates(aws: &Aws, listener: &str) -> Result<Vec<String>, Fault> {
    let all = pages(|token| async {
        let request = aws
            .elbv2()
            .describe_listener_certificates()
            .listener_arn(listener)
            .set_marker(token);
        let answer = aws
            .read(
                "elasticloadbalancingv2:DescribeListenerCertificates",
                || request.clone().send(),
            )
            .await?;
        Ok((answer.certificates, answer.next_marker))
    })
    .await?;
    let more = all.into_iter().filter(|one| one.is_default != Some(true));
    Ok(more.filter_map(|one| one.certificate_arn).collect())
}

fn rule(wire: &aws_sdk_elasticloadbalancingv2::types::Rule) -> FrontRule {
    let known = ["host-header", "path-pattern"];
    let mut conditions = wire.conditions().iter();
    FrontRule {
        hosts: listener_rule::values(wire, "host-header"),
        paths: listener_rule::values(wire, "path-pattern"),
        forward: told(shares(wire.actions())),
        more: conditions.any(|one| !known.contains(&one.field().unwrap_or_default())),
    }
}

fn told(shares: Vec<Share>) -> Vec<(String, i64)> {
    let one = |share: Share| Some((share.target_group.get()?.clone(), share.weight));
    shares.into_iter().filter_map(one).collect()
}

impl Front {
    /// The block that it is of, in the stack.
    #[must_use]
    pub fn block(&self, stack: &str) -> Option<String> {
        block_of(&self.marks, stack)
    }
}

/// The name of the block that marks tell, if they are those of the stack.
#[must_use]
pub fn block_of(marks: &Marks, stack: &str) -> Option<String> {
    let id: &ResourceId = marks.id.as_ref()?;
    let ours = marks.stack.as_deref() == Some(stack);
    let address = id.address.to_string();
    let (_, name) = address.rsplit_once('.')?;
    ours.then(|| name.to_owned())
}
