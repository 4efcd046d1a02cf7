//! Codes of EKS's health issues and failed updates, with the words that come with them.
//!
//! Source: the enums `ClusterIssueCode`, `NodegroupIssueCode`, `AddonIssueCode` and `ErrorCode` of EKS's API model with
//! their descriptions; words that users quote in public issues where there are some (2026-11).

use crate::ailment::Patient::{self, Addon, Cluster, Nodegroup};

/// Health issues.
pub(crate) const CODES: &[(Patient, &str, &str)] = &[
    (
        Cluster,
        "AccessDenied",
        "Amazon EKS is denied access to resources of your account that the cluster needs.",
    ),
    (
        Cluster,
        "ClusterUnreachable",
        "Amazon EKS is unable to communicate with your Kubernetes cluster API server.",
    ),
    (
        Cluster,
        "ConfigurationConflict",
        "The configuration of the cluster conflicts with the state of a resource it uses.",
    ),
    (
        Cluster,
        "InternalFailure",
        "Amazon EKS encountered an internal failure.",
    ),
    (
        Cluster,
        "ResourceLimitExceeded",
        "A resource limit of your account was exceeded.",
    ),
    (
        Cluster,
        "ResourceNotFound",
        "A resource that the cluster uses was not found.",
    ),
    (
        Cluster,
        "IamRoleNotFound",
        "We couldn't find the IAM role associated with your cluster.",
    ),
    (
        Cluster,
        "VpcNotFound",
        "We couldn't find the VPC associated with your cluster.",
    ),
    (
        Cluster,
        "InsufficientFreeAddresses",
        "One or more of the subnets associated with your cluster does not have enough available IP addresses for Amazon EKS to perform cluster management operations.",
    ),
    (
        Cluster,
        "Ec2ServiceNotSubscribed",
        "Your account is not subscribed to the Amazon EC2 service.",
    ),
    (
        Cluster,
        "Ec2SubnetNotFound",
        "We couldn't find one or more subnets associated with your cluster.",
    ),
    (
        Cluster,
        "Ec2SecurityGroupNotFound",
        "We couldn't find one or more security groups associated with your cluster.",
    ),
    (
        Cluster,
        "KmsGrantRevoked",
        "The grant on the KMS key that encrypts your cluster's secrets was revoked.",
    ),
    (
        Cluster,
        "KmsKeyNotFound",
        "We couldn't find the KMS key associated with your cluster.",
    ),
    (
        Cluster,
        "KmsKeyMarkedForDeletion",
        "The KMS key associated with your cluster is marked for deletion.",
    ),
    (
        Cluster,
        "KmsKeyDisabled",
        "The KMS key associated with your cluster is disabled.",
    ),
    (
        Cluster,
        "StsRegionalEndpointDisabled",
        "The STS regional endpoint is disabled.",
    ),
    (
        Cluster,
        "UnsupportedVersion",
        "The Kubernetes version of your cluster is not supported any more.",
    ),
    (
        Cluster,
        "Other",
        "Amazon EKS found a problem with your cluster.",
    ),
    (
        Nodegroup,
        "AutoScalingGroupNotFound",
        "We couldn't find the Auto Scaling group associated with the managed node group.",
    ),
    (
        Nodegroup,
        "AutoScalingGroupInvalidConfiguration",
        "The Auto Scaling group of the managed node group was changed in a way that Amazon EKS does not support.",
    ),
    (
        Nodegroup,
        "Ec2SecurityGroupNotFound",
        "We couldn't find the cluster security group for the cluster.",
    ),
    (
        Nodegroup,
        "Ec2SecurityGroupDeletionFailure",
        "We could not delete the remote access security group for your managed node group. Remove any dependencies from the security group.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateNotFound",
        "We couldn't find the Amazon EC2 launch template for your managed node group.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateVersionMismatch",
        "The Amazon EC2 launch template version for your managed node group does not match the version that Amazon EKS created.",
    ),
    (
        Nodegroup,
        "Ec2SubnetNotFound",
        "We couldn't find one or more subnets associated with your managed node group.",
    ),
    (
        Nodegroup,
        "Ec2SubnetInvalidConfiguration",
        "One or more Amazon EC2 Subnets of the node group does not automatically assign public IP addresses to instances launched into it.",
    ),
    (
        Nodegroup,
        "IamInstanceProfileNotFound",
        "We couldn't find the IAM instance profile for your managed node group.",
    ),
    (
        Nodegroup,
        "Ec2SubnetMissingIpv6Assignment",
        "One or more subnets of your managed node group do not assign IPv6 addresses on creation.",
    ),
    (
        Nodegroup,
        "IamLimitExceeded",
        "An IAM limit of your account was exceeded.",
    ),
    (
        Nodegroup,
        "IamNodeRoleNotFound",
        "We couldn't find the IAM role for your managed node group.",
    ),
    (
        Nodegroup,
        "NodeCreationFailure",
        "Instances failed to join the kubernetes cluster",
    ),
    (
        Nodegroup,
        "AsgInstanceLaunchFailures",
        "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have sufficient capacity of the requested type in the Availability Zone you requested. Launching EC2 instance failed.",
    ),
    (
        Nodegroup,
        "InstanceLimitExceeded",
        "Your AWS account is unable to launch any more instances of the specified instance type.",
    ),
    (
        Nodegroup,
        "InsufficientFreeAddresses",
        "One or more of the subnets associated with your managed node group does not have enough available IP addresses for new nodes: no free addresses.",
    ),
    (
        Nodegroup,
        "AccessDenied",
        "Amazon EKS or one or more of your managed nodes is failing to authenticate or authorize with your Kubernetes cluster API server.",
    ),
    (
        Nodegroup,
        "InternalFailure",
        "Amazon EKS encountered an internal failure.",
    ),
    (
        Nodegroup,
        "ClusterUnreachable",
        "Amazon EKS or one or more of your managed nodes is unable to communicate with your Kubernetes cluster API server.",
    ),
    (
        Nodegroup,
        "AmiIdNotFound",
        "We couldn't find the AMI id of the launch template.",
    ),
    (
        Nodegroup,
        "AutoScalingGroupOptInRequired",
        "Your account is not opted in to the Auto Scaling service.",
    ),
    (
        Nodegroup,
        "AutoScalingGroupRateLimitExceeded",
        "Requests to Auto Scaling exceeded their rate limit.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateDeletionFailure",
        "We could not delete the launch template that Amazon EKS made for your managed node group.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateInvalidConfiguration",
        "The launch template of your managed node group is not valid.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateMaxLimitExceeded",
        "Your account has reached its limit of launch templates.",
    ),
    (
        Nodegroup,
        "Ec2SubnetListTooLong",
        "Your managed node group has too many subnets.",
    ),
    (
        Nodegroup,
        "IamThrottling",
        "Requests to IAM exceeded their rate limit.",
    ),
    (
        Nodegroup,
        "NodeTerminationFailure",
        "One or more nodes could not be terminated.",
    ),
    (
        Nodegroup,
        "PodEvictionFailure",
        "Reached max retries while trying to evict pods from nodes in node group",
    ),
    (
        Nodegroup,
        "SourceEc2LaunchTemplateNotFound",
        "We couldn't find the launch template that you gave for your managed node group.",
    ),
    (
        Nodegroup,
        "LimitExceeded",
        "A limit of your account was exceeded.",
    ),
    (Nodegroup, "Unknown", "Amazon EKS does not know why."),
    (
        Nodegroup,
        "AutoScalingGroupInstanceRefreshActive",
        "The Auto Scaling group of your managed node group has an active instance refresh.",
    ),
    (
        Nodegroup,
        "KubernetesLabelInvalid",
        "One or more labels of your managed node group are not valid in Kubernetes.",
    ),
    (
        Nodegroup,
        "Ec2LaunchTemplateVersionMaxLimitExceeded",
        "The launch template has reached its limit of versions.",
    ),
    (
        Nodegroup,
        "Ec2InstanceTypeDoesNotExist",
        "One or more of the supplied Amazon EC2 instance types do not exist.",
    ),
    (
        Addon,
        "AccessDenied",
        "The add-on's service account is denied access by Kubernetes or IAM.",
    ),
    (
        Addon,
        "InternalFailure",
        "Amazon EKS encountered an internal failure.",
    ),
    (
        Addon,
        "ClusterUnreachable",
        "Amazon EKS is unable to communicate with your Kubernetes cluster API server.",
    ),
    (
        Addon,
        "InsufficientNumberOfReplicas",
        "The add-on is unhealthy because it doesn't have the desired number of replicas.",
    ),
    (
        Addon,
        "ConfigurationConflict",
        "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.",
    ),
    (
        Addon,
        "AdmissionRequestDenied",
        "An admission webhook denied the request.",
    ),
    (
        Addon,
        "UnsupportedAddonModification",
        "The add-on's objects were changed in a way that Amazon EKS does not support.",
    ),
    (
        Addon,
        "K8sResourceNotFound",
        "A Kubernetes object of the add-on was not found.",
    ),
    (
        Addon,
        "AddonSubscriptionNeeded",
        "The add-on needs a subscription in AWS Marketplace.",
    ),
    (
        Addon,
        "AddonPermissionFailure",
        "The add-on's IAM role lacks permissions.",
    ),
];

/// Codes of failed updates, of whatever they change.
pub(crate) const UPDATES: &[(&str, &str)] = &[
    (
        "SubnetNotFound",
        "We couldn't find one of the subnets associated with the cluster.",
    ),
    (
        "SecurityGroupNotFound",
        "We couldn't find one of the security groups associated with the cluster.",
    ),
    (
        "EniLimitReached",
        "You have reached the elastic network interface limit for your account.",
    ),
    (
        "IpNotAvailable",
        "A subnet associated with the cluster doesn't have any available IP addresses.",
    ),
    (
        "AccessDenied",
        "You don't have permissions to perform the specified operation.",
    ),
    (
        "OperationNotPermitted",
        "The service role associated with the cluster doesn't have the required access permissions for Amazon EKS.",
    ),
    (
        "VpcIdNotFound",
        "We couldn't find the VPC associated with the cluster.",
    ),
    ("Unknown", "Amazon EKS does not know why."),
    (
        "NodeCreationFailure",
        "Couldn't proceed with upgrade process as new nodes are not joining node group",
    ),
    (
        "PodEvictionFailure",
        "Reached max retries while trying to evict pods from nodes in node group",
    ),
    (
        "InsufficientFreeAddresses",
        "One or more of the subnets does not have enough available IP addresses.",
    ),
    (
        "ClusterUnreachable",
        "Amazon EKS is unable to communicate with your Kubernetes cluster API server.",
    ),
    (
        "InsufficientNumberOfReplicas",
        "The add-on is unhealthy because it doesn't have the desired number of replicas.",
    ),
    (
        "ConfigurationConflict",
        "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.",
    ),
    (
        "AdmissionRequestDenied",
        "An admission webhook denied the request.",
    ),
    (
        "UnsupportedAddonModification",
        "The add-on's objects were changed in a way that Amazon EKS does not support.",
    ),
    (
        "K8sResourceNotFound",
        "A Kubernetes object of the add-on was not found.",
    ),
];
