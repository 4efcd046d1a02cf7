//! Schedules through the wire: the role that must let Scheduler in, wholes that forget, groups that go in their own time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use http::Request;
use serde_json::{Value, json};

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

const ROLE: &str = "arn:aws:iam::111122223333:role/tick";

fn cloud() -> Cloud {
    let cloud = Cloud::in_memory(Config {
        duration_scale: 1.0,
        ..Config::default()
    });
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "scheduler.amazonaws.com"}}]});
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("Version", "2010-05-08")
        .append_pair("Action", "CreateRole")
        .append_pair("RoleName", "tick")
        .append_pair("AssumeRolePolicyDocument", &trust.to_string())
        .finish();
    let asked = request("111122223333", "us-east-1", "iam", None, body);
    assert!(cloud.handle(at(0), asked).status().is_success());
    cloud
}

/// The answer at a second, or the error's code.
fn call(cloud: &Cloud, second: i64, what: &str, body: &Value) -> Result<Value, String> {
    let (method, path) = what.split_once(' ').unwrap();
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let (mut parts, body) =
        request("111122223333", "eu-west-1", "scheduler", None, body).into_parts();
    parts.method = method.parse().unwrap();
    parts.uri = format!("http://127.0.0.1{path}").parse().unwrap();
    let answer = cloud.handle(at(second), Request::from_parts(parts, body));
    let json: Value = serde_json::from_str(&text(&answer)).unwrap_or(Value::Null);
    match answer.status().is_success() {
        true => Ok(json),
        false => Err(answer.headers()["x-amzn-errortype"]
            .to_str()
            .unwrap()
            .to_owned()),
    }
}

fn nightly() -> Value {
    json!({
        "GroupName": "shop",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "UTC",
        "Description": "every night",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ClientToken": "t1",
        "Target": {
            "Arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/shop",
            "RoleArn": ROLE,
            "EcsParameters": {
                "TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/nightly:3",
                "LaunchType": "FARGATE",
                "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}},
            },
        },
    })
}

const NIGHTLY: &str = "POST /schedules/nightly";
const GROUP: &str = "POST /schedule-groups/shop";

#[test]
fn the_role_must_let_scheduler_in() {
    let cloud = cloud();
    call(&cloud, 0, GROUP, &json!({})).unwrap();
    let early = call(&cloud, 0, NIGHTLY, &nightly());
    assert_eq!(early.unwrap_err(), "ValidationException");
    assert!(call(&cloud, 60, NIGHTLY, &nightly()).is_ok());
    let mut other = nightly();
    other["Target"]["RoleArn"] = "arn:aws:iam::111122223333:role/none".into();
    let refused = call(&cloud, 60, "PUT /schedules/nightly", &other);
    assert_eq!(refused.unwrap_err(), "ValidationException");
}

#[test]
fn a_token_makes_one_schedule_and_an_update_is_a_whole() {
    let cloud = cloud();
    let none = call(&cloud, 60, NIGHTLY, &nightly());
    assert_eq!(none.unwrap_err(), "ResourceNotFoundException");
    call(&cloud, 60, GROUP, &json!({})).unwrap();
    let first = call(&cloud, 60, NIGHTLY, &nightly()).unwrap();
    assert_eq!(call(&cloud, 61, NIGHTLY, &nightly()), Ok(first));
    let mut other = nightly();
    other["ClientToken"] = "t2".into();
    let taken = call(&cloud, 61, NIGHTLY, &other);
    assert_eq!(taken.unwrap_err(), "ConflictException");
    let mut change = nightly();
    change.as_object_mut().unwrap().remove("Description");
    change["State"] = "DISABLED".into();
    call(&cloud, 70, "PUT /schedules/nightly", &change).unwrap();
    let get = "GET /schedules/nightly?groupName=shop";
    let now = call(&cloud, 71, get, &Value::Null).unwrap();
    assert_eq!(now["State"], "DISABLED");
    assert_eq!(now.get("Description"), None);
    assert_eq!(now["Target"]["RetryPolicy"]["MaximumRetryAttempts"], 185);
    assert_eq!(now["Target"]["EcsParameters"]["TaskCount"], 1);
    assert_eq!(
        (&now["CreationDate"], &now["LastModificationDate"]),
        (&json!(60.0), &json!(70.0))
    );
    let elsewhere = call(&cloud, 71, "GET /schedules/nightly", &Value::Null);
    assert_eq!(elsewhere.unwrap_err(), "ResourceNotFoundException");
}

#[test]
fn a_group_takes_its_schedules_with_it_in_its_own_time() {
    let cloud = cloud();
    call(
        &cloud,
        60,
        GROUP,
        &json!({"Tags": [{"Key": "a", "Value": "1"}]}),
    )
    .unwrap();
    call(&cloud, 60, NIGHTLY, &nightly()).unwrap();
    let group = |second| call(&cloud, second, "GET /schedule-groups/shop", &Value::Null);
    let list = |second| {
        let list = "GET /schedules?ScheduleGroup=shop";
        let rows = call(&cloud, second, list, &Value::Null).unwrap();
        rows["Schedules"].as_array().unwrap().len()
    };
    call(
        &cloud,
        100,
        "DELETE /schedule-groups/shop?clientToken=x",
        &Value::Null,
    )
    .unwrap();
    assert_eq!(group(100).unwrap()["State"], "DELETING");
    assert_eq!(list(109), 1);
    for what in [GROUP, "DELETE /schedule-groups/shop"] {
        let refused = call(&cloud, 109, what, &Value::Null);
        assert_eq!(refused.unwrap_err(), "ConflictException", "{what}");
    }
    let refused = call(&cloud, 109, "POST /schedules/other", &nightly());
    assert_eq!(refused.unwrap_err(), "ConflictException");
    assert_eq!(list(110), 0);
    assert_eq!(group(119).unwrap()["State"], "DELETING");
    assert_eq!(group(120).unwrap_err(), "ResourceNotFoundException");
    assert!(call(&cloud, 120, GROUP, &json!({})).is_ok());
}

#[test]
fn what_comes_once_goes_when_it_is_asked_to() {
    let cloud = cloud();
    call(&cloud, 60, GROUP, &json!({})).unwrap();
    let mut once = nightly();
    once["ScheduleExpression"] = "at(1970-01-01T00:10:00)".into();
    once["ActionAfterCompletion"] = "DELETE".into();
    call(&cloud, 60, NIGHTLY, &once).unwrap();
    let get = "GET /schedules/nightly?groupName=shop";
    assert!(call(&cloud, 599, get, &Value::Null).is_ok());
    assert!(call(&cloud, 600, get, &Value::Null).is_err());
}

#[test]
fn what_cannot_be_called_is_refused() {
    let cloud = cloud();
    call(&cloud, 60, GROUP, &json!({})).unwrap();
    let broken: [fn(&mut Value); 9] = [
        |body| body["ScheduleExpression"] = "cron(0 3 * * *)".into(),
        |body| body["FlexibleTimeWindow"] = json!({"Mode": "FLEXIBLE"}),
        |body| body["FlexibleTimeWindow"] = json!({"Mode": "OFF", "MaximumWindowInMinutes": 5}),
        |body| body["State"] = "ON".into(),
        |body| body["Target"]["Arn"] = "shop".into(),
        |body| body["Target"]["EcsParameters"]["TaskCount"] = 11.into(),
        |body| body["Target"]["EcsParameters"] = Value::Null,
        |body| body["Target"]["EcsParameters"]["LaunchType"] = "LAMBDA".into(),
        |body| body["Target"]["Arn"] = "arn:aws:sqs:eu-west-1:111122223333:queue".into(),
    ];
    for (at, breaks) in broken.iter().enumerate() {
        let mut body = nightly();
        breaks(&mut body);
        let refused = call(&cloud, 60, NIGHTLY, &body);
        assert_eq!(refused.unwrap_err(), "ValidationException", "{at}");
    }
    let mut body = nightly();
    body["Target"]["SqsParameters"] = json!({});
    let refused = call(&cloud, 60, NIGHTLY, &body);
    assert_eq!(refused.unwrap_err(), "NotImplemented");
}
