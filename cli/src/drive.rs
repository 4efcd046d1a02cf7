//! Performs the commands of a run on tokio: writes the journal, makes calls, keeps timers, hands events out.
//!
//! Everything it touches comes in from outside, so that a test can run it under paused time with a journal
//! and providers of its own, and stop it anywhere by dropping the future: calls that are out are dropped with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use provision_core::apply::{Command, Event, Input, Record, Run, RunResult};
use provision_core::contract::{
    Class, Context, Failure, Objects, Outcome, PollOutcome, Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Never, Pending, Resource, ResourceId, Sight, Value, Values};
use provision_core::plan::PlanFile;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::journal::Journal;

/// Providers by name.
pub type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// The hands of a run: everything it needs to act on the world.
pub struct Drive {
    providers: Providers,
    contexts: BTreeMap<String, Context>,
    names: Arc<BTreeMap<ResourceId, String>>,
    values: Values,
    began: Instant,
    epoch_ms: u64,
    calls: JoinSet<Input>,
    wakes: BTreeSet<u64>,
    inputs: VecDeque<Input>,
}

impl Drive {
    /// Hands for a plan. `epoch_ms` is what the clock says now, in milliseconds since the epoch; from here on it
    /// follows tokio's.
    #[must_use]
    pub fn new(plan: &PlanFile, providers: Providers, epoch_ms: u64) -> Self {
        let names = plan
            .desired
            .values()
            .filter_map(|desired| Some((desired.id.clone(), desired.name.clone()?)))
            .collect();
        Self {
            providers,
            contexts: plan.contexts.clone(),
            names: Arc::new(names),
            values: Values::none(),
            began: Instant::now(),
            epoch_ms,
            calls: JoinSet::new(),
            wakes: BTreeSet::new(),
            inputs: VecDeque::from([Input::Start]),
        }
    }

    /// With values of secrets: each call gets the one that it is about.
    #[must_use]
    pub fn with_values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    /// Drives the run to its end. `cancel` counts requests to stop; the first one is enough.
    pub async fn run(
        mut self,
        mut run: Run,
        journal: &mut dyn Journal,
        sink: &mut (dyn FnMut(&Event) + Send),
        mut cancel: watch::Receiver<u32>,
    ) -> RunResult {
        loop {
            while let Some(input) = self.inputs.pop_front() {
                let commands = run.next(self.now(), input);
                if let Some(result) = self.perform(commands, journal, sink).await {
                    return result;
                }
            }
            let input = self.next_input(&mut cancel).await;
            self.inputs.push_back(input);
        }
    }

    fn now(&self) -> u64 {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.epoch_ms.saturating_add(passed)
    }

    /// Waits for whatever happens first.
    async fn next_input(&mut self, cancel: &mut watch::Receiver<u32>) -> Input {
        let wake = self.wakes.first().copied();
        if wake.is_none() && self.calls.is_empty() {
            // The run waits for nothing that could happen: a fault of ours; stopping loses nothing.
            tracing::error!("the run stalled");
            return Input::Cancel;
        }
        let until = wake.map_or(self.began, |wake| {
            self.began + Duration::from_millis(wake.saturating_sub(self.epoch_ms))
        });
        tokio::select! {
            biased;
            Ok(()) = cancel.changed() => Input::Cancel,
            Some(Ok(input)) = self.calls.join_next() => input,
            () = sleep_until(until), if wake.is_some() => {
                self.wakes.pop_first();
                Input::Woke
            }
        }
    }

    async fn perform(
        &mut self,
        commands: Vec<Command>,
        journal: &mut dyn Journal,
        sink: &mut (dyn FnMut(&Event) + Send),
    ) -> Option<RunResult> {
        let mut records = Vec::new();
        let mut result = None;
        for command in commands {
            match command {
                Command::Journal(record) => records.push(record),
                Command::Act {
                    step,
                    provider,
                    mut request,
                } => {
                    request.values = self.values.only([&request.step.id]);
                    self.call(&provider, move |provider| async move {
                        let outcome = match provider {
                            Ok(provider) => guarded(provider.act(&request)).await,
                            Err(failure) => Ok(Outcome::Failed { failure }),
                        };
                        Input::Acted {
                            step,
                            outcome: outcome.unwrap_or_else(|reason| Outcome::Unknown { reason }),
                        }
                    });
                }
                Command::Poll {
                    step,
                    provider,
                    request,
                } => self.call(&provider, move |provider| async move {
                    let outcome = match provider {
                        Ok(provider) => guarded(provider.poll(&request)).await,
                        Err(failure) => Ok(PollOutcome::Failed { failure }),
                    };
                    Input::Polled {
                        step,
                        outcome: outcome.unwrap_or_else(|reason| PollOutcome::Failed {
                            failure: internal(Class::Unavailable, reason),
                        }),
                    }
                }),
                Command::LookUp {
                    step,
                    provider,
                    resource,
                } => self.look_up(step, &provider, &resource),
                Command::WakeAt(time) => {
                    self.wakes.insert(time);
                }
                Command::Emit(event) => sink(&event),
                Command::Stop(stopped) => result = Some(stopped),
            }
        }
        self.record(records, journal).await;
        result
    }

    /// Writes records; one write makes all of an answer durable.
    async fn record(&mut self, records: Vec<Record>, journal: &mut dyn Journal) {
        if records.is_empty() {
            return;
        }
        let written = journal.write(&records).await;
        self.inputs
            .extend(records.iter().map(|record| match &written {
                Ok(()) => Input::Journalled { seq: record.seq },
                Err(reason) => Input::JournalFailed {
                    seq: record.seq,
                    reason: reason.clone(),
                },
            }));
    }

    fn call<F, A>(&mut self, provider: &str, work: F)
    where
        F: FnOnce(Result<Arc<dyn Provider>, Failure>) -> A,
        A: Future<Output = Input> + Send + 'static,
    {
        let found = self.providers.get(provider).cloned().ok_or_else(|| {
            internal(
                Class::Internal,
                format!("the provider `{provider}` is not linked in"),
            )
        });
        self.calls.spawn(work(found));
    }

    fn look_up(&mut self, step: u32, provider: &str, resource: &Resource<Never>) {
        let context = self.contexts.get(provider).cloned();
        let names = Arc::clone(&self.names);
        let values = self.values.only([&resource.id]);
        let resource = known_as_pending(resource);
        self.call(provider, move |provider| async move {
            let sight = match (provider, context) {
                (Ok(provider), Some(context)) => {
                    look(&*provider, context, resource, &names, values).await
                }
                (Err(failure), _) => Err(failure),
                (Ok(_), None) => Err(internal(Class::Internal, "no context for it".to_owned())),
            };
            Input::Looked { step, sight }
        });
    }
}

async fn look(
    provider: &dyn Provider,
    context: Context,
    resource: Resource<Pending>,
    names: &BTreeMap<ResourceId, String>,
    values: Values,
) -> Result<Sight, Failure> {
    let id = resource.id.clone();
    let parents = resource
        .parent
        .iter()
        .filter_map(|parent| Some((parent.clone(), names.get(parent)?.clone())))
        .collect();
    let request = SurveyRequest::Objects(Objects {
        context,
        resources: vec![resource],
        parents,
        orphans: false,
        values,
    });
    let answer = guarded(provider.survey(&request))
        .await
        .unwrap_or_else(|reason| Err(internal(Class::Unavailable, reason)))?;
    match answer {
        SurveyAnswer::Objects { mut seen, .. } => Ok(seen.remove(&id).unwrap_or(Sight::Unknown {
            reason: "it was not among the answers".to_owned(),
        })),
        _ => Err(internal(
            Class::Internal,
            "the survey answered another question".to_owned(),
        )),
    }
}

/// A panic of a provider is an answer nobody got, not the end of the run.
async fn guarded<T>(call: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(call)
        .catch_unwind()
        .await
        .map_err(|_| "the provider broke off in the middle of the call".to_owned())
}

fn known_as_pending(resource: &Resource<Never>) -> Resource<Pending> {
    let filled =
        resource.try_fill(|never| -> Result<Value<Pending>, Infallible> { match *never {} });
    match filled {
        Ok(resource) => resource,
        Err(never) => match never {},
    }
}

fn internal(class: Class, message: String) -> Failure {
    Failure {
        class,
        code: "driver".to_owned(),
        message,
        call: None,
        object: None,
        advice: None,
    }
}
