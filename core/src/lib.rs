//! `provision-core`: the words and decisions of provision.
//!
//! Everything here is a synchronous function of values: no network, files, environment, clock,
//! randomness or printing (`core/clippy.toml` enforces it). A value travels
//! [`spec`] → desired resources ([`model`]) → [`plan`] → [`apply`], and meets the providers only
//! through the messages of [`contract`].

pub mod apply;
pub mod contract;
pub mod cost;
pub mod model;
pub mod plan;
pub mod spec;
