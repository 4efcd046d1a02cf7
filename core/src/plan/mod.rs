//! diff → order → guard: pure functions from values to a [`Plan`].

mod adopt;
mod choose;
mod decide;
mod diff;
mod digest;
mod drift;
mod effect;
mod estimate;
pub mod file;
mod graph;
mod guard;
mod hold;
mod inputs;
mod left;
mod make;
mod order;
mod policy;
mod present;
mod provisional;
mod reason;
mod remove;
mod renamed;
mod resolve;
mod succession;
mod target;
mod used;
mod value;
mod verify;
mod walk;
mod web;

pub use adopt::not_there;
pub use decide::decide;
pub use digest::{ABSENT, digest};
pub use drift::{Drift, DriftState, DriftVerdict, Drifted, DriftedField, Expected, Foreign, drift};
pub use estimate::estimate;
pub use graph::Graph;
pub use guard::{Consent, GuardError, needs_consent};
pub use inputs::{Decided, Decision, Goal, Inputs, Tables, Verdict};
pub use left::{leavers, stays};
pub use make::{MAGIC, Refused, make, make_from};
pub use order::{OrderError, Ordered, order};
pub use provisional::provisional;
pub use renamed::RENAMED;
pub use succession::{replacement_name, succession};
pub use target::{UnknownTarget, target};
pub use used::used;
pub use value::{
    Action, Change, Estimate, FORMAT_VERSION, FieldChange, Plan, PlanFile, Reason, ShownEffect,
    Step, Summary,
};
pub use verify::{Difference, verify};
pub use walk::walks;

#[cfg(test)]
mod tests;
