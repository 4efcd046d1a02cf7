//! diff → order → guard: pure functions from values to a [`Plan`].

mod choose;
mod decide;
mod diff;
mod effect;
mod inputs;
mod policy;
mod present;
mod provisional;
mod remove;
mod resolve;
mod value;

pub use decide::decide;

pub use inputs::{Decided, Decision, Goal, Inputs, Tables, Verdict};
pub use provisional::provisional;
pub use value::{
    Action, Change, Estimate, FORMAT_VERSION, FieldChange, Plan, PlanFile, Reason, ShownEffect,
    Step, Summary,
};
