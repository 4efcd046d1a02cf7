//! Scalable targets: what they are and how they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{DIMENSION, Which, body, check_namespace, constraint, page, stamp};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::Body;

/// A scalable target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ScalableTarget {
    /// Which it is.
    pub(super) which: Which,
    /// Its ARN.
    pub(super) arn: String,
    /// `MinCapacity`.
    pub(super) min: i64,
    /// `MaxCapacity`.
    pub(super) max: i64,
    /// ARN of the service-linked role.
    pub(super) role: String,
    /// What of scaling is suspended.
    pub(super) suspended: Suspended,
    /// Its tags.
    pub(super) tags: BTreeMap<String, String>,
    /// When it was made.
    pub(super) created: Timestamp,
}

/// What of scaling is suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Suspended {
    /// Scaling in by policies.
    pub(super) inward: bool,
    /// Scaling out by policies.
    pub(super) outward: bool,
    /// By a schedule.
    pub(super) scheduled: bool,
}

impl Document for ScalableTarget {
    const SERVICE: &'static str = "application-autoscaling";
    const KIND: &'static str = "scalable-target";

    fn id(&self) -> String {
        self.which.resource.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl ScalableTarget {
    /// The target, whether reads show it yet or not: writes meet it.
    pub(super) fn find(tx: &Tx<'_>, place: &Place, which: &Which) -> Option<Self> {
        tx.get::<Self>(place, &which.resource)
    }

    fn shown(&self) -> Value {
        json!({
            "ServiceNamespace": "ecs",
            "ResourceId": self.which.resource,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.min,
            "MaxCapacity": self.max,
            "RoleARN": self.role,
            "CreationTime": stamp(self.created),
            "SuspendedState": {
                "DynamicScalingInSuspended": self.suspended.inward,
                "DynamicScalingOutSuspended": self.suspended.outward,
                "ScheduledScalingSuspended": self.suspended.scheduled,
            },
            "ScalableTargetARN": self.arn,
        })
    }
}

/// What a describe asks for.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Wish {
    service_namespace: Option<String>,
    resource_ids: Vec<String>,
    scalable_dimension: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// DescribeScalableTargets: what is not there is left out.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = body(call)?;
    check_namespace(wish.service_namespace)?;
    if wish.resource_ids.len() > 50 {
        let rule = "have length less than or equal to 50";
        return Err(constraint("ResourceIds", "'[…]'", rule));
    }
    let mut rows = call.tx.see_all::<ScalableTarget>(&call.place);
    rows.retain(|one| {
        let ids = &wish.resource_ids;
        let dimension = wish.scalable_dimension.as_deref();
        (ids.is_empty() || ids.contains(&one.which.resource))
            && dimension.is_none_or(|dimension| dimension == DIMENSION)
    });
    let token = wish.next_token.as_deref();
    let (rows, next) = page(rows, wish.max_results, token, 50, Document::id)?;
    let rows: Vec<Value> = rows.iter().map(ScalableTarget::shown).collect();
    let mut answer = json!({ "ScalableTargets": rows });
    super::policy::add_token(&mut answer, next);
    Ok(Body::Json(answer))
}
