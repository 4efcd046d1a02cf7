//! Clusters: kept, found, shown, listed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fields::{Fields, default, list, members, set, text};
use super::pool::{self, Pool};
use super::{schema, settled, version, words, work};
use crate::gcp::compute::{REGIONS, zones_of};
use crate::gcp::shape::{digest, fingerprint, stamp_seconds};
use crate::gcp::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// Being made.
pub(super) const PROVISIONING: &str = "PROVISIONING";
/// At rest.
pub(super) const RUNNING: &str = "RUNNING";
/// Being changed.
pub(super) const RECONCILING: &str = "RECONCILING";
/// Being deleted.
pub(super) const STOPPING: &str = "STOPPING";
/// Not usable.
pub(super) const ERROR: &str = "ERROR";

/// A cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Cluster {
    /// Its name.
    pub(super) name: String,
    /// Its id, 64 hexadecimal digits; names of what belongs to it are made of it.
    pub(super) uid: String,
    /// The message without pools and without what is computed.
    pub(super) fields: Fields,
    /// `PROVISIONING`, `RUNNING`, `STOPPING`, `ERROR`; `RECONCILING` is computed.
    pub(super) status: String,
    /// What went wrong.
    #[serde(default)]
    pub(super) message: String,
    /// What ails it.
    #[serde(default)]
    pub(super) conditions: Vec<Value>,
    /// Ranges that were added to its subnetwork for it.
    #[serde(default)]
    pub(super) own_ranges: Vec<String>,
    /// When it was made.
    pub(super) created: Timestamp,
}

impl Document for Cluster {
    const SERVICE: &'static str = "container";
    const KIND: &'static str = "cluster";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Cluster {
    /// Whether Google runs its nodes.
    pub(super) fn is_autopilot(&self) -> bool {
        super::fields::is(&self.fields, "autopilot.enabled")
    }

    /// The name of its channel; none when it follows none.
    pub(super) fn channel(&self) -> Option<&str> {
        let name = text(&self.fields, "releaseChannel.channel");
        (!name.is_empty()).then_some(name)
    }

    /// The path in its project: `zones/Z/clusters/C`, `locations/R/clusters/C`.
    pub(super) fn path(&self, place: &Place) -> String {
        format!("{}/clusters/{}", scope(&place.region), self.name)
    }

    /// As the API shows it.
    pub(super) fn show(&self, tx: &Tx<'_>, place: &Place) -> Value {
        let pools = pool::of(tx, place, &self.name);
        let mut out = self.fields.clone();
        let urls = pools.iter().flat_map(|one| one.urls(place, self));
        set(&mut out, "instanceGroupUrls", urls.collect::<Vec<_>>());
        set(
            &mut out,
            "currentNodeCount",
            pools.iter().map(Pool::total).sum::<u64>(),
        );
        let oldest = pools.iter().map(|one| text(&one.fields, "version"));
        if let Some(oldest) = oldest.min_by_key(|one| version::order(one)) {
            set(&mut out, "currentNodeVersion", oldest);
        }
        if let Some(first) = pools.first() {
            set(&mut out, "nodeConfig", first.fields.get("config").cloned());
            let count = first.fields.get("initialNodeCount").cloned();
            default(&mut out, "initialNodeCount", count);
        }
        let shown = pools.iter().map(|one| one.show(tx, place, self));
        set(&mut out, "nodePools", shown.collect::<Vec<_>>());
        set(&mut out, "id", self.uid.as_str());
        set(&mut out, "status", self.status_now(tx, place));
        set(&mut out, "statusMessage", self.message.as_str());
        set(&mut out, "conditions", self.conditions.clone());
        set(&mut out, "createTime", stamp_seconds(self.created));
        set(&mut out, "labelFingerprint", self.label_fingerprint());
        set(
            &mut out,
            "selfLink",
            link(&place.account, &self.path(place)),
        );
        settled::endpoints(&mut out);
        let out = written("Cluster", Value::Object(out));
        let etag = fingerprint(&out);
        let mut out = members(out);
        set(&mut out, "etag", etag);
        Value::Object(out)
    }

    /// The etag of what it is now.
    pub(super) fn etag(&self, tx: &Tx<'_>, place: &Place) -> String {
        let shown = members(self.show(tx, place));
        text(&shown, "etag").to_owned()
    }

    fn status_now(&self, tx: &Tx<'_>, place: &Place) -> &str {
        let busy = || !work::busy(tx, place, &self.name).is_empty();
        match self.status.as_str() {
            RUNNING if busy() => RECONCILING,
            other => other,
        }
    }

    /// The fingerprint of its labels.
    pub(super) fn label_fingerprint(&self) -> String {
        let none = json!({});
        let labels = self.fields.get("resourceLabels").unwrap_or(&none);
        digest(&labels.to_string(), 8)
    }

    /// The zones in which its nodes are when a pool says nothing.
    pub(super) fn locations(&self) -> Vec<String> {
        list(&self.fields, "locations")
    }
}

/// A message as the front end writes it: what has its default is left out.
pub(super) fn written(message: &str, value: Value) -> Value {
    schema::read(message, &value).unwrap_or(value)
}

/// `zones/Z` for a zone, `locations/R` for a region.
pub(super) fn scope(location: &str) -> String {
    match region_of(location) == location {
        false => format!("zones/{location}"),
        true => format!("locations/{location}"),
    }
}

/// The link of a path in a project, which is named by id or number.
pub(super) fn link(project: &str, path: &str) -> String {
    format!("https://container.googleapis.com/v1/projects/{project}/{path}")
}

/// The region of a location: names of zones end with a letter, those of regions with a digit.
pub(super) fn region_of(location: &str) -> &str {
    match location.rsplit_once('-') {
        Some((region, zone)) if zone.ends_with(|sign: char| sign.is_ascii_alphabetic()) => region,
        _ => location,
    }
}

/// The place that the path names.
pub(super) fn home(call: &Call<'_>) -> Result<Place, ApiError> {
    let location = call.param("location");
    let region = region_of(location);
    let known = match region == location {
        true => REGIONS.iter().any(|(name, _)| *name == location),
        false => zones_of(region).iter().any(|zone| zone == location),
    };
    match known {
        true => Ok(call.place(location)),
        false => Err(words::bad(format!("Location \"{location}\" does not exist.")).into()),
    }
}

/// The cluster that the path names.
pub(super) fn named(call: &Call<'_>, place: &Place) -> Result<Cluster, ApiError> {
    let name = call.param("cluster");
    let found = call.tx.get::<Cluster>(place, name);
    found.ok_or_else(|| words::no_cluster(&call.project, &place.region, name).into())
}

/// `get`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let found = named(call, &place)?;
    if !call.tx.visible(&found) {
        return Err(words::no_cluster(&call.project, &place.region, &found.name).into());
    }
    Ok(found.show(&call.tx, &place))
}

/// The places that a list looks at, and those it cannot reach.
pub(super) fn reach(call: &Call<'_>) -> Result<(Option<Place>, Vec<String>), ApiError> {
    if call.param("location") != "-" {
        return Ok((Some(home(call)?), Vec::new()));
    }
    let zones = |name: &String| match zones_of(name) {
        zones if zones.is_empty() => vec![name.clone()],
        zones => zones,
    };
    let silent = call.tx.config().unreachable.iter().flat_map(zones);
    Ok((None, silent.collect()))
}

/// Whether a location cannot be reached.
pub(super) fn is_silent(call: &Call<'_>, location: &str) -> bool {
    let silent = &call.tx.config().unreachable;
    silent
        .iter()
        .any(|one| one == location || one == region_of(location))
}

/// `list`; the location `-` stands for all.
pub(super) fn list_all(call: &mut Call<'_>) -> Outcome {
    let (only, missing) = reach(call)?;
    let mut rows = Vec::new();
    for (place, one) in call.tx.everywhere::<Cluster>() {
        let mine = place.account == call.project
            && match &only {
                Some(only) => *only == place,
                None => !is_silent(call, &place.region),
            };
        if mine && call.tx.visible(&one) {
            rows.push(one.show(&call.tx, &place));
        }
    }
    let answer = json!({ "clusters": rows, "missingZones": missing });
    Ok(written("ListClustersResponse", answer))
}
