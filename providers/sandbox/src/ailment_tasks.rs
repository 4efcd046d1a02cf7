//! How tasks of ECS can be made to fail, with the words that come with it.
//!
//! Source: "Stopped tasks error messages" and "Service event messages" (Amazon ECS developer guide); words that users
//! quote in public issues.

use crate::ailment::Stage;

/// Before a task runs: no image, no secret, no room.
const CREATE: &[(&str, &str)] = &[
    (
        "CannotPullContainerError",
        "pull image manifest has been retried 1 time(s): failed to resolve ref: not found",
    ),
    (
        "ResourceInitializationError",
        "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from \
         asm: service call has been retried 1 time(s): failed to fetch secret from secrets manager: \
         ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    ),
    ("Capacity", "Capacity is unavailable at this time."),
];

/// While it runs.
const ACTIVE: &[(&str, &str)] = &[
    ("OutOfMemoryError", "Container killed due to memory usage"),
    (
        "ContainerHealthCheck",
        "Task failed container health checks",
    ),
    ("LoadBalancerHealthCheck", "Task failed ELB health checks"),
    // It goes on until it is stopped.
    ("Runs", ""),
];

fn table(when: Stage) -> &'static [(&'static str, &'static str)] {
    match when {
        Stage::Create => CREATE,
        Stage::Active => ACTIVE,
        Stage::Update | Stage::Delete => &[],
    }
}

/// Whether tasks can end so; `Exit:3` stands for any exit code.
pub(crate) fn known(when: Stage, code: &str) -> bool {
    let exit = code.strip_prefix("Exit:");
    let exits = exit.is_some_and(|code| code.parse::<u8>().is_ok());
    (when == Stage::Active && exits) || words(when, code).is_some()
}

/// The usual words.
pub(crate) fn words(when: Stage, code: &str) -> Option<&'static str> {
    let mut rows = table(when).iter();
    rows.find(|(known, _)| *known == code)
        .map(|(_, words)| *words)
}
