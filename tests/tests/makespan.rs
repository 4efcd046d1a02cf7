//! How much longer an apply takes than its longest chain of cloud work. On a virtual clock: nothing here is timed, and
//! the result is the same on every machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use provision::drive::Drive;
use provision::journal::Forgetful;
use provision_core::apply::{Options, Prior, Run};
use provision_core::contract::Provider;
use provision_core::plan::Goal;
use provision_core::spec::Loaded;
use provision_sandbox::Config;
use provision_tests::toy::{Stack, Toy, stack, tables, wide};
use provision_tests::world::{self, Settings, World, loaded};
use tokio::sync::watch;
use tokio::time::Instant;

/// What a call takes.
const CALL: Duration = Duration::from_millis(100);

fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// How long the apply takes on the virtual clock.
fn makespan(stack: &Stack) -> Duration {
    in_virtual_time(async {
        let provider: Arc<dyn Provider> = Arc::new(Toy::of(stack, CALL));
        let providers = [("toy".to_owned(), provider)].into();
        let options = Options {
            run: "run".to_owned(),
            ..Options::default()
        };
        let run = Run::new(&stack.plan, &tables(), options, Prior::none()).unwrap();
        let drive = Drive::new(&stack.plan, providers, 0);
        let (_keep, cancel) = watch::channel(0);
        let began = Instant::now();
        let result = drive.run(run, &mut Forgetful, &mut |_| {}, cancel).await;
        assert!(result.failed.is_empty() && result.not_started.is_empty());
        began.elapsed()
    })
}

/// The budget: three per cent, and three seconds for the calls and the last look.
#[track_caller]
fn within(took: Duration, least: Duration) {
    let most = least.mul_f64(1.03) + Duration::from_secs(3);
    assert!(took <= most, "{took:?} of {most:?}, at least {least:?}");
}

#[test]
fn random_stacks_take_little_longer_than_their_longest_chain() {
    for seed in 0..200 {
        let size = 10 + usize::try_from(seed).unwrap() / 2;
        let stack = stack(size, seed);
        within(makespan(&stack), stack.critical_path());
    }
}

#[test]
fn a_wide_stack_takes_no_longer_than_one_of_its_objects() {
    // Many more than there are places: what waits for the cloud holds none.
    let stack = wide(60);
    within(makespan(&stack), stack.critical_path());
}

/// A cloud as slow as the real one, at noon.
fn slow(spec: &str) -> (World, Loaded) {
    let cloud = Settings::lagging(0).cloud();
    let config = Config {
        duration_scale: 1.0,
        latency_ms: 100,
        ..cloud.config()
    };
    cloud.set_config(config).unwrap();
    let loaded = loaded(spec);
    let noon = Timestamp::from_second(1_800_000_000).unwrap();
    (World::of(&loaded.spec, cloud, noon, None), loaded)
}

/// Reaches a goal, and tells how long it took and how long its plan said.
async fn reached(world: &World, loaded: &Loaded, goal: Goal) -> (Duration, Duration) {
    let plan = world.plan(loaded, goal).await;
    let began = Instant::now();
    let settings = Settings::lagging(0);
    let result = world.apply(&plan, settings, &[], &mut Forgetful).await;
    assert!(result.failed.is_empty(), "{result:#?}");
    let least = Duration::from_secs(u64::from(plan.plan.estimate.seconds));
    (began.elapsed(), least)
}

#[test]
fn ready_specs_take_little_longer_than_the_plan_says() {
    for spec in [
        include_str!("../../plans/minimal-eks.toml"),
        include_str!("../../plans/eks.toml"),
        include_str!("../../plans/minimal-ecs.toml"),
    ] {
        in_virtual_time(async {
            let (world, loaded) = slow(spec);
            let (took, least) = reached(&world, &loaded, Goal::Reach).await;
            within(took, least);
        });
    }
}

/// Services take as long as their tasks and the balancer's checks, a job as long as it runs. And when all of it goes, nothing
/// else is asked to go before it can, however long each takes.
#[test]
fn a_shop_on_ecs_takes_little_longer_than_the_plan_says_and_goes_without_a_refusal() {
    in_virtual_time(async {
        let (world, loaded) = slow(include_str!("../../plans/shop-ecs-ec2.toml"));
        let (took, least) = reached(&world, &loaded, Goal::Reach).await;
        within(took, least);
        let seen = world.cloud.calls().len();
        reached(&world, &loaded, Goal::Destroy).await;
        let calls = world.cloud.calls();
        let changing = calls[seen..].iter().filter(|call| call.mutating);
        assert!(changing.clone().count() > 40);
        let refused: Vec<String> = changing
            .filter(|call| call.status >= 400)
            .map(|call| format!("{}:{} {}", call.service, call.operation, call.code))
            .collect();
        assert_eq!(refused, Vec::<String>::new());
    });
}

/// Standard clusters, of which the plan knows how long they take: those of Autopilot take three times as long.
#[test]
fn stacks_on_gke_take_little_longer_than_the_plan_says() {
    for spec in [
        include_str!("../../plans/minimal-gke.toml"),
        include_str!("gke_kinds/shop.toml"),
    ] {
        world::in_virtual_time(|| async {
            let (world, loaded) = slow(spec);
            let (took, least) = reached(&world, &loaded, Goal::Reach).await;
            within(took, least);
        });
    }
}
