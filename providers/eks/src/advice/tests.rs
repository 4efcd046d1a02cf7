//! What is asked and said, over the wire.

use std::collections::BTreeMap;

use provision_core::contract::{Advice, Advised, SurveyAnswer, SurveyRequest, Walking};
use provision_core::contract::{Provider as _, Severity};
use provision_core::model::{Fields, Kind, Observed, Resource, Status, Value};
use serde_json::{Value as Json, json};

use crate::testing::{Recorder, cluster_id, context, id, refused};

fn observed(part: &str, kind: &str, version: &str) -> Observed {
    let text = |name: &str, value: &str| (name.to_owned(), Value::text(value));
    let cluster = kind == "eks.cluster";
    Observed {
        id: id(part),
        kind: Kind::new(kind),
        provider: crate::PROVIDER.to_owned(),
        physical: "arn".to_owned(),
        parent: (!cluster).then(cluster_id),
        fields: Fields::from([text("version", version), text("name", "kube-proxy")]),
        outputs: Fields::from([text("name", "shop-prod")]),
        status: Status::Ready,
        protect: false,
        adopted: None,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
    }
}

fn walking(to: &[&str], force: bool) -> Walking {
    Walking {
        desired: Resource {
            id: cluster_id(),
            kind: Kind::new("eks.cluster"),
            provider: crate::PROVIDER.to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields: BTreeMap::from([("force_upgrade".to_owned(), Value::Bool(force))]),
            after: Vec::new(),
            outlives: Vec::new(),
            protect: false,
            adopt: None,
        },
        live: observed("cluster", "eks.cluster", "1.34"),
        field: "version".to_owned(),
        from: "1.34".to_owned(),
        stops: to.iter().map(|stop| (*stop).to_owned()).collect(),
    }
}

async fn asked(recorder: &Recorder, walks: Vec<Walking>, live: Vec<Observed>) -> Advice {
    let request = SurveyRequest::Advice(Advised {
        context: context(),
        walks,
        live,
        now: 1_764_000_000,
    });
    match recorder.provider().survey(&request).await.unwrap() {
        SurveyAnswer::Advice(advice) => advice,
        other => panic!("{other:?}"),
    }
}

fn insight(id: &str, status: &str, version: &str) -> Json {
    json!({
        "id": id, "name": format!("check {id}"), "category": "UPGRADE_READINESS",
        "kubernetesVersion": version, "insightStatus": {"status": status, "reason": "a reason."},
    })
}

#[tokio::test(start_paused = true)]
async fn nothing_is_called_while_nothing_goes_up_and_nothing_is_behind() {
    let recorder = Recorder::new([]);
    let live = vec![
        observed("cluster", "eks.cluster", "1.34"),
        observed("addon.kube-proxy", "eks.addon", "v1.34.2-eksbuild.5"),
    ];
    assert_eq!(asked(&recorder, Vec::new(), live).await, Advice::default());
    assert!(recorder.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn errors_block_and_the_rest_is_said() {
    let list = json!({"insights": [
        insight("e", "ERROR", "1.35"), insight("p", "PASSING", "1.35"),
        insight("u", "UNKNOWN", "1.35"), insight("far", "ERROR", "1.36"),
    ]});
    let mut whole = insight("e", "ERROR", "1.35");
    whole["recommendation"] = json!("Mend it.");
    let answers = [
        (200, list),
        (200, json!({ "insight": whole })),
        refused(404, "ResourceNotFoundException", "gone"),
    ];
    let recorder = Recorder::new(answers.clone());
    let live = vec![observed("cluster", "eks.cluster", "1.34")];
    let advice = asked(&recorder, vec![walking(&["1.35"], false)], live.clone()).await;
    let reasons = &advice.not_ready[&cluster_id()];
    assert_eq!(reasons.len(), 1);
    let start = "insight `check e` (for 1.35): a reason. Mend it. Mend it (EKS";
    assert!(reasons[0].starts_with(start), "{}", reasons[0]);
    assert_eq!(advice.notes.len(), 1);
    assert_eq!(advice.notes[0].code, "insight-unknown");
    let sent = &recorder.sent()[0];
    assert_eq!(sent.call, "POST /clusters/shop-prod/insights");
    assert_eq!(
        sent.body,
        json!({"filter": {"categories": ["UPGRADE_READINESS"]}})
    );

    let recorder = Recorder::new(answers);
    let advice = asked(&recorder, vec![walking(&["1.35"], true)], live).await;
    assert!(advice.not_ready.is_empty());
    let forced = advice
        .notes
        .iter()
        .find(|note| note.code == "insight-forced");
    assert_eq!(forced.unwrap().severity, Severity::Danger);
}

#[tokio::test(start_paused = true)]
async fn what_catches_up_before_its_stop_holds_nothing_up() {
    let asked = async |name: &str, version: &str, live: Observed| {
        let mut one = insight("e", "ERROR", version);
        one["name"] = json!(name);
        let offers = (live.kind.as_str() == "eks.addon").then(|| (200, json!({ "addons": [] })));
        let insights = [
            (200, json!({ "insights": [one.clone()] })),
            (200, json!({ "insight": one })),
        ];
        let recorder = Recorder::new(offers.into_iter().chain(insights));
        let live = vec![observed("cluster", "eks.cluster", "1.34"), live];
        let walks = vec![walking(&["1.35", "1.36"], false)];
        asked(&recorder, walks, live).await.not_ready.is_empty()
    };
    let (kubelet, proxy) = ("Kubelet version skew", "kube-proxy version skew");
    let group = |version: &str| observed("nodegroup.web", "eks.nodegroup", version);
    let addon = |version: &str| observed("addon.kube-proxy", "eks.addon", version);
    assert!(asked(kubelet, "1.35", group("1.31")).await);
    assert!(asked(kubelet, "1.36", group("1.34")).await);
    // Nothing of ours is behind: the nodes are somebody else's.
    assert!(!asked(kubelet, "1.35", group("1.34")).await);
    assert!(!asked(kubelet, "1.35", addon("v1.31.2-eksbuild.5")).await);
    assert!(asked(proxy, "1.35", addon("v1.31.2-eksbuild.5")).await);
    assert!(!asked(proxy, "1.35", addon("v1.34.2-eksbuild.5")).await);
}

#[tokio::test(start_paused = true)]
async fn a_cloud_without_insights_costs_a_note_and_not_the_plan() {
    let recorder = Recorder::new([refused(404, "NotFoundException", "no such path")]);
    let live = vec![observed("cluster", "eks.cluster", "1.34")];
    let advice = asked(&recorder, vec![walking(&["1.35"], false)], live).await;
    assert!(advice.not_ready.is_empty());
    assert_eq!(advice.notes[0].code, "insights-unread");
}

#[tokio::test(start_paused = true)]
async fn add_ons_that_were_left_behind_are_brought_along() {
    let version = |name: &str, minor: &str| json!({"addonVersion": name, "compatibilities": [{"clusterVersion": minor, "defaultVersion": true}]});
    let offers = json!({"addons": [{"addonName": "kube-proxy", "addonVersions": [
        version("v1.34.2-eksbuild.5", "1.34"), version("v1.33.6-eksbuild.2", "1.33"),
    ]}]});
    let recorder = Recorder::new([(200, offers)]);
    let live = vec![
        observed("cluster", "eks.cluster", "1.34"),
        observed("addon.kube-proxy", "eks.addon", "v1.33.6-eksbuild.2"),
    ];
    let advice = asked(&recorder, Vec::new(), live).await;
    assert_eq!(
        recorder.calls(),
        ["GET /addons/supported-versions?addonName=kube-proxy"]
    );
    assert_eq!(advice.follow.len(), 1);
    assert_eq!(advice.follow[0].stop, "1.34");
    assert_eq!(
        advice.follow[0].set["version"],
        Value::text("v1.34.2-eksbuild.5")
    );
}
