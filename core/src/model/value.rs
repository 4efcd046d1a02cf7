//! Field values, by how much of them is known.
//!
//! One tree type, three hole types. `Value<Open>` comes out of expansion (choices and references
//! still open), `Value<Pending>` after sticky choices are taken (only references open), and
//! `Value<Never>` is fully known: live values, and desired ones at the moment of a call.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map as JsonMap, Value as Json, json};

use super::ResourceId;

/// A tree of plain data in which leaves may be holes of type `H`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<H> {
    /// Not set. A desired `Null` field is not compared: the cloud's default stands.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// An ordered list; the table says whether order matters.
    List(Vec<Value<H>>),
    /// Named values.
    Map(BTreeMap<String, Value<H>>),
    /// Not known yet.
    Hole(H),
}

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

/// A malformed or impossible value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A number that is not a whole number in range.
    #[error("{0} is not a whole number")]
    Number(String),
    /// A hole where none may be.
    #[error("a value is still open here: {0}")]
    Open(String),
    /// A malformed hole.
    #[error("malformed reference: {0}")]
    Malformed(String),
    /// The data does not fit the kind's struct.
    #[error("{0}")]
    Shape(String),
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

impl<H: Hole> Value<H> {
    /// The JSON form; holes are objects with one reserved key.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => json!(value),
            Self::Int(value) => json!(value),
            Self::Text(value) => json!(value),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_json()))
                    .collect(),
            ),
            Self::Hole(hole) => hole.to_json(),
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// On fractions and on holes that `H` cannot be.
    pub fn from_json(json: &Json) -> Result<Self, ValueError> {
        Ok(match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Int(
                number
                    .as_i64()
                    .ok_or_else(|| ValueError::Number(number.to_string()))?,
            ),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(
                items
                    .iter()
                    .map(Self::from_json)
                    .collect::<Result<_, _>>()?,
            ),
            Json::Object(object) => match H::from_json(object) {
                Some(hole) => Self::Hole(hole?),
                None => Self::Map(
                    object
                        .iter()
                        .map(|(key, value)| Ok((key.clone(), Self::from_json(value)?)))
                        .collect::<Result<_, ValueError>>()?,
                ),
            },
        })
    }
}

impl<H> Value<H> {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Rewrites every hole, keeping the shape.
    ///
    /// # Errors
    /// The first error of `fill`.
    pub fn try_fill<G, E>(
        &self,
        fill: &mut impl FnMut(&H) -> Result<Value<G>, E>,
    ) -> Result<Value<G>, E> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Text(value) => Value::Text(value.clone()),
            Self::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| item.try_fill(fill))
                    .collect::<Result<_, E>>()?,
            ),
            Self::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), value.try_fill(fill)?)))
                    .collect::<Result<_, E>>()?,
            ),
            Self::Hole(hole) => fill(hole)?,
        })
    }

    /// Calls `see` with every hole, in document order.
    pub fn each_hole<'a>(&'a self, see: &mut impl FnMut(&'a H)) {
        match self {
            Self::List(items) => items.iter().for_each(|item| item.each_hole(see)),
            Self::Map(entries) => entries.values().for_each(|item| item.each_hole(see)),
            Self::Hole(hole) => see(hole),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Text(_) => {}
        }
    }
}

impl<H: Hole> Serialize for Value<H> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de, H: Hole> Deserialize<'de> for Value<H> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}

impl<H> From<&str> for Value<H> {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<H> From<String> for Value<H> {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<H> From<bool> for Value<H> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<H> From<i64> for Value<H> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Pending> for Value<Open> {
    fn from(pending: Pending) -> Self {
        Self::Hole(Open::Pending(pending))
    }
}

impl From<Choice> for Value<Open> {
    fn from(choice: Choice) -> Self {
        Self::Hole(Open::Choice(choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_survive_json_and_never_refuses_them() {
        let id = ResourceId::new("network.main", "vpc");
        let open: Value<Open> = Value::Map(BTreeMap::from([
            ("vpc".to_owned(), Pending::output(&id, "id").into()),
            ("size".to_owned(), Value::Int(3)),
        ]));
        let json = open.to_json();
        assert_eq!(Value::<Open>::from_json(&json).expect("open"), open);
        assert!(Value::<Pending>::from_json(&json).is_ok());
        assert!(Value::<Never>::from_json(&json).is_err());
    }

    #[test]
    fn fractions_are_refused() {
        assert!(Value::<Never>::from_json(&json!(1.5)).is_err());
    }
}
