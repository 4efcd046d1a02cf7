//! What the oracle tells of a live object.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One live object of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The account it lies in.
    pub account: String,
    /// The region; empty for global services.
    pub region: String,
    /// The service: `ec2`.
    pub service: String,
    /// The kind within the service: `vpc`.
    pub kind: String,
    /// The cloud's id or name of it.
    pub id: String,
    /// Its tags.
    pub marks: BTreeMap<String, String>,
    /// Whether it costs money while it lives.
    pub billable: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Whether the cloud made it by itself with something else (a default security group, a node's instance).
    pub own_of_cloud: bool,
}
