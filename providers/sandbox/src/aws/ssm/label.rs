//! LabelParameterVersion: a label is on one version at a time.

use serde::Deserialize;
use serde_json::json;

use super::Parameter;
use super::common::{CODE, no_version, not_found};
use crate::aws::shape::{body, constraint};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    name: String,
    parameter_version: Option<u64>,
    labels: Vec<String>,
}

/// LabelParameterVersion. Labels that cannot be are told, not refused.
pub(super) fn label(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check(&request.labels)?;
    let mut parameter = Parameter::find(&call.tx, &call.place, &request.name)
        .filter(|one| call.tx.visible(one))
        .ok_or_else(not_found)?;
    let newest = parameter.newest().map_or(0, |newest| newest.number);
    let number = request.parameter_version.unwrap_or(newest);
    if parameter.version(number).is_none() {
        return Err(no_version(&request.name, &number.to_string()));
    }
    let (good, strange): (Vec<String>, Vec<String>) =
        request.labels.into_iter().partition(|label| legal(label));
    for version in &mut parameter.versions {
        version.labels.retain(|label| !good.contains(label));
        if version.number == number {
            version.labels.extend(good.iter().cloned());
            version.labels.sort();
            if version.labels.len() > 10 {
                return Err(too_many());
            }
        }
    }
    call.tx.put(&call.place, &parameter);
    Ok(Body::Json(
        json!({"InvalidLabels": strange, "ParameterVersion": number}),
    ))
}

fn check(labels: &[String]) -> Result<(), ApiError> {
    let all = format!("[{}]", labels.join(", "));
    if !(1..=10).contains(&labels.len()) {
        let rule = "have between 1 and 10 members";
        return Err(constraint(CODE, "Labels", &all, rule));
    }
    match labels.iter().all(|label| (1..=100).contains(&label.len())) {
        true => Ok(()),
        false => {
            let rule = "satisfy constraint: [Member must have length less than or equal to 100, Member must have \
                        length greater than or equal to 1]";
            Err(constraint(CODE, "Labels", &all, rule))
        }
    }
}

fn legal(label: &str) -> bool {
    let low = label.to_ascii_lowercase();
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    label.bytes().all(signs)
        && !label.starts_with(|first: char| first.is_ascii_digit())
        && !low.starts_with("aws")
        && !low.starts_with("ssm")
}

fn too_many() -> ApiError {
    ApiError::bad(
        "ParameterVersionLabelLimitExceeded",
        "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again.",
    )
}
