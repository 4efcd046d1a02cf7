//! What `kill_points` does, of a cluster on GKE with its network, identity and pools: a run is killed at every point around
//! every mutating call, and a second one goes on.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use jiff::Timestamp;
use provision_core::plan::Goal;
use provision_sandbox::{Fault, FaultAction};
use provision_tests::kill::{Point, Recording, Resume, record, resume_all, with_fault};
use provision_tests::world::{Settings, Setup, in_virtual_time};

const SPEC: &str = include_str!("gke_kinds/shop.toml");

fn noon() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn setup(goal: Goal) -> Setup {
    Setup {
        spec: SPEC.to_owned(),
        goal,
    }
}

/// Some of everything: a pool in place, one rolled, one made anew, one gone, one more; the cluster; NAT.
fn changed() -> Setup {
    let mut setup = setup(Goal::Reach);
    for (from, to) in [
        ("max = 6", "max = 9"),
        ("n2-standard-4", "n2-standard-8"),
        ("spot    = true", "spot    = false"),
        ("03:00", "01:30"),
        ("[cluster.main.pool.jobs]", "[cluster.main.pool.more]"),
        ("\"10.20.0.0/16\"", "\"10.20.0.0/16\"\nnat = \"none\""),
    ] {
        assert_eq!(setup.spec.matches(from).count(), 1, "{from}");
        setup.spec = setup.spec.replace(from, to);
    }
    setup
}

fn recorded(setup: &Setup, settings: Settings, from: Option<&Recording>) -> Recording {
    let (cloud, at) = match from {
        Some(from) => (from.end.fork(), from.now),
        None => (settings.cloud(), noon()),
    };
    in_virtual_time(|| record(setup, settings, cloud, at))
}

/// Every one of these calls was met at every point.
#[track_caller]
fn met(recording: &Recording, calls: &[&str]) {
    let points = recording.moments.iter().flat_map(|moment| &moment.points);
    let applied: Vec<&String> = points
        .filter(|(point, _)| *point == Point::Applied)
        .map(|(_, call)| call)
        .collect();
    for call in calls {
        let met = applied.iter().any(|one| one.ends_with(call));
        assert!(met, "no {call}: {applied:#?}");
    }
    for point in [
        Point::BeforeIntent,
        Point::BeforeSending,
        Point::Answered,
        Point::Journalled,
    ] {
        assert!(recording.points[&point] > 0, "{point:?}");
    }
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

const MADE: [&str; 6] = [
    "compute.networks.insert",
    "compute.subnetworks.insert",
    "compute.routers.insert",
    "iam.projects.serviceAccounts.create",
    "cloudresourcemanager.projects.setIamPolicy",
    "container.projects.locations.clusters.create",
];

#[test]
fn an_apply_survives_death_anywhere() {
    let settings = Settings::lagging(0);
    let recording = recorded(&setup(Goal::Reach), settings, None);
    met(&recording, &MADE);
    // The oracle sees what is easily forgotten.
    for kind in ["iam serviceAccounts ", "cloudresourcemanager bindings "] {
        let seen = recording.census.keys().filter(|key| key.starts_with(kind));
        assert!(seen.count() > 0, "{:#?}", recording.census);
    }
    survives(&setup(Goal::Reach), &recording, settings, &[true, false]);
}

#[test]
fn an_apply_survives_death_anywhere_with_lagging_reads() {
    let settings = Settings::lagging(30);
    let recording = recorded(&setup(Goal::Reach), settings, None);
    survives(&setup(Goal::Reach), &recording, settings, &[false]);
}

#[test]
fn a_change_survives_death_anywhere() {
    let settings = Settings::lagging(0);
    let built = recorded(&setup(Goal::Reach), settings, None);
    let recording = recorded(&changed(), settings, Some(&built));
    met(
        &recording,
        &["nodePools.create", "nodePools.delete", "routers.delete"],
    );
    survives(&changed(), &recording, settings, &[true, false]);
}

#[test]
fn a_destroy_survives_death_anywhere() {
    let settings = Settings::lagging(0);
    let built = recorded(&setup(Goal::Reach), settings, None);
    let recording = recorded(&setup(Goal::Destroy), settings, Some(&built));
    assert!(recording.census.is_empty(), "left: {:?}", recording.census);
    met(
        &recording,
        &[
            "clusters.delete",
            "setIamPolicy",
            "serviceAccounts.delete",
            "networks.delete",
        ],
    );
    survives(&setup(Goal::Destroy), &recording, settings, &[true, false]);
}

/// One secret from a file, one that is made up.
fn secret(folder: &Path, value: &str, goal: Goal) -> Setup {
    let path = folder.join(value);
    std::fs::write(&path, value).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let spec = format!(
        "stack = \"hello\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n\
         [secret.key]\nstore = \"cloud\"\nfrom = {{ file = \"{}\" }}\n\
         [secret.made]\nstore = \"cloud\"\nfrom = {{ generate = {{ length = 32 }} }}\n",
        path.display()
    );
    Setup { spec, goal }
}

/// A secret is made with its first version, and a new value is a new version: one, wherever the run before it died.
#[test]
fn a_changed_secret_survives_death_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        secret(folder.path(), "one", Goal::Reach),
        secret(folder.path(), "two", Goal::Reach),
    );
    for lag in [0, 30] {
        let settings = Settings::lagging(lag);
        let built = recorded(&one, settings, None);
        met(&built, &["secrets.create", "secrets.addVersion"]);
        survives(&one, &built, settings, &[true, false]);
        let changed = recorded(&two, settings, Some(&built));
        met(&changed, &["secrets.addVersion"]);
        survives(&two, &changed, settings, &[true, false]);
    }
    let settings = Settings::lagging(0);
    let built = recorded(&one, settings, None);
    let destroy = secret(folder.path(), "one", Goal::Destroy);
    let gone = recorded(&destroy, settings, Some(&built));
    assert!(gone.census.is_empty(), "left: {:?}", gone.census);
    met(&gone, &["secrets.delete"]);
    survives(&destroy, &gone, settings, &[true, false]);
}

/// A call whose answer is lost is looked up, and not made twice.
#[test]
fn a_lost_answer_is_looked_up() {
    let settings = Settings::lagging(0);
    let census = recorded(&setup(Goal::Reach), settings, None).census;
    let actions = [
        FaultAction::DropBefore,
        FaultAction::DropAfter,
        FaultAction::FailAfter,
    ];
    let mut wrong = Vec::new();
    for (call, action) in MADE
        .iter()
        .flat_map(|call| actions.clone().map(|one| (call, one)))
    {
        let fault = Fault {
            operation: (*call).to_owned(),
            skip: 0,
            times: 1,
            seen: 0,
            action: action.clone(),
        };
        if let Err(problem) = with_fault(&setup(Goal::Reach), settings, &census, fault, noon()) {
            wrong.push(format!("{call} {action:?}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
