//! Long-running operations, as all services have them: PENDING, RUNNING, DONE by the clock. Each service writes them in
//! its own form; what they do when they turn is its `turned`.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Call, SERVICES};
use crate::phase::Phase;
use crate::store::{Document, Place, Tx};

/// The state before it runs.
pub(crate) const PENDING: &str = "PENDING";
/// The state while it runs.
pub(crate) const RUNNING: &str = "RUNNING";
/// The state at its end, good or bad.
pub(crate) const DONE: &str = "DONE";

/// Why an operation ended badly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The HTTP status that a call would have got.
    pub(crate) status: u16,
    /// The code: `RESOURCE_IN_USE_BY_ANOTHER_RESOURCE`.
    pub(crate) code: String,
    /// The message.
    pub(crate) message: String,
}

/// A long-running operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Work {
    /// The service: `compute`.
    pub(crate) service: String,
    /// Its name.
    pub(crate) name: String,
    /// Its number, for services that have one.
    pub(crate) number: String,
    /// What it does, in the service's own word: `insert`.
    pub(crate) kind: String,
    /// What it does that to; a path in the service's own form.
    pub(crate) target: String,
    /// The number of what it does that to.
    #[serde(default)]
    pub(crate) target_number: String,
    /// Its state.
    pub(crate) phase: Phase,
    /// How long it waits and how long it runs in the real cloud, in seconds.
    pub(crate) seconds: (u64, u64),
    /// Who asked for it.
    pub(crate) user: String,
    /// The caller's own id of the request.
    #[serde(default)]
    pub(crate) request_id: String,
    /// Why it ended badly, or will.
    #[serde(default)]
    pub(crate) error: Option<Failure>,
    /// When it was asked for.
    pub(crate) created: Timestamp,
    /// When it began to run.
    #[serde(default)]
    pub(crate) started: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub(crate) ended: Option<Timestamp>,
    /// What `turned` must know, and what its answer shows.
    #[serde(default)]
    pub(crate) detail: Value,
}

/// An operation that has not ended yet; kept apart, so that only those are looked at before each call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Live(Work);

impl Document for Work {
    const SERVICE: &'static str = "gcp";
    const KIND: &'static str = "operation";

    fn id(&self) -> String {
        key(&self.service, &self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Document for Live {
    const SERVICE: &'static str = "gcp";
    const KIND: &'static str = "operation-live";

    fn id(&self) -> String {
        self.0.id()
    }

    fn created(&self) -> Timestamp {
        self.0.created
    }
}

fn key(service: &str, name: &str) -> String {
    format!("{service}/{name}")
}

impl Work {
    /// An operation that is asked for now: it waits and runs for so many seconds of the real cloud.
    pub(crate) fn new(
        call: &mut Call<'_>,
        service: &str,
        kind: &str,
        target: &str,
        seconds: (u64, u64),
    ) -> Self {
        let now = call.now();
        let hex = call.tx.fresh_hex("operation");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        let name = format!(
            "operation-{}-{}-{}-{}",
            now.as_millisecond(),
            part(0, 13),
            part(13, 21),
            part(21, 29)
        );
        let first = if seconds.0 == 0 { RUNNING } else { PENDING };
        Self {
            service: service.to_owned(),
            name,
            number: super::shape::number(&mut call.tx),
            kind: kind.to_owned(),
            target: target.to_owned(),
            target_number: String::new(),
            phase: Phase::new(first, now),
            seconds,
            user: call.caller.clone(),
            request_id: call.param("requestId").to_owned(),
            error: call.doom.clone(),
            created: now,
            started: (seconds.0 == 0).then_some(now),
            ended: None,
            detail: Value::Null,
        }
    }

    /// The same, ended already.
    pub(crate) fn done(mut self) -> Self {
        self.started = Some(self.created);
        self.ended = Some(self.created);
        self.phase.state = DONE.to_owned();
        self
    }

    /// Whether it has ended.
    pub(crate) fn is_done(&self) -> bool {
        self.phase.is(DONE)
    }
}

/// Writes an operation.
pub(crate) fn put(tx: &mut Tx<'_>, place: &Place, work: &Work) {
    if work.is_done() {
        tx.delete::<Live>(place, &work.id());
        tx.put(place, work);
    } else {
        tx.put(place, &Live(work.clone()));
    }
}

/// The operation of a name.
pub(crate) fn find(tx: &Tx<'_>, place: &Place, service: &str, name: &str) -> Option<Work> {
    let id = key(service, name);
    let live = tx.get::<Live>(place, &id).map(|live| live.0);
    live.or_else(|| tx.get::<Work>(place, &id))
}

/// All operations of a service in a place, the oldest first.
pub(crate) fn list(tx: &Tx<'_>, place: &Place, service: &str) -> Vec<Work> {
    let live = tx.list::<Live>(place).into_iter().map(|live| live.0);
    let mut all: Vec<Work> = live.chain(tx.list::<Work>(place)).collect();
    all.retain(|work| work.service == service);
    all.sort_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
    all
}

/// The operations of a service in a place that have not ended yet.
pub(crate) fn running(tx: &Tx<'_>, place: &Place, service: &str) -> Vec<Work> {
    let mut all: Vec<Work> = tx
        .list::<Live>(place)
        .into_iter()
        .map(|live| live.0)
        .collect();
    all.retain(|work| work.service == service);
    all
}

/// Every operation of a service, wherever it is.
pub(crate) fn everywhere(tx: &Tx<'_>, service: &str) -> Vec<(Place, Work)> {
    let live = tx.everywhere::<Live>().into_iter();
    let live = live.map(|(place, live)| (place, live.0));
    let mut all: Vec<_> = live.chain(tx.everywhere::<Work>()).collect();
    all.retain(|(_, work)| work.service == service);
    all
}

/// Brings all operations to the present, each service doing what its own do.
pub(crate) fn settle(tx: &mut Tx<'_>) {
    for (place, Live(mut work)) in tx.everywhere::<Live>() {
        let mut changed = false;
        while let Some(next) = due(tx, &work) {
            changed = true;
            turn(tx, &place, &mut work, next);
        }
        if changed {
            put(tx, &place, &work);
        }
    }
}

/// The next state, and since when, once its time has come.
fn due(tx: &Tx<'_>, work: &Work) -> Option<(&'static str, Timestamp)> {
    let (next, seconds) = match work.phase.state.as_str() {
        PENDING => (RUNNING, work.seconds.0),
        RUNNING => (DONE, work.seconds.1),
        _ => return None,
    };
    let lasts = tx.config().scaled(Duration::from_secs(seconds));
    let at = work.phase.since.checked_add(lasts).ok()?;
    (at <= tx.now()).then_some((next, at))
}

fn turn(tx: &mut Tx<'_>, place: &Place, work: &mut Work, (next, at): (&str, Timestamp)) {
    next.clone_into(&mut work.phase.state);
    work.phase.since = at;
    match next {
        DONE => work.ended = Some(at),
        _ => work.started = Some(at),
    }
    if let Some(service) = SERVICES.iter().find(|service| service.name == work.service) {
        (service.turned)(tx, place, work);
    }
}
