//! Records one run and keeps every moment at which it could die.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use provision::journal::Journal;
use provision_core::apply::{Record, RecordKind};
use provision_sandbox::Cloud;

use crate::clouds::Tap;
use crate::world::{Census, Settings, Setup, World, census, loaded};

/// The five places around a mutating call, and the torn halves of writes that hold several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// The intent is not durable yet.
    BeforeIntent,
    /// The intent is durable, nothing was sent.
    BeforeSending,
    /// The cloud took the call, nobody heard.
    Applied,
    /// The answer has come, the journal does not know it.
    Answered,
    /// The journal knows it.
    Journalled,
}

/// A moment at which the run could die.
pub struct Moment {
    /// The cloud.
    pub cloud: Cloud,
    /// The time.
    pub now: Timestamp,
    /// What of the journal is durable.
    pub journal: Vec<Record>,
    /// How many mutating calls the cloud had taken.
    pub applied: u64,
    /// The points that left exactly this.
    pub points: Vec<(Point, String)>,
}

/// A recorded run.
pub struct Recording {
    /// Distinct moments, in order.
    pub moments: Vec<Moment>,
    /// What there was at the end.
    pub census: Census,
    /// The cloud at the end.
    pub end: Cloud,
    /// The time at the end.
    pub now: Timestamp,
    /// How often each point came up.
    pub points: BTreeMap<Point, usize>,
}

#[derive(Default)]
struct Tape {
    /// By number of applied calls and length of the journal: all that a dead run leaves behind.
    moments: BTreeMap<(u64, usize), Moment>,
    journal: Vec<Record>,
    applied: u64,
    points: BTreeMap<Point, usize>,
}

impl Tape {
    fn keep(&mut self, cloud: Cloud, now: Timestamp, point: Point, what: &str) {
        *self.points.entry(point).or_default() += 1;
        let key = (self.applied, self.journal.len());
        let (applied, journal) = (self.applied, &self.journal);
        let moment = self.moments.entry(key).or_insert_with(|| Moment {
            cloud,
            now,
            journal: journal.clone(),
            applied,
            points: Vec::new(),
        });
        moment.points.push((point, what.to_owned()));
    }
}

type Shared = Arc<Mutex<Tape>>;

fn with<T>(tape: &Shared, work: impl FnOnce(&mut Tape) -> T) -> T {
    work(&mut tape.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Keeps the moments before and after every mutating call.
fn tap(tape: &Shared) -> Tap {
    let tape = Arc::clone(tape);
    Arc::new(move |cloud, now, request| {
        let before = cloud.fork();
        let response = cloud.handle(now, request);
        if let Some(call) = cloud.last_call()
            && call.mutating
            && call.applied
        {
            let what = format!("{}:{}", call.service, call.operation);
            with(&tape, |tape| {
                tape.keep(before, now, Point::BeforeSending, &what);
                tape.applied += 1;
                tape.keep(cloud.fork(), now, Point::Applied, &what);
            });
        }
        response
    })
}

/// A journal that keeps the moments before and after each of its records.
struct Tapped {
    tape: Shared,
    cloud: Arc<Cloud>,
    clock: crate::clouds::Clock,
}

impl Journal for Tapped {
    fn write<'a>(
        &'a mut self,
        records: &'a [Record],
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        let now = self.clock.now();
        for record in records {
            let (before, after, what) = match &record.kind {
                RecordKind::Intent { id, .. } => {
                    let id = id.to_string();
                    (Some(Point::BeforeIntent), Some(Point::BeforeSending), id)
                }
                RecordKind::Outcome { id, .. } => {
                    let id = id.to_string();
                    (Some(Point::Answered), Some(Point::Journalled), id)
                }
                RecordKind::RunStarted { .. } | RecordKind::RunFinished { .. } => {
                    (None, None, String::new())
                }
            };
            with(&self.tape, |tape| {
                if let Some(point) = before {
                    tape.keep(self.cloud.fork(), now, point, &what);
                }
                tape.journal.push(record.clone());
                if let Some(point) = after {
                    tape.keep(self.cloud.fork(), now, point, &what);
                }
            });
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Runs a setup from a cloud at a time to its end, and keeps every moment.
///
/// # Panics
/// When the undisturbed run itself fails.
pub async fn record(setup: &Setup, settings: Settings, from: Cloud, at: Timestamp) -> Recording {
    let tape = Shared::default();
    let loaded = loaded(&setup.spec);
    let world = World::of(&loaded.spec, from, at, Some(tap(&tape)));
    let plan = world.plan(&loaded, setup.goal).await;
    assert!(!plan.plan.steps.is_empty(), "there is something to do");
    let mut journal = Tapped {
        tape: Arc::clone(&tape),
        cloud: Arc::clone(&world.cloud),
        clock: world.clock,
    };
    let result = world.apply(&plan, settings, &[], &mut journal).await;
    assert!(
        result.failed.is_empty() && result.not_started.is_empty(),
        "the undisturbed run fails: {result:#?}"
    );
    tokio::time::sleep(std::time::Duration::from_secs(settings.lag)).await;
    let now = world.clock.now();
    let (moments, points) = with(&tape, |tape| {
        let moments = std::mem::take(&mut tape.moments);
        (moments, std::mem::take(&mut tape.points))
    });
    Recording {
        moments: moments.into_values().collect(),
        census: census(&world.cloud, now),
        end: world.cloud.fork(),
        now,
        points,
    }
}
