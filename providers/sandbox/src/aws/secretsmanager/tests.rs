//! Secrets through the wire: what tokens, the clock and the lag do to them, and where their values are not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

const DAY: i64 = 86_400;
const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

/// The answer at a second, or the error's code.
fn call(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, String> {
    let target = format!("secretsmanager.{operation}");
    let (key, body) = ("111122223333", body.to_string());
    let asked = request(key, "eu-west-1", "secretsmanager", Some(&target), body);
    let answer = cloud.handle(at(second), asked);
    let body = text(&answer);
    let json: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    match answer.status().is_success() {
        true => Ok(json),
        false => Err(json["__type"].as_str().unwrap().to_owned()),
    }
}

fn create(token: &str, value: &str) -> Value {
    json!({"Name": "shop/db", "ClientRequestToken": token, "SecretString": value})
}

fn names(cloud: &Cloud, second: i64, planned: bool) -> Vec<String> {
    let body = json!({"IncludePlannedDeletion": planned});
    let answer = call(cloud, second, "ListSecrets", &body).unwrap();
    let rows = answer["SecretList"].as_array().unwrap().clone();
    rows.iter()
        .map(|row| row["Name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_token_makes_one_version_and_no_other() {
    let cloud = Cloud::in_memory(Config::default());
    let first = call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    assert_eq!(first["VersionId"], ONE);
    assert_eq!(
        call(&cloud, 1, "CreateSecret", &create(ONE, "a")),
        Ok(first)
    );
    let other = call(&cloud, 1, "CreateSecret", &create(ONE, "b"));
    assert_eq!(other.unwrap_err(), "ResourceExistsException");
    let other = call(&cloud, 1, "CreateSecret", &create(TWO, "a"));
    assert_eq!(other.unwrap_err(), "ResourceExistsException");
    let put = |token, value| json!({"SecretId": "shop/db", "ClientRequestToken": token, "SecretString": value});
    let again = call(&cloud, 2, "PutSecretValue", &put(ONE, "b"));
    assert_eq!(again.unwrap_err(), "ResourceExistsException");
    for second in [3, 4] {
        let put = call(&cloud, second, "PutSecretValue", &put(TWO, "b")).unwrap();
        assert_eq!(put["VersionStages"], json!(["AWSCURRENT"]));
    }
    let about = call(&cloud, 5, "DescribeSecret", &json!({"SecretId": "shop/db"})).unwrap();
    let stages = json!({ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]});
    assert_eq!(about["VersionIdsToStages"], stages);
}

#[test]
fn a_deleted_secret_keeps_its_name_for_its_window() {
    let cloud = Cloud::in_memory(Config::default());
    call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    let id = json!({"SecretId": "shop/db"});
    let delete = json!({"SecretId": "shop/db", "RecoveryWindowInDays": 7});
    let answer = call(&cloud, 10, "DeleteSecret", &delete).unwrap();
    assert_eq!(answer["DeletionDate"], json!((10 + 7 * DAY) as f64));
    assert!(cloud.objects(at(10)).unwrap().is_empty());
    for operation in ["GetSecretValue", "DeleteSecret"] {
        let refused = call(&cloud, 11, operation, &id);
        assert_eq!(refused.unwrap_err(), "InvalidRequestException");
    }
    let about = call(&cloud, 11, "DescribeSecret", &id).unwrap();
    assert_eq!(about["DeletedDate"], json!(10.0));
    let again = call(&cloud, 7 * DAY, "CreateSecret", &create(TWO, "a"));
    assert_eq!(again.unwrap_err(), "InvalidRequestException");
    assert!(call(&cloud, 11 + 7 * DAY, "CreateSecret", &create(TWO, "a")).is_ok());
}

#[test]
fn force_ends_it_at_once_and_restore_takes_a_schedule_back() {
    let cloud = Cloud::in_memory(Config {
        duration_scale: 1.0,
        ..Config::default()
    });
    call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    let id = json!({"SecretId": "shop/db"});
    call(&cloud, 1, "DeleteSecret", &id).unwrap();
    call(&cloud, 2, "RestoreSecret", &id).unwrap();
    let value = call(&cloud, 3, "GetSecretValue", &id).unwrap();
    assert_eq!(value["SecretString"], "a");
    let force = json!({"SecretId": "shop/db", "ForceDeleteWithoutRecovery": true});
    call(&cloud, 4, "DeleteSecret", &force).unwrap();
    let soon = call(&cloud, 4, "CreateSecret", &create(TWO, "b"));
    assert_eq!(soon.unwrap_err(), "InvalidRequestException");
    let gone = call(&cloud, 5, "DescribeSecret", &id);
    assert_eq!(gone.unwrap_err(), "ResourceNotFoundException");
    assert!(call(&cloud, 5, "DeleteSecret", &force).is_ok());
    assert!(call(&cloud, 5, "CreateSecret", &create(TWO, "b")).is_ok());
}

#[test]
fn lists_are_five_minutes_late_where_reads_lag_at_all() {
    let cloud = Cloud::in_memory(Config {
        visibility_lag_ms: 2_000,
        ..Config::default()
    });
    call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    let id = json!({"SecretId": "shop/db"});
    assert!(call(&cloud, 0, "DescribeSecret", &id).is_ok());
    assert!(names(&cloud, 299, true).is_empty());
    assert_eq!(names(&cloud, 300, false), ["shop/db"]);
    call(&cloud, 400, "DeleteSecret", &id).unwrap();
    assert_eq!(names(&cloud, 699, false), ["shop/db"]);
    assert!(names(&cloud, 700, false).is_empty());
    assert_eq!(names(&cloud, 700, true), ["shop/db"]);
    let force = json!({"SecretId": "shop/db", "ForceDeleteWithoutRecovery": true});
    call(&cloud, 800, "DeleteSecret", &force).unwrap();
    assert_eq!(names(&cloud, 1100, true), ["shop/db"]);
    assert!(names(&cloud, 1102, true).is_empty());
}

#[test]
fn without_a_lag_lists_show_the_present() {
    let cloud = Cloud::in_memory(Config::default());
    call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    assert_eq!(names(&cloud, 0, false), ["shop/db"]);
}

#[test]
fn stages_move_only_from_where_they_are() {
    let cloud = Cloud::in_memory(Config::default());
    call(&cloud, 0, "CreateSecret", &create(ONE, "a")).unwrap();
    let put = json!({"SecretId": "shop/db", "ClientRequestToken": TWO, "SecretString": "b",
                     "VersionStages": ["AWSPENDING"]});
    call(&cloud, 1, "PutSecretValue", &put).unwrap();
    let id = json!({"SecretId": "shop/db"});
    let value = call(&cloud, 2, "GetSecretValue", &id).unwrap();
    assert_eq!(value["SecretString"], "a");
    let mut update =
        json!({"SecretId": "shop/db", "VersionStage": "AWSCURRENT", "MoveToVersionId": TWO});
    let refused = call(&cloud, 3, "UpdateSecretVersionStage", &update);
    assert_eq!(refused.unwrap_err(), "InvalidParameterException");
    update["RemoveFromVersionId"] = ONE.into();
    call(&cloud, 4, "UpdateSecretVersionStage", &update).unwrap();
    let about = call(&cloud, 5, "DescribeSecret", &id).unwrap();
    let stages = json!({ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT", "AWSPENDING"]});
    assert_eq!(about["VersionIdsToStages"], stages);
}

/// The log, the list of objects and the words of refusals are read by people: no value is in them.
#[test]
fn no_value_is_in_log_objects_or_refusals() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path()).unwrap();
    let canary = "canary-5up3r-s3cr3t";
    let mut said = String::new();
    let mut say = |operation: &str, body: Value| {
        let target = format!("secretsmanager.{operation}");
        let (key, body) = ("111122223333", body.to_string());
        let asked = request(key, "eu-west-1", "secretsmanager", Some(&target), body);
        let answer = cloud.handle(at(1), asked);
        if answer.status() != 200 || operation != "GetSecretValue" {
            said.push_str(&text(&answer));
        }
    };
    say("CreateSecret", create(ONE, canary));
    say("CreateSecret", create(ONE, &format!("{canary}-other")));
    say(
        "CreateSecret",
        json!({"Name": "b", "ClientRequestToken": TWO, "SecretString": [canary]}),
    );
    say(
        "CreateSecret",
        json!({"Name": "b", "ClientRequestToken": TWO, "SecretString": canary.repeat(9999)}),
    );
    say(
        "CreateSecret",
        json!({"Name": "b", "ClientRequestToken": TWO, "SecretString": canary, "SecretBinary": "eA=="}),
    );
    say(
        "PutSecretValue",
        json!({"SecretId": "no", "ClientRequestToken": TWO, "SecretBinary": canary}),
    );
    for operation in [
        "GetSecretValue",
        "DescribeSecret",
        "ListSecretVersionIds",
        "ListSecrets",
    ] {
        let id = json!({"SecretId": "shop/db"});
        say(
            operation,
            if operation == "ListSecrets" {
                json!({})
            } else {
                id
            },
        );
    }
    let log = serde_json::to_string(&cloud.calls()).unwrap();
    let objects = serde_json::to_string(&cloud.objects(at(1)).unwrap()).unwrap();
    assert!(log.contains("PutSecretValue") && objects.contains("shop/db"));
    for seen in [said, log, objects] {
        assert!(!seen.contains("canary"), "{seen}");
    }
}
