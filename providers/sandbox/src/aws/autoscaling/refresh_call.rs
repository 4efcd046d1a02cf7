//! StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh.

use super::Refresh;
use super::common::{changeable, constraint, invalid, named, number, page, truth, uuid};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields, Params};

/// Parameters of a start.
pub(super) const ACCEPTS: &[&str] = &[
    "AutoScalingGroupName",
    "Strategy",
    "Preferences.MinHealthyPercentage",
    "Preferences.MaxHealthyPercentage",
    "Preferences.InstanceWarmup",
    "Preferences.SkipMatching",
    "Preferences.ScaleInProtectedInstances",
];

/// StartInstanceRefresh: one at a time.
pub(super) fn start(call: &mut Call<'_>) -> Outcome {
    let group = changeable(call)?;
    if let Some(strategy) = call.params.get("Strategy").filter(|one| *one != "Rolling") {
        let rule = "satisfy enum value set: [Rolling]";
        return Err(constraint("Strategy", &format!("'{strategy}'"), rule));
    }
    let wish = call.params.under("Preferences");
    let min = number(&wish, "MinHealthyPercentage", 0, 100)?.unwrap_or(90);
    let max = number(&wish, "MaxHealthyPercentage", 100, 200)?;
    if max.is_some_and(|max| max - min > 100) {
        return Err(invalid(
            "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.",
        ));
    }
    if Refresh::active(&call.tx, &call.place, &group.name).is_some() {
        return Err(ApiError::bad(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        ));
    }
    let refresh = Refresh {
        id: uuid(&call.tx.fresh_hex("instance-refresh")),
        group: group.name,
        status: "Pending".to_owned(),
        reason: None,
        min_healthy: min,
        max_healthy: max,
        warmup: number(&wish, "InstanceWarmup", 0, 1_000_000)?,
        skip_matching: truth(&wish, "SkipMatching")?.unwrap_or_default(),
        protected: protected(&wish)?,
        todo: Vec::new(),
        total: 0,
        gives_up: None,
        ended: None,
        created: call.now(),
    };
    call.tx.put(&call.place, &refresh);
    answer(&refresh)
}

/// What becomes of protected instances.
fn protected(wish: &Params) -> Result<String, ApiError> {
    let value = wish.get("ScaleInProtectedInstances").unwrap_or("Wait");
    match value {
        "Refresh" | "Ignore" | "Wait" => Ok(value.to_owned()),
        other => {
            let rule = "satisfy enum value set: [Refresh, Ignore, Wait]";
            let shown = format!("'{other}'");
            Err(constraint("ScaleInProtectedInstances", &shown, rule))
        }
    }
}

fn answer(refresh: &Refresh) -> Outcome {
    Ok(Body::Xml(
        Fields::new().text("InstanceRefreshId", &refresh.id),
    ))
}

/// CancelInstanceRefresh: what was replaced stays replaced.
pub(super) fn cancel(call: &mut Call<'_>) -> Outcome {
    let group = named(call)?;
    let Some(mut refresh) = Refresh::active(&call.tx, &call.place, &group.name) else {
        return Err(ApiError::bad(
            "ActiveInstanceRefreshNotFound",
            format!(
                "No in progress or pending Instance Refresh found for Auto Scaling group {}",
                group.name
            ),
        ));
    };
    refresh.status = "Cancelling".to_owned();
    call.tx.put(&call.place, &refresh);
    answer(&refresh)
}

/// DescribeInstanceRefreshes: the newest first.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let group = named(call)?;
    let mut rows = Refresh::of_group(&call.tx, &call.place, &group.name);
    let ids = call.params.list("InstanceRefreshIds.member");
    rows.retain(|one| ids.is_empty() || ids.contains(&one.id));
    let (rows, next) = page(call, rows, 100, |one| one.id.clone())?;
    let rows: Vec<Fields> = rows.iter().map(Refresh::fields).collect();
    Ok(Body::Xml(
        Fields::new()
            .list("InstanceRefreshes", "member", rows)
            .maybe("NextToken", next),
    ))
}
