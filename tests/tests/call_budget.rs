//! What a plan of many services on ECS asks of the cloud: calls for each of them, cold and warm, and how many lie one after another.
//! Counted on a virtual clock. `PROVISION_TEST_SERVICES=200` raises a larger fleet, which takes its time; pages of lists follow one
//! another, so that it is deeper as well.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use provision::journal::Forgetful;
use provision_aws::Shelf;
use provision_core::plan::Goal;
use provision_sandbox::{Cloud, Config};
use provision_tests::world::{Settings, World, loaded};
use tokio::time::Instant;

/// Services behind one balancer.
const BEHIND: usize = 50;

/// Calls that a warm plan may make: for each object in all, and for each further service beside the one below.
const BUDGET: f64 = 0.35;

/// ELBv2 tells attributes of one target group a call, and no list has them: this cannot be gathered.
const SINGLE: &str = "elasticloadbalancing:DescribeTargetGroupAttributes";

#[derive(Debug, Default)]
struct Memory(Mutex<BTreeMap<String, String>>);

impl Shelf for Memory {
    fn get(&self, key: &str) -> Option<String> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn put(&self, key: &str, text: String) {
        self.0.lock().unwrap().insert(key.to_owned(), text);
    }
}

fn spec(services: usize) -> String {
    let mut text =
        "stack = \"fleet\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n\
                    [labels]\nteam = \"web\"\n\
                    [network.main]\ncidr = \"10.20.0.0/16\"\nzones = 2\nnat = \"single\"\n\
                    [cluster.prod]\nplatform = \"ecs\"\nnetwork = \"main\"\n"
            .to_owned();
    for nth in 0..services {
        let _ = write!(
            text,
            "[workload.w{nth}]\ncluster = \"prod\"\nimage = \"registry.example/shop:1\"\nreplicas = 1\n\
             cpu = \"250m\"\nmemory = \"512MiB\"\nport = 3000\nenv = {{ NUMBER = \"{nth}\" }}\n"
        );
    }
    for balancer in 0..services.div_ceil(BEHIND) {
        let first = balancer * BEHIND;
        let _ = write!(
            text,
            "[load_balancer.b{balancer}]\nnetwork = \"main\"\nscheme = \"public\"\n\
             listeners = [{{ port = 80, protocol = \"http\" }}]\ntarget = [{{ workload = \"w{first}\" }}]\nroutes = ["
        );
        for nth in first + 1..services.min(first + BEHIND) {
            let _ = write!(
                text,
                "{{ host = \"w{nth}.example\", workload = \"w{nth}\" }}, "
            );
        }
        text.push_str("]\n");
    }
    text
}

/// What one plan asked.
struct Talk {
    calls: BTreeMap<String, usize>,
    /// Objects that the plan is about.
    objects: usize,
    /// Calls one after another.
    depth: u64,
}

impl Talk {
    fn all(&self) -> usize {
        self.calls.values().sum()
    }

    fn single(&self) -> usize {
        self.calls.get(SINGLE).copied().unwrap_or_default()
    }

    /// Calls for each of so many services, those aside that cannot be gathered.
    fn each(&self, services: usize) -> f64 {
        (self.all() - self.single()) as f64 / services as f64
    }
}

/// Plans a fleet that stands as it is wanted.
async fn talk(cloud: &Cloud, now: Timestamp, text: &str, shelf: &Arc<Memory>) -> Talk {
    let slow = cloud.fork();
    let config = Config {
        latency_ms: 1_000,
        ..slow.config()
    };
    slow.set_config(config).unwrap();
    let world = World::on_ecs(slow, now, Arc::clone(shelf) as Arc<dyn Shelf>);
    let began = Instant::now();
    let plan = world.plan(&loaded(text), Goal::Reach).await;
    let depth = began.elapsed().as_secs();
    assert!(plan.plan.steps.is_empty(), "{:#?}", plan.plan.steps);
    let mut calls = BTreeMap::new();
    for call in world.cloud.calls() {
        assert!(!call.mutating);
        let name = format!("{}:{}", call.service, call.operation);
        *calls.entry(name).or_default() += 1;
    }
    Talk {
        calls,
        objects: plan.desired.len(),
        depth,
    }
}

/// Raises a fleet, and plans it without and with what was kept.
fn cold_and_warm(services: usize) -> (Talk, Talk) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let settings = Settings::lagging(0);
        let cloud = settings.cloud();
        let quotas = ["iam:roles", "ec2:security-groups"].map(|name| (name.to_owned(), 5_000));
        let config = Config {
            quotas: quotas.into(),
            latency_ms: 0,
            duration_scale: 0.0,
            ..cloud.config()
        };
        cloud.set_config(config).unwrap();
        let text = spec(services);
        let noon = Timestamp::from_second(1_800_000_000).unwrap();
        let shelf = Arc::new(Memory::default());
        let world = World::on_ecs(cloud, noon, Arc::clone(&shelf) as Arc<dyn Shelf>);
        let plan = world.plan(&loaded(&text), Goal::Reach).await;
        let result = world.apply(&plan, settings, &[], &mut Forgetful).await;
        assert!(result.failed.is_empty(), "{:#?}", result.failed.first());
        let now = world.clock.now();
        let cold = talk(&world.cloud, now, &text, &shelf).await;
        let warm = talk(&world.cloud, now, &text, &shelf).await;
        (cold, warm)
    })
}

fn tell(services: usize, name: &str, talk: &Talk) {
    println!(
        "{services} services, {name}: {} calls for {} objects, {:.3} for each service and {} attributes, {} one after another",
        talk.all(),
        talk.objects,
        talk.each(services),
        talk.single(),
        talk.depth
    );
}

#[test]
fn a_warm_plan_makes_a_third_of_a_call_for_each_service() {
    let wanted = std::env::var("PROVISION_TEST_SERVICES").ok();
    let large: usize = wanted.map_or(60, |text| text.parse().unwrap());
    let small = 30;
    let mut warm_ones = Vec::new();
    for services in [small, large] {
        let (cold, warm) = cold_and_warm(services);
        tell(services, "cold", &cold);
        tell(services, "warm", &warm);
        println!("{:#?}", warm.calls);
        let of_definitions = |talk: &Talk| talk.calls.get("ecs:DescribeTaskDefinition").copied();
        assert_eq!(of_definitions(&cold), Some(services));
        assert_eq!(of_definitions(&warm), None, "what was kept is asked again");
        assert_eq!(cold.all() - warm.all(), services);
        assert_eq!(warm.single(), services);
        assert!(warm.depth <= cold.depth, "what is kept costs a round trip");
        warm_ones.push(warm);
    }
    let [few, many] = &warm_ones[..] else {
        panic!("two fleets");
    };
    // What comes with every further service: the rest is the stack's.
    let more = (large - small) as f64;
    let calls = |talk: &Talk| (talk.all() - talk.single()) as f64;
    let slope = (calls(many) - calls(few)) / more;
    assert!(slope <= BUDGET, "{slope} calls for each further service");
    for talk in &warm_ones {
        let each = talk.all() as f64 / talk.objects as f64;
        assert!(
            each <= BUDGET,
            "{each} calls for each object: {:#?}",
            talk.calls
        );
    }
}
