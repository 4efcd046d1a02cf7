//! States that change by the passing of time. A resource's table says which state follows which and how long it takes
//! in the real cloud; the present state is computed from the time of the last change, so it advances also while no
//! process runs.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// One row of a state table: `from` becomes `to` after the real `seconds`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The state left.
    pub(crate) from: &'static str,
    /// How long it lasts in the real cloud, in seconds.
    pub(crate) seconds: u64,
    /// The state entered.
    pub(crate) to: &'static str,
}

/// The states of one kind of resource.
pub(crate) type StateTable = &'static [Step];

/// A state and when it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phase {
    /// The state, in the API's own word.
    pub(crate) state: String,
    /// When it was entered.
    pub(crate) since: Timestamp,
}

impl Phase {
    /// A state entered now.
    pub(crate) fn new(state: &str, now: Timestamp) -> Self {
        Self {
            state: state.to_owned(),
            since: now,
        }
    }

    /// Whether this is the state.
    pub(crate) fn is(&self, state: &str) -> bool {
        self.state == state
    }

    /// Walks through the table up to `now`; tells whether the state changed.
    pub(crate) fn advance(&mut self, table: StateTable, config: &Config, now: Timestamp) -> bool {
        let mut changed = false;
        // A table has no loops that time alone would walk, so its length bounds the walk.
        for _ in 0..table.len() {
            let Some(step) = table.iter().find(|step| step.from == self.state) else {
                break;
            };
            let lasts = config.scaled(Duration::from_secs(step.seconds));
            match self.since.checked_add(lasts) {
                Ok(due) if due <= now => {
                    self.state = step.to.to_owned();
                    self.since = due;
                    changed = true;
                }
                _ => break,
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TABLE: StateTable = &[
        Step {
            from: "deleting",
            seconds: 40,
            to: "deleted",
        },
        Step {
            from: "deleted",
            seconds: 3600,
            to: "gone",
        },
        Step {
            from: "pending",
            seconds: 100,
            to: "available",
        },
    ];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn states_advance_by_the_clock_alone() {
        let config = Config {
            duration_scale: 1.0,
            ..Config::default()
        };
        let mut phase = Phase::new("pending", at(0));
        assert!(!phase.advance(TABLE, &config, at(99)));
        assert!(phase.advance(TABLE, &config, at(100)));
        assert!(phase.is("available"));
        assert!(!phase.advance(TABLE, &config, at(10_000_000)));
    }

    #[test]
    fn several_steps_are_walked_with_their_own_times() {
        let config = Config {
            duration_scale: 0.1,
            ..Config::default()
        };
        let mut phase = Phase::new("deleting", at(0));
        assert!(phase.advance(TABLE, &config, at(100)));
        assert_eq!(
            phase,
            Phase {
                state: "deleted".into(),
                since: at(4)
            }
        );
        assert!(phase.advance(TABLE, &config, at(364)));
        assert!(phase.is("gone"));
    }
}
