//! What is sent for a parameter, and what the answers come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_core::contract::{Act, Does, Outcome};
use provision_core::model::{Value, Values};
use serde_json::{Value as Json, json};

use super::*;
use crate::kinds::tests::{act, outcome};
use crate::testing::{Answer, Recorder};

const ARN: &str = "arn:aws:ssm:eu-west-1:123456789012:parameter/provision/shop/db";
const NAME: &str = "/provision/shop/db";
const HUNTER: &str = "hunter2-is-the-value";

fn step(does: Does, value: &str, live: bool) -> Act {
    let fields = [
        ("value", AS_DECLARED.into()),
        ("from", "standard input".into()),
        ("compare", "digest".into()),
        ("generate", Value::Null),
        ("tags", Value::Map(BTreeMap::new())),
    ];
    let mut act = act(does, Parameter::KIND, &fields, live.then_some(ARN));
    let id = ResourceId::new("secret.db", "parameter");
    act.step.id = id.clone();
    if let Some(desired) = &mut act.desired {
        desired.id = id.clone();
        desired.name = Some(NAME.to_owned());
    }
    if let Some(observed) = &mut act.live {
        observed.id = id;
        observed.fields.insert("value".to_owned(), "another".into());
    }
    act.values = Values::none();
    let value = SecretValue::new(value.to_owned()).unwrap();
    act.values.insert("db", value);
    act
}

fn described(description: &str) -> Answer {
    let row = json!({"Name": NAME, "ARN": ARN, "Description": description, "Version": 3});
    Answer::ok(&json!({"Parameters": [row]}).to_string())
}

fn tagged(stack: &str) -> Answer {
    let tags = [
        json!({"Key": "provision-stack", "Value": stack}),
        json!({"Key": "provision-id", "Value": "secret.db/parameter"}),
    ];
    Answer::ok(&json!({"TagList": tags}).to_string())
}

fn version(number: u32) -> Answer {
    Answer::ok(&json!({"Version": number, "Tier": "Standard"}).to_string())
}

fn last(recorder: &Recorder) -> Json {
    serde_json::from_str(recorder.bodies().last().unwrap()).unwrap()
}

fn observed(outcome: Outcome) -> Box<Observed> {
    let Outcome::Again { observed, .. } = outcome else {
        panic!("{outcome:?}");
    };
    observed.unwrap()
}

#[tokio::test]
async fn the_first_put_brings_the_marks_and_overwrites_nothing() {
    let (outcome, recorder) = outcome(&step(Does::Create, HUNTER, false), [version(1)]).await;
    assert!(!format!("{outcome:?}").contains(HUNTER));
    let made = observed(outcome);
    assert_eq!(made.outputs["arn"], ARN.into());
    assert_eq!(made.outputs["version"], "1".into());
    let sent = last(&recorder);
    assert_eq!(sent["Overwrite"], false);
    assert_eq!(sent["Type"], "SecureString");
    assert!(sent["Tags"].to_string().contains("secret.db/parameter"));
    let description = sent["Description"].as_str().unwrap();
    let value = SecretValue::new(HUNTER.to_owned()).unwrap();
    assert!(is_of(description, &value).await && !description.contains(HUNTER));
    let other = SecretValue::new("another".to_owned()).unwrap();
    assert!(!is_of(description, &other).await && !is_of("by hand", &value).await);
}

#[tokio::test]
async fn a_later_put_overwrites_what_is_ours_without_tags() {
    let act = step(Does::Update, HUNTER, true);
    let answers = [described("provision"), tagged("shop"), version(4)];
    let (changed, recorder) = outcome(&act, answers).await;
    assert_eq!(observed(changed).outputs["version"], "4".into());
    let sent = last(&recorder);
    assert_eq!(sent["Overwrite"], true);
    assert!(sent.get("Tags").is_none());
    // Put by a run that died: nothing is sent again.
    let description = sent["Description"].as_str().unwrap();
    let (found, recorder) = outcome(&act, [described(description), tagged("shop")]).await;
    assert_eq!(observed(found).outputs["version"], "3".into());
    assert_eq!(recorder.count(), 2);
    // Not ours any more.
    let (clash, recorder) = outcome(&act, [described("x"), tagged("bar")]).await;
    assert!(matches!(clash, Outcome::Failed { .. }), "{clash:?}");
    assert_eq!(recorder.count(), 2);
}

#[tokio::test]
async fn a_value_that_is_too_long_is_not_sent() {
    let long = "x".repeat(MOST + 1);
    let (outcome, recorder) = outcome(&step(Does::Create, &long, false), []).await;
    let Outcome::Failed { failure } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(failure.message.contains("4097 bytes"));
    assert!(failure.advice.unwrap().contains("store = \"cloud\""));
    assert_eq!(recorder.count(), 0);
}

#[test]
fn names_come_out_of_arns() {
    assert_eq!(name_of(ARN), NAME);
    assert_eq!(name_of(NAME), NAME);
}
