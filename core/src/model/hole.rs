//! What stands in a value where it is not known yet.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map as JsonMap, Value as Json, json};

use super::ResourceId;
use super::value::{Value, ValueError};

/// The hole of a fully known value: it cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {}

/// One output of another resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The resource that has the output.
    pub id: ResourceId,
    /// The output's name in that kind's table: `arn`.
    pub output: String,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.id, self.output)
    }
}

/// A text that waits for outputs of other resources; usually one whole reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pending(pub Vec<Piece>);

/// A part of a pending text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// The output of another resource.
    Ref(Reference),
}

impl Pending {
    /// The value once outputs are known.
    ///
    /// # Errors
    /// The first error of `output`.
    pub fn fill<'a, E>(
        &self,
        output: impl Fn(&Reference) -> Result<&'a Value<Never>, E>,
    ) -> Result<Value<Never>, E> {
        if let [Piece::Ref(reference)] = self.0.as_slice() {
            return output(reference).cloned();
        }
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Ref(reference) => match output(reference)? {
                    Value::Text(value) => text.push_str(value),
                    other => text.push_str(&other.to_json().to_string()),
                },
            }
        }
        Ok(Value::Text(text))
    }

    /// A value that is exactly one output of another resource.
    pub fn output(id: &ResourceId, output: impl Into<String>) -> Self {
        Self(vec![Piece::Ref(Reference {
            id: id.clone(),
            output: output.into(),
        })])
    }

    /// The references in it, in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Ref(reference) => Some(reference),
            Piece::Text(_) => None,
        })
    }
}

/// A value the spec leaves to us: the live one is kept while it is acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Acceptable values, best first. Never empty.
    pub any_of: Options,
    /// Whatever is live is acceptable, also when it is not listed.
    pub keep_any: bool,
    /// Choices of one group must differ from each other (the zones of a network).
    pub distinct: Option<String>,
    /// What is being chosen, for notes: `machine`, `zone`.
    pub what: String,
}

/// What may be chosen, in one place however many choices have it: hundreds of pools choose among the same machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options(Arc<[Opt]>);

impl Deref for Options {
    type Target = [Opt];

    fn deref(&self) -> &[Opt] {
        &self.0
    }
}

impl From<Vec<Opt>> for Options {
    fn from(all: Vec<Opt>) -> Self {
        Self(all.into())
    }
}

impl FromIterator<Opt> for Options {
    fn from_iter<I: IntoIterator<Item = Opt>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Opt>::deserialize(deserializer).map(Self::from)
    }
}

/// One acceptable value of a [`Choice`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opt {
    /// The value.
    pub value: Value<Never>,
    /// Price per hour in micro-dollars, where it has one.
    pub hourly_micros: Option<u64>,
}

/// What may be open after expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// Waits for another resource.
    Pending(Pending),
    /// Waits for a sticky choice.
    Choice(Choice),
}

/// How a hole is written in JSON: an object with a single reserved key.
pub trait Hole: Sized {
    /// The JSON form.
    fn to_json(&self) -> Json;
    /// Reads the JSON form; `None` when the object is plain data.
    ///
    /// # Errors
    /// When a reserved key holds something malformed, or a hole that this type cannot be.
    fn from_json(object: &JsonMap<String, Json>) -> Option<Result<Self, ValueError>>;
}

const REF: &str = "$ref";
const CHOICE: &str = "$choice";

fn sole<'a>(object: &'a JsonMap<String, Json>, key: &str) -> Option<&'a Json> {
    (object.len() == 1).then(|| object.get(key)).flatten()
}

fn parse<T: for<'de> Deserialize<'de>>(json: &Json) -> Result<T, ValueError> {
    T::deserialize(json).map_err(|error| ValueError::Malformed(error.to_string()))
}

impl Hole for Never {
    fn to_json(&self) -> Json {
        match *self {}
    }

    fn from_json(object: &JsonMap<String, Json>) -> Option<Result<Self, ValueError>> {
        sole(object, REF)
            .or_else(|| sole(object, CHOICE))
            .map(|json| Err(ValueError::Open(json.to_string())))
    }
}

impl Hole for Pending {
    fn to_json(&self) -> Json {
        json!({ REF: self.0 })
    }

    fn from_json(object: &JsonMap<String, Json>) -> Option<Result<Self, ValueError>> {
        if let Some(json) = sole(object, CHOICE) {
            return Some(Err(ValueError::Open(json.to_string())));
        }
        sole(object, REF).map(parse)
    }
}

impl Hole for Open {
    fn to_json(&self) -> Json {
        match self {
            Self::Pending(pending) => pending.to_json(),
            Self::Choice(choice) => json!({ CHOICE: choice }),
        }
    }

    fn from_json(object: &JsonMap<String, Json>) -> Option<Result<Self, ValueError>> {
        sole(object, REF)
            .map(|json| parse(json).map(Self::Pending))
            .or_else(|| sole(object, CHOICE).map(|json| parse(json).map(Self::Choice)))
    }
}
