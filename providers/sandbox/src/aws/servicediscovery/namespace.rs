//! Namespaces: what they are, and how reads tell them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Service;
use super::common::{arn, bare};
use crate::aws::Call;
use crate::aws::shape::{Tags, stamp};
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Namespace {
    /// `ns-` and sixteen signs.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// `HTTP` or `DNS_PRIVATE`.
    pub(crate) kind: String,
    /// What somebody wrote about it.
    pub(crate) description: Option<String>,
    /// The token of the call that made it.
    pub(crate) token: Option<String>,
    /// The network that knows its names.
    pub(crate) vpc: Option<String>,
    /// The hosted zone of its names.
    pub(crate) zone: Option<String>,
    /// The seconds that the zone's start of authority may be kept.
    pub(crate) ttl: i64,
    /// Its tags.
    pub(crate) tags: Tags,
    /// `creating`, `live` or `deleting`.
    pub(crate) state: String,
    /// The operation that makes or deletes it.
    pub(crate) operation: String,
    /// When it was asked for.
    pub(crate) created: Timestamp,
}

impl Document for Namespace {
    const SERVICE: &'static str = "servicediscovery";
    const KIND: &'static str = "namespace";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Namespace {
    /// The namespace with an id or ARN that is made and that reads show.
    pub(crate) fn find(tx: &Tx<'_>, place: &Place, id: &str) -> Option<Self> {
        let found = tx.see::<Self>(place, bare(place, "namespace", id));
        found.filter(Self::made)
    }

    /// All that have a name, also those that are being made or deleted.
    pub(crate) fn with_name(tx: &Tx<'_>, place: &Place, name: &str) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.name == name);
        all
    }

    /// Whether its creation has ended.
    pub(crate) fn made(&self) -> bool {
        self.state != "creating"
    }

    /// Its ARN.
    pub(crate) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("namespace/{}", self.id))
    }

    /// The namespace as reads tell it.
    pub(super) fn row(&self, call: &Call<'_>) -> Value {
        let services = call.tx.list::<Service>(&call.place);
        let services = services.iter().filter(|one| one.namespace == self.id);
        let mut row = json!({
            "Id": self.id,
            "Arn": self.arn(&call.place),
            "ResourceOwner": call.place.account,
            "Name": self.name,
            "Type": self.kind,
            "ServiceCount": services.count(),
            "Properties": {"HttpProperties": {"HttpName": self.name}},
            "CreateDate": stamp(self.created),
        });
        if let Some(description) = &self.description {
            row["Description"] = description.clone().into();
        }
        if let Some(zone) = &self.zone {
            row["Properties"]["DnsProperties"] =
                json!({"HostedZoneId": zone, "SOA": {"TTL": self.ttl}});
        }
        row
    }
}

/// The namespace that a call names.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Namespace, ApiError> {
    Namespace::find(&call.tx, &call.place, id).ok_or_else(|| {
        ApiError::bad(
            "NamespaceNotFound",
            format!("No namespace has the id {id}."),
        )
    })
}
