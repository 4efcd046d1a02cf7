//! Attributes of balancers, target groups and listeners: a key, what it may be, what it starts as.
//!
//! Keys, values and defaults: the API reference of version 2015-12-01.

use std::collections::BTreeMap;

use super::common::{configuration, constraint, invalid};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// Most attributes of one call.
const MOST: usize = 20;

/// What a value may be.
pub(super) enum Legal {
    /// `true` or `false`.
    Truth,
    /// A number within bounds.
    Number(u64, u64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A word, or a number within bounds.
    WordOr(&'static str, u64, u64),
    /// Anything.
    Text,
}

/// One attribute.
pub(super) struct Attribute {
    /// `idle_timeout.timeout_seconds`.
    pub(super) key: &'static str,
    /// Who has it: a type of balancer, or a family of protocols.
    pub(super) of: &'static [&'static str],
    /// What it may be.
    pub(super) legal: Legal,
    /// What it starts as.
    pub(super) usual: &'static str,
}

impl Attribute {
    /// A row of a table.
    pub(super) const fn new(
        key: &'static str,
        of: &'static [&'static str],
        legal: Legal,
        usual: &'static str,
    ) -> Self {
        Self {
            key,
            of,
            legal,
            usual,
        }
    }

    fn takes(&self, value: &str) -> bool {
        let within = |least: u64, most: u64| {
            let number = value.parse::<u64>();
            number.is_ok_and(|number| (least..=most).contains(&number))
        };
        match self.legal {
            Legal::Truth => matches!(value, "true" | "false"),
            Legal::Number(least, most) => within(least, most),
            Legal::Word(words) => words.contains(&value),
            Legal::WordOr(word, least, most) => value == word || within(least, most),
            Legal::Text => value.len() <= 1024,
        }
    }

    /// What a value may be, for people.
    fn words(&self) -> String {
        match self.legal {
            Legal::Truth => "'true' or 'false'".to_owned(),
            Legal::Number(least, most) => format!("between '{least}' and '{most}' inclusive"),
            Legal::Word(words) => format!("one of [{}]", words.join(", ")),
            Legal::WordOr(word, least, most) => {
                format!("'{word}', or between '{least}' and '{most}' inclusive")
            }
            Legal::Text => "at most 1024 characters".to_owned(),
        }
    }
}

/// The attributes of one object: the table, who it is in it, and its noun.
pub(super) struct Of<'a> {
    /// The table.
    pub(super) table: &'static [Attribute],
    /// Its type: `application`.
    pub(super) kind: &'a str,
    /// `Load balancer`.
    pub(super) noun: &'static str,
}

impl Of<'_> {
    /// The value of an attribute among those that are not what they start with.
    pub(super) fn value<'a>(&self, set: &'a BTreeMap<String, String>, key: &str) -> &'a str {
        let usual = self.row(key).map_or("", |one| one.usual);
        set.get(key).map_or(usual, String::as_str)
    }

    fn row(&self, key: &str) -> Option<&'static Attribute> {
        let mut rows = self.table.iter();
        rows.find(|one| one.key == key && one.of.contains(&self.kind))
    }

    /// The answer: every attribute of the object.
    pub(super) fn answer(&self, set: &BTreeMap<String, String>) -> Outcome {
        let own = self.table.iter().filter(|one| one.of.contains(&self.kind));
        let row = |one: &Attribute| {
            let value = set.get(one.key).map_or(one.usual, String::as_str);
            Fields::new().text("Key", one.key).text("Value", value)
        };
        let rows: Vec<Fields> = own.map(row).collect();
        Ok(Body::Xml(Fields::new().list("Attributes", "member", rows)))
    }

    /// Sets what the call names; what it does not name stays.
    pub(super) fn change(
        &self,
        call: &Call<'_>,
        set: &mut BTreeMap<String, String>,
    ) -> Result<(), ApiError> {
        let wishes = call.params.structures("Attributes.member");
        if wishes.is_empty() {
            return Err(constraint("Attributes", "null", "not be null"));
        }
        if wishes.len() > MOST {
            let rule = format!("have length less than or equal to {MOST}");
            return Err(constraint("Attributes", "[…]", &rule));
        }
        for wish in &wishes {
            let key = wish.get("Key").unwrap_or_default();
            let value = wish.get("Value").unwrap_or_default();
            self.check(key, value)?;
            set.insert(key.to_owned(), value.to_owned());
        }
        self.together(set)
    }

    fn check(&self, key: &str, value: &str) -> Result<(), ApiError> {
        let noun = self.noun;
        if !self.table.iter().any(|one| one.key == key) {
            return Err(invalid(format!(
                "{noun} attribute key '{key}' is not recognized"
            )));
        }
        let Some(row) = self.row(key) else {
            let plural = noun.to_lowercase();
            return Err(invalid(format!(
                "{noun} attribute key '{key}' is not supported on {plural}s with type '{}'",
                self.kind
            )));
        };
        match row.takes(value) {
            true => Ok(()),
            false => Err(invalid(format!(
                "{noun} attribute '{key}' value '{value}' must be {}",
                row.words()
            ))),
        }
    }

    /// Logs need a bucket.
    fn together(&self, set: &BTreeMap<String, String>) -> Result<(), ApiError> {
        for logs in ["access_logs", "connection_logs"] {
            let value = |end: &str| self.value(set, &format!("{logs}.s3.{end}"));
            if value("enabled") == "true" && value("bucket").is_empty() {
                return Err(configuration(format!(
                    "The value of '{logs}.s3.bucket' cannot be blank when '{logs}.s3.enabled' is 'true'"
                )));
            }
        }
        Ok(())
    }
}
