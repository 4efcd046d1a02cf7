//! Every code by which EKS names what is wrong, at every stage: the run ends with the object, EKS's own words, the cause and
//! the next step, and the same command converges once the cause is gone.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "health/stage.rs"]
mod stage;

use provision_core::contract::{Class, Failure};
use provision_core::model::Status;
use provision_core::plan::{Action, Goal, PlanFile, needs_consent};
use provision_sandbox::{Patient, Stage, health_codes, update_codes};
use stage::{Ground, NETWORK, SPEC, in_virtual_time};

/// What every failure must say.
#[track_caller]
fn says_all(failure: &Failure, code: &str, physical: &str) {
    assert_eq!(failure.class, Class::CloudFailed, "{code}: {failure:?}");
    assert_eq!(failure.code, code, "{failure:?}");
    let (state, words) = failure.message.split_once(": ").unwrap();
    assert!(!state.is_empty() && words.starts_with(code), "{failure:?}");
    let object = failure.object.as_deref().unwrap_or_default();
    assert!(object.contains(physical), "{code}: {object}");
    let advice = failure.advice.as_deref().unwrap_or_default();
    assert!(
        advice.contains(": ") && advice.len() > 40,
        "{code}: {advice}"
    );
    assert!(
        !advice.contains("console") || code == "Other" || code == "Unknown",
        "{code}: {advice}"
    );
}

/// Nothing is wanted that `--yes` alone does not allow.
#[track_caller]
fn asks_for_nothing(plan: &PlanFile, code: &str) {
    let needs = needs_consent(&plan.plan);
    assert!(
        needs.deletes.is_empty() && needs.replaces.is_empty(),
        "{code}: {needs:?}"
    );
}

/// What cannot be made fails with all that is to be said, and is made by the next run once the cause is gone.
async fn fails_and_converges(from: &Ground, on: Patient, name: &str, physical: &str) {
    let mut first = true;
    for code in health_codes(on) {
        let ground = from.fork();
        ground.ail(on, name, Stage::Create, code);
        let plan = ground.plan(SPEC, Goal::Reach).await;
        let ran = ground.apply(&plan).await;
        assert_eq!(ran.failed.len(), 1, "{code}: {:?}", ran.failed);
        says_all(&ran.failed[0].1, code, physical);

        if first {
            let again = ground.plan(SPEC, Goal::Reach).await;
            asks_for_nothing(&again, code);
            let ran = ground.apply(&again).await;
            assert_eq!(
                ran.failed.len(),
                1,
                "{code}: it fails again while the cause lasts"
            );
            first = false;
        }

        ground.heal();
        let mended = ground.plan(SPEC, Goal::Reach).await;
        asks_for_nothing(&mended, code);
        let ran = ground.apply(&mended).await;
        assert!(
            ran.failed.is_empty() && ran.not_started.is_empty(),
            "{code}: {ran:?}"
        );
        let last = ground.plan(SPEC, Goal::Reach).await;
        assert!(
            last.plan.changes.is_empty(),
            "{code}: {:?}",
            last.plan.changes
        );
    }
}

#[test]
fn node_groups_that_cannot_be_made() {
    in_virtual_time(async {
        let ground = Ground::with(&SPEC.replace(stage::POOL, "")).await;
        fails_and_converges(&ground, Patient::Nodegroup, "*", "nodegroup/").await;
    });
}

#[test]
fn clusters_that_cannot_be_made() {
    in_virtual_time(async {
        let ground = Ground::with(NETWORK).await;
        fails_and_converges(&ground, Patient::Cluster, "*", "cluster/").await;
    });
}

#[test]
fn addons_that_cannot_be_made() {
    in_virtual_time(async {
        let ground = Ground::with(NETWORK).await;
        fails_and_converges(&ground, Patient::Addon, "kube-proxy", "addon/").await;
    });
}

#[test]
fn causes_are_told_while_eks_still_tries() {
    in_virtual_time(async {
        let ground = Ground::with(&SPEC.replace(stage::POOL, "")).await;
        ground.ail(
            Patient::Nodegroup,
            "*",
            Stage::Create,
            "InsufficientFreeAddresses",
        );
        let plan = ground.plan(SPEC, Goal::Reach).await;
        let (ran, told) = ground.apply_telling(&plan).await;
        let trouble = told
            .iter()
            .find(|(_, text)| text.contains("InsufficientFreeAddresses"))
            .unwrap_or_else(|| panic!("{told:?}"));
        assert!(trouble.1.contains("no addresses left"), "{}", trouble.1);
        let failed = ran.failed.first().unwrap();
        assert!(failed.1.message.starts_with("CREATE_FAILED"));
    });
}

#[test]
fn what_is_mended_while_eks_tries_is_made_by_the_same_run() {
    in_virtual_time(async {
        let ground = Ground::with(&SPEC.replace(stage::POOL, "")).await;
        ground.ail(
            Patient::Nodegroup,
            "*",
            Stage::Create,
            "AsgInstanceLaunchFailures",
        );
        let plan = ground.plan(SPEC, Goal::Reach).await;
        let heal = async {
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
            ground.heal();
        };
        let (ran, ()) = tokio::join!(ground.apply(&plan), heal);
        assert!(ran.failed.is_empty(), "{:?}", ran.failed);
    });
}

/// What works and does badly is told, and nothing is done or waited for.
async fn is_a_note(from: &Ground, on: Patient, name: &str) {
    for code in health_codes(on) {
        let ground = from.fork();
        ground.ail(on, name, Stage::Active, code);
        ground.pass(60).await;
        let plan = ground.plan(SPEC, Goal::Reach).await;
        assert!(plan.plan.steps.is_empty(), "{code}: {:?}", plan.plan.steps);
        assert!(
            plan.plan.changes.is_empty(),
            "{code}: {:?}",
            plan.plan.changes
        );
        let notes = plan
            .plan
            .notes
            .iter()
            .filter(|note| note.code == "degraded");
        let notes: Vec<&str> = notes.map(|note| note.message.as_str()).collect();
        let [note] = notes.as_slice() else {
            panic!("{code}: {notes:?}");
        };
        assert!(note.contains(code) && note.contains(": "), "{note}");
        ground.heal();
        ground.pass(60).await;
        let plan = ground.plan(SPEC, Goal::Reach).await;
        assert!(!plan.plan.notes.iter().any(|note| note.code == "degraded"));
    }
}

#[test]
fn node_groups_that_do_badly() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        is_a_note(&ground, Patient::Nodegroup, "*").await;
    });
}

#[test]
fn clusters_that_do_badly() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        is_a_note(&ground, Patient::Cluster, "*").await;
    });
}

#[test]
fn addons_that_do_badly() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        is_a_note(&ground, Patient::Addon, "coredns").await;
    });
}

#[test]
fn a_change_of_what_does_badly_is_made() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        ground.ail(
            Patient::Nodegroup,
            "*",
            Stage::Active,
            "Ec2SubnetInvalidConfiguration",
        );
        ground.pass(60).await;
        let larger = SPEC.replace("max = 3", "max = 5");
        let plan = ground.plan(&larger, Goal::Reach).await;
        assert_eq!(plan.plan.summary.update, 1, "{:?}", plan.plan.changes);
        let ran = ground.apply(&plan).await;
        assert!(ran.failed.is_empty(), "{:?}", ran.failed);
        let plan = ground.plan(&larger, Goal::Reach).await;
        assert!(plan.plan.changes.is_empty(), "{:?}", plan.plan.changes);
    });
}

/// A change that fails leaves all as it was, and is made by the next run.
async fn change_is_retried(from: &Ground, on: Patient, wanted: &str) {
    for code in update_codes() {
        let ground = from.fork();
        ground.ail(on, "*", Stage::Update, code);
        let plan = ground.plan(wanted, Goal::Reach).await;
        assert_eq!(plan.plan.summary.update, 1, "{:?}", plan.plan.changes);
        let ran = ground.apply(&plan).await;
        says_all(&ran.failed[0].1, code, "");
        ground.heal();
        let plan = ground.plan(wanted, Goal::Reach).await;
        assert_eq!(
            plan.plan.summary.update, 1,
            "{code}: {:?}",
            plan.plan.changes
        );
        let ran = ground.apply(&plan).await;
        assert!(ran.failed.is_empty(), "{code}: {:?}", ran.failed);
        let plan = ground.plan(wanted, Goal::Reach).await;
        assert!(
            plan.plan.changes.is_empty(),
            "{code}: {:?}",
            plan.plan.changes
        );
    }
}

#[test]
fn changes_of_node_groups_that_fail() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        let wanted = SPEC.replace("max = 3", "max = 5");
        change_is_retried(&ground, Patient::Nodegroup, &wanted).await;
    });
}

#[test]
fn changes_of_clusters_that_fail() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        let logs = "platform = \"eks\"\neks = { logging = [\"api\"] }";
        let wanted = SPEC.replace("platform = \"eks\"", logs);
        for code in ["SubnetNotFound", "OperationNotPermitted"] {
            let ground = ground.fork();
            ground.ail(Patient::Cluster, "*", Stage::Update, code);
            let plan = ground.plan(&wanted, Goal::Reach).await;
            let ran = ground.apply(&plan).await;
            says_all(&ran.failed[0].1, code, "cluster/");
            ground.heal();
            let plan = ground.plan(&wanted, Goal::Reach).await;
            let ran = ground.apply(&plan).await;
            assert!(ran.failed.is_empty(), "{code}: {:?}", ran.failed);
        }
    });
}

#[test]
fn what_cannot_be_deleted_is_deleted_by_the_next_run() {
    in_virtual_time(async {
        let from = Ground::with(SPEC).await;
        for (on, code) in [
            (Patient::Nodegroup, "Ec2SecurityGroupDeletionFailure"),
            (Patient::Nodegroup, "NodeTerminationFailure"),
            (Patient::Nodegroup, "Ec2LaunchTemplateDeletionFailure"),
            (Patient::Cluster, "InternalFailure"),
        ] {
            let ground = from.fork();
            ground.ail(on, "*", Stage::Delete, code);
            let plan = ground.plan(SPEC, Goal::Destroy).await;
            let ran = ground.apply(&plan).await;
            assert_eq!(ran.failed.len(), 1, "{code}: {:?}", ran.failed);
            says_all(&ran.failed[0].1, code, "");
            if on == Patient::Nodegroup {
                let again = ground.plan(SPEC, Goal::Destroy).await;
                let ran = ground.apply(&again).await;
                assert_eq!(ran.failed.len(), 1, "{code}: it fails again");
            }
            ground.heal();
            let last = ground.plan(SPEC, Goal::Destroy).await;
            let ran = ground.apply(&last).await;
            assert!(ran.failed.is_empty(), "{code}: {:?}", ran.failed);
            assert_eq!(ground.count(), 0, "{code}");
        }
    });
}

#[test]
fn a_launch_template_that_somebody_deleted_is_seen_and_made_anew() {
    in_virtual_time(async {
        let ground = Ground::with(SPEC).await;
        ground.lose_templates().await;
        ground.pass(60).await;
        let plan = ground.plan(SPEC, Goal::Reach).await;
        let group = plan
            .live
            .values()
            .find(|live| live.kind.as_str() == "eks.nodegroup");
        let status = &group.unwrap().status;
        assert!(
            matches!(status, Status::Degraded { reason } if reason.contains("Ec2LaunchTemplateNotFound")),
            "{status:?}"
        );
        let replaced = plan
            .plan
            .changes
            .iter()
            .find(|change| change.kind.as_str() == "eks.nodegroup");
        assert_eq!(replaced.unwrap().action, Action::Replace);
        let ran = ground.apply(&plan).await;
        assert!(ran.failed.is_empty(), "{:?}", ran.failed);
        let plan = ground.plan(SPEC, Goal::Reach).await;
        assert!(plan.plan.changes.is_empty(), "{:?}", plan.plan.changes);
    });
}

#[test]
fn a_role_that_is_not_there_is_refused_at_once() {
    in_virtual_time(async {
        let ground = Ground::with(NETWORK).await;
        let access = "platform = \"eks\"\naccess = [{ aws = \"arn:aws:iam::123456789012:role/nobody\", role = \"admin\" }]";
        let spec = SPEC.replace("platform = \"eks\"", access);
        let plan = ground.plan(&spec, Goal::Reach).await;
        let ran = ground.apply(&plan).await;
        let failure = &ran.failed[0].1;
        assert_eq!(failure.class, Class::NotFound, "{failure:?}");
        assert!(failure.message.contains("principalArn"), "{failure:?}");
        assert!(failure.advice.as_deref().unwrap().contains("no such role"));
        let calls = ground.calls("CreateAccessEntry");
        assert_eq!(calls, 1, "asked for more than once");
    });
}
