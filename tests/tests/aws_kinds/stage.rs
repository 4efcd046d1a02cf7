//! Drives one resource at a time through the provider, as the executor would.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provision_aws::{Aws, AwsProvider, claim_id, resource};
use provision_core::contract::{
    Act, ActStep, Context, Does, Failure, Objects, Outcome, Poll, PollOutcome, Provider, Shim,
    SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Never, Observed, Resource, ResourceId, Sight, Value};
use provision_sandbox::Cloud;
use serde::Serialize;

pub(crate) const STACK: &str = "shop";
pub(crate) use provision_tests::clouds::{ACCOUNT, REGION};

/// A provider and the clients below it.
pub(crate) struct Stage {
    pub(crate) provider: Box<dyn Provider>,
    pub(crate) aws: Aws,
    pub(crate) context: Context,
    /// Services that the cloud below does not have.
    pub(crate) lacks: Vec<&'static str>,
    /// The sandbox below, whose log counts the calls.
    pub(crate) cloud: Option<Arc<Cloud>>,
    /// Between looks at something that is not visible yet.
    pub(crate) pause: Duration,
    turn: std::cell::Cell<u32>,
}

impl Stage {
    pub(crate) fn new(aws: Aws) -> Self {
        Self {
            provider: Box::new(AwsProvider::new(aws.clone())),
            aws,
            context: Context {
                stack: STACK.to_owned(),
                account: Some(ACCOUNT.to_owned()),
                region: REGION.to_owned(),
                labels: BTreeMap::new(),
            },
            lacks: Vec::new(),
            cloud: None,
            pause: Duration::from_millis(10),
            turn: std::cell::Cell::new(0),
        }
    }

    /// The same, with every message sent through its encoding, as if the provider were another process.
    pub(crate) fn encoded(mut self) -> Self {
        self.provider = Box::new(Shim(AwsProvider::new(self.aws.clone())));
        self
    }

    /// A desired resource with everything known.
    pub(crate) fn wanted<S: Serialize>(
        &self,
        id: &str,
        kind: &str,
        name: Option<&str>,
        fields: &S,
    ) -> Resource<Never> {
        let id: ResourceId = id.parse().unwrap();
        let mut open = resource(id, kind, fields).unwrap();
        open.name = name.map(str::to_owned);
        open.try_fill(|hole| Err(format!("open: {hole:?}")))
            .unwrap()
    }

    /// Makes the resource and checks that it is then seen as it was wanted.
    pub(crate) async fn create(&self, want: &Resource<Never>) -> Observed {
        let made = self.step(Does::Create, want, None, &[]).await.unwrap();
        let made = made.expect("a create ends with an object");
        let seen = self.settled(want).await;
        assert_eq!(seen.physical, made.physical, "{}", want.id);
        for (name, value) in &made.outputs {
            if name != "fresh" {
                assert_eq!(seen.outputs.get(name), Some(value), "{} {name}", want.id);
            }
        }
        seen
    }

    /// Changes fields of the resource and checks that it is then seen as it was wanted.
    pub(crate) async fn update(
        &self,
        want: &Resource<Never>,
        live: &Observed,
        fields: &[&str],
    ) -> Observed {
        let does = Does::Update;
        self.step(does, want, Some(live.clone()), fields)
            .await
            .unwrap();
        let seen = self.settled(want).await;
        assert_eq!(seen.physical, live.physical, "{}", want.id);
        seen
    }

    /// Removes the object and checks that it is not seen any more.
    pub(crate) async fn delete(&self, want: &Resource<Never>) {
        let live = self.present(want).await;
        let left = self.step(Does::Delete, want, Some(live), &[]).await;
        assert!(left.unwrap().is_none(), "{}", want.id);
        assert_eq!(self.look(want).await, Sight::Absent, "{}", want.id);
    }

    /// Runs a step to its end.
    pub(crate) async fn step(
        &self,
        does: Does,
        want: &Resource<Never>,
        live: Option<Observed>,
        fields: &[&str],
    ) -> Result<Option<Observed>, Failure> {
        let step = ActStep {
            id: want.id.clone(),
            kind: want.kind.clone(),
            does,
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
        };
        let mut act = Act {
            context: self.context.clone(),
            step,
            desired: (does != Does::Delete).then(|| want.clone()),
            live,
            parent: None,
            token: String::new(),
            look_first: false,
            values: provision_core::model::Values::none(),
        };
        for _ in 0..200 {
            self.turn.set(self.turn.get() + 1);
            act.token = format!("00000000-0000-4000-8000-{:012}", self.turn.get());
            let before = self.mutations();
            let outcome = self.provider.act(&act).await;
            let calls = self.mutations() - before;
            assert!(calls <= 1, "{}: {calls} mutating calls in one act", want.id);
            match outcome {
                Outcome::Done { observed } => return Ok(Some(*observed)),
                Outcome::Gone => return Ok(None),
                Outcome::Again { observed, .. } => act.live = observed.map(|live| *live),
                Outcome::Retry { after_ms, .. } => {
                    tokio::time::sleep(Duration::from_millis(after_ms)).await;
                }
                Outcome::Accepted { handle, .. } => match self.wait(&act, handle).await? {
                    Some(live) => act.live = Some(live),
                    None => return Ok(None),
                },
                Outcome::Unknown { reason } => panic!("{}: {reason}", want.id),
                Outcome::Failed { failure } => return Err(failure),
            }
        }
        panic!("{} does not come to rest", want.id)
    }

    /// How many mutating calls the sandbox has taken so far.
    fn mutations(&self) -> usize {
        let calls = self.cloud.as_ref().map(|cloud| cloud.calls());
        let calls = calls.unwrap_or_default();
        calls.iter().filter(|call| call.mutating).count()
    }

    async fn wait(
        &self,
        act: &Act,
        handle: provision_core::contract::Handle,
    ) -> Result<Option<Observed>, Failure> {
        let poll = Poll {
            context: act.context.clone(),
            step: act.step.clone(),
            handle,
            desired: act.desired.clone(),
            live: act.live.clone(),
            parent: None,
        };
        for _ in 0..400 {
            match self.provider.poll(&poll).await {
                PollOutcome::Pending { .. } => {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                PollOutcome::Done { observed } => return Ok(Some(*observed)),
                PollOutcome::Again { observed } => {
                    return Ok(observed.map(|live| *live).or_else(|| act.live.clone()));
                }
                PollOutcome::Gone => return Ok(None),
                PollOutcome::Failed { failure } => return Err(failure),
            }
        }
        panic!("{} is never ready", act.step.id)
    }

    /// The object, which must be there, once it is visible.
    pub(crate) async fn present(&self, want: &Resource<Never>) -> Observed {
        for _ in 0..60 {
            match self.look(want).await {
                Sight::Present(live) => return *live,
                Sight::Absent => tokio::time::sleep(self.pause).await,
                other => panic!("{}: {other:?}", want.id),
            }
        }
        panic!("{} is not there", want.id)
    }

    /// A look at one resource.
    pub(crate) async fn look(&self, want: &Resource<Never>) -> Sight {
        let answer = self.survey(vec![want.clone()], false).await;
        answer.0.get(&want.id).cloned().unwrap()
    }

    /// Sights, and objects that were not asked for.
    pub(crate) async fn survey(
        &self,
        resources: Vec<Resource<Never>>,
        orphans: bool,
    ) -> (BTreeMap<ResourceId, Sight>, Vec<Observed>) {
        let pending = |resource: &Resource<Never>| {
            resource
                .try_fill(|never| -> Result<_, ()> { match *never {} })
                .unwrap()
        };
        let request = SurveyRequest::Objects(Objects {
            context: self.context.clone(),
            resources: resources.iter().map(pending).collect(),
            parents: BTreeMap::new(),
            orphans,
            values: provision_core::model::Values::none(),
        });
        match self.provider.survey(&request).await.unwrap() {
            SurveyAnswer::Objects {
                seen,
                orphans,
                unread,
                ..
            } => {
                assert!(unread.is_empty(), "{unread:?}");
                (seen, orphans)
            }
            _ => panic!("the wrong wave"),
        }
    }

    /// The object once it is seen as it was wanted: parts of it may become visible later than it does.
    async fn settled(&self, want: &Resource<Never>) -> Observed {
        let mut seen = self.present(want).await;
        for _ in 0..60 {
            if differences(want, &seen).is_empty() {
                return seen;
            }
            tokio::time::sleep(self.pause).await;
            seen = self.present(want).await;
        }
        panic!("{}: {:?}", want.id, differences(want, &seen))
    }
}

/// What is wanted and not live, tags aside that are not ours.
fn differences(want: &Resource<Never>, live: &Observed) -> Vec<String> {
    let mut found: Vec<String> = want
        .fields
        .iter()
        .filter_map(|(name, value)| {
            let now = live.fields.get(name).unwrap_or(&Value::Null);
            let same = match (value, now) {
                (Value::Null, _) => true,
                (Value::Map(want), Value::Map(now)) => {
                    want.iter().all(|(key, value)| now.get(key) == Some(value))
                }
                _ => now == value,
            };
            (!same).then(|| format!("{name}: {value:?} {now:?}"))
        })
        .collect();
    if live.protect != want.protect {
        found.push("protect".to_owned());
    }
    found
}

/// The claim, as it is wanted.
pub(crate) fn claim(stage: &Stage) -> Resource<Never> {
    let name = provision_aws::Claim::name(STACK);
    let fields = provision_aws::Claim::default();
    stage.wanted(&claim_id().to_string(), "aws.claim", Some(&name), &fields)
}
