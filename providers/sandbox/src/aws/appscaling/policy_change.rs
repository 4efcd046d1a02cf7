//! PutScalingPolicy and DeleteScalingPolicy.

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{Naming, Which, absent, body, constraint, given, invalid, not_found};
use super::policy::{Metric, Tracking, key};
use super::{Policy, ScalableTarget};
use crate::aws::elbv2::{LoadBalancer, TargetGroup};
use crate::aws::{Call, Outcome};
use crate::store::Place;
use crate::wire::{ApiError, Body};

const REQUESTS: &str = "ALBRequestCountPerTarget";

/// Metrics for services of ECS.
const METRICS: &[&str] = &[
    "ECSServiceAverageCPUUtilization",
    "ECSServiceAverageMemoryUtilization",
    REQUESTS,
];

/// What a put says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wish {
    #[serde(flatten)]
    naming: Naming,
    policy_name: Option<String>,
    policy_type: Option<String>,
    step_scaling_policy_configuration: Option<Value>,
    target_tracking_scaling_policy_configuration: Option<Tracking>,
}

/// PutScalingPolicy: makes one or replaces the one of that name.
pub(super) fn put(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    let name = given("PolicyName", wish.policy_name)?;
    if name.is_empty() || name.len() > 256 {
        let rule = "have length between 1 and 256";
        return Err(constraint("PolicyName", &format!("'{name}'"), rule));
    }
    let which = wish.naming.which()?;
    let kinds = ["StepScaling", "TargetTrackingScaling", "PredictiveScaling"];
    match wish.policy_type.as_deref().unwrap_or("StepScaling") {
        "TargetTrackingScaling" => {}
        known if kinds.contains(&known) => {
            return Err(absent(&format!("policies of the type {known}")));
        }
        other => {
            let rule = format!("satisfy enum value set: [{}]", kinds.join(", "));
            return Err(constraint("PolicyType", &format!("'{other}'"), &rule));
        }
    }
    let tracking = wish.target_tracking_scaling_policy_configuration;
    let (Some(tracking), None) = (tracking, wish.step_scaling_policy_configuration) else {
        return Err(invalid(
            "A policy of the type TargetTrackingScaling must have a TargetTrackingScalingPolicyConfiguration and no other",
        ));
    };
    if ScalableTarget::find(&call.tx, &call.place, &which).is_none() {
        return Err(not_found(format!(
            "No scalable target registered for {}",
            which.words()
        )));
    }
    check(call, &tracking)?;
    alone(call, &which, &name, &tracking)?;
    let policy = made(call, which, name, tracking);
    call.tx.put(&call.place, &policy);
    Ok(Body::Json(json!({
        "PolicyARN": policy.arn,
        "Alarms": policy.alarms(&call.place),
    })))
}

fn made(call: &mut Call<'_>, which: Which, name: String, tracking: Tracking) -> Policy {
    if let Some(there) = call.tx.get::<Policy>(&call.place, &key(&which, &name)) {
        return Policy { tracking, ..there };
    }
    let id = uuid(&call.tx.fresh_hex("scaling-policy"));
    let Place { account, region } = &call.place;
    let resource = &which.resource;
    let arn = format!(
        "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{id}:resource/ecs/{resource}:policyName/{name}"
    );
    Policy {
        which,
        name,
        arn,
        tracking,
        alarm: uuid(&call.tx.fresh_hex("alarm")),
        created: call.now(),
    }
}

fn uuid(hex: &str) -> String {
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}

fn check(call: &Call<'_>, tracking: &Tracking) -> Result<(), ApiError> {
    let target = tracking.target_value;
    if !target.is_finite() || target <= 0.0 {
        return Err(invalid("The target value must be greater than 0"));
    }
    let cooldowns = [tracking.scale_in_cooldown, tracking.scale_out_cooldown];
    if cooldowns.iter().flatten().any(|seconds| *seconds < 0) {
        return Err(invalid("A cooldown must not be less than 0"));
    }
    let Some(metric) = &tracking.predefined_metric_specification else {
        return Err(invalid(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified",
        ));
    };
    let kind = metric.predefined_metric_type.as_str();
    if !METRICS.contains(&kind) {
        return Err(invalid(format!(
            "The metric type {kind} is not supported for the service namespace ecs"
        )));
    }
    match (&metric.resource_label, kind == REQUESTS) {
        (Some(label), true) => labelled(call, label),
        (None, true) => Err(invalid(format!(
            "ResourceLabel must be specified for the metric type {kind}"
        ))),
        (Some(_), false) => Err(invalid(format!(
            "ResourceLabel must not be specified for the metric type {kind}"
        ))),
        (None, false) => Ok(()),
    }
}

/// Refuses a label that names no target group behind an application balancer: `app/…/…/targetgroup/…/…`.
fn labelled(call: &Call<'_>, label: &str) -> Result<(), ApiError> {
    let Some((balancer, group)) = label
        .split_once("/targetgroup/")
        .filter(|(balancer, _)| balancer.starts_with("app/"))
    else {
        return Err(invalid(format!("The resource label {label} is not valid")));
    };
    let (region, account) = (&call.place.region, &call.place.account);
    let arn = |what: String| format!("arn:aws:elasticloadbalancing:{region}:{account}:{what}");
    let balancer = arn(format!("loadbalancer/{balancer}"));
    let group = arn(format!("targetgroup/{group}"));
    let there = call
        .tx
        .see::<LoadBalancer>(&call.place, &balancer)
        .is_some();
    let found = call.tx.see::<TargetGroup>(&call.place, &group);
    let sends = found.is_some_and(|one| one.balancers(&call.tx, &call.place).contains(&balancer));
    match there && sends {
        true => Ok(()),
        false => Err(invalid(format!(
            "Target group {group} is not associated with the load balancer {balancer}"
        ))),
    }
}

/// Refuses a second policy that tracks the same metric of the target.
fn alone(call: &Call<'_>, which: &Which, name: &str, tracking: &Tracking) -> Result<(), ApiError> {
    let metric = |tracking: &Tracking| -> Option<Metric> {
        tracking.predefined_metric_specification.clone()
    };
    let others = Policy::of_target(&call.tx, &call.place, which);
    let same = |one: &Policy| one.name != name && metric(&one.tracking) == metric(tracking);
    match others.iter().any(same) {
        true => Err(invalid(
            "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
        )),
        false => Ok(()),
    }
}

/// What a delete says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    #[serde(flatten)]
    naming: Naming,
    policy_name: Option<String>,
}

/// DeleteScalingPolicy: its alarms go with it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let wish: Named = body(call)?;
    let name = given("PolicyName", wish.policy_name)?;
    let which = wish.naming.which()?;
    let id = key(&which, &name);
    if call.tx.get::<Policy>(&call.place, &id).is_none() {
        return Err(not_found(format!(
            "No scaling policy found for {}, policy name: {name}",
            which.words()
        )));
    }
    call.tx.delete::<Policy>(&call.place, &id);
    Ok(Body::Json(json!({})))
}
