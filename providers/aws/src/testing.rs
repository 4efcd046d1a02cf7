//! A transport for tests that answers from a list and records what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use crate::client::Aws;

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    body: String,
    hangs: bool,
}

impl Answer {
    pub(crate) fn ok(body: &str) -> Self {
        Self::error(200, body)
    }

    pub(crate) fn error(status: u16, body: &str) -> Self {
        Self {
            status,
            body: body.to_owned(),
            hangs: false,
        }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::error(status, "")
    }

    pub(crate) fn never() -> Self {
        Self {
            hangs: true,
            ..Self::status(200)
        }
    }
}

/// Answers in order; once the list is used up, with 500.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            requests: Arc::default(),
        }
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The bodies that came, form decoded.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        let text = String::from_utf8_lossy(body).replace('+', " ");
        let text = percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned();
        self.requests.lock().unwrap().push(text);
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| Answer::status(500));
        HttpConnectorFuture::new(async move {
            if answer.hangs {
                std::future::pending::<()>().await;
            }
            let status = answer.status.try_into().unwrap();
            Ok(HttpResponse::new(status, SdkBody::from(answer.body)))
        })
    }
}

/// Clients over a recorder.
pub(crate) fn aws(recorder: &Recorder) -> Aws {
    let connector = SharedHttpConnector::new(recorder.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    Aws::with_http(
        http,
        Credentials::new("123456789012", "secret", None, None, "test"),
        "http://sandbox.invalid",
        "eu-west-1",
    )
}
