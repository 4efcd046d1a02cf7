//! Scaling policies: what they are and how they are shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{DIMENSION, Which, body, check_namespace, constraint, invalid, page, stamp};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::Body;

/// A target-tracking policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Policy {
    /// Its target.
    pub(super) which: Which,
    /// Its name.
    pub(super) name: String,
    /// Its ARN.
    pub(super) arn: String,
    /// What it tracks.
    pub(super) tracking: Tracking,
    /// The part of its alarms' names that never comes again.
    pub(super) alarm: String,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// What a policy tracks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tracking {
    /// The value that it holds.
    pub(super) target_value: f64,
    /// The metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) predefined_metric_specification: Option<Metric>,
    /// Seconds after scaling out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scale_out_cooldown: Option<i64>,
    /// Seconds after scaling in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scale_in_cooldown: Option<i64>,
    /// Whether it only scales out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) disable_scale_in: Option<bool>,
}

/// A metric that ECS or a balancer has by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Metric {
    /// `ECSServiceAverageCPUUtilization` and the like.
    pub(super) predefined_metric_type: String,
    /// Balancer and target group of `ALBRequestCountPerTarget`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource_label: Option<String>,
}

impl Document for Policy {
    const SERVICE: &'static str = "application-autoscaling";
    const KIND: &'static str = "scaling-policy";

    fn id(&self) -> String {
        key(&self.which, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// The key of a policy.
pub(super) fn key(which: &Which, name: &str) -> String {
    format!("{}/{name}", which.resource)
}

impl Policy {
    /// All of a target.
    pub(super) fn of_target(tx: &Tx<'_>, place: &Place, which: &Which) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.which == *which);
        all
    }

    /// The alarms that CloudWatch keeps for it.
    pub(super) fn alarms(&self, place: &Place) -> Vec<Value> {
        let ends: &[&str] = match self.tracking.disable_scale_in {
            Some(true) => &["AlarmHigh"],
            _ => &["AlarmHigh", "AlarmLow"],
        };
        let alarm = |end: &&str| {
            let resource = &self.which.resource;
            let name = format!("TargetTracking-{resource}-{end}-{}", self.alarm);
            let Place { account, region } = place;
            let arn = format!("arn:aws:cloudwatch:{region}:{account}:alarm:{name}");
            json!({ "AlarmName": name, "AlarmARN": arn })
        };
        ends.iter().map(alarm).collect()
    }

    fn shown(&self, place: &Place) -> Value {
        json!({
            "PolicyARN": self.arn,
            "PolicyName": self.name,
            "ServiceNamespace": "ecs",
            "ResourceId": self.which.resource,
            "ScalableDimension": DIMENSION,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": self.tracking,
            "Alarms": self.alarms(place),
            "CreationTime": stamp(self.created),
        })
    }
}

/// The token of the next page, when there is one.
pub(super) fn add_token(answer: &mut Value, token: Option<String>) {
    if let (Some(token), Some(members)) = (token, answer.as_object_mut()) {
        members.insert("NextToken".to_owned(), token.into());
    }
}

/// What a describe asks for.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Wish {
    service_namespace: Option<String>,
    policy_names: Vec<String>,
    resource_id: Option<String>,
    scalable_dimension: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// DescribeScalingPolicies: what is not there is left out.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    check_namespace(wish.service_namespace)?;
    if wish.policy_names.len() > 50 {
        let rule = "have length less than or equal to 50";
        return Err(constraint("PolicyNames", "'[…]'", rule));
    }
    if wish.scalable_dimension.is_some() && wish.resource_id.is_none() {
        return Err(invalid(
            "If you specify a scalable dimension, you must also specify a resource ID",
        ));
    }
    let mut rows = call.tx.see_all::<Policy>(&call.place);
    rows.retain(|one| {
        let names = &wish.policy_names;
        let dimension = wish.scalable_dimension.as_deref();
        let resource = wish.resource_id.as_deref();
        (names.is_empty() || names.contains(&one.name))
            && resource.is_none_or(|id| id == one.which.resource)
            && dimension.is_none_or(|dimension| dimension == DIMENSION)
    });
    let token = wish.next_token.as_deref();
    let (rows, next) = page(rows, wish.max_results, token, 10, Document::id)?;
    let rows: Vec<Value> = rows.iter().map(|one| one.shown(&call.place)).collect();
    let mut answer = json!({ "ScalingPolicies": rows });
    add_token(&mut answer, next);
    Ok(Body::Json(answer))
}
