//! The embedded cloud: a local server that speaks the real wire protocols of AWS and Google Cloud, so that the same SDK clients,
//! retries and parsers run against it. It refuses what the real cloud refuses.
//!
//! [`Cloud`] is a synchronous value; [`server`] puts it on a loopback port. It depends on no provider crate and not on
//! the core: a shared type would share the misunderstanding.

mod ailment;
mod ailment_codes;
mod ailment_tasks;
mod aws;
mod calls;
mod catalogue;
mod cloud;
mod config;
mod fault;
mod gcp;
mod object;
mod phase;
mod plant;
pub mod server;
mod store;
mod throttle;
mod wire;

#[cfg(test)]
mod tests;

pub use ailment::{Ailment, Patient, Stage, health_codes, update_codes};
pub use calls::CallRecord;
pub use catalogue::{OperationEntry, operations};
pub use cloud::{Cloud, Delivery};
pub use config::{Bucket, Config, Planted};
pub use fault::{Fault, FaultAction};
pub use gcp::gcp_endpoints;
pub use object::Object;
pub use plant::{Plant, PlantedCertificate};
pub use store::StoreError;
