//! The executor as a state machine: values in, commands out. A driver performs the commands.
//!
//! [`Run::next`] takes one [`Input`] and answers with [`Command`]s. A step goes
//! unlocked → \[settled and looked up\] → intent written → called → outcome written → … → at rest. Nothing follows
//! from an answer before its record is durable, so a crash at any point leaves either an intent without an outcome
//! (look first) or nothing to doubt. Everything is linear in the steps: counts of predecessors, no scans.

mod flow;
mod look;
mod outcome;
mod pace;
mod prior;
mod protocol;
mod queue;
mod report;
mod resolve;
mod run;
mod token;
mod work;

#[cfg(test)]
mod tests;

pub use prior::Prior;
pub use protocol::{Command, Event, EventKind, Input, Record, RecordKind, RunResult};
pub use run::{Options, Run};
pub use work::RunError;
