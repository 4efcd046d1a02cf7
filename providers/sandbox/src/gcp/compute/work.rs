//! Operations of Compute: what they do when they end, and how they are shown.

use serde_json::{Value, json};

use super::call::{home, rows_of};
use super::change::in_use;
use super::item::{Item, READY};
use super::kind::{not_found, user_of};
use super::link::{is_zone, link, scope, split};
use crate::gcp::operation::{self, DONE, Failure, PENDING, Work};
use crate::gcp::shape::stamp_home;
use crate::gcp::{Call, Outcome};
use crate::store::{Place, Tx};

/// As the API shows it.
pub(super) fn show(work: &Work, place: &Place) -> Value {
    let project = &place.account;
    let at = scope(&place.region);
    let mut out = json!({
        "kind": "compute#operation",
        "id": work.number,
        "name": work.name,
        "operationType": work.kind,
        "status": work.phase.state,
        "progress": if work.is_done() { 100 } else { 0 },
        "insertTime": stamp_home(work.created),
        "user": work.user,
        "selfLink": link(project, &format!("{at}/operations/{}", work.name)),
        "targetLink": link(project, &work.target),
        "targetId": work.target_number,
    });
    if !place.region.is_empty() {
        let word = if is_zone(&place.region) {
            "zone"
        } else {
            "region"
        };
        out[word] = json!(link(project, &at));
    }
    if let Some(started) = work.started.filter(|_| !work.phase.is(PENDING)) {
        out["startTime"] = json!(stamp_home(started));
    }
    if !work.request_id.is_empty() {
        out["clientOperationId"] = json!(work.request_id);
    }
    if let Some(ended) = work.ended {
        out["endTime"] = json!(stamp_home(ended));
    }
    if let Some(failure) = work.error.as_ref().filter(|_| work.is_done()) {
        let reason = http::StatusCode::from_u16(failure.status).ok();
        let reason = reason.and_then(|status| status.canonical_reason());
        out["error"] = json!({ "errors": [{ "code": failure.code, "message": failure.message }] });
        out["httpErrorStatusCode"] = json!(failure.status);
        out["httpErrorMessage"] = json!(reason.unwrap_or_default().to_uppercase());
    }
    out
}

/// `get` and `wait`. The latter may return before the end, and here always does.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let name = call.param("resource");
    let by_number = || {
        let mut all = operation::list(&call.tx, &place, "compute").into_iter();
        all.find(|work| work.number == name)
    };
    let found = operation::find(&call.tx, &place, "compute", name).or_else(by_number);
    match found {
        Some(work) => Ok(show(&work, &place)),
        None => {
            let at = scope(&place.region);
            Err(not_found(&format!(
                "projects/{}/{at}/operations/{name}",
                place.account
            )))
        }
    }
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let all = operation::list(&call.tx, &place, "compute");
    let rows = all.iter().map(|work| show(work, &place)).collect();
    rows_of(call, &place.region, "operations", "operation", rows)
}

/// An operation ended: what it was for is done, or undone.
pub(super) fn turned(tx: &mut Tx<'_>, place: &Place, work: &mut Work) {
    let Some((location, collection, name)) = split(&work.target) else {
        return;
    };
    let at = Place {
        account: place.account.clone(),
        region: location.to_owned(),
    };
    let Some(mut item) = tx.get::<Item>(&at, &format!("{collection}/{name}")) else {
        return;
    };
    let Some(kind) = item.kind().filter(|_| work.phase.is(DONE)) else {
        return;
    };
    let what = work
        .detail
        .get("do")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if what == "delete" && work.error.is_none() && kind.late {
        work.error = user_of(tx, &at, &item).map(|user| Failure {
            status: 400,
            code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE".to_owned(),
            message: in_use(kind, &item.full_path(&at), &user),
        });
    }
    match (what, &work.error) {
        ("insert", Some(_)) => tx.delete::<Item>(&at, &format!("{collection}/{name}")),
        ("delete", None) => {
            tx.delete::<Item>(&at, &format!("{collection}/{name}"));
            (kind.gone)(tx, &at, &item);
        }
        (_, error) => {
            let fields = work.detail.get("fields").and_then(Value::as_object);
            if let (None, Some(fields)) = (error, fields) {
                item.fields.clone_from(fields);
            }
            READY.clone_into(&mut item.state);
            tx.put(&at, &item);
            if what == "insert" {
                (kind.made)(tx, &at, &item);
            }
        }
    }
}
