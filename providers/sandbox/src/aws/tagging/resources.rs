//! GetResources by ARN.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::ecs::definition_tags;
use crate::aws::logs::LogGroup;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// ARNs of one call ("GetResources", Resource Groups Tagging API reference).
const MOST: usize = 100;

/// GetResources: of each ARN the tags. What is not there, or never had a tag, is left out without a word.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let Some(list) = call.json.get("ResourceARNList") else {
        return Err(ApiError::new(
            501,
            "NotImplemented",
            "GetResources without ResourceARNList",
        ));
    };
    let arns: Vec<String> = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    if arns.is_empty() || arns.len() > MOST {
        return Err(invalid(format!(
            "ResourceARNList must have between 1 and {MOST} items"
        )));
    }
    if let Some(arn) = arns.iter().find(|arn| !arn.starts_with("arn:")) {
        return Err(invalid(format!("{arn} is not a valid ARN")));
    }
    let rows = arns.iter().filter_map(|arn| {
        let tags = tags(call, arn).filter(|tags| !tags.is_empty())?;
        Some(json!({ "ResourceARN": arn, "Tags": words(&tags) }))
    });
    let rows: Vec<Value> = rows.collect();
    Ok(Body::Json(
        json!({ "PaginationToken": "", "ResourceTagMappingList": rows }),
    ))
}

fn tags(call: &Call<'_>, arn: &str) -> Option<BTreeMap<String, String>> {
    let place = &call.place;
    let here = |service: &str| format!("arn:aws:{service}:{}:{}:", place.region, place.account);
    if let Some(name) = arn.strip_prefix(&format!("{}log-group:", here("logs"))) {
        return call.tx.see::<LogGroup>(place, name).map(|one| one.tags);
    }
    let name = arn.strip_prefix(&format!("{}task-definition/", here("ecs")))?;
    definition_tags(&call.tx, place, name)
}

fn words(tags: &BTreeMap<String, String>) -> Vec<Value> {
    let pair = |(key, value): (&String, &String)| json!({ "Key": key, "Value": value });
    tags.iter().map(pair).collect()
}

fn invalid(message: String) -> ApiError {
    ApiError::bad("InvalidParameterException", message)
}
