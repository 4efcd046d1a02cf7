//! How `ec2.route_table` is read: what of its routes and associations is ours.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    Filter, Route, RouteOrigin, RouteTable as Wire, RouteTableAssociation,
    RouteTableAssociationStateCode as Code,
};

use super::ec2::{filter, pages, tags};
use super::route_table::RouteTable;
use super::{Live, routes};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, Marks, plain};

/// The association of a subnet, when it has one.
pub(super) async fn association_of(
    aws: &Aws,
    subnet: &str,
) -> Result<Option<RouteTableAssociation>, Fault> {
    let tables = wires(aws, &filter("association.subnet-id", [subnet])).await?;
    Ok(tables
        .iter()
        .flat_map(associations)
        .find(|association| association.subnet_id() == Some(subnet))
        .cloned())
}

/// Route tables by filter, as they are read.
pub(super) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_route_tables()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeRouteTables", || request.clone().send())
            .await?;
        Ok((answer.route_tables, answer.next_token))
    })
    .await
}

/// Whether it rules the subnets that have no table of their own.
pub(super) fn is_main(table: &Wire) -> bool {
    let mut all = table.associations().iter();
    all.any(|association| association.main == Some(true))
}

/// The subnets that it rules by associations of their own.
pub(super) fn ruled(table: &Wire) -> Vec<String> {
    associations(table)
        .filter_map(|association| association.subnet_id.clone())
        .collect()
}

/// Whether its way out is an internet gateway: its subnets are public ones.
pub(super) fn leads_out(table: &Wire) -> bool {
    table.routes().iter().any(|route| {
        routes::destination(route) == "0.0.0.0/0" && routes::target(route).starts_with("igw-")
    })
}

/// A table with all that is in it, as if it were ours.
pub(super) fn whole(table: &Wire) -> Live {
    live(table, &|_| true, &ruled(table).into_iter().collect())
}

/// Associations with subnets that stand.
fn associations(table: &Wire) -> impl Iterator<Item = &RouteTableAssociation> {
    table.associations().iter().filter(|association| {
        let state = association.association_state.as_ref();
        let gone = state
            .and_then(|state| state.state.as_ref())
            .is_some_and(|state| {
                matches!(
                    state,
                    Code::Disassociated | Code::Disassociating | Code::Failed
                )
            });
        !gone && association.subnet_id.is_some()
    })
}

/// Routes that are ours, and descriptions of those that are not.
fn sorted_routes(
    table: &Wire,
    ours: &dyn Fn(&str) -> bool,
) -> (BTreeMap<String, Field<String>>, Vec<String>) {
    let mut own = BTreeMap::new();
    let mut foreign = Vec::new();
    let made = |route: &&Route| route.origin() == Some(&RouteOrigin::CreateRoute);
    for route in table.routes().iter().filter(made) {
        let destination = routes::destination(route);
        let target = routes::target(route);
        // That of a gateway endpoint goes with the endpoint.
        if target.starts_with("vpce-") {
            continue;
        }
        if ours(&destination) {
            own.insert(destination, target.into());
        } else {
            foreign.push(format!("route {destination} to {target}"));
        }
    }
    (own, foreign)
}

/// A table as read: which routes are declared, and which subnets are the stack's.
pub(super) fn live(table: &Wire, declared: &dyn Fn(&str) -> bool, ours: &BTreeSet<String>) -> Live {
    let all = tags(table.tags.as_ref());
    let listed = Marks::of(&all).children;
    let is_ours = |route: &str| declared(route) || listed.iter().any(|other| other == route);
    let (routes, mut foreign) = sorted_routes(table, &is_ours);
    let (mut own, others): (Vec<String>, Vec<String>) = associations(table)
        .filter_map(|association| association.subnet_id.clone())
        .partition(|subnet| ours.contains(subnet));
    own.sort();
    foreign.extend(
        others
            .iter()
            .map(|subnet| format!("association with {subnet}")),
    );
    let targets: Vec<String> = routes
        .values()
        .filter_map(|target| target.get().cloned())
        .collect();
    let fields = RouteTable {
        vpc: table.vpc_id().unwrap_or_default().into(),
        routes,
        associations: own.iter().map(|subnet| subnet.as_str().into()).collect(),
        children: all.get(CHILDREN).cloned(),
        tags: plain(&all),
    };
    let id = table.route_table_id().unwrap_or_default();
    let mut live = Live::new(id, &all, &fields)
        .output("id", id)
        .needs(table.vpc_id())
        .needs(targets)
        .needs(own);
    live.foreign = foreign;
    live
}
