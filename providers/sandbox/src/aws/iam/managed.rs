//! Policies that AWS manages: those that clusters and what runs in them use. Others, and those of customers, do not
//! exist here.
//!
//! Names, paths and dates: "AWS managed policy reference guide".

use super::Role;
use super::common::{none, required, stamp, unique_id, validation};
use crate::aws::{Call, Outcome};
use crate::store::hex;
use crate::wire::{ApiError, Body, Fields};

/// A managed policy.
pub(super) struct Policy {
    /// Its path and name: `service-role/AmazonEBSCSIDriverPolicy`.
    name: &'static str,
    /// Its present version.
    version: &'static str,
    /// When AWS made it, a day.
    created: &'static str,
}

const fn policy(name: &'static str, version: &'static str, created: &'static str) -> Policy {
    Policy {
        name,
        version,
        created,
    }
}

const POLICIES: &[Policy] = &[
    policy("AdministratorAccess", "v1", "2015-02-06"),
    policy(
        "AmazonEBSCSIDriverEKSClusterScopedPolicy",
        "v2",
        "2026-04-16",
    ),
    policy("AmazonEBSCSIDriverPolicyV2", "v1", "2026-04-16"),
    policy("AmazonEC2ContainerRegistryFullAccess", "v3", "2015-12-21"),
    policy("AmazonEC2ContainerRegistryPowerUser", "v3", "2015-12-21"),
    policy("AmazonEC2ContainerRegistryPullOnly", "v1", "2024-10-04"),
    policy("AmazonEC2ContainerRegistryReadOnly", "v3", "2015-12-21"),
    policy("AmazonEC2ReadOnlyAccess", "v5", "2015-02-06"),
    policy("AmazonEKSBlockStoragePolicy", "v1", "2024-10-30"),
    policy("AmazonEKSBlockStoragePolicyV2", "v1", "2026-05-11"),
    policy("AmazonEKSClusterPolicy", "v10", "2018-05-27"),
    policy("AmazonEKSComputePolicy", "v7", "2024-11-01"),
    policy("AmazonEKSFargatePodExecutionRolePolicy", "v1", "2019-11-22"),
    policy("AmazonEKSLoadBalancingPolicy", "v10", "2024-10-30"),
    policy("AmazonEKSLocalOutpostClusterPolicy", "v4", "2022-08-24"),
    policy("AmazonEKSNetworkingPolicy", "v3", "2024-10-28"),
    policy("AmazonEKSServicePolicy", "v7", "2018-05-27"),
    policy("AmazonEKSVPCResourceController", "v1", "2020-08-12"),
    policy("AmazonEKSWorkerNodeMinimalPolicy", "v1", "2024-10-02"),
    policy("AmazonEKSWorkerNodePolicy", "v3", "2018-05-27"),
    policy("AmazonEKS_CNI_Policy", "v6", "2018-05-27"),
    policy("AmazonS3FullAccess", "v2", "2015-02-06"),
    policy("AmazonS3ReadOnlyAccess", "v3", "2015-02-06"),
    policy(
        "AmazonSSMManagedEC2InstanceDefaultPolicy",
        "v2",
        "2022-08-30",
    ),
    policy("AmazonSSMManagedInstanceCore", "v2", "2019-03-15"),
    policy("CloudWatchAgentServerPolicy", "v3", "2018-03-07"),
    policy("ElasticLoadBalancingFullAccess", "v9", "2018-09-20"),
    policy("ElasticLoadBalancingReadOnly", "v3", "2018-09-20"),
    policy("ReadOnlyAccess", "v190", "2015-02-06"),
    policy(
        "aws-service-role/AWSServiceRoleForAmazonEKSNodegroup",
        "v11",
        "2019-11-07",
    ),
    policy(
        "aws-service-role/AmazonEKSForFargateServiceRolePolicy",
        "v1",
        "2019-11-22",
    ),
    policy(
        "aws-service-role/AmazonEKSServiceRolePolicy",
        "v27",
        "2020-02-21",
    ),
    policy("service-role/AmazonEBSCSIDriverPolicy", "v15", "2022-04-04"),
    policy(
        "service-role/AmazonEC2ContainerServiceforEC2Role",
        "v10",
        "2015-03-19",
    ),
    policy(
        "service-role/AmazonECSTaskExecutionRolePolicy",
        "v1",
        "2017-11-16",
    ),
    policy("service-role/AmazonEFSCSIDriverPolicy", "v1", "2023-07-25"),
];

const AWS: &str = "arn:aws:iam::aws:policy/";

/// The ARN of a policy by its path and name.
pub(super) fn arn(name: &str) -> String {
    format!("{AWS}{name}")
}

impl Policy {
    /// Whether only service-linked roles have it.
    pub(super) fn is_of_service(&self) -> bool {
        self.name.starts_with("aws-service-role/")
    }
}

/// The policy with an ARN; refuses what is no ARN.
pub(super) fn find(arn: &str) -> Result<Option<&'static Policy>, ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let whole = matches!(parts.as_slice(), ["arn", _, "iam", "", _, rest] if !rest.is_empty());
    if !whole {
        return Err(validation("Invalid ARN:  Could not be parsed!"));
    }
    let name = arn.strip_prefix(AWS);
    Ok(POLICIES.iter().find(|policy| Some(policy.name) == name))
}

/// Path and name in an ARN: `/service-role/` and `AmazonEBSCSIDriverPolicy`.
pub(super) fn path_and_name(arn: &str) -> Option<(&str, &str)> {
    let whole = arn.get(arn.find(":policy/")? + ":policy".len()..)?;
    let cut = whole.rfind('/')? + 1;
    Some((whole.get(..cut)?, whole.get(cut..)?))
}

/// GetPolicy.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "PolicyArn")?;
    let Some(policy) = find(&arn)? else {
        return Err(none(format!("Policy {arn} was not found.")));
    };
    let (path, name) = path_and_name(&arn).unwrap_or(("/", policy.name));
    let roles = call.tx.see_all::<Role>(&call.place);
    let attached = roles.iter().filter(|role| role.attached.contains_key(&arn));
    let bounded = roles
        .iter()
        .filter(|role| role.boundary.as_ref() == Some(&arn));
    let made = format!("{}T00:00:00Z", policy.created);
    let made = made.parse().map_or(made, stamp);
    let fields = Fields::new()
        .text("PolicyName", name)
        .text(
            "PolicyId",
            unique_id("ANPA", &hex(policy.name.repeat(2).as_bytes())),
        )
        .text("Arn", &arn)
        .text("Path", path)
        .text("DefaultVersionId", policy.version)
        .text("AttachmentCount", attached.count())
        .text("PermissionsBoundaryUsageCount", bounded.count())
        .text("IsAttachable", true)
        .text("CreateDate", &made)
        .text("UpdateDate", &made);
    Ok(Body::Xml(Fields::new().fields("Policy", fields)))
}
