//! RegisterScalableTarget and DeregisterScalableTarget.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::common::{Naming, Which, body, constraint, invalid, not_found};
use super::target::Suspended;
use super::{Policy, ScalableTarget, ecs, tags};
use crate::aws::iam::Role;
use crate::aws::{Call, Outcome};
use crate::store::Document;
use crate::wire::{ApiError, Body};

/// What a registration says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wish {
    #[serde(flatten)]
    naming: Naming,
    min_capacity: Option<i64>,
    max_capacity: Option<i64>,
    suspended_state: Option<SuspendedState>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct SuspendedState {
    dynamic_scaling_in_suspended: Option<bool>,
    dynamic_scaling_out_suspended: Option<bool>,
    scheduled_scaling_suspended: Option<bool>,
}

/// RegisterScalableTarget: makes one or changes the one that is there, whosever it is. What the call does not name stays.
pub(super) fn register(call: &mut Call<'_>) -> Outcome {
    let mut wish: Wish = body(call)?;
    let which = std::mem::take(&mut wish.naming).which()?;
    wish.check()?;
    if !ecs::exists(&call.tx, &call.place, &which) {
        return Err(invalid(format!(
            "ECS service doesn't exist: {}",
            which.resource
        )));
    }
    let mut target = match ScalableTarget::find(&call.tx, &call.place, &which) {
        Some(_) if !wish.tags.is_empty() => {
            return Err(invalid(
                "Tags can only be given when a scalable target is registered for the first time. Use TagResource.",
            ));
        }
        Some(there) => there,
        None => new(call, which, &wish)?,
    };
    target.min = wish.min_capacity.unwrap_or(target.min);
    target.max = wish.max_capacity.unwrap_or(target.max);
    if target.max < target.min {
        return Err(invalid(
            "Maximum capacity cannot be less than minimum capacity",
        ));
    }
    suspend(
        &mut target.suspended,
        &wish.suspended_state.unwrap_or_default(),
    );
    call.tx.put(&call.place, &target);
    Ok(Body::Json(json!({ "ScalableTargetARN": target.arn })))
}

impl Wish {
    fn check(&self) -> Result<(), ApiError> {
        for (name, value) in [
            ("MinCapacity", self.min_capacity),
            ("MaxCapacity", self.max_capacity),
        ] {
            if let Some(value) = value.filter(|value| *value < 0) {
                let rule = "have value greater than or equal to 0";
                return Err(constraint(name, &format!("'{value}'"), rule));
            }
        }
        tags::check(&self.tags)
    }
}

fn new(call: &mut Call<'_>, which: Which, wish: &Wish) -> Result<ScalableTarget, ApiError> {
    let (Some(min), Some(max)) = (wish.min_capacity, wish.max_capacity) else {
        return Err(invalid(
            "MinCapacity and MaxCapacity must be specified when registering a new scalable target",
        ));
    };
    Ok(ScalableTarget {
        which,
        arn: arn(call),
        min,
        max,
        role: role(call)?,
        suspended: Suspended::default(),
        tags: wish.tags.clone(),
        created: call.now(),
    })
}

fn suspend(slot: &mut Suspended, wish: &SuspendedState) {
    slot.inward = wish.dynamic_scaling_in_suspended.unwrap_or(slot.inward);
    slot.outward = wish.dynamic_scaling_out_suspended.unwrap_or(slot.outward);
    slot.scheduled = wish.scheduled_scaling_suspended.unwrap_or(slot.scheduled);
}

fn arn(call: &mut Call<'_>) -> String {
    let hex = call.tx.fresh_hex("scalable-target");
    let id = hex.get(..36).unwrap_or_default();
    let (region, account) = (&call.place.region, &call.place.account);
    format!("arn:aws:application-autoscaling:{region}:{account}:scalable-target/{id}")
}

/// The service-linked role. One that the call names is not looked at, as the real service does with ECS.
fn role(call: &mut Call<'_>) -> Result<String, ApiError> {
    let account = call.place.account.clone();
    let service = "ecs.application-autoscaling.amazonaws.com";
    let role = Role::service_linked(&mut call.tx, &account, service);
    let failed = || ApiError::new(500, "InternalServiceException", "The service failed.");
    role.map(|role| role.arn()).ok_or_else(failed)
}

/// DeregisterScalableTarget: its policies go with it.
pub(super) fn deregister(call: &mut Call<'_>) -> Outcome {
    let which = body::<Naming>(call)?.which()?;
    if ScalableTarget::find(&call.tx, &call.place, &which).is_none() {
        return Err(not_found(format!(
            "No scalable target found for {}",
            which.words()
        )));
    }
    for policy in Policy::of_target(&call.tx, &call.place, &which) {
        call.tx.delete::<Policy>(&call.place, &policy.id());
    }
    call.tx
        .delete::<ScalableTarget>(&call.place, &which.resource);
    Ok(Body::Json(json!({})))
}
