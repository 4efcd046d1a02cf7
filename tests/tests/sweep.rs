//! What controllers left is swept, from whatever half of a destroy: in virtual time, with the sandbox's oracle as judge.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use provision::flow::Wish;
use provision::journal::Forgetful;
use provision_core::apply::RunResult;
use provision_core::plan::{Action, Goal, PlanFile, Reason};
use provision_sandbox::Plant;
use provision_tests::world::{Settings, World, census, loaded};

const SPEC: &str = include_str!("../../plans/minimal-eks.toml");

fn settings() -> Settings {
    Settings::lagging(0)
}

fn in_virtual_time(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work);
}

async fn run(world: &World, plan: &PlanFile) -> RunResult {
    world.apply(plan, settings(), &[], &mut Forgetful).await
}

async fn done(world: &World, plan: &PlanFile) {
    let result = run(world, plan).await;
    assert!(
        result.failed.is_empty() && result.not_started.is_empty(),
        "{result:#?}"
    );
}

async fn reach(world: &World, spec: &str) {
    let plan = world.plan(&loaded(spec), Goal::Reach).await;
    done(world, &plan).await;
}

/// The smallest stack, built.
async fn built() -> World {
    let noon = Timestamp::from_second(1_800_000_000).unwrap();
    let world = World::new(settings().cloud(), noon, None);
    reach(&world, SPEC).await;
    world
}

fn plant(world: &World, more: impl FnOnce(&mut Plant)) -> Vec<String> {
    let mut plant = Plant {
        cluster: "hello-main".to_owned(),
        ..Plant::default()
    };
    more(&mut plant);
    world.cloud.plant(world.now(), &plant).unwrap().unwrap()
}

/// Somebody deletes node groups and cluster in the console.
async fn by_hand(world: &World) {
    let eks = aws_sdk_eks::Client::new(&world.aws.config);
    let name = "hello-main";
    let groups = eks
        .list_nodegroups()
        .cluster_name(name)
        .send()
        .await
        .unwrap();
    for group in groups.nodegroups() {
        let delete = eks
            .delete_nodegroup()
            .cluster_name(name)
            .nodegroup_name(group);
        delete.send().await.unwrap();
    }
    loop {
        let groups = eks
            .list_nodegroups()
            .cluster_name(name)
            .send()
            .await
            .unwrap();
        if groups.nodegroups().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    }
    eks.delete_cluster().name(name).send().await.unwrap();
    while eks.describe_cluster().name(name).send().await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    }
}

fn left(world: &World) -> Vec<String> {
    census(&world.cloud, world.now()).into_keys().collect()
}

/// Nothing but the two volumes of claims.
#[track_caller]
fn only_volumes(world: &World) {
    let left = left(world);
    assert_eq!(left.len(), 2, "{left:#?}");
    assert!(
        left.iter().all(|key| key.starts_with("ec2 volume ")),
        "{left:#?}"
    );
}

fn swept(plan: &PlanFile) -> Vec<(String, Action)> {
    let changes = plan.plan.changes.iter();
    let was_left = |reason: &Reason| matches!(reason, Reason::LeftBy { .. });
    changes
        .filter(|change| change.reasons.iter().any(was_left))
        .map(|change| (change.kind.as_str().to_owned(), change.action))
        .collect()
}

#[test]
fn a_destroy_lists_and_deletes_what_controllers_left() {
    in_virtual_time(async {
        let world = built().await;
        plant(&world, |_| {});
        let plan = world.plan(&loaded(SPEC), Goal::Destroy).await;
        let mut swept = swept(&plan);
        swept.sort();
        let count = |kind: &str, action| {
            let same = |one: &&(String, Action)| one.0 == kind && one.1 == action;
            swept.iter().filter(same).count()
        };
        assert_eq!(count("swept.load_balancer", Action::Delete), 2, "{swept:?}");
        assert_eq!(count("swept.classic_balancer", Action::Delete), 1);
        assert_eq!(count("swept.target_group", Action::Delete), 2);
        assert_eq!(count("swept.security_group", Action::Delete), 3);
        assert_eq!(count("swept.network_interface", Action::Delete), 1);
        assert_eq!(count("swept.volume", Action::Keep), 2);
        assert_eq!(count("aws.sweep", Action::Delete), 1);
        done(&world, &plan).await;
        only_volumes(&world);
        // Asked for by name, they go as well, though all else is gone.
        let wish = Wish {
            goal: Goal::Destroy,
            delete_data: true,
            ..Wish::default()
        };
        let plan = world.plan_for(&loaded(SPEC), &wish).await;
        done(&world, &plan).await;
        assert!(left(&world).is_empty(), "{:?}", left(&world));
    });
}

#[test]
fn what_appears_between_plan_and_apply_is_swept_as_well() {
    in_virtual_time(async {
        let world = built().await;
        let plan = world.plan(&loaded(SPEC), Goal::Destroy).await;
        assert_eq!(swept(&plan).len(), 1, "the last look alone");
        plant(&world, |_| {});
        done(&world, &plan).await;
        only_volumes(&world);
    });
}

#[test]
fn a_cluster_deleted_by_hand_leaves_nothing_either() {
    in_virtual_time(async {
        let world = built().await;
        plant(&world, |_| {});
        by_hand(&world).await;
        let plan = world.plan(&loaded(SPEC), Goal::Destroy).await;
        assert!(swept(&plan).len() > 10, "{:?}", swept(&plan));
        done(&world, &plan).await;
        only_volumes(&world);
        // And the same file builds it again.
        reach(&world, SPEC).await;
        let again = world.plan(&loaded(SPEC), Goal::Reach).await;
        assert!(again.plan.steps.is_empty(), "{:#?}", again.plan.changes);
    });
}

/// The file no longer has the cluster, whose control plane went earlier: what tells of it are its groups.
#[test]
fn a_cluster_that_left_the_file_and_the_cloud_is_swept_by_apply() {
    in_virtual_time(async {
        let world = built().await;
        plant(&world, |_| {});
        by_hand(&world).await;
        let network = SPEC.split("[cluster.main]").next().unwrap();
        let spec = format!("{network}[network.main]\ncidr = \"10.0.0.0/16\"\n");
        reach(&world, &spec).await;
        let left = left(&world);
        let of_cluster = |key: &&String| {
            key.contains("balanc") || key.contains("target") || key.contains("security-group ")
        };
        let left: Vec<&String> = left.iter().filter(of_cluster).collect();
        assert!(left.is_empty(), "{left:#?}");
    });
}

#[test]
fn what_is_nobodys_is_named_and_not_touched() {
    in_virtual_time(async {
        let world = built().await;
        let made = plant(&world, |plant| plant.foreign = true);
        let [.., group, interface] = made.as_slice() else {
            panic!("{made:?}");
        };
        let plan = world.plan(&loaded(SPEC), Goal::Destroy).await;
        let notes = plan.plan.notes.iter();
        let mut notes = notes.filter(|note| note.code == "in-the-way");
        assert!(notes.next().unwrap().message.contains(group.as_str()));
        let result = run(&world, &plan).await;
        let reasons: Vec<&str> = result
            .failed
            .iter()
            .map(|one| one.1.message.as_str())
            .collect();
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains(interface.as_str())),
            "{reasons:#?}"
        );
        let left = left(&world);
        assert!(
            left.iter().any(|key| key.contains(group.as_str())),
            "{left:#?}"
        );
        assert!(!left.iter().any(|key| key.contains("balanc")), "{left:#?}");
    });
}

#[test]
fn a_balancer_with_deletion_protection_says_what_to_do() {
    in_virtual_time(async {
        let world = built().await;
        plant(&world, |plant| plant.protected = true);
        let plan = world.plan(&loaded(SPEC), Goal::Destroy).await;
        let result = run(&world, &plan).await;
        let (_, failure) = result.failed.first().expect("a failure");
        assert_eq!(failure.code, "OperationNotPermitted");
        let advice = failure.advice.as_deref().unwrap_or_default();
        assert!(
            advice.contains("deletion_protection.enabled"),
            "{failure:?}"
        );
    });
}

/// While nothing goes, the balancer services are asked for the stack's own balancers and target groups, a list each;
/// what controllers left is looked for only where something goes.
#[test]
fn plans_that_delete_nothing_ask_nothing_more() {
    in_virtual_time(async {
        let world = built().await;
        let own = vec![
            ("DescribeLoadBalancers".to_owned(), 1),
            ("DescribeTargetGroups".to_owned(), 1),
        ];
        assert_eq!(asked_of_balancers(&world, Goal::Reach).await, own);
        let and_left = vec![
            ("DescribeLoadBalancers".to_owned(), 3),
            ("DescribeTargetGroups".to_owned(), 2),
        ];
        let asked = asked_of_balancers(&world, Goal::Destroy).await;
        assert_eq!(
            asked, and_left,
            "both generations once more; no balancer is there, so no tags are read"
        );
    });
}

/// The calls of one plan to the balancer services, by operation.
async fn asked_of_balancers(world: &World, goal: Goal) -> Vec<(String, usize)> {
    let before = world.cloud.calls().len();
    world.plan(&loaded(SPEC), goal).await;
    let mut asked = BTreeMap::new();
    for call in &world.cloud.calls()[before..] {
        if call.service.starts_with("elastic") {
            *asked.entry(call.operation.clone()).or_default() += 1;
        }
    }
    asked.into_iter().collect()
}
