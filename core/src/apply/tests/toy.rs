//! A cloud of four kinds, as unforgiving as a real one: what is made may stay invisible for a while, nothing but a
//! name or a token refuses a second object.

use std::collections::BTreeMap;

use super::observed;
use crate::contract::{Act, Does, Handle, Outcome, Poll, PollOutcome};
use crate::model::{Kind, Observed, ResourceId, Sight};

/// The handle of what comes to nothing.
const UNDONE: &str = "undone";

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) id: ResourceId,
    pub(super) kind: Kind,
    pub(super) made: u64,
    pub(super) ready: u64,
    pub(super) configured: bool,
    pub(super) deleted: Option<u64>,
}

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Refused before anything happened.
    Throttled,
    /// No answer, and it was taken.
    LostAnswer,
    /// No answer, and it was not taken.
    LostRequest,
    /// Refused while something else is under way, which may take an hour.
    Busy,
    /// Accepted, and it comes to nothing.
    Undone,
    /// Refused for good.
    Refused,
}

/// The cloud.
#[derive(Clone, Debug, Default)]
pub(super) struct Cloud {
    pub(super) lag: u64,
    pub(super) objects: BTreeMap<u32, Object>,
    /// Milliseconds that a create takes, by id.
    pub(super) takes: BTreeMap<ResourceId, u64>,
    /// Faults by id, used up from the front.
    pub(super) faults: BTreeMap<ResourceId, Vec<Fault>>,
    /// Creates are two calls: the second configures.
    pub(super) two_calls: bool,
    pub(super) reads: u32,
    pub(super) mutations: u32,
    /// Tokens of calls that came to nothing.
    pub(super) undone: Vec<String>,
    /// Number of the mutating call after which the cloud applies and the answer never comes back.
    tokens: BTreeMap<String, u32>,
}

fn number(physical: &str) -> u32 {
    physical
        .trim_start_matches("obj-")
        .parse()
        .unwrap_or_default()
}

impl Cloud {
    pub(super) fn act(&mut self, now: u64, act: &Act) -> Outcome {
        let fault = self
            .faults
            .get_mut(&act.step.id)
            .and_then(|faults| (!faults.is_empty()).then(|| faults.remove(0)));
        match fault {
            Some(Fault::Throttled) => Outcome::Retry {
                after_ms: 300,
                reason: "slow down".to_owned(),
                within_ms: None,
            },
            Some(Fault::Refused) => Outcome::Failed {
                failure: super::super::outcome::internal("no"),
            },
            Some(Fault::Busy) => Outcome::Retry {
                after_ms: 5_000,
                reason: "another operation is running".to_owned(),
                within_ms: Some(3_600_000),
            },
            Some(Fault::Undone) => {
                self.undone.push(act.token.clone());
                Outcome::Accepted {
                    handle: Handle(BTreeMap::from([(UNDONE.to_owned(), String::new())])),
                    phase: "DELETING".to_owned(),
                }
            }
            Some(Fault::LostRequest) => lost(),
            Some(Fault::LostAnswer) => {
                let _ = self.apply(now, act);
                lost()
            }
            None => self.apply(now, act),
        }
    }

    fn apply(&mut self, now: u64, act: &Act) -> Outcome {
        match act.step.does {
            Does::Delete => self.delete(now, act),
            _ => self.create(now, act),
        }
    }

    fn create(&mut self, now: u64, act: &Act) -> Outcome {
        let known = act.live.as_ref().map(|live| number(&live.physical));
        let (n, made) = match known.or_else(|| self.guarded(act)) {
            Some(n) => (n, false),
            None => (self.make(now, act), true),
        };
        let claim = act.step.kind.as_str() == "toy.claim";
        let fresh = claim.then_some(made);
        let two_calls = self.two_calls && !claim;
        let object = self.objects.get_mut(&n).expect("an object");
        let seen = observed(&object.id, &object.kind, &format!("obj-{n}"), fresh);
        if two_calls && !object.configured {
            if made {
                return Outcome::Again {
                    did: "made it".to_owned(),
                    observed: Some(Box::new(seen)),
                };
            }
            object.configured = true;
            self.mutations += 1;
        }
        if object.ready <= now {
            return Outcome::Done {
                observed: Box::new(seen),
            };
        }
        Outcome::Accepted {
            handle: Handle(BTreeMap::from([("n".to_owned(), n.to_string())])),
            phase: "CREATING".to_owned(),
        }
    }

    /// The object that a name or a token leads to, whether reads show it or not.
    fn guarded(&self, act: &Act) -> Option<u32> {
        let live = |n: &u32| self.objects[n].deleted.is_none();
        match act.step.kind.as_str() {
            "toy.anonymous" => None,
            "toy.token" => self.tokens.get(&act.token).copied(),
            _ => self
                .objects
                .iter()
                .find(|(n, object)| object.id == act.step.id && live(n))
                .map(|(n, _)| *n),
        }
    }

    fn make(&mut self, now: u64, act: &Act) -> u32 {
        self.mutations += 1;
        let n = u32::try_from(self.objects.len()).unwrap() + 1;
        let takes = self.takes.get(&act.step.id).copied().unwrap_or(0);
        self.tokens.insert(act.token.clone(), n);
        self.objects.insert(
            n,
            Object {
                id: act.step.id.clone(),
                kind: act.step.kind.clone(),
                made: now,
                ready: now + takes,
                configured: false,
                deleted: None,
            },
        );
        n
    }

    fn delete(&mut self, now: u64, act: &Act) -> Outcome {
        let n = act.live.as_ref().map(|live| number(&live.physical));
        match n.and_then(|n| self.objects.get_mut(&n)) {
            Some(object) if object.deleted.is_none() => {
                self.mutations += 1;
                object.deleted = Some(now);
                Outcome::Gone
            }
            _ => Outcome::Gone,
        }
    }

    pub(super) fn poll(&mut self, now: u64, poll: &Poll) -> PollOutcome {
        self.reads += 1;
        if poll.handle.0.contains_key(UNDONE) {
            return PollOutcome::Retry {
                after_ms: 5_000,
                reason: "it is in use".to_owned(),
                within_ms: None,
            };
        }
        let n = poll.handle.0.get("n").and_then(|n| n.parse().ok()).unwrap();
        let object: &Object = &self.objects[&n];
        if object.ready <= now {
            let fresh = (object.kind.as_str() == "toy.claim").then_some(false);
            PollOutcome::Done {
                observed: Box::new(observed(
                    &object.id,
                    &object.kind,
                    &format!("obj-{n}"),
                    fresh,
                )),
            }
        } else {
            PollOutcome::Pending {
                phase: "CREATING".to_owned(),
                trouble: None,
            }
        }
    }

    /// What a read shows of an id.
    pub(super) fn look(&mut self, now: u64, id: &ResourceId) -> Sight {
        self.reads += 1;
        let seen: Vec<Observed> = self.visible(now, id);
        match seen.as_slice() {
            [] => Sight::Absent,
            [one] => Sight::Present(Box::new(one.clone())),
            many => Sight::Twice {
                physical: many.iter().map(|one| one.physical.clone()).collect(),
                objects: Vec::new(),
            },
        }
    }

    pub(super) fn visible(&self, now: u64, id: &ResourceId) -> Vec<Observed> {
        self.objects
            .iter()
            .filter(|(_, object)| {
                object.id == *id && object.deleted.is_none() && object.made + self.lag <= now
            })
            .map(|(n, object)| observed(&object.id, &object.kind, &format!("obj-{n}"), None))
            .collect()
    }

    /// Live objects by id, seen or not: the oracle.
    pub(super) fn count(&self) -> BTreeMap<ResourceId, u32> {
        let mut count = BTreeMap::new();
        for object in self.objects.values().filter(|one| one.deleted.is_none()) {
            *count.entry(object.id.clone()).or_insert(0) += 1;
        }
        count
    }
}

fn lost() -> Outcome {
    Outcome::Unknown {
        reason: "the connection broke".to_owned(),
    }
}
