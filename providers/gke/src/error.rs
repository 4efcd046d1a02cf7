//! What went wrong with a call, sorted by status, reason and message.
//!
//! Google's services answer one failure in several ways: a quota that is used up is a 403 of container and a 403 or 429 of
//! compute, and compute sends no `status`. So the HTTP status, the reason (of `ErrorInfo`, or of the first of `errors`) and
//! the service's words are looked at together.

use std::error::Error as StdError;

use google_cloud_gax::error::Error;
use google_cloud_gax::error::rpc::{Code, StatusDetails};
use provision_core::contract::{Class, Failure, Outcome};
use provision_kind::Faulted;

use crate::advice::advice;

/// How a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The service refused it: nothing was changed.
    Refused,
    /// Refused before acceptance, for rate: nothing was changed.
    Throttled,
    /// The service answered 5xx: whether it was taken is not known.
    Server,
    /// It never left this machine.
    NotSent,
    /// It was sent, and no usable answer came.
    NoAnswer,
    /// There are no usable credentials.
    NoCredentials,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {code}: {message}")]
pub struct Fault {
    /// How.
    pub how: How,
    /// The call: `container.clusters.create`.
    pub call: String,
    /// The HTTP status; 0 when there was none.
    pub status: u16,
    /// The service's reason, or a word of ours.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// The object it was about.
    pub object: Option<String>,
}

/// How long an operation of GKE may take: an hour for each of rolling and draining.
const OPERATION_MS: u64 = 7_200_000;

/// Reasons of refusals for rate.
const RATE: [&str; 4] = [
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
    "concurrentLimitExceeded",
];

impl Fault {
    /// Sorts an error of a client.
    #[must_use]
    pub fn new(call: &str, error: &Error) -> Self {
        let error = innermost(error);
        let status = error.http_status_code().unwrap_or_default();
        let (code, message) = told(error, status);
        Self {
            how: how(error, status, &code, &message),
            call: call.to_owned(),
            status,
            code,
            message,
            object: None,
        }
    }

    /// A client that could not be built.
    #[must_use]
    pub fn not_built(call: &str, error: &dyn StdError) -> Self {
        Self {
            how: How::NoCredentials,
            call: call.to_owned(),
            status: 0,
            code: "credentials".to_owned(),
            message: chain(error),
            object: None,
        }
    }

    /// A list that does not say all: what it leaves out is unknown.
    #[must_use]
    pub fn partial(call: &str, places: &[String]) -> Self {
        Self {
            how: How::Server,
            call: call.to_owned(),
            status: 0,
            code: "partial".to_owned(),
            message: format!("no answer from {}", places.join(", ")),
            object: None,
        }
    }

    /// The same, about an object.
    #[must_use]
    pub fn about(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The service: `compute`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.call.split('.').next().unwrap_or_default()
    }

    /// Whether its reason is one of these.
    #[must_use]
    pub fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    /// Whether the service said that something is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.how == How::Refused && self.status == 404
    }

    /// Whether the service said that it is there already.
    #[must_use]
    pub fn is_already(&self) -> bool {
        self.how == How::Refused
            && self.status == 409
            && (self.is(&["alreadyExists", "ALREADY_EXISTS"])
                || self.message.to_lowercase().contains("already exists"))
    }

    /// Whether something still uses it.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.how == How::Refused
            && self.is(&[
                "resourceInUseByAnotherResource",
                "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE",
            ])
    }

    /// Whether another operation is in flight: GKE takes one at a time of those that exclude each other.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let words = [
            "running incompatible operation",
            "is currently",
            "Please wait and try again",
        ];
        let precondition = self.is(&["failedPrecondition", "FAILED_PRECONDITION"]);
        precondition && words.iter().any(|word| self.message.contains(word))
    }

    /// Whether a cluster has as many operations in flight as it takes.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.message.contains("concurrent operations")
    }

    /// Whether somebody changed the object since it was read: the step reads again.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.how == How::Refused
            && (self.status == 412
                || self.is(&["ABORTED", "aborted", "conditionNotMet"])
                || self.is_outdated()
                || (self.status == 409 && !self.is_already()))
    }

    /// Whether what was said of the state that was read no longer holds.
    fn is_outdated(&self) -> bool {
        let precondition = self.is(&["failedPrecondition", "FAILED_PRECONDITION"]);
        let words = ["etag", "fingerprint"];
        precondition && words.iter().any(|word| self.message.contains(word))
    }

    /// Whether the call waits for something that changes by itself: an operation in flight, an object that is being
    /// made, an account that is not visible everywhere yet.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        let unseen =
            self.message.contains("ervice account") && self.message.contains("does not exist");
        self.how == How::Refused
            && (self.is_busy()
                || self.is_stale()
                || self.is(&["resourceNotReady", "RESOURCE_NOT_READY"])
                || unseen)
    }

    /// Whether a quota is used up. Container says so with a 403 that looks like a missing permission.
    #[must_use]
    pub fn is_quota(&self) -> bool {
        self.is(&["quotaExceeded", "QUOTA_EXCEEDED"])
            || ((self.status == 403 || self.status == 429)
                && (is_used_up(&self.message)
                    || self.message.contains("Insufficient regional quota")
                    || self.message.contains("Quota '")
                    || self.message.contains("quota exceeded")))
    }

    /// Whether the service is not enabled in the project.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.is(&["SERVICE_DISABLED", "accessNotConfigured"])
            || (self.status == 403 && self.message.contains("has not been used in project"))
    }

    fn class(&self) -> Class {
        match (self.how, self.status) {
            (How::NoCredentials, _) | (_, 401) => Class::Credentials,
            (How::Server | How::NoAnswer | How::NotSent, _) => Class::Unavailable,
            _ if self.is_quota() => Class::Quota,
            (_, 403) => Class::Denied,
            (_, 404) => Class::NotFound,
            _ if self.is_already() => Class::Clash,
            (_, 409 | 412) => Class::Conflict,
            _ if self.is_in_use() || self.is_passing() => Class::Conflict,
            (How::Throttled, _) => Class::Unavailable,
            _ => Class::Invalid,
        }
    }

    /// For people: sorted, in the cloud's own words, with what to do.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure {
            class: self.class(),
            code: self.code.clone(),
            message: self.message.clone(),
            call: Some(self.call.clone()),
            object: self.object.clone(),
            advice: advice(self),
        }
    }

    /// What a mutating call came to, when nothing is known beyond the answer.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let reason = self.to_string();
        match self.how {
            How::Throttled if self.is_crowded() => wait(reason),
            How::Throttled => retry(5_000, reason),
            How::Server | How::NoAnswer => Outcome::Unknown { reason },
            How::Refused if self.is_busy() => wait(reason),
            How::Refused if self.is_passing() => retry(1_500, reason),
            How::NotSent if self.code == "connect" => retry(2_000, reason),
            How::Refused | How::NotSent | How::NoCredentials => Outcome::Failed {
                failure: self.failure(),
            },
        }
    }

    /// The same for a call that refers to objects made a moment ago: "not found" is "not visible yet".
    #[must_use]
    pub fn outcome_of_new(&self) -> Outcome {
        if self.is_not_found() {
            return retry(1_500, self.to_string());
        }
        self.outcome()
    }
}

impl Faulted for Fault {
    fn about_step(self, object: String) -> Self {
        match self.object {
            Some(_) => self,
            None => self.about(object),
        }
    }

    fn told(&self) -> (&str, &str, &str) {
        (&self.call, &self.code, &self.message)
    }

    fn is_not_found(&self) -> bool {
        Self::is_not_found(self)
    }

    fn is_already(&self) -> bool {
        Self::is_already(self)
    }

    fn is_in_use(&self) -> bool {
        Self::is_in_use(self)
    }

    fn failure(&self) -> Failure {
        Self::failure(self)
    }

    fn outcome(&self) -> Outcome {
        Self::outcome(self)
    }

    fn outcome_of_new(&self) -> Outcome {
        Self::outcome_of_new(self)
    }
}

fn retry(after_ms: u64, reason: String) -> Outcome {
    Outcome::Retry {
        after_ms,
        reason,
        within_ms: None,
    }
}

/// For another operation, which may be a control plane's upgrade or one that rolls all nodes of a pool: they are waited for
/// as long as other tools wait for their own.
fn wait(reason: String) -> Outcome {
    Outcome::Retry {
        after_ms: 5_000,
        reason,
        within_ms: Some(OPERATION_MS),
    }
}

/// An error of a client may wrap the one that says what happened.
fn innermost(error: &Error) -> &Error {
    let mut best = error;
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(one) = cause {
        if let Some(inner) = one.downcast_ref::<Error>()
            && (inner.status().is_some() || inner.http_status_code().is_some())
        {
            best = inner;
        }
        cause = one.source();
    }
    best
}

/// IAM answers 429, as for a rate, that a project has as many service accounts as it may (kubeflow/pipelines#1052): waiting
/// does not help.
fn is_used_up(message: &str) -> bool {
    message.contains("Maximum number of")
}

fn how(error: &Error, status: u16, code: &str, message: &str) -> How {
    match status {
        0 if error.is_authentication() => How::NoCredentials,
        0 if error.is_connect() => How::NotSent,
        0 if error.is_binding() || error.is_serialization() => How::NotSent,
        0 => How::NoAnswer,
        401 => How::NoCredentials,
        429 if is_used_up(message) => How::Refused,
        429 => How::Throttled,
        403 if RATE.contains(&code) => How::Throttled,
        500.. => How::Server,
        200..300 => How::NoAnswer,
        _ => How::Refused,
    }
}

/// The reason and the words.
fn told(error: &Error, http: u16) -> (String, String) {
    let Some(status) = error.status() else {
        let code = match http {
            0 if error.is_connect() => "connect".to_owned(),
            0 if error.is_timeout() => "timeout".to_owned(),
            0 if error.is_authentication() => "credentials".to_owned(),
            0 => "connection".to_owned(),
            _ => http.to_string(),
        };
        return (code, chain(error));
    };
    let reason = status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) if !info.reason.is_empty() => Some(info.reason.clone()),
        _ => None,
    });
    let code = reason.unwrap_or_else(|| match status.code {
        Code::Unknown => http.to_string(),
        code => code.name().to_owned(),
    });
    (code, status.message.clone())
}

/// An error with its causes, each once.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        let more = one.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = one.source();
    }
    text
}
