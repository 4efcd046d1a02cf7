//! Tags by ARN through the wire.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

fn call(cloud: &Cloud, service: &str, target: &str, body: &Value) -> (u16, Value) {
    let account = "111122223333";
    let request = request(
        account,
        "eu-west-1",
        service,
        Some(target),
        body.to_string(),
    );
    let answer = cloud.handle(at(100), request);
    let body = text(&answer);
    (
        answer.status().as_u16(),
        serde_json::from_str(&body).unwrap_or_default(),
    )
}

#[test]
fn tags_are_told_by_arn_and_what_is_not_there_is_left_out() {
    let cloud = Cloud::in_memory(Config::default());
    for (name, tags) in [("tagged", json!({ "a": "b" })), ("bare", json!({}))] {
        let body = json!({ "logGroupName": name, "tags": tags });
        let made = call(&cloud, "logs", "Logs_20140328.CreateLogGroup", &body);
        assert_eq!(made.0, 200);
    }
    let arns: Vec<String> = ["tagged", "bare", "absent"]
        .iter()
        .map(|name| format!("arn:aws:logs:eu-west-1:111122223333:log-group:{name}"))
        .collect();
    let get = |body: &Value| {
        let target = "ResourceGroupsTaggingAPI_20170126.GetResources";
        call(&cloud, "tagging", target, body)
    };
    let (status, answer) = get(&json!({ "ResourceARNList": arns }));
    assert_eq!(status, 200);
    assert_eq!(
        answer["ResourceTagMappingList"],
        json!([{ "ResourceARN": arns[0], "Tags": [{ "Key": "a", "Value": "b" }] }])
    );
    let many: Vec<&String> = std::iter::repeat_n(&arns[0], 101).collect();
    assert_eq!(get(&json!({ "ResourceARNList": many })).0, 400);
    assert_eq!(get(&json!({ "ResourceARNList": ["tagged"] })).0, 400);
}
