//! Names of things: addresses in the spec, ids of resources, kinds and platforms.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a thing is declared in the spec: `cluster.prod.pool.web`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Takes an address as written; the spec has already checked its parts.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, `cluster.prod.pool.web`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `self` is `other` or lies inside it: `cluster.prod.pool.web` is inside `cluster.prod`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0 == other.0
            || (self.0.starts_with(&other.0) && self.0.as_bytes().get(other.0.len()) == Some(&b'.'))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identity of one resource within a stack, `ADDRESS/PART` (`network.main/nat-ip.b`). Fixed by
/// expansion; written on the live object as the mark `provision-id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// The declared thing this resource serves.
    pub address: Address,
    /// Which of its resources: `vpc`, `subnet.private.a`.
    pub part: String,
}

impl ResourceId {
    /// Builds `ADDRESS/PART`.
    pub fn new(address: impl Into<String>, part: impl Into<String>) -> Self {
        Self {
            address: Address::new(address),
            part: part.into(),
        }
    }

    /// The id of an object that another one has replaced under this id, and that still stands: `ADDRESS/PART@NAME`.
    #[must_use]
    pub fn outgoing(&self, name: &str) -> Self {
        Self::new(self.address.as_str(), format!("{}@{name}", self.part))
    }

    /// The id of the object that has replaced this one; `None` unless it is an [`Self::outgoing`] one.
    #[must_use]
    pub fn successor(&self) -> Option<Self> {
        let (part, _) = self.part.rsplit_once('@')?;
        Some(Self::new(self.address.as_str(), part))
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.part)
    }
}

/// A text that is no `ADDRESS/PART`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a resource id: expected ADDRESS/PART")]
pub struct IdError(String);

impl FromStr for ResourceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once('/') {
            Some((address, part)) if !address.is_empty() && !part.is_empty() => {
                Ok(Self::new(address, part))
            }
            _ => Err(IdError(text.to_owned())),
        }
    }
}

impl Serialize for ResourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What sort of cloud object a resource is: `ec2.vpc`, `eks.nodegroup`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(String);

impl Kind {
    /// A kind by its name, `service.object`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name, `ec2.vpc`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The platforms a cluster can be declared on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Google Kubernetes Engine.
    Gke,
    /// Amazon Elastic Kubernetes Service.
    Eks,
    /// Amazon Elastic Container Service.
    Ecs,
    /// Any Kubernetes, reached by a kubeconfig context.
    Kubernetes,
}

impl Platform {
    /// Every platform, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Gke, Self::Eks, Self::Ecs, Self::Kubernetes];

    /// The word of the spec: `eks`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gke => "gke",
            Self::Eks => "eks",
            Self::Ecs => "ecs",
            Self::Kubernetes => "kubernetes",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_reject_halves() {
        let id: ResourceId = "network.main/nat-ip.b".parse().expect("an id");
        assert_eq!(id.to_string(), "network.main/nat-ip.b");
        assert!("network.main".parse::<ResourceId>().is_err());
        assert!("/vpc".parse::<ResourceId>().is_err());
    }

    #[test]
    fn within_respects_name_borders() {
        let prod = Address::new("cluster.prod");
        assert!(Address::new("cluster.prod.pool.web").is_within(&prod));
        assert!(!Address::new("cluster.production").is_within(&prod));
    }
}
