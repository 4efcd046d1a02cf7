//! A live object on its way from the wire to an observation.

use provision_core::contract::{Class, Failure};
use provision_core::model::{Fields, Kind, Never, Observed, ResourceId, Status, Value};
use serde::Serialize;

use crate::field::live_fields;
use crate::marks::{Marks, Tags};

/// A live object, ours or not.
#[derive(Clone, Debug)]
pub struct Live {
    /// The cloud's handle.
    pub physical: String,
    /// Its marks.
    pub marks: Marks,
    /// Its fields.
    pub fields: Fields,
    /// Its outputs.
    pub outputs: Fields,
    /// Its state.
    pub status: Status,
    /// Handles of objects it needs.
    pub refs: Vec<String>,
    /// Names under which others may need it, beside its handle.
    pub names: Vec<String>,
    /// Children that we did not declare.
    pub foreign: Vec<String>,
    /// The object it lives in.
    pub parent: Option<ResourceId>,
    /// A problem the cloud knows of while it still tries.
    pub trouble: Option<String>,
    /// What is known of that problem.
    pub ailment: Option<Ailment>,
}

/// What the cloud says is wrong with an object, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ailment {
    /// The cloud's code.
    pub code: String,
    /// The cloud's own words, with what they are about.
    pub message: String,
    /// The cause in plain words, and what to do.
    pub advice: String,
    /// It may go away while it is waited for.
    pub passes: bool,
}

impl Ailment {
    /// For people.
    #[must_use]
    pub fn failure(self, object: &str) -> Failure {
        Failure {
            class: Class::CloudFailed,
            code: self.code,
            message: self.message,
            call: None,
            object: Some(object.to_owned()),
            advice: Some(self.advice),
        }
    }
}

impl Live {
    /// A ready object with these fields.
    pub fn new<F: Serialize>(physical: &str, tags: &Tags, fields: &F) -> Self {
        Self {
            physical: physical.to_owned(),
            marks: Marks::of(tags),
            // Reads fill every field, so that no hole can be in it.
            fields: live_fields(fields).unwrap_or_default(),
            outputs: Fields::new(),
            status: Status::Ready,
            refs: Vec::new(),
            names: Vec::new(),
            foreign: Vec::new(),
            parent: None,
            trouble: None,
            ailment: None,
        }
    }

    /// With an output.
    pub fn output(mut self, name: &str, value: impl Into<Value<Never>>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// With an output that may not be known.
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.output(name, value),
            None => self,
        }
    }

    /// In a state.
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Needing these.
    pub fn needs<I: IntoIterator<Item = S>, S: Into<String>>(mut self, refs: I) -> Self {
        self.refs.extend(refs.into_iter().map(Into::into));
        self
    }

    /// The observation, under an id.
    #[must_use]
    pub fn observed(
        self,
        provider: &str,
        kind: &Kind,
        id: ResourceId,
        needs: Vec<ResourceId>,
    ) -> Observed {
        Observed {
            id,
            kind: kind.clone(),
            provider: provider.to_owned(),
            physical: self.physical,
            parent: self.parent,
            fields: self.fields,
            outputs: self.outputs,
            status: self.status,
            protect: self.marks.protect,
            adopted: self.marks.adopted,
            needs,
            uses: self.refs,
            foreign: self.foreign,
        }
    }
}

/// A state in the making.
pub fn changing(phase: &str) -> Status {
    Status::Changing {
        phase: phase.to_owned(),
    }
}

/// On its way out.
pub fn deleting(phase: &str) -> Status {
    Status::Deleting {
        phase: phase.to_owned(),
    }
}

/// What the tags of an observation are.
pub fn tags_of(live: &Observed) -> Tags {
    match live.fields.get("tags") {
        Some(Value::Map(entries)) => entries
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_text()?.to_owned())))
            .collect(),
        _ => Tags::new(),
    }
}

/// An observation with one field changed.
pub fn with(live: &Observed, field: &str, value: impl Into<Value<Never>>) -> Box<Observed> {
    let mut live = Box::new(live.clone());
    live.fields.insert(field.to_owned(), value.into());
    live
}

/// A field that is text.
pub fn text<'a>(live: &'a Observed, field: &str) -> Option<&'a str> {
    live.fields.get(field).and_then(Value::as_text)
}

/// A field of a live object, ours or not, that is text; empty when it is not set.
pub fn text_of(live: &Live, field: &str) -> String {
    let text = live.fields.get(field).and_then(Value::as_text);
    text.unwrap_or_default().to_owned()
}

/// An output that is text.
pub fn output<'a>(live: &'a Observed, name: &str) -> Option<&'a str> {
    live.outputs.get(name).and_then(Value::as_text)
}

/// The texts of a field that is a list.
pub fn texts(live: &Observed, field: &str) -> Vec<String> {
    match live.fields.get(field) {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(|item| item.as_text().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The entries of a field that is a map of texts.
pub fn map(live: &Observed, field: &str) -> Tags {
    match live.fields.get(field) {
        Some(Value::Map(entries)) => entries
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_text()?.to_owned())))
            .collect(),
        _ => Tags::new(),
    }
}

/// A list of texts as a value.
pub fn list_value(items: &[String]) -> Value<Never> {
    Value::List(items.iter().map(|item| item.as_str().into()).collect())
}

/// A map of texts as a value.
pub fn map_value(entries: &Tags) -> Value<Never> {
    Value::Map(
        entries
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect(),
    )
}
