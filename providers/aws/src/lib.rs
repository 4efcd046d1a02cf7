//! What the AWS platforms share: clients, errors, network, roles, logs, launch templates, the claim.

mod advice;
mod budget;
mod client;
mod codes;
mod error;
mod field;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod testing;

pub use client::{Aws, https};
pub use error::{Fault, How};
pub use field::{Field, fields_of, from_fields, internal, live_fields, read_fields};
