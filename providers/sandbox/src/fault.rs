//! Injected faults: which call goes wrong, and how.

use serde::{Deserialize, Serialize};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `ec2:CreateVpc`, `compute.networks.insert`; `ec2:*`, `compute.networks.*` and `*` match more.
    pub operation: String,
    /// How many matching calls go through before it starts.
    #[serde(default)]
    pub skip: u32,
    /// How many calls it hits after that; 0 = every one.
    #[serde(default = "once")]
    pub times: u32,
    /// Matching calls so far.
    #[serde(default)]
    pub seen: u32,
    /// What happens.
    pub action: FaultAction,
}

fn once() -> u32 {
    1
}

/// What happens to a call that a fault hits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultAction {
    /// Refused with this error, nothing applied.
    Error {
        /// The error's code.
        code: String,
        /// The HTTP status.
        status: u16,
        /// The message.
        #[serde(default)]
        message: String,
    },
    /// The service's own throttling error, nothing applied.
    Throttle,
    /// The connection is reset, nothing applied.
    DropBefore,
    /// Applied, then the connection is reset.
    DropAfter,
    /// Applied, then the service's internal error (500).
    FailAfter,
    /// Google Cloud: accepted, but its long-running operation ends in this error.
    EndInError {
        /// The error's code.
        code: String,
        /// The HTTP status.
        status: u16,
        /// The message.
        #[serde(default)]
        message: String,
    },
    /// Answered this many milliseconds late.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
}

impl Fault {
    /// Counts a call of `service:operation`; tells whether the fault hits it.
    pub fn strike(&mut self, service: &str, operation: &str) -> bool {
        if !self.matches(service, operation) {
            return false;
        }
        let before = self.seen;
        self.seen = self.seen.saturating_add(1);
        before >= self.skip && (self.times == 0 || before - self.skip < self.times)
    }

    fn matches(&self, service: &str, operation: &str) -> bool {
        match self.operation.split_once(':') {
            None => self.operation == "*" || names(&self.operation, operation),
            Some((of, what)) => of == service && (what == "*" || what == operation),
        }
    }
}

/// Whether a pattern names a method of Google Cloud, by its whole id or by the start of it before a star.
pub(crate) fn names(pattern: &str, method: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(start) => method
            .strip_prefix(start)
            .is_some_and(|rest| rest.starts_with('.')),
        None => pattern == method && method.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_the_calls_it_names() {
        let mut fault = Fault {
            operation: "ec2:CreateVpc".into(),
            skip: 1,
            times: 2,
            seen: 0,
            action: FaultAction::DropAfter,
        };
        assert!(!fault.strike("ec2", "DeleteVpc"));
        let hits: Vec<bool> = (0..5).map(|_| fault.strike("ec2", "CreateVpc")).collect();
        assert_eq!(hits, [false, true, true, false, false]);
    }

    #[test]
    fn methods_are_named_by_their_ids() {
        use super::names;
        assert!(names("compute.networks.insert", "compute.networks.insert"));
        assert!(names("compute.networks.*", "compute.networks.insert"));
        assert!(!names("compute.net.*", "compute.networks.insert"));
        assert!(!names("CreateVpc", "CreateVpc"));
    }

    #[test]
    fn zero_times_means_always_and_a_star_means_everything() {
        let mut fault = Fault {
            operation: "*".into(),
            skip: 0,
            times: 0,
            seen: 0,
            action: FaultAction::Throttle,
        };
        assert!((0..9).all(|_| fault.strike("iam", "CreateRole")));
    }
}
