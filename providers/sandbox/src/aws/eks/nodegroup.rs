//! Node groups that EKS manages.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{Owned, arn, cluster, listing, not_found, page, path, seen_of_cluster, stamp};
use super::node_health::{self, Issue};
use super::nodes;
use crate::ailment::{Patient, Stage};
use crate::aws::iam::InstanceProfile;
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// States that time alone makes; the deletion is an estimate. How `CREATING` ends is for the nodes to say.
const STATES: StateTable = &[Step {
    from: "DELETING",
    seconds: 180,
    to: "gone",
}];

/// Nodes that can join have joined after this: the median of three observed groups.
const JOINED: Duration = Duration::from_secs(110);

/// Nodes that have not joined are given up after this: between the 21 and 27 minutes that users saw.
const GIVEN_UP: Duration = Duration::from_secs(25 * 60);

/// A node group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeGroup {
    /// Its name, unique in the cluster.
    pub(crate) name: String,
    /// Its cluster.
    pub(crate) cluster: String,
    /// A UUID: in its ARN, and in the name of its Auto Scaling group.
    pub(crate) uid: String,
    /// Its Kubernetes minor.
    pub(crate) version: String,
    /// The release of its image.
    pub(crate) release: String,
    /// `ON_DEMAND` or `SPOT`.
    pub(crate) capacity: String,
    /// The least, the most and the wanted nodes.
    pub(super) scaling: Scaling,
    /// Its instance types; empty when the launch template has one.
    pub(crate) instance_types: Vec<String>,
    /// Where its nodes lie.
    pub(crate) subnets: Vec<String>,
    /// `AL2023_x86_64_STANDARD`; `CUSTOM` when the launch template has an image.
    pub(crate) ami_type: String,
    /// The role of its nodes.
    pub(crate) node_role: String,
    /// Labels of its nodes.
    pub(crate) labels: BTreeMap<String, String>,
    /// Taints of its nodes.
    pub(super) taints: Vec<Taint>,
    /// How many nodes may be missing during an update: `maxUnavailable` and others, as they were given.
    pub(crate) update_config: Value,
    /// The size of a disk in GiB; none when there is a launch template.
    pub(crate) disk_size: Option<i64>,
    /// Its launch template.
    pub(super) template: Option<Template>,
    /// Why its nodes do not work.
    pub(super) issues: Vec<Issue>,
    /// Its instances.
    pub(crate) instances: Vec<String>,
    /// Its state.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// How many nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scaling {
    /// The least.
    pub(super) min_size: i64,
    /// The most.
    pub(super) max_size: i64,
    /// As many as there are to be.
    pub(super) desired_size: i64,
}

/// A taint of the nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taint {
    /// Its key.
    pub(super) key: String,
    /// Its value.
    pub(super) value: Option<String>,
    /// `NO_SCHEDULE`, `NO_EXECUTE` or `PREFER_NO_SCHEDULE`.
    pub(super) effect: String,
}

/// A version of a launch template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Template {
    /// The template's id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// The version's number.
    pub(super) version: u64,
}

impl NodeGroup {
    /// The document's key.
    pub(super) fn key(cluster: &str, name: &str) -> String {
        format!("{cluster}/{name}")
    }

    /// The name of its Auto Scaling group.
    pub(super) fn asg(&self) -> String {
        format!("eks-{}-{}", self.name, self.uid)
    }

    /// The name of the instance profile that holds the role of its nodes.
    pub(super) fn profile(&self) -> String {
        format!("eks-{}", self.uid)
    }

    /// Whether its nodes are there and work.
    pub(super) fn works(&self) -> bool {
        let up = ["ACTIVE", "UPDATING", "DEGRADED"].contains(&self.phase.state.as_str());
        up && !self.instances.is_empty()
    }

    /// Brings all of them to the present.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut group) in tx.everywhere::<Self>() {
            if group.phase.is("CREATING") {
                group.join(tx, &place);
            } else if group.phase.advance(STATES, tx.config(), tx.now()) {
                group.end(tx, &place);
            } else if group.phase.is("ACTIVE") || group.phase.is("DEGRADED") {
                group.feel(tx, &place);
            }
        }
    }

    /// A deletion comes to its end.
    fn end(mut self, tx: &mut Tx<'_>, place: &Place) {
        let injected = (Patient::Nodegroup, Stage::Delete, self.name.as_str());
        let issues = Issue::injected(tx, injected, |code| node_health::about(&self, code));
        if issues.is_empty() {
            InstanceProfile::remove(tx, &place.account, &self.profile());
            tx.delete::<Self>(place, &self.id());
        } else {
            self.issues = issues;
            self.phase.state = "DELETE_FAILED".to_owned();
            tx.put(place, &self);
        }
    }

    /// A working one does badly while something is lost.
    fn feel(&mut self, tx: &mut Tx<'_>, place: &Place) {
        let issues = node_health::losses(tx, place, self);
        let state = match issues.is_empty() {
            true => "ACTIVE",
            false => "DEGRADED",
        };
        if !self.phase.is(state) || self.issues != issues {
            self.phase = Phase::new(state, tx.now());
            self.issues = issues;
            tx.put(place, self);
        }
    }

    /// Nodes that can join do so after a while; those that cannot are given up after a long one.
    fn join(&mut self, tx: &mut Tx<'_>, place: &Place) {
        let due = |after| self.phase.since.checked_add(tx.config().scaled(after));
        let (Ok(joined), Ok(given_up)) = (due(JOINED), due(GIVEN_UP)) else {
            return;
        };
        if tx.now() < joined {
            return;
        }
        // Auto Scaling goes on trying.
        let before = (self.instances.len(), self.issues.clone());
        nodes::fit(tx, place, self);
        let issues = node_health::issues(tx, place, self);
        if issues.is_empty() {
            self.phase = Phase::new("ACTIVE", tx.now());
            self.issues = issues;
        } else if tx.now() >= given_up {
            self.phase = Phase::new("CREATE_FAILED", given_up);
            self.issues = issues;
        } else {
            // What is known early is told early.
            self.issues = issues.into_iter().filter(|one| !one.is_late()).collect();
            if before == (self.instances.len(), self.issues.clone()) {
                return;
            }
        }
        tx.put(place, self);
    }

    /// The node group in an answer.
    pub(super) fn json(&self, place: &Place) -> Value {
        let issues: Vec<Value> = self.issues.iter().map(Issue::json).collect();
        let mut answer = json!({
            "nodegroupName": self.name,
            "nodegroupArn": arn(place, &format!("nodegroup/{}/{}/{}", self.cluster, self.name, self.uid)),
            "clusterName": self.cluster,
            "version": self.version,
            "releaseVersion": self.release,
            "createdAt": stamp(self.created),
            "modifiedAt": stamp(self.phase.since),
            "status": self.phase.state,
            "capacityType": self.capacity,
            "scalingConfig": self.scaling,
            "subnets": self.subnets,
            "amiType": self.ami_type,
            "nodeRole": self.node_role,
            "labels": self.labels,
            "health": {"issues": issues},
            "updateConfig": self.update_config,
            "tags": self.tags,
        });
        if !self.instance_types.is_empty() {
            answer["instanceTypes"] = json!(self.instance_types);
        }
        if !self.taints.is_empty() {
            answer["taints"] = json!(self.taints);
        }
        if let Some(size) = self.disk_size {
            answer["diskSize"] = size.into();
        }
        if let Some(template) = &self.template {
            answer["launchTemplate"] = json!({"id": template.id, "name": template.name, "version": template.version.to_string()});
        }
        if !self.phase.is("CREATING") {
            answer["resources"] = json!({"autoScalingGroups": [{"name": self.asg()}]});
        }
        answer
    }
}

impl Document for NodeGroup {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "nodegroup";

    fn id(&self) -> String {
        Self::key(&self.cluster, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Owned for NodeGroup {
    fn cluster(&self) -> &str {
        &self.cluster
    }
}

/// The node group of the path, in any state.
pub(super) fn named(call: &Call<'_>) -> Result<NodeGroup, ApiError> {
    let cluster = cluster(call)?;
    let name = path(call, "nodegroupName");
    call.tx
        .get::<NodeGroup>(&call.place, &NodeGroup::key(&cluster.name, name))
        .ok_or_else(|| {
            not_found(format!("No node group found for name: {name}."))
                .with("clusterName", cluster.name.as_str())
                .with("nodegroupName", name)
        })
}

/// DescribeNodegroup.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let group = named(call)?;
    Ok(Body::Json(json!({"nodegroup": group.json(&call.place)})))
}

/// ListNodegroups.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let rows = seen_of_cluster::<NodeGroup>(call, &cluster.name);
    let names = rows.into_iter().map(|group| group.name).collect();
    let (names, next) = page::<String>(call, names, Clone::clone)?;
    listing("nodegroups", &names, next)
}

/// DeleteNodegroup: its instances begin to end at once. One that is being made or changed can go too.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut group = named(call)?;
    if group.phase.is("DELETING") {
        return Err(super::common::in_use(format!(
            "Nodegroup {} currently has a deletion in progress",
            group.name
        ))
        .with("clusterName", group.cluster.as_str())
        .with("nodegroupName", group.name.as_str()));
    }
    group.phase = Phase::new("DELETING", call.now());
    nodes::end_all(&mut call.tx, &call.place, &mut group);
    call.tx.put(&call.place, &group);
    Ok(Body::Json(json!({"nodegroup": group.json(&call.place)})))
}
