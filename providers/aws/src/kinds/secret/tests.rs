//! What is sent for a secret, and what the answers come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use provision_core::contract::{
    Act, Does, Objects, Outcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Never, Value, Values};
use serde_json::{Value as Json, json};

use super::*;
use crate::AwsProvider;
use crate::kinds::tests::{act, outcome};
use crate::testing::{Answer, Recorder, aws};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf";
const SALT_HEX: &str = "000102030405060708090a0b0c0d0e0f";
const OLD: &str = "11111111-1111-4111-8111-111111111111";
const HUNTER: &str = "hunter2-is-the-value";

fn value(text: &str) -> SecretValue {
    SecretValue::new(text.to_owned()).unwrap()
}

fn at_hand(text: &str) -> Values {
    let mut values = Values::none();
    values.insert("db", value(text));
    values
}

/// A step of the secret `db`; `live` is what a survey said of its value.
fn step(does: Does, compare: &str, live: Option<&str>) -> Act {
    let fields = [
        ("value", AS_DECLARED.into()),
        ("from", "the environment variable DB".into()),
        ("compare", compare.into()),
        ("generate", Value::Null),
        ("tags", Value::Map(BTreeMap::new())),
    ];
    let mut act = act(does, Secret::KIND, &fields, live.map(|_| ARN));
    let id = ResourceId::new("secret.db", "secret");
    act.step.id = id.clone();
    if let Some(desired) = &mut act.desired {
        desired.id = id.clone();
        desired.name = Some("shop/db".to_owned());
    }
    if let (Some(observed), Some(word)) = (&mut act.live, live) {
        observed.id = id;
        observed.fields.insert("value".to_owned(), word.into());
        observed.outputs.insert("arn".to_owned(), ARN.into());
        observed.outputs.insert("version".to_owned(), OLD.into());
    }
    act.values = at_hand(HUNTER);
    act
}

fn described(versions: &Json, salt: Option<&str>, deleted: bool, stack: &str) -> Answer {
    let mut tags = vec![
        json!({"Key": "provision-stack", "Value": stack}),
        json!({"Key": "provision-id", "Value": "secret.db/secret"}),
    ];
    tags.extend(salt.map(|salt| json!({"Key": "provision-salt", "Value": salt})));
    let mut answer =
        json!({"ARN": ARN, "Name": "shop/db", "Tags": tags, "VersionIdsToStages": versions});
    if deleted {
        answer["DeletedDate"] = 1_790_000_000.into();
    }
    Answer::ok(&answer.to_string())
}

fn current(version: &str) -> Json {
    json!({version: ["AWSCURRENT"]})
}

fn ours(version: &str) -> Answer {
    described(&current(version), Some(SALT_HEX), false, "shop")
}

fn refused(code: &str, message: &str) -> Answer {
    let body = json!({"__type": code, "Message": message});
    Answer::error(400, &body.to_string())
}

fn not_there() -> Answer {
    refused(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )
}

fn observed(outcome: Outcome) -> Box<Observed> {
    let Outcome::Again { observed, .. } = outcome else {
        panic!("{outcome:?}");
    };
    observed.unwrap()
}

fn text_of(fields: &provision_core::model::Fields, name: &str) -> Option<String> {
    fields
        .get(name)
        .and_then(Value::<Never>::as_text)
        .map(str::to_owned)
}

/// What was sent last.
fn last(recorder: &Recorder) -> Json {
    serde_json::from_str(recorder.bodies().last().unwrap()).unwrap()
}

fn tag(sent: &Json, key: &str) -> Option<String> {
    let mut tags = sent["Tags"].as_array().unwrap().iter();
    let tag = tags.find(|tag| tag["Key"] == key)?;
    Some(tag["Value"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn value_version_marks_and_salt_go_with_one_call() {
    let made = json!({"ARN": ARN, "Name": "shop/db", "VersionId": OLD});
    let answers = [not_there(), Answer::ok(&made.to_string())];
    let (outcome, recorder) = outcome(&step(Does::Create, "digest", None), answers).await;
    assert!(!format!("{outcome:?}").contains(HUNTER));
    assert!(!serde_json::to_string(&outcome).unwrap().contains(HUNTER));
    assert_eq!(
        text_of(&observed(outcome).fields, "value").unwrap(),
        AS_DECLARED
    );
    let sent = last(&recorder);
    let salt = tag(&sent, "provision-salt").unwrap();
    let id = version_id(&value(HUNTER), &salt).await.unwrap();
    assert_eq!(sent["ClientRequestToken"], id.as_str());
    assert_eq!(sent["SecretString"], HUNTER);
    assert_eq!(tag(&sent, "provision-id").unwrap(), "secret.db/secret");
}

#[tokio::test]
async fn what_is_compared_by_reading_or_made_leaves_no_digest() {
    let made = json!({"ARN": ARN, "Name": "shop/db", "VersionId": OLD}).to_string();
    let answers = || [not_there(), Answer::ok(&made)];
    let (_, recorder) = outcome(&step(Does::Create, "read", None), answers()).await;
    assert_eq!(tag(&last(&recorder), "provision-salt"), None);
    let mut generated = step(Does::Create, "digest", None);
    generated.values = Values::none();
    let fields = &mut generated.desired.as_mut().unwrap().fields;
    fields.insert("value".to_owned(), Value::Null);
    let wish = [
        ("length".to_owned(), Value::Int(24)),
        ("alphabet".to_owned(), Value::Null),
    ];
    fields.insert("generate".to_owned(), Value::Map(wish.into()));
    let (outcome, recorder) = outcome(&generated, answers()).await;
    assert_eq!(observed(outcome).fields["value"], Value::Null);
    assert_eq!(last(&recorder)["SecretString"].as_str().unwrap().len(), 24);
}

#[tokio::test]
async fn a_value_that_is_not_at_hand_is_asked_for_by_name() {
    let mut act = step(Does::Create, "digest", None);
    act.values = Values::none();
    let (outcome, recorder) = outcome(&act, []).await;
    let Outcome::Failed { failure } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(failure.code, "secret-not-at-hand");
    assert!(failure.message.contains("the environment variable DB"));
    assert_eq!(recorder.count(), 0);
}

async fn sight(compare: &str, values: Values, answers: Vec<Answer>) -> Sight {
    let recorder = Recorder::new(answers);
    let provider = AwsProvider::new(aws(&recorder));
    let act = step(Does::Create, compare, None);
    let desired = act.desired.unwrap();
    let wanted = desired.try_fill(|never| -> Result<_, ()> { match *never {} });
    let request = SurveyRequest::Objects(Objects {
        context: act.context,
        resources: vec![wanted.unwrap()],
        parents: BTreeMap::new(),
        orphans: false,
        values,
    });
    let answer = provider.survey(&request).await.unwrap();
    assert!(!format!("{answer:?}").contains(HUNTER));
    let SurveyAnswer::Objects { mut seen, .. } = answer else {
        panic!("the wrong wave");
    };
    seen.remove(&desired.id).unwrap()
}

fn word_of(sight: &Sight) -> Option<String> {
    text_of(&sight.live().unwrap().fields, "value")
}

#[tokio::test]
async fn a_survey_says_in_two_words_whether_the_value_is_there() {
    let id = version_id(&value(HUNTER), SALT_HEX).await.unwrap();
    let there = |version: &str| vec![ours(version)];
    let same = sight("digest", at_hand(HUNTER), there(&id)).await;
    assert_eq!(word_of(&same).unwrap(), AS_DECLARED);
    let other = sight("digest", at_hand("another"), there(&id)).await;
    assert_eq!(word_of(&other).unwrap(), ANOTHER);
    let unknown = sight("digest", Values::none(), there(&id)).await;
    assert_eq!(word_of(&unknown), None);
    let unsalted = vec![described(&current(&id), None, false, "shop")];
    assert_eq!(
        word_of(&sight("digest", at_hand(HUNTER), unsalted).await).unwrap(),
        ANOTHER
    );
}

#[tokio::test]
async fn compared_by_reading_the_value_is_seen_by_nobody_else() {
    let held = json!({"ARN": ARN, "SecretString": HUNTER}).to_string();
    let answers = vec![ours(OLD), Answer::ok(&held)];
    let sight = sight("read", at_hand(HUNTER), answers).await;
    assert_eq!(word_of(&sight).unwrap(), AS_DECLARED);
}

#[tokio::test]
async fn a_changed_value_is_one_call_with_the_same_token_whoever_makes_it() {
    let put = json!({"ARN": ARN, "VersionStages": ["AWSCURRENT"]}).to_string();
    let act = step(Does::Update, "digest", Some(ANOTHER));
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let (outcome, recorder) = outcome(&act, [ours(OLD), Answer::ok(&put)]).await;
        let now = observed(outcome);
        assert_eq!(text_of(&now.fields, "value").unwrap(), AS_DECLARED);
        tokens.push(text_of(&now.outputs, "version").unwrap());
        assert_eq!(last(&recorder)["ClientRequestToken"], tokens[0].as_str());
        assert_eq!(recorder.count(), 2);
    }
    assert_eq!(tokens[0], tokens[1]);
    // Put by a run that died: nothing is left to do.
    let (outcome, recorder) = outcome(&act, [ours(&tokens[0])]).await;
    assert_eq!(
        text_of(&observed(outcome).fields, "value").unwrap(),
        AS_DECLARED
    );
    assert_eq!(recorder.count(), 1);
}

#[tokio::test]
async fn a_value_of_before_becomes_the_current_one_again() {
    let id = version_id(&value(HUNTER), SALT_HEX).await.unwrap();
    let act = step(Does::Update, "digest", Some(ANOTHER));
    let both = json!({OLD: ["AWSCURRENT"], id.clone(): ["AWSPREVIOUS"]});
    let moved = json!({"ARN": ARN}).to_string();
    let answers = [
        described(&both, Some(SALT_HEX), false, "shop"),
        Answer::ok(&moved),
    ];
    let (again, recorder) = outcome(&act, answers).await;
    assert_eq!(text_of(&observed(again).outputs, "version").unwrap(), id);
    assert_eq!(last(&recorder)["RemoveFromVersionId"], OLD);
    // One without a stage is told by the answer that it is not current.
    let ignored = json!({"ARN": ARN, "VersionId": id.as_str()}).to_string();
    let (stored, _) = outcome(&act, [ours(OLD), Answer::ok(&ignored)]).await;
    let stored = observed(stored);
    assert_eq!(text_of(&stored.fields, "value").unwrap(), STORED);
    let act = Act {
        live: Some(*stored),
        ..act
    };
    let (current, recorder) = outcome(&act, [ours(OLD), Answer::ok(&moved)]).await;
    assert_eq!(last(&recorder)["MoveToVersionId"], id.as_str());
    assert_eq!(
        text_of(&observed(current).fields, "value").unwrap(),
        AS_DECLARED
    );
}

#[tokio::test]
async fn a_lost_salt_is_set_before_the_value_is_put() {
    let act = step(Does::Update, "digest", Some(ANOTHER));
    let unsalted = described(&current(OLD), None, false, "shop");
    let (outcome, recorder) = outcome(&act, [unsalted, Answer::ok("{}")]).await;
    assert_eq!(
        text_of(&observed(outcome).fields, "value").unwrap(),
        ANOTHER
    );
    assert_eq!(tag(&last(&recorder), "provision-salt").unwrap().len(), 32);
}

#[tokio::test]
async fn one_of_ours_that_waits_for_its_deletion_is_restored() {
    let gone = |stack| described(&current(OLD), Some(SALT_HEX), true, stack);
    let absent = sight("digest", at_hand(HUNTER), vec![gone("shop")]).await;
    assert_eq!(absent, Sight::Absent);
    let act = step(Does::Create, "digest", None);
    let restored = json!({"ARN": ARN}).to_string();
    let (again, recorder) = outcome(&act, [gone("shop"), Answer::ok(&restored)]).await;
    assert_eq!(text_of(&observed(again).fields, "value").unwrap(), ANOTHER);
    assert_eq!(last(&recorder), json!({"SecretId": ARN}));
    // One of somebody else is in the way, and that is told with what to do.
    let clash = sight("digest", at_hand(HUNTER), vec![gone("bar")]).await;
    let Sight::Clash { physical, .. } = clash else {
        panic!("{clash:?}");
    };
    assert!(physical.contains("restore-secret"), "{physical}");
    let (failed, recorder) = outcome(&act, [gone("bar")]).await;
    assert!(matches!(failed, Outcome::Failed { .. }), "{failed:?}");
    assert_eq!(recorder.count(), 1);
}

#[tokio::test]
async fn words_of_the_service_quote_no_value() {
    let words = format!("1 validation error detected: Value '{HUNTER}' at 'secretString' failed");
    let answers = [not_there(), refused("ValidationException", &words)];
    let (outcome, _) = outcome(&step(Does::Create, "digest", None), answers).await;
    let Outcome::Failed { failure } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(failure.message.contains("(secret)") && !failure.message.contains(HUNTER));
}

#[tokio::test]
async fn a_deletion_is_asked_for_once() {
    let act = step(Does::Delete, "digest", Some(AS_DECLARED));
    let words = "You can't perform this operation on the secret because it was already scheduled for deletion.";
    for answer in [
        Answer::ok(&json!({"ARN": ARN}).to_string()),
        refused("InvalidRequestException", words),
        not_there(),
    ] {
        let (outcome, recorder) = outcome(&act, [answer]).await;
        assert_eq!(outcome, Outcome::Gone);
        assert_eq!(last(&recorder)["RecoveryWindowInDays"], 30);
    }
}
