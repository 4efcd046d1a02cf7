//! Google Cloud: networks so far. Nothing is lowered to it yet.
//!
//! Rooms: [`Gcp`] is the one place that sends; [`Reach`] says where to; [`Fault`] sorts what comes back; `kinds` has one file
//! for each kind of object; [`marks`] tells whose an object is.

mod advice;
mod client;
mod error;
mod kinds;
pub mod marks;
mod provider;
mod reach;

/// This provider's name.
pub const PROVIDER: &str = "gke";

pub use client::Gcp;
pub use error::{Fault, How};
pub use kinds::{Google, Network, On, Router, Subnetwork};
pub use provider::GkeProvider;
pub use reach::Reach;
