//! CreateAutoScalingGroup, UpdateAutoScalingGroup, SetDesiredCapacity, SetInstanceProtection, DeleteAutoScalingGroup.

use std::collections::BTreeMap;

use super::common::{changeable, constraint, invalid, named, number, required, truth, uuid};
use super::group::Sizes;
use super::source::Source;
use super::{Group, request, source, tags};
use crate::aws::iam::Role;
use crate::aws::{Call, Outcome};
use crate::store::Place;
use crate::wire::{ApiError, Body, Fields};

/// CreateAutoScalingGroup. The name is tested and set at once, whatever reads show.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = required(call, "AutoScalingGroupName")?;
    request::check_name(&name)?;
    let sizes = Sizes::new(call)?;
    taken(call, &name)?;
    let source = Source::read(call)?.ok_or_else(source::missing)?;
    let subnets = request::subnets(call)?
        .ok_or_else(|| invalid("At least one Availability Zone or VPC Subnet is required."))?;
    let tags = tags::at_create(call, &name)?;
    let target_groups = request::target_groups(call)?;
    within(call)?;
    let mut group = Group {
        arn: arn(call, &name),
        name,
        source,
        sizes,
        subnets,
        target_groups,
        protected: false,
        rebalance: None,
        told: BTreeMap::new(),
        policies: vec!["Default".to_owned()],
        role: role(call)?,
        tags,
        members: Vec::new(),
        due: None,
        cause: String::new(),
        deleting: None,
        created: call.now(),
    };
    request::details(call, &mut group)?;
    let desired = sizes.desired;
    let what =
        format!("created an AutoScalingGroup changing the desired capacity from 0 to {desired}");
    request::soon(call, &mut group, &what);
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

fn within(call: &Call<'_>) -> Result<(), ApiError> {
    let have = call.tx.list::<Group>(&call.place).len() as u64;
    match have < call.tx.config().quota("autoscaling:groups") {
        true => Ok(()),
        false => {
            let text = "You have reached the limit of Auto Scaling groups of your account.";
            Err(ApiError::bad("LimitExceeded", text))
        }
    }
}

fn taken(call: &Call<'_>, name: &str) -> Result<(), ApiError> {
    let Some(there) = call.tx.get::<Group>(&call.place, name) else {
        return Ok(());
    };
    let end = match there.deleting {
        Some(_) => " and is pending delete",
        None => "",
    };
    Err(ApiError::bad(
        "AlreadyExists",
        format!(
            "AutoScalingGroup by this name already exists - A group with the name {name} already exists{end}"
        ),
    ))
}

fn arn(call: &mut Call<'_>, name: &str) -> String {
    let id = uuid(&call.tx.fresh_hex("auto-scaling-group"));
    let Place { account, region } = &call.place;
    format!(
        "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{id}:autoScalingGroupName/{name}"
    )
}

/// The role that the call names, or the service's own.
fn role(call: &mut Call<'_>) -> Result<String, ApiError> {
    let account = call.place.account.clone();
    match call.params.get("ServiceLinkedRoleARN") {
        None => {
            let role = Role::service_linked(&mut call.tx, &account, "autoscaling.amazonaws.com");
            Ok(role.map(|role| role.arn()).unwrap_or_default())
        }
        Some(arn) => {
            let found = Role::of_arn(&call.tx, arn);
            let own = found
                .is_some_and(|role| role.service.as_deref() == Some("autoscaling.amazonaws.com"));
            match own {
                true => Ok(arn.to_owned()),
                false => Err(invalid(format!(
                    "ServiceLinkedRoleARN {arn} is not a service-linked role of Auto Scaling"
                ))),
            }
        }
    }
}

/// UpdateAutoScalingGroup: what the call does not name stays.
pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let mut group = changeable(call)?;
    let before = group.sizes;
    group.sizes = group.sizes.changed(call)?;
    if let Some(source) = Source::read(call)? {
        group.source = source;
    }
    if let Some(subnets) = request::subnets(call)? {
        group.subnets = subnets;
    }
    request::details(call, &mut group)?;
    if group.sizes != before {
        let Sizes { min, max, desired } = group.sizes;
        let what = format!(
            "update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired} changing the \
             desired capacity from {} to {desired}",
            before.desired
        );
        request::soon(call, &mut group, &what);
    }
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

/// SetDesiredCapacity.
pub(super) fn desire(call: &mut Call<'_>) -> Outcome {
    let mut group = changeable(call)?;
    let desired = number(&call.params, "DesiredCapacity", 0, 1_000_000)?;
    let desired = desired.ok_or_else(|| constraint("DesiredCapacity", "null", "not be null"))?;
    truth(&call.params, "HonorCooldown")?;
    let Sizes { min, max, .. } = group.sizes;
    let wrong = |end: String| {
        Err(invalid(format!(
            "New SetDesiredCapacity value {desired} is {end} for the AutoScalingGroup."
        )))
    };
    if desired > max {
        return wrong(format!("above max value {max}"));
    }
    if desired < min {
        return wrong(format!("below min value {min}"));
    }
    let before = std::mem::replace(&mut group.sizes.desired, desired);
    let what = format!(
        "explicitly set group desired capacity changing the desired capacity from {before} to {desired}"
    );
    request::soon(call, &mut group, &what);
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}

/// SetInstanceProtection: all or nothing.
pub(super) fn protect(call: &mut Call<'_>) -> Outcome {
    let mut group = named(call)?;
    let ids = call.params.list("InstanceIds.member");
    if ids.is_empty() {
        return Err(constraint("InstanceIds", "null", "not be null"));
    }
    let protected = truth(&call.params, "ProtectedFromScaleIn")?;
    let protected =
        protected.ok_or_else(|| constraint("ProtectedFromScaleIn", "null", "not be null"))?;
    for id in &ids {
        let (tx, place) = (&call.tx, &call.place);
        let name = &group.name;
        let not_of_it = || {
            invalid(format!(
                "The instance {id} is not part of Auto Scaling group {name}."
            ))
        };
        let at = group.members.iter().position(|one| one.id == *id);
        let at = at.ok_or_else(not_of_it)?;
        if let Some(member) = group.members.get_mut(at) {
            if member.lifecycle(tx, place) != Some("InService") {
                return Err(invalid(format!(
                    "The instance {id} is not in InService or EnteringStandby or Standby."
                )));
            }
            member.protected = protected;
        }
    }
    call.tx.put(&call.place, &group);
    Ok(Body::Xml(Fields::new()))
}

/// DeleteAutoScalingGroup: with `ForceDelete`, its instances go with it, protected or not.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut group = named(call)?;
    let force = truth(&call.params, "ForceDelete")?.unwrap_or_default();
    let living = group.living(&call.tx, &call.place).len();
    if !force && living > 0 {
        return Err(ApiError::bad(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) \
             still in the group.",
        ));
    }
    let active = group.members.len() > living || (group.due.is_some() && group.sizes.desired > 0);
    if group.deleting.is_some() || (!force && active) {
        return Err(ApiError::bad(
            "ScalingActivityInProgress",
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        ));
    }
    group.deleting = Some(call.now());
    group.sizes = Sizes {
        min: 0,
        max: 0,
        desired: 0,
    };
    request::soon(call, &mut group, "force deleted AutoScalingGroup");
    call.tx.put(&call.place, &group);
    Ok(Body::Empty)
}
