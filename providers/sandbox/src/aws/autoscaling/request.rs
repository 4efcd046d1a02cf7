//! What a create or an update says of a group.

use super::Group;
use super::common::{constraint, invalid, number, truth};
use super::group::Sizes;
use crate::aws::Call;
use crate::aws::ec2::Subnet;
use crate::aws::elbv2::TargetGroup;
use crate::wire::ApiError;

/// Parameters that a create and an update both have.
pub(super) const ACCEPTS: &[&str] = &[
    "AutoScalingGroupName",
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "DefaultCooldown",
    "AvailabilityZones.member.N",
    "HealthCheckType",
    "HealthCheckGracePeriod",
    "VPCZoneIdentifier",
    "TerminationPolicies.member.N",
    "NewInstancesProtectedFromScaleIn",
    "CapacityRebalance",
    "MaxInstanceLifetime",
    "DefaultInstanceWarmup",
    "InstanceMaintenancePolicy.MinHealthyPercentage",
    "InstanceMaintenancePolicy.MaxHealthyPercentage",
];

/// Numbers that only are told, with their bounds.
const TOLD: &[(&str, i64, i64)] = &[
    ("DefaultCooldown", 0, 1_000_000),
    ("HealthCheckGracePeriod", 0, 1_000_000),
    ("MaxInstanceLifetime", 0, 31_536_000),
    ("DefaultInstanceWarmup", -1, 1_000_000),
    ("InstanceMaintenancePolicy.MinHealthyPercentage", -1, 100),
    ("InstanceMaintenancePolicy.MaxHealthyPercentage", -1, 200),
];

const POLICIES: &[&str] = &[
    "Default",
    "OldestInstance",
    "NewestInstance",
    "OldestLaunchConfiguration",
    "OldestLaunchTemplate",
    "ClosestToNextInstanceHour",
    "AllocationStrategy",
];

const MOST: i64 = 1_000_000;

impl Sizes {
    /// The sizes of a new group.
    pub(super) fn new(call: &Call<'_>) -> Result<Self, ApiError> {
        let missing = |name| constraint(name, "null", "not be null");
        let bound = |name| number(&call.params, name, 0, MOST);
        let min = bound("MinSize")?.ok_or_else(|| missing("MinSize"))?;
        let max = bound("MaxSize")?.ok_or_else(|| missing("MaxSize"))?;
        let desired = bound("DesiredCapacity")?.unwrap_or(min);
        Self { min, max, desired }.check()
    }

    /// The same with what the call changes: without a word, the desired number follows the bounds.
    pub(super) fn changed(self, call: &Call<'_>) -> Result<Self, ApiError> {
        let bound = |name| number(&call.params, name, 0, MOST);
        let min = bound("MinSize")?.unwrap_or(self.min);
        let max = bound("MaxSize")?.unwrap_or(self.max);
        let follows = self.desired.max(min).min(max.max(min));
        let desired = bound("DesiredCapacity")?.unwrap_or(follows);
        Self { min, max, desired }.check()
    }

    fn check(self) -> Result<Self, ApiError> {
        let Self { min, max, desired } = self;
        if min > max {
            return Err(invalid(format!(
                "Max bound, {max}, must be greater than or equal to min bound, {min}"
            )));
        }
        match (min..=max).contains(&desired) {
            true => Ok(self),
            false => Err(invalid(format!(
                "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
            ))),
        }
    }
}

/// The subnets that the call names, all of one VPC.
pub(super) fn subnets(call: &Call<'_>) -> Result<Option<Vec<String>>, ApiError> {
    let Some(text) = call
        .params
        .get("VPCZoneIdentifier")
        .filter(|text| !text.is_empty())
    else {
        return match call.params.list("AvailabilityZones.member").is_empty() {
            true => Ok(None),
            // There is no default VPC here.
            false => Err(invalid(
                "No default VPC for this user. Specify VPCZoneIdentifier.",
            )),
        };
    };
    let ids: Vec<String> = text.split(',').map(|id| id.trim().to_owned()).collect();
    let mut found: Vec<Subnet> = Vec::new();
    for id in &ids {
        let subnet = call.tx.see::<Subnet>(&call.place, id);
        found.push(subnet.ok_or_else(|| invalid(format!("The subnet ID '{id}' does not exist")))?);
    }
    let vpc = found.first().map(|one| one.vpc_id.clone());
    if found.iter().any(|one| Some(&one.vpc_id) != vpc.as_ref()) {
        return Err(invalid(
            "You must use subnets of one VPC in VPCZoneIdentifier",
        ));
    }
    let zones = call.params.list("AvailabilityZones.member");
    if zones
        .iter()
        .any(|zone| !found.iter().any(|one| one.zone == *zone))
    {
        return Err(invalid(
            "The availability zones of the specified subnets and the Auto Scaling group do not match",
        ));
    }
    Ok(Some(ids))
}

/// The target groups of a new group.
pub(super) fn target_groups(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let arns = call.params.list("TargetGroupARNs.member");
    for arn in &arns {
        let found = call.tx.see::<TargetGroup>(&call.place, arn);
        if found.is_none_or(|one| one.target_type != "instance") {
            return Err(invalid(
                "Provided Target Groups may not be valid. Please ensure they exist and try again.",
            ));
        }
    }
    Ok(arns)
}

/// Takes over all else that the call says.
pub(super) fn details(call: &Call<'_>, group: &mut Group) -> Result<(), ApiError> {
    for (name, least, most) in TOLD {
        if let Some(value) = number(&call.params, name, *least, *most)? {
            group.told.insert((*name).to_owned(), value.to_string());
        }
    }
    let lifetime = number(&call.params, "MaxInstanceLifetime", 0, MOST * 1000)?;
    if lifetime.is_some_and(|seconds| (1..86_400).contains(&seconds)) {
        let rule = "be 0, or at least 86400";
        return Err(constraint("MaxInstanceLifetime", "'…'", rule));
    }
    if let Some(kind) = call.params.get("HealthCheckType") {
        if !matches!(kind, "EC2" | "ELB") {
            return Err(invalid(format!(
                "HealthCheckType '{kind}' is not valid. Valid values are [EC2, ELB]."
            )));
        }
        let name = "HealthCheckType".to_owned();
        group.told.insert(name, kind.to_owned());
    }
    if let Some(protected) = truth(&call.params, "NewInstancesProtectedFromScaleIn")? {
        group.protected = protected;
    }
    if let Some(rebalance) = truth(&call.params, "CapacityRebalance")? {
        group.rebalance = Some(rebalance);
    }
    policies(call, group)
}

fn policies(call: &Call<'_>, group: &mut Group) -> Result<(), ApiError> {
    let policies = call.params.list("TerminationPolicies.member");
    if let Some(strange) = policies
        .iter()
        .find(|one| !POLICIES.contains(&one.as_str()))
    {
        return Err(invalid(format!(
            "Termination policy {strange} is not valid. Valid values are [{}].",
            POLICIES.join(", ")
        )));
    }
    if !policies.is_empty() {
        group.policies = policies;
    }
    Ok(())
}

/// Marks that the group has to look at its instances soon, because of what a user asked.
pub(super) fn soon(call: &Call<'_>, group: &mut Group, what: &str) {
    let now = call.now();
    let stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ");
    group.cause = format!("At {stamp} a user request {what}.");
    let wait = std::time::Duration::from_secs(super::fleet::LOOKS);
    group.due = now.checked_add(call.tx.config().scaled(wait)).ok();
}

/// Refuses a name that no group can have.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    if name.len() > 255 {
        let rule = "have length less than or equal to 255";
        return Err(constraint("AutoScalingGroupName", "'…'", rule));
    }
    match name.contains(':') {
        true => Err(invalid(format!(
            "Invalid name '{name}': an Auto Scaling group's name must not have a colon"
        ))),
        false => Ok(()),
    }
}
