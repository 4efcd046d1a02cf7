//! Streams and events through the wire: what a task writes is read, late, forward and backward, as long as it is kept.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use super::{LogGroup, LogStream};
use crate::store::{Place, Store, Tx};
use crate::tests::{at, request, text};
use crate::{Cloud, Config};

/// The answer at a second, or the error's code.
fn call(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, String> {
    let target = format!("Logs_20140328.{operation}");
    let (key, body) = ("111122223333", body.to_string());
    let asked = request(key, "eu-west-1", "logs", Some(&target), body);
    let answer = cloud.handle(at(second), asked);
    let json: Value = serde_json::from_str(&text(&answer)).unwrap_or(Value::Null);
    match answer.status().is_success() {
        true => Ok(json),
        false => Err(json["__type"].as_str().unwrap().to_owned()),
    }
}

/// A group `g` with a stream `s` that has the lines `1` to `5`, a second each from 1000 on.
fn written(config: Config) -> Cloud {
    let cloud = Cloud::in_memory(config);
    call(
        &cloud,
        1000,
        "CreateLogGroup",
        &json!({"logGroupName": "g"}),
    )
    .unwrap();
    let stream = json!({"logGroupName": "g", "logStreamName": "s"});
    call(&cloud, 1000, "CreateLogStream", &stream).unwrap();
    let lines: Vec<Value> = (1..=5)
        .map(|n| json!({"timestamp": (1000 + n) * 1000, "message": n.to_string()}))
        .collect();
    let put = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": lines});
    call(&cloud, 1010, "PutLogEvents", &put).unwrap();
    cloud
}

fn lines(answer: &Value) -> Vec<&str> {
    let events = answer["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect()
}

#[test]
fn a_stream_is_read_from_either_end_until_the_token_stays() {
    let cloud = written(Config::default());
    let get = |more: Value| {
        let mut body = json!({"logGroupName": "g", "logStreamName": "s", "limit": 2});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        call(&cloud, 1020, "GetLogEvents", &body).unwrap()
    };
    let last = get(json!({}));
    assert_eq!(lines(&last), ["4", "5"]);
    let before = get(json!({"nextToken": last["nextBackwardToken"]}));
    assert_eq!(lines(&before), ["2", "3"]);
    let first = get(json!({"startFromHead": true}));
    assert_eq!(lines(&first), ["1", "2"]);
    let end = get(json!({"nextToken": last["nextForwardToken"]}));
    assert!(lines(&end).is_empty());
    assert_eq!(end["nextForwardToken"], last["nextForwardToken"]);
    let span = get(json!({"startTime": 1_002_000, "endTime": 1_003_000}));
    assert_eq!(lines(&span), ["2"]);
}

#[test]
fn filters_take_all_streams_and_both_ends_of_the_span() {
    let cloud = written(Config::default());
    let stream = json!({"logGroupName": "g", "logStreamName": "t"});
    call(&cloud, 1011, "CreateLogStream", &stream).unwrap();
    let put = json!({"logGroupName": "g", "logStreamName": "t",
                     "logEvents": [{"timestamp": 1_002_500, "message": "ERROR x"}]});
    call(&cloud, 1011, "PutLogEvents", &put).unwrap();
    let filter = |body: Value| call(&cloud, 1020, "FilterLogEvents", &body);
    let span = json!({"logGroupIdentifier": "g", "startTime": 1_002_000, "endTime": 1_003_000});
    assert_eq!(lines(&filter(span).unwrap()), ["2", "ERROR x", "3"]);
    let errors = json!({"logGroupName": "g", "filterPattern": "ERROR"});
    assert_eq!(lines(&filter(errors).unwrap()), ["ERROR x"]);
    let mut page = json!({"logGroupName": "g", "limit": 4});
    let first = filter(page.clone()).unwrap();
    page["nextToken"] = first["nextToken"].clone();
    let second = filter(page).unwrap();
    assert_eq!((lines(&first).len(), lines(&second)), (4, vec!["4", "5"]));
    let none = filter(json!({"logGroupName": "g", "logStreamNames": ["none"]}));
    assert_eq!(none.unwrap_err(), "ResourceNotFoundException");
    let both =
        filter(json!({"logGroupName": "g", "logStreamNames": ["s"], "logStreamNamePrefix": "s"}));
    assert_eq!(both.unwrap_err(), "InvalidParameterException");
}

#[test]
fn events_come_late_and_go_with_their_days_and_their_group() {
    let cloud = written(Config {
        visibility_lag_ms: 0,
        ..Config::default()
    });
    let all = json!({"logGroupName": "g"});
    let mut config = cloud.config();
    config.visibility_lag_ms = 5_000;
    cloud.set_config(config).unwrap();
    let early = call(&cloud, 1014, "FilterLogEvents", &all).unwrap();
    assert!(lines(&early).is_empty());
    let seen = call(&cloud, 1015, "FilterLogEvents", &all).unwrap();
    assert_eq!(lines(&seen).len(), 5);
    let keep = json!({"logGroupName": "g", "retentionInDays": 1});
    call(&cloud, 1016, "PutRetentionPolicy", &keep).unwrap();
    let later = call(&cloud, 1003 + 86_400, "FilterLogEvents", &all).unwrap();
    assert_eq!(lines(&later), ["3", "4", "5"]);
    call(&cloud, 90_000, "DeleteLogGroup", &all).unwrap();
    call(&cloud, 90_010, "CreateLogGroup", &all).unwrap();
    let anew = call(&cloud, 90_020, "DescribeLogStreams", &all).unwrap();
    assert_eq!(anew["logStreams"], json!([]));
}

#[test]
fn batches_have_rules() {
    let cloud = written(Config::default());
    let put = |events: Value| {
        let body = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events});
        call(&cloud, 10_000_000, "PutLogEvents", &body)
    };
    let event = |second: i64| json!({"timestamp": second * 1000, "message": "m"});
    let disorder = put(json!([event(10_000_000), event(9_999_999)]));
    assert_eq!(disorder.unwrap_err(), "InvalidParameterException");
    let empty = put(json!([]));
    assert_eq!(empty.unwrap_err(), "InvalidParameterException");
    let new = put(json!([event(10_000_000), event(10_007_201)])).unwrap();
    assert_eq!(
        new["rejectedLogEventsInfo"],
        json!({"tooNewLogEventStartIndex": 1})
    );
    let old = put(json!([event(10_000_000 - 15 * 86_400)])).unwrap();
    assert_eq!(
        old["rejectedLogEventsInfo"],
        json!({"tooOldLogEventEndIndex": 1})
    );
}

#[test]
fn a_task_writes_only_into_a_group_that_is_there() {
    let (store, config) = (Store::in_memory(), Config::default());
    let mut tx = Tx::new(&store, &config, at(9));
    let place = Place {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
    };
    let lines = [(at(7), "started".to_owned()), (at(8), "done".to_owned())];
    assert!(!LogStream::append(
        &mut tx,
        &place,
        ("g", "web/web/1"),
        &lines
    ));
    LogGroup::ensure(&mut tx, &place, "g");
    assert!(LogStream::append(
        &mut tx,
        &place,
        ("g", "web/web/1"),
        &lines
    ));
    let stream = tx.get::<LogStream>(&place, "g:web/web/1").unwrap();
    assert_eq!(stream.events.len(), 2);
    assert!(stream.events[0].id < stream.events[1].id);
}
