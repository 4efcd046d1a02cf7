//! Values of secrets, on their way from whoever has them to the store that keeps them.
//!
//! They are in memory only, and only as long as a run needs them. [`SecretValue`] has no form for people, is overwritten
//! when it is dropped, and cannot be serialised: the two messages that carry [`Values`] to a provider say so field by
//! field, with [`crossing`], because a provider may be another process. What is planned, journalled, told or logged is
//! made of other types, so that no value can get into it. A client of a cloud copies what it sends, and those copies are
//! beyond us.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::{Address, ResourceId};

/// What an address of a secret begins with.
const BLOCK: &str = "secret.";

/// What stands for a value where it would have been said.
const MASK: &str = "(secret)";

/// One value. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes a text over; `None` when it is empty, which no store takes.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        (!text.is_empty()).then(|| Self(Zeroizing::new(text)))
    }

    /// The value itself: for a call to the store, and for comparing.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// A text of others in which the value may be quoted, without it.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        let plain = text.replace(self.reveal(), MASK);
        // As it stands in JSON, without the quotes around it.
        let quoted = Zeroizing::new(serde_json::to_string(self.reveal()).unwrap_or_default());
        match quoted.get(1..quoted.len().saturating_sub(1)) {
            Some(inner) if inner != self.reveal() => plain.replace(inner, MASK),
            _ => plain,
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Values at hand, by the name of their block: `database-url` of `[secret.database-url]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, SecretValue>);

impl Values {
    /// Nothing is at hand.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether nothing is at hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a value.
    pub fn insert(&mut self, name: impl Into<String>, value: SecretValue) {
        self.0.insert(name.into(), value);
    }

    /// The value of the secret that a resource is of.
    #[must_use]
    pub fn of(&self, id: &ResourceId) -> Option<&SecretValue> {
        self.0.get(name(&id.address)?)
    }

    /// Those of these resources alone: nobody is handed more than what he is asked about.
    #[must_use]
    pub fn only<'a>(&self, ids: impl IntoIterator<Item = &'a ResourceId>) -> Self {
        let own = ids.into_iter().filter_map(|id| {
            let name = name(&id.address)?;
            Some((name.to_owned(), self.0.get(name)?.clone()))
        });
        Self(own.collect())
    }
}

fn name(address: &Address) -> Option<&str> {
    address.as_str().strip_prefix(BLOCK)
}

/// The way of values across the border of a process, for `#[serde(with = "…")]` on a field of a message.
pub(crate) mod crossing {
    use std::collections::BTreeMap;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{SecretValue, Values};

    pub(crate) fn serialize<S: Serializer>(values: &Values, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(values.0.iter().map(|(name, value)| (name, value.reveal())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Values, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(from)?;
        let values = texts.into_iter().map(|(name, text)| {
            let value = SecretValue::new(text);
            Ok((
                name,
                value.ok_or_else(|| D::Error::custom("an empty value"))?,
            ))
        });
        Ok(Values(values.collect::<Result<_, D::Error>>()?))
    }
}

/// The same of a single value.
pub(crate) mod crossing_one {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::SecretValue;

    pub(crate) fn serialize<S: Serializer>(value: &SecretValue, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(value.reveal())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SecretValue, D::Error> {
        let text = String::deserialize(from)?;
        SecretValue::new(text).ok_or_else(|| D::Error::custom("an empty value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> SecretValue {
        SecretValue::new(text.to_owned()).expect("not empty")
    }

    fn values() -> Values {
        let mut values = Values::none();
        values.insert("db", value("hunter2"));
        values.insert("key", value("k3y"));
        values
    }

    #[test]
    fn no_form_for_people_shows_a_value() {
        for shown in [
            format!("{:?}", values()),
            format!("{:#?}", value("hunter2")),
        ] {
            assert!(
                !shown.contains("hunter2") && shown.contains(MASK),
                "{shown}"
            );
        }
        assert_eq!(SecretValue::new(String::new()), None);
    }

    #[test]
    fn a_session_crosses_and_is_not_shown() {
        let session = crate::contract::Session {
            program: "speak".to_owned(),
            arguments: vec!["one".to_owned()],
            variable: "SESSION".to_owned(),
            value: value("t0ken"),
        };
        assert!(!format!("{session:?}").contains("t0ken"));
        let text = serde_json::to_string(&session).expect("json");
        let back: crate::contract::Session = serde_json::from_str(&text).expect("a session");
        assert_eq!(back, session);
    }

    #[test]
    fn what_others_quote_is_masked_in_both_forms() {
        assert_eq!(
            value("hunter2").masked("Value 'hunter2' is no"),
            "Value '(secret)' is no"
        );
        let escaped = value("a\"b\nc").masked(r#"{"SecretString": "a\"b\nc"}"#);
        assert_eq!(escaped, r#"{"SecretString": "(secret)"}"#);
    }

    #[test]
    fn each_is_handed_what_it_is_asked_about() {
        let own = ResourceId::new("secret.db", "secret");
        let other = ResourceId::new("workload.db", "service");
        assert_eq!(values().of(&own), Some(&value("hunter2")));
        assert_eq!(values().of(&other), None);
        let only = values().only([&own, &other]);
        assert_eq!(only.0.keys().collect::<Vec<_>>(), ["db"]);
    }
}
