//! The Resource Groups Tagging API: tags of objects of several services by their ARNs.
//!
//! Codes and messages: the API reference. It knows log groups and task definitions, the kinds of which tags can otherwise only be
//! read one by one.

mod resources;

#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::Tx;
use crate::wire::Protocol;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "tagging",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const OPERATIONS: &[Operation] =
    &[Operation::read("GetResources", resources::get).accepts(&[&["ResourceARNList"]])];

/// It has no objects of its own.
fn settle(_: &mut Tx<'_>) {}

fn objects(_: &Tx<'_>) -> Vec<Object> {
    Vec::new()
}
