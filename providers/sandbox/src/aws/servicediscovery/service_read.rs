//! GetService, ListServices. They show no tags.

use serde_json::json;

use super::common::{CODE, List, id};
use super::service::{Service, named};
use crate::aws::shape::body;
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// GetService.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let id = id(call)?;
    let row = named(call, &id)?.whole(&call.place);
    Ok(Body::Json(json!({"Service": row})))
}

/// ListServices.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: List = body(call, CODE)?;
    request.check(&["NAMESPACE_ID", "RESOURCE_OWNER"])?;
    let found = call.tx.see_all::<Service>(&call.place);
    let field = |one: &Service, name: &str| match name {
        "NAMESPACE_ID" => Some(one.namespace.clone()),
        _ => Some("SELF".to_owned()),
    };
    let id = |one: &Service| one.id.clone();
    request.answer("Services", found, field, id, |one| one.row(&call.place))
}
