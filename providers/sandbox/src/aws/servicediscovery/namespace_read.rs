//! GetNamespace, ListNamespaces. They show no tags.

use serde_json::json;

use super::Namespace;
use super::common::{CODE, List, id};
use super::namespace::named;
use crate::aws::shape::body;
use crate::aws::{Call, Outcome};
use crate::wire::Body;

/// GetNamespace.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let id = id(call)?;
    let namespace = named(call, &id)?;
    let mut row = namespace.row(call);
    if let Some(token) = namespace.token {
        row["CreatorRequestId"] = token.into();
    }
    Ok(Body::Json(json!({"Namespace": row})))
}

/// ListNamespaces.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let request: List = body(call, CODE)?;
    request.check(&["TYPE", "NAME", "HTTP_NAME", "RESOURCE_OWNER"])?;
    let mut found = call.tx.see_all::<Namespace>(&call.place);
    found.retain(Namespace::made);
    let field = |one: &Namespace, name: &str| match name {
        "TYPE" => Some(one.kind.clone()),
        "NAME" | "HTTP_NAME" => Some(one.name.clone()),
        _ => Some("SELF".to_owned()),
    };
    let id = |one: &Namespace| one.id.clone();
    request.answer("Namespaces", found, field, id, |one| one.row(call))
}
