//! `eks.nodegroup` on the wire.

use std::collections::BTreeMap;

use provision_aws::Tags;
use provision_core::contract::{Class, Does, Handle, Poll, PollOutcome};
use provision_core::model::{Never, Observed, Resource, ResourceId, Value};
use serde_json::json;

use super::{Json, NodeGroup, Outcome, Provider, Recorder, accepted, outcome};
use crate::testing::{act, context, desired, live, marks, refused};

const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:nodegroup/shop-prod/web/11-22";
const ROLE: &str = "arn:aws:iam::123456789012:role/n";

pub(super) fn id() -> ResourceId {
    ResourceId::new("cluster.prod.pool.web", "nodegroup")
}

fn text(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn wanted() -> NodeGroup {
    NodeGroup {
        role: ROLE.into(),
        subnets: vec!["subnet-a".into()],
        template_id: "lt-1".into(),
        template_version: 3.into(),
        instance_types: vec!["m7i.large".into()],
        capacity: "ON_DEMAND".to_owned(),
        ami_type: "AL2023_x86_64_STANDARD".to_owned(),
        version: "1.34".into(),
        min: 1,
        max: 5,
        desired: 2,
        labels: text(&[("tier", "web")]),
        taints: text(&[("dedicated:NoSchedule", "web")]),
        max_unavailable: 1,
        disk_gib: None,
        tags: Tags::new(),
    }
}

pub(super) fn resource(group: &NodeGroup) -> Resource<Never> {
    desired(&id(), "eks.nodegroup", "web", group)
}

fn standing() -> Observed {
    live(
        &resource(&wanted()),
        ARN,
        &[("name", "web"), ("arn", ARN), ("asg", "eks-web")],
    )
}

/// The node group of the tests as EKS describes it.
pub(super) fn wire(status: &str) -> Json {
    json!({ "nodegroup": {
        "nodegroupName": "web", "nodegroupArn": ARN, "clusterName": "shop-prod",
        "version": "1.34", "status": status, "capacityType": "ON_DEMAND",
        "scalingConfig": { "minSize": 1, "maxSize": 5, "desiredSize": 4 },
        "instanceTypes": ["m7i.large"], "subnets": ["subnet-a"],
        "amiType": "AL2023_x86_64_STANDARD", "nodeRole": ROLE,
        "labels": { "tier": "web" },
        "taints": [{ "key": "dedicated", "value": "web", "effect": "NO_SCHEDULE" }],
        "resources": { "autoScalingGroups": [{ "name": "eks-web" }] },
        "updateConfig": { "maxUnavailable": 1 },
        "launchTemplate": { "id": "lt-1", "name": "t", "version": "3" },
        "tags": marks(&id()),
    } })
}

#[tokio::test(start_paused = true)]
async fn a_create_says_everything_in_one_call() {
    let create = act(Does::Create, resource(&wanted()), None);
    let (outcome, sent) = outcome(&create, [(200, wire("CREATING"))]).await;
    assert_eq!(accepted(&outcome), (ARN, None));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].call, "POST /clusters/shop-prod/node-groups");
    assert_eq!(
        sent[0].body,
        json!({
            "nodegroupName": "web", "nodeRole": ROLE, "subnets": ["subnet-a"],
            "clientRequestToken": "00000000-0000-4000-8000-000000000000",
            "launchTemplate": { "id": "lt-1", "version": "3" },
            "instanceTypes": ["m7i.large"], "capacityType": "ON_DEMAND",
            "amiType": "AL2023_x86_64_STANDARD", "version": "1.34",
            "scalingConfig": { "minSize": 1, "maxSize": 5, "desiredSize": 2 },
            "updateConfig": { "maxUnavailable": 1 }, "labels": { "tier": "web" },
            "taints": [{ "key": "dedicated", "value": "web", "effect": "NO_SCHEDULE" }],
            "tags": { "provision-stack": "shop",
                "provision-id": "cluster.prod.pool.web/nodegroup" },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn new_bounds_bring_the_autoscalers_number_within_them_and_leave_it_alone_otherwise() {
    // The plan saw four nodes; meanwhile the autoscaler has made five of them.
    let mut standing = standing();
    standing.fields.insert("desired".to_owned(), Value::Int(4));
    let now = json!({ "nodegroup": {
        "nodegroupName": "web", "nodegroupArn": ARN, "clusterName": "shop-prod", "status": "ACTIVE",
        "scalingConfig": { "minSize": 2, "maxSize": 6, "desiredSize": 5 },
    } });
    let taken = json!({ "update": { "id": "u-1", "status": "InProgress" } });
    for (bounds, desired) in [((1, 3), Some(3)), ((7, 9), Some(7)), ((2, 9), None)] {
        let mut group = wanted();
        (group.min, group.max) = bounds;
        let update = act(Does::Update, resource(&group), Some(standing.clone()));
        let answers = [(200, now.clone()), (200, taken.clone())];
        let (outcome, sent) = outcome(&update, answers).await;
        assert_eq!(accepted(&outcome), (ARN, Some("u-1")));
        assert_eq!(sent.len(), 2);
        let call = &sent[1];
        assert_eq!(
            call.call,
            "POST /clusters/shop-prod/node-groups/web/update-config"
        );
        let (min, max) = bounds;
        let mut scaling = json!({ "minSize": min, "maxSize": max });
        if let Some(desired) = desired {
            scaling["desiredSize"] = json!(desired);
        }
        assert_eq!(call.body["scalingConfig"], scaling);
        for other in ["labels", "taints", "updateConfig"] {
            assert_eq!(call.body.get(other), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn labels_and_taints_go_as_differences() {
    let mut group = wanted();
    group.labels = text(&[("zone", "a")]);
    group.taints = text(&[("dedicated:NoExecute", "")]);
    let update = act(Does::Update, resource(&group), Some(standing()));
    let answer = json!({ "update": { "id": "u-1", "status": "InProgress" } });
    let (_, sent) = outcome(&update, [(200, answer)]).await;
    assert_eq!(
        sent[0].body["labels"],
        json!({ "addOrUpdateLabels": { "zone": "a" }, "removeLabels": ["tier"] })
    );
    assert_eq!(
        sent[0].body["taints"],
        json!({
            "addOrUpdateTaints": [{ "key": "dedicated", "effect": "NO_EXECUTE" }],
            "removeTaints": [{ "key": "dedicated", "value": "web", "effect": "NO_SCHEDULE" }],
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_template_version_rolls_and_the_minor_is_said() {
    let mut group = wanted();
    group.template_version = 4.into();
    let mut update = act(Does::Update, resource(&group), Some(standing()));
    update.step.fields = vec!["template_version".to_owned()];
    let answer = json!({ "update": { "id": "u-2", "status": "InProgress" } });
    let (outcome, sent) = outcome(&update, [(200, answer)]).await;
    assert_eq!(accepted(&outcome), (ARN, Some("u-2")));
    assert_eq!(
        sent[0].call,
        "POST /clusters/shop-prod/node-groups/web/update-version"
    );
    assert_eq!(sent[0].body["version"], "1.34");
    assert_eq!(
        sent[0].body["launchTemplate"],
        json!({ "id": "lt-1", "version": "4" })
    );
}

#[tokio::test(start_paused = true)]
async fn tags_go_by_arn() {
    let mut group = wanted();
    group.tags = Tags::from([("team".to_owned(), "web".to_owned())]);
    let update = act(Does::Update, resource(&group), Some(standing()));
    let (outcome, sent) = outcome(&update, [(200, json!({}))]).await;
    assert!(matches!(outcome, Outcome::Again { .. }), "{outcome:?}");
    assert!(
        sent[0].call.starts_with("POST /tags/arn%3Aaws%3Aeks"),
        "{}",
        sent[0].call
    );
    assert_eq!(sent[0].body, json!({ "tags": { "team": "web" } }));
}

#[tokio::test(start_paused = true)]
async fn a_delete_waits_until_it_is_gone() {
    let delete = act(Does::Delete, resource(&wanted()), Some(standing()));
    let (goes, sent) = outcome(&delete, [(200, wire("DELETING"))]).await;
    assert_eq!(accepted(&goes), (ARN, None));
    assert_eq!(sent[0].call, "DELETE /clusters/shop-prod/node-groups/web");
    let none = || {
        refused(
            404,
            "ResourceNotFoundException",
            "No node group found for name: web.",
        )
    };
    assert_eq!(outcome(&delete, [none()]).await.0, Outcome::Gone);
    assert_eq!(polled(Does::Delete, none()).await, PollOutcome::Gone);
    // Right after the call EKS may still show it as it was.
    let late = polled(Does::Delete, (200, wire("ACTIVE"))).await;
    assert!(matches!(late, PollOutcome::Pending { .. }), "{late:?}");
}

async fn polled(does: Does, answer: (u16, Json)) -> PollOutcome {
    let act = act(does, resource(&wanted()), Some(standing()));
    let poll = Poll {
        context: context(),
        step: act.step,
        handle: Handle([("physical".to_owned(), ARN.to_owned())].into()),
        desired: act.desired,
        live: act.live,
        parent: act.parent,
    };
    Recorder::new([answer]).provider().poll(&poll).await
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_complains_of_is_shown_at_once_and_fails_in_its_words() {
    let mut ill = wire("CREATING");
    ill["nodegroup"]["health"] = json!({ "issues": [
        { "code": "AsgInstanceLaunchFailures", "message": "no capacity", "resourceIds": ["eks-web"] }] });
    let pending = polled(Does::Create, (200, ill.clone())).await;
    assert!(
        matches!(&pending, PollOutcome::Pending { trouble: Some(trouble), .. }
            if trouble.contains("AsgInstanceLaunchFailures")),
        "{pending:?}"
    );
    ill["nodegroup"]["status"] = json!("CREATE_FAILED");
    let failed = polled(Does::Create, (200, ill)).await;
    assert!(
        matches!(&failed, PollOutcome::Failed { failure } if failure.class == Class::CloudFailed
            && failure.message == "CREATE_FAILED: AsgInstanceLaunchFailures: no capacity (eks-web)"),
        "{failed:?}"
    );
    let PollOutcome::Again {
        observed: Some(live),
    } = polled(Does::Create, (200, wire("ACTIVE"))).await
    else {
        panic!("not ready");
    };
    assert_eq!(live.fields.get("desired"), Some(&Value::Int(4)));
    assert_eq!(live.parent, Some(crate::testing::cluster_id()));
    assert_eq!(live.provider, "eks");
}
