//! `eks.addon` and `eks.access_entry` on the wire.

use provision_aws::Tags;
use provision_core::contract::Does;
use provision_core::model::{Never, Observed, Resource};
use serde_json::json;

use super::{AccessEntry, AccessPolicy, Addon, Outcome, accepted, outcome};
use crate::testing::{act, desired, id, live};

const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:addon/shop-prod/vpc-cni/11-22";
const ENTRY: &str =
    "arn:aws:eks:eu-west-1:123456789012:access-entry/shop-prod/role/123456789012/ops/11";
const OPS: &str = "arn:aws:iam::123456789012:role/ops";
const VIEW: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";
const ADMIN: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

fn addon() -> Addon {
    Addon {
        name: "vpc-cni".to_owned(),
        version: Some("v1.20.0-eksbuild.1".into()),
        configuration: Some("{\"a\":1}".to_owned()),
        pod_identity: [("aws-node".to_owned(), OPS.into())].into(),
        service_role: None,
        resolve_conflicts: "OVERWRITE".to_owned(),
        tags: Tags::new(),
    }
}

fn addon_resource(addon: &Addon) -> Resource<Never> {
    desired(&id("addon.vpc-cni"), "eks.addon", "vpc-cni", addon)
}

#[tokio::test(start_paused = true)]
async fn an_addon_is_made_and_changed_by_one_call_each() {
    let create = act(Does::Create, addon_resource(&addon()), None);
    let made =
        json!({ "addon": { "addonName": "vpc-cni", "addonArn": ARN, "status": "CREATING" } });
    let (made, sent) = outcome(&create, [(200, made)]).await;
    assert_eq!(accepted(&made), (ARN, None));
    assert_eq!(sent[0].call, "POST /clusters/shop-prod/addons");
    assert_eq!(
        sent[0].body,
        json!({
            "addonName": "vpc-cni", "addonVersion": "v1.20.0-eksbuild.1",
            "clientRequestToken": "00000000-0000-4000-8000-000000000000",
            "configurationValues": "{\"a\":1}", "resolveConflicts": "OVERWRITE",
            "podIdentityAssociations": [{ "serviceAccount": "aws-node", "roleArn": OPS }],
            "tags": { "provision-stack": "shop", "provision-id": "cluster.prod/addon.vpc-cni" },
        })
    );
    let standing = live(
        &addon_resource(&addon()),
        ARN,
        &[("arn", ARN), ("version", "v1")],
    );
    let mut newer = addon();
    newer.version = Some("v1.21.0-eksbuild.1".into());
    newer.configuration = Some("{ \"a\": 1 }".to_owned());
    let update = act(Does::Update, addon_resource(&newer), Some(standing.clone()));
    let answer = json!({ "update": { "id": "u-1", "status": "InProgress" } });
    let (changed, sent) = outcome(&update, [(200, answer)]).await;
    assert_eq!(accepted(&changed), (ARN, Some("u-1")));
    assert_eq!(
        sent[0].call,
        "POST /clusters/shop-prod/addons/vpc-cni/update"
    );
    assert_eq!(sent[0].body["addonVersion"], "v1.21.0-eksbuild.1");
    assert_eq!(sent[0].body.get("podIdentityAssociations"), None);
    let (none, sent) = outcome(
        &act(
            Does::Update,
            addon_resource(&addon()),
            Some(standing.clone()),
        ),
        [],
    )
    .await;
    assert!(
        matches!(none, Outcome::Done { .. }) && sent.is_empty(),
        "{none:?}"
    );
    let delete = act(Does::Delete, addon_resource(&addon()), Some(standing));
    let (_, sent) = outcome(&delete, [(200, json!({ "addon": { "addonArn": ARN } }))]).await;
    assert_eq!(sent[0].call, "DELETE /clusters/shop-prod/addons/vpc-cni");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_gave_an_add_on_that_was_taken_over_is_said_again() {
    let theirs = Addon {
        service_role: Some(OPS.to_owned()),
        pod_identity: [].into(),
        ..addon()
    };
    let standing = live(&addon_resource(&theirs), ARN, &[("arn", ARN)]);
    let sent = async |want: &Addon, fields: &[&str]| {
        let mut step = act(Does::Update, addon_resource(want), Some(standing.clone()));
        step.step.fields = fields.iter().map(|name| (*name).to_owned()).collect();
        let answer = json!({ "update": { "id": "u-1", "status": "InProgress" } });
        outcome(&step, [(200, answer)]).await.1.remove(0).body
    };
    let newer = Addon {
        name: "vpc-cni".to_owned(),
        version: Some("v1.21.0-eksbuild.1".into()),
        ..Addon::default()
    };
    let body = sent(&newer, &["version"]).await;
    assert_eq!(body["addonVersion"], "v1.21.0-eksbuild.1");
    assert_eq!(body["serviceAccountRoleArn"], OPS);
    assert_eq!(body["configurationValues"], "{\"a\":1}");
    assert_eq!(body.get("podIdentityAssociations"), None);
    // A role by pod identity takes the place of the other.
    let body = sent(&addon(), &["pod_identity"]).await;
    assert_eq!(body.get("serviceAccountRoleArn"), None);
    assert_eq!(body["podIdentityAssociations"][0]["roleArn"], OPS);
}

fn entry() -> AccessEntry {
    AccessEntry {
        principal: OPS.into(),
        kind: "STANDARD".to_owned(),
        groups: vec!["ops".to_owned()],
        policies: vec![AccessPolicy {
            policy: VIEW.to_owned(),
            scope: "namespace".to_owned(),
            namespaces: vec!["web".to_owned()],
        }],
        tags: Tags::new(),
    }
}

fn entry_resource(entry: &AccessEntry) -> Resource<Never> {
    desired(&id("access.ops-1"), "eks.access_entry", "ops", entry)
}

fn again(outcome: Outcome) -> Observed {
    match outcome {
        Outcome::Again {
            observed: Some(live),
            ..
        } => *live,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_gets_its_policies_one_call_at_a_time() {
    let mut step = act(Does::Create, entry_resource(&entry()), None);
    let made = json!({ "accessEntry": { "clusterName": "shop-prod", "principalArn": OPS,
        "accessEntryArn": ENTRY, "kubernetesGroups": ["ops"], "type": "STANDARD" } });
    let (made, sent) = outcome(&step, [(200, made)]).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].call, "POST /clusters/shop-prod/access-entries");
    assert_eq!(sent[0].body["principalArn"], OPS);
    assert_eq!(sent[0].body["kubernetesGroups"], json!(["ops"]));
    step.live = Some(again(made));
    let (given, sent) = outcome(&step, [(200, json!({}))]).await;
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0]
            .call
            .starts_with("POST /clusters/shop-prod/access-entries/arn%3Aaws%3Aiam")
    );
    assert!(
        sent[0].call.ends_with("/access-policies"),
        "{}",
        sent[0].call
    );
    let scope = json!({ "type": "namespace", "namespaces": ["web"] });
    assert_eq!(
        sent[0].body,
        json!({ "policyArn": VIEW, "accessScope": scope })
    );
    step.live = Some(again(given));
    let (done, sent) = outcome(&step, []).await;
    assert!(
        matches!(done, Outcome::Done { .. }) && sent.is_empty(),
        "{done:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_policy_comes_before_the_old_one_goes() {
    let mut other = entry();
    other.policies[0] = AccessPolicy {
        policy: ADMIN.to_owned(),
        scope: "cluster".to_owned(),
        namespaces: Vec::new(),
    };
    let standing = live(
        &entry_resource(&entry()),
        ENTRY,
        &[("arn", ENTRY), ("principal", OPS)],
    );
    let mut step = act(Does::Update, entry_resource(&other), Some(standing));
    let (given, sent) = outcome(&step, [(200, json!({}))]).await;
    assert_eq!(sent[0].body["policyArn"], ADMIN);
    step.live = Some(again(given));
    let (taken, sent) = outcome(&step, [(200, json!({}))]).await;
    assert!(sent[0].call.starts_with("DELETE "), "{}", sent[0].call);
    assert!(
        sent[0].call.contains("AmazonEKSViewPolicy"),
        "{}",
        sent[0].call
    );
    step.live = Some(again(taken));
    assert!(matches!(outcome(&step, []).await.0, Outcome::Done { .. }));
    step.step.does = Does::Delete;
    let (gone, sent) = outcome(&step, [(200, json!({}))]).await;
    assert_eq!(gone, Outcome::Gone);
    assert!(
        sent[0]
            .call
            .starts_with("DELETE /clusters/shop-prod/access-entries/arn")
    );
}
