//! Access policies of EKS, and which entries have them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access_entry::{AccessEntry, named};
use super::common::{body, invalid, invalid_request, not_found, one_of, page, path, stamp};
use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::Body;

/// Policies that can be associated ("Review access policy permissions", Amazon EKS user guide).
const POLICIES: &[&str] = &[
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSHybridPolicy",
    "AmazonEKSViewPolicy",
];

/// A policy of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Association {
    scope: Scope,
    associated: Timestamp,
    modified: Timestamp,
}

/// Where a policy holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    namespaces: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    policy_arn: String,
    access_scope: Scope,
}

fn arn(name: &str) -> String {
    format!("arn:aws:eks::aws:cluster-access-policy/{name}")
}

impl Association {
    fn json(&self, policy: &str) -> Value {
        json!({
            "policyArn": policy,
            "accessScope": {"type": self.scope.kind, "namespaces": self.scope.namespaces},
            "associatedAt": stamp(self.associated),
            "modifiedAt": stamp(self.modified),
        })
    }
}

/// Makes the principal the cluster's administrator, as its maker is.
pub(super) fn make_admin(tx: &mut Tx<'_>, place: &Place, mut entry: AccessEntry) {
    let association = Association {
        scope: Scope {
            kind: "cluster".to_owned(),
            namespaces: Vec::new(),
        },
        associated: tx.now(),
        modified: tx.now(),
    };
    entry
        .policies
        .insert(arn("AmazonEKSClusterAdminPolicy"), association);
    tx.put(place, &entry);
}

/// AssociateAccessPolicy. Doing it again changes the scope.
pub(super) fn associate(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    let mut entry = named(call)?;
    let Request {
        policy_arn: policy,
        access_scope: scope,
    } = request;
    if !POLICIES.iter().any(|name| arn(name) == policy) {
        return Err(invalid(format!(
            "The specified policyArn is not valid: {policy}"
        )));
    }
    one_of(
        "The access scope type",
        &scope.kind,
        &["cluster", "namespace"],
    )?;
    if (scope.kind == "namespace") == scope.namespaces.is_empty() {
        return Err(invalid(
            "Namespaces must be given for an access scope of type namespace, and only for that",
        ));
    }
    if entry.kind != "STANDARD" {
        return Err(invalid_request(format!(
            "Access policies cannot be associated with an access entry of type {}",
            entry.kind
        )));
    }
    let before = entry.policies.get(&policy).map(|one| one.associated);
    let association = Association {
        scope,
        associated: before.unwrap_or(call.now()),
        modified: call.now(),
    };
    let answer = json!({
        "clusterName": entry.cluster,
        "principalArn": entry.principal,
        "associatedAccessPolicy": association.json(&policy),
    });
    entry.policies.insert(policy, association);
    call.tx.put(&call.place, &entry);
    Ok(Body::Json(answer))
}

/// DisassociateAccessPolicy.
pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome {
    let mut entry = named(call)?;
    let policy = path(call, "policyArn");
    if entry.policies.remove(policy).is_none() {
        return Err(
            not_found(format!("No associated access policy found: {policy}"))
                .with("clusterName", entry.cluster.as_str()),
        );
    }
    call.tx.put(&call.place, &entry);
    Ok(Body::Json(json!({})))
}

/// ListAssociatedAccessPolicies.
pub(super) fn list_associated(call: &mut Call<'_>) -> Outcome {
    let entry = named(call)?;
    let rows = entry.policies.iter().collect();
    let (rows, next) = page(call, rows, |(policy, _)| (*policy).clone())?;
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(policy, one)| one.json(policy))
        .collect();
    let mut answer = json!({
        "clusterName": entry.cluster,
        "principalArn": entry.principal,
        "associatedAccessPolicies": rows,
    });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Body::Json(answer))
}

/// ListAccessPolicies.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let (rows, next) = page(call, POLICIES.to_vec(), |name| (*name).to_owned())?;
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|name| json!({"name": name, "arn": arn(name)}))
        .collect();
    super::common::listing("accessPolicies", &rows, next)
}
