//! What went wrong with a call, sorted by service, code and message.
//!
//! A [`Fault`] is what the wire said. It becomes a [`Failure`] for people or an [`Outcome`] for the executor.
//! The tables of codes lie in `codes`.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use provision_core::contract::{Failure, Outcome};
use provision_kind::Faulted;

use crate::advice::advice;
use crate::codes;

/// How a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The service refused it: nothing was changed.
    Refused,
    /// Refused before acceptance, for rate: nothing was changed.
    Throttled,
    /// The service answered 5xx: whether it was taken is not known.
    Server,
    /// It never left this machine: no connection, no credentials, not serialisable.
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
    /// The call: `ec2:CreateVpc`.
    pub call: String,
    /// The service's code, or a word of ours.
    pub code: String,
    /// The service's own words.
    pub message: String,
    /// The object it was about.
    pub object: Option<String>,
}

impl Fault {
    /// Sorts an SDK error.
    #[must_use]
    pub fn new<E>(call: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let (how, code, message) = match error {
            SdkError::ServiceError(service) => {
                let meta = service.err();
                let status = service.raw().status().as_u16();
                let code = meta
                    .code()
                    .map_or_else(|| status.to_string(), str::to_owned);
                let message = meta.message().unwrap_or("no message").to_owned();
                (codes::how(&code, status), code, message)
            }
            SdkError::ConstructionFailure(_) => (How::NotSent, "request".to_owned(), told(error)),
            SdkError::DispatchFailure(_) => not_dispatched(error),
            SdkError::ResponseError(_) => (How::NoAnswer, "response".to_owned(), told(error)),
            SdkError::TimeoutError(_) => (How::NoAnswer, "timeout".to_owned(), told(error)),
            _ => (How::NoAnswer, "unknown".to_owned(), told(error)),
        };
        Self {
            how,
            call: call.to_owned(),
            code,
            message,
            object: None,
        }
    }

    /// The same, about an object.
    #[must_use]
    pub fn about(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The service: `ec2`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.call.split(':').next().unwrap_or_default()
    }

    /// Whether its code is one of these.
    #[must_use]
    pub fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    /// Whether the service said that something is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.how == How::Refused && codes::is_not_found(&self.code, &self.message)
    }

    /// Whether the service said that it is there already.
    #[must_use]
    pub fn is_already(&self) -> bool {
        self.how == How::Refused && codes::is_already(&self.code, &self.message)
    }

    /// Whether something still uses it, or it is being changed: what deletions wait for.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.how == How::Refused && codes::is_in_use(&self.code, &self.message)
    }

    /// Whether the call waits for something else that changes by itself: an object just made, a role just
    /// made, an address still in use by something that is being deleted.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.how == How::Refused && codes::is_passing(self.service(), &self.code, &self.message)
    }

    /// For people: sorted, in the cloud's own words, with what to do.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure {
            class: codes::class(self),
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
        let reason = format!("{}: {}: {}", self.call, self.code, self.message);
        match self.how {
            How::Throttled => retry(2_000, reason),
            How::Server | How::NoAnswer => Outcome::Unknown { reason },
            How::Refused if self.is_passing() => retry(1_000, reason),
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
            let reason = format!("{}: {}: {}", self.call, self.code, self.message);
            return retry(1_000, reason);
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

fn told<E: StdError>(error: &E) -> String {
    DisplayErrorContext(error)
        .to_string()
        .split(" (")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// No answer because the request did not get through: the chain of causes says how far it came.
fn not_dispatched<E>(error: &SdkError<E, HttpResponse>) -> (How, String, String)
where
    E: StdError + 'static,
{
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(credentials) = error.downcast_ref::<CredentialsError>() {
            return no_credentials(credentials);
        }
        let refused = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
        if refused || error.downcast_ref::<ResolveDnsError>().is_some() {
            return (How::NotSent, "connect".to_owned(), told(&error));
        }
        cause = error.source();
    }
    (How::NoAnswer, "connection".to_owned(), told(error))
}

fn no_credentials(error: &CredentialsError) -> (How, String, String) {
    let code = match error {
        CredentialsError::CredentialsNotLoaded(_) => "NoCredentials",
        CredentialsError::ProviderTimedOut(_) => "CredentialsTimedOut",
        _ => "CredentialsFailed",
    };
    (How::NoCredentials, code.to_owned(), told(error))
}
