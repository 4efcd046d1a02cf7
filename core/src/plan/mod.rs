//! diff → order → guard: pure functions from values to a [`Plan`].

mod digest;
mod estimate;
pub mod file;
mod guard;
mod hold;
mod inputs;
mod make;
mod order;
mod reason;
mod target;
mod value;
mod web;

pub use digest::{ABSENT, digest};
pub use estimate::estimate;
pub use guard::{Consent, GuardError, needs_consent};
pub use inputs::{Decided, Decision, Goal, Inputs, Tables, Verdict};
pub use make::{MAGIC, Refused, make_from, replacement_name};
pub use order::{OrderError, Ordered, order};
pub use target::{UnknownTarget, target};
pub use value::{
    Action, Change, Estimate, FORMAT_VERSION, FieldChange, Plan, PlanFile, Reason, ShownEffect,
    Step, Summary,
};

#[cfg(test)]
mod tests;
