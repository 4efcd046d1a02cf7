//! STS: who calls, and temporary credentials of a role.
//!
//! Codes and messages: the STS API reference, and recorded answers.

mod assume;
mod identity;

#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::Tx;
use crate::wire::Protocol;

/// The service. Its sessions lie in no region.
pub(crate) const SERVICE: Service = Service {
    name: "sts",
    protocol: Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
    global: true,
    operations: OPERATIONS,
    settle,
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::write("AssumeRole", assume::assume).accepts(&[&[
        "RoleArn",
        "RoleSessionName",
        "DurationSeconds",
        "ExternalId",
    ]]),
    Operation::read("GetCallerIdentity", identity::get).accepts(&[&[]]),
];

/// An ended session stays: its key is refused as expired, not as unknown.
fn settle(_: &mut Tx<'_>) {}

/// Sessions end by themselves and are nobody's to clean up.
fn objects(_: &Tx<'_>) -> Vec<Object> {
    Vec::new()
}
