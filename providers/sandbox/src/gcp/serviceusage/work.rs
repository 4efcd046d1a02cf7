//! Switching APIs on and off: operations in the general form, `done` and `response`.

use serde_json::{Value, json};

use super::api::show;
use crate::gcp::operation::{self, DONE, Work};
use crate::gcp::refusal::{invalid, not_found};
use crate::gcp::{ApiState, Call, Outcome, is_enabled};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// How long the real service takes, in seconds.
const SECONDS: u64 = 8;

fn answer(call: &Call<'_>, work: &Work) -> Outcome {
    let names: Vec<&str> = apis(work);
    let number = crate::gcp::project::number(&call.project);
    let resources: Vec<String> = names
        .iter()
        .map(|name| format!("projects/{number}/services/{name}"))
        .collect();
    let mut out = json!({
        "name": format!("operations/{}", work.name),
        "metadata": {
            "@type": "type.googleapis.com/google.api.serviceusage.v1.OperationMetadata",
            "resourceNames": resources,
        },
    });
    if !work.is_done() {
        return Ok(out);
    }
    out["done"] = json!(true);
    if let Some(failure) = &work.error {
        // `google.rpc.Code`: PERMISSION_DENIED, FAILED_PRECONDITION, INTERNAL.
        let code = match failure.status {
            403 => 7,
            400 => 9,
            _ => 13,
        };
        out["error"] = json!({ "code": code, "message": failure.message });
        return Ok(out);
    }
    let shown: Result<Vec<Value>, ApiError> = names.iter().map(|name| show(call, name)).collect();
    let shown = shown?;
    let kind = format!(
        "type.googleapis.com/google.api.serviceusage.v1.{}Response",
        work.kind
    );
    out["response"] = match work.kind.as_str() {
        "BatchEnableServices" => json!({ "@type": kind, "services": shown }),
        _ => json!({ "@type": kind, "service": shown.first() }),
    };
    Ok(out)
}

fn apis(work: &Work) -> Vec<&str> {
    let list = work.detail.get("apis").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn start(call: &mut Call<'_>, kind: &str, names: &[String], on: bool) -> Outcome {
    for name in names {
        show(call, name)?;
    }
    let place = call.place("");
    let mut work = Work::new(call, "serviceusage", kind, "", (0, SECONDS));
    work.name = format!(
        "acat.p2-{}-{}",
        call.number(),
        crate::gcp::shape::digest(&work.name, 32)
    );
    work.detail = json!({ "apis": names, "on": on });
    let nothing = names
        .iter()
        .all(|name| is_enabled(&call.tx, &call.project, name) == on);
    if nothing {
        // Said so by the real service, whose operation of this name is done and always was.
        work.name = "noop.DONE_OPERATION".to_owned();
        work = work.done();
    } else {
        operation::put(&mut call.tx, &place, &work);
    }
    answer(call, &work)
}

/// `enable`.
pub(super) fn enable(call: &mut Call<'_>) -> Outcome {
    let name = call.param("service").to_owned();
    start(call, "EnableService", &[name], true)
}

/// `disable`.
pub(super) fn disable(call: &mut Call<'_>) -> Outcome {
    let name = call.param("service").to_owned();
    start(call, "DisableService", &[name], false)
}

/// `batchEnable`: up to twenty.
pub(super) fn batch(call: &mut Call<'_>) -> Outcome {
    let names = call.json.get("serviceIds").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<String> = names.map(str::to_owned).collect();
    match names.len() {
        1..=20 => start(call, "BatchEnableServices", &names, true),
        0 => Err(invalid("At least one service must be given.")),
        _ => Err(invalid(
            "Cannot enable more than 20 services in one request.",
        )),
    }
}

/// `operations.get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let name = call.param("operation").to_owned();
    let all = operation::everywhere(&call.tx, "serviceusage").into_iter();
    let found = all.into_iter().find(|(_, work)| work.name == name);
    let Some((place, work)) = found else {
        return Err(not_found(format!(
            "Operation not found: operations/{name}."
        )));
    };
    call.project = place.account;
    answer(call, &work)
}

/// The switch is thrown at the end.
pub(super) fn turned(tx: &mut Tx<'_>, place: &Place, work: &mut Work) {
    if !work.phase.is(DONE) || work.error.is_some() {
        return;
    }
    let enabled = work
        .detail
        .get("on")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    for api in apis(work) {
        let state = ApiState {
            api: api.to_owned(),
            enabled,
            changed: tx.now(),
        };
        tx.put(place, &state);
    }
}
