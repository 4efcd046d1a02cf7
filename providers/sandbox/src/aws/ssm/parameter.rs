//! Parameters: what they are, and how reads tell them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::common::arn;
use crate::aws::shape::{Tags, stamp};
use crate::store::{Document, Place, Tx, hex};

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    /// Its name, which is its id.
    pub(crate) name: String,
    /// Its versions, oldest first.
    pub(crate) versions: Vec<Version>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A version of a parameter: every put makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Its value.
    pub(crate) value: String,
    /// `String`, `StringList` or `SecureString`.
    pub(crate) kind: String,
    /// The KMS key of a secure string.
    pub(crate) key: Option<String>,
    /// What somebody wrote about it.
    pub(crate) description: Option<String>,
    /// `Standard` or `Advanced`.
    pub(crate) tier: String,
    /// `text` or `aws:ec2:image`.
    pub(crate) data_type: String,
    /// Its labels.
    pub(crate) labels: Vec<String>,
    /// When it was made.
    pub(crate) modified: Timestamp,
    /// Who made it.
    pub(crate) by: String,
}

impl Document for Parameter {
    const SERVICE: &'static str = "ssm";
    const KIND: &'static str = "parameter";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Parameter {
    /// The account's parameter with a name or an ARN, visible or not.
    pub(crate) fn find(tx: &Tx<'_>, place: &Place, name: &str) -> Option<Self> {
        match name.strip_prefix(&arn(place, "")) {
            None => tx.get(place, name),
            Some(rest) => tx
                .get(place, &format!("/{rest}"))
                .or_else(|| tx.get(place, rest)),
        }
    }

    /// The newest version.
    pub(crate) fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The version with a number.
    pub(crate) fn version(&self, number: u64) -> Option<&Version> {
        self.versions.iter().find(|one| one.number == number)
    }

    /// The version with a label.
    pub(crate) fn labelled(&self, label: &str) -> Option<&Version> {
        let has = |one: &&Version| one.labels.iter().any(|own| own == label);
        self.versions.iter().find(has)
    }
}

impl Version {
    /// The value as a read shows it: a secure string that is not decrypted is a sealed text that tells nothing.
    pub(super) fn shown(&self, name: &str, decrypted: bool) -> String {
        if decrypted || self.kind != "SecureString" {
            return self.value.clone();
        }
        let seal = Sha256::digest(format!("{name}/{}", self.number));
        format!("AQICAHg{}", hex(&seal))
    }

    /// The version as GetParameter and its like tell it.
    pub(super) fn row(&self, arn: &str, name: &str, selector: &str, decrypted: bool) -> Value {
        let mut row = json!({
            "Name": name,
            "Type": self.kind,
            "Value": self.shown(name, decrypted),
            "Version": self.number,
            "LastModifiedDate": stamp(self.modified),
            "ARN": arn,
            "DataType": self.data_type,
        });
        if !selector.is_empty() {
            row["Selector"] = selector.into();
        }
        row
    }

    /// The version as DescribeParameters and GetParameterHistory tell it.
    pub(super) fn about(&self, name: &str) -> Value {
        let mut row = json!({
            "Name": name,
            "Type": self.kind,
            "LastModifiedDate": stamp(self.modified),
            "LastModifiedUser": self.by,
            "Version": self.number,
            "Tier": self.tier,
            "Policies": [],
            "DataType": self.data_type,
        });
        if let Some(key) = &self.key {
            row["KeyId"] = key.clone().into();
        }
        if let Some(description) = &self.description {
            row["Description"] = description.clone().into();
        }
        row
    }
}
