//! Service-linked roles: one of a service, made by it or for it, that only AWS changes.
//!
//! Names: "Using service-linked roles" of each service's user guide.

use std::collections::BTreeMap;

use super::Role;
use super::common::{input, required, unique_id, validation};
use super::{managed, role_words};
use crate::aws::{Call, Outcome};
use crate::store::Tx;
use crate::wire::{Body, Fields};

/// A service, its role, its policy as far as the sandbox knows it.
const SERVICES: [(&str, &str, &str); 8] = [
    (
        "eks.amazonaws.com",
        "AmazonEKS",
        "aws-service-role/AmazonEKSServiceRolePolicy",
    ),
    (
        "eks-nodegroup.amazonaws.com",
        "AmazonEKSNodegroup",
        "aws-service-role/AWSServiceRoleForAmazonEKSNodegroup",
    ),
    (
        "eks-fargate.amazonaws.com",
        "AmazonEKSForFargate",
        "aws-service-role/AmazonEKSForFargateServiceRolePolicy",
    ),
    ("autoscaling.amazonaws.com", "AutoScaling", ""),
    (
        "ecs.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_ECSService",
        "",
    ),
    ("ecs.amazonaws.com", "ECS", ""),
    (
        "elasticloadbalancing.amazonaws.com",
        "ElasticLoadBalancing",
        "",
    ),
    ("spot.amazonaws.com", "EC2Spot", ""),
];

impl Role {
    /// The role of a service in the account, made when there is none; none for a service that has none.
    pub(crate) fn service_linked(tx: &mut Tx<'_>, account: &str, service: &str) -> Option<Self> {
        let (service, short, policy) =
            SERVICES.into_iter().find(|(name, _, _)| *name == service)?;
        let place = Self::place(account);
        let name = format!("AWSServiceRoleFor{short}");
        if let Some(role) = tx.get::<Self>(&place, &name) {
            return Some(role);
        }
        let now = tx.now();
        let attached = (!policy.is_empty()).then(|| (managed::arn(policy), now));
        let role = Self {
            path: format!("/aws-service-role/{service}/"),
            unique_id: unique_id("AROA", &tx.fresh_hex("role")),
            account: account.to_owned(),
            name,
            trust: format!(
                "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{{\"Service\":\"{service}\"}},\"Action\":\"sts:AssumeRole\"}}]}}"
            ),
            trusted_since: now,
            description: None,
            max_session: 3600,
            boundary: None,
            tags: BTreeMap::new(),
            attached: attached.into_iter().collect(),
            inline: BTreeMap::new(),
            service: Some(service.to_owned()),
            created: now,
        };
        tx.put(&place, &role);
        Some(role)
    }
}

/// CreateServiceLinkedRole.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let service = required(call, "AWSServiceName")?;
    let roles = call.tx.list::<Role>(&call.place);
    if let Some(role) = roles
        .iter()
        .find(|role| role.service.as_deref() == Some(&*service))
    {
        return Err(input(format!(
            "Service role name {} has been taken in this account, please try a different suffix.",
            role.name
        )));
    }
    let account = call.place.account.clone();
    let Some(mut role) = Role::service_linked(&mut call.tx, &account, &service) else {
        return Err(validation(format!(
            "{service} is not a service that has a service-linked role here."
        )));
    };
    role.description = call.params.get("Description").map(str::to_owned);
    call.tx.put(&call.place, &role);
    Ok(Body::Xml(
        Fields::new().fields("Role", role_words::fields(&role)),
    ))
}
