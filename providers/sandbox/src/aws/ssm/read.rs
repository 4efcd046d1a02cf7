//! GetParameter, GetParameters, GetParameterHistory.

use serde::Deserialize;
use serde_json::{Value, json};

use super::common::{CODE, Found, asked, bad_token, invalid, not_found};
use super::public;
use crate::aws::shape::{body, constraint, page, within};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct One {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

/// GetParameter.
pub(super) fn one(call: &mut Call<'_>) -> Outcome {
    let request: One = body(call, CODE)?;
    let found = asked(call, &request.name)?;
    let row = row(call, &found, request.with_decryption);
    Ok(Body::Json(json!({"Parameter": row})))
}

fn row(call: &Call<'_>, found: &Found, decrypted: bool) -> Value {
    let name = &found.parameter.name;
    let arn = public::arn(&call.place, name);
    found.version.row(&arn, name, &found.selector, decrypted)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Several {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

/// GetParameters: up to ten; what is not there is told apart.
pub(super) fn several(call: &mut Call<'_>) -> Outcome {
    let request: Several = body(call, CODE)?;
    check_names(&request.names)?;
    let (mut rows, mut strange) = (Vec::new(), Vec::new());
    for name in &request.names {
        match asked(call, name) {
            Ok(found) => rows.push(row(call, &found, request.with_decryption)),
            Err(_) => strange.push(name),
        }
    }
    Ok(Body::Json(
        json!({"Parameters": rows, "InvalidParameters": strange}),
    ))
}

/// Refuses a list that is empty, too long, or says a name twice.
pub(super) fn check_names(names: &[String]) -> Result<(), ApiError> {
    let all = format!("[{}]", names.join(", "));
    if names.is_empty() {
        let rule = "have length greater than or equal to 1";
        return Err(constraint(CODE, "Names", &all, rule));
    }
    if names.len() > 10 {
        let rule = "have length less than or equal to 10";
        return Err(constraint(CODE, "Names", &all, rule));
    }
    let again = |(at, name): (usize, &String)| names.iter().take(at).any(|one| one == name);
    match names.iter().enumerate().any(again) {
        true => Err(invalid("Duplicate parameter names are not allowed.")),
        false => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct History {
    name: String,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// GetParameterHistory: every version that is kept, oldest first.
pub(super) fn history(call: &mut Call<'_>) -> Outcome {
    let request: History = body(call, CODE)?;
    let size = within(CODE, "MaxResults", request.max_results, (1, 50, 50))?;
    let parameter = super::Parameter::find(&call.tx, &call.place, &request.name)
        .filter(|parameter| call.tx.visible(parameter))
        .ok_or_else(not_found)?;
    let token = request.next_token.as_deref();
    let key = |version: &super::parameter::Version| format!("{:010}", version.number);
    let (versions, next) = page(parameter.versions, key, size, token).ok_or_else(bad_token)?;
    let name = &parameter.name;
    let row = |version: &super::parameter::Version| {
        let mut row = version.about(name);
        row["Value"] = version.shown(name, request.with_decryption).into();
        row["Labels"] = version.labels.clone().into();
        row
    };
    let mut answer = json!({"Parameters": versions.iter().map(row).collect::<Vec<Value>>()});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}
