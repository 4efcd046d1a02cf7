//! Attributes of VPCs, which no describe shows.

use super::Vpc;
use super::common::{boolean, done, invalid, missing, required};
use super::resource::find;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// ModifyVpcAttribute: one attribute a call.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    let support = boolean(call, "EnableDnsSupport.Value")?;
    let hostnames = boolean(call, "EnableDnsHostnames.Value")?;
    let metrics = boolean(call, "EnableNetworkAddressUsageMetrics.Value")?;
    match [support, hostnames, metrics].iter().flatten().count() {
        0 => return Err(missing("attribute")),
        1 => {}
        _ => {
            let text = "Fields for multiple attribute types specified";
            return Err(ApiError::bad("InvalidParameterCombination", text));
        }
    }
    vpc.dns_support = support.unwrap_or(vpc.dns_support);
    vpc.dns_hostnames = hostnames.unwrap_or(vpc.dns_hostnames);
    vpc.address_usage_metrics = metrics.unwrap_or(vpc.address_usage_metrics);
    call.tx.put(&call.place, &vpc);
    done()
}

/// DescribeVpcAttribute.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    let attribute = required(call, "Attribute")?;
    let value = match attribute.as_str() {
        "enableDnsSupport" => vpc.dns_support,
        "enableDnsHostnames" => vpc.dns_hostnames,
        "enableNetworkAddressUsageMetrics" => vpc.address_usage_metrics,
        other => {
            return Err(invalid(format!(
                "Value ({other}) for parameter attribute is invalid."
            )));
        }
    };
    let fields = Fields::new()
        .text("vpcId", &vpc.id)
        .fields(&attribute, Fields::new().text("value", value));
    Ok(Body::Xml(fields))
}
