//! Who may use a cluster: access entries with EKS's own policies.

use provision_core::model::digest8;
use provision_core::spec::{Access, AccessRole};

use super::{Made, Plan};
use crate::kinds::{AccessEntry, AccessPolicy};

impl Plan<'_> {
    /// One entry a principal. Entries that name nobody on AWS were set aside when the spec was read.
    pub(super) fn access(&self) -> Vec<Made> {
        let entries = self.block.access.iter();
        entries
            .filter_map(|entry| Some(self.entry(entry.aws.as_deref()?, entry)))
            .collect()
    }

    fn entry(&self, principal: &str, entry: &Access) -> Made {
        let fields = AccessEntry {
            principal: principal.into(),
            kind: "STANDARD".to_owned(),
            groups: Vec::new(),
            policies: vec![self.policy(entry)],
            tags: self.tags(""),
        };
        let part = format!("access.{}-{}", slug(principal), digest8(&[principal]));
        self.child(self.id(&part), "eks.access_entry", principal, &fields)
    }

    fn policy(&self, entry: &Access) -> AccessPolicy {
        let everywhere = entry.namespaces.is_empty();
        let name = policy_name(entry.role, everywhere);
        let mut namespaces = entry.namespaces.clone();
        namespaces.sort();
        AccessPolicy {
            policy: format!(
                "arn:{}:eks::aws:cluster-access-policy/{name}",
                self.partition()
            ),
            scope: if everywhere { "cluster" } else { "namespace" }.to_owned(),
            namespaces,
        }
    }

    /// Whether whoever creates the cluster becomes its admin: only where the spec names none, and does not give the
    /// creator less, for EKS keeps one entry a principal.
    pub(super) fn creator_is_admin(&self) -> bool {
        !self.names_an_admin() && !self.names_the_caller()
    }

    /// Whether somebody may do everything in the cluster.
    pub(super) fn names_an_admin(&self) -> bool {
        self.block.access.iter().any(|entry| {
            entry.aws.is_some() && entry.role == AccessRole::Admin && entry.namespaces.is_empty()
        })
    }

    /// Whether an entry is for the caller, by name: a session of a role has the role's name before its own.
    fn names_the_caller(&self) -> bool {
        let caller = self.facts.map_or("", |facts| facts.caller.as_str());
        let mut parts = caller.split('/');
        let name = if caller.contains(":assumed-role/") {
            parts.nth(1)
        } else {
            parts.next_back()
        };
        let principals = self
            .block
            .access
            .iter()
            .filter_map(|entry| entry.aws.as_deref());
        name.is_some_and(|name| principals.into_iter().any(|one| last(one) == name))
    }
}

/// EKS's policy for a role. Its admin of namespaces is another than that of the cluster.
const fn policy_name(role: AccessRole, everywhere: bool) -> &'static str {
    match (role, everywhere) {
        (AccessRole::Admin, true) => "AmazonEKSClusterAdminPolicy",
        (AccessRole::Admin, false) => "AmazonEKSAdminPolicy",
        (AccessRole::Edit, _) => "AmazonEKSEditPolicy",
        (AccessRole::View, _) => "AmazonEKSViewPolicy",
    }
}

/// The last segment of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// The last segment as a part of an id; the digest beside it tells two of the same name apart.
fn slug(arn: &str) -> String {
    let plain = last(arn).to_lowercase();
    let plain: String = plain
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    plain.trim_matches('-').to_owned()
}
