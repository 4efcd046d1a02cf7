//! Error codes of the services, sorted.
//!
//! Sources: the error lists of the EC2, IAM, STS, EKS, ECS, Auto Scaling, Cloud Map, CloudWatch Logs, Secrets Manager and
//! SSM API references; the texts that say "not visible yet" are those that Terraform's AWS provider retries
//! (`internal/service/eks/cluster.go`, `internal/service/ecs/cluster.go`).

use provision_core::contract::Class;

use crate::error::{Fault, How};

const THROTTLED: &[&str] = &[
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestThrottlingException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "BandwidthLimitExceeded",
];
const CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
    "IncompleteSignature",
    "InvalidToken",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "RequestTimeTooSkewed",
    "RequestInTheFuture",
];
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "OptInRequired",
    "SubscriptionRequiredException",
    "Blocked",
];
const ALREADY: &[&str] = &[
    "EntityAlreadyExists",
    "ResourceAlreadyExistsException",
    "InvalidGroup.Duplicate",
    "InvalidPermission.Duplicate",
    "InvalidSubnet.Conflict",
    "InvalidLaunchTemplateName.AlreadyExistsException",
    "RouteAlreadyExists",
    "Resource.AlreadyAssociated",
    "Resource.AlreadyAttached",
    "ResourceExistsException",
    "ParameterAlreadyExists",
    "DuplicateLoadBalancerName",
    "DuplicateTargetGroupName",
    "DuplicateListener",
    "PriorityInUse",
    "AlreadyExists",
    "NamespaceAlreadyExists",
];
const CONFLICT: &[&str] = &[
    "DependencyViolation",
    "DeleteConflict",
    "ConcurrentModification",
    "OperationAbortedException",
    "ResourceInUseException",
    "InvalidIPAddress.InUse",
    "InvalidNetworkInterface.InUse",
    "ResourceInUse",
    "VolumeInUse",
    "InvalidParameterDependency",
    "IncorrectState",
    "IncorrectInstanceState",
    "InvalidVpcState",
    "LockedException",
    "EntityTemporarilyUnmodifiable",
    "ClusterContainsCapacityProviderException",
    "ClusterContainsContainerInstancesException",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "UpdateInProgressException",
    "InstanceRefreshInProgress",
    "ResourceContention",
    "ScalingActivityInProgress",
];

/// Texts of refusals that go away by themselves once a new role, policy or group is known everywhere.
const NOT_VISIBLE_YET: &[&str] = &[
    "could not be assumed",
    "Error in role params",
    "doesn't have the Amazon EKS Managed Policies",
    "IAM role's policy must include",
    "Invalid principal in policy",
    "MalformedPolicyDocument: Invalid principal",
];

/// Texts of EKS about roles, subnets and templates that it does not see yet.
const EKS_NEW: &[&str] = &[
    "does not exist",
    "principalArn is invalid",
    "cannot be found",
];
/// Texts of Elastic Load Balancing about groups that it does not see yet.
const ELB_NEW: &[&str] = &["does not exist", "not found", "do not exist"];
/// Texts of EKS about clusters and groups that another change occupies.
const EKS_BUSY: &[&str] = &[
    "not in ACTIVE",
    "not in Active",
    "in progress",
    "being updated",
];

/// Texts of ECS about roles and groups that it does not see yet.
const ECS_NEW: &[&str] = &[
    "nable to assume the service linked role",
    "Auto Scaling group ARN is invalid or does not exist",
];

/// Texts of Auto Scaling about profiles, templates and roles that it does not see yet.
const SCALING_NEW: &[&str] = &[
    "Invalid IAM Instance Profile",
    "valid fully-formed launch template",
    "launch template is not visible",
    "Service-Linked Role",
];

/// How a service's answer is to be taken.
pub(crate) fn how(code: &str, status: u16) -> How {
    if THROTTLED.contains(&code) || status == 429 {
        How::Throttled
    } else if status >= 500 && status != 501 {
        How::Server
    } else {
        How::Refused
    }
}

/// Whether what answers does not have the operation at all.
pub(crate) fn is_unserved(code: &str) -> bool {
    let codes = [
        "501",
        "NotImplemented",
        "InvalidAction",
        "UnknownOperationException",
    ];
    codes.contains(&code)
}

/// Whether the credentials are of yesterday. Who gets them anew by itself may succeed at the next try.
pub(crate) fn is_expired(code: &str) -> bool {
    ["ExpiredToken", "ExpiredTokenException"].contains(&code)
}

/// Whether the times of this machine and of the cloud are too far apart.
pub(crate) fn is_skewed(code: &str, message: &str) -> bool {
    let texts = [
        "Signature expired",
        "Signature not yet current",
        "Request has expired",
    ];
    [
        "RequestTimeTooSkewed",
        "RequestExpired",
        "RequestInTheFuture",
    ]
    .contains(&code)
        || texts.iter().any(|text| message.contains(text))
}

/// Whether the cloud itself has run out of something.
pub(crate) fn is_sold_out(code: &str) -> bool {
    code.starts_with("Insufficient") && code.ends_with("Capacity")
}

/// Whether a code says that something is not there.
pub(crate) fn is_not_found(code: &str, message: &str) -> bool {
    code.ends_with(".NotFound")
        || code.ends_with(".NotFoundException")
        || code.ends_with(".Malformed") && code.starts_with("InvalidAllocationID")
        || matches!(
            code,
            "NoSuchEntity"
                | "NatGatewayNotFound"
                | "ResourceNotFoundException"
                | "InvalidPermission.NotFound"
                | "Gateway.NotAttached"
                | "NotFoundException"
                | "LoadBalancerNotFound"
                | "TargetGroupNotFound"
                | "ParameterNotFound"
                // Of tags: the parameter that they are asked of.
                | "InvalidResourceId"
                | "ListenerNotFound"
                | "RuleNotFound"
                | "SubnetNotFound"
                | "ClusterNotFoundException"
                | "ServiceNotFoundException"
                | "NamespaceNotFound"
                | "ServiceNotFound"
                | "OperationNotFound"
        )
        // Auto Scaling and ECS have no code for it.
        || code == "ValidationError" && message.contains("AutoScalingGroup name not found")
        || message.contains("capacity provider does not exist")
        || code == "ClientException" && message.contains("No cluster found")
}

/// Whether a code says that something is there already. EKS has one code for that and for "being changed".
pub(crate) fn is_already(code: &str, message: &str) -> bool {
    ALREADY.contains(&code)
        || code == "ResourceInUseException" && message.contains("already")
        // ECS, of a service whose name stands with other words.
        || code == "InvalidParameterException" && message.contains("was not idempotent")
        || message.contains("capacity provider already exists")
}

/// Whether something still uses an object or changes it. EC2 answers `AuthFailure` for an address that a NAT
/// gateway on its way out still holds.
pub(crate) fn is_in_use(code: &str, message: &str) -> bool {
    CONFLICT.contains(&code)
        || code == "InvalidParameterValue" && message.contains("is currently in use")
        || code == "AuthFailure" && message.contains("permission to access the specified resource")
        || message.contains("because it is associated with cluster")
}

/// Whether a refusal goes away by itself.
pub(crate) fn is_passing(service: &str, code: &str, message: &str) -> bool {
    match (service, code) {
        ("iam", "ConcurrentModification" | "EntityTemporarilyUnmodifiable")
        | ("logs", "OperationAbortedException")
        | ("ssm", "TooManyUpdates")
        | ("ec2", "InvalidVpcState" | "IncorrectState" | "ConcurrentTagAccess") => true,
        // A group, or a way out of a subnet, that was made a moment ago.
        ("elasticloadbalancingv2", "InvalidSecurityGroup" | "InvalidConfigurationRequest") => {
            ELB_NEW.iter().any(|text| message.contains(text))
        }
        // Another change is under way.
        ("ecs", "UpdateInProgressException")
        | ("autoscaling", "ResourceContention" | "ScalingActivityInProgress")
        | ("servicediscovery", "DuplicateRequest") => true,
        ("ecs", _) if ECS_NEW.iter().any(|text| message.contains(text)) => true,
        ("autoscaling", "ValidationError" | "ServiceLinkedRoleFailure") => {
            SCALING_NEW.iter().any(|text| message.contains(text))
        }
        ("eks", "ResourceInUseException") => !message.contains("already"),
        ("eks", "InvalidRequestException") => EKS_BUSY.iter().any(|text| message.contains(text)),
        ("eks", "InvalidParameterException")
            if EKS_NEW.iter().any(|text| message.contains(text)) =>
        {
            true
        }
        _ => NOT_VISIBLE_YET.iter().any(|text| message.contains(text)),
    }
}

/// Sorts a fault for people.
pub(crate) fn class(fault: &Fault) -> Class {
    let code = fault.code.as_str();
    match fault.how {
        How::NoCredentials => return Class::Credentials,
        How::Throttled | How::Server | How::NoAnswer => return Class::Unavailable,
        How::NotSent if code == "connect" => return Class::Unavailable,
        How::NotSent => return Class::Internal,
        How::Refused => {}
    }
    if CREDENTIALS.contains(&code) {
        Class::Credentials
    } else if DENIED.contains(&code) {
        Class::Denied
    } else if is_sold_out(code) {
        Class::Unavailable
    } else if is_quota(code) {
        Class::Quota
    } else if is_not_found(code, &fault.message) {
        Class::NotFound
    } else if is_already(code, &fault.message) {
        Class::Clash
    } else if CONFLICT.contains(&code) {
        Class::Conflict
    } else {
        Class::Invalid
    }
}

/// Whether a code names a limit of the account.
pub(crate) fn is_quota(code: &str) -> bool {
    code.ends_with("LimitExceeded")
        || code.ends_with("LimitExceededException")
        || code.starts_with("TooMany") && code != "TooManyRequestsException"
        || matches!(
            code,
            "LimitExceeded" | "ServiceQuotaExceededException" | "TargetGroupAssociationLimit"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_sorted() {
        assert_eq!(how("RequestLimitExceeded", 503), How::Throttled);
        assert_eq!(how("InternalError", 500), How::Server);
        assert_eq!(how("NotImplemented", 501), How::Refused);
        assert!(
            is_sold_out("InsufficientInstanceCapacity") && !is_quota("InsufficientAddressCapacity")
        );
        assert_eq!(how("VpcLimitExceeded", 400), How::Refused);
        assert!(is_not_found("InvalidVpcID.NotFound", ""));
        assert!(is_not_found("NoSuchEntity", ""));
        assert!(!is_not_found("InvalidParameterValue", ""));
        assert!(is_quota("AddressLimitExceeded"));
        assert!(is_quota("TooManyLoadBalancers") && !is_quota("TooManyRequestsException"));
        assert!(is_already("PriorityInUse", "") && is_not_found("ListenerNotFound", ""));
        assert!(is_in_use("ResourceInUse", ""));
        assert!(is_passing(
            "eks",
            "InvalidParameterException",
            "Role with arn: x, could not be assumed because it does not exist"
        ));
    }

    #[test]
    fn stores_of_secrets_have_words_of_their_own() {
        assert!(
            is_already("ResourceExistsException", "") && is_already("ParameterAlreadyExists", "")
        );
        assert!(is_not_found("ParameterNotFound", "") && is_not_found("InvalidResourceId", ""));
        assert!(is_quota("ParameterLimitExceeded"));
        assert!(is_passing("ssm", "TooManyUpdates", ""));
    }

    #[test]
    fn capacity_has_texts_in_place_of_codes() {
        let group = "AutoScalingGroup name not found - no such group: shop-web";
        assert!(is_not_found("ValidationError", group));
        assert!(!is_not_found("ValidationError", "min is above max"));
        let there = "The specified capacity provider already exists. To change it, update it.";
        assert!(is_already("ClientException", there));
        let held =
            "The capacity provider cannot be deleted because it is associated with cluster: shop.";
        assert!(is_in_use("ClientException", held) && !is_in_use("ClientException", there));
        assert!(is_in_use("ClusterContainsContainerInstancesException", ""));
        assert!(is_passing("ecs", "UpdateInProgressException", ""));
        let profile =
            "You must use a valid fully-formed launch template. Invalid IAM Instance Profile name";
        assert!(is_passing("autoscaling", "ValidationError", profile));
        assert!(!is_passing("autoscaling", "ValidationError", group));
    }

    #[test]
    fn one_code_of_eks_means_two_things() {
        let code = "ResourceInUseException";
        let taken = "Cluster already exists with name: shop";
        let busy = "Cannot CreateNodegroup because cluster shop currently has update in progress";
        assert!(is_already(code, taken) && !is_passing("eks", code, taken));
        assert!(is_passing("eks", code, busy) && !is_already(code, busy));
        assert!(is_not_found(
            "ClientException",
            "No cluster found for name: shop."
        ));
        assert!(!is_not_found("ClientException", "no"));
    }
}
