//! Log groups through the wire: what the clock, the knobs and two callers at once do to them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use crate::store::{Place, Store, Tx};
use crate::tests::{at, request, text};
use crate::{Cloud, Config};

/// The answer at a second, or the error's code.
fn call(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, String> {
    let target = format!("Logs_20140328.{operation}");
    let request = request(
        "111122223333",
        "eu-west-1",
        "logs",
        Some(&target),
        body.to_string(),
    );
    let answer = cloud.handle(at(second), request);
    let body = text(&answer);
    let json = match body.as_str() {
        "" => Value::Null,
        body => serde_json::from_str(body).unwrap(),
    };
    if answer.status().is_success() {
        Ok(json)
    } else {
        Err(json["__type"].as_str().unwrap().to_owned())
    }
}

fn names(cloud: &Cloud, second: i64) -> Vec<String> {
    let answer = call(cloud, second, "DescribeLogGroups", &json!({})).unwrap();
    let rows = answer["logGroups"].as_array().unwrap();
    rows.iter()
        .map(|row| row["logGroupName"].as_str().unwrap().to_owned())
        .collect()
}

fn claim() -> Value {
    json!({"logGroupName": "/provision/shop/claim"})
}

const EXISTS: &str = "ResourceAlreadyExistsException";

#[test]
fn a_second_create_is_refused_before_reads_show_the_first() {
    let cloud = Cloud::in_memory(Config {
        visibility_lag_ms: 30_000,
        ..Config::default()
    });
    assert!(call(&cloud, 100, "CreateLogGroup", &claim()).is_ok());
    assert!(names(&cloud, 100).is_empty());
    let again = call(&cloud, 100, "CreateLogGroup", &claim());
    assert_eq!(again.unwrap_err(), EXISTS);
    let delete = call(&cloud, 129, "DeleteLogGroup", &claim());
    assert_eq!(delete.unwrap_err(), "ResourceNotFoundException");
    assert_eq!(names(&cloud, 130), ["/provision/shop/claim"]);
}

#[test]
fn a_name_is_taken_while_its_deletion_runs() {
    let cloud = Cloud::in_memory(Config {
        duration_scale: 1.0,
        ..Config::default()
    });
    call(&cloud, 100, "CreateLogGroup", &claim()).unwrap();
    call(&cloud, 101, "DeleteLogGroup", &claim()).unwrap();
    assert!(names(&cloud, 101).is_empty());
    assert!(cloud.objects(at(101)).unwrap().is_empty());
    let again = call(&cloud, 101, "CreateLogGroup", &claim());
    assert_eq!(again.unwrap_err(), "OperationAbortedException");
    assert!(call(&cloud, 102, "CreateLogGroup", &claim()).is_ok());
}

#[test]
fn the_quota_and_the_faults_speak_as_logs_does() {
    let mut config = Config::default();
    config.quotas.insert("logs:groups".into(), 0);
    config.denied.push("logs:Delete*".into());
    let cloud = Cloud::in_memory(config);
    let refused = call(&cloud, 0, "CreateLogGroup", &claim());
    assert_eq!(refused.unwrap_err(), "LimitExceededException");
    let refused = call(&cloud, 0, "DeleteLogGroup", &claim());
    assert_eq!(refused.unwrap_err(), "AccessDeniedException");
    let strange = json!({"logGroupName": "a", "colour": "red"});
    let refused = call(&cloud, 0, "CreateLogGroup", &strange);
    assert_eq!(refused.unwrap_err(), "UnknownParameter");
    let wrong = json!({"logGroupName": 1});
    let refused = call(&cloud, 0, "CreateLogGroup", &wrong);
    assert_eq!(refused.unwrap_err(), "SerializationException");
}

#[test]
fn the_oracle_tells_marks() {
    let cloud = Cloud::in_memory(Config::default());
    let body = json!({"logGroupName": "g", "tags": {"provision-stack": "shop"}});
    call(&cloud, 5, "CreateLogGroup", &body).unwrap();
    let objects = cloud.objects(at(5)).unwrap();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0].kind, "log-group");
    assert_eq!(objects[0].marks["provision-stack"], "shop");
    assert!(!objects[0].own_of_cloud);
}

#[test]
fn a_service_makes_a_group_only_where_there_is_none() {
    let (store, config) = (Store::in_memory(), Config::default());
    let mut tx = Tx::new(&store, &config, at(0));
    let place = Place {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
    };
    let mut group = super::LogGroup::ensure(&mut tx, &place, "/aws/eks/shop-main/cluster");
    assert!(group.own_of_cloud && group.retention.is_none());
    group.retention = Some(7);
    tx.put(&place, &group);
    assert_eq!(
        super::LogGroup::ensure(&mut tx, &place, &group.name).retention,
        Some(7)
    );
}
