//! How a live plan talks to the cloud: how many calls it makes, how many of them lie one after another, and that none
//! changes anything. Counted, not timed: the clock is virtual, and every call takes one second of it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use provision::journal::Forgetful;
use provision_core::model::Platform;
use provision_core::plan::{Goal, PlanFile};
use provision_core::spec::Spec;
use provision_sandbox::{Cloud, Config};
use provision_tests::world::{self, Settings, World, loaded};
use tokio::time::Instant;

const MINIMAL: &str = include_str!("../../plans/minimal-eks.toml");
const SHOP: &str = include_str!("../../plans/eks.toml");
const ON_GKE: &str = include_str!("gke_kinds/shop.toml");
const ON_ECS: &str = include_str!("../../plans/shop-ecs-ec2.toml");

/// What one plan asked of the cloud.
#[derive(Debug)]
struct Talk {
    plan: PlanFile,
    /// Calls one after another.
    depth: u64,
    /// How often each operation was called.
    calls: BTreeMap<String, usize>,
}

impl Talk {
    fn all(&self) -> usize {
        self.calls.values().sum()
    }
}

fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

fn noon() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// A world with the provider of the clusters' platform, else with that of EKS.
fn around(spec: &Spec, cloud: Cloud, now: Timestamp) -> World {
    let mut clusters = spec.clusters.values();
    match clusters.any(|one| one.platform != Platform::Eks) {
        true => World::of(spec, cloud, now, None),
        false => World::new(cloud, now, None),
    }
}

/// A cloud in which these specs have been applied, and the time there.
async fn built(specs: &[&str]) -> (Cloud, Timestamp) {
    let settings = Settings::lagging(0);
    let mut world = World::new(settings.cloud(), noon(), None);
    for spec in specs {
        let cloud = world.cloud.fork();
        world = around(&loaded(spec).spec, cloud, world.clock.now());
        let plan = world.plan(&loaded(spec), Goal::Reach).await;
        let result = world.apply(&plan, settings, &[], &mut Forgetful).await;
        assert!(result.failed.is_empty(), "{result:#?}");
    }
    (world.cloud.fork(), world.clock.now())
}

/// Plans against a cloud in which every call takes a second.
async fn talk(cloud: &Cloud, now: Timestamp, spec: &str, goal: Goal) -> Talk {
    let slow = cloud.fork();
    let config = Config {
        latency_ms: 1_000,
        ..slow.config()
    };
    slow.set_config(config).unwrap();
    let loaded = loaded(spec);
    let world = around(&loaded.spec, slow, now);
    let began = Instant::now();
    let plan = world.plan(&loaded, goal).await;
    let took = began.elapsed().as_millis();
    let log = Arc::clone(&world.cloud).calls();
    let changing: Vec<_> = log.iter().filter(|call| call.mutating).collect();
    assert!(
        changing.is_empty(),
        "a plan changes something: {changing:#?}"
    );
    assert_eq!(took % 1_000, 0, "something waits that is no call");
    let mut calls = BTreeMap::new();
    for call in log {
        let name = format!("{}:{}", call.service, call.operation);
        *calls.entry(name).or_default() += 1;
    }
    Talk {
        plan,
        depth: u64::try_from(took / 1_000).unwrap(),
        calls,
    }
}

#[test]
fn the_account_is_checked_by_one_call_before_any_other() {
    in_virtual_time(async {
        let (cloud, now) = built(&[]).await;
        let world = World::new(cloud, now, None);
        world.plan(&loaded(MINIMAL), Goal::Reach).await;
        let calls = world.cloud.calls();
        let asks: Vec<u64> = calls
            .iter()
            .filter(|call| call.service == "sts")
            .map(|call| call.number)
            .collect();
        assert_eq!(asks, [1]);
    });
}

#[test]
fn a_plan_is_four_round_trips_deep_however_large_the_stack_is() {
    in_virtual_time(async {
        for spec in [MINIMAL, SHOP] {
            let (cloud, now) = built(&[spec]).await;
            for goal in [Goal::Reach, Goal::Destroy] {
                let talk = talk(&cloud, now, spec, goal).await;
                // Who am I; the cluster; what is in it; the pod identities of its add-ons. When it goes: what its
                // controllers left.
                let left = u64::from(goal == Goal::Destroy);
                assert_eq!(talk.depth, 4 + left, "{:#?}", talk.calls);
                assert!(talk.all() <= 80, "{:#?}", talk.calls);
                assert_eq!(talk.plan.plan.steps.is_empty(), goal == Goal::Reach);
            }
            let empty = built(&[]).await.0;
            let talk = talk(&empty, now, spec, Goal::Reach).await;
            assert_eq!(talk.depth, 2, "{:#?}", talk.calls);
        }
    });
}

#[test]
fn what_is_no_longer_in_the_file_costs_three_more() {
    in_virtual_time(async {
        let (cloud, now) = built(&[SHOP]).await;
        let (network, _) = SHOP.split_once("[cluster.prod]").unwrap();
        let talk = talk(&cloud, now, network, Goal::Reach).await;
        // The list that names the cluster, and the cluster, before what is in it; at last what its controllers left.
        assert_eq!(talk.depth, 7, "{:#?}", talk.calls);
        assert!(talk.plan.plan.summary.delete > 10);
    });
}

#[test]
fn more_of_a_kind_takes_no_more_calls_where_the_service_reads_many_at_once() {
    in_virtual_time(async {
        let network = |zones: u8| {
            format!(
                "stack = \"net\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n\
                 [network.main]\ncidr = \"10.20.0.0/16\"\nzones = {zones}\nnat = \"per-zone\"\n"
            )
        };
        let mut talks = Vec::new();
        for zones in [2, 3] {
            let spec = network(zones);
            let (cloud, now) = built(&[&spec]).await;
            talks.push(talk(&cloud, now, &spec, Goal::Reach).await);
        }
        assert_eq!(talks[0].calls, talks[1].calls);
        assert_eq!(talks[0].depth, 3, "{:#?}", talks[0].calls);
    });
}

#[test]
fn a_plan_of_a_shop_on_ecs_is_as_deep_however_much_runs_in_it() {
    in_virtual_time(async {
        let (cloud, now) = built(&[ON_ECS]).await;
        let more = "[job.migrate]";
        let wider = (0..3).fold(ON_ECS.to_owned(), |spec, nth| {
            let one = format!("[workload.more{nth}]\nextends = \"worker\"\n{more}");
            spec.replacen(more, &one, 1)
        });
        let (more_cloud, later) = built(&[&wider]).await;
        let mut depths = Vec::new();
        for (cloud, now, spec) in [(&cloud, now, ON_ECS), (&more_cloud, later, wider.as_str())] {
            let talk = talk(cloud, now, spec, Goal::Reach).await;
            assert!(
                talk.plan.plan.steps.is_empty(),
                "{:#?}",
                talk.plan.plan.steps
            );
            assert!(talk.all() <= 160, "{:#?}", talk.calls);
            depths.push(talk.depth);
        }
        assert_eq!(depths[0], depths[1]);
        assert!(depths[0] <= 5, "{depths:?}");
    });
}

/// Services, zones, versions and the sizes of pools are asked for at the same time as all lists; whose the project is, nobody need be asked.
/// When a cluster goes: what its controllers left, a list for each kind (networks, clusters, rules, disks; forwarding rules, pools,
/// backend services, endpoint groups), all at the same time.
#[test]
fn a_plan_on_gke_is_one_round_trip_deep() {
    world::in_virtual_time(|| async {
        let (cloud, now) = built(&[ON_GKE]).await;
        for goal in [Goal::Reach, Goal::Destroy] {
            let talk = talk(&cloud, now, ON_GKE, goal).await;
            let left = u64::from(goal == Goal::Destroy);
            assert_eq!(talk.depth, 1 + left, "{:#?}", talk.calls);
            assert!(
                talk.all() <= 13 + 8 * usize::from(goal == Goal::Destroy),
                "{:#?}",
                talk.calls
            );
            assert_eq!(talk.plan.plan.steps.is_empty(), goal == Goal::Reach);
        }
        let empty = built(&[]).await.0;
        let talk = talk(&empty, now, ON_GKE, Goal::Reach).await;
        assert_eq!(talk.depth, 1, "{:#?}", talk.calls);
        assert_eq!(talk.plan.plan.summary.create, 9);
    });
}
