//! Drives one resource at a time through a provider, as the executor would.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provision_aws::fields_of;
use provision_core::contract::{
    Act, ActStep, Context, Does, Failure, Handle, Objects, Outcome, Parent, Poll, PollOutcome,
    Provider, SurveyAnswer, SurveyRequest,
};
use provision_core::model::{Kind, Never, Observed, Resource, ResourceId, Sight, Value, Values};
use provision_sandbox::Cloud;
use serde::Serialize;

/// A provider on its own.
pub struct Stage {
    /// The provider.
    pub provider: Box<dyn Provider>,
    /// What every call is told.
    pub context: Context,
    /// The sandbox below, whose log counts the calls.
    pub cloud: Option<Arc<Cloud>>,
    /// Between looks at something that is not visible yet.
    pub pause: Duration,
    /// What lies in what: the parents that calls are told of.
    pub parents: BTreeMap<ResourceId, Parent>,
    /// Fields that count at creation alone, and are never compared.
    pub uncompared: Vec<&'static str>,
    turn: std::cell::Cell<u32>,
}

impl Stage {
    /// A provider in an account and region, for the stack `shop`.
    #[must_use]
    pub fn new(provider: Box<dyn Provider>, account: &str, region: &str) -> Self {
        Self {
            provider,
            context: Context {
                stack: "shop".to_owned(),
                account: Some(account.to_owned()),
                region: region.to_owned(),
                labels: BTreeMap::new(),
            },
            cloud: None,
            pause: Duration::from_millis(10),
            parents: BTreeMap::new(),
            uncompared: Vec::new(),
            turn: std::cell::Cell::new(0),
        }
    }

    /// A desired resource with everything known.
    pub fn wanted<S: Serialize>(
        &self,
        id: &str,
        kind: &str,
        name: Option<&str>,
        fields: &S,
    ) -> Resource<Never> {
        let open = Resource {
            id: id.parse().unwrap(),
            kind: Kind::new(kind),
            provider: self.provider.name().to_owned(),
            platform: None,
            name: name.map(str::to_owned),
            parent: None,
            fields: fields_of(fields).unwrap(),
            after: Vec::new(),
            outlives: Vec::new(),
            adopt: None,
            protect: false,
        };
        open.try_fill(|hole| Err(format!("open: {hole:?}")))
            .unwrap()
    }

    /// Makes the resource and checks that it is then seen as it was wanted.
    pub async fn create(&self, want: &Resource<Never>) -> Observed {
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
    pub async fn update(
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
    pub async fn delete(&self, want: &Resource<Never>) {
        let live = self.present(want).await;
        let left = self.step(Does::Delete, want, Some(live), &[]).await;
        assert!(left.unwrap().is_none(), "{}", want.id);
        assert_eq!(self.look(want).await, Sight::Absent, "{}", want.id);
    }

    /// Runs a step to its end.
    pub async fn step(
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
            parent: self.parent(want),
            token: String::new(),
            look_first: false,
            values: Values::none(),
        };
        let mut last = String::new();
        for _ in 0..200 {
            self.turn.set(self.turn.get() + 1);
            act.token = format!("00000000-0000-4000-8000-{:012}", self.turn.get());
            let before = self.mutations();
            let outcome = self.provider.act(&act).await;
            let calls = self.mutations() - before;
            assert!(calls <= 1, "{}: {calls} mutating calls in one act", want.id);
            last = format!("{outcome:?}");
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
        panic!("{} {fields:?} does not come to rest: {last}", want.id)
    }

    fn parent(&self, want: &Resource<Never>) -> Option<Parent> {
        let id = want.parent.as_ref()?;
        Some(self.parents.get(id).cloned().expect("the parent is told"))
    }

    /// How many mutating calls the sandbox has taken so far.
    fn mutations(&self) -> usize {
        let calls = self.cloud.as_ref().map(|cloud| cloud.calls());
        let calls = calls.unwrap_or_default();
        calls.iter().filter(|call| call.mutating).count()
    }

    async fn wait(&self, act: &Act, handle: Handle) -> Result<Option<Observed>, Failure> {
        let poll = Poll {
            context: act.context.clone(),
            step: act.step.clone(),
            handle,
            desired: act.desired.clone(),
            live: act.live.clone(),
            parent: act.parent.clone(),
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
                PollOutcome::Retry { after_ms, .. } => {
                    tokio::time::sleep(Duration::from_millis(after_ms)).await;
                    return Ok(act.live.clone());
                }
                PollOutcome::Failed { failure } => return Err(failure),
            }
        }
        panic!("{} is never ready", act.step.id)
    }

    /// The object, which must be there, once it is visible.
    pub async fn present(&self, want: &Resource<Never>) -> Observed {
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
    pub async fn look(&self, want: &Resource<Never>) -> Sight {
        let answer = self.survey(vec![want.clone()], false).await;
        answer.0.get(&want.id).cloned().unwrap()
    }

    /// Sights, and objects that were not asked for.
    pub async fn survey(
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
            values: Values::none(),
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
            if self.differences(want, &seen).is_empty() {
                return seen;
            }
            tokio::time::sleep(self.pause).await;
            seen = self.present(want).await;
        }
        panic!("{}: {:?}", want.id, self.differences(want, &seen))
    }

    /// What is wanted and not live, tags aside that are not ours.
    fn differences(&self, want: &Resource<Never>, live: &Observed) -> Vec<String> {
        let mut found: Vec<String> = want
            .fields
            .iter()
            .filter(|(name, _)| !self.uncompared.contains(&name.as_str()))
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
}
