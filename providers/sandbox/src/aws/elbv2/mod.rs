//! Elastic Load Balancing, version 2: balancers and target groups, as controllers of a cluster make them.
//!
//! Nobody makes one through the API here: they are planted (`/_sandbox/plant`). Their interfaces are the service's own:
//! nobody else can delete those, and they go some time after their balancer.
//!
//! Codes and messages: the API reference of version 2015-12-01, and what users of the API quote in public issues.

mod load_balancer;
mod remains;
mod tags;
mod target_group;
#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use load_balancer::LoadBalancer;
pub(crate) use remains::{Remains, interfaces};
pub(super) use tags::members;
pub(crate) use target_group::TargetGroup;

/// The service. It signs like the older one; the version tells them apart.
pub(crate) const SERVICE: Service = Service {
    name: "elasticloadbalancingv2",
    protocol: Protocol::Query("http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"),
    global: false,
    operations: OPERATIONS,
    settle: Remains::settle,
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeLoadBalancers", load_balancer::describe).accepts(&[&[
        "LoadBalancerArns.member.N",
        "Names.member.N",
        "Marker",
        "PageSize",
    ]]),
    Operation::write("DeleteLoadBalancer", load_balancer::delete).accepts(&[&["LoadBalancerArn"]]),
    Operation::read("DescribeTargetGroups", target_group::describe).accepts(&[&[
        "TargetGroupArns.member.N",
        "LoadBalancerArn",
        "Names.member.N",
        "Marker",
        "PageSize",
    ]]),
    Operation::write("DeleteTargetGroup", target_group::delete).accepts(&[&["TargetGroupArn"]]),
    Operation::read("DescribeTags", tags::describe).accepts(&[&["ResourceArns.member.N"]]),
];

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let balancers = tx.everywhere::<LoadBalancer>().into_iter();
    let balancers = balancers.map(|(place, one)| Object {
        account: place.account,
        region: place.region,
        service: LoadBalancer::SERVICE.to_owned(),
        kind: LoadBalancer::KIND.to_owned(),
        id: one.arn,
        marks: one.tags,
        billable: true,
        created: one.created,
        own_of_cloud: false,
    });
    let groups = tx.everywhere::<TargetGroup>().into_iter();
    let groups = groups.map(|(place, one)| Object {
        account: place.account,
        region: place.region,
        service: TargetGroup::SERVICE.to_owned(),
        kind: TargetGroup::KIND.to_owned(),
        id: one.arn,
        marks: one.tags,
        billable: false,
        created: one.created,
        own_of_cloud: false,
    });
    balancers.chain(groups).collect()
}

/// A page of a list: `PageSize` rows after `Marker`, and the marker of the next one.
pub(in crate::aws) fn page<R>(
    call: &super::Call<'_>,
    mut rows: Vec<R>,
    key: impl Fn(&R) -> String,
) -> (Vec<R>, Option<String>) {
    if let Some(marker) = call.params.get("Marker") {
        rows.retain(|row| key(row).as_str() > marker);
    }
    let size = call
        .params
        .get("PageSize")
        .and_then(|text| text.parse().ok());
    let size: usize = size.unwrap_or(400).clamp(1, 400);
    let rest = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| rest).map(&key);
    (rows, next)
}
