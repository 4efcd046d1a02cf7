//! Values of secrets in messages: they cross the border of a process, and are shown nowhere.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::task::{Context as Waker, Poll as Polled, Waker as Wake};

use super::*;
use crate::cost::{UsageAnswer, UsageRequest};
use crate::model::{Kind, ResourceId, SecretValue, Table, Values};

const VALUE: &str = "correct \"horse\"\nbattery";

fn values() -> Values {
    let mut values = Values::none();
    values.insert("db", SecretValue::new(VALUE.to_owned()).expect("a value"));
    values
}

fn context() -> Context {
    Context {
        stack: "shop".to_owned(),
        account: None,
        region: "r".to_owned(),
        labels: BTreeMap::new(),
    }
}

fn act(values: Values) -> Act {
    Act {
        context: context(),
        step: ActStep {
            id: ResourceId::new("secret.db", "secret"),
            kind: Kind::new("a.secret"),
            does: Does::Create,
            fields: Vec::new(),
        },
        desired: None,
        live: None,
        parent: None,
        token: "t".to_owned(),
        look_first: false,
        values,
    }
}

fn objects(values: Values) -> SurveyRequest {
    SurveyRequest::Objects(Objects {
        context: context(),
        resources: Vec::new(),
        parents: BTreeMap::new(),
        orphans: false,
        values,
    })
}

/// Keeps what it was asked.
#[derive(Default)]
struct Listener {
    values: Mutex<Vec<Values>>,
}

impl Provider for Listener {
    fn name(&self) -> &str {
        "listener"
    }

    fn describe(&self) -> Vec<Table> {
        Vec::new()
    }

    fn expand(&self, _request: &ExpandRequest) -> ExpandAnswer {
        ExpandAnswer::default()
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        if let SurveyRequest::Objects(objects) = request {
            self.values
                .lock()
                .expect("kept")
                .push(objects.values.clone());
        }
        Box::pin(async {
            Ok(SurveyAnswer::Existing {
                facts: BTreeMap::new(),
            })
        })
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        self.values
            .lock()
            .expect("kept")
            .push(request.values.clone());
        Box::pin(async { Outcome::Gone })
    }

    fn poll<'a>(&'a self, _request: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async { PollOutcome::Gone })
    }

    fn usage(&self, _request: &UsageRequest<'_>) -> UsageAnswer {
        UsageAnswer::default()
    }
}

/// The answer of what never waits.
fn now<T>(mut answer: Answer<'_, T>) -> T {
    match answer.as_mut().poll(&mut Waker::from_waker(Wake::noop())) {
        Polled::Ready(value) => value,
        Polled::Pending => panic!("it waits"),
    }
}

#[test]
fn values_survive_the_border_of_a_process() {
    let shim = Shim(Listener::default());
    now(shim.act(&act(values())));
    now(shim.survey(&objects(values()))).expect("an answer");
    let met = shim.0.values.lock().expect("kept");
    assert_eq!(*met, [values(), values()]);
}

#[test]
fn messages_show_no_value() {
    for shown in [
        format!("{:?}", act(values())),
        format!("{:#?}", objects(values())),
    ] {
        assert!(
            !shown.contains("horse") && shown.contains("(secret)"),
            "{shown}"
        );
    }
}

#[test]
fn a_message_without_values_is_as_it_was() {
    let json = serde_json::to_value(act(Values::none())).expect("json");
    assert!(json.get("values").is_none());
    assert_eq!(
        serde_json::from_value::<Act>(json).expect("an act"),
        act(Values::none())
    );
}
