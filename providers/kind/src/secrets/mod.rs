//! What the stores of secrets have in common: the fields, where a value comes from, how one is told from another.
//!
//! Neither a value nor its digest is a field. What a survey answers is whether the store holds the value at hand, in two
//! words ([`AS_DECLARED`], [`ANOTHER`]); with no value at hand it says nothing, and what is live stays.

mod digest;
mod generate;

use provision_core::contract::{Class, Failure, Note, Severity};
use provision_core::model::{
    Effect, FieldKind, Observed, Pending, Resource, Row, SecretValue, Value,
};
use provision_core::spec::{Secret as Wanted, SecretSource};
use serde::{Deserialize, Serialize};

pub use digest::{digest, hex, random_id, salt, version_id};
pub use generate::generate;

use crate::cloud::Cloud;
use crate::live::text;
use crate::step::Cx;
use crate::tables::scalar;

/// The store holds the value at hand.
pub const AS_DECLARED: &str = "as declared";

/// The store holds some other value.
pub const ANOTHER: &str = "another";

/// `compare`: by reading the value, and not by a digest.
pub const READ: &str = "read";

/// The field that says which of the two it is.
pub const VALUE: &str = "value";

/// The fields of a secret, whichever store it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// [`AS_DECLARED`] when the store is to hold the value at hand; not set where it is generated or not at hand.
    pub value: Option<String>,
    /// Where the value comes from, in words: `the environment variable DATABASE_URL`.
    pub from: Option<String>,
    /// How a change is told: `digest` or `read`.
    pub compare: Option<String>,
    /// It is made once, by us.
    pub generate: Option<Generate>,
}

/// How a value is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generate {
    /// Characters.
    pub length: u32,
    /// Of these; absent: letters and digits.
    pub alphabet: Option<String>,
}

/// The rows of [`Kept`].
#[must_use]
pub fn rows() -> Vec<Row> {
    let once = |name: &str, doc: &str| {
        let kind = match name {
            "generate" => FieldKind::Map { owned_only: false },
            _ => FieldKind::Scalar,
        };
        Row::new(name, kind, Effect::CreateOnly, doc)
    };
    vec![
        scalar(VALUE, "whether the store holds the value at hand"),
        once("from", "where the value comes from, in words"),
        once(
            "compare",
            "how a change is told: by a digest, or by reading",
        ),
        once("generate", "how a value is made that nobody gives"),
    ]
}

impl Kept {
    /// What a block says of its value.
    #[must_use]
    pub fn wanted(block: &Wanted, at_hand: bool) -> Self {
        let generate = match &block.from {
            SecretSource::Generate { length, alphabet } => Some(Generate {
                length: *length,
                alphabet: alphabet.clone(),
            }),
            _ => None,
        };
        let compare = block.compare.clone().filter(|_| generate.is_none());
        Self {
            value: (at_hand && generate.is_none()).then(|| AS_DECLARED.to_owned()),
            from: block.from.words(),
            compare,
            generate,
        }
    }

    /// Whether a change is told by reading the value.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.compare.as_deref() == Some(READ)
    }

    /// Whether this step is to bring the value at hand into the store.
    pub fn is_due<C: Cloud>(&self, cx: &Cx<'_, C>, live: &Observed) -> bool {
        cx.wants(VALUE) && self.value.is_some() && text(live, VALUE) != Some(AS_DECLARED)
    }

    /// The value for a new object: made, or at hand.
    ///
    /// # Errors
    /// The value is not at hand, or none can be made.
    pub fn content<C: Cloud>(&self, cx: &Cx<'_, C>) -> Result<SecretValue, Failure> {
        match &self.generate {
            Some(wish) => generate(wish),
            None => Ok(self.at_hand(cx)?.clone()),
        }
    }

    /// The value at hand.
    ///
    /// # Errors
    /// The value is not at hand, or none can be made.
    pub fn at_hand<'a, C: Cloud>(&self, cx: &Cx<'a, C>) -> Result<&'a SecretValue, Failure> {
        cx.values.of(cx.id()).ok_or_else(|| {
            let from = self.from.as_deref().unwrap_or("somewhere else");
            Failure {
                class: Class::Invalid,
                code: "secret-not-at-hand".to_owned(),
                message: format!("the value is not at hand: it comes from {from}"),
                call: None,
                object: Some(cx.id().to_string()),
                advice: Some(format!("provide it there ({from}), then run it again")),
            }
        })
    }

    /// What a new object says of its value: one that was made is compared with nothing.
    #[must_use]
    pub fn new_value(&self) -> Option<String> {
        self.generate.is_none().then(|| AS_DECLARED.to_owned())
    }
}

/// That a value is not at hand, and why.
#[must_use]
pub fn kept_as_it_is(name: &str, why: &str) -> Note {
    Note {
        severity: Severity::Warning,
        code: "secret-not-at-hand".to_owned(),
        message: format!(
            "its value is not at hand ({why}): what is live of it is kept, and apply cannot make it anew"
        ),
        address: Some(format!("secret.{name}")),
    }
}

/// What a survey says of a value: nothing when it could not be compared.
#[must_use]
pub fn word(same: Option<bool>) -> Option<String> {
    same.map(|same| if same { AS_DECLARED } else { ANOTHER }.to_owned())
}

/// Whether a desired secret is compared by reading.
#[must_use]
pub fn is_read(resource: &Resource<Pending>) -> bool {
    let compare = resource.fields.get("compare");
    compare.and_then(Value::as_text) == Some(READ)
}
