//! Surveys: clusters before what lies in them.

use std::collections::BTreeMap;

use provision_core::contract::{Objects, SurveyAnswer, SurveyRequest};
use provision_core::model::{Never, Pending, Resource, ResourceId, Sight};
use serde_json::json;

use super::{Cluster, NodeGroup, Provider, Recorder, nodegroup};
use crate::testing::{cluster_id, context, desired, refused};

fn pending(resource: &Resource<Never>) -> Resource<Pending> {
    resource
        .try_fill(|never| -> Result<_, ()> { match *never {} })
        .unwrap()
}

fn resources() -> Vec<Resource<Pending>> {
    let cluster = desired(
        &cluster_id(),
        "eks.cluster",
        "shop-prod",
        &Cluster::default(),
    );
    let group = nodegroup::resource(&NodeGroup::default());
    vec![pending(&cluster), pending(&group)]
}

async fn seen(
    recorder: &Recorder,
    resources: Vec<Resource<Pending>>,
    parents: BTreeMap<ResourceId, String>,
) -> BTreeMap<ResourceId, Sight> {
    let request = SurveyRequest::Objects(Objects {
        context: context(),
        resources,
        parents,
        orphans: false,
        values: provision_core::model::Values::none(),
    });
    match recorder.provider().survey(&request).await.unwrap() {
        SurveyAnswer::Objects { seen, .. } => seen,
        _ => panic!("the wrong wave"),
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_cluster_that_is_not_there_nothing_is_looked_for() {
    let recorder = Recorder::new([refused(404, "ResourceNotFoundException", "none")]);
    let seen = seen(&recorder, resources(), BTreeMap::new()).await;
    assert_eq!(seen[&cluster_id()], Sight::Absent);
    assert_eq!(seen[&nodegroup::id()], Sight::Absent);
    assert_eq!(recorder.calls(), ["GET /clusters/shop-prod"]);
}

#[tokio::test(start_paused = true)]
async fn of_a_cluster_that_cannot_be_read_nothing_is_known() {
    let recorder = Recorder::new([refused(403, "AccessDeniedException", "not allowed")]);
    let seen = seen(&recorder, resources(), BTreeMap::new()).await;
    for id in [cluster_id(), nodegroup::id()] {
        let sight = &seen[&id];
        assert!(
            matches!(sight, Sight::Unknown { reason } if reason.contains("AccessDenied")),
            "{sight:?}"
        );
    }
    assert_eq!(recorder.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn node_groups_are_found_by_their_marks_under_any_name() {
    let list = json!({ "nodegroups": ["web-1a2b3c4d"] });
    let mut wire = nodegroup::wire("ACTIVE");
    wire["nodegroup"]["nodegroupName"] = json!("web-1a2b3c4d");
    let recorder = Recorder::new([
        (200, super::cluster::wire("ACTIVE")),
        (200, list),
        refused(404, "ResourceNotFoundException", "none"),
        (200, wire),
    ]);
    let seen = seen(&recorder, resources(), BTreeMap::new()).await;
    let groups = "GET /clusters/shop-prod/node-groups";
    let asked = [
        groups,
        &format!("{groups}/web"),
        &format!("{groups}/web-1a2b3c4d"),
    ];
    assert_eq!(
        recorder.calls()[1..],
        asked,
        "the name it should have is tried at once"
    );
    let Sight::Present(live) = &seen[&nodegroup::id()] else {
        panic!("{seen:?}");
    };
    assert_eq!(live.outputs["name"].as_text(), Some("web-1a2b3c4d"));
    assert_eq!(live.parent, Some(cluster_id()));
    assert_eq!(live.needs, [cluster_id()]);
}

#[tokio::test(start_paused = true)]
async fn a_strangers_node_group_under_our_name_is_a_clash() {
    let mut wire = nodegroup::wire("ACTIVE");
    wire["nodegroup"]["tags"] = json!({});
    let recorder = Recorder::new([(200, json!({ "nodegroups": ["web"] })), (200, wire)]);
    let group = resources().pop().unwrap();
    let parents = [(cluster_id(), "shop-prod".to_owned())].into();
    let seen = seen(&recorder, vec![group], parents).await;
    assert!(
        matches!(&seen[&nodegroup::id()], Sight::Clash { .. }),
        "{seen:?}"
    );
    assert_eq!(
        recorder.calls(),
        [
            "GET /clusters/shop-prod/node-groups",
            "GET /clusters/shop-prod/node-groups/web"
        ]
    );
}
