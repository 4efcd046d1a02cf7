//! Updates: changes of clusters, node groups and add-ons that take their time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{
    Owned, cluster, fresh_uuid, listing, not_found, page, path, seen_of_cluster, stamp,
};
use super::node_health::{self, Issue};
use super::{Addon, Cluster, NodeGroup, network, nodes};
use crate::ailment::{Patient, Stage};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body};

const fn lasting(seconds: u64) -> [Step; 1] {
    [Step {
        from: "InProgress",
        seconds,
        to: "Successful",
    }]
}

/// Estimates, from what users tell: a version takes minutes, a flag seconds.
const VERSION: StateTable = &lasting(540);
const NETWORK: StateTable = &lasting(300);
const ENCRYPTION: StateTable = &lasting(600);
const SETTING: StateTable = &lasting(60);
const FLAG: StateTable = &lasting(15);

/// What an update changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    /// The cluster itself.
    Cluster,
    /// A node group, by name.
    NodeGroup(String),
    /// An add-on, by name.
    Addon(String),
}

/// An update.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Update {
    /// Its id.
    pub(crate) id: String,
    /// The cluster.
    pub(crate) cluster: String,
    /// What of the cluster.
    pub(super) target: Target,
    /// `LoggingUpdate`.
    pub(crate) kind: String,
    /// Words and values that tell what it does.
    pub(crate) params: Vec<(String, String)>,
    /// Members of the changed document, as they are after it.
    pub(crate) changes: BTreeMap<String, Value>,
    /// Why it failed.
    #[serde(default)]
    pub(super) errors: Vec<Issue>,
    /// Its state.
    pub(crate) phase: Phase,
    /// When it was asked for.
    pub(crate) created: Timestamp,
}

impl Document for Update {
    const SERVICE: &'static str = "eks";
    const KIND: &'static str = "update";

    fn id(&self) -> String {
        format!("{}/{}", self.cluster, self.id)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Owned for Update {
    fn cluster(&self) -> &str {
        &self.cluster
    }
}

/// An update to begin.
pub(super) struct New<'a> {
    /// The cluster's name.
    pub(super) cluster: &'a str,
    /// What of it.
    pub(super) target: Target,
    /// `LoggingUpdate`.
    pub(super) kind: &'a str,
    /// Words and values that tell what it does.
    pub(super) params: Vec<(&'static str, String)>,
    /// Members of the changed document, as they are after it.
    pub(super) changes: Vec<(&'static str, Value)>,
}

impl Update {
    /// Begins an update; its target is `UPDATING` from now on.
    pub(super) fn begin(tx: &mut Tx<'_>, place: &Place, new: New<'_>) -> Self {
        let own = |(name, value): (&'static str, _)| (name.to_owned(), value);
        let update = Self {
            id: fresh_uuid(tx, "eks-update"),
            cluster: new.cluster.to_owned(),
            target: new.target,
            kind: new.kind.to_owned(),
            params: new
                .params
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            changes: new.changes.into_iter().map(own).collect(),
            errors: Vec::new(),
            phase: Phase::new("InProgress", tx.now()),
            created: tx.now(),
        };
        let updating =
            BTreeMap::from([("phase".to_owned(), json!(Phase::new("UPDATING", tx.now())))]);
        update.amend(tx, place, &updating);
        tx.put(place, &update);
        update
    }

    /// The one that is under way for the target.
    pub(super) fn running(
        tx: &Tx<'_>,
        place: &Place,
        cluster: &str,
        target: &Target,
    ) -> Option<Self> {
        let mine = |one: &Self| {
            one.cluster == cluster && one.target == *target && one.phase.is("InProgress")
        };
        tx.list::<Self>(place).into_iter().find(mine)
    }

    /// Brings all of them to the present; one that ends changes its target.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut update) in tx.everywhere::<Self>() {
            if !update.phase.advance(update.table(), tx.config(), tx.now()) {
                continue;
            }
            update.errors = update.ails(tx, &place);
            if !update.errors.is_empty() {
                update.fail(tx, &place);
                continue;
            }
            let mut changes = update.changes.clone();
            changes.insert(
                "phase".to_owned(),
                json!(Phase::new("ACTIVE", update.phase.since)),
            );
            update.amend(tx, &place, &changes);
            update.follow(tx, &place);
            tx.put(&place, &update);
        }
    }

    /// What the knobs say against it.
    fn ails(&self, tx: &Tx<'_>, place: &Place) -> Vec<Issue> {
        let (on, name) = match &self.target {
            Target::Cluster => (Patient::Cluster, &self.cluster),
            Target::NodeGroup(name) => (Patient::Nodegroup, name),
            Target::Addon(name) => (Patient::Addon, name),
        };
        let group = match &self.target {
            Target::NodeGroup(name) => {
                tx.get::<NodeGroup>(place, &NodeGroup::key(&self.cluster, name))
            }
            _ => None,
        };
        let about = |code: &str| match &group {
            Some(group) => node_health::about(group, code),
            None => vec![name.clone()],
        };
        Issue::injected(tx, (on, Stage::Update, name), about)
    }

    /// It fails: its target is as before, but for an add-on, which says so.
    fn fail(mut self, tx: &mut Tx<'_>, place: &Place) {
        let since = self.phase.since;
        let mut changes = BTreeMap::new();
        let state = match self.target {
            Target::Addon(_) => {
                changes.insert("issues".to_owned(), json!(self.errors));
                "UPDATE_FAILED"
            }
            _ => "ACTIVE",
        };
        changes.insert("phase".to_owned(), json!(Phase::new(state, since)));
        self.amend(tx, place, &changes);
        self.phase.state = "Failed".to_owned();
        tx.put(place, &self);
    }

    fn table(&self) -> StateTable {
        match self.kind.as_str() {
            "VersionUpdate" | "VersionRollback" => VERSION,
            "EndpointAccessUpdate" | "VpcConfigUpdate" => NETWORK,
            "LoggingUpdate" | "AccessConfigUpdate" | "AddonUpdate" => SETTING,
            "AssociateEncryptionConfig" => ENCRYPTION,
            _ => FLAG,
        }
    }

    fn amend(&self, tx: &mut Tx<'_>, place: &Place, changes: &BTreeMap<String, Value>) {
        match &self.target {
            Target::Cluster => amend::<Cluster>(tx, place, &self.cluster, changes),
            Target::NodeGroup(name) => {
                amend::<NodeGroup>(tx, place, &NodeGroup::key(&self.cluster, name), changes);
            }
            Target::Addon(name) => {
                amend::<Addon>(tx, place, &Addon::key(&self.cluster, name), changes);
            }
        }
    }

    /// What the change of the document brings with it.
    fn follow(&self, tx: &mut Tx<'_>, place: &Place) {
        match &self.target {
            Target::Cluster => {
                if let Some(mut cluster) = tx.get::<Cluster>(place, &self.cluster) {
                    if self.kind == "VpcConfigUpdate" {
                        network::connect(tx, place, &mut cluster);
                        tx.put(place, &cluster);
                    }
                    cluster.log(tx, place);
                }
            }
            Target::Addon(_) => {}
            Target::NodeGroup(name) => {
                if let Some(group) =
                    tx.get::<NodeGroup>(place, &NodeGroup::key(&self.cluster, name))
                {
                    nodes::follow(tx, place, group, self.kind == "VersionUpdate");
                }
            }
        }
    }

    /// The update in an answer.
    pub(super) fn json(&self) -> Value {
        let params: Vec<Value> = self
            .params
            .iter()
            .map(|(name, value)| json!({"type": name, "value": value}))
            .collect();
        json!({
            "id": self.id,
            "status": self.phase.state,
            "type": self.kind,
            "params": params,
            "createdAt": stamp(self.created),
            "errors": self.errors.iter().map(Issue::error).collect::<Vec<_>>(),
        })
    }

    /// The answer of the call that began it.
    pub(super) fn answer(&self) -> Outcome {
        Ok(Body::Json(json!({"update": self.json()})))
    }
}

/// Changes members of a document.
fn amend<D: Document>(tx: &mut Tx<'_>, place: &Place, id: &str, changes: &BTreeMap<String, Value>) {
    let Some(before) = tx.get::<D>(place, id) else {
        return;
    };
    let after = serde_json::to_value(&before).and_then(|mut document| {
        if let Some(members) = document.as_object_mut() {
            members.extend(
                changes
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        serde_json::from_value::<D>(document)
    });
    match after {
        Ok(after) => tx.put(place, &after),
        Err(error) => tracing::error!(%error, id, "an update does not fit its document"),
    }
}

/// Which updates a request is about.
fn target(call: &Call<'_>) -> Target {
    let of = |name: &str| call.params.get(name).map(str::to_owned);
    match (of("nodegroupName"), of("addonName")) {
        (Some(name), _) => Target::NodeGroup(name),
        (None, Some(name)) => Target::Addon(name),
        (None, None) => Target::Cluster,
    }
}

/// What the call's token began before.
pub(super) fn made_before(call: &Call<'_>) -> Result<Option<Update>, ApiError> {
    let id = super::token::made_before(call)?;
    Ok(id.and_then(|id| call.tx.get::<Update>(&call.place, &id)))
}

/// DescribeUpdate.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let id = path(call, "updateId");
    let target = target(call);
    let found = call
        .tx
        .get::<Update>(&call.place, &format!("{}/{id}", cluster.name));
    match found.filter(|update| update.target == target) {
        Some(update) => update.answer(),
        None => Err(not_found(format!("No update found for ID: {id}"))
            .with("clusterName", cluster.name.as_str())),
    }
}

/// ListUpdates.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let cluster = cluster(call)?;
    let target = target(call);
    let mut rows = seen_of_cluster::<Update>(call, &cluster.name);
    rows.retain(|update| update.target == target);
    let ids = rows.into_iter().map(|update| update.id).collect();
    let (ids, next) = page::<String>(call, ids, Clone::clone)?;
    listing("updateIds", &ids, next)
}
