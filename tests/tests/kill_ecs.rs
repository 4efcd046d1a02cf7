//! What `kill_points` does, of a whole service on ECS: workloads behind a balancer, a job ahead of them, one on a
//! schedule, a secret. A run is killed at every point around every mutating call, and a second one goes on.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use jiff::Timestamp;
use provision_core::plan::Goal;
use provision_tests::kill::{Point, Recording, Resume, record, resume_all};
use provision_tests::world::{Settings, Setup};

const SPEC: &str = r#"
stack = "hello"
[cloud.aws]
account = "123456789012"
region  = "eu-west-1"
[network.main]
cidr  = "10.0.0.0/16"
zones = 2
nat   = "none"
[cluster.main]
platform = "ecs"
network  = "main"
[secret.key]
cluster = "main"
from    = { file = "FILE" }
[load_balancer.web]
network   = "main"
scheme    = "public"
listeners = [{ port = 80, protocol = "http" }]
target    = [{ workload = "web" }]
routes    = [{ path = "/admin", workload = "web" }]
[workload.web]
cluster  = "main"
image    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
replicas = { min = 1, max = 3, cpu = 70 }
cpu      = "250m"
memory   = "512MiB"
port     = 3000
health   = { path = "/up" }
secrets  = { KEY = "key" }
[job.migrate]
extends = "web"
command = ["migrate"]
before  = ["web"]
[job.report]
extends  = "web"
command  = ["report"]
schedule = { cron = "30 3 * * *", overlap = "allow" }
"#;

fn noon() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// The spec with values in files of a folder.
struct Specs {
    folder: tempfile::TempDir,
}

impl Specs {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn file(&self, value: &str) -> PathBuf {
        let path = self.folder.path().join(value);
        std::fs::write(&path, value).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn setup(&self, value: &str, goal: Goal) -> Setup {
        let path = self.file(value).display().to_string();
        let spec = SPEC.replace("FILE", &path);
        Setup { spec, goal }
    }

    /// Another value of the secret, another image, another port.
    fn changed(&self) -> Setup {
        let mut setup = self.setup("two", Goal::Reach);
        for (from, to) in [("shop:1", "shop:2"), ("{ port = 80", "{ port = 8080")] {
            assert!(setup.spec.contains(from), "{from}");
            setup.spec = setup.spec.replace(from, to);
        }
        setup
    }
}

fn recorded(setup: &Setup, settings: Settings, from: Option<&Recording>) -> Recording {
    let (cloud, at) = match from {
        Some(from) => (from.end.fork(), from.now),
        None => (settings.cloud(), noon()),
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(record(setup, settings, cloud, at))
}

/// How often runs were started by hand or by us: services start their tasks themselves.
fn runs(recording: &Recording) -> usize {
    let points = recording.moments.iter().flat_map(|moment| &moment.points);
    let started = points.filter(|(point, call)| *point == Point::Applied && call == "ecs:RunTask");
    started.count()
}

fn survives(setup: &Setup, recording: &Recording, settings: Settings, journals: &[bool]) {
    for journal in journals {
        let resume = Resume {
            journal: *journal,
            settings,
            runs: 1,
        };
        resume_all(setup, recording, resume).expect_none_wrong();
    }
}

#[test]
fn an_apply_survives_death_anywhere() {
    let (specs, settings) = (Specs::new(), Settings::lagging(0));
    let setup = specs.setup("one", Goal::Reach);
    let recording = recorded(&setup, settings, None);
    assert_eq!(runs(&recording), 1);
    survives(&setup, &recording, settings, &[true, false]);
}

#[test]
fn an_apply_survives_death_anywhere_with_lagging_reads() {
    let (specs, settings) = (Specs::new(), Settings::lagging(30));
    let setup = specs.setup("one", Goal::Reach);
    let recording = recorded(&setup, settings, None);
    survives(&setup, &recording, settings, &[false]);
}

#[test]
fn a_change_survives_death_anywhere() {
    let (specs, settings) = (Specs::new(), Settings::lagging(0));
    let built = recorded(&specs.setup("one", Goal::Reach), settings, None);
    let setup = specs.changed();
    let recording = recorded(&setup, settings, Some(&built));
    assert_eq!(runs(&recording), 1, "the job runs again when it changed");
    survives(&setup, &recording, settings, &[true, false]);
}

#[test]
fn a_destroy_survives_death_anywhere() {
    let (specs, settings) = (Specs::new(), Settings::lagging(0));
    let built = recorded(&specs.setup("one", Goal::Reach), settings, None);
    let setup = specs.setup("one", Goal::Destroy);
    let recording = recorded(&setup, settings, Some(&built));
    survives(&setup, &recording, settings, &[true, false]);
}
