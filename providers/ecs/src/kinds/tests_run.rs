//! Task definitions and runs on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use provision_aws::{Aws, Tags, fields_of, marked};
use provision_core::contract::{
    Act, ActStep, Context, Does, Handle, Outcome, Poll, PollOutcome, Provider as _,
};
use provision_core::model::{Kind, Never, Observed, Resource, ResourceId, Value};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Container, Run, TaskDefinition};
use crate::EcsProvider;

const FAMILY: &str = "shop-migrate_job";
const REVISION: &str = "arn:aws:ecs:eu-west-1:1:task-definition/shop-migrate_job:3";
const TASK: &str = "arn:aws:ecs:eu-west-1:1:task/shop-prod/abc";

/// Answers in order, and what was asked, by operation.
#[derive(Clone, Debug)]
struct Recorder {
    answers: Arc<Mutex<VecDeque<(u16, Json)>>>,
    sent: Arc<Mutex<Vec<(String, Json)>>>,
}

impl Recorder {
    fn new(answers: impl IntoIterator<Item = (u16, Json)>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            sent: Arc::default(),
        }
    }

    fn provider(&self) -> EcsProvider {
        let connector = SharedHttpConnector::new(self.clone());
        let http = http_client_fn(move |_, _| connector.clone());
        let credentials = Credentials::new("123456789012", "secret", None, None, "test");
        let aws = Aws::with_http(http, credentials, "http://sandbox.invalid", "eu-west-1");
        EcsProvider::new(aws)
    }

    fn calls(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|(call, _)| call.clone()).collect()
    }

    fn body(&self, nth: usize) -> Json {
        self.sent.lock().unwrap()[nth].1.clone()
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let call = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let body = serde_json::from_slice(body).unwrap_or(Json::Null);
        self.sent.lock().unwrap().push((call, body));
        let answer = self.answers.lock().unwrap().pop_front();
        let (status, body) = answer.unwrap_or((500, Json::Null));
        HttpConnectorFuture::new(async move {
            let body = SdkBody::from(body.to_string());
            let mut response = HttpResponse::new(status.try_into().unwrap(), body);
            let headers = response.headers_mut();
            headers.insert("content-type", "application/x-amz-json-1.1");
            Ok(response)
        })
    }
}

fn context() -> Context {
    Context {
        stack: "shop".to_owned(),
        account: Some("123456789012".to_owned()),
        region: "eu-west-1".to_owned(),
        labels: BTreeMap::new(),
    }
}

fn id(part: &str) -> ResourceId {
    ResourceId::new("job.migrate", part)
}

fn desired<S: Serialize>(part: &str, kind: &str, fields: &S) -> Resource<Never> {
    let resource = Resource {
        id: id(part),
        kind: Kind::new(kind),
        provider: crate::PROVIDER.to_owned(),
        platform: None,
        name: Some(FAMILY.to_owned()),
        parent: None,
        fields: fields_of(fields).unwrap(),
        after: Vec::new(),
        outlives: Vec::new(),
        adopt: None,
        protect: false,
    };
    resource
        .try_fill(|hole| -> Result<Value<Never>, ()> { panic!("open: {hole:?}") })
        .unwrap()
}

fn act(does: Does, desired: &Resource<Never>, live: Option<Observed>) -> Act {
    Act {
        context: context(),
        step: step(does, desired),
        desired: Some(desired.clone()),
        live,
        parent: None,
        token: "00000000-0000-4000-8000-000000000000".to_owned(),
        look_first: false,
        values: Default::default(),
    }
}

fn step(does: Does, desired: &Resource<Never>) -> ActStep {
    ActStep {
        id: desired.id.clone(),
        kind: desired.kind.clone(),
        does,
        fields: Vec::new(),
    }
}

fn again(outcome: Outcome) -> Observed {
    match outcome {
        Outcome::Again {
            observed: Some(observed),
            ..
        } => *observed,
        other => panic!("{other:?}"),
    }
}

fn definition() -> TaskDefinition {
    let container = Container {
        image: Some("shop:1".to_owned()),
        essential: true,
        command: vec!["migrate".to_owned()],
        ..Container::default()
    };
    TaskDefinition {
        launch: "FARGATE".to_owned(),
        architecture: "X86_64".to_owned(),
        cpu: 256,
        memory: 512,
        execution_role: "arn:aws:iam::1:role/e".into(),
        task_role: "arn:aws:iam::1:role/t".into(),
        log_group: "/provision/shop/migrate_job".into(),
        containers: [("migrate".to_owned(), container)].into(),
        ..TaskDefinition::default()
    }
}

/// A revision as ECS answers, with tags.
fn revision(tags: &Tags) -> Json {
    let tags: Vec<Json> = tags
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect();
    json!({
        "taskDefinition": {
            "taskDefinitionArn": REVISION, "family": FAMILY, "revision": 3, "status": "ACTIVE",
            "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "networkMode": "awsvpc",
            "executionRoleArn": "arn:aws:iam::1:role/e", "taskRoleArn": "arn:aws:iam::1:role/t",
            "runtimePlatform": { "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" },
            "containerDefinitions": [{
                "name": "migrate", "image": "shop:1", "essential": true, "command": ["migrate"], "cpu": 0,
                "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "/provision/shop/migrate_job" } },
            }],
        },
        "tags": tags,
    })
}

fn marks() -> Tags {
    let mut tags = marked(&context(), &id("task-definition"), false, &Tags::new());
    tags.insert("provision-digest".to_owned(), definition().digest());
    tags
}

#[tokio::test]
async fn a_definition_is_registered_once_and_found_as_it_was_sent() {
    let unknown =
        json!({ "__type": "ClientException", "message": "Unable to describe task definition." });
    let recorder = Recorder::new([
        (400, unknown),
        (200, revision(&marks())),
        (200, json!({ "taskDefinitionArns": [REVISION] })),
    ]);
    let provider = recorder.provider();
    let want = desired("task-definition", "ecs.task_definition", &definition());
    let live = again(provider.act(&act(Does::Create, &want, None)).await);
    assert_eq!(live.physical, REVISION);
    for (name, value) in want
        .fields
        .iter()
        .filter(|(_, value)| **value != Value::Null)
    {
        assert_eq!(live.fields.get(name), Some(value), "{name}");
    }
    let done = provider.act(&act(Does::Create, &want, Some(live))).await;
    assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
    let calls = recorder.calls();
    assert_eq!(
        calls,
        [
            "DescribeTaskDefinition",
            "RegisterTaskDefinition",
            "ListTaskDefinitions"
        ]
    );
    let sent = recorder.body(1);
    assert_eq!(sent["networkMode"], "awsvpc");
    let tags = sent["tags"].as_array().unwrap();
    assert!(
        tags.iter().any(|tag| tag["key"] == "provision-digest"),
        "{sent}"
    );
}

fn run() -> Resource<Never> {
    let fields = Run {
        task_definition: REVISION.into(),
        family: FAMILY.to_owned(),
        cluster: "shop-prod".to_owned(),
        capacity: None,
        subnets: vec!["subnet-a".into()],
        security_groups: vec!["sg-a".into()],
    };
    desired("run", "ecs.run", &fields)
}

fn task(status: &str, code: Option<i32>) -> Json {
    json!({ "tasks": [{
        "taskArn": TASK, "taskDefinitionArn": REVISION, "lastStatus": status,
        "stoppedReason": code.map(|_| "Essential container in task exited"),
        "stopCode": code.map(|_| "EssentialContainerExited"),
        "containers": [{ "name": "migrate", "exitCode": code }],
    }], "failures": [] })
}

fn poll() -> Poll {
    Poll {
        context: context(),
        step: step(Does::Run, &run()),
        handle: Handle([("physical".to_owned(), TASK.to_owned())].into()),
        desired: Some(run()),
        live: None,
        parent: None,
    }
}

#[tokio::test]
async fn a_run_is_waited_for_and_remembered() {
    let none = || (200, json!({ "taskArns": [] }));
    let recorder = Recorder::new([
        none(),
        none(),
        (200, task("PROVISIONING", None)),
        (200, task("RUNNING", None)),
        (200, task("STOPPED", Some(0))),
        (200, revision(&marks())),
        (200, json!({})),
    ]);
    let provider = recorder.provider();
    let accepted = provider.act(&act(Does::Run, &run(), None)).await;
    assert!(matches!(accepted, Outcome::Accepted { .. }), "{accepted:?}");
    let pending = provider.poll(&poll()).await;
    assert!(
        matches!(pending, PollOutcome::Pending { .. }),
        "{pending:?}"
    );
    let PollOutcome::Again {
        observed: Some(ended),
    } = provider.poll(&poll()).await
    else {
        panic!("it has ended");
    };
    let memory = again(provider.act(&act(Does::Run, &run(), Some(*ended))).await);
    assert_eq!(memory.physical, REVISION);
    let done = provider.act(&act(Does::Run, &run(), Some(memory))).await;
    assert!(matches!(done, Outcome::Done { .. }), "{done:?}");
    let calls = recorder.calls();
    assert_eq!(
        calls,
        [
            "ListTasks",
            "ListTasks",
            "RunTask",
            "DescribeTasks",
            "DescribeTasks",
            "DescribeTaskDefinition",
            "TagResource"
        ]
    );
    let sent = recorder.body(2);
    assert_eq!(sent["clientToken"], "00000000-0000-4000-8000-000000000000");
    // Runs are looked for by family: `startedBy` is taken with no status beside it.
    assert_eq!(recorder.body(1)["family"], "shop-migrate_job");
    assert_eq!(recorder.body(1)["startedBy"], Json::Null);
    assert_eq!(recorder.body(6)["tags"][0]["key"], "provision-ran");
}

/// Whom our runs of this revision are started by.
async fn starter() -> Json {
    let none = || (200, json!({ "taskArns": [] }));
    let recorder = Recorder::new([none(), none(), (200, task("PROVISIONING", None))]);
    let _ = recorder.provider().act(&act(Does::Run, &run(), None)).await;
    recorder.body(2)["startedBy"].clone()
}

#[tokio::test]
async fn a_run_that_another_apply_began_is_not_begun_again() {
    let mut ours = task("RUNNING", None);
    ours["tasks"][0]["startedBy"] = starter().await;
    let recorder = Recorder::new([(200, json!({ "taskArns": [TASK] })), (200, ours)]);
    let accepted = recorder.provider().act(&act(Does::Run, &run(), None)).await;
    assert!(matches!(accepted, Outcome::Accepted { .. }), "{accepted:?}");
    assert_eq!(recorder.calls(), ["ListTasks", "DescribeTasks"]);
}

#[tokio::test]
async fn a_run_that_somebody_else_began_is_not_ours() {
    let mut theirs = task("RUNNING", None);
    theirs["tasks"][0]["startedBy"] = json!("somebody");
    let recorder = Recorder::new([
        (200, json!({ "taskArns": [TASK] })),
        (200, theirs),
        (200, json!({ "taskArns": [] })),
        (200, task("PROVISIONING", None)),
    ]);
    let _ = recorder.provider().act(&act(Does::Run, &run(), None)).await;
    assert_eq!(
        recorder.calls(),
        ["ListTasks", "DescribeTasks", "ListTasks", "RunTask"]
    );
}

#[tokio::test]
async fn a_run_that_ends_badly_fails_in_the_clouds_words() {
    let recorder = Recorder::new([(200, task("STOPPED", Some(3)))]);
    let PollOutcome::Failed { failure } = recorder.provider().poll(&poll()).await else {
        panic!("it has failed");
    };
    assert_eq!(
        failure.message,
        "Essential container in task exited (migrate: exit code 3)"
    );
    assert_eq!(failure.code, "EssentialContainerExited");
    assert!(failure.advice.unwrap().contains("log group"));
}
