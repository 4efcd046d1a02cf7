//! Google's half as a caller sees it: the frame, knobs, the log; states over time.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    clippy::expect_used
)] // `json!(…)` reads better at the calls

use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::policy;
use crate::{Cloud, Config, Delivery, Fault, FaultAction};

const NETWORKS: &str = "/compute/v1/projects/acme-prod/global/networks";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// Status and body of a call.
fn ask(cloud: &Cloud, seconds: i64, verb: &str, path: &str, body: Value) -> (u16, Value) {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let request = Request::builder()
        .method(verb)
        .uri(path)
        .body(bytes)
        .unwrap();
    let answer = cloud.handle(at(seconds), request);
    let value = serde_json::from_slice(answer.body()).unwrap();
    (answer.status().as_u16(), value)
}

fn get(cloud: &Cloud, seconds: i64, path: &str) -> (u16, Value) {
    ask(cloud, seconds, "GET", path, Value::Null)
}

fn real_time() -> Config {
    Config {
        duration_scale: 1.0,
        ..Config::default()
    }
}

fn network(cloud: &Cloud, seconds: i64) -> (u16, Value) {
    let body = json!({ "name": "net", "autoCreateSubnetworks": false });
    ask(cloud, seconds, "POST", NETWORKS, body)
}

fn fault(operation: &str, action: FaultAction) -> Fault {
    Fault {
        operation: operation.into(),
        skip: 0,
        times: 1,
        seen: 0,
        action,
    }
}

fn reason(answer: &Value) -> &str {
    answer["error"]["errors"][0]["reason"]
        .as_str()
        .unwrap_or_default()
}

#[test]
fn operations_run_by_the_clock_and_survive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path()).unwrap();
    cloud.set_config(real_time()).unwrap();
    let (status, work) = network(&cloud, 0);
    assert_eq!((status, &work["status"]), (200, &json!("RUNNING")));
    drop(cloud);
    let cloud = Cloud::open(folder.path()).unwrap();
    let path = format!(
        "/compute/v1/projects/acme-prod/global/operations/{}",
        work["name"].as_str().unwrap()
    );
    assert_eq!(get(&cloud, 11, &path).1["status"], "RUNNING");
    let (status, not_yet) = ask(
        &cloud,
        11,
        "DELETE",
        &format!("{NETWORKS}/net"),
        Value::Null,
    );
    assert_eq!((status, reason(&not_yet)), (400, "resourceNotReady"));
    let done = get(&cloud, 13, &path).1;
    assert_eq!(
        (&done["status"], &done["progress"]),
        (&json!("DONE"), &json!(100))
    );
    // When the clock says, not when somebody looked.
    assert!(
        done["endTime"]
            .as_str()
            .unwrap()
            .starts_with("2023-11-14T15:13:32.000-07:00")
    );
    let log = cloud.calls();
    assert_eq!(log[0].operation, "compute.networks.insert");
    assert_eq!(
        (log[0].account.as_str(), log[0].applied, log[0].mutating),
        ("acme-prod", true, true)
    );
}

#[test]
fn an_operation_can_be_made_to_end_in_an_error_and_undoes_itself() {
    let cloud = Cloud::in_memory(real_time());
    let action = FaultAction::EndInError {
        code: "QUOTA_EXCEEDED".into(),
        status: 403,
        message: "no".into(),
    };
    cloud
        .add_fault(fault("compute.networks.insert", action))
        .unwrap();
    let work = network(&cloud, 0).1;
    let path = format!(
        "/compute/v1/projects/acme-prod/global/operations/{}",
        work["name"].as_str().unwrap()
    );
    assert_eq!(get(&cloud, 1, &format!("{NETWORKS}/net")).0, 200);
    let done = get(&cloud, 20, &path).1;
    assert_eq!(done["error"]["errors"][0]["code"], "QUOTA_EXCEEDED");
    assert_eq!(done["httpErrorMessage"], "FORBIDDEN");
    assert_eq!(get(&cloud, 20, &format!("{NETWORKS}/net")).0, 404);
}

#[test]
fn faults_and_permissions_go_by_the_ids_of_methods() {
    let cloud = Cloud::in_memory(Config {
        denied: vec![
            "compute.networks.create".into(),
            "secretmanager.projects.secrets.versions.*".into(),
        ],
        ..Config::default()
    });
    let (status, denied) = network(&cloud, 0);
    assert_eq!((status, reason(&denied)), (403, "forbidden"));
    assert!(
        denied["error"]["message"]
            .as_str()
            .unwrap()
            .contains("'compute.networks.create'")
    );
    let access = "/v1/projects/acme-prod/secrets/s/versions/1:access";
    let (status, denied) = get(&cloud, 0, access);
    assert_eq!(
        (status, &denied["error"]["status"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    let asked = json!({ "permissions": ["compute.networks.create", "compute.networks.get"] });
    let granted = ask(
        &cloud,
        0,
        "POST",
        "/v3/projects/acme-prod:testIamPermissions",
        asked,
    )
    .1;
    assert_eq!(granted, json!({ "permissions": ["compute.networks.get"] }));
    cloud.set_config(Config::default()).unwrap();
    cloud
        .add_fault(fault("compute.*", FaultAction::Throttle))
        .unwrap();
    let (status, slow) = get(&cloud, 0, NETWORKS);
    assert_eq!((status, reason(&slow)), (403, "rateLimitExceeded"));
    cloud
        .add_fault(fault("secretmanager.*", FaultAction::Throttle))
        .unwrap();
    let (status, slow) = get(&cloud, 0, access);
    assert_eq!(
        (status, &slow["error"]["status"]),
        (429, &json!("RESOURCE_EXHAUSTED"))
    );
    cloud.add_fault(fault("*", FaultAction::DropAfter)).unwrap();
    let body = br#"{"name":"net","autoCreateSubnetworks":false}"#.to_vec();
    let request = Request::builder()
        .method("POST")
        .uri(NETWORKS)
        .body(body)
        .unwrap();
    let answer = cloud.handle(at(0), request);
    assert!(answer.extensions().get::<Delivery>().unwrap().dropped);
    assert_eq!(get(&cloud, 1, &format!("{NETWORKS}/net")).0, 200);
}

#[test]
fn tokens_expire_and_apis_are_off_in_the_words_of_each_service() {
    let cloud = Cloud::in_memory(Config {
        disabled_apis: vec![
            "compute.googleapis.com".into(),
            "secretmanager.googleapis.com".into(),
        ],
        ..Config::default()
    });
    let (status, off) = get(&cloud, 0, NETWORKS);
    assert_eq!((status, reason(&off)), (403, "accessNotConfigured"));
    assert_eq!(off["error"]["details"][0]["reason"], "SERVICE_DISABLED");
    assert!(
        off["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("Compute Engine API has not been used in project ")
    );
    let (_, off) = get(&cloud, 0, "/v1/projects/acme-prod/secrets");
    assert!(off["error"].get("errors").is_none());
    cloud
        .set_config(Config {
            expired: vec!["*".into()],
            ..Config::default()
        })
        .unwrap();
    let (status, expired) = get(&cloud, 0, NETWORKS);
    assert_eq!(
        (status, &expired["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
}

#[test]
fn what_we_do_not_have_names_itself() {
    let cloud = Cloud::in_memory(Config::default());
    let path = "/compute/v1/projects/acme-prod/global/licenses";
    let (status, no) = get(&cloud, 0, path);
    assert_eq!(status, 501);
    assert!(
        no["error"]["message"]
            .as_str()
            .unwrap()
            .contains("GET /compute/v1/projects/acme-prod/global/licenses")
    );
}

#[test]
fn what_google_does_not_know_is_refused_as_google_does() {
    let cloud = Cloud::in_memory(Config::default());
    let (status, no) = get(&cloud, 0, &format!("{NETWORKS}?colour=red"));
    assert_eq!(status, 400);
    let message = no["error"]["message"].as_str().unwrap();
    assert!(message.contains("\"colour\""), "{message}");
    let body = json!({ "name": "net", "autoCreateSubnetworks": false, "colour": 1 });
    assert_eq!(ask(&cloud, 0, "POST", NETWORKS, body).0, 400);
    assert_eq!(cloud.last_call().unwrap().status, 400);
}

#[test]
fn projects_are_found_by_id_and_number_and_can_be_missing() {
    let cloud = Cloud::in_memory(Config::default());
    let number = get(&cloud, 0, "/v1/projects/acme-prod").1["projectNumber"].clone();
    let number = number.as_str().unwrap();
    assert_eq!(
        get(&cloud, 0, &format!("/v1/projects/{number}")).1["projectId"],
        "acme-prod"
    );
    assert_eq!(get(&cloud, 0, "/v1/projects/123").0, 403);
    cloud
        .set_config(Config {
            projects: vec!["other-one".into()],
            ..Config::default()
        })
        .unwrap();
    let (status, no) = get(&cloud, 0, NETWORKS);
    assert_eq!((status, reason(&no)), (404, "notFound"));
}

#[test]
fn generated_clients_send_and_get_enums_as_numbers() {
    let cloud = Cloud::in_memory(Config::default());
    let query = "%24alt=json%3Benum-encoding%3Dint";
    let secret = json!({ "replication": { "automatic": {} } });
    let path = format!("/v1/projects/acme-prod/secrets?{query}&secretId=s&pageToken=");
    assert_eq!(ask(&cloud, 0, "POST", &path, secret).0, 200);
    let add = format!("/v1/projects/acme-prod/secrets/s:addVersion?{query}");
    let (_, made) = ask(
        &cloud,
        0,
        "POST",
        &add,
        json!({ "payload": { "data": "YQ==" } }),
    );
    assert_eq!(made["state"], 1);
    let listed = get(
        &cloud,
        0,
        &format!("/v1/projects/acme-prod/secrets/s/versions?{query}"),
    )
    .1;
    assert_eq!(listed["versions"][0]["state"], 1);
    let plain = get(
        &cloud,
        0,
        "/secretmanager/v1/projects/acme-prod/secrets/s/versions/1",
    )
    .1;
    assert_eq!(plain["state"], "ENABLED");
}

#[test]
fn accounts_are_not_seen_at_once() {
    let cloud = Cloud::in_memory(Config {
        visibility_lag_ms: 30_000,
        ..Config::default()
    });
    let home = "/v1/projects/acme-prod/serviceAccounts";
    assert_eq!(
        ask(
            &cloud,
            0,
            "POST",
            home,
            json!({ "accountId": "shop-nodes" })
        )
        .0,
        200
    );
    let email = "shop-nodes@acme-prod.iam.gserviceaccount.com";
    assert_eq!(get(&cloud, 29, &format!("{home}/{email}")).0, 404);
    assert_eq!(get(&cloud, 29, home).1, json!({}));
    let binding = json!({ "role": "roles/viewer", "members": [format!("serviceAccount:{email}")] });
    let body = json!({ "policy": { "bindings": [binding] } });
    let set = |seconds| {
        ask(
            &cloud,
            seconds,
            "POST",
            "/v3/projects/acme-prod:setIamPolicy",
            body.clone(),
        )
        .0
    };
    assert_eq!(set(29), 400);
    assert_eq!(get(&cloud, 30, &format!("{home}/{email}")).0, 200);
    assert_eq!(set(30), 200);
    // The name is taken from the start.
    let again = ask(
        &cloud,
        1,
        "POST",
        home,
        json!({ "accountId": "shop-nodes" }),
    );
    assert_eq!(again.0, 409);
}

#[test]
fn a_pool_of_identities_comes_with_a_cluster() {
    let cloud = Cloud::in_memory(Config::default());
    let home = "/v1/projects/acme-prod/serviceAccounts";
    ask(&cloud, 0, "POST", home, json!({ "accountId": "shop-web" }));
    let member = "serviceAccount:acme-prod.svc.id.goog[web/web]";
    let body = json!({ "policy": { "bindings": [{ "role": "roles/iam.workloadIdentityUser", "members": [member] }] } });
    let path = format!("{home}/shop-web@acme-prod.iam.gserviceaccount.com:setIamPolicy");
    assert_eq!(ask(&cloud, 1, "POST", &path, body.clone()).0, 400);
    cloud.edit(at(2), |tx| policy::open_pool(tx, "acme-prod"));
    assert_eq!(ask(&cloud, 3, "POST", &path, body).0, 200);
}

#[test]
fn quotas_and_unreachable_places_are_told() {
    let mut config = Config {
        unreachable: vec!["europe-west1".into()],
        ..Config::default()
    };
    config.quotas.insert("compute:networks".into(), 0);
    let cloud = Cloud::in_memory(config);
    let (status, full) = network(&cloud, 0);
    assert_eq!((status, reason(&full)), (403, "quotaExceeded"));
    assert_eq!(
        full["error"]["message"],
        "Quota 'NETWORKS' exceeded.  Limit: 0.0 globally."
    );
    let list = get(
        &cloud,
        0,
        "/compute/v1/projects/acme-prod/aggregated/subnetworks",
    )
    .1;
    assert_eq!(list["unreachables"], json!(["regions/europe-west1"]));
    assert_eq!(
        list["items"]["regions/europe-west1"]["warning"]["code"],
        "UNREACHABLE"
    );
}
