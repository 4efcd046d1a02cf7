//! Targets and policies, of a service that the store has.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::ecs::EcsService;
use super::{SERVICE, policy, policy_change, target, target_change};
use crate::Config;
use crate::aws::{Call, Outcome};
use crate::store::{Place, Store, Tx};
use crate::tests::at;
use crate::wire::{ApiError, Body, Params};

fn place() -> Place {
    Place {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
    }
}

/// Runs an operation; keeps what it wrote.
fn run(
    store: &mut Store,
    run: fn(&mut Call<'_>) -> Outcome,
    json: Value,
) -> Result<Value, ApiError> {
    let config = Config::default();
    let mut call = Call {
        tx: Tx::new(store, &config, at(1)),
        place: place(),
        region: "eu-west-1".to_owned(),
        access_key: "111122223333".to_owned(),
        caller: "arn:aws:iam::111122223333:user/sandbox".to_owned(),
        operation: SERVICE.name,
        params: Params::default(),
        json,
    };
    let outcome = run(&mut call);
    let changes = call.tx.finish().unwrap();
    match outcome? {
        Body::Json(answer) => {
            store.commit(changes).unwrap();
            Ok(answer)
        }
        other => panic!("{other:?}"),
    }
}

fn with_service() -> Store {
    let mut store = Store::in_memory();
    let config = Config::default();
    let mut tx = Tx::new(&store, &config, at(0));
    let service = EcsService {
        cluster: "main".to_owned(),
        name: "web".to_owned(),
        status: "ACTIVE".to_owned(),
        created: at(0),
    };
    tx.put(&place(), &service);
    let changes = tx.finish().unwrap();
    store.commit(changes).unwrap();
    store
}

fn which(more: &Value) -> Value {
    let mut all = json!({
        "ServiceNamespace": "ecs",
        "ResourceId": "service/main/web",
        "ScalableDimension": "ecs:service:DesiredCount",
    });
    if let (Some(all), Some(more)) = (all.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    all
}

#[track_caller]
fn refused(answer: Result<Value, ApiError>, code: &str, words: &str) {
    let error = answer.unwrap_err();
    assert_eq!(error.code, code, "{}", error.message);
    assert!(error.message.contains(words), "{}", error.message);
}

#[test]
fn a_registration_makes_and_changes_and_tags_only_at_first() {
    let mut store = with_service();
    let register = target_change::register;
    let half = which(&json!({ "MinCapacity": 1 }));
    refused(
        run(&mut store, register, half),
        "ValidationException",
        "MaxCapacity",
    );
    let whole = which(&json!({ "MinCapacity": 1, "MaxCapacity": 4, "Tags": { "a": "b" } }));
    let arn = run(&mut store, register, whole.clone()).unwrap()["ScalableTargetARN"].clone();
    refused(
        run(&mut store, register, whole),
        "ValidationException",
        "TagResource",
    );
    let less = which(&json!({ "MaxCapacity": 0 }));
    refused(
        run(&mut store, register, less),
        "ValidationException",
        "cannot be less",
    );
    let more = which(
        &json!({ "MaxCapacity": 6, "SuspendedState": { "DynamicScalingInSuspended": true } }),
    );
    assert_eq!(
        run(&mut store, register, more).unwrap()["ScalableTargetARN"],
        arn
    );
    let wish = json!({ "ServiceNamespace": "ecs", "ResourceIds": ["service/main/web", "service/main/none"] });
    let shown = run(&mut store, target::describe, wish).unwrap();
    let one = &shown["ScalableTargets"][0];
    assert_eq!(
        (&one["MinCapacity"], &one["MaxCapacity"]),
        (&json!(1), &json!(6))
    );
    assert_eq!(one["SuspendedState"]["DynamicScalingInSuspended"], true);
    assert_eq!(shown["ScalableTargets"].as_array().unwrap().len(), 1);
    let mut other = which(&json!({ "MinCapacity": 1, "MaxCapacity": 4 }));
    other["ResourceId"] = "service/main/none".into();
    refused(
        run(&mut store, register, other),
        "ValidationException",
        "ECS service doesn't exist",
    );
}

#[test]
fn policies_need_a_target_and_go_with_it() {
    let mut store = with_service();
    let put = |name: &str, kind: &str, label: Option<&str>| {
        let mut metric = json!({ "PredefinedMetricType": kind });
        if let Some(label) = label {
            metric["ResourceLabel"] = label.into();
        }
        which(&json!({
            "PolicyName": name,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 60.0,
                "PredefinedMetricSpecification": metric,
            },
        }))
    };
    let cpu = put("cpu", "ECSServiceAverageCPUUtilization", None);
    let no_target = run(&mut store, policy_change::put, cpu.clone());
    refused(
        no_target,
        "ObjectNotFoundException",
        "No scalable target registered",
    );
    let target = which(&json!({ "MinCapacity": 1, "MaxCapacity": 4 }));
    run(&mut store, target_change::register, target).unwrap();
    let made = run(&mut store, policy_change::put, cpu.clone()).unwrap();
    assert_eq!(made["Alarms"].as_array().unwrap().len(), 2);
    let again = run(&mut store, policy_change::put, cpu).unwrap();
    assert_eq!(made, again);
    let twin = run(
        &mut store,
        policy_change::put,
        put("other", "ECSServiceAverageCPUUtilization", None),
    );
    refused(
        twin,
        "ValidationException",
        "Only one TargetTrackingScaling policy",
    );
    let requests = put("requests", "ALBRequestCountPerTarget", None);
    refused(
        run(&mut store, policy_change::put, requests),
        "ValidationException",
        "ResourceLabel",
    );
    let label = Some("app/web/0123456789abcdef/targetgroup/web/0123456789abcdef");
    let requests = put("requests", "ALBRequestCountPerTarget", label);
    refused(
        run(&mut store, policy_change::put, requests),
        "ValidationException",
        "not associated",
    );
    run(&mut store, target_change::deregister, which(&json!({}))).unwrap();
    let gone = run(&mut store, target_change::deregister, which(&json!({})));
    refused(gone, "ObjectNotFoundException", "No scalable target found");
    let wish = json!({ "ServiceNamespace": "ecs" });
    let shown = run(&mut store, policy::describe, wish).unwrap();
    assert_eq!(shown["ScalingPolicies"], json!([]));
}
