//! diff → order → guard: pure functions from values to a [`Plan`].

mod value;

pub use value::{
    Action, Change, Estimate, FORMAT_VERSION, FieldChange, Plan, PlanFile, Reason, ShownEffect,
    Step, Summary,
};
