//! Deployments of services.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Task;
use super::common::stamp;
use super::service::Spec;
use crate::store::{Place, Tx};

/// A deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Deployment {
    /// `ecs-svc/` and 19 digits.
    pub(super) id: String,
    /// What it deploys.
    pub(super) spec: Spec,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub(super) rollout: String,
    /// Why.
    pub(super) reason: String,
    /// Tasks of it that failed one after the other.
    pub(super) failed: u32,
    /// Whether another one has taken its place.
    pub(super) old: bool,
    /// When it was made.
    pub(super) created: Timestamp,
    /// When it last changed.
    pub(super) updated: Timestamp,
}

impl Deployment {
    /// A new one.
    pub(super) fn new(tx: &mut Tx<'_>, spec: Spec, at: Timestamp) -> Self {
        let hex = tx.fresh_hex("deployment");
        let number = hex
            .get(..16)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok());
        // Nineteen digits, as the real ones mostly have.
        let number =
            1_000_000_000_000_000_000 + number.unwrap_or_default() % 8_000_000_000_000_000_000;
        let id = format!("ecs-svc/{number}");
        Self {
            reason: format!("ECS deployment {id} in progress."),
            id,
            spec,
            rollout: "IN_PROGRESS".to_owned(),
            failed: 0,
            old: false,
            created: at,
            updated: at,
        }
    }

    /// Whether this is how far it is.
    pub(super) fn is(&self, rollout: &str) -> bool {
        self.rollout == rollout
    }

    /// Sets how far it is.
    pub(super) fn set(&mut self, rollout: &str, reason: String, at: Timestamp) {
        rollout.clone_into(&mut self.rollout);
        self.reason = reason;
        self.updated = at;
    }

    /// Whether a task is of it.
    pub(super) fn has(&self, task: &Task) -> bool {
        task.started_by.as_ref() == Some(&self.id)
    }

    /// How it is told.
    pub(super) fn words(&self, place: &Place, tasks: &[&Task], desired: i64) -> Value {
        let mine = || tasks.iter().filter(|task| self.has(task));
        let wanted = mine().filter(|task| task.wanted()).count();
        let mut words = json!({
            "id": self.id,
            "status": if self.old { "ACTIVE" } else { "PRIMARY" },
            "desiredCount": if self.old { i64::try_from(wanted).unwrap_or(0) } else { desired },
            "pendingCount": mine().filter(|task| task.pends()).count(),
            "runningCount": mine().filter(|task| task.runs()).count(),
            "failedTasks": self.failed,
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.updated),
            "rolloutState": self.rollout,
            "rolloutStateReason": self.reason,
        });
        if let Value::Object(spec) = self.spec.words(place, false) {
            for (member, value) in spec {
                words[&member] = value;
            }
        }
        words
    }
}
