//! A provider seen through encode and decode, as if it were another process.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{
    Act, Answer, Attend, Attended, Class, ExpandAnswer, ExpandRequest, Failure, Note, Outcome,
    Poll, PollOutcome, Provider, RemarkRequest, SurveyAnswer, SurveyRequest,
};
use crate::cost::{UsageAnswer, UsageRequest};
use crate::model::Table;

/// Wraps a provider so that every request and answer makes the trip through JSON text.
pub struct Shim<P>(pub P);

fn trip<T: Serialize + DeserializeOwned>(value: &T) -> Result<T, Failure> {
    // A value of a secret may be in it.
    let text = Zeroizing::new(serde_json::to_string(value).map_err(|error| broken(&error))?);
    serde_json::from_str(&text).map_err(|error| broken(&error))
}

fn broken(error: &serde_json::Error) -> Failure {
    Failure {
        class: Class::Internal,
        code: "contract".to_owned(),
        message: format!("a message did not survive encoding: {error}"),
        call: None,
        object: None,
        advice: None,
    }
}

impl<P: Provider> Provider for Shim<P> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn describe(&self) -> Vec<Table> {
        trip(&self.0.describe()).unwrap_or_default()
    }

    fn expand(&self, request: &ExpandRequest) -> ExpandAnswer {
        trip(request)
            .and_then(|request| trip(&self.0.expand(&request)))
            .unwrap_or_else(|failure| ExpandAnswer {
                failures: vec![failure],
                ..ExpandAnswer::default()
            })
    }

    fn remark(&self, request: &RemarkRequest) -> Vec<Note> {
        trip(request)
            .and_then(|request| trip(&self.0.remark(&request)))
            .unwrap_or_default()
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        Box::pin(async move {
            let request = trip(request)?;
            let answer = self.0.survey(&request).await?;
            trip(&answer)
        })
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            match trip(request) {
                Ok(request) => {
                    let outcome = self.0.act(&request).await;
                    trip(&outcome).unwrap_or_else(|failure| Outcome::Failed { failure })
                }
                Err(failure) => Outcome::Failed { failure },
            }
        })
    }

    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async move {
            match trip(request) {
                Ok(request) => {
                    let outcome = self.0.poll(&request).await;
                    trip(&outcome).unwrap_or_else(|failure| PollOutcome::Failed { failure })
                }
                Err(failure) => PollOutcome::Failed { failure },
            }
        })
    }

    fn attend<'a>(&'a self, request: &'a Attend) -> Answer<'a, Result<Attended, Failure>> {
        Box::pin(async move {
            let request = trip(request)?;
            let answer = self.0.attend(&request).await?;
            trip(&answer)
        })
    }

    fn usage(&self, request: &UsageRequest<'_>) -> UsageAnswer {
        // What has no answer is told as unpriced by whoever asked.
        trip(request)
            .and_then(|request| trip(&self.0.usage(&request)))
            .unwrap_or_default()
    }
}
