//! Roles with their policies, and OIDC providers.

use std::collections::BTreeMap;

use provision_aws::{OidcProvider, Role, role_path};
use provision_core::contract::Does;
use provision_core::model::{Never, Resource, Value};

use super::stage::{STACK, Stage};
use super::{set, tags, tags_change};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}]}"#;
const CLUSTER_POLICY: &str = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";
const WORKER_POLICY: &str = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy";

pub(crate) async fn roles(stage: &Stage) {
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}"#;
    let role = stage.wanted(
        "cluster.prod/role",
        "iam.role",
        Some("shop-prod-role-0a1b2c3d"),
        &Role {
            path: role_path(STACK),
            trust_policy: TRUST.into(),
            managed_policies: vec![CLUSTER_POLICY.to_owned()],
            inline_policies: [("provision-logs".to_owned(), document.into())].into(),
            children: None,
            tags: tags("shop-prod"),
        },
    );
    let live = stage.create(&role).await;
    let policies = Value::List(vec![WORKER_POLICY.into()]);
    let other = set(&role, "managed_policies", policies);
    let live = stage.update(&other, &live, &["managed_policies"]).await;
    let none = set(&other, "inline_policies", Value::Map(BTreeMap::new()));
    let live = stage.update(&none, &live, &["inline_policies"]).await;
    let trust = TRUST.replace("eks.amazonaws.com", "ec2.amazonaws.com");
    let last = set(&none, "trust_policy", trust);
    let live = stage.update(&last, &live, &["trust_policy"]).await;
    tags_change(stage, &last, &live).await;
    foreign_policy(stage, &last).await;
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    assert!(orphans.iter().any(|live| live.id == role.id));
    stage.delete(&role).await;
}

/// A policy that somebody else attached is noted; the role is not deleted from under it.
async fn foreign_policy(stage: &Stage, want: &Resource<Never>) {
    let name = want.name.as_deref().unwrap();
    let iam = &stage.aws.iam;
    let foreign = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";
    iam.attach_role_policy()
        .role_name(name)
        .policy_arn(foreign)
        .send()
        .await
        .unwrap();
    let mut live = stage.present(want).await;
    for _ in 0..60 {
        // Reads may lag behind an attachment as well.
        if !live.foreign.is_empty() {
            break;
        }
        tokio::time::sleep(stage.pause).await;
        live = stage.present(want).await;
    }
    assert_eq!(live.foreign, [foreign]);
    let refused = stage.step(Does::Delete, want, Some(live), &[]).await;
    assert!(refused.unwrap_err().message.contains(foreign));
    iam.detach_role_policy()
        .role_name(name)
        .policy_arn(foreign)
        .send()
        .await
        .unwrap();
}

pub(crate) async fn oidc(stage: &Stage) {
    let url = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let provider = stage.wanted(
        "cluster.prod/oidc",
        "iam.oidc_provider",
        None,
        &OidcProvider {
            url: url.into(),
            audiences: vec!["sts.amazonaws.com".to_owned()],
            tags: tags("shop-prod"),
        },
    );
    let live = stage.create(&provider).await;
    tags_change(stage, &provider, &live).await;
    let again = stage
        .step(Does::Create, &provider, None, &[])
        .await
        .unwrap();
    assert_eq!(again.unwrap().physical, live.physical);
    let (_, orphans) = stage.survey(Vec::new(), true).await;
    assert!(orphans.iter().any(|live| live.id == provider.id));
    stage.delete(&provider).await;
}
