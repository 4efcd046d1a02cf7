//! Reads of objects that are not ours, as the wire has them.

use aws_sdk_ec2::types::{Filter, Route, RouteTable, SecurityGroup, Subnet, Vpc};

use super::{route_table_reads, routes, security_group, subnet, vpc};
use crate::client::Aws;
use crate::error::Fault;

/// VPCs by filter.
pub(crate) async fn vpcs(aws: &Aws, filters: &[Filter]) -> Result<Vec<Vpc>, Fault> {
    vpc::wires(aws, filters).await
}

/// Both DNS attributes of a VPC; `None` when it is not visible.
pub(crate) async fn dns(aws: &Aws, one: &Vpc) -> Result<Option<(bool, bool)>, Fault> {
    vpc::dns(aws, one).await
}

/// Subnets by filter.
pub(crate) async fn subnets(aws: &Aws, filters: &[Filter]) -> Result<Vec<Subnet>, Fault> {
    subnet::wires(aws, filters).await
}

/// Route tables by filter.
pub(crate) async fn tables(aws: &Aws, filters: &[Filter]) -> Result<Vec<RouteTable>, Fault> {
    route_table_reads::wires(aws, filters).await
}

/// Security groups by filter.
pub(crate) async fn groups(aws: &Aws, filters: &[Filter]) -> Result<Vec<SecurityGroup>, Fault> {
    security_group::wires(aws, filters).await
}

/// What a route goes through.
pub(crate) fn target(route: &Route) -> String {
    routes::target(route)
}
