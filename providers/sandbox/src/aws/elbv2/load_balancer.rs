//! Balancers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Remains, TargetGroup, page};
use crate::aws::ec2::{Subnet, Tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    /// Its ARN.
    pub(crate) arn: String,
    /// Its name.
    pub(crate) name: String,
    /// `application` or `network`.
    pub(crate) kind: String,
    /// `internet-facing` or `internal`.
    pub(crate) scheme: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its subnets.
    pub(crate) subnet_ids: Vec<String>,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// Its interfaces.
    pub(crate) interfaces: Vec<String>,
    /// `deletion_protection.enabled`.
    #[serde(default)]
    pub(crate) protected: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for LoadBalancer {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "load-balancer";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The refusal of an ARN or name that names nothing.
pub(super) fn not_found(names: &[String]) -> ApiError {
    ApiError::bad(
        "LoadBalancerNotFound",
        format!("Load balancers '[{}]' not found", names.join(", ")),
    )
}

/// DescribeLoadBalancers.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let (arns, names) = (
        call.params.list("LoadBalancerArns.member"),
        call.params.list("Names.member"),
    );
    let mut all = call.tx.see_all::<LoadBalancer>(&call.place);
    if !arns.is_empty() || !names.is_empty() {
        all.retain(|one| arns.contains(&one.arn) || names.contains(&one.name));
        if all.len() < arns.len() + names.len() {
            let asked: Vec<String> = arns.into_iter().chain(names).collect();
            return Err(not_found(&asked));
        }
    }
    let (rows, next) = page(call, all, |one: &LoadBalancer| one.arn.clone());
    let rows = rows.iter().map(|one| fields(one, &call.tx, &call.place));
    Ok(Body::Xml(
        Fields::new()
            .list("LoadBalancers", "member", rows.collect::<Vec<_>>())
            .maybe("NextMarker", next),
    ))
}

fn fields(one: &LoadBalancer, tx: &Tx<'_>, place: &Place) -> Fields {
    let zone = |id: &String| {
        let zone = tx.get::<Subnet>(place, id).map(|subnet| subnet.zone);
        Fields::new().maybe("ZoneName", zone).text("SubnetId", id)
    };
    let zones: Vec<Fields> = one.subnet_ids.iter().map(zone).collect();
    let dns = format!("{}-0123456789.{}.elb.amazonaws.com", one.name, place.region);
    Fields::new()
        .text("LoadBalancerArn", &one.arn)
        .text("DNSName", dns)
        .text("CanonicalHostedZoneId", "Z32O12XQLNTSW2")
        .text("CreatedTime", one.created)
        .text("LoadBalancerName", &one.name)
        .text("Scheme", &one.scheme)
        .text("VpcId", &one.vpc_id)
        .fields("State", Fields::new().text("Code", "active"))
        .text("Type", &one.kind)
        .list("AvailabilityZones", "member", zones)
        .texts("SecurityGroups", "member", one.groups.clone())
        .text("IpAddressType", "ipv4")
}

/// DeleteLoadBalancer: one that is not there is no error. Its target groups stay, its interfaces go later.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let arn = call
        .params
        .get("LoadBalancerArn")
        .unwrap_or_default()
        .to_owned();
    let Some(balancer) = call.tx.see::<LoadBalancer>(&call.place, &arn) else {
        return Ok(Body::Xml(Fields::new()));
    };
    if balancer.protected {
        let text = format!(
            "Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        );
        return Err(ApiError::bad("OperationNotPermitted", text));
    }
    for mut group in call.tx.list::<TargetGroup>(&call.place) {
        if group.balancers.contains(&arn) {
            group.balancers.retain(|one| *one != arn);
            call.tx.put(&call.place, &group);
        }
    }
    call.tx.delete::<LoadBalancer>(&call.place, &arn);
    Remains::of(&mut call.tx, &call.place, &arn, balancer.interfaces);
    Ok(Body::Xml(Fields::new()))
}
