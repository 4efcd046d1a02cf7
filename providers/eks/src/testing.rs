//! A transport for tests that answers from a list and records what was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use provision_aws::{Aws, Tags, fields_of, marked};
use provision_core::contract::{Act, ActStep, Context, Does, Parent};
use provision_core::model::{Fields, Kind, Never, Observed, Resource, ResourceId, Status, Value};
use serde::Serialize;
use serde_json::Value as Json;

use crate::EksProvider;

/// One request as it went out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    /// `POST /clusters`.
    pub(crate) call: String,
    /// Its body; `null` when it had none.
    pub(crate) body: Json,
}

/// Answers in order; once the list is used up, with 500.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    answers: Arc<Mutex<VecDeque<(u16, Json)>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Recorder {
    pub(crate) fn new(answers: impl IntoIterator<Item = (u16, Json)>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            sent: Arc::default(),
        }
    }

    /// What was asked.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// `GET /clusters` and so on.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.call).collect()
    }

    /// A provider that asks here.
    pub(crate) fn provider(&self) -> EksProvider {
        EksProvider::new(self.aws())
    }

    /// Clients that ask here.
    pub(crate) fn aws(&self) -> Aws {
        let connector = SharedHttpConnector::new(self.clone());
        let http = http_client_fn(move |_, _| connector.clone());
        let credentials = Credentials::new("123456789012", "secret", None, None, "test");
        Aws::with_http(http, credentials, "http://sandbox.invalid", "eu-west-1")
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().split(".invalid").last().unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        self.sent.lock().unwrap().push(Sent {
            call: format!("{} {path}", request.method()),
            body: serde_json::from_slice(body).unwrap_or(Json::Null),
        });
        let answer = self.answers.lock().unwrap().pop_front();
        let (status, body) = answer.unwrap_or((500, Json::Null));
        HttpConnectorFuture::new(async move {
            let body = SdkBody::from(body.to_string());
            let mut response = HttpResponse::new(status.try_into().unwrap(), body);
            response
                .headers_mut()
                .insert("content-type", "application/json");
            Ok(response)
        })
    }
}

/// A refusal.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> (u16, Json) {
    let body = serde_json::json!({ "__type": code, "message": message });
    (status, body)
}

pub(crate) fn context() -> Context {
    Context {
        stack: "shop".to_owned(),
        account: Some("123456789012".to_owned()),
        region: "eu-west-1".to_owned(),
        labels: BTreeMap::new(),
    }
}

/// The id of the cluster of the tests.
pub(crate) fn cluster_id() -> ResourceId {
    "cluster.prod/cluster".parse().unwrap()
}

pub(crate) fn id(part: &str) -> ResourceId {
    ResourceId::new("cluster.prod", part)
}

/// Tags of an object of ours as they come over the wire.
pub(crate) fn marks(id: &ResourceId) -> Tags {
    marked(&context(), id, false, &Tags::new())
}

/// A desired resource with all known.
pub(crate) fn desired<S: Serialize>(
    id: &ResourceId,
    kind: &str,
    name: &str,
    fields: &S,
) -> Resource<Never> {
    let resource = Resource {
        id: id.clone(),
        kind: Kind::new(kind),
        provider: crate::PROVIDER.to_owned(),
        platform: None,
        name: Some(name.to_owned()),
        parent: (*id != cluster_id()).then(cluster_id),
        fields: fields_of(fields).unwrap(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    };
    resource
        .try_fill(|hole| -> Result<Value<Never>, ()> { panic!("open: {hole:?}") })
        .unwrap()
}

/// A live object with the fields that are wanted.
pub(crate) fn live(
    desired: &Resource<Never>,
    physical: &str,
    outputs: &[(&str, &str)],
) -> Observed {
    let outputs: Fields = outputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    Observed {
        id: desired.id.clone(),
        kind: desired.kind.clone(),
        provider: desired.provider.clone(),
        physical: physical.to_owned(),
        parent: desired.parent.clone(),
        fields: desired.fields.clone(),
        outputs,
        status: Status::Ready,
        protect: false,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
        adopted: None,
    }
}

/// A step of a desired resource.
pub(crate) fn act(does: Does, desired: Resource<Never>, live: Option<Observed>) -> Act {
    let parent = desired.parent.clone().map(|id| Parent {
        id,
        name: Some("shop-prod".to_owned()),
        outputs: Fields::new(),
    });
    Act {
        context: context(),
        step: ActStep {
            id: desired.id.clone(),
            kind: desired.kind.clone(),
            does,
            fields: Vec::new(),
        },
        desired: (does != Does::Delete).then_some(desired),
        live,
        parent,
        token: "00000000-0000-4000-8000-000000000000".to_owned(),
        look_first: false,
        values: provision_core::model::Values::none(),
    }
}
