//! One world: a sandbox in this process, a virtual clock, providers over it, and what its oracle counts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use provision::drive::Drive;
use provision::flow::{self, Wanted, Wish};
use provision::journal::{Forgetful, Journal};
use provision::registry::Registry;
use provision::secrets;
use provision_aws::{Aws, AwsProvider, Shelf};
use provision_core::apply::{Event, Options, Prior, Record, Run, RunResult};
use provision_core::contract::Provider;
use provision_core::model::{Platform, Values};
use provision_core::plan::{Goal, PlanFile};
use provision_core::spec::{GcpCloud, Input, Loaded, Spec, load};
use provision_ecs::EcsProvider;
use provision_eks::EksProvider;
use provision_gke::GkeProvider;
use provision_sandbox::{Cloud, Config};
use tokio::sync::watch;

use crate::clouds::{ACCOUNT, Clock, Tap, near_at};
use crate::google;

/// What a series of runs is about.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The spec's text.
    pub spec: String,
    /// Whether the runs build or destroy.
    pub goal: Goal,
}

/// The knobs of a series.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long new objects stay invisible to reads, in seconds.
    pub lag: u64,
    /// How long a run waits before an unguarded create, in seconds. A sound one is longer than `lag`.
    pub settle: u64,
}

impl Settings {
    /// Sound settings for a lag.
    #[must_use]
    pub const fn lagging(lag: u64) -> Self {
        let settle = if lag == 0 { 0 } else { lag + 10 };
        Self { lag, settle }
    }

    /// A sandbox with them: an account of its own, real durations scaled down, roles that take a while to be usable.
    #[must_use]
    pub fn cloud(self) -> Cloud {
        Cloud::in_memory(Config {
            account: ACCOUNT.to_owned(),
            visibility_lag_ms: self.lag * 1000,
            propagation_ms: 2_000,
            duration_scale: 0.005,
            latency_ms: 20,
            ..Config::default()
        })
    }
}

/// How many objects of each service, kind and mark there are, those aside that the cloud makes by itself.
pub type Census = BTreeMap<String, usize>;

/// Counts the objects of a cloud.
#[must_use]
pub fn census(cloud: &Cloud, now: Timestamp) -> Census {
    let mut census = Census::new();
    for object in cloud.objects(now).expect("the oracle answers") {
        if !object.own_of_cloud {
            let id = object.marks.get("provision-id");
            let id = id.map_or(object.id.as_str(), String::as_str);
            *census
                .entry(format!("{} {} {id}", object.service, object.kind))
                .or_default() += 1;
        }
    }
    census
}

/// A sandbox, its clock and the providers over it.
pub struct World {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// Its clock.
    pub clock: Clock,
    /// Clients over it.
    pub aws: Aws,
    /// The providers over it.
    providers: Vec<Arc<dyn Provider>>,
}

impl World {
    /// A world around a cloud at a time, with the provider of EKS.
    #[must_use]
    pub fn new(cloud: Cloud, now: Timestamp, tap: Option<Tap>) -> Self {
        Self::on(&[Platform::Eks], None, cloud, now, tap)
    }

    /// The same with the providers of a spec's platforms; where one is Google's, within a runtime of one thread.
    #[must_use]
    pub fn of(spec: &Spec, cloud: Cloud, now: Timestamp, tap: Option<Tap>) -> Self {
        let clusters = spec.clusters.values();
        let platforms: Vec<Platform> = clusters.map(|cluster| cluster.platform).collect();
        Self::on(&platforms, spec.gcp.as_ref(), cloud, now, tap)
    }

    fn on(
        platforms: &[Platform],
        gcp: Option<&GcpCloud>,
        cloud: Cloud,
        now: Timestamp,
        tap: Option<Tap>,
    ) -> Self {
        let cloud = Arc::new(cloud);
        let clock = Clock::at(now);
        let aws: Aws = near_at(&cloud, clock, tap.clone());
        let mut providers: Vec<Arc<dyn Provider>> = vec![Arc::new(AwsProvider::new(aws.clone()))];
        if platforms.contains(&Platform::Eks) {
            providers.push(Arc::new(EksProvider::new(aws.clone())));
        }
        if platforms.contains(&Platform::Ecs) {
            providers.push(Arc::new(EcsProvider::new(aws.clone())));
        }
        if let Some(gcp) = gcp {
            let gcp = google::near(gcp, &cloud, clock, tap);
            providers.push(Arc::new(GkeProvider::new(gcp)));
        }
        Self::with(cloud, clock, aws, providers)
    }

    /// The same for stacks on ECS, with a shelf.
    #[must_use]
    pub fn on_ecs(cloud: Cloud, now: Timestamp, shelf: Arc<dyn Shelf>) -> Self {
        let cloud = Arc::new(cloud);
        let clock = Clock::at(now);
        let aws: Aws = near_at(&cloud, clock, None).with_shelf(shelf);
        let providers: Vec<Arc<dyn Provider>> = vec![
            Arc::new(AwsProvider::new(aws.clone())),
            Arc::new(EcsProvider::new(aws.clone())),
        ];
        Self::with(cloud, clock, aws, providers)
    }

    fn with(cloud: Arc<Cloud>, clock: Clock, aws: Aws, providers: Vec<Arc<dyn Provider>>) -> Self {
        Self {
            cloud,
            clock,
            aws,
            providers,
        }
    }

    /// Plans, as the verbs do.
    ///
    /// # Panics
    /// When there is no plan.
    pub async fn plan(&self, loaded: &Loaded, goal: Goal) -> PlanFile {
        let wish = Wish {
            goal,
            ..Wish::default()
        };
        self.plan_for(loaded, &wish).await
    }

    /// Plans what is wished for.
    ///
    /// # Panics
    /// When there is no plan.
    pub async fn plan_for(&self, loaded: &Loaded, wish: &Wish) -> PlanFile {
        let mut registry = Registry::with(&loaded.spec, self.providers.clone());
        let sources = secrets::sources(&loaded.spec, Path::new("/"));
        registry
            .ask(sources, false)
            .expect("values can be asked for");
        let wanted = Wanted {
            spec: &loaded.spec,
            digest: &loaded.digest,
            notes: &loaded.notes,
        };
        flow::make(&mut registry, wanted, wish)
            .await
            .unwrap_or_else(|error| panic!("no plan: {error:?}"))
    }

    /// The time there.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Applies a plan to its end.
    ///
    /// # Panics
    /// When the plan cannot be run at all.
    pub async fn apply(
        &self,
        plan: &PlanFile,
        settings: Settings,
        prior: &[Record],
        journal: &mut dyn Journal,
    ) -> RunResult {
        let run = "11111111-1111-4111-8111-111111111111";
        let prior = (run, prior);
        self.run(plan, settings, prior, journal, &mut |_| {}).await
    }

    /// The same without a journal, telling every event.
    pub async fn apply_telling(
        &self,
        plan: &PlanFile,
        settings: Settings,
        tell: &mut (dyn FnMut(&Event) + Send),
    ) -> RunResult {
        let run = format!("run at {}", self.clock.now());
        let first = (run.as_str(), &[][..]);
        self.run(plan, settings, first, &mut Forgetful, tell).await
    }

    async fn run(
        &self,
        plan: &PlanFile,
        settings: Settings,
        (run, prior): (&str, &[Record]),
        journal: &mut dyn Journal,
        tell: &mut (dyn FnMut(&Event) + Send),
    ) -> RunResult {
        let tables = self
            .providers
            .iter()
            .flat_map(|provider| provider.describe());
        let tables = tables.map(|table| (table.kind.clone(), table)).collect();
        let options = Options {
            run: run.to_owned(),
            settle_ms: settings.settle * 1000,
            ..Options::default()
        };
        let prior = Prior::parse(&lines(prior));
        let run = Run::new(plan, &tables, options, prior).expect("the plan can be run");
        let epoch = u64::try_from(self.clock.now().as_millisecond()).expect("after 1970");
        let providers = self.providers.iter();
        let providers = providers
            .map(|one| (one.name().to_owned(), Arc::clone(one)))
            .collect();
        let values = values(plan);
        let drive = Drive::new(plan, providers, epoch).with_values(values);
        let (_keep, cancel) = watch::channel(0);
        drive.run(run, journal, tell, cancel).await
    }
}

/// The values of a plan's secrets.
fn values(plan: &PlanFile) -> Values {
    let found = secrets::at_hand(&plan.secrets, false);
    found.expect("values can be asked for").values
}

/// A journal's text.
fn lines(records: &[Record]) -> String {
    records
        .iter()
        .map(|record| serde_json::to_string(record).expect("a line") + "\n")
        .collect()
}

/// Loads a spec that is right.
#[must_use]
pub fn loaded(text: &str) -> Loaded {
    load(&Input::file("provision.toml", text.to_owned()))
        .unwrap_or_else(|found| panic!("{found:?}"))
}

/// Carries something out in virtual time, on a stack as deep as that of the binary's threads, which unoptimised futures of
/// Google's clients need.
///
/// # Panics
/// When it does.
pub fn in_virtual_time<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime")
            .block_on(work())
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(8 << 20);
        let thread = thread.spawn_scoped(scope, run).expect("a thread");
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
