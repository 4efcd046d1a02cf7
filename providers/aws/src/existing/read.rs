//! The reads: what is there of networks and groups that the spec refers to.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    RouteState, RouteTable, Subnet, Vpc, VpcCidrBlockStateCode, VpcEndpoint, VpcEndpointType,
};
use futures::future::{join, join_all, try_join, try_join5};
use provision_core::contract::{Context, ExpandRequest, Failure};
use provision_core::model::ResourceId;
use provision_core::spec::Network;

use super::{Found, FoundEndpoint, FoundGroup, FoundSubnet, FoundVpc, fact, secret};
use crate::account::NO_EKS;
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::{filter, referred, vpc_endpoint};
use crate::marks::{ID, STACK};

/// What the spec refers to and others own, as facts by network or secret. Nothing is called for those that refer to nothing.
///
/// # Errors
/// When something could not be read: nothing could be said of it then.
pub(crate) async fn read(
    aws: &Aws,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Failure> {
    let networks = request.spec.networks.iter().filter(|(name, network)| {
        let refers = network.existing.is_some() || !network.security_groups.is_empty();
        refers && request.blocks.contains(&format!("network.{name}"))
    });
    let reads = networks.map(|(name, network)| async move {
        let found = one(aws, &request.context, name, network).await;
        let failed = |fault: Fault| fault.about(format!("network.{name}")).failure();
        found.map(|found| fact(name, &found)).map_err(failed)
    });
    let (networks, secrets) = join(join_all(reads), secret::read(aws, request)).await;
    let networks: Result<BTreeMap<String, String>, Failure> = networks.into_iter().collect();
    Ok(networks?.into_iter().chain(secrets?).collect())
}

async fn one(aws: &Aws, context: &Context, name: &str, network: &Network) -> Result<Found, Fault> {
    let groups = async {
        let ids = &network.security_groups;
        match ids.is_empty() {
            true => Ok(Vec::new()),
            false => referred::groups(aws, &filter("group-id", ids.clone())).await,
        }
    };
    let existing = network.existing.as_ref().map(|all| all.get("aws"));
    let (found, groups) = match existing {
        Some(Some(vpc)) => try_join(theirs(aws, vpc, network), groups).await?,
        Some(None) => (Found::default(), groups.await?),
        None => try_join(ours(aws, context, name), groups).await?,
    };
    let groups = groups.into_iter().map(|group| FoundGroup {
        id: group.group_id.unwrap_or_default(),
        vpc: group.vpc_id.unwrap_or_default(),
    });
    Ok(Found {
        groups: groups.collect(),
        ..found
    })
}

/// The VPC that stands of a network of ours: groups must be of it.
async fn ours(aws: &Aws, context: &Context, name: &str) -> Result<Found, Fault> {
    let id = ResourceId::new(format!("network.{name}"), "vpc");
    let mut filters = filter(&format!("tag:{STACK}"), [context.stack.as_str()]);
    filters.extend(filter(&format!("tag:{ID}"), [id.to_string()]));
    let vpc = referred::vpcs(aws, &filters).await?.pop();
    Ok(Found {
        vpc: vpc.map(|vpc| found_vpc(&vpc, (true, true))),
        ..Found::default()
    })
}

async fn theirs(aws: &Aws, vpc: &str, network: &Network) -> Result<Found, Fault> {
    let of_vpc = filter("vpc-id", [vpc]);
    let (vpcs, subnets, tables, endpoints, strangers) = try_join5(
        referred::vpcs(aws, &of_vpc),
        referred::subnets(aws, &of_vpc),
        referred::tables(aws, &of_vpc),
        vpc_endpoint::wires(aws, &of_vpc),
        named(aws, network),
    )
    .await?;
    let dns = match vpcs.first() {
        Some(vpc) => referred::dns(aws, vpc).await?.unwrap_or_default(),
        None => (false, false),
    };
    let mut all: BTreeMap<String, FoundSubnet> = BTreeMap::new();
    for subnet in subnets.iter().chain(&strangers) {
        let found = found_subnet(subnet, &tables);
        all.insert(found.id.clone(), found);
    }
    let endpoints = endpoints.iter();
    Ok(Found {
        vpc: vpcs.first().map(|vpc| found_vpc(vpc, dns)),
        endpoints: endpoints
            .filter_map(|endpoint| found_endpoint(endpoint, &tables, &subnets))
            .collect(),
        subnets: all.into_values().collect(),
        groups: Vec::new(),
    })
}

/// The subnets that the spec names, in whichever VPC.
async fn named(aws: &Aws, network: &Network) -> Result<Vec<Subnet>, Fault> {
    let subnets = network.subnets.iter();
    let ids: Vec<String> = subnets
        .flat_map(|subnets| subnets.private.iter().chain(&subnets.public))
        .cloned()
        .collect();
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => referred::subnets(aws, &filter("subnet-id", ids)).await,
    }
}

fn found_vpc(vpc: &Vpc, (dns_support, dns_hostnames): (bool, bool)) -> FoundVpc {
    let first = vpc.cidr_block.clone();
    let standing = vpc.cidr_block_association_set().iter().filter(|one| {
        let state = one
            .cidr_block_state
            .as_ref()
            .and_then(|state| state.state());
        matches!(state, Some(VpcCidrBlockStateCode::Associated) | None)
    });
    let others = standing.filter_map(|one| one.cidr_block.clone());
    let mut ranges: Vec<String> = first.iter().cloned().collect();
    let mut others: Vec<String> = others
        .filter(|range| Some(range) != first.as_ref())
        .collect();
    others.sort();
    ranges.extend(others);
    FoundVpc {
        id: vpc.vpc_id.clone().unwrap_or_default(),
        ranges,
        dns_support,
        dns_hostnames,
    }
}

fn found_subnet(subnet: &Subnet, tables: &[RouteTable]) -> FoundSubnet {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let zone = subnet.availability_zone_id().unwrap_or_default();
    let tags = subnet.tags().iter();
    FoundSubnet {
        id: text(&subnet.subnet_id),
        vpc: text(&subnet.vpc_id),
        zone: text(&subnet.availability_zone),
        usable: !NO_EKS.contains(&zone),
        free: subnet.available_ip_address_count.unwrap_or_default().into(),
        public_ips: subnet.map_public_ip_on_launch.unwrap_or(false),
        out: table_of(tables, subnet.subnet_id().unwrap_or_default()).and_then(way_out),
        tags: tags.filter_map(|tag| tag.key.clone()).collect(),
    }
}

/// The table that a subnet uses: its own, or its VPC's main one.
fn table_of<'a>(tables: &'a [RouteTable], subnet: &str) -> Option<&'a RouteTable> {
    let own = |table: &&RouteTable| {
        let mut associations = table.associations().iter();
        associations.any(|one| one.subnet_id() == Some(subnet))
    };
    let main = |table: &&RouteTable| {
        table
            .associations()
            .iter()
            .any(|one| one.main == Some(true))
    };
    let found = tables.iter().find(own);
    found.or_else(|| tables.iter().find(main))
}

/// What a table's route to everywhere goes through, when that is there. VPN appliances write it in two halves.
fn way_out(table: &RouteTable) -> Option<String> {
    let through = |range: &str| {
        let route = table.routes().iter().find(|route| {
            let here = route.destination_cidr_block() == Some(range);
            here && route.state() != Some(&RouteState::Blackhole)
        });
        route.map(referred::target)
    };
    let halves = || through("128.0.0.0/1").and(through("0.0.0.0/1"));
    through("0.0.0.0/0").or_else(halves)
}

fn found_endpoint(
    endpoint: &VpcEndpoint,
    tables: &[RouteTable],
    subnets: &[Subnet],
) -> Option<FoundEndpoint> {
    let service = endpoint.service_name()?.splitn(4, '.').nth(3)?.to_owned();
    if !vpc_endpoint::is_available(endpoint) {
        return None;
    }
    if endpoint.vpc_endpoint_type() != Some(&VpcEndpointType::Gateway) {
        let named = endpoint.private_dns_enabled == Some(true);
        return named.then_some(FoundEndpoint {
            service,
            subnets: None,
        });
    }
    let leads = |subnet: &&Subnet| {
        let table = table_of(tables, subnet.subnet_id().unwrap_or_default());
        let id = table.and_then(|table| table.route_table_id.as_ref());
        id.is_some_and(|id| endpoint.route_table_ids().contains(id))
    };
    let subnets = subnets.iter().filter(leads);
    Some(FoundEndpoint {
        service,
        subnets: Some(subnets.filter_map(|one| one.subnet_id.clone()).collect()),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::Route;

    use super::*;

    fn table(routes: &[(&str, RouteState)]) -> RouteTable {
        let routes = routes.iter().map(|(range, state)| {
            Route::builder()
                .destination_cidr_block(*range)
                .nat_gateway_id("nat-1")
                .state(state.clone())
                .build()
        });
        RouteTable::builder()
            .set_routes(Some(routes.collect()))
            .build()
    }

    #[test]
    fn a_way_out_is_whole_or_of_two_halves() {
        let (active, dead) = (RouteState::Active, RouteState::Blackhole);
        let nat = Some("nat-1".to_owned());
        let whole = ("0.0.0.0/0", active.clone());
        let (low, high) = (("0.0.0.0/1", active.clone()), ("128.0.0.0/1", active));
        assert_eq!(way_out(&table(&[whole])), nat);
        assert_eq!(way_out(&table(&[low.clone(), high])), nat);
        assert_eq!(way_out(&table(std::slice::from_ref(&low))), None);
        assert_eq!(way_out(&table(&[low, ("128.0.0.0/1", dead)])), None);
    }
}
