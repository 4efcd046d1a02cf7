//! One object of Compute: the API's own JSON, with a state.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::link::{is_zone, link, scope};
use crate::gcp::shape::{fingerprint, stamp_home};
use crate::store::{Document, Place, Tx};

/// Being made.
pub(super) const CREATING: &str = "CREATING";
/// At rest.
pub(super) const READY: &str = "READY";
/// Being changed.
pub(super) const CHANGING: &str = "CHANGING";
/// Being deleted.
pub(super) const DELETING: &str = "DELETING";

/// An object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    /// The kind's name in method ids: `networks`, `globalAddresses`.
    pub(crate) api: String,
    /// The collection in paths: `addresses`.
    pub(crate) collection: String,
    /// Its name.
    pub(crate) name: String,
    /// Its number.
    pub(crate) number: String,
    /// What callers set and the cloud chose for good, in the API's own form.
    pub(crate) fields: Map<String, Value>,
    /// `CREATING`, `READY`, `CHANGING`, `DELETING`.
    pub(crate) state: String,
    /// Whether the cloud made it by itself.
    #[serde(default)]
    pub(crate) own: bool,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Item {
    const SERVICE: &'static str = "compute";
    const KIND: &'static str = "item";

    fn id(&self) -> String {
        format!("{}/{}", self.collection, self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Item {
    /// Writes an object that the cloud makes by itself, ready at once: an instance group, an instance, a disk.
    pub(crate) fn put_foreign(
        tx: &mut Tx<'_>,
        place: &Place,
        api: &str,
        name: &str,
        fields: Map<String, Value>,
    ) {
        let Some(kind) = Kind::of(api) else { return };
        let item = Self {
            api: api.to_owned(),
            collection: kind.collection.to_owned(),
            name: name.to_owned(),
            number: crate::gcp::shape::number(tx),
            fields,
            state: READY.to_owned(),
            own: true,
            created: tx.now(),
        };
        tx.put(place, &item);
    }

    /// Its kind.
    pub(super) fn kind(&self) -> Option<&'static Kind> {
        Kind::of(&self.api)
    }

    /// Its path in the project: `global/networks/n`.
    pub(crate) fn path(&self, place: &Place) -> String {
        format!("{}/{}/{}", scope(&place.region), self.collection, self.name)
    }

    /// Its path with the project: `projects/p/global/networks/n`, as messages name it.
    pub(crate) fn full_path(&self, place: &Place) -> String {
        format!("projects/{}/{}", place.account, self.path(place))
    }

    /// Its link.
    pub(crate) fn link(&self, place: &Place) -> String {
        link(&place.account, &self.path(place))
    }

    /// A text among its fields.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A list among its fields.
    pub(crate) fn list(&self, field: &str) -> &[Value] {
        let list = self.fields.get(field).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Its labels, and the description where it has no labels: by these tools know what is theirs.
    pub(super) fn marks(&self) -> BTreeMap<String, String> {
        let labels = self.fields.get("labels").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut marks: BTreeMap<String, String> = labels
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        if let Some(description) = self.fields.get("description") {
            marks.insert("description".to_owned(), text(description));
        }
        marks
    }

    /// The fingerprint of its labels.
    pub(super) fn label_fingerprint(&self) -> String {
        fingerprint(self.fields.get("labels").unwrap_or(&json!({})))
    }

    /// As the API shows it.
    pub(super) fn show(&self, tx: &Tx<'_>, place: &Place) -> Value {
        let mut out = self.fields.clone();
        if let Some(kind) = self.kind() {
            out.insert("kind".to_owned(), json!(format!("compute#{}", kind.kind)));
            (kind.show)(tx, place, self, &mut out);
        }
        out.insert("id".to_owned(), json!(self.number));
        out.insert("name".to_owned(), json!(self.name));
        out.insert("selfLink".to_owned(), json!(self.link(place)));
        out.insert(
            "creationTimestamp".to_owned(),
            json!(stamp_home(self.created)),
        );
        if !place.region.is_empty() {
            let word = if is_zone(&place.region) {
                "zone"
            } else {
                "region"
            };
            out.insert(
                word.to_owned(),
                json!(link(&place.account, &scope(&place.region))),
            );
        }
        Value::Object(out)
    }
}
