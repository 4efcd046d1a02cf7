//! The AWS half.
//!
//! One folder a service, in it:
//! - `mod.rs`: `pub(crate) const SERVICE: Service`, with the list of its [`Operation`]s (one row each: name, whether it
//!   mutates, REST pattern, function), how its documents settle, and what the oracle tells;
//! - one file a kind of resource: its struct (a [`crate::store::Document`]), its state table
//!   ([`crate::phase::StateTable`]), and its operations, `fn create(call: &mut Call<'_>) -> Outcome`.
//!
//! An operation reads and writes by `call.tx` ([`crate::store::Tx`]): `see`/`see_all` for what the API shows (they honour
//! the visibility lag; use them for references too), `get`/`list` for what there is (conflicts, quotas, uniqueness).
//! States are a [`crate::phase::Phase`] in the document; the service's `settle` calls `phase.advance(TABLE, …)` for
//! every document with a state and does what the transition does, before each request is handled. An error drops all
//! that the operation wrote. A new service is one line in [`SERVICES`] and one in `operations.txt` an operation.

pub(crate) mod acm;
pub(crate) mod appscaling;
pub(crate) mod autoscaling;
mod dispatch;
pub(crate) mod ec2;
pub(crate) mod ecs;
pub(crate) mod eks;
pub(crate) mod elb;
pub(crate) mod elbv2;
pub(crate) mod iam;
pub(crate) mod logs;
mod refusal;
pub(crate) mod scheduler;
pub(crate) mod secretsmanager;
mod service;
pub(crate) mod servicediscovery;
mod session;
mod shape;
pub(crate) mod ssm;
pub(crate) mod sts;
pub(crate) mod tagging;

pub(crate) use dispatch::{Incoming, Refused, Routed, route};
pub(crate) use service::{Call, Operation, Outcome, SERVICES, Service};
pub(crate) use session::Session;
