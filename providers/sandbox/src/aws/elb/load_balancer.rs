//! Classic balancers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::ec2::Tags;
use crate::aws::elbv2::{Remains, members, page};
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body, Fields};

/// Most names of one DescribeTags.
const MOST: usize = 20;

/// A classic balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClassicBalancer {
    /// Its name: what it is known by.
    pub(crate) name: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its subnets.
    pub(crate) subnet_ids: Vec<String>,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// Its interfaces.
    pub(crate) interfaces: Vec<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for ClassicBalancer {
    const SERVICE: &'static str = "elasticloadbalancing";
    const KIND: &'static str = "load-balancer";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

fn not_found(name: &str) -> ApiError {
    ApiError::bad(
        "LoadBalancerNotFound",
        format!("There is no ACTIVE Load Balancer named '{name}'"),
    )
}

fn named(call: &Call<'_>) -> Result<Vec<ClassicBalancer>, ApiError> {
    let find = |name: &String| {
        let found = call.tx.see::<ClassicBalancer>(&call.place, name);
        found.ok_or_else(|| not_found(name))
    };
    let names = call.params.list("LoadBalancerNames.member");
    names.iter().map(find).collect()
}

/// DescribeLoadBalancers.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let all = match call.params.list("LoadBalancerNames.member").is_empty() {
        true => call.tx.see_all::<ClassicBalancer>(&call.place),
        false => named(call)?,
    };
    let (rows, next) = page(call, all, |one: &ClassicBalancer| one.name.clone());
    let region = &call.place.region;
    let fields = |one: &ClassicBalancer| {
        Fields::new()
            .text("LoadBalancerName", &one.name)
            .text(
                "DNSName",
                format!("{}-0123.{region}.elb.amazonaws.com", one.name),
            )
            .texts("Subnets", "member", one.subnet_ids.clone())
            .text("VPCId", &one.vpc_id)
            .texts("SecurityGroups", "member", one.groups.clone())
            .text("CreatedTime", one.created)
            .text("Scheme", "internet-facing")
    };
    Ok(Body::Xml(
        Fields::new()
            .list(
                "LoadBalancerDescriptions",
                "member",
                rows.iter().map(fields).collect::<Vec<_>>(),
            )
            .maybe("NextMarker", next),
    ))
}

/// DescribeTags.
pub(super) fn tags(call: &mut Call<'_>) -> Outcome {
    let all = named(call)?;
    if all.len() > MOST {
        let text = format!("The maximum number of load balancer names is {MOST}");
        return Err(ApiError::bad("ValidationError", text));
    }
    let row = |one: &ClassicBalancer| {
        Fields::new()
            .text("LoadBalancerName", &one.name)
            .list("Tags", "member", members(&one.tags))
    };
    Ok(Body::Xml(Fields::new().list(
        "TagDescriptions",
        "member",
        all.iter().map(row).collect::<Vec<_>>(),
    )))
}

/// DeleteLoadBalancer: one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let name = call
        .params
        .get("LoadBalancerName")
        .unwrap_or_default()
        .to_owned();
    if let Some(one) = call.tx.see::<ClassicBalancer>(&call.place, &name) {
        call.tx.delete::<ClassicBalancer>(&call.place, &name);
        Remains::of(&mut call.tx, &call.place, &name, one.interfaces);
    }
    Ok(Body::Xml(Fields::new()))
}
