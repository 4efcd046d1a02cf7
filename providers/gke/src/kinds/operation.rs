//! Operations of both sorts: how far they are, and what they came to.

use google_cloud_compute_v1::model::Operation as ComputeOperation;
use google_cloud_compute_v1::model::operation::Status as ComputeStatus;
use google_cloud_container_v1::model::Operation as ContainerOperation;
use google_cloud_container_v1::model::operation::Status as ContainerStatus;
use provision_kind::{Ailment, Next, Progress};

use super::Cx;
use crate::error::Fault;

/// What an operation says that could not delete what something else uses.
const IN_USE: &str = "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE";

/// What stands for an operation of no region in a handle.
const GLOBAL: &str = "global";

/// What precedes a zone in a handle.
const ZONE: &str = "zone:";

/// What follows from an accepted call of compute on an object.
pub(crate) fn accepted(operation: &ComputeOperation, physical: &str, phase: &str) -> Next {
    let region = operation.region.as_deref().map(last);
    let name = operation.name.as_deref().unwrap_or_default();
    Next::Updates {
        phase: phase.to_owned(),
        physical: physical.to_owned(),
        update: format!("{}/{name}", region.unwrap_or(GLOBAL)),
    }
}

/// The same of an object of a zone.
pub(crate) fn accepted_in_zone(operation: &ComputeOperation, physical: &str, phase: &str) -> Next {
    let zone = operation.zone.as_deref().map(last).unwrap_or_default();
    let name = operation.name.as_deref().unwrap_or_default();
    Next::Updates {
        phase: phase.to_owned(),
        physical: physical.to_owned(),
        update: format!("{ZONE}{zone}/{name}"),
    }
}

/// The last part of a path or URL.
pub(crate) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// How an operation of compute is coming along.
pub(crate) async fn compute(cx: &Cx<'_>, update: &str) -> Result<Progress, Fault> {
    let (place, name) = update.split_once('/').unwrap_or((GLOBAL, update));
    let answer = if place == GLOBAL {
        let client = cx.gcp.global_operations().await?;
        let request = client
            .get()
            .set_project(cx.gcp.project())
            .set_operation(name);
        cx.gcp
            .read("compute.globalOperations.get", || request.clone().send())
            .await
    } else if let Some(zone) = place.strip_prefix(ZONE) {
        let client = cx.gcp.zone_operations().await?;
        let request = client
            .get()
            .set_project(cx.gcp.project())
            .set_zone(zone)
            .set_operation(name);
        cx.gcp
            .read("compute.zoneOperations.get", || request.clone().send())
            .await
    } else {
        let client = cx.gcp.region_operations().await?;
        let request = client
            .get()
            .set_project(cx.gcp.project())
            .set_region(place)
            .set_operation(name);
        cx.gcp
            .read("compute.regionOperations.get", || request.clone().send())
            .await
    };
    match answer {
        Ok(operation) => Ok(of_compute(operation)),
        // Forgotten, so long past: the object tells the rest.
        Err(fault) if fault.is_not_found() => Ok(Progress::Through),
        Err(fault) => Err(fault),
    }
}

/// A finished operation may have failed: that is in the operation, not in the answer.
fn of_compute(operation: ComputeOperation) -> Progress {
    if operation.status != Some(ComputeStatus::Done) {
        let progress = operation.progress.unwrap_or_default();
        let phase = operation.operation_type.as_deref().unwrap_or("operation");
        return Progress::Works {
            phase: format!("{phase} {progress}%"),
            trouble: None,
        };
    }
    let errors = operation.error.as_ref().map(|error| error.errors.clone());
    match operation.to_result() {
        Ok(_) => Progress::Through,
        Err(_) => {
            let first = errors.unwrap_or_default().into_iter().next();
            let code = first.as_ref().and_then(|one| one.code.clone());
            let message = first.and_then(|one| one.message);
            Progress::Failed(ailment(
                code.unwrap_or_else(|| "failed".to_owned()),
                message,
            ))
        }
    }
}

/// What the service says of a failure, with what to do.
pub(crate) fn ailment(code: String, message: Option<String>) -> Ailment {
    let message = message.unwrap_or_else(|| "the operation failed, and says no more".to_owned());
    let advice = match code.as_str() {
        IN_USE => "something else still uses it: remove that, then run it again",
        "QUOTA_EXCEEDED" | "GCE_QUOTA_EXCEEDED" => {
            "ask for more at https://console.cloud.google.com/iam-admin/quotas, or plan less"
        }
        "GCE_STOCKOUT" | "ZONE_RESOURCE_POOL_EXHAUSTED" => {
            "the zone has no such machine to give: take another machine type, or more zones"
        }
        _ => "put right what the cloud names, then run it again",
    };
    Ailment {
        // What holds it may itself be going.
        passes: code == IN_USE,
        code,
        message,
        advice: advice.to_owned(),
    }
}

/// What follows from an accepted call of GKE on an object.
pub(crate) fn underway(operation: &ContainerOperation, physical: &str) -> Next {
    Next::Updates {
        phase: phase(operation),
        physical: physical.to_owned(),
        update: operation.name.clone(),
    }
}

fn phase(operation: &ContainerOperation) -> String {
    let what = operation.operation_type.name().unwrap_or("OPERATION");
    let status = operation.status.name().unwrap_or("RUNNING");
    format!("{what} {status}")
}

/// How an operation of GKE in a location is coming along.
pub(crate) async fn container(
    cx: &Cx<'_>,
    location: &str,
    operation: &str,
) -> Result<Progress, Fault> {
    let client = cx.gcp.container().await?;
    let name = format!(
        "projects/{}/locations/{location}/operations/{operation}",
        cx.gcp.project()
    );
    let request = client.get_operation().set_name(name);
    let answer = cx
        .gcp
        .read("container.operations.get", || request.clone().send())
        .await;
    match answer {
        Ok(operation) => Ok(of_container(&operation)),
        Err(fault) if fault.is_not_found() => Ok(Progress::Through),
        Err(fault) => Err(fault),
    }
}

// The API calls the codes deprecated and sends nothing else that tells a quota from a shortage.
#[allow(deprecated)]
fn of_container(operation: &ContainerOperation) -> Progress {
    if operation.status != ContainerStatus::Done {
        return Progress::Works {
            phase: phase(operation),
            trouble: None,
        };
    }
    let conditions = operation.cluster_conditions.iter();
    let mut conditions = conditions.chain(&operation.nodepool_conditions);
    let told = conditions.find_map(|one| Some((one.code.name()?, one.message.clone())));
    match &operation.error {
        None => Progress::Through,
        Some(error) if error.code == 0 => Progress::Through,
        Some(error) => {
            let code = told.map_or_else(|| by_words(&error.message), |(code, _)| code);
            Progress::Failed(ailment(code.to_owned(), Some(error.message.clone())))
        }
    }
}

/// What an operation failed of, by its words: real ones carry no conditions.
fn by_words(message: &str) -> &'static str {
    const WORDS: [(&str, &str); 5] = [
        ("GCE_STOCKOUT", "GCE_STOCKOUT"),
        ("ZONE_RESOURCE_POOL_EXHAUSTED", "GCE_STOCKOUT"),
        ("not have enough resources", "GCE_STOCKOUT"),
        ("QUOTA_EXCEEDED", "GCE_QUOTA_EXCEEDED"),
        ("uota", "GCE_QUOTA_EXCEEDED"),
    ];
    let mut words = WORDS.iter();
    let found = words.find(|(word, _)| message.contains(word));
    found.map_or("failed", |(_, code)| code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_finished_operation_may_have_failed() {
        let body = r#"{"name":"operation-1","status":"DONE","progress":100,"httpErrorStatusCode":400,"httpErrorMessage":"BAD REQUEST",
            "error":{"errors":[{"code":"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE","message":"The network resource is in use"}]}}"#;
        let operation: ComputeOperation = serde_json::from_str(body).unwrap();
        let Progress::Failed(ailment) = of_compute(operation) else {
            unreachable!("it failed");
        };
        assert_eq!(ailment.code, "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE");
        assert!(ailment.advice.contains("remove that"));
        let done: ComputeOperation =
            serde_json::from_str(r#"{"status":"DONE","progress":100}"#).unwrap();
        assert_eq!(of_compute(done), Progress::Through);
        let runs: ComputeOperation = serde_json::from_str(r#"{"status":"RUNNING"}"#).unwrap();
        assert!(matches!(of_compute(runs), Progress::Works { .. }));
    }

    #[test]
    fn gke_says_failures_in_operations_that_are_done() {
        let body = r#"{"name":"operation-1","operationType":"CREATE_NODE_POOL","status":"DONE",
            "error":{"code":8,"message":"Google Compute Engine: quota"},"nodepoolConditions":[{"code":"GCE_QUOTA_EXCEEDED","message":"m"}]}"#;
        let operation: ContainerOperation = serde_json::from_str(body).unwrap();
        let Progress::Failed(ailment) = of_container(&operation) else {
            unreachable!("it failed");
        };
        assert_eq!(ailment.code, "GCE_QUOTA_EXCEEDED");
        assert!(ailment.advice.contains("quotas"));
    }

    #[test]
    fn words_tell_a_quota_from_a_shortage_where_no_condition_does() {
        let failed = |message: &str| {
            let error = serde_json::json!({ "code": 8, "message": message });
            let body =
                serde_json::json!({ "name": "operation-1", "status": "DONE", "error": error });
            match of_container(&serde_json::from_value(body).unwrap()) {
                Progress::Failed(ailment) => (ailment.code, ailment.advice),
                other => unreachable!("{other:?}"),
            }
        };
        for (message, code, advice) in [
            (
                "Google Compute Engine: Quota 'CPUS' exceeded.  Limit: 24.0 in region europe-west1.",
                "GCE_QUOTA_EXCEEDED",
                "quotas",
            ),
            (
                "Google Compute Engine: [GCE_STOCKOUT]: Instance creation failed",
                "GCE_STOCKOUT",
                "another machine type",
            ),
            (
                "ZONE_RESOURCE_POOL_EXHAUSTED: The zone does not have enough resources available",
                "GCE_STOCKOUT",
                "another machine type",
            ),
            ("Internal error", "failed", "what the cloud names"),
        ] {
            let (told, what) = failed(message);
            assert_eq!(told, code);
            assert!(what.contains(advice), "{what}");
        }
    }
}
