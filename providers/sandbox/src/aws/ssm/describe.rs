//! DescribeParameters: everything of parameters but their values and tags. AWS's own are not told.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Parameter;
use super::common::{CODE, arn, bad_token, invalid};
use super::filter::{self, Filter};
use crate::aws::shape::{body, one_of, page, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    #[serde(default)]
    filters: Vec<Older>,
    #[serde(default)]
    parameter_filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
    #[serde(default)]
    shared: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Older {
    key: String,
    values: Vec<String>,
}

const KEYS: &[&str] = &["Name", "Type", "KeyId", "Path", "Tier", "DataType", "tag"];

/// DescribeParameters.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call, CODE)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 50, 50))?;
    let filters = filters(request.filters, request.parameter_filters)?;
    let mut found = call.tx.see_all::<Parameter>(&call.place);
    // No other account shares a parameter with this one.
    found.retain(|one| !request.shared && filters.iter().all(|filter| filter.takes(one)));
    let token = request.next_token.as_deref();
    let (found, next) = page(found, |one| one.name.clone(), size, token).ok_or_else(bad_token)?;
    let row = |one: &Parameter| {
        let mut row = one.newest()?.about(&one.name);
        row["ARN"] = arn(&call.place, &one.name).into();
        Some(row)
    };
    let rows: Vec<Value> = found.iter().filter_map(row).collect();
    let mut answer = json!({"Parameters": rows});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

fn filters(older: Vec<Older>, newer: Vec<Filter>) -> Result<Vec<Filter>, ApiError> {
    if !older.is_empty() && !newer.is_empty() {
        return Err(invalid(
            "You can use either Filters or ParameterFilters in a single request.",
        ));
    }
    filter::check(&newer, KEYS)?;
    for one in &older {
        one_of(
            CODE,
            "filters.1.member.key",
            &one.key,
            &["Name", "Type", "KeyId"],
        )?;
    }
    let older = older
        .into_iter()
        .map(|one| Filter::older(one.key, one.values));
    Ok(newer.into_iter().chain(older).collect())
}
