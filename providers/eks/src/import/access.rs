//! Access entries in the words of a spec.

use aws_sdk_eks::types::{
    AccessScopeType, AssociatedAccessPolicy, AuthenticationMode, Cluster as Wire,
};
use futures::future::join_all;
use provision_aws::Fault;
use provision_aws::kind::pages;
use serde_json::{Value as Json, json};

use super::Reading;
use crate::kinds::client as eks;

impl Reading<'_> {
    /// Entries of people and programs that a spec can say; the others are named.
    pub(super) async fn access(&mut self, cluster: &Wire) -> Result<Vec<Json>, Fault> {
        let mode = cluster
            .access_config()
            .and_then(|access| access.authentication_mode());
        if mode != Some(&AuthenticationMode::Api) {
            self.leave(
                "cluster",
                "who may use it stands (also) in the config map aws-auth",
            );
        }
        if mode.is_none_or(|mode| *mode == AuthenticationMode::ConfigMap) {
            return Ok(Vec::new());
        }
        let (aws, name) = (self.aws, self.name);
        let principals = pages(|token| async {
            let request = eks(aws)
                .list_access_entries()
                .cluster_name(name)
                .set_next_token(token);
            let answer = aws
                .read("eks:ListAccessEntries", || request.clone().send())
                .await?;
            Ok((answer.access_entries, answer.next_token))
        })
        .await?;
        let reads = principals.iter().map(|principal| self.entry(principal));
        let reads = join_all(reads).await;
        let mut words = Vec::new();
        for (principal, read) in principals.iter().zip(reads) {
            match read? {
                Entry::Said(entry) => words.push(entry),
                Entry::OfEks => {}
                Entry::Else(why) => {
                    let what = format!("access of {principal}: {why}");
                    self.leave("cluster", what);
                }
            }
        }
        Ok(words)
    }

    async fn entry(&self, principal: &str) -> Result<Entry, Fault> {
        let request = eks(self.aws)
            .describe_access_entry()
            .cluster_name(self.name)
            .principal_arn(principal);
        let answer = self
            .aws
            .read("eks:DescribeAccessEntry", || request.clone().send())
            .await?;
        let entry = answer.access_entry;
        let kind = entry.as_ref().and_then(|entry| entry.r#type());
        if kind.is_some_and(|kind| kind != "STANDARD") || principal.contains("/aws-service-role/") {
            return Ok(Entry::OfEks);
        }
        let policies = pages(|token| async {
            let request = eks(self.aws)
                .list_associated_access_policies()
                .cluster_name(self.name)
                .principal_arn(principal)
                .set_next_token(token);
            let answer = self
                .aws
                .read("eks:ListAssociatedAccessPolicies", || {
                    request.clone().send()
                })
                .await?;
            Ok((answer.associated_access_policies, answer.next_token))
        })
        .await?;
        let groups = entry.map(|entry| entry.kubernetes_groups.unwrap_or_default());
        if groups.is_some_and(|groups| !groups.is_empty()) {
            return Ok(Entry::Else("it is in Kubernetes groups".to_owned()));
        }
        Ok(said(principal, &policies))
    }
}

/// What an entry comes to.
enum Entry {
    /// In words.
    Said(Json),
    /// EKS made it, for nodes or itself.
    OfEks,
    /// No word says it.
    Else(String),
}

fn said(principal: &str, policies: &[AssociatedAccessPolicy]) -> Entry {
    let [policy] = policies else {
        return Entry::Else(format!("it has {} access policies", policies.len()));
    };
    let arn = policy.policy_arn().unwrap_or_default();
    let name = arn.rsplit('/').next().unwrap_or_default();
    let scope = policy.access_scope();
    let within = scope.and_then(|scope| scope.r#type()) == Some(&AccessScopeType::Namespace);
    let role = match (name, within) {
        ("AmazonEKSClusterAdminPolicy", false) | ("AmazonEKSAdminPolicy", true) => "admin",
        ("AmazonEKSEditPolicy", _) => "edit",
        ("AmazonEKSViewPolicy", _) => "view",
        _ => return Entry::Else(format!("it has the access policy {name}")),
    };
    let namespaces = scope.map_or(&[][..], |scope| scope.namespaces());
    Entry::Said(match within {
        true => json!({ "aws": principal, "role": role, "namespaces": namespaces }),
        false => json!({ "aws": principal, "role": role }),
    })
}
