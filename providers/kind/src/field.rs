//! Fields of kind structs: a value, or what it waits for.
//!
//! One struct per kind serves both directions. Expansion fills it and [`fields_of`] turns it into the fields
//! of a resource; at the moment of a call [`read_fields`] turns the resolved fields back into the struct.

use std::cell::RefCell;
use std::collections::BTreeMap;

use provision_core::contract::{Class, Failure};
use provision_core::model::{
    Choice, Fields, Hole, Open, Pending, Resource, ResourceId, Value, ValueError,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

/// A value of a kind struct that may still be open. Its JSON forms are those of
/// [`provision_core::model::Value`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field<T> {
    /// Known now.
    Known(T),
    /// Waits for outputs of other resources.
    Pending(Pending),
    /// Waits for a sticky choice.
    Choice(Choice),
}

impl<T> Field<T> {
    /// A field that is one output of another resource.
    pub fn output(id: &ResourceId, output: &str) -> Self {
        Self::Pending(Pending::output(id, output))
    }

    /// The value, once known.
    #[must_use]
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Pending(_) | Self::Choice(_) => None,
        }
    }

    /// The value at the moment of a call, when everything must be known.
    ///
    /// # Errors
    /// An internal failure naming the field when it is still open: the executor resolves before it calls.
    pub fn known(&self, name: &str) -> Result<&T, Failure> {
        self.get()
            .ok_or_else(|| internal(format!("`{name}` is not known at the moment of the call")))
    }
}

impl<T: Default> Default for Field<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Field<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Pending(pending) => Open::Pending(pending.clone())
                .to_json()
                .serialize(serializer),
            Self::Choice(choice) => match aside(choice) {
                Some(place) => BTreeMap::from([(ASIDE, place)]).serialize(serializer),
                None => Open::Choice(choice.clone()).to_json().serialize(serializer),
            },
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let json = Json::deserialize(deserializer)?;
        let hole = json.as_object().and_then(Open::from_json);
        match hole {
            Some(hole) => match hole.map_err(D::Error::custom)? {
                Open::Pending(pending) => Ok(Self::Pending(pending)),
                Open::Choice(choice) => Ok(Self::Choice(choice)),
            },
            None => serde_json::from_value(json)
                .map(Self::Known)
                .map_err(D::Error::custom),
        }
    }
}

/// The fields of a kind struct, by name.
///
/// # Errors
/// When the struct is not a plain record of values.
pub fn fields_of<S: Serialize>(kind: &S) -> Result<BTreeMap<String, Value<Open>>, ValueError> {
    CHOICES.set(Some(Vec::new()));
    let fields = entries(kind);
    let choices = CHOICES.take().unwrap_or_default();
    let mut fields = fields?;
    if !choices.is_empty() {
        fields
            .values_mut()
            .for_each(|value| put_back(value, &choices));
    }
    Ok(fields)
}

thread_local! {
    /// Choices of the struct that is being turned into fields. Their options are many and shared: written out and read
    /// back, those of the machines of a pool would cost more than all the rest of a plan.
    static CHOICES: RefCell<Option<Vec<Choice>>> = const { RefCell::new(None) };
}

/// Stands for a choice that was put aside: an object with this key and its place.
const ASIDE: &str = "$aside";

/// Puts a choice aside where somebody will put it back.
fn aside(choice: &Choice) -> Option<usize> {
    CHOICES.with_borrow_mut(|choices| {
        let choices = choices.as_mut()?;
        choices.push(choice.clone());
        Some(choices.len() - 1)
    })
}

fn put_back(value: &mut Value<Open>, choices: &[Choice]) {
    match value {
        Value::Map(entries) => {
            let place = match entries.get(ASIDE) {
                Some(Value::Int(place)) => usize::try_from(*place).ok(),
                _ => None,
            };
            match place.and_then(|place| choices.get(place)) {
                Some(choice) => *value = Value::Hole(Open::Choice(choice.clone())),
                None => entries.values_mut().for_each(|one| put_back(one, choices)),
            }
        }
        Value::List(items) => items.iter_mut().for_each(|one| put_back(one, choices)),
        _ => {}
    }
}

/// The fields of a kind struct in which everything is known: what a survey reports.
///
/// # Errors
/// When something in it is still open.
pub fn live_fields<S: Serialize>(kind: &S) -> Result<Fields, ValueError> {
    entries(kind)
}

fn entries<S: Serialize, H: Hole>(kind: &S) -> Result<BTreeMap<String, Value<H>>, ValueError> {
    let json = serde_json::to_value(kind).map_err(|error| ValueError::Shape(error.to_string()))?;
    match Value::from_json(&json)? {
        Value::Map(fields) => Ok(fields),
        _ => Err(ValueError::Shape("a kind is a record of fields".to_owned())),
    }
}

/// The struct of a resource at the moment of a call.
///
/// # Errors
/// An internal failure when the fields do not fit the struct.
pub fn read_fields<S: DeserializeOwned, H: Hole>(resource: &Resource<H>) -> Result<S, Failure> {
    from_fields(&resource.fields)
        .map_err(|failure| internal(format!("{}: {}", resource.id, failure.message)))
}

/// The struct of a map of fields.
///
/// # Errors
/// An internal failure when the fields do not fit the struct.
pub fn from_fields<S: DeserializeOwned, H: Hole>(
    fields: &BTreeMap<String, Value<H>>,
) -> Result<S, Failure> {
    let object = fields
        .iter()
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect();
    serde_json::from_value(Json::Object(object)).map_err(|error| internal(error.to_string()))
}

/// A fault of ours.
#[must_use]
pub fn internal(message: String) -> Failure {
    Failure {
        class: Class::Internal,
        code: "internal".to_owned(),
        message,
        call: None,
        object: None,
        advice: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use provision_core::model::{Kind, Opt};

    use super::*;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Sample {
        vpc: Field<String>,
        zone: Field<String>,
        public: bool,
        retention: Option<i64>,
        names: Vec<Field<String>>,
    }

    fn sample() -> Sample {
        let vpc = ResourceId::new("network.main", "vpc");
        Sample {
            vpc: Field::output(&vpc, "id"),
            zone: Field::Choice(Choice {
                any_of: vec![Opt {
                    value: "eu-west-1a".into(),
                    hourly_micros: None,
                }]
                .into(),
                keep_any: true,
                distinct: None,
                what: "zone".to_owned(),
            }),
            public: true,
            retention: None,
            names: vec!["a".into(), Field::output(&vpc, "cidr")],
        }
    }

    fn resource<H>(fields: BTreeMap<String, Value<H>>) -> Resource<H> {
        Resource {
            id: ResourceId::new("network.main", "x"),
            kind: Kind::new("test"),
            provider: "aws".to_owned(),
            platform: None,
            name: None,
            parent: None,
            fields,
            after: Vec::new(),
            outlives: Vec::new(),
            adopt: None,
            protect: false,
        }
    }

    #[test]
    fn structs_become_fields_with_holes_and_come_back() {
        let fields = fields_of(&sample()).unwrap();
        assert!(matches!(
            fields.get("vpc"),
            Some(Value::Hole(Open::Pending(_)))
        ));
        assert!(matches!(
            fields.get("zone"),
            Some(Value::Hole(Open::Choice(_)))
        ));
        assert_eq!(fields.get("retention"), Some(&Value::Null));
        assert_eq!(
            read_fields::<Sample, _>(&resource(fields)).unwrap(),
            sample()
        );
    }

    #[test]
    fn live_fields_refuse_holes_and_calls_refuse_open_fields() {
        assert!(live_fields(&sample()).is_err());
        let failure = sample().vpc.known("vpc").unwrap_err();
        assert_eq!(failure.class, Class::Internal);
        assert!(failure.message.contains("`vpc`"));
    }
}
