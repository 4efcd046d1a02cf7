//! `eks.cluster` on the wire.

use aws_sdk_eks::types::ControlPlaneScalingConfig;
use aws_sdk_eks::types::builders::ControlPlaneScalingConfigBuilder;
use provision_aws::Tags;
use provision_core::contract::{Class, Does, Poll, PollOutcome};
use provision_core::model::{Never, Observed, Resource, Status, Value};
use serde_json::json;

use super::{Act, Cluster, Json, Outcome, Provider, Recorder, accepted, outcome};
use crate::testing::{act, cluster_id, context, desired, live, marks, refused};

const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:cluster/shop-prod";

fn wanted() -> Cluster {
    Cluster {
        role: "arn:aws:iam::123456789012:role/r".into(),
        version: "1.34".into(),
        subnets: vec!["subnet-a".into(), "subnet-b".into()],
        security_groups: vec!["sg-1".into()],
        public_access: true,
        private_access: true,
        public_cidrs: vec!["203.0.113.0/24".to_owned()],
        vpc: "vpc-1".into(),
        kms_keys: Vec::new(),
        logging: vec!["api".to_owned(), "audit".to_owned()],
        support: "STANDARD".to_owned(),
        tier: "standard".to_owned(),
        deletion_protection: false,
        authentication_mode: "API".to_owned(),
        creator_admin: false,
        force_upgrade: false,
        self_managed_addons: false,
        tags: Tags::from([("team".to_owned(), "web".to_owned())]),
    }
}

fn resource(cluster: &Cluster) -> Resource<Never> {
    desired(&cluster_id(), "eks.cluster", "shop-prod", cluster)
}

fn standing() -> Observed {
    let outputs = [
        "name",
        "arn",
        "endpoint",
        "ca",
        "security_group",
        "oidc_issuer",
        "version",
    ];
    let outputs: Vec<(&str, &str)> = outputs.iter().map(|name| (*name, "x")).collect();
    live(&resource(&wanted()), ARN, &outputs)
}

fn update(cluster: &Cluster) -> Act {
    act(Does::Update, resource(cluster), Some(standing()))
}

/// The cluster of the tests as EKS describes it.
pub(super) fn wire(status: &str) -> Json {
    json!({ "cluster": {
        "name": "shop-prod", "arn": ARN, "version": "1.34", "status": status,
        "endpoint": "https://x.eks.amazonaws.com",
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "certificateAuthority": { "data": "Y2E=" },
        "identity": { "oidc": { "issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/A" } },
        "resourcesVpcConfig": {
            "subnetIds": ["subnet-b", "subnet-a"], "securityGroupIds": ["sg-1"],
            "clusterSecurityGroupId": "sg-eks", "endpointPublicAccess": true,
            "endpointPrivateAccess": true, "publicAccessCidrs": ["203.0.113.0/24"] },
        "logging": { "clusterLogging": [{ "types": ["audit", "api"], "enabled": true }] },
        "accessConfig": { "authenticationMode": "API" },
        "upgradePolicy": { "supportType": "STANDARD" },
        "deletionProtection": false,
        "tags": marks(&cluster_id()),
    } })
}

#[tokio::test(start_paused = true)]
async fn a_create_says_everything_in_one_call() {
    let create = act(Does::Create, resource(&wanted()), None);
    let (outcome, sent) = outcome(&create, [(200, wire("CREATING"))]).await;
    assert_eq!(accepted(&outcome), (ARN, None));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].call, "POST /clusters");
    let tags = json!({ "team": "web", "provision-stack": "shop",
        "provision-id": "cluster.prod/cluster" });
    assert_eq!(
        sent[0].body,
        json!({
            "name": "shop-prod", "version": "1.34",
            "clientRequestToken": "00000000-0000-4000-8000-000000000000",
            "roleArn": "arn:aws:iam::123456789012:role/r",
            "resourcesVpcConfig": {
                "subnetIds": ["subnet-a", "subnet-b"], "securityGroupIds": ["sg-1"],
                "endpointPublicAccess": true, "endpointPrivateAccess": true,
                "publicAccessCidrs": ["203.0.113.0/24"] },
            "logging": { "clusterLogging": [
                { "types": ["api", "audit"], "enabled": true },
                { "types": ["authenticator", "controllerManager", "scheduler"], "enabled": false }] },
            "accessConfig": { "bootstrapClusterCreatorAdminPermissions": false,
                "authenticationMode": "API" },
            "upgradePolicy": { "supportType": "STANDARD" },
            "bootstrapSelfManagedAddons": false, "deletionProtection": false, "tags": tags,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn protect_switches_deletion_protection_on_too() {
    let mut resource = resource(&wanted());
    resource.protect = true;
    let (_, sent) = outcome(
        &act(Does::Create, resource, None),
        [(200, wire("CREATING"))],
    )
    .await;
    assert_eq!(sent[0].body["deletionProtection"], true);
    assert_eq!(sent[0].body["tags"]["provision-protect"], "true");
}

#[tokio::test(start_paused = true)]
async fn each_group_of_fields_is_one_call_of_its_own() {
    let answer = || {
        (
            200,
            json!({ "update": { "id": "u-1", "status": "InProgress" } }),
        )
    };
    let mut all = wanted();
    all.version = "1.35".into();
    all.security_groups.push("sg-2".into());
    all.private_access = false;
    all.logging = Vec::new();
    all.support = "EXTENDED".to_owned();
    all.tier = "tier-2xl".to_owned();
    let cases = [
        (
            "version",
            "POST /clusters/shop-prod/updates",
            "/version",
            json!("1.35"),
        ),
        (
            "security_groups",
            "POST /clusters/shop-prod/update-config",
            "/resourcesVpcConfig",
            json!({ "subnetIds": ["subnet-a", "subnet-b"], "securityGroupIds": ["sg-1", "sg-2"] }),
        ),
        (
            "private_access",
            "POST /clusters/shop-prod/update-config",
            "/resourcesVpcConfig/endpointPrivateAccess",
            json!(false),
        ),
        (
            "logging",
            "POST /clusters/shop-prod/update-config",
            "/logging/clusterLogging/0/enabled",
            json!(false),
        ),
        (
            "support",
            "POST /clusters/shop-prod/update-config",
            "/upgradePolicy/supportType",
            json!("EXTENDED"),
        ),
        (
            "tier",
            "POST /clusters/shop-prod/update-config",
            "/controlPlaneScalingConfig",
            json!({ "tier": "tier-2xl" }),
        ),
    ];
    for (field, call, place, value) in cases {
        let mut update = update(&all);
        update.step.fields = vec![field.to_owned()];
        let (outcome, sent) = outcome(&update, [answer()]).await;
        assert_eq!(accepted(&outcome), (ARN, Some("u-1")), "{field}");
        assert_eq!(sent.len(), 1, "{field}");
        assert_eq!(sent[0].call, call);
        assert_eq!(sent[0].body.pointer(place), Some(&value), "{field}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tier_is_asked_for_at_once_and_read_back() {
    let mut tiered = wanted();
    tiered.tier = "tier-xl".to_owned();
    let create = act(Does::Create, resource(&tiered), None);
    let (_, sent) = outcome(&create, [(200, wire("CREATING"))]).await;
    let asked = &sent[0].body["controlPlaneScalingConfig"];
    assert_eq!(*asked, json!({ "tier": "tier-xl" }));
    let read = |tier: Option<&str>| {
        let config = tier.map(|tier| ControlPlaneScalingConfig::builder().tier(tier.into()));
        let told = aws_sdk_eks::types::Cluster::builder()
            .set_control_plane_scaling_config(config.map(ControlPlaneScalingConfigBuilder::build))
            .build();
        crate::kinds::cluster_read::live(&told).fields["tier"].clone()
    };
    assert_eq!(read(Some("tier-8xl")), Value::text("tier-8xl"));
    assert_eq!(
        read(None),
        Value::text("standard"),
        "nobody has provisioned it"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_is_as_wanted_needs_no_call() {
    let (outcome, sent) = outcome(&update(&wanted()), []).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert!(sent.is_empty());
}

#[tokio::test(start_paused = true)]
async fn protection_goes_before_the_cluster_does() {
    let mut protected = standing();
    let field = "deletion_protection".to_owned();
    protected.fields.insert(field, Value::Bool(true));
    let mut delete = act(Does::Delete, resource(&wanted()), Some(protected));
    let answer = json!({ "update": { "id": "u-1", "status": "InProgress" } });
    let (first, sent) = outcome(&delete, [(200, answer)]).await;
    assert_eq!(sent[0].body["deletionProtection"], false);
    let Outcome::Again {
        observed: Some(live),
        ..
    } = first
    else {
        panic!("{first:?}");
    };
    delete.live = Some(*live);
    let busy = "Cluster shop-prod currently has an update in progress";
    let busy = refused(409, "ResourceInUseException", busy);
    let (waits, _) = outcome(&delete, [busy]).await;
    assert!(matches!(waits, Outcome::Retry { .. }), "{waits:?}");
    let (goes, sent) = outcome(&delete, [(200, wire("DELETING"))]).await;
    assert_eq!(accepted(&goes), (ARN, None));
    assert_eq!(sent[0].call, "DELETE /clusters/shop-prod");
    let none = refused(
        404,
        "ResourceNotFoundException",
        "No cluster found for name: shop-prod.",
    );
    assert_eq!(outcome(&delete, [none]).await.0, Outcome::Gone);
}

#[tokio::test(start_paused = true)]
async fn answers_are_sorted() {
    let create = act(Does::Create, resource(&wanted()), None);
    let failed = [
        (400, "ResourceLimitExceededException", "limit", Class::Quota),
        (403, "AccessDeniedException", "not allowed", Class::Denied),
        (
            400,
            "UnsupportedAvailabilityZoneException",
            "use1-az3",
            Class::Invalid,
        ),
        (
            400,
            "InvalidParameterException",
            "unsupported Kubernetes version",
            Class::Invalid,
        ),
    ];
    for (status, code, message, class) in failed {
        let (outcome, sent) = outcome(&create, [refused(status, code, message)]).await;
        let Outcome::Failed { failure } = outcome else {
            panic!("{code}: {outcome:?}");
        };
        assert_eq!((failure.class, failure.message.as_str()), (class, message));
        let advised = code != "InvalidParameterException";
        assert_eq!(failure.advice.is_some(), advised, "{code}");
        assert_eq!(sent.len(), 1);
    }
    let role = "Role with arn: x, could not be assumed because it does not exist";
    let retried = [
        refused(400, "InvalidParameterException", role),
        refused(
            400,
            "InvalidParameterException",
            "The subnet ID 'subnet-a' does not exist",
        ),
    ];
    for answer in retried {
        let (outcome, _) = outcome(&create, [answer]).await;
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    }
    // It carries a token, so it is sent again before anybody is asked.
    let broken = || refused(500, "ServerException", "sorry");
    let (unknown, sent) = outcome(&create, [broken(), broken(), broken()]).await;
    assert!(matches!(unknown, Outcome::Unknown { .. }), "{unknown:?}");
    assert_eq!(sent.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_ours_or_a_clash() {
    let create = act(Does::Create, resource(&wanted()), None);
    let taken = || {
        refused(
            409,
            "ResourceInUseException",
            "Cluster already exists with name: shop-prod",
        )
    };
    let (ours, sent) = outcome(&create, [taken(), (200, wire("CREATING"))]).await;
    assert!(matches!(ours, Outcome::Again { .. }), "{ours:?}");
    assert_eq!(sent[1].call, "GET /clusters/shop-prod");
    let mut theirs = wire("ACTIVE");
    theirs["cluster"]["tags"] = json!({ "owner": "eve" });
    let (clash, _) = outcome(&create, [taken(), (200, theirs)]).await;
    assert!(
        matches!(&clash, Outcome::Failed { failure } if failure.class == Class::Clash),
        "{clash:?}"
    );
    let (waits, _) = outcome(&create, [taken(), (200, wire("DELETING"))]).await;
    assert!(matches!(waits, Outcome::Retry { .. }), "{waits:?}");
}

async fn polled(
    update: Option<&str>,
    answers: impl IntoIterator<Item = (u16, Json)>,
) -> PollOutcome {
    let act = update_act();
    let mut handle = provision_core::contract::Handle::default();
    handle.0.insert("physical".to_owned(), ARN.to_owned());
    if let Some(update) = update {
        handle.0.insert("update".to_owned(), update.to_owned());
    }
    let poll = Poll {
        context: context(),
        step: act.step,
        handle,
        desired: act.desired,
        live: act.live,
        parent: None,
    };
    Recorder::new(answers).provider().poll(&poll).await
}

fn update_act() -> Act {
    update(&wanted())
}

#[tokio::test(start_paused = true)]
async fn polls_tell_how_a_change_and_a_cluster_stand() {
    let change = |status: &str| {
        let error = json!({ "errorCode": "SubnetNotFound", "errorMessage": "no such subnet",
            "resourceIds": ["subnet-a"] });
        (
            200,
            json!({ "update": { "id": "u-1", "status": status, "errors": [error] } }),
        )
    };
    let working = polled(Some("u-1"), [change("InProgress")]).await;
    assert!(
        matches!(&working, PollOutcome::Pending { trouble: Some(trouble), .. }
            if trouble == "SubnetNotFound: no such subnet (subnet-a)"),
        "{working:?}"
    );
    let failed = polled(Some("u-1"), [change("Failed")]).await;
    assert!(
        matches!(&failed, PollOutcome::Failed { failure }
            if failure.class == Class::CloudFailed && failure.message.contains("SubnetNotFound")),
        "{failed:?}"
    );
    let through = [change("Successful"), (200, wire("ACTIVE"))];
    let PollOutcome::Again {
        observed: Some(live),
    } = polled(Some("u-1"), through).await
    else {
        panic!("not through");
    };
    assert_eq!(live.status, Status::Ready);
    assert_eq!(
        live.outputs.get("security_group").unwrap().as_text(),
        Some("sg-eks")
    );
    assert!(!live.fields.contains_key("creator_admin"));
    let creating = polled(None, [(200, wire("CREATING"))]).await;
    assert!(
        matches!(creating, PollOutcome::Pending { .. }),
        "{creating:?}"
    );
    // A cluster with IPv6 tells everybody twice.
    let mut open = wire("ACTIVE");
    open["cluster"]["resourcesVpcConfig"]["publicAccessCidrs"] = json!(["0.0.0.0/0", "::/0"]);
    let open = polled(Some("u-1"), [change("Successful"), (200, open)]).await;
    assert!(
        matches!(&open, PollOutcome::Again { observed: Some(live) }
            if live.fields["public_cidrs"] == Value::List(vec!["0.0.0.0/0".into()])),
        "{open:?}"
    );
    let mut broken = wire("FAILED");
    broken["cluster"]["health"] = json!({ "issues": [
        { "code": "Ec2SubnetNotFound", "message": "gone", "resourceIds": ["subnet-a"] }] });
    let broken = polled(None, [(200, broken)]).await;
    assert!(
        matches!(&broken, PollOutcome::Failed { failure } if failure.message.contains("Ec2SubnetNotFound")),
        "{broken:?}"
    );
}
