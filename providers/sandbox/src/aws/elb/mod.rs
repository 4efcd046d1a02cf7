//! Elastic Load Balancing, the classic one: balancers as the cloud controller of a cluster makes them.
//!
//! Nobody makes one through the API here: they are planted. Codes and messages: the API reference of version 2012-06-01.

mod load_balancer;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use load_balancer::ClassicBalancer;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "elasticloadbalancing",
    protocol: Protocol::Query("http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"),
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeLoadBalancers", load_balancer::describe).accepts(&[&[
        "LoadBalancerNames.member.N",
        "Marker",
        "PageSize",
    ]]),
    Operation::write("DeleteLoadBalancer", load_balancer::delete).accepts(&[&["LoadBalancerName"]]),
    Operation::read("DescribeTags", load_balancer::tags)
        .accepts(&[&["LoadBalancerNames.member.N"]]),
];

/// Interfaces of balancers that are gone are settled by the newer service.
fn settle(_: &mut Tx<'_>) {}

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let balancers = tx.everywhere::<ClassicBalancer>().into_iter();
    let object = |(place, one): (crate::store::Place, ClassicBalancer)| Object {
        account: place.account,
        region: place.region,
        service: ClassicBalancer::SERVICE.to_owned(),
        kind: ClassicBalancer::KIND.to_owned(),
        id: one.name,
        marks: one.tags,
        billable: true,
        created: one.created,
        own_of_cloud: false,
    };
    balancers.map(object).collect()
}
