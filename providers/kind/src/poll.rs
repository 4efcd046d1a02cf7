//! Asking whether what was accepted has come to rest, and what its state means for the step.

use std::sync::LazyLock;

use provision_core::contract::{Does, Failure, Poll, PollOutcome};
use provision_core::model::{Observed, Status, Values};

use crate::cloud::{Cloud, Faulted};
use crate::live::{Ailment, Live};
use crate::serve::{At, On, PHYSICAL, Serves, UPDATE, is_complete};
use crate::step::{Cx, Progress};

/// How long what goes by itself may hold what is to go: endpoint groups are collected minutes after their cluster.
const HELD_MS: u64 = 900_000;

/// A poll knows no value of a secret.
static NO_VALUES: LazyLock<Values> = LazyLock::new(Values::none);

/// Asks whether something has come to rest.
pub async fn ask<'a, K: Serves>(cloud: On<'a, K>, poll: &'a Poll) -> PollOutcome {
    let cx: At<'_, K> = Cx {
        cloud,
        context: &poll.context,
        step: &poll.step,
        parent: poll.parent.as_ref(),
        provider: K::PROVIDER,
        desired: poll.desired.as_ref(),
        token: "",
        values: &NO_VALUES,
    };
    let physical = poll
        .handle
        .0
        .get(PHYSICAL)
        .cloned()
        .or_else(|| poll.live.as_ref().map(|live| live.physical.clone()))
        .unwrap_or_default();
    if let Some(update) = poll.handle.0.get(UPDATE) {
        match K::progress(&cx, &physical, update).await {
            Ok(Progress::Through) => {}
            Ok(progress) => return under_way(progress, &physical, poll.step.does),
            Err(fault) => {
                return PollOutcome::Failed {
                    failure: fault.about_step(physical).failure(),
                };
            }
        }
    }
    match K::read(&cx, &physical).await {
        Ok(live) => rest::<K>(&cx, live, poll.live.as_ref()),
        Err(fault) => PollOutcome::Failed {
            failure: fault.about_step(physical).failure(),
        },
    }
}

/// What the state of a polled object means for the step.
fn rest<K: Serves>(cx: &At<'_, K>, live: Option<Live>, before: Option<&Observed>) -> PollOutcome {
    let deletes = cx.step.does == Does::Delete;
    let Some(live) = live else {
        return if deletes {
            PollOutcome::Gone
        } else {
            pending("not visible yet")
        };
    };
    let as_before = before.is_some_and(|before| before.status == live.status);
    match &live.status {
        // It had failed before it was to go, and the cloud has not taken that up yet.
        Status::Failed { reason } if deletes && as_before => PollOutcome::Pending {
            phase: "deleting".to_owned(),
            trouble: Some(reason.clone()),
        },
        Status::Failed { reason } => PollOutcome::Failed {
            failure: came_to_nothing(&live, reason),
        },
        Status::Degraded { .. } if deletes => pending("deleting"),
        Status::Degraded { reason } => badly(cx, live.clone(), reason, as_before),
        Status::Deleting { .. } if !deletes => PollOutcome::Gone,
        Status::Changing { phase } | Status::Deleting { phase } => PollOutcome::Pending {
            phase: phase.clone(),
            trouble: live.trouble.clone(),
        },
        Status::Ready if deletes => pending("deleting"),
        Status::Ready if !is_complete::<K>(&live.outputs) => pending("becoming visible"),
        Status::Ready if cx.step.does == Does::Wait => PollOutcome::Done {
            observed: cx.made(live),
        },
        // Changes that were still to be made are found by comparing again.
        Status::Ready => PollOutcome::Again {
            observed: Some(cx.made(live)),
        },
    }
}

fn came_to_nothing(live: &Live, reason: &str) -> Failure {
    let ailment = live.ailment.clone().unwrap_or_else(|| Ailment {
        code: "failed".to_owned(),
        message: reason.to_owned(),
        advice: "put right what the cloud names, then apply again: it is made anew".to_owned(),
        passes: false,
    });
    ailment.failure(&live.physical)
}

/// It is there and does badly. What may pass is waited for; what was so before a change has nothing to do with it.
fn badly<C: Cloud>(cx: &Cx<'_, C>, live: Live, reason: &str, as_before: bool) -> PollOutcome {
    if cx.step.does == Does::Update && as_before {
        return PollOutcome::Again {
            observed: Some(cx.made(live)),
        };
    }
    match live.ailment.clone() {
        Some(ailment) if !ailment.passes => PollOutcome::Failed {
            failure: ailment.failure(&live.physical),
        },
        _ => PollOutcome::Pending {
            phase: "not well yet".to_owned(),
            trouble: Some(reason.to_owned()),
        },
    }
}

/// A change that has a handle of its own and is not through.
fn under_way(progress: Progress, physical: &str, does: Does) -> PollOutcome {
    match progress {
        Progress::Works { phase, trouble } => PollOutcome::Pending { phase, trouble },
        Progress::Through => pending("becoming visible"),
        // Something that is on its way out still held it.
        Progress::Failed(ailment) if does == Does::Delete && ailment.passes => PollOutcome::Retry {
            after_ms: 5_000,
            reason: format!("{physical}: {}: {}", ailment.code, ailment.message),
            within_ms: Some(HELD_MS),
        },
        Progress::Failed(ailment) => PollOutcome::Failed {
            failure: ailment.failure(physical),
        },
    }
}

fn pending(phase: &str) -> PollOutcome {
    PollOutcome::Pending {
        phase: phase.to_owned(),
        trouble: None,
    }
}
