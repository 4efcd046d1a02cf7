//! Balancers: what they are, and how they are shown and deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{invalid, path, required};
use super::{Listener, Remains, page};
use crate::aws::ec2::{NetworkInterface, Subnet, Tags};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// States of a balancer: two to three minutes are seen.
const STATES: StateTable = &[Step {
    from: "provisioning",
    seconds: 150,
    to: "active",
}];

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
    /// Its other attributes, as far as they are not what they start with.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    /// `provisioning` or `active`.
    #[serde(default = "long_active")]
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// Balancers of stores from before there were states.
fn long_active() -> Phase {
    Phase::new("active", Timestamp::UNIX_EPOCH)
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

impl LoadBalancer {
    /// Whether it is an application balancer; otherwise a network one.
    pub(super) fn is_application(&self) -> bool {
        self.kind == "application"
    }

    /// Its name to clients. The number is that of its ARN, so that it stays.
    pub(super) fn dns_name(&self, region: &str) -> String {
        let id = self.arn.rsplit('/').next().unwrap_or_default();
        if !self.is_application() {
            return format!("{}-{id}.elb.{region}.amazonaws.com", self.name);
        }
        let number = u32::from_str_radix(id.get(..8).unwrap_or_default(), 16).unwrap_or(123_456);
        let internal = match self.scheme.as_str() {
            "internal" => "internal-",
            _ => "",
        };
        format!(
            "{internal}{}-{number}.{region}.elb.amazonaws.com",
            self.name
        )
    }

    /// Its zones.
    pub(super) fn zones(&self, tx: &Tx<'_>, place: &Place) -> Vec<Fields> {
        let zone = |id: &String| {
            let zone = tx.get::<Subnet>(place, id).map(|subnet| subnet.zone);
            Fields::new()
                .maybe("ZoneName", zone)
                .text("SubnetId", id)
                .list("LoadBalancerAddresses", "member", [])
        };
        self.subnet_ids.iter().map(zone).collect()
    }

    /// It in an answer.
    pub(super) fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let hosted_zone = match self.is_application() {
            true => "Z32O12XQLNTSW2",
            false => "Z2IFOLAFXWLO4F",
        };
        Fields::new()
            .text("LoadBalancerArn", &self.arn)
            .text("DNSName", self.dns_name(&place.region))
            .text("CanonicalHostedZoneId", hosted_zone)
            .text("CreatedTime", self.created)
            .text("LoadBalancerName", &self.name)
            .text("Scheme", &self.scheme)
            .text("VpcId", &self.vpc_id)
            .fields("State", Fields::new().text("Code", &self.phase.state))
            .text("Type", &self.kind)
            .list("AvailabilityZones", "member", self.zones(tx, place))
            .texts("SecurityGroups", "member", self.groups.clone())
            .text("IpAddressType", "ipv4")
    }

    /// Gives its interfaces its groups.
    pub(super) fn regroup(&self, tx: &mut Tx<'_>, place: &Place) {
        for id in &self.interfaces {
            if let Some(mut interface) = tx.get::<NetworkInterface>(place, id) {
                interface.groups.clone_from(&self.groups);
                tx.put(place, &interface);
            }
        }
    }

    /// Brings all of them to the present.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut one) in tx.everywhere::<Self>() {
            if one.phase.advance(STATES, tx.config(), tx.now()) {
                tx.put(&place, &one);
            }
        }
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
    if !arns.is_empty() && !names.is_empty() {
        return Err(invalid(
            "Load balancer names and load balancer ARNs cannot be specified at the same time",
        ));
    }
    if let Some(wrong) = arns.iter().find(|arn| path(arn, "loadbalancer").is_none()) {
        return Err(invalid(format!(
            "'{wrong}' is not a valid load balancer ARN"
        )));
    }
    let mut all = call.tx.see_all::<LoadBalancer>(&call.place);
    if !arns.is_empty() || !names.is_empty() {
        all.retain(|one| arns.contains(&one.arn) || names.contains(&one.name));
        if all.len() < arns.len() + names.len() {
            let asked: Vec<String> = arns.into_iter().chain(names).collect();
            return Err(not_found(&asked));
        }
    }
    let (rows, next) = page(call, all, |one: &LoadBalancer| one.arn.clone());
    let rows = rows.iter().map(|one| one.fields(&call.tx, &call.place));
    Ok(Body::Xml(
        Fields::new()
            .list("LoadBalancers", "member", rows.collect::<Vec<_>>())
            .maybe("NextMarker", next),
    ))
}

/// DeleteLoadBalancer: one that is not there is no error. Its listeners go with it; its target groups stay, its
/// interfaces go later.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "LoadBalancerArn")?;
    if path(&arn, "loadbalancer").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid load balancer ARN")));
    }
    let Some(balancer) = call.tx.see::<LoadBalancer>(&call.place, &arn) else {
        return Ok(Body::Xml(Fields::new()));
    };
    if balancer.protected {
        let text = format!(
            "Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        );
        return Err(ApiError::bad("OperationNotPermitted", text));
    }
    for listener in Listener::of_balancer(&call.tx, &call.place, &arn) {
        listener.remove(&mut call.tx, &call.place);
    }
    call.tx.delete::<LoadBalancer>(&call.place, &arn);
    Remains::of(&mut call.tx, &call.place, &arn, balancer.interfaces);
    Ok(Body::Xml(Fields::new()))
}
