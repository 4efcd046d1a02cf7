//! A ground to play on: an embedded cloud on a virtual clock, with a stack or part of one in it.

use std::time::Duration;

use http::Request;
use jiff::Timestamp;
use provision_core::apply::RunResult;
use provision_core::plan::{Goal, PlanFile};
use provision_sandbox::{Ailment, Cloud, Patient, Stage};
use provision_tests::clouds::{ACCOUNT, REGION};
use provision_tests::world::{Settings, World, loaded};

/// The network by itself: the cluster's own, so that a cluster of it finds its network made.
pub(crate) const NETWORK: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
zones = 2
nat   = "single"
"#;

/// The pool within [`SPEC`].
pub(crate) const POOL: &str = r#"
[cluster.main.pool.default]
machine = { eks = "m7i.large" }
nodes   = { min = 1, max = 3 }
"#;

/// All of it.
pub(crate) const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "eu-west-1"

[network.main]
zones = 2
nat   = "single"

[cluster.main]
network  = "main"
platform = "eks"

[cluster.main.pool.default]
machine = { eks = "m7i.large" }
nodes   = { min = 1, max = 3 }
"#;

pub(crate) fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// The ground.
pub(crate) struct Ground {
    world: World,
    settings: Settings,
}

impl Ground {
    /// With a spec applied.
    pub(crate) async fn with(spec: &str) -> Self {
        let settings = Settings::lagging(0);
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let ground = Self {
            world: World::new(settings.cloud(), start, None),
            settings,
        };
        let plan = ground.plan(spec, Goal::Reach).await;
        let ran = ground.apply(&plan).await;
        assert!(ran.failed.is_empty(), "{:?}", ran.failed);
        ground
    }

    /// Another one that is the same up to now.
    pub(crate) fn fork(&self) -> Self {
        let cloud: Cloud = self.world.cloud.fork();
        Self {
            world: World::new(cloud, self.world.clock.now(), None),
            settings: self.settings,
        }
    }

    pub(crate) async fn plan(&self, spec: &str, goal: Goal) -> PlanFile {
        self.world.plan(&loaded(spec), goal).await
    }

    pub(crate) async fn apply(&self, plan: &PlanFile) -> RunResult {
        self.apply_telling(plan).await.0
    }

    /// With what was told of each object.
    pub(crate) async fn apply_telling(
        &self,
        plan: &PlanFile,
    ) -> (RunResult, Vec<(String, String)>) {
        let mut told = Vec::new();
        let mut tell = |event: &provision_core::apply::Event| {
            if let (Some(id), Some(message)) = (&event.id, &event.message) {
                told.push((id.to_string(), message.clone()));
            }
        };
        let ran = self
            .world
            .apply_telling(plan, self.settings, &mut tell)
            .await;
        (ran, told)
    }

    /// EKS complains of something from now on.
    pub(crate) fn ail(&self, on: Patient, name: &str, when: Stage, code: &str) {
        let mut config = self.world.cloud.config();
        config.issues = vec![Ailment {
            on,
            name: name.to_owned(),
            when,
            code: code.to_owned(),
            message: String::new(),
            resources: Vec::new(),
            after: None,
        }];
        assert_eq!(config.problem(), None);
        self.world.cloud.set_config(config).unwrap();
    }

    /// And of nothing any more.
    pub(crate) fn heal(&self) {
        let mut config = self.world.cloud.config();
        config.issues.clear();
        self.world.cloud.set_config(config).unwrap();
    }

    /// Time passes.
    pub(crate) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// How many objects there are that the cloud did not make by itself.
    pub(crate) fn count(&self) -> usize {
        let all = self.world.cloud.objects(self.world.clock.now()).unwrap();
        all.iter().filter(|one| !one.own_of_cloud).count()
    }

    /// How often an operation was called.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        let calls = self.world.cloud.calls();
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// Somebody deletes every launch template.
    pub(crate) async fn lose_templates(&self) {
        let objects = self.world.cloud.objects(self.world.clock.now()).unwrap();
        for one in objects.iter().filter(|one| one.kind == "launch-template") {
            let id = &one.id;
            let body =
                format!("Action=DeleteLaunchTemplate&Version=2016-11-15&LaunchTemplateId={id}");
            let credential = format!("Credential={ACCOUNT}/20260101/{REGION}/ec2/aws4_request");
            let request = Request::builder()
                .method("POST")
                .uri("/")
                .header("host", "localhost")
                .header("content-type", "application/x-www-form-urlencoded")
                .header(
                    "authorization",
                    format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"),
                )
                .body(body.into_bytes())
                .unwrap();
            let answer = self.world.cloud.handle(self.world.clock.now(), request);
            assert!(answer.status().is_success(), "{:?}", answer.body());
        }
    }
}
