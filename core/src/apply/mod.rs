//! The executor as a state machine: values in, commands out. A driver performs the commands.

mod protocol;

pub use protocol::{Command, Event, EventKind, Input, Record, RecordKind, RunResult};
