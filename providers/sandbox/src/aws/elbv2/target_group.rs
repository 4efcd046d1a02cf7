//! Target groups.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::page;
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// A target group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TargetGroup {
    /// Its ARN.
    pub(crate) arn: String,
    /// Its name.
    pub(crate) name: String,
    /// `HTTP` or `TCP`.
    pub(crate) protocol: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Balancers whose listeners send to it.
    pub(crate) balancers: Vec<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for TargetGroup {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "target-group";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// DescribeTargetGroups.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let (arns, names) = (
        call.params.list("TargetGroupArns.member"),
        call.params.list("Names.member"),
    );
    let mut all = call.tx.see_all::<TargetGroup>(&call.place);
    if !arns.is_empty() || !names.is_empty() {
        all.retain(|one| arns.contains(&one.arn) || names.contains(&one.name));
        if all.len() < arns.len() + names.len() {
            let text = "One or more target groups not found";
            return Err(ApiError::bad("TargetGroupNotFound", text));
        }
    }
    if let Some(balancer) = call.params.get("LoadBalancerArn") {
        all.retain(|one| one.balancers.iter().any(|arn| arn == balancer));
    }
    let (rows, next) = page(call, all, |one: &TargetGroup| one.arn.clone());
    Ok(Body::Xml(
        Fields::new()
            .list(
                "TargetGroups",
                "member",
                rows.iter().map(fields).collect::<Vec<_>>(),
            )
            .maybe("NextMarker", next),
    ))
}

fn fields(one: &TargetGroup) -> Fields {
    Fields::new()
        .text("TargetGroupArn", &one.arn)
        .text("TargetGroupName", &one.name)
        .text("Protocol", &one.protocol)
        .text("Port", 80)
        .text("VpcId", &one.vpc_id)
        .text("TargetType", "ip")
        .texts("LoadBalancerArns", "member", one.balancers.clone())
}

/// DeleteTargetGroup: refused while a listener sends to it; one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let arn = call
        .params
        .get("TargetGroupArn")
        .unwrap_or_default()
        .to_owned();
    let Some(group) = call.tx.see::<TargetGroup>(&call.place, &arn) else {
        return Ok(Body::Xml(Fields::new()));
    };
    if !group.balancers.is_empty() {
        let text = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(ApiError::bad("ResourceInUse", text));
    }
    call.tx.delete::<TargetGroup>(&call.place, &arn);
    Ok(Body::Xml(Fields::new()))
}
