//! DeleteParameter, DeleteParameters. A deleted name is free at once.

use serde::Deserialize;
use serde_json::json;

use super::Parameter;
use super::common::{CODE, not_found};
use super::read::check_names;
use crate::aws::shape::body;
use crate::aws::{Call, Outcome};
use crate::wire::Body;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct One {
    name: String,
}

/// DeleteParameter.
pub(super) fn one(call: &mut Call<'_>) -> Outcome {
    let request: One = body(call, CODE)?;
    match take(call, &request.name) {
        true => Ok(Body::Json(json!({}))),
        false => Err(not_found()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Several {
    names: Vec<String>,
}

/// DeleteParameters.
pub(super) fn several(call: &mut Call<'_>) -> Outcome {
    let request: Several = body(call, CODE)?;
    check_names(&request.names)?;
    let (gone, strange): (Vec<String>, Vec<String>) =
        request.names.into_iter().partition(|name| take(call, name));
    Ok(Body::Json(
        json!({"DeletedParameters": gone, "InvalidParameters": strange}),
    ))
}

fn take(call: &mut Call<'_>, name: &str) -> bool {
    let found = Parameter::find(&call.tx, &call.place, name);
    let Some(parameter) = found.filter(|one| call.tx.visible(one)) else {
        return false;
    };
    call.tx.delete::<Parameter>(&call.place, &parameter.name);
    true
}
