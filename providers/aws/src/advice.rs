//! What to do about a fault, by its code.

use crate::codes;
use crate::error::{Fault, How};

/// Quotas by the code, or the call, that reports them: what it is called, and its code in Service Quotas.
///
/// Source: the Service Quotas console's lists for `vpc`, `ec2`, `iam` and `eks`.
const QUOTAS: &[(&str, &str, &str)] = &[
    ("VpcLimitExceeded", "VPCs per Region", "vpc L-F678F1CE"),
    ("SubnetLimitExceeded", "Subnets per VPC", "vpc L-407747CB"),
    (
        "AddressLimitExceeded",
        "EC2-VPC Elastic IPs",
        "ec2 L-0263D0A3",
    ),
    (
        "NatGatewayLimitExceeded",
        "NAT gateways per Availability Zone",
        "vpc L-FE5A380F",
    ),
    (
        "InternetGatewayLimitExceeded",
        "Internet gateways per Region",
        "vpc L-A4707A72",
    ),
    (
        "VpcEndpointLimitExceeded",
        "Interface VPC endpoints per VPC",
        "vpc L-29B6F2EB",
    ),
    (
        "RouteTableLimitExceeded",
        "Route tables per VPC",
        "vpc L-589F43AA",
    ),
    (
        "RouteLimitExceeded",
        "Routes per route table",
        "vpc L-93826ACB",
    ),
    (
        "SecurityGroupLimitExceeded",
        "VPC security groups per Region",
        "vpc L-E79EC296",
    ),
    (
        "RulesPerSecurityGroupLimitExceeded",
        "Inbound or outbound rules per security group",
        "vpc L-0EA8095F",
    ),
    // One code for both sorts of balancers; network ones have a quota of their own, of the same size.
    (
        "TooManyLoadBalancers",
        "Application Load Balancers per Region",
        "elasticloadbalancing L-53DA6B97",
    ),
    (
        "TooManyTargetGroups",
        "Target Groups per Region",
        "elasticloadbalancing L-B22855CB",
    ),
    (
        "TooManyListeners",
        "Listeners per Application Load Balancer",
        "elasticloadbalancing L-B6DF7632",
    ),
    // EKS has one code for all of its quotas, so the call tells which.
    ("eks:CreateCluster", "Clusters", "eks L-1194D53C"),
    (
        "eks:CreateNodegroup",
        "Managed node groups per cluster",
        "eks L-6D54EA21",
    ),
];

/// What a person can do next.
pub(crate) fn advice(fault: &Fault) -> Option<String> {
    match fault.how {
        How::NoCredentials => return Some(no_credentials()),
        How::NotSent if fault.code == "connect" => {
            return Some(
                "check the network, the proxy, the region's name and AWS_ENDPOINT_URL".to_owned(),
            );
        }
        How::Throttled | How::Server | How::NoAnswer => {
            return Some("nothing is lost: run it again, it goes on from what is there".to_owned());
        }
        How::NotSent => return None,
        How::Refused => {}
    }
    refused(fault)
}

fn no_credentials() -> String {
    "log in (`aws sso login`, `aws configure`), set AWS_PROFILE, or name `profile` in [cloud.aws]"
        .to_owned()
}

fn refused(fault: &Fault) -> Option<String> {
    let code = fault.code.as_str();
    match code {
        _ if codes::is_skewed(code, &fault.message) => Some(
            "this machine's clock is wrong, so that AWS takes none of its requests: set it (`timedatectl \
             set-ntp true`), then run it again"
                .to_owned(),
        ),
        _ if codes::is_unserved(code) => Some(
            "what answers there does not have this operation: check AWS_ENDPOINT_URL, or take a newer version \
             of the server behind it"
                .to_owned(),
        ),
        _ if codes::is_sold_out(code) => Some(
            "AWS itself has none to give just now: wait and run it again, or take other zones or another machine"
                .to_owned(),
        ),
        _ if codes::is_expired(code) => Some(
            "the session has expired: log in again (`aws sso login`), then run it again; it goes on from \
             what is there"
                .to_owned(),
        ),
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature" => Some(
            "the secret key does not belong to the access key: check AWS_SECRET_ACCESS_KEY or the profile"
                .to_owned(),
        ),
        "InvalidClientTokenId" | "UnrecognizedClientException" | "AuthFailure" => Some(
            "the access key is not valid here: check AWS_PROFILE, and whether the region must be enabled \
             for the account (`aws account list-regions`)"
                .to_owned(),
        ),
        "OptInRequired" | "SubscriptionRequiredException" => Some(
            "enable the region or the service for this account, then run it again".to_owned(),
        ),
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Some(denied(fault)),
        "OperationNotPermitted" if fault.service() == "elasticloadbalancingv2" => {
            Some(unprotect(fault.object.as_deref().unwrap_or("ARN")))
        }
        "CertificateNotFound" | "UnsupportedCertificate" => Some(
            "a certificate of ACM must be issued, and lie in the region of the balancer: check its ARN \
             (`aws acm list-certificates`)"
                .to_owned(),
        ),
        "InvalidSubnet" if fault.service() == "elasticloadbalancingv2" => Some(
            "a balancer wants subnets in two zones with eight free addresses each, and a public one subnets whose \
             network has an internet gateway"
                .to_owned(),
        ),
        "DependencyViolation" | "DeleteConflict" => Some(
            "something still uses it: find it in the console (network interfaces, load balancers, attached \
             policies), remove it, then run it again"
                .to_owned(),
        ),
        "EncryptionFailure" | "DecryptionFailure" | "InvalidKeyId" => Some(
            "the KMS key of the store cannot be used: see that it is enabled, and that the caller may use it \
             (kms:GenerateDataKey, kms:Decrypt)"
                .to_owned(),
        ),
        "UnsupportedAvailabilityZoneException" => Some(
            "EKS has no room for control planes in one of these zones: set `zones` of the network to those \
             that the message names"
                .to_owned(),
        ),
        _ if codes::is_quota(code) => Some(quota(code, &fault.call)),
        _ => None,
    }
}

/// How AWS's switch against the deletion of a balancer is turned off.
pub(crate) fn unprotect(arn: &str) -> String {
    format!(
        "when it may go: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} --attributes \
         Key=deletion_protection.enabled,Value=false`, then run it again"
    )
}

/// AWS says more in its message than the call tells: `iam:PassRole` is asked for by creates of all sorts.
fn denied(fault: &Fault) -> String {
    let message = fault.message.as_str();
    let told = |before: &str| {
        let rest = message.split_once(before)?.1;
        let word = rest.split_whitespace().next()?;
        Some(word.trim_end_matches(['.', ',']))
    };
    let action = told("not authorized to perform: ").unwrap_or(&fault.call);
    let object = told("on resource: ").or(fault.object.as_deref());
    let on = object.map_or_else(String::new, |object| format!(" on {object}"));
    if message.contains("explicit deny in a service control policy") {
        return format!(
            "a policy of the organisation denies `{action}`{on}: only its administrators can allow it"
        );
    }
    let whom = told("User: ").unwrap_or("the caller");
    let decode = match message.contains("Encoded authorization failure message") {
        true => "; `aws sts decode-authorization-message` tells which policy it was",
        false => "",
    };
    format!("allow {whom} `{action}`{on}{decode}")
}

fn quota(code: &str, call: &str) -> String {
    let known = QUOTAS
        .iter()
        .find(|(name, _, _)| *name == code || *name == call);
    match known {
        Some((_, title, place)) => {
            let (service, quota) = place.split_once(' ').unwrap_or((place, ""));
            format!(
                "the quota \"{title}\" is used up: delete what is not needed, or ask for more with `aws \
                 service-quotas request-service-quota-increase --service-code {service} --quota-code \
                 {quota} --desired-value N`"
            )
        }
        None => "a quota of the account is used up: see Service Quotas in the console".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fault(how: How, code: &str) -> Fault {
        Fault {
            how,
            call: "ec2:CreateVpc".to_owned(),
            code: code.to_owned(),
            message: "the cloud's words".to_owned(),
            object: Some("vpc-1".to_owned()),
        }
    }

    #[test]
    fn advice_names_the_action_the_object_and_the_quota() {
        let denied = advice(&fault(How::Refused, "UnauthorizedOperation")).unwrap();
        assert!(denied.contains("allow the caller `ec2:CreateVpc` on vpc-1"));
        let quota = advice(&fault(How::Refused, "VpcLimitExceeded")).unwrap();
        assert!(quota.contains("VPCs per Region") && quota.contains("L-F678F1CE"));
        assert!(advice(&fault(How::NoCredentials, "NoCredentials")).is_some());
    }
    fn said(code: &str, message: &str) -> String {
        let mut fault = fault(How::Refused, code);
        fault.message = message.to_owned();
        advice(&fault).unwrap_or_default()
    }

    #[test]
    fn denials_name_what_aws_names() {
        let pass = "User: arn:aws:iam::1:user/eve is not authorized to perform: iam:PassRole on resource: \
                    arn:aws:iam::1:role/r because no identity-based policy allows the iam:PassRole action";
        assert_eq!(
            said("AccessDeniedException", pass),
            "allow arn:aws:iam::1:user/eve `iam:PassRole` on arn:aws:iam::1:role/r"
        );
        let organisation = "User: u is not authorized to perform: eks:CreateCluster on resource: r with an explicit \
                            deny in a service control policy";
        assert!(said("AccessDenied", organisation).contains("organisation"));
        let encoded = "You are not authorized to perform this operation. Encoded authorization failure message: xyz";
        assert!(said("UnauthorizedOperation", encoded).contains("decode-authorization-message"));
    }

    #[test]
    fn clocks_sessions_operations_and_stock_are_told_apart() {
        let skew = "Signature expired: 20261125T100000Z is now earlier than 20261125T195500Z";
        assert!(said("InvalidSignatureException", skew).contains("clock"));
        assert!(said("RequestExpired", "Request has expired.").contains("clock"));
        assert!(said("SignatureDoesNotMatch", "it does not match").contains("secret key"));
        assert!(said("ExpiredToken", "it is expired").contains("log in again"));
        assert!(said("NotImplemented", "").contains("AWS_ENDPOINT_URL"));
        assert!(said("InsufficientAddressCapacity", "").contains("none to give"));
    }
}
