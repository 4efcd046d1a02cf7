//! Access entries: which users and roles the cluster knows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access_policy::Association;
use super::common::{
    Owned, arn, body, cluster, fresh_uuid, in_use, invalid, invalid_request, listing, not_found,
    one_of, page, path, present, seen_of_cluster, stamp, working,
};
use super::token::{made_before, remember};
use super::{Cluster, role_check, tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// Kinds of entries.
const KINDS: &[&str] = &[
    "STANDARD",
    "EC2_LINUX",
    "EC2_WINDOWS",
    "FARGATE_LINUX",
    "EC2",
    "HYBRID_LINUX",
];

/// An access entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessEntry {
    /// Its cluster.
    pub(crate) cluster: String,
    /// The user or role.
    pub(crate) principal: String,
    /// A UUID, in its ARN.
    pub(crate) uid: String,
    /// `STANDARD`, or a kind of nodes.
    pub(crate) kind: String,
    /// Who that is in Kubernetes.
    pub(crate) username: String,
    /// Groups of Kubernetes it is in.
    pub(crate) groups: Vec<String>,
    /// Access policies, by ARN.
    pub(super) policies: BTreeMap<String, Association>,
    /// Whether EKS made it by itself.
    pub(crate) own_of_cloud: bool,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// When it was last changed.
    pub(crate) modified: Timestamp,
    /// When it was made.
    pub(crate) created: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    principal_arn: String,
    #[serde(default)]
    kubernetes_groups: Vec<String>,
    username: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct To {
    kubernetes_groups: Option<Vec<String>>,
    username: Option<String>,
    #[serde(rename = "clientRequestToken")]
    _token: Option<String>,
}

impl AccessEntry {
    /// The document's key.
    pub(super) fn key(cluster: &str, principal: &str) -> String {
        format!("{cluster}/{principal}")
    }

    /// An entry that EKS makes by itself, when there is none: for whoever made the cluster, for roles of nodes.
    pub(super) fn ensure(
        tx: &mut Tx<'_>,
        place: &Place,
        cluster: &str,
        principal: &str,
        kind: &str,
    ) -> Self {
        if let Some(entry) = tx.get::<Self>(place, &Self::key(cluster, principal)) {
            return entry;
        }
        let mut entry = Self::fresh(tx, cluster, principal, kind);
        entry.own_of_cloud = true;
        tx.put(place, &entry);
        entry
    }

    fn fresh(tx: &mut Tx<'_>, cluster: &str, principal: &str, kind: &str) -> Self {
        let nodes = kind != "STANDARD";
        Self {
            cluster: cluster.to_owned(),
            principal: principal.to_owned(),
            uid: fresh_uuid(tx, "eks-access-entry"),
            kind: kind.to_owned(),
            username: if nodes {
                "system:node:{{EC2PrivateDNSName}}".to_owned()
            } else {
                username(principal)
            },
            groups: if nodes {
                vec!["system:nodes".to_owned()]
            } else {
                Vec::new()
            },
            policies: BTreeMap::new(),
            own_of_cloud: false,
            tags: BTreeMap::new(),
            modified: tx.now(),
            created: tx.now(),
        }
    }

    fn arn(&self, place: &Place) -> String {
        let rest = self
            .principal
            .strip_prefix("arn:aws:iam::")
            .unwrap_or_default();
        let (account, what) = rest.split_once(':').unwrap_or_default();
        let kind = what.split('/').next().unwrap_or_default();
        let name = what.rsplit('/').next().unwrap_or_default();
        arn(
            place,
            &format!(
                "access-entry/{}/{kind}/{account}/{name}/{}",
                self.cluster, self.uid
            ),
        )
    }

    fn json(&self, place: &Place) -> Value {
        json!({
            "clusterName": self.cluster,
            "principalArn": self.principal,
            "kubernetesGroups": self.groups,
            "accessEntryArn": self.arn(place),
            "createdAt": stamp(self.created),
            "modifiedAt": stamp(self.modified),
            "tags": self.tags,
            "username": self.username,
            "type": self.kind,
        })
    }

    /// Whether the ARN is its own.
    pub(super) fn has_arn(&self, place: &Place, text: &str) -> bool {
        self.arn(place) == text
    }
}

/// Users are known by their ARN, roles by that of their sessions.
fn username(principal: &str) -> String {
    let role = principal
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.split_once(":role/"));
    match role {
        Some((account, path)) => {
            let name = path.rsplit('/').next().unwrap_or_default();
            format!("arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}")
        }
        None => principal.to_owned(),
    }
}

impl Document for AccessEntry {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "access-entry";

    fn id(&self) -> String {
        Self::key(&self.cluster, &self.principal)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Owned for AccessEntry {
    fn cluster(&self) -> &str {
        &self.cluster
    }
}

/// Refuses a cluster that knows callers by its config map alone.
fn entries(cluster: Cluster) -> Result<Cluster, ApiError> {
    match cluster.has_entries() {
        true => Ok(cluster),
        false => Err(invalid_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        )
        .with("clusterName", cluster.name.as_str())),
    }
}

/// The entry of the path.
pub(super) fn named(call: &Call<'_>) -> Result<AccessEntry, ApiError> {
    let cluster = entries(cluster(call)?)?;
    let principal = path(call, "principalArn");
    call.tx
        .get::<AccessEntry>(&call.place, &AccessEntry::key(&cluster.name, principal))
        .ok_or_else(|| {
            not_found(format!(
                "The specified principalArn could not be found. You can view your available access entries with \
                 'aws eks list-access-entries': {principal}"
            ))
            .with("clusterName", cluster.name.as_str())
        })
}

fn answer(call: &Call<'_>, entry: &AccessEntry) -> Outcome {
    Ok(Body::Json(json!({"accessEntry": entry.json(&call.place)})))
}

/// CreateAccessEntry.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let request: Request = body(call)?;
    if let Some(entry) =
        made_before(call)?.and_then(|id| call.tx.get::<AccessEntry>(&call.place, &id))
    {
        return answer(call, &entry);
    }
    let cluster = entries(working(call)?)?;
    let about = |error: ApiError| error.with("clusterName", cluster.name.as_str());
    present("principalArn", &request.principal_arn).map_err(about)?;
    let key = AccessEntry::key(&cluster.name, &request.principal_arn);
    if call.tx.get::<AccessEntry>(&call.place, &key).is_some() {
        return Err(about(in_use(
            "The specified access entry resource is already in use on this cluster.",
        )));
    }
    role_check::principal(&call.tx, &request.principal_arn).map_err(about)?;
    let kind = request.kind.as_deref().unwrap_or("STANDARD");
    one_of("The access entry type", kind, KINDS).map_err(about)?;
    tags::check(&request.tags).map_err(about)?;
    let mut entry = AccessEntry::fresh(&mut call.tx, &cluster.name, &request.principal_arn, kind);
    entry.tags = request.tags;
    set(
        &mut entry,
        Some(request.kubernetes_groups).filter(|groups| !groups.is_empty()),
        request.username,
    )
    .map_err(about)?;
    call.tx.put(&call.place, &entry);
    remember(call, &key);
    answer(call, &entry)
}

/// Sets groups and name, which only entries of people and programs have.
fn set(
    entry: &mut AccessEntry,
    groups: Option<Vec<String>>,
    username: Option<String>,
) -> Result<(), ApiError> {
    if entry.kind != "STANDARD" && (groups.is_some() || username.is_some()) {
        return Err(invalid(format!(
            "The kubernetes groups and username of an access entry of type {} cannot be set",
            entry.kind
        )));
    }
    if let Some(groups) = groups {
        if let Some(reserved) = groups.iter().find(|group| group.starts_with("system:")) {
            return Err(invalid(format!(
                "The kubernetes group name {reserved} is invalid, it cannot start with system:"
            )));
        }
        entry.groups = groups;
    }
    if let Some(username) = username {
        let reserved = ["system:", "eks:", "aws:", "amazon:", "iam:"];
        if reserved.iter().any(|start| username.starts_with(start)) {
            return Err(invalid(format!(
                "The username {username} is invalid, its prefix is reserved"
            )));
        }
        entry.username = username;
    }
    Ok(())
}

/// DescribeAccessEntry.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let entry = named(call)?;
    answer(call, &entry)
}

/// ListAccessEntries.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let cluster = entries(cluster(call)?)?;
    let policy = call.params.get("associatedPolicyArn");
    let mut rows = seen_of_cluster::<AccessEntry>(call, &cluster.name);
    rows.retain(|entry| policy.is_none_or(|policy| entry.policies.contains_key(policy)));
    let names = rows.into_iter().map(|entry| entry.principal).collect();
    let (names, next) = page::<String>(call, names, Clone::clone)?;
    listing("accessEntries", &names, next)
}

/// UpdateAccessEntry.
pub(super) fn change(call: &mut Call<'_>) -> Outcome {
    let request: To = body(call)?;
    let mut entry = named(call)?;
    set(&mut entry, request.kubernetes_groups, request.username)
        .map_err(|error| error.with("clusterName", entry.cluster.as_str()))?;
    entry.modified = call.now();
    call.tx.put(&call.place, &entry);
    answer(call, &entry)
}

/// DeleteAccessEntry.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let entry = named(call)?;
    call.tx.delete::<AccessEntry>(&call.place, &entry.id());
    Ok(Body::Json(json!({})))
}
