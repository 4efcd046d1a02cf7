//! Field values, by how much of them is known.
//!
//! One tree type, three hole types. `Value<Open>` comes out of expansion (choices and references
//! still open), `Value<Pending>` after sticky choices are taken (only references open), and
//! `Value<Never>` is fully known: live values, and desired ones at the moment of a call.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::hole::{Choice, Hole, Open, Pending};

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
    use crate::model::{Never, ResourceId};

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
