//! Amazon ECS: clusters with their capacity, workloads and jobs.
//!
//! Rooms: `kinds` has one file for each kind of object, with its calls beside it; `expand` turns cluster, workload and job
//! blocks into resources; `attend` runs by hand, reads lines and opens sessions; `import` turns what is live into blocks; [`EcsProvider`] puts them behind the contract. Clients, faults, marks and the machinery of kinds
//! are those of `provision-aws`.

mod attend;
mod expand;
mod import;
mod kinds;
mod provider;

/// This provider's name.
pub const PROVIDER: &str = "ecs";

pub use expand::expand;
pub use kinds::tables;
pub use provider::EcsProvider;
