//! Add-ons: software in the cluster that EKS installs and keeps.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{
    Owned, arn, cluster, listing, not_found, of_cluster, page, path, seen_of_cluster, stamp,
};
use super::node_health::Issue;
use super::{NodeGroup, PodIdentity, addon_list};
use crate::ailment::{Patient, Stage};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

/// States that time alone makes; an estimate. How `CREATING` ends is for the cluster to say.
const STATES: StateTable = &[Step {
    from: "DELETING",
    seconds: 20,
    to: "gone",
}];

/// What can be installed is installed after this: observed for vpc-cni.
const INSTALLED: Duration = Duration::from_secs(35);

/// Pods that have found no node are reported after this; an estimate.
const WAITED: Duration = Duration::from_secs(120);

/// An add-on of a cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Addon {
    /// Its name: `vpc-cni`.
    pub(crate) name: String,
    /// Its cluster.
    pub(crate) cluster: String,
    /// A UUID, in its ARN.
    pub(crate) uid: String,
    /// Its version.
    pub(crate) version: String,
    /// The role of its service account, by the cluster's issuer.
    pub(crate) role_arn: Option<String>,
    /// Its settings, as they were given.
    pub(crate) configuration: Option<String>,
    /// Whether settings of somebody else are in its way.
    pub(crate) conflict: bool,
    /// What is wrong with it.
    pub(super) issues: Vec<Issue>,
    /// Its state.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Addon {
    /// The document's key.
    pub(super) fn key(cluster: &str, name: &str) -> String {
        format!("{cluster}/{name}")
    }

    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(
            place,
            &format!("addon/{}/{}/{}", self.cluster, self.name, self.uid),
        )
    }

    /// Whether it is installed or will be.
    pub(super) fn installs(&self) -> bool {
        !self.phase.is("CREATE_FAILED") && !self.phase.is("DELETING")
    }

    /// The roles that its service accounts get by pod identity.
    pub(super) fn identities(&self, tx: &Tx<'_>, place: &Place) -> Vec<PodIdentity> {
        let mut all = of_cluster::<PodIdentity>(tx, place, &self.cluster);
        all.retain(|one| one.owner.as_ref() == Some(&self.arn(place)));
        all
    }

    /// Brings all of them to the present.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut addon) in tx.everywhere::<Self>() {
            if addon.phase.advance(STATES, tx.config(), tx.now()) {
                let issues = addon.ails(tx, Stage::Delete);
                if issues.is_empty() {
                    tx.delete::<Self>(&place, &addon.id());
                } else {
                    addon.issues = issues;
                    addon.phase.state = "DELETE_FAILED".to_owned();
                    tx.put(&place, &addon);
                }
            } else if let Some(state) = addon.next(tx, &place) {
                addon.issues = addon.issues_of(tx, state);
                addon.phase = Phase::new(state, tx.now());
                tx.put(&place, &addon);
            }
        }
    }

    /// The state that it is in now, when that is another one.
    fn next(&self, tx: &Tx<'_>, place: &Place) -> Option<&'static str> {
        let past = |after: Duration| {
            let due = self.phase.since.checked_add(tx.config().scaled(after));
            due.is_ok_and(|due| due <= tx.now())
        };
        let needs = addon_list::find(&self.name).is_some_and(|kind| kind.needs_nodes);
        let groups = of_cluster::<NodeGroup>(tx, place, &self.cluster);
        let homeless = needs && !groups.iter().any(NodeGroup::works);
        let sick = !self.ails(tx, Stage::Active).is_empty();
        let homeless = homeless || sick;
        let fails = self.conflict || !self.ails(tx, Stage::Create).is_empty();
        match self.phase.state.as_str() {
            "CREATING" if fails => past(INSTALLED).then_some("CREATE_FAILED"),
            "CREATING" if homeless => past(WAITED).then_some("DEGRADED"),
            "CREATING" => past(INSTALLED).then_some("ACTIVE"),
            "ACTIVE" => homeless.then_some("DEGRADED"),
            "DEGRADED" => (!homeless).then_some("ACTIVE"),
            _ => None,
        }
    }

    fn ails(&self, tx: &Tx<'_>, when: Stage) -> Vec<Issue> {
        Issue::injected(tx, (Patient::Addon, when, &self.name), |_| {
            vec![self.name.clone()]
        })
    }

    fn issues_of(&self, tx: &Tx<'_>, state: &str) -> Vec<Issue> {
        let injected = match state {
            "CREATE_FAILED" => self.ails(tx, Stage::Create),
            "DEGRADED" => self.ails(tx, Stage::Active),
            _ => Vec::new(),
        };
        if !injected.is_empty() {
            return injected;
        }
        let issue = |code: &str, message: &str| {
            vec![Issue {
                code: code.to_owned(),
                message: message.to_owned(),
                resources: Vec::new(),
            }]
        };
        match state {
            "CREATE_FAILED" => issue(
                "ConfigurationConflict",
                "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode.",
            ),
            "DEGRADED" => issue(
                "InsufficientNumberOfReplicas",
                "The add-on is unhealthy because it doesn't have the desired number of replicas.",
            ),
            _ => Vec::new(),
        }
    }

    /// The add-on in an answer.
    pub(super) fn json(&self, tx: &Tx<'_>, place: &Place) -> Value {
        let issues: Vec<Value> = self.issues.iter().map(Issue::json).collect();
        let kind = addon_list::find(&self.name);
        let mut answer = json!({
            "addonName": self.name,
            "clusterName": self.cluster,
            "status": self.phase.state,
            "addonVersion": self.version,
            "health": {"issues": issues},
            "addonArn": self.arn(place),
            "createdAt": stamp(self.created),
            "modifiedAt": stamp(self.phase.since),
            "tags": self.tags,
            "namespaceConfig": {"namespace": kind.map_or("kube-system", |kind| kind.namespace)},
        });
        if let Some(role) = &self.role_arn {
            answer["serviceAccountRoleArn"] = role.as_str().into();
        }
        if let Some(configuration) = &self.configuration {
            answer["configurationValues"] = configuration.as_str().into();
        }
        let identities = self.identities(tx, place);
        if !identities.is_empty() {
            let arns: Vec<String> = identities.iter().map(|one| one.arn(place)).collect();
            answer["podIdentityAssociations"] = json!(arns);
        }
        answer
    }
}

impl Document for Addon {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "addon";

    fn id(&self) -> String {
        Self::key(&self.cluster, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Owned for Addon {
    fn cluster(&self) -> &str {
        &self.cluster
    }
}

/// The add-on of the path, in any state.
pub(super) fn named(call: &Call<'_>) -> Result<Addon, ApiError> {
    let cluster = cluster(call)?;
    let name = path(call, "addonName");
    call.tx
        .get::<Addon>(&call.place, &Addon::key(&cluster.name, name))
        .ok_or_else(|| {
            not_found(format!(
                "No addon: {name} found in cluster: {}",
                cluster.name
            ))
            .with("clusterName", cluster.name.as_str())
            .with("addonName", name)
        })
}

/// The answer of a call about one add-on.
pub(super) fn answer(call: &Call<'_>, addon: &Addon) -> Outcome {
    Ok(Body::Json(
        json!({"addon": addon.json(&call.tx, &call.place)}),
    ))
}

/// DescribeAddon.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let addon = named(call)?;
    answer(call, &addon)
}

/// ListAddons.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let rows = seen_of_cluster::<Addon>(call, &cluster.name);
    let names = rows.into_iter().map(|addon| addon.name).collect();
    let (names, next) = page::<String>(call, names, Clone::clone)?;
    listing("addons", &names, next)
}
