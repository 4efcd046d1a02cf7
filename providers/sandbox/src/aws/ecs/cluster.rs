//! Clusters: make, describe, list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::cluster_words::words;
use super::common::{
    arn, client, given, invalid, is_name, items, listing, missing, named, text, texts,
};
use super::shape::check as shape;
use super::strategy::{self, Share, is_fargate};
use super::tags::{self, Tags};
use super::{CapacityProvider, requests, role};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place};
use crate::wire::{ApiError, Body};

/// States of a cluster. Only what its capacity providers need takes time.
pub(super) const STATES: StateTable = &[
    Step {
        from: "PROVISIONING",
        seconds: 10,
        to: "ACTIVE",
    },
    Step {
        from: "DEPROVISIONING",
        seconds: 15,
        to: "INACTIVE",
    },
];

/// States of what ties capacity providers to a cluster.
pub(super) const ATTACHMENTS: StateTable = &[Step {
    from: "UPDATE_IN_PROGRESS",
    seconds: 10,
    to: "UPDATE_COMPLETE",
}];

/// A cluster. A deleted one stays, as `INACTIVE`, until its name is used again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cluster {
    /// Its name.
    pub(crate) name: String,
    /// Its state.
    pub(super) phase: Phase,
    /// `disabled`, `enabled` or `enhanced`.
    pub(super) insights: String,
    /// Of ECS Exec and of storage.
    pub(super) configuration: Option<Value>,
    /// Names of its capacity providers.
    pub(super) providers: Vec<String>,
    /// The strategy of tasks that name none.
    pub(super) strategy: Vec<Share>,
    /// The state of what ties the providers to it; none when it never had one.
    pub(super) attachments: Option<Phase>,
    /// ARN of the namespace of services that name none.
    pub(super) namespace: Option<String>,
    /// Its tags.
    pub(super) tags: Tags,
    /// When it was made.
    pub(super) created: Timestamp,
}

impl Document for Cluster {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "cluster";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Cluster {
    /// Whether this is its state.
    pub(super) fn is(&self, state: &str) -> bool {
        self.phase.is(state)
    }

    /// Its ARN.
    pub(super) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("cluster/{}", self.name))
    }

    /// Whether its capacity providers are being changed.
    pub(super) fn busy(&self) -> bool {
        self.attachments
            .as_ref()
            .is_some_and(|phase| phase.is("UPDATE_IN_PROGRESS"))
    }

    /// Sets providers and strategy; what ties them takes its time.
    pub(super) fn attach(&mut self, providers: Vec<String>, strategy: Vec<Share>, now: Timestamp) {
        if providers != self.providers {
            self.attachments = Some(Phase::new("UPDATE_IN_PROGRESS", now));
        }
        self.providers = providers;
        self.strategy = strategy;
    }
}

/// The name that a call gives a cluster: a name, an ARN, or nothing.
pub(super) fn name_in<'a>(place: &Place, given: Option<&'a str>) -> Result<&'a str, ApiError> {
    named(place, "cluster", given.unwrap_or("default"))
}

/// The visible cluster of a call, inactive or not.
pub(super) fn any(call: &Call<'_>) -> Result<Cluster, ApiError> {
    let name = name_in(&call.place, text(&call.json, "cluster"))?;
    let found = call.tx.see::<Cluster>(&call.place, name);
    found.ok_or_else(|| ApiError::bad("ClusterNotFoundException", "Cluster not found."))
}

/// The visible cluster of a call that wants to work with it.
pub(super) fn working(call: &Call<'_>) -> Result<Cluster, ApiError> {
    let cluster = any(call)?;
    match cluster.is("INACTIVE") || cluster.is("DEPROVISIONING") {
        true => Err(client("The referenced cluster was inactive.")),
        false => Ok(cluster),
    }
}

/// The setting of Container Insights; none when the call has none.
pub(super) fn insights(of: &Value) -> Result<Option<String>, ApiError> {
    let mut found = None;
    for setting in items(of, "settings") {
        if text(setting, "name").is_none() {
            return Err(invalid("Setting name can not be blank."));
        }
        match text(setting, "value").unwrap_or_default() {
            value @ ("enabled" | "disabled" | "enhanced") => found = Some(value.to_owned()),
            value => {
                return Err(invalid(format!(
                    "Invalid value {value} for setting containerInsights. Valid values are enabled, disabled and \
                     enhanced."
                )));
            }
        }
    }
    Ok(found)
}

/// The configuration of a call, checked.
pub(super) fn configuration(of: &Value) -> Result<Option<Value>, ApiError> {
    let Some(configuration) = given(of, "configuration") else {
        return Ok(None);
    };
    let exec = configuration.get("executeCommandConfiguration");
    let logging = exec.and_then(|exec| text(exec, "logging"));
    let logs = exec.and_then(|exec| given(exec, "logConfiguration"));
    if logs.is_some() && logging != Some("OVERRIDE") {
        return Err(invalid(
            "The logConfiguration of executeCommandConfiguration can only be specified when logging is OVERRIDE.",
        ));
    }
    if logs.is_none() && logging == Some("OVERRIDE") {
        return Err(invalid(
            "The logConfiguration of executeCommandConfiguration must be specified when logging is OVERRIDE.",
        ));
    }
    Ok(Some(configuration))
}

/// The providers that a call names, each of which must be there.
pub(super) fn providers(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let mut providers = texts(&call.json, "capacityProviders");
    if providers.len() > 20 {
        return Err(invalid(
            "A cluster can have a maximum of 20 capacity providers.",
        ));
    }
    for name in &mut providers {
        *name = named(&call.place, "capacity-provider", name)?.to_owned();
        let there = is_fargate(name)
            || call
                .tx
                .see::<CapacityProvider>(&call.place, name)
                .is_some_and(|one| one.active() && !one.leaving());
        if !there {
            return Err(invalid(
                "The specified capacity provider does not exist. Specify a valid name or ARN and try again.",
            ));
        }
    }
    let mut once = providers.clone();
    once.sort();
    once.dedup();
    match once.len() == providers.len() {
        true => Ok(providers),
        false => Err(invalid("Duplicate capacity providers are not allowed.")),
    }
}

/// CreateCluster: the same once more is no error, another of that name is.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::CREATE_CLUSTER)?;
    let name = text(&call.json, "clusterName")
        .unwrap_or("default")
        .to_owned();
    if !is_name(&name) {
        return Err(invalid("Invalid cluster name."));
    }
    let wish = wish(call, &name)?;
    if let Some(old) = call.tx.get::<Cluster>(&call.place, &name)
        && !old.is("INACTIVE")
    {
        return match same(&old, &wish) {
            true => Ok(Body::Json(
                json!({ "cluster": words(&call.tx, &call.place, &old, &everything()) }),
            )),
            false => Err(invalid(
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            )),
        };
    }
    let others = call.tx.list::<Cluster>(&call.place);
    let live = others.iter().filter(|one| !one.is("INACTIVE")).count();
    if live as u64 >= call.tx.config().quota("ecs:clusters") {
        return Err(client("You've reached the maximum number of clusters."));
    }
    role::ensure(call)?;
    call.tx.put(&call.place, &wish);
    let answer = words(&call.tx, &call.place, &wish, &everything());
    Ok(Body::Json(json!({ "cluster": answer })))
}

fn everything() -> Vec<String> {
    ["CONFIGURATIONS", "SETTINGS", "TAGS", "ATTACHMENTS"]
        .map(str::to_owned)
        .into()
}

fn same(old: &Cluster, wish: &Cluster) -> bool {
    old.insights == wish.insights
        && old.configuration == wish.configuration
        && old.providers == wish.providers
        && old.strategy == wish.strategy
        && old.namespace == wish.namespace
        && old.tags == wish.tags
}

fn wish(call: &Call<'_>, name: &str) -> Result<Cluster, ApiError> {
    let now = call.now();
    let providers = providers(call)?;
    let strategy = strategy::read(&call.json, "defaultCapacityProviderStrategy", &providers)?;
    let state = if providers.is_empty() {
        "ACTIVE"
    } else {
        "PROVISIONING"
    };
    let mut cluster = Cluster {
        name: name.to_owned(),
        phase: Phase::new(state, now),
        insights: insights(&call.json)?.unwrap_or_else(|| "disabled".to_owned()),
        configuration: configuration(&call.json)?,
        providers: Vec::new(),
        strategy: Vec::new(),
        attachments: None,
        namespace: super::namespace::read(call, &call.json["serviceConnectDefaults"])?,
        tags: tags::read(&call.json)?,
        created: now,
    };
    cluster.attach(providers, strategy, now);
    Ok(cluster)
}

/// DescribeClusters: up to 100; what is not there is told beside.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::DESCRIBE_CLUSTERS)?;
    let mut asked = texts(&call.json, "clusters");
    if asked.len() > 100 {
        return Err(invalid("Clusters cannot have more than 100 elements."));
    }
    if asked.is_empty() {
        asked.push("default".to_owned());
    }
    let include = texts(&call.json, "include");
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for text in &asked {
        let name = named(&call.place, "cluster", text)?;
        match call.tx.see::<Cluster>(&call.place, name) {
            Some(cluster) => found.push(words(&call.tx, &call.place, &cluster, &include)),
            None => failures.push(missing(&arn(&call.place, &format!("cluster/{name}")))),
        }
    }
    let mut answer = Map::new();
    answer.insert("clusters".to_owned(), found.into());
    answer.insert("failures".to_owned(), failures.into());
    Ok(Body::Json(answer.into()))
}

/// ListClusters: those that are not inactive.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    shape(call, &requests::PAGE)?;
    let all = call.tx.see_all::<Cluster>(&call.place).into_iter();
    let rows = all.filter(|one| !one.is("INACTIVE")).map(|one| {
        let arn = one.arn(&call.place);
        (one.name, arn)
    });
    listing(call, "clusterArns", rows.collect())
}
