//! Elastic Load Balancing, version 2: application and network balancers, their listeners and rules, target groups.
//!
//! Interfaces of a balancer are the service's own: nobody else can delete those, and they go some time after their
//! balancer. What controllers of a cluster make is planted (`/_sandbox/plant`).
//!
//! For other services: [`TargetGroup`] is read by `call.tx`, [`TargetGroup::balancers`] says whether anything is sent to
//! it; [`Target::register`], [`Target::deregister`] and [`Target::health`] are those of instances and tasks.
//!
//! Codes and messages: the API reference of version 2015-12-01, and what users of the API quote in public issues.

mod action;
mod attribute;
mod certificate;
mod common;
mod condition;
mod forwarding;
mod ground;
mod health_check;
mod listener;
mod listener_attribute;
mod listener_change;
mod load_balancer;
mod load_balancer_attribute;
mod load_balancer_change;
mod load_balancer_create;
mod operations;
mod oracle;
mod remains;
mod rule;
mod rule_change;
mod tags;
mod target;
mod target_call;
mod target_group;
mod target_group_attribute;
mod target_group_change;
#[cfg(test)]
mod tests;

use super::Service;
use crate::store::Tx;
use crate::wire::Protocol;

pub(crate) use action::Action;
pub(crate) use common::short_id;
pub(crate) use health_check::HealthCheck;
pub(crate) use listener::{Listener, NewListener};
pub(crate) use load_balancer::LoadBalancer;
pub(crate) use remains::{Remains, interfaces};
pub(crate) use rule::Rule;
pub(super) use tags::members;
pub(crate) use target::Target;
pub(crate) use target_group::TargetGroup;

/// The service. It signs like the older one; the version tells them apart.
pub(crate) const SERVICE: Service = Service {
    name: "elasticloadbalancingv2",
    protocol: Protocol::Query("http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"),
    global: false,
    operations: operations::OPERATIONS,
    settle,
    objects: oracle::objects,
};

fn settle(tx: &mut Tx<'_>) {
    Remains::settle(tx);
    LoadBalancer::settle(tx);
    Target::settle(tx);
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
