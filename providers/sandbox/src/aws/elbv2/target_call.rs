//! RegisterTargets, DeregisterTargets, DescribeTargetHealth.

use std::net::Ipv4Addr;

use super::common::{constraint, invalid, number, one_of, target_group, within};
use super::target::{Health, UNKNOWN};
use super::{Target, TargetGroup};
use crate::aws::ec2::{Instance, Subnet, Vpc};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// Parameters that name targets.
pub(super) const ACCEPTS: &[&str] = &[
    "TargetGroupArn",
    "Targets.member.N.Id",
    "Targets.member.N.Port",
    "Targets.member.N.AvailabilityZone",
];

/// A target as a call names it.
struct Named {
    id: String,
    port: u16,
    zone: Option<String>,
}

fn named(call: &Call<'_>, group: &TargetGroup) -> Result<Vec<Named>, ApiError> {
    let all = call.params.structures("Targets.member");
    let one = |one: &crate::wire::Params| {
        let id = one.get("Id").filter(|id| !id.is_empty());
        let missing = || constraint("Id", "null", "not be null");
        Ok(Named {
            id: id.ok_or_else(missing)?.to_owned(),
            port: number(one, "Port", 1, 65_535)?.unwrap_or(group.port),
            zone: one.get("AvailabilityZone").map(str::to_owned),
        })
    };
    all.iter().map(one).collect()
}

fn some(named: Vec<Named>) -> Result<Vec<Named>, ApiError> {
    match named.is_empty() {
        true => Err(constraint("Targets", "null", "not be null")),
        false => Ok(named),
    }
}

/// RegisterTargets: one that is there already is no error.
pub(super) fn register(call: &mut Call<'_>) -> Outcome {
    let group = target_group(call)?;
    let targets = some(named(call, &group)?)?;
    for target in &targets {
        match group.target_type.as_str() {
            "instance" => instance(call, &group, target)?,
            _ => address(call, &group, target)?,
        }
        let have = Target::of_group(&call.tx, &call.place, &group.arn).len();
        let quota = "elbv2:targets-per-group";
        within(&call.tx, quota, have, "TooManyTargets", "targets")?;
        let (tx, place) = (&mut call.tx, &call.place);
        Target::register(tx, place, &group.arn, &target.id, target.port);
    }
    Ok(Body::Xml(Fields::new()))
}

fn instance(call: &Call<'_>, group: &TargetGroup, target: &Named) -> Result<(), ApiError> {
    let id = &target.id;
    let wrong = |text: String| Err(ApiError::bad("InvalidTarget", text));
    let Some(instance) = call.tx.see::<Instance>(&call.place, id) else {
        return wrong(format!("The following targets do not exist: '{id}'"));
    };
    if instance.vpc_id != group.vpc_id {
        return wrong(format!(
            "The following targets are not in the target group VPC '{}': '{id}'",
            group.vpc_id
        ));
    }
    match instance.phase.is("running") {
        true => Ok(()),
        false => wrong(format!(
            "The following targets are not in a running state and cannot be registered: '{id}'"
        )),
    }
}

fn address(call: &Call<'_>, group: &TargetGroup, target: &Named) -> Result<(), ApiError> {
    let id = &target.id;
    let Ok(address) = id.parse::<Ipv4Addr>() else {
        return Err(invalid(format!(
            "The IP address '{id}' is not a valid IPv4 address"
        )));
    };
    let vpc = call.tx.get::<Vpc>(&call.place, &group.vpc_id);
    let inside = vpc.is_some_and(|vpc| vpc.cidr.has(address));
    match (inside, target.zone.as_deref()) {
        (true, None) | (false, Some("all")) => Ok(()),
        (true, Some("all")) => Err(invalid(format!(
            "You cannot specify the Availability Zone 'all' for the IP address '{id}' inside the VPC"
        ))),
        (true, Some(zone)) => {
            let subnets = call.tx.list::<Subnet>(&call.place);
            let zones: Vec<&str> = subnets.iter().map(|one| one.zone.as_str()).collect();
            one_of("AvailabilityZone", zone, &zones)
        }
        (false, _) => Err(invalid(format!(
            "You must specify the Availability Zone 'all' for the IP address '{id}' outside the VPC '{}'",
            group.vpc_id
        ))),
    }
}

/// DeregisterTargets: one that is not there is no error.
pub(super) fn deregister(call: &mut Call<'_>) -> Outcome {
    let group = target_group(call)?;
    for target in some(named(call, &group)?)? {
        let (tx, place) = (&mut call.tx, &call.place);
        Target::deregister(tx, place, &group.arn, &target.id, target.port);
    }
    Ok(Body::Xml(Fields::new()))
}

/// DescribeTargetHealth: of all targets of the group, or of those that the call names.
pub(super) fn health(call: &mut Call<'_>) -> Outcome {
    let group = target_group(call)?;
    let wished = named(call, &group)?;
    let of = |target: &Target| target.health(&call.tx, &call.place, &group);
    let rows: Vec<Fields> = match wished.is_empty() {
        true => Target::of_group(&call.tx, &call.place, &group.arn)
            .iter()
            .map(|one| row(&group, &one.target, one.port, of(one)))
            .collect(),
        false => {
            let find = |one: &Named| {
                let (tx, place) = (&call.tx, &call.place);
                let found = Target::find(tx, place, &group.arn, &one.id, one.port);
                row(
                    &group,
                    &one.id,
                    one.port,
                    found.as_ref().map_or(UNKNOWN, of),
                )
            };
            wished.iter().map(find).collect()
        }
    };
    Ok(Body::Xml(Fields::new().list(
        "TargetHealthDescriptions",
        "member",
        rows,
    )))
}

fn row(group: &TargetGroup, id: &str, port: u16, health: Health) -> Fields {
    let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let check = match group.health.port.as_str() {
        "traffic-port" => port.to_string(),
        number => number.to_owned(),
    };
    let target = Fields::new().text("Id", id).text("Port", port);
    let state = Fields::new()
        .text("State", health.state)
        .maybe("Reason", given(health.reason))
        .maybe("Description", given(health.words));
    Fields::new()
        .fields("Target", target)
        .text("HealthCheckPort", check)
        .fields("TargetHealth", state)
}
