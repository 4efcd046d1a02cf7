//! The operations and their parameters.

use super::{activity, describe, group_change, refresh_call, request, source, tags};
use crate::aws::Operation;

const PAGE: &[&str] = &["NextToken", "MaxRecords"];
const FILTERS: &[&str] = &["Filters.member.N.Name", "Filters.member.N.Values.member.N"];
const NAME: &[&str] = &["AutoScalingGroupName"];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateAutoScalingGroup", group_change::create).accepts(&[
        request::ACCEPTS,
        source::ACCEPTS,
        tags::ACCEPTS,
        &["TargetGroupARNs.member.N", "ServiceLinkedRoleARN"],
    ]),
    Operation::read("DescribeAutoScalingGroups", describe::groups).accepts(&[
        &["AutoScalingGroupNames.member.N", "IncludeInstances"],
        FILTERS,
        PAGE,
    ]),
    Operation::write("UpdateAutoScalingGroup", group_change::update)
        .accepts(&[request::ACCEPTS, source::ACCEPTS]),
    Operation::write("SetDesiredCapacity", group_change::desire)
        .accepts(&[NAME, &["DesiredCapacity", "HonorCooldown"]]),
    Operation::write("SetInstanceProtection", group_change::protect)
        .accepts(&[NAME, &["InstanceIds.member.N", "ProtectedFromScaleIn"]]),
    Operation::write("DeleteAutoScalingGroup", group_change::delete)
        .accepts(&[NAME, &["ForceDelete"]]),
    Operation::write("CreateOrUpdateTags", tags::put).accepts(&[tags::ACCEPTS]),
    Operation::write("DeleteTags", tags::delete).accepts(&[tags::ACCEPTS]),
    Operation::read("DescribeTags", tags::describe).accepts(&[FILTERS, PAGE]),
    Operation::write("StartInstanceRefresh", refresh_call::start).accepts(&[refresh_call::ACCEPTS]),
    Operation::write("CancelInstanceRefresh", refresh_call::cancel).accepts(&[NAME]),
    Operation::read("DescribeInstanceRefreshes", refresh_call::describe).accepts(&[
        NAME,
        &["InstanceRefreshIds.member.N"],
        PAGE,
    ]),
    Operation::read("DescribeScalingActivities", activity::describe).accepts(&[
        NAME,
        &["ActivityIds.member.N"],
        PAGE,
    ]),
];
