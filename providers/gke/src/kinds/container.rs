//! What the kinds of GKE share: handles, marks, conditions, and what follows from a call.

use google_cloud_container_v1::model::{Operation, StatusCondition};
use google_cloud_gax::error::Error;
use provision_core::contract::Failure;
use provision_core::model::{Observed, Status};
use provision_kind::live::changing;
use provision_kind::{Ailment, Next, Tags, internal};

use super::compute::path;
use super::operation::{ailment, underway};
use super::{Cx, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::labelled;

/// The list of clusters, which carries their pools.
pub(crate) const LIST: &str = "container.clusters.list";

/// What separates a cluster's handle from a pool's name.
const POOLS: &str = "/nodePools/";

/// The handle of a cluster or pool: its link without the host, whose zonal form is the same object's.
pub(crate) fn handle(self_link: &str) -> String {
    path(self_link).replace("/zones/", "/locations/")
}

/// The handle of a cluster.
pub(crate) fn cluster_handle(gcp: &Gcp, location: &str, name: &str) -> String {
    let project = gcp.project();
    format!("projects/{project}/locations/{location}/clusters/{name}")
}

/// The cluster of a pool; of a cluster, itself.
pub(crate) fn cluster_of(physical: &str) -> &str {
    physical
        .split_once(POOLS)
        .map_or(physical, |(cluster, _)| cluster)
}

/// The handle of a pool.
pub(crate) fn pool_handle(cluster: &str, name: &str) -> String {
    format!("{cluster}{POOLS}{name}")
}

/// The region or zone of a cluster or pool.
pub(crate) fn location_of(physical: &str) -> &str {
    let mut parts = physical.split('/');
    parts.find(|part| *part == "locations");
    parts.next().unwrap_or_default()
}

/// The region of a location: a zone's name is its region's with a letter, or with what ends with one (`us-central1-ai1a`); a
/// region's ends with a digit.
pub(crate) fn region_of(location: &str) -> &str {
    match location.rsplit_once('-') {
        Some((region, zone)) if zone.ends_with(|sign: char| sign.is_ascii_alphabetic()) => region,
        _ => location,
    }
}

/// The cluster in which something is to be made, by its handle.
pub(crate) fn parent(cx: &Cx<'_>) -> Result<String, Failure> {
    let id = cx.parent.and_then(|parent| parent.outputs.get("id"));
    let id = id.and_then(|id| id.as_text()).map(str::to_owned);
    id.ok_or_else(|| internal(format!("{} has no cluster", cx.id())))
}

/// The minor of a version: `1.35` of `1.35.1-gke.1396002`.
pub(crate) fn minor(version: &str) -> &str {
    let second = version.match_indices('.').nth(1);
    second.map_or(version, |(at, _)| version.get(..at).unwrap_or(version))
}

/// The labels of a new object.
pub(crate) fn new_labels(cx: &Cx<'_>, labels: &Tags) -> Tags {
    labelled(cx.context, cx.id(), cx.protect(), labels)
}

/// What follows from the answer to a change of a live object.
pub(crate) fn changes(answer: Result<Operation, Fault>, live: &Observed) -> Result<Next, Stop> {
    match answer {
        Ok(operation) => Ok(underway(&operation, &live.physical)),
        Err(fault) => Err(Stop::Fault(fault.about(&live.physical))),
    }
}

/// Sends a change of a live object. GKE knows no request ids, so that nothing ambiguous is sent twice.
pub(crate) async fn send<F, Fut>(
    cx: &Cx<'_>,
    call: &str,
    live: &Observed,
    send: F,
) -> Result<Next, Stop>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Operation, Error>>,
{
    changes(cx.gcp.write(call, send).await, live)
}

/// What is to be waited for before an object can be changed: GKE takes one operation at a time. Nothing while it merely
/// does badly, since a change may be the cure.
pub(crate) fn busy(live: &Observed) -> Option<Next> {
    match &live.status {
        Status::Changing { phase } => Some(Next::Waits {
            phase: phase.clone(),
            physical: live.physical.clone(),
        }),
        _ => None,
    }
}

/// Its state in words common to all clouds, and what is wrong with it, by the service's word for it.
pub(crate) fn status(
    word: &str,
    conditions: &[StatusCondition],
    message: &str,
) -> (Status, Option<Ailment>) {
    let wrong = || told(word, conditions, message);
    match word {
        "RUNNING" => (Status::Ready, None),
        "RUNNING_WITH_ERROR" | "DEGRADED" => {
            let wrong = wrong();
            let reason = reason(&wrong);
            (Status::Degraded { reason }, Some(wrong))
        }
        "ERROR" => {
            let wrong = wrong();
            let reason = reason(&wrong);
            (Status::Failed { reason }, Some(wrong))
        }
        "STOPPING" => (provision_kind::live::deleting(word), None),
        _ => (changing(word), None),
    }
}

fn reason(wrong: &Ailment) -> String {
    format!("{}: {} ({})", wrong.code, wrong.message, wrong.advice)
}

/// What the service says is wrong: its conditions, else its message.
// The API calls these codes deprecated and sends nothing else that tells a quota from a shortage.
#[allow(deprecated)]
pub(crate) fn told(word: &str, conditions: &[StatusCondition], message: &str) -> Ailment {
    let code = conditions.iter().find_map(|one| one.code.name());
    let words: Vec<&str> = conditions
        .iter()
        .map(|one| one.message.as_str())
        .filter(|words| !words.is_empty())
        .collect();
    let message = match (words.is_empty(), message) {
        (false, _) => Some(words.join("; ")),
        (true, "") => None,
        (true, message) => Some(message.to_owned()),
    };
    ailment(code.unwrap_or(word).to_owned(), message)
}

/// A problem that conditions tell of while the service still works.
// As above.
#[allow(deprecated)]
pub(crate) fn trouble(conditions: &[StatusCondition]) -> Option<String> {
    let words = conditions.iter().map(|one| {
        let code = one.code.name().unwrap_or("condition");
        match one.message.as_str() {
            "" => code.to_owned(),
            message => format!("{code}: {message}"),
        }
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_of_zones_and_regions_have_one_form() {
        let link = "https://container.googleapis.com/v1/projects/acme/zones/us-central1-a/clusters/shop/nodePools/web";
        let pool = handle(link);
        assert_eq!(
            pool,
            "projects/acme/locations/us-central1-a/clusters/shop/nodePools/web"
        );
        let cluster = cluster_of(&pool);
        assert_eq!(
            cluster,
            "projects/acme/locations/us-central1-a/clusters/shop"
        );
        assert_eq!(cluster_of(cluster), cluster);
        assert_eq!(pool_handle(cluster, "web"), pool);
        assert_eq!(location_of(&pool), "us-central1-a");
        assert_eq!(region_of("us-central1-a"), "us-central1");
        assert_eq!(region_of("us-central1"), "us-central1");
        assert_eq!(region_of("us-central1-ai1a"), "us-central1");
        assert_eq!(
            region_of("northamerica-northeast2"),
            "northamerica-northeast2"
        );
    }

    #[test]
    fn minors_are_the_first_two_numbers() {
        assert_eq!(minor("1.35.1-gke.1396002"), "1.35");
        assert_eq!(minor("1.35"), "1.35");
        assert_eq!(minor(""), "");
    }

    #[test]
    fn states_and_conditions_are_told_in_the_clouds_words() {
        let body = r#"[{"code":"GCE_STOCKOUT","message":"us-central1-a has no n2-standard-4"}]"#;
        let conditions: Vec<StatusCondition> = serde_json::from_str(body).unwrap_or_default();
        let (status, wrong) = status("RUNNING_WITH_ERROR", &conditions, "");
        let Status::Degraded { reason } = status else {
            unreachable!("{status:?}");
        };
        assert!(reason.contains("GCE_STOCKOUT: us-central1-a has no n2-standard-4"));
        assert!(wrong.is_some_and(|wrong| wrong.advice.contains("more zones")));
    }
}
