//! Clusters, definitions, services and tasks through the wire, by a clock of the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod balancers;
mod capacity;
mod definitions;
mod failures;
mod managed;
mod schedules;
mod services;
mod tasks;
mod world;
