//! diff → order → guard: pure functions from values to a [`Plan`].

mod inputs;
mod value;

pub use inputs::{Decided, Decision, Goal, Inputs, Tables, Verdict};
pub use value::{
    Action, Change, Estimate, FORMAT_VERSION, FieldChange, Plan, PlanFile, Reason, ShownEffect,
    Step, Summary,
};
