//! Kinds of provider `eks`, made, seen, changed and removed against moto, which we did not write (skipped where it is
//! not installed). moto has clusters and node groups; it has no add-ons, access entries or versions, and leaves out
//! some fields of what it has.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_aws::{Tags, fields_of};
use provision_core::contract::{
    Act, ActStep, Context, Does, Objects, Outcome, Parent, Poll, PollOutcome, Provider,
    SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Kind, Never, Observed, Resource, ResourceId, Sight, Status, Value};
use provision_eks::{Cluster, EksProvider, NodeGroup};
use provision_tests::clouds::{ACCOUNT, Moto, REGION};
use serde::Serialize;

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

fn context() -> Context {
    Context {
        stack: "shop".to_owned(),
        account: Some(ACCOUNT.to_owned()),
        region: REGION.to_owned(),
        labels: BTreeMap::new(),
    }
}

fn cluster_id() -> ResourceId {
    ResourceId::new("cluster.prod", "cluster")
}

fn wanted<S: Serialize>(id: ResourceId, kind: &str, name: &str, fields: &S) -> Resource<Never> {
    let parent = (id != cluster_id()).then(cluster_id);
    let open = Resource {
        id,
        kind: Kind::new(kind),
        provider: "eks".to_owned(),
        platform: None,
        name: Some(name.to_owned()),
        parent,
        fields: fields_of(fields).unwrap(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    };
    open.try_fill(|hole| -> Result<Value<Never>, String> { Err(format!("open: {hole:?}")) })
        .unwrap()
}

fn cluster() -> Resource<Never> {
    let fields = Cluster {
        role: ROLE.into(),
        version: "1.34".into(),
        subnets: vec!["subnet-0123456789abcdef0".into()],
        public_access: true,
        private_access: true,
        public_cidrs: vec!["0.0.0.0/0".to_owned()],
        logging: vec!["api".to_owned()],
        support: "STANDARD".to_owned(),
        tier: "standard".to_owned(),
        authentication_mode: "API".to_owned(),
        tags: Tags::from([("team".to_owned(), "web".to_owned())]),
        ..Cluster::default()
    };
    wanted(cluster_id(), "eks.cluster", "shop-prod", &fields)
}

fn group() -> Resource<Never> {
    let fields = NodeGroup {
        role: ROLE.into(),
        subnets: vec!["subnet-0123456789abcdef0".into()],
        template_id: "lt-0123456789abcdef0".into(),
        template_version: 1.into(),
        capacity: "ON_DEMAND".to_owned(),
        ami_type: "AL2023_x86_64_STANDARD".to_owned(),
        version: "1.34".into(),
        min: 1,
        max: 3,
        desired: 2,
        labels: Tags::from([("tier".to_owned(), "web".to_owned())]),
        max_unavailable: 1,
        ..NodeGroup::default()
    };
    let id = ResourceId::new("cluster.prod.pool.web", "nodegroup");
    wanted(id, "eks.nodegroup", "web", &fields)
}

fn act(does: Does, want: &Resource<Never>, live: Option<Observed>, fields: &[&str]) -> Act {
    let parent = want.parent.clone().map(|id| Parent {
        id,
        name: Some("shop-prod".to_owned()),
        outputs: BTreeMap::new(),
    });
    Act {
        context: context(),
        step: ActStep {
            id: want.id.clone(),
            kind: want.kind.clone(),
            does,
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        },
        desired: (does != Does::Delete).then(|| want.clone()),
        live,
        parent,
        token: "00000000-0000-4000-8000-000000000000".to_owned(),
        look_first: false,
        values: provision_core::model::Values::none(),
    }
}

/// Makes a step's call, which moto carries out at once, and looks at the object. moto tells neither the group of a
/// cluster nor how updates stand, so that steps cannot be polled to their end here.
async fn call(provider: &EksProvider, act: Act) -> Observed {
    let outcome = provider.act(&act).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let want = act.desired.unwrap();
    let mut looked = vec![want.clone()];
    if want.parent.is_some() {
        looked.push(cluster());
    }
    match survey(provider, &looked).await.0.remove(&want.id) {
        Some(Sight::Present(live)) => *live,
        other => panic!("{}: {other:?}", want.id),
    }
}

/// Removes an object and asks until it is gone.
async fn remove(provider: &EksProvider, want: &Resource<Never>, live: Observed) {
    let act = act(Does::Delete, want, Some(live), &[]);
    let Outcome::Accepted { handle, .. } = provider.act(&act).await else {
        panic!("{} was not taken", want.id);
    };
    let poll = Poll {
        context: act.context,
        step: act.step,
        handle,
        desired: None,
        live: act.live,
        parent: act.parent,
    };
    assert_eq!(provider.poll(&poll).await, PollOutcome::Gone);
}

async fn survey(
    provider: &EksProvider,
    resources: &[Resource<Never>],
) -> (BTreeMap<ResourceId, Sight>, Vec<Observed>) {
    let pending = |resource: &Resource<Never>| {
        resource
            .try_fill(|never| -> Result<_, ()> { match *never {} })
            .unwrap()
    };
    let request = SurveyRequest::Objects(Objects {
        context: context(),
        resources: resources.iter().map(pending).collect(),
        parents: BTreeMap::new(),
        orphans: true,
        values: provision_core::model::Values::none(),
    });
    match provider.survey(&request).await.unwrap() {
        SurveyAnswer::Objects { seen, orphans, .. } => (seen, orphans),
        _ => panic!("the wrong wave"),
    }
}

fn field<'a>(live: &'a Observed, name: &str) -> Option<&'a str> {
    live.fields.get(name).and_then(Value::as_text)
}

#[tokio::test]
async fn clusters_and_node_groups_against_moto() {
    let Some(moto) = Moto::start() else {
        eprintln!("skipped: moto is not installed");
        return;
    };
    let provider = EksProvider::new(moto.aws());
    let (cluster, group) = (cluster(), group());
    let all = [cluster.clone(), group.clone()];
    let (seen, _) = survey(&provider, &all).await;
    assert!(
        seen.values().all(|sight| *sight == Sight::Absent),
        "{seen:?}"
    );

    let made = call(&provider, act(Does::Create, &cluster, None, &[])).await;
    assert_eq!(
        (made.status.clone(), field(&made, "role")),
        (Status::Ready, Some(ROLE))
    );
    for name in ["name", "arn", "endpoint", "ca", "oidc_issuer", "version"] {
        assert!(made.outputs.contains_key(name), "{name}");
    }
    let nodes = call(&provider, act(Does::Create, &group, None, &[])).await;
    assert_eq!(nodes.fields.get("desired"), Some(&Value::Int(2)));
    assert_eq!(field(&nodes, "template_id"), Some("lt-0123456789abcdef0"));

    let (seen, orphans) = survey(&provider, &all).await;
    for (id, live) in [(&cluster.id, &made), (&group.id, &nodes)] {
        let Sight::Present(now) = &seen[id] else {
            panic!("{id}: {:?}", seen[id]);
        };
        assert_eq!(now.physical, live.physical);
        assert_eq!(now.fields.get("tags"), live.fields.get("tags"));
    }
    assert!(orphans.is_empty(), "{orphans:?}");
    let (_, orphans) = survey(&provider, &[]).await;
    let ids: Vec<&ResourceId> = orphans.iter().map(|live| &live.id).collect();
    assert_eq!(ids, [&cluster.id, &group.id]);
    assert_eq!(orphans[1].parent, Some(cluster_id()));
    assert!(
        orphans[1].needs.contains(&cluster_id()),
        "{:?}",
        orphans[1].needs
    );

    let mut larger = group.clone();
    larger.fields.insert("max".to_owned(), Value::Int(9));
    larger.fields.insert("min".to_owned(), Value::Int(4));
    let update = act(Does::Update, &larger, Some(nodes), &["min", "max"]);
    let nodes = call(&provider, update).await;
    let sizes = ["min", "desired", "max"].map(|name| nodes.fields.get(name).cloned());
    assert_eq!(sizes, [4, 4, 9].map(|size| Some(Value::Int(size))));

    remove(&provider, &group, nodes).await;
    remove(&provider, &cluster, made).await;
    let (seen, _) = survey(&provider, &all).await;
    assert!(
        seen.values().all(|sight| *sight == Sight::Absent),
        "{seen:?}"
    );
}
