//! Parameters through the wire: names, tiers, versions, what is sealed, and what AWS owns.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

/// The answer at a second, or the error's code.
fn call_at(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, String> {
    let target = format!("AmazonSSM.{operation}");
    let (key, body) = ("111122223333", body.to_string());
    let asked = request(key, "eu-west-1", "ssm", Some(&target), body);
    let answer = cloud.handle(at(second), asked);
    let json: Value = serde_json::from_str(&text(&answer)).unwrap_or(Value::Null);
    match answer.status().is_success() {
        true => Ok(json),
        false => Err(json["__type"].as_str().unwrap().to_owned()),
    }
}

fn call(cloud: &Cloud, operation: &str, body: &Value) -> Result<Value, String> {
    call_at(cloud, 0, operation, body)
}

fn put(name: &str, value: &str) -> Value {
    json!({"Name": name, "Value": value, "Type": "SecureString"})
}

#[test]
fn names_that_cannot_be_are_refused_each_in_its_way() {
    let cloud = Cloud::in_memory(Config::default());
    let deep = "/a".repeat(16);
    for (name, code) in [
        ("shop/db", "ValidationException"),
        ("/AWS/shop/db", "AccessDeniedException"),
        ("awsome", "ValidationException"),
        ("/SSM/shop/db", "ValidationException"),
        ("/shop/a b", "ValidationException"),
        (deep.as_str(), "HierarchyLevelLimitExceededException"),
    ] {
        let refused = call(&cloud, "PutParameter", &put(name, "v"));
        assert_eq!(refused.unwrap_err(), code, "{name}");
    }
    assert!(call(&cloud, "PutParameter", &put("/shop/db", "v")).is_ok());
}

#[test]
fn a_put_makes_a_version_and_only_with_leave_a_second_one() {
    let cloud = Cloud::in_memory(Config::default());
    let mut body = put("/shop/db", "v1");
    body["Tags"] = json!([{"Key": "a", "Value": "1"}]);
    let first = call(&cloud, "PutParameter", &body).unwrap();
    assert_eq!(first, json!({"Version": 1, "Tier": "Standard"}));
    let again = call(&cloud, "PutParameter", &body);
    assert_eq!(again.unwrap_err(), "ParameterAlreadyExists");
    body["Overwrite"] = true.into();
    let tagged = call(&cloud, "PutParameter", &body);
    assert_eq!(tagged.unwrap_err(), "ValidationException");
    let body = json!({"Name": "/shop/db", "Value": "v2", "Overwrite": true});
    let second = call(&cloud, "PutParameter", &body).unwrap();
    assert_eq!(second["Version"], 2);
    let sealed = call(&cloud, "GetParameter", &json!({"Name": "/shop/db"})).unwrap();
    assert!(!sealed.to_string().contains("v2"));
    let open = json!({"Name": "/shop/db:1", "WithDecryption": true});
    let open = call(&cloud, "GetParameter", &open).unwrap();
    assert_eq!(open["Parameter"]["Value"], "v1");
    assert_eq!(open["Parameter"]["Selector"], ":1");
    let none = call(&cloud, "GetParameter", &json!({"Name": "/shop/db:3"}));
    assert_eq!(none.unwrap_err(), "ParameterVersionNotFound");
}

#[test]
fn tiers_have_their_sizes_and_lead_one_way() {
    let cloud = Cloud::in_memory(Config::default());
    let big = "x".repeat(4097);
    let mut body = json!({"Name": "/big", "Value": big, "Type": "String"});
    let refused = call(&cloud, "PutParameter", &body);
    assert_eq!(refused.unwrap_err(), "ValidationException");
    body["Tier"] = "Intelligent-Tiering".into();
    let answer = call(&cloud, "PutParameter", &body).unwrap();
    assert_eq!(answer["Tier"], "Advanced");
    let down = json!({"Name": "/big", "Value": "x", "Tier": "Standard", "Overwrite": true});
    let refused = call(&cloud, "PutParameter", &down);
    assert_eq!(refused.unwrap_err(), "ValidationException");
    assert!(cloud.objects(at(0)).unwrap()[0].billable);
}

#[test]
fn the_hundred_and_first_version_takes_the_place_of_an_unlabelled_one() {
    let cloud = Cloud::in_memory(Config::default());
    call(&cloud, "PutParameter", &put("/a", "v")).unwrap();
    let again = json!({"Name": "/a", "Value": "v", "Overwrite": true});
    for _ in 0..100 {
        call(&cloud, "PutParameter", &again).unwrap();
    }
    let gone = call(&cloud, "GetParameter", &json!({"Name": "/a:1"}));
    assert_eq!(gone.unwrap_err(), "ParameterVersionNotFound");
    let label = json!({"Name": "/a", "ParameterVersion": 2, "Labels": ["keep", "1st"]});
    let answer = call(&cloud, "LabelParameterVersion", &label).unwrap();
    assert_eq!(answer["InvalidLabels"], json!(["1st"]));
    let refused = call(&cloud, "PutParameter", &again);
    assert_eq!(refused.unwrap_err(), "ParameterMaxVersionLimitExceeded");
}

#[test]
fn what_is_new_is_not_read_before_the_lag_is_over() {
    let cloud = Cloud::in_memory(Config {
        visibility_lag_ms: 5_000,
        ..Config::default()
    });
    call(&cloud, "PutParameter", &put("/a", "v")).unwrap();
    let name = json!({"Name": "/a"});
    let early = call_at(&cloud, 4, "GetParameter", &name);
    assert_eq!(early.unwrap_err(), "ParameterNotFound");
    let taken = call_at(&cloud, 4, "PutParameter", &put("/a", "v"));
    assert_eq!(taken.unwrap_err(), "ParameterAlreadyExists");
    assert!(call_at(&cloud, 5, "GetParameter", &name).is_ok());
}

#[test]
fn every_region_has_its_own_images() {
    let cloud = Cloud::in_memory(Config::default());
    let name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended";
    let about = call(&cloud, "GetParameter", &json!({"Name": name})).unwrap();
    let value = about["Parameter"]["Value"].as_str().unwrap();
    let value: Value = serde_json::from_str(value).unwrap();
    let image = super::public::image("eu-west-1", "x86_64");
    assert_eq!(value["image_id"], image.as_str());
    assert_ne!(super::public::image("us-east-1", "x86_64"), image);
    let below = json!({"Path": name});
    let answer = call(&cloud, "GetParametersByPath", &below).unwrap();
    assert_eq!(answer["Parameters"][0]["Value"], image.as_str());
    let none = call(&cloud, "DescribeParameters", &json!({})).unwrap();
    assert_eq!(none["Parameters"], json!([]));
}
