//! The Google Cloud half.
//!
//! One folder a service, in it:
//! - `mod.rs`: `pub(crate) const SERVICE: Service`, with the list of its [`Operation`]s (one row each: the id of the
//!   method in the discovery document, method and path, what it takes, which permission it needs, function), how its
//!   documents settle, what its long-running operations do when they end, and what the oracle tells;
//! - one file a kind of resource: its struct (a [`crate::store::Document`]) and its operations,
//!   `fn insert(call: &mut Call<'_>) -> Outcome`.
//!
//! A project is an account, its number follows from its id ([`project`]). Documents lie in the place of project and
//! location (`global` things in the empty one). Operations read and write by `call.tx` as those of AWS do: `see`/`see_all`
//! honour the visibility lag, `get`/`list` tell what there is. Work that takes time is an [`operation::Work`]: it goes
//! from PENDING over RUNNING to DONE by the clock, and the service's `turned` is called at every turn, which may let
//! it fail. Refusals are an [`ApiError`](crate::wire::ApiError) with the HTTP status, and as code either the reason (`notFound`) or the
//! canonical status (`NOT_FOUND`); the other one follows. A new service is one line in [`SERVICES`] and one in
//! `operations.txt` an operation.

pub(crate) mod cloudbilling;
pub(crate) mod cloudresourcemanager;
pub(crate) mod compute;
pub(crate) mod container;
mod dispatch;
mod documents;
mod endpoints;
mod enums;
pub(crate) mod filter;
pub(crate) mod iam;
mod mask;
pub(crate) mod operation;
pub(crate) mod policy;
pub(crate) mod project;
pub(crate) mod refusal;
pub(crate) mod secretmanager;
mod service;
pub(crate) mod serviceusage;
pub(crate) mod shape;

#[cfg(test)]
mod tests;

pub(crate) use dispatch::{Incoming, Refused, Routed, is_mine, route};
pub(crate) use documents::check;
pub use endpoints::gcp_endpoints;
pub(crate) use enums::Enum;
pub(crate) use mask::keep;
pub(crate) use service::{
    ApiState, Call, Operation, Outcome, SERVICES, Service, Style, is_enabled,
};
