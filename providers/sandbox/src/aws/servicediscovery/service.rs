//! Services of namespaces: what they are, and how reads tell them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::common::{arn, bare, fresh};
use crate::aws::Call;
use crate::aws::shape::{Tags, stamp};
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// What is known of an instance: its address, its port.
pub(crate) type Attributes = BTreeMap<String, String>;

/// A service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// `srv-` and sixteen signs.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The id of its namespace.
    pub(crate) namespace: String,
    /// What somebody wrote about it.
    pub(crate) description: Option<String>,
    /// The token of the call that made it.
    pub(crate) token: Option<String>,
    /// `HTTP` or `DNS_HTTP`.
    pub(crate) kind: String,
    /// Its records in DNS, as the API writes them.
    pub(crate) dns: Option<Value>,
    /// How others tell the health of instances, as the API writes it.
    pub(crate) health: Option<Value>,
    /// Its instances, by their ids.
    pub(crate) instances: BTreeMap<String, Attributes>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// Whether a service made it (Service Connect).
    pub(crate) own_of_cloud: bool,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Service {
    const SERVICE: &'static str = "servicediscovery";
    const KIND: &'static str = "service";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Service {
    /// A service without records, instances and tags; whoever makes it puts it.
    pub(crate) fn new(tx: &mut Tx<'_>, namespace: &str, name: &str) -> Self {
        Self {
            id: fresh(tx, "srv-"),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            description: None,
            token: None,
            kind: "HTTP".to_owned(),
            dns: None,
            health: None,
            instances: BTreeMap::new(),
            tags: Tags::new(),
            own_of_cloud: false,
            created: tx.now(),
        }
    }

    /// The service with an id or ARN that reads show.
    pub(crate) fn find(tx: &Tx<'_>, place: &Place, id: &str) -> Option<Self> {
        tx.see(place, bare(place, "service", id))
    }

    /// The service of a namespace with a name, visible or not. Names in DNS do not tell capital letters.
    pub(crate) fn with_name(
        tx: &Tx<'_>,
        place: &Place,
        namespace: &str,
        name: &str,
    ) -> Option<Self> {
        let same = |one: &Self| one.namespace == namespace && one.name.eq_ignore_ascii_case(name);
        tx.list::<Self>(place).into_iter().find(same)
    }

    /// Its ARN.
    pub(crate) fn arn(&self, place: &Place) -> String {
        arn(place, &format!("service/{}", self.id))
    }

    /// Adds an instance or changes its attributes.
    pub(crate) fn register(
        tx: &mut Tx<'_>,
        place: &Place,
        id: &str,
        instance: &str,
        attributes: Attributes,
    ) {
        if let Some(mut service) = tx.get::<Self>(place, id) {
            service.instances.insert(instance.to_owned(), attributes);
            tx.put(place, &service);
        }
    }

    /// Removes an instance.
    pub(crate) fn deregister(tx: &mut Tx<'_>, place: &Place, id: &str, instance: &str) {
        if let Some(mut service) = tx.get::<Self>(place, id) {
            service.instances.remove(instance);
            tx.put(place, &service);
        }
    }

    /// The service as reads tell it.
    pub(super) fn row(&self, place: &Place) -> Value {
        let mut row = json!({
            "Id": self.id,
            "Arn": self.arn(place),
            "ResourceOwner": place.account,
            "CreatedByAccount": place.account,
            "Name": self.name,
            "InstanceCount": self.instances.len(),
            "Type": self.kind,
            "CreateDate": stamp(self.created),
        });
        if let Some(description) = &self.description {
            row["Description"] = description.clone().into();
        }
        if let Some(dns) = &self.dns {
            row["DnsConfig"] = dns.clone();
        }
        if let Some(health) = &self.health {
            row["HealthCheckCustomConfig"] = health.clone();
        }
        row
    }

    /// The same with what only the service's own read tells.
    pub(super) fn whole(&self, place: &Place) -> Value {
        let mut row = self.row(place);
        row["NamespaceId"] = self.namespace.clone().into();
        if let Some(token) = &self.token {
            row["CreatorRequestId"] = token.clone().into();
        }
        row
    }
}

/// The service that a call names.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Service, ApiError> {
    Service::find(&call.tx, &call.place, id)
        .ok_or_else(|| ApiError::bad("ServiceNotFound", format!("No service has the id {id}.")))
}
