//! APIs and their state.

use serde_json::{Value, json};

use crate::gcp::filter::Filter;
use crate::gcp::refusal::{forbidden, invalid};
use crate::gcp::shape::{last, page};
use crate::gcp::{ApiState, Call, Outcome, SERVICES, is_enabled};
use crate::object::Object;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// APIs beside those that the sandbox speaks.
const OTHERS: &[(&str, &str)] = &[
    ("artifactregistry.googleapis.com", "Artifact Registry API"),
    ("autoscaling.googleapis.com", "Cloud Autoscaling API"),
    (
        "certificatemanager.googleapis.com",
        "Certificate Manager API",
    ),
    (
        "cloudkms.googleapis.com",
        "Cloud Key Management Service (KMS) API",
    ),
    ("container.googleapis.com", "Kubernetes Engine API"),
    ("dns.googleapis.com", "Cloud DNS API"),
    ("gkehub.googleapis.com", "GKE Hub API"),
    (
        "iamcredentials.googleapis.com",
        "IAM Service Account Credentials API",
    ),
    ("logging.googleapis.com", "Cloud Logging API"),
    ("monitoring.googleapis.com", "Cloud Monitoring API"),
    (
        "networkconnectivity.googleapis.com",
        "Network Connectivity API",
    ),
    ("servicenetworking.googleapis.com", "Service Networking API"),
    ("storage.googleapis.com", "Cloud Storage API"),
    ("sts.googleapis.com", "Security Token Service API"),
];

/// The APIs that are not in the state in which the project began, for the oracle.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let began = |api: &str| !tx.config().disabled_apis.iter().any(|off| off == api);
    let told = |(place, state): (Place, ApiState)| Object {
        account: place.account,
        region: String::new(),
        service: "serviceusage".to_owned(),
        kind: "services".to_owned(),
        marks: std::iter::once(("enabled".to_owned(), state.enabled.to_string())).collect(),
        billable: false,
        created: state.changed,
        own_of_cloud: false,
        id: state.api,
    };
    let states = tx.everywhere::<ApiState>().into_iter();
    states
        .filter(|(_, state)| state.enabled != began(&state.api))
        .map(told)
        .collect()
}

fn all() -> Vec<(&'static str, &'static str)> {
    let ours = SERVICES.iter().map(|service| (service.api, service.title));
    let mut found: Vec<_> = ours.chain(OTHERS.iter().copied()).collect();
    found.sort_unstable();
    found.dedup_by_key(|(name, _)| *name);
    found
}

/// An API as the service shows it.
///
/// # Errors
/// When there is no such API.
pub(super) fn show(call: &Call<'_>, name: &str) -> Outcome {
    let known = all();
    let Some((name, title)) = known.iter().find(|(known, _)| *known == name) else {
        return Err(unknown(name));
    };
    let number = call.number();
    let state = match is_enabled(&call.tx, &call.project, name) {
        true => "ENABLED",
        false => "DISABLED",
    };
    Ok(json!({
        "name": format!("projects/{number}/services/{name}"),
        "config": {
            "name": name,
            "title": title,
            "documentation": {},
            "quota": {},
            "authentication": {},
            "usage": { "requirements": ["serviceusage.googleapis.com/tos/cloud"] },
        },
        "state": state,
        "parent": format!("projects/{number}"),
    }))
}

/// The refusal of a name that is none.
fn unknown(name: &str) -> ApiError {
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED",
        "domain": "serviceusage.googleapis.com",
        "metadata": { "services": name },
    }]);
    forbidden(format!(
        "Not found or permission denied for service(s): {name}."
    ))
    .with("details", details)
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    show(call, call.param("service"))
}

/// `list`.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let filter = Filter::parse(call.param("filter"))
        .map_err(|why| invalid(format!("The filter is not valid: {why}")))?;
    let mut rows = Vec::new();
    for (name, _) in all() {
        let row = show(call, name)?;
        if filter.lets(&row) {
            rows.push(row);
        }
    }
    let size = call.param("pageSize").parse().unwrap_or(50).clamp(1, 200);
    let key = |row: &Value| row["name"].as_str().unwrap_or_default().to_owned();
    let (rows, next) = page(rows, key, size, call.param("pageToken"))?;
    let mut answer = json!({});
    if !rows.is_empty() {
        answer["services"] = json!(rows);
    }
    if let Some(next) = next {
        answer["nextPageToken"] = json!(next);
    }
    Ok(answer)
}

/// `batchGet`.
pub(super) fn batch(call: &mut Call<'_>) -> Outcome {
    let names = call.params.all("names");
    let rows: Result<Vec<Value>, ApiError> =
        names.iter().map(|name| show(call, last(name))).collect();
    Ok(json!({ "services": rows? }))
}
