//! Routes of a route table: children without marks.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_ec2::operation::replace_route::builders::ReplaceRouteFluentBuilder;
use aws_sdk_ec2::types::Route;
use provision_core::model::Observed;

use super::ec2::set_tags;
use super::live::{map, map_value, text, with};
use super::{Cx, Next, Stop};
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, Tags};

/// Stands for a target that is taken and that we have not read.
const OTHER: &str = "another target";

/// Where a route leads to.
pub(super) fn destination(route: &Route) -> String {
    let by_list = route.destination_prefix_list_id.clone();
    let v6 = route.destination_ipv6_cidr_block.clone();
    let range = route.destination_cidr_block.clone();
    range.or(v6).or(by_list).unwrap_or_default()
}

/// What a route goes through.
pub(super) fn target(route: &Route) -> String {
    [
        &route.nat_gateway_id,
        &route.gateway_id,
        &route.transit_gateway_id,
        &route.vpc_peering_connection_id,
        &route.network_interface_id,
        &route.egress_only_internet_gateway_id,
        &route.local_gateway_id,
        &route.carrier_gateway_id,
        &route.core_network_arn,
        &route.instance_id,
    ]
    .into_iter()
    .find_map(Clone::clone)
    .unwrap_or_default()
}

/// The mark that lists destinations.
pub(super) fn list<'a>(destinations: impl Iterator<Item = &'a String>) -> String {
    destinations.cloned().collect::<Vec<_>>().join(" ")
}

/// The next change of routes: one too many, the mark that lists them, one missing, one that leads elsewhere.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &BTreeMap<String, Field<String>>,
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let mut wanted = Tags::new();
    for (destination, target) in want {
        wanted.insert(destination.clone(), target.known("routes")?.clone());
    }
    let mut now = map(live, "routes");
    if let Some(extra) = now.keys().find(|key| !wanted.contains_key(*key)).cloned() {
        remove(cx, live, &extra).await?;
        now.remove(&extra);
        return Ok(Some(done(live, format!("removed route {extra}"), &now)));
    }
    // What is about to become ours is listed first, what has ceased to be is not listed any more.
    let mark = list(wanted.keys());
    if text(live, "children").unwrap_or_default() != mark {
        set_tags(
            cx,
            &live.physical,
            &Tags::from([(CHILDREN.to_owned(), mark.clone())]),
        )
        .await?;
        return Ok(Some(Next::More {
            did: "listed its routes".to_owned(),
            observed: with(live, "children", mark),
        }));
    }
    let Some((destination, target)) = wanted.iter().find(|(key, at)| now.get(*key) != Some(at))
    else {
        return Ok(None);
    };
    route(cx, live, &now, (destination, target)).await.map(Some)
}

/// Puts one route.
async fn route(
    cx: &Cx<'_>,
    live: &Observed,
    now: &Tags,
    (destination, target): (&str, &str),
) -> Result<Next, Stop> {
    let known = now.contains_key(destination);
    let mut now = now.clone();
    match put(cx, &live.physical, destination, target, known).await {
        Ok(()) => now.insert(destination.to_owned(), target.to_owned()),
        // Taken, by a call of ours that was not answered or by somebody: the next call replaces it.
        Err(Stop::OfNew(fault)) if fault.is_already() => {
            now.insert(destination.to_owned(), OTHER.to_owned())
        }
        Err(stop) => return Err(stop),
    };
    let did = format!("routed {destination} to {target}");
    Ok(done(live, did, &now))
}

fn done(live: &Observed, did: String, routes: &Tags) -> Next {
    Next::More {
        did,
        observed: with(live, "routes", map_value(routes)),
    }
}

async fn remove(cx: &Cx<'_>, live: &Observed, destination: &str) -> Result<(), Stop> {
    let request = cx.aws.ec2.delete_route().route_table_id(&live.physical);
    let request = if destination.contains(':') {
        request.destination_ipv6_cidr_block(destination)
    } else if destination.starts_with("pl-") {
        request.destination_prefix_list_id(destination)
    } else {
        request.destination_cidr_block(destination)
    };
    let sent = cx
        .aws
        .write("ec2:DeleteRoute", || request.clone().send())
        .await;
    match sent {
        Ok(_) => Ok(()),
        Err(fault) if fault.is_not_found() => Ok(()),
        Err(fault) => Err(Stop::Fault(fault.about(&live.physical))),
    }
}

async fn put(
    cx: &Cx<'_>,
    table: &str,
    destination: &str,
    target: &str,
    replace: bool,
) -> Result<(), Stop> {
    let about = |fault: Fault| Stop::OfNew(fault.about(format!("{table} {destination}")));
    if replace {
        let request = cx.aws.ec2.replace_route().route_table_id(table);
        let request = request.by_range(destination).through(target);
        cx.aws
            .write("ec2:ReplaceRoute", || request.clone().send())
            .await
            .map_err(about)?;
    } else {
        let request = cx.aws.ec2.create_route().route_table_id(table);
        let request = request.by_range(destination).through(target);
        cx.aws
            .write("ec2:CreateRoute", || request.clone().send())
            .await
            .map_err(about)?;
    }
    Ok(())
}

/// What the two calls that put a route have in common.
trait RoutePut: Sized {
    fn by_range(self, destination: &str) -> Self;
    fn through(self, target: &str) -> Self;
}

macro_rules! route_put {
    ($builder:ty) => {
        impl RoutePut for $builder {
            fn by_range(self, destination: &str) -> Self {
                if destination.contains(':') {
                    self.destination_ipv6_cidr_block(destination)
                } else if destination.starts_with("pl-") {
                    self.destination_prefix_list_id(destination)
                } else {
                    self.destination_cidr_block(destination)
                }
            }

            fn through(self, target: &str) -> Self {
                match target.split('-').next() {
                    Some("nat") => self.nat_gateway_id(target),
                    Some("tgw") => self.transit_gateway_id(target),
                    Some("pcx") => self.vpc_peering_connection_id(target),
                    Some("eni") => self.network_interface_id(target),
                    Some("eigw") => self.egress_only_internet_gateway_id(target),
                    _ => self.gateway_id(target),
                }
            }
        }
    };
}

route_put!(CreateRouteFluentBuilder);
route_put!(ReplaceRouteFluentBuilder);
