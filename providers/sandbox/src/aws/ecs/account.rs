//! Account settings: what they are for everybody; nobody changes them here.

use serde_json::{Value, json};

use super::common::{between, invalid, text, truth};
use super::requests;
use super::shape::check as shape;
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// Every setting with its default.
const SETTINGS: [(&str, &str); 11] = [
    ("awsvpcTrunking", "disabled"),
    ("containerInsights", "disabled"),
    ("containerInstanceLongArnFormat", "enabled"),
    ("defaultLogDriverMode", "non-blocking"),
    ("fargateEventWindows", "disabled"),
    ("fargateFIPSMode", "disabled"),
    ("fargateTaskRetirementWaitPeriod", "7"),
    ("guardDutyActivate", "off"),
    ("serviceLongArnFormat", "enabled"),
    ("tagResourceAuthorization", "off"),
    ("taskLongArnFormat", "enabled"),
];

/// ListAccountSettings: nothing is set; what holds is told when it is asked for.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::LIST_SETTINGS)?;
    between(&call.json, "maxResults", 1, 10)?;
    let name = text(&call.json, "name");
    if let Some(name) = name
        && !SETTINGS.iter().any(|(known, _)| *known == name)
    {
        let known: Vec<&str> = SETTINGS.iter().map(|(known, _)| *known).collect();
        return Err(invalid(format!(
            "name should be one of [{}]",
            known.join(",")
        )));
    }
    let root = format!("arn:aws:iam::{}:root", call.place.account);
    let principal = text(&call.json, "principalArn").unwrap_or(&root);
    let effective = truth(&call.json, "effectiveSettings").unwrap_or_default();
    let value = text(&call.json, "value");
    let rows: Vec<Value> = SETTINGS
        .iter()
        .filter(|(known, default)| {
            effective
                && name.is_none_or(|name| name == *known)
                && value.is_none_or(|value| value == *default)
        })
        .map(|(known, default)| {
            let kind = if *known == "guardDutyActivate" {
                "aws_managed"
            } else {
                "user"
            };
            json!({"name": known, "value": default, "principalArn": principal, "type": kind})
        })
        .collect();
    Ok(Body::Json(json!({ "settings": rows })))
}
