//! A provider whose objects take their time and do nothing else, and stacks of them. For what the executor itself
//! costs and loses: real medians, no cloud.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use provision_core::contract::{
    Account, Act, Answer, Class, Context, ExpandAnswer, ExpandRequest, Failure, Handle, Outcome,
    Poll, PollOutcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::cost::{UsageAnswer, UsageRequest};
use provision_core::model::{
    Effect, FieldKind, Fields, Identity, Kind, Observed, Open, Output, Pending, ReplaceOrder,
    Resource, ResourceId, Row, Seconds, Sight, Status, Table, Value,
};
use provision_core::plan::{self, Inputs, PlanFile, Tables};
use tokio::time::Instant;

const PROVIDER: &str = "toy";

/// Seconds that the kinds of this provider take: what real ones do (rules, subnets, add-ons, NAT, node groups, clusters).
const MEDIANS: [u32; 6] = [1, 3, 35, 106, 110, 617];

/// The provider.
#[derive(Debug, Default)]
pub struct Toy {
    /// How long each object takes from the call that makes it; one that is not named is there at once.
    pub takes: BTreeMap<ResourceId, Duration>,
    /// How long a call takes.
    pub call: Duration,
    begun: Mutex<BTreeMap<ResourceId, Instant>>,
}

/// A stack and what its objects really take.
#[derive(Debug)]
pub struct Stack {
    /// The plan that makes it.
    pub plan: PlanFile,
    /// How long each object takes.
    pub takes: BTreeMap<ResourceId, Duration>,
}

impl Stack {
    /// The longest chain of what its objects take: no apply can be shorter.
    #[must_use]
    pub fn critical_path(&self) -> Duration {
        let mut ends: BTreeMap<u32, Duration> = BTreeMap::new();
        for step in &self.plan.plan.steps {
            let before = step.after.iter().filter_map(|step| ends.get(step)).max();
            let takes = self.takes.get(&step.id).copied().unwrap_or_default();
            ends.insert(step.n, before.copied().unwrap_or_default() + takes);
        }
        ends.into_values().max().unwrap_or_default()
    }
}

/// Numbers that look random and are the same every time (Knuth's MMIX generator).
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A series.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}

/// The tables: one kind per median.
#[must_use]
pub fn tables() -> Tables {
    let row = |name: &str, effect| Row::new(name, FieldKind::Scalar, effect, "a field");
    let table = |seconds: u32| Table {
        kind: kind(seconds),
        title: "thing".to_owned(),
        rows: vec![row("needs", Effect::InPlace), row("size", Effect::InPlace)],
        outputs: vec![Output {
            name: "id".to_owned(),
            volatile: false,
            moved_by: Vec::new(),
        }],
        identity: Identity::Named,
        replace: ReplaceOrder::DeleteFirst,
        dies_with_parent: false,
        loss: None,
        leaves: false,
        lingers: false,
        kept_days: 0,
        runs: false,
        downtime: None,
        rolls: "nodes".to_owned(),
        seconds: Seconds {
            create: seconds,
            ..Seconds::default()
        },
        lane: None,
    };
    MEDIANS
        .map(table)
        .map(|table| (table.kind.clone(), table))
        .into()
}

fn kind(seconds: u32) -> Kind {
    Kind::new(format!("toy.thing-{seconds}"))
}

/// The context of every stack here.
#[must_use]
pub fn contexts() -> BTreeMap<String, Context> {
    let context = Context {
        stack: "toys".to_owned(),
        account: Some("1".to_owned()),
        region: "nowhere".to_owned(),
        labels: BTreeMap::new(),
    };
    [(PROVIDER.to_owned(), context)].into()
}

/// A stack of so many objects. Each needs up to three of those before it, near ones rather than far ones, and takes
/// between 0.7 and 1.4 times its kind's median.
///
/// # Panics
/// When no plan can be made.
#[must_use]
pub fn stack(size: usize, seed: u64) -> Stack {
    let mut dice = Dice::new(seed);
    let ids: Vec<ResourceId> = (0..size)
        .map(|nth| ResourceId::new("stack.toys", format!("thing-{nth:05}")))
        .collect();
    let mut takes = BTreeMap::new();
    let mut resources = Vec::with_capacity(size);
    for (nth, id) in ids.iter().enumerate() {
        let median = MEDIANS[usize::try_from(dice.below(6)).unwrap_or_default()];
        takes.insert(
            id.clone(),
            Duration::from_millis(u64::from(median) * (700 + dice.below(701))),
        );
        let needs = (0..dice.below(4)).filter_map(|_| {
            let back = 1 + usize::try_from(dice.below(20)).ok()?;
            ids.get(nth.checked_sub(back)?).cloned()
        });
        resources.push(thing(id, median, needs.collect()));
    }
    Stack {
        plan: planned(resources),
        takes,
    }
}

/// A stack of so many slow objects that need nothing: all of them can be made at once.
///
/// # Panics
/// When no plan can be made.
#[must_use]
pub fn wide(size: usize) -> Stack {
    let median = MEDIANS[MEDIANS.len() - 1];
    let ids = (0..size).map(|nth| ResourceId::new("stack.toys", format!("thing-{nth:05}")));
    let takes = |id: ResourceId| (id, Duration::from_secs(u64::from(median)));
    Stack {
        plan: planned(
            ids.clone()
                .map(|id| thing(&id, median, Vec::new()))
                .collect(),
        ),
        takes: ids.map(takes).collect(),
    }
}

fn thing(id: &ResourceId, seconds: u32, needs: Vec<ResourceId>) -> Resource<Open> {
    let mut fields = BTreeMap::from([("size".to_owned(), Value::Int(3))]);
    if let Some(first) = needs.first() {
        fields.insert("needs".to_owned(), Pending::output(first, "id").into());
    }
    Resource {
        id: id.clone(),
        kind: kind(seconds),
        provider: PROVIDER.to_owned(),
        platform: None,
        name: Some(format!("toys-{}", id.part)),
        parent: None,
        fields,
        after: needs,
        outlives: Vec::new(),
        protect: false,
        adopt: None,
    }
}

fn planned(resources: Vec<Resource<Open>>) -> PlanFile {
    let inputs = Inputs {
        stack: "toys".to_owned(),
        contexts: contexts(),
        tables: tables(),
        sights: resources
            .iter()
            .map(|one| (one.id.clone(), Sight::Absent))
            .collect(),
        resources,
        ..Inputs::default()
    };
    plan::make(&inputs).expect("a plan")
}

impl Toy {
    /// The provider of a stack, with calls that take so long.
    #[must_use]
    pub fn of(stack: &Stack, call: Duration) -> Self {
        Self {
            takes: stack.takes.clone(),
            call,
            begun: Mutex::default(),
        }
    }

    /// When the object is there; the first to ask begins it.
    fn ready(&self, id: &ResourceId) -> Instant {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = *begun.entry(id.clone()).or_insert_with(Instant::now);
        begun + self.takes.get(id).copied().unwrap_or_default()
    }
}

fn observed(id: &ResourceId, kind: &Kind, fields: Fields) -> Box<Observed> {
    Box::new(Observed {
        id: id.clone(),
        kind: kind.clone(),
        provider: PROVIDER.to_owned(),
        physical: format!("toy-{id}"),
        parent: None,
        fields,
        outputs: [("id".to_owned(), Value::Text(format!("toy-{id}")))].into(),
        status: Status::Ready,
        protect: false,
        adopted: None,
        needs: Vec::new(),
        uses: Vec::new(),
        foreign: Vec::new(),
    })
}

impl Provider for Toy {
    fn name(&self) -> &str {
        PROVIDER
    }

    fn describe(&self) -> Vec<Table> {
        tables().into_values().collect()
    }

    fn expand(&self, _request: &ExpandRequest) -> ExpandAnswer {
        ExpandAnswer::default()
    }

    fn survey<'a>(
        &'a self,
        request: &'a SurveyRequest,
    ) -> Answer<'a, Result<SurveyAnswer, Failure>> {
        let answer = match request {
            SurveyRequest::Objects(_)
            | SurveyRequest::Existing(_)
            | SurveyRequest::Import(_)
            | SurveyRequest::Advice(_)
            | SurveyRequest::Left(_) => Err(Failure {
                class: Class::Internal,
                code: "toy".to_owned(),
                message: "nothing can be looked up here".to_owned(),
                call: None,
                object: None,
                advice: None,
            }),
            SurveyRequest::Caller { .. } | SurveyRequest::Account { .. } => {
                Ok(SurveyAnswer::Account(Account {
                    facts: provision_core::contract::Facts::default(),
                    notes: Vec::new(),
                }))
            }
        };
        Box::pin(std::future::ready(answer))
    }

    fn act<'a>(&'a self, request: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(async move {
            tokio::time::sleep(self.call).await;
            let (id, kind) = (&request.step.id, &request.step.kind);
            if self.ready(id) <= Instant::now() {
                let fields = request.desired.as_ref().map(|one| one.fields.clone());
                return Outcome::Done {
                    observed: observed(id, kind, fields.unwrap_or_default()),
                };
            }
            Outcome::Accepted {
                handle: Handle::default(),
                phase: "CREATING".to_owned(),
            }
        })
    }

    fn poll<'a>(&'a self, request: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(async move {
            tokio::time::sleep(self.call).await;
            let (id, kind) = (&request.step.id, &request.step.kind);
            if self.ready(id) <= Instant::now() {
                let fields = request.desired.as_ref().map(|one| one.fields.clone());
                return PollOutcome::Done {
                    observed: observed(id, kind, fields.unwrap_or_default()),
                };
            }
            PollOutcome::Pending {
                phase: "CREATING".to_owned(),
                trouble: None,
            }
        })
    }

    fn usage(&self, _request: &UsageRequest<'_>) -> UsageAnswer {
        UsageAnswer::default()
    }
}
