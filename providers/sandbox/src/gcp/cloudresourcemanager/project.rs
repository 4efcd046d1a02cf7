//! Projects.

use serde_json::json;

use crate::gcp::shape::{fingerprint, stamp};
use crate::gcp::{Call, Outcome, policy, project};

/// `get`, in either version.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let (id, number) = (&call.project, call.number());
    let created = stamp(project::created(&call.tx, id));
    if call.version == "v1" {
        return Ok(json!({
            "projectNumber": number,
            "projectId": id,
            "lifecycleState": "ACTIVE",
            "name": id,
            "createTime": created,
        }));
    }
    let etag = fingerprint(&json!([id, created]));
    Ok(json!({
        "name": format!("projects/{number}"),
        "projectId": id,
        "state": "ACTIVE",
        "displayName": id,
        "createTime": created,
        "updateTime": created,
        "etag": format!("W/\"{etag}\""),
    }))
}

fn resource(call: &Call<'_>) -> String {
    format!("projects/{}", call.project)
}

/// `getIamPolicy`.
pub(super) fn policy(call: &mut Call<'_>) -> Outcome {
    Ok(policy::get(call, &resource(call)))
}

/// `setIamPolicy`.
pub(super) fn set_policy(call: &mut Call<'_>) -> Outcome {
    let resource = resource(call);
    policy::set(call, &resource)
}

/// `testIamPermissions`.
pub(super) fn test(call: &mut Call<'_>) -> Outcome {
    policy::test(call)
}
