//! Application Auto Scaling, for services of ECS: scalable targets and their target-tracking policies. Nothing is measured
//! here, so no policy ever scales anything.
//!
//! Codes and messages: the API reference of version 2016-02-06, and what users of the API quote in public issues.

mod common;
mod ecs;
mod policy;
mod policy_change;
mod tags;
mod target;
mod target_change;
#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

use policy::Policy;
use target::ScalableTarget;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "application-autoscaling",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle: |_| {},
    objects,
};

const WHICH: &[&str] = &["ServiceNamespace", "ResourceId", "ScalableDimension"];
const PAGE: &[&str] = &["MaxResults", "NextToken"];

const OPERATIONS: &[Operation] = &[
    Operation::write("RegisterScalableTarget", target_change::register).accepts(&[
        WHICH,
        &[
            "MinCapacity",
            "MaxCapacity",
            "RoleARN",
            "SuspendedState",
            "Tags",
        ],
    ]),
    Operation::read("DescribeScalableTargets", target::describe).accepts(&[
        &["ServiceNamespace", "ResourceIds", "ScalableDimension"],
        PAGE,
    ]),
    Operation::write("DeregisterScalableTarget", target_change::deregister).accepts(&[WHICH]),
    Operation::write("PutScalingPolicy", policy_change::put).accepts(&[
        WHICH,
        &[
            "PolicyName",
            "PolicyType",
            "StepScalingPolicyConfiguration",
            "TargetTrackingScalingPolicyConfiguration",
        ],
    ]),
    Operation::read("DescribeScalingPolicies", policy::describe).accepts(&[
        WHICH,
        &["PolicyNames"],
        PAGE,
    ]),
    Operation::write("DeleteScalingPolicy", policy_change::delete)
        .accepts(&[WHICH, &["PolicyName"]]),
    Operation::write("TagResource", tags::tag).accepts(&[&["ResourceARN", "Tags"]]),
    Operation::write("UntagResource", tags::untag).accepts(&[&["ResourceARN", "TagKeys"]]),
    Operation::read("ListTagsForResource", tags::list).accepts(&[&["ResourceARN"]]),
];

/// Policies go with their target: they are not told of by themselves.
fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let targets = tx.everywhere::<ScalableTarget>().into_iter();
    targets
        .map(|(place, one)| Object {
            account: place.account,
            region: place.region,
            service: ScalableTarget::SERVICE.to_owned(),
            kind: ScalableTarget::KIND.to_owned(),
            id: one.which.resource,
            marks: one.tags,
            billable: false,
            created: one.created,
            own_of_cloud: false,
        })
        .collect()
}
