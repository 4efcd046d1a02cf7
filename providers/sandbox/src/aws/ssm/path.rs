//! GetParametersByPath: what lies below a path, ten a page.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Parameter;
use super::common::{CODE, bad_token, invalid};
use super::filter::{self, Filter};
use super::public;
use crate::aws::shape::{body, page, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    path: String,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    parameter_filters: Vec<Filter>,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// GetParametersByPath.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    check_path(&request.path)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 10, 10))?;
    filter::check(&request.parameter_filters, &["Type", "KeyId", "Label"])?;
    let mut found = call.tx.see_all::<Parameter>(&call.place);
    found.extend(public::all(&call.place));
    found.retain(|one| {
        below(&request.path, &one.name, request.recursive)
            && request
                .parameter_filters
                .iter()
                .all(|filter| filter.takes(one))
    });
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let token = request.next_token.as_deref();
    let (found, next) = page(found, |one| one.name.clone(), size, token).ok_or_else(bad_token)?;
    let row = |one: &Parameter| {
        let arn = public::arn(&call.place, &one.name);
        let version = one.newest()?;
        Some(version.row(&arn, &one.name, "", request.with_decryption))
    };
    let rows: Vec<Value> = found.iter().filter_map(row).collect();
    let mut answer = json!({"Parameters": rows});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

/// Whether a name lies below a path: at any depth, or right below it.
pub(super) fn below(path: &str, name: &str, recursive: bool) -> bool {
    let path = path.trim_end_matches('/');
    let rest = name
        .strip_prefix(path)
        .and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| recursive || !rest.contains('/'))
}

/// Refuses what is no path.
pub(super) fn check_path(path: &str) -> Result<(), ApiError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte);
    match path.starts_with('/') && !path.contains("//") && path.bytes().all(legal) {
        true => Ok(()),
        false => Err(invalid(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward \
             slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, \
             numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not \
             allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
             /get/parameters2-/by1./path0_.",
        )),
    }
}
