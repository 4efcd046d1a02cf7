//! Tags of balancers and target groups.

use super::load_balancer::not_found;
use super::{LoadBalancer, TargetGroup};
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// Most ARNs of one call.
const MOST: usize = 20;

/// DescribeTags: all or nothing.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let arns = call.params.list("ResourceArns.member");
    if arns.len() > MOST {
        let text = format!("The maximum number of ARNs is {MOST}");
        return Err(ApiError::bad("ValidationError", text));
    }
    let rows = arns.iter().map(|arn| {
        let tags = of(call, arn)?;
        Ok(Fields::new()
            .text("ResourceArn", arn)
            .list("Tags", "member", members(&tags)))
    });
    let rows: Vec<Fields> = rows.collect::<Result<_, ApiError>>()?;
    Ok(Body::Xml(Fields::new().list(
        "TagDescriptions",
        "member",
        rows,
    )))
}

fn of(call: &Call<'_>, arn: &str) -> Result<Tags, ApiError> {
    if arn.contains(":targetgroup/") {
        let group = call.tx.see::<TargetGroup>(&call.place, arn);
        let text = "One or more target groups not found";
        let missing = || ApiError::bad("TargetGroupNotFound", text);
        return group.map(|one| one.tags).ok_or_else(missing);
    }
    let balancer = call.tx.see::<LoadBalancer>(&call.place, arn);
    let missing = || not_found(&[arn.to_owned()]);
    balancer.map(|one| one.tags).ok_or_else(missing)
}

/// Tags as both services write them.
pub(in crate::aws) fn members(tags: &Tags) -> Vec<Fields> {
    let one =
        |(key, value): (&String, &String)| Fields::new().text("Key", key).text("Value", value);
    tags.iter().map(one).collect()
}
