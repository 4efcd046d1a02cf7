//! What keeps an object from being deleted: EC2 says only that there is something. Read when it has said so, and for
//! people alone; what cannot be read is left out.

use aws_sdk_ec2::types::{Filter, NetworkInterface};
use futures::join;

use super::ec2::{filter, tags};
use crate::client::Aws;
use crate::marks::Marks;
use crate::sweep::{groups, interfaces};

/// Interfaces in a subnet.
pub(super) async fn of_subnet(aws: &Aws, subnet: &str) -> Vec<String> {
    listed(aws, &filter("subnet-id", [subnet])).await
}

/// Interfaces that have a group and that AWS itself has attached: to a task, to a balancer. Those of machines go with these, and
/// others are somebody's to remove.
pub(super) async fn attached_of_group(aws: &Aws, group: &str) -> Vec<String> {
    let wires = interfaces(aws, &filter("group-id", [group])).await;
    let wires = wires.unwrap_or_default();
    let own = |wire: &&NetworkInterface| {
        let attachment = wire.attachment();
        attachment.is_some_and(|one| one.instance_id().is_none())
    };
    let attached = wires.iter().filter(own);
    attached.map(words).collect()
}

/// Interfaces that have a group, and groups whose rules refer to it.
pub(super) async fn of_group(aws: &Aws, group: &str) -> Vec<String> {
    let has = filter("group-id", [group]);
    let refers = filter("ip-permission.group-id", [group]);
    let (mut words, others) = join!(listed(aws, &has), groups(aws, &refers));
    let others = others.unwrap_or_default().into_iter();
    let others = others.filter_map(|other| other.group_id);
    words.extend(
        others
            .filter(|id| id != group)
            .map(|id| format!("rules of security group {id}")),
    );
    words
}

/// Interfaces with public addresses in a gateway's network.
pub(super) async fn of_gateway(aws: &Aws, vpc: &str) -> Vec<String> {
    let wires = interfaces(aws, &filter("vpc-id", [vpc])).await;
    let public = |wire: &&NetworkInterface| {
        let association = wire.association();
        association.and_then(|one| one.public_ip()).is_some()
    };
    let wires = wires.unwrap_or_default();
    wires.iter().filter(public).map(words).collect()
}

/// Subnets, groups, endpoints and interfaces in a network.
pub(super) async fn of_vpc(aws: &Aws, vpc: &str) -> Vec<String> {
    let within = filter("vpc-id", [vpc]);
    let (mut all, groups, subnets, endpoints) = join!(
        listed(aws, &within),
        groups(aws, &within),
        subnets(aws, &within),
        endpoints(aws, &within)
    );
    let groups = groups.unwrap_or_default().into_iter();
    let groups = groups.filter(|group| group.group_name() != Some("default"));
    all.extend(groups.filter_map(|group| {
        let whose = whose(&tags(group.tags.as_ref()));
        let (id, name) = (group.group_id?, group.group_name?);
        Some(format!("security group {id} ({name}{whose})"))
    }));
    all.extend(subnets);
    all.extend(endpoints);
    all
}

async fn subnets(aws: &Aws, filters: &[Filter]) -> Vec<String> {
    let request = aws
        .ec2
        .describe_subnets()
        .set_filters(Some(filters.to_vec()));
    let read = aws.read("ec2:DescribeSubnets", || request.clone().send());
    let subnets = read.await.ok().and_then(|answer| answer.subnets);
    let subnets = subnets.unwrap_or_default().into_iter();
    subnets
        .filter_map(|subnet| {
            let whose = whose(&tags(subnet.tags.as_ref()));
            Some(format!("subnet {}{whose}", subnet.subnet_id?))
        })
        .collect()
}

async fn endpoints(aws: &Aws, filters: &[Filter]) -> Vec<String> {
    let request = aws
        .ec2
        .describe_vpc_endpoints()
        .set_filters(Some(filters.to_vec()));
    let read = aws.read("ec2:DescribeVpcEndpoints", || request.clone().send());
    let endpoints = read.await.ok().and_then(|answer| answer.vpc_endpoints);
    let endpoints = endpoints.unwrap_or_default().into_iter();
    endpoints
        .filter_map(|endpoint| Some(format!("endpoint {}", endpoint.vpc_endpoint_id?)))
        .collect()
}

async fn listed(aws: &Aws, filters: &[Filter]) -> Vec<String> {
    let wires = interfaces(aws, filters).await.unwrap_or_default();
    wires.iter().map(words).collect()
}

/// `network interface eni-… (reporting database, of instance i-…)`.
fn words(wire: &NetworkInterface) -> String {
    let id = wire.network_interface_id().unwrap_or_default();
    let what = wire.description().filter(|text| !text.is_empty());
    let instance = wire.attachment().and_then(|one| one.instance_id());
    let of = instance.map(|instance| format!("of instance {instance}"));
    let more: Vec<&str> = [what, of.as_deref()].into_iter().flatten().collect();
    match more.is_empty() {
        true => format!("network interface {id}"),
        false => format!("network interface {id} ({})", more.join(", ")),
    }
}

fn whose(tags: &crate::marks::Tags) -> &'static str {
    match Marks::of(tags).stack {
        Some(_) => "",
        None => ", not ours",
    }
}
