//! The cloud: a synchronous value that answers requests. It has no clock and no randomness of its own.

mod aws;
mod gcp;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use jiff::Timestamp;
use uuid::Uuid;

use crate::aws::SERVICES;
use crate::calls::CallRecord;
use crate::config::Config;
use crate::fault::{Fault, FaultAction};
use crate::object::Object;
use crate::plant::Plant;
use crate::store::{Store, StoreError, Tx};
use crate::throttle::Throttle;
use crate::wire;

/// How an answer is to be delivered; every response of [`Cloud::handle`] carries one in its extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Deliver it so much later.
    pub delay: Duration,
    /// Do not deliver it: reset the connection.
    pub dropped: bool,
}

/// A cloud: both of them, in one store.
pub struct Cloud {
    inner: Mutex<Inner>,
}

struct Inner {
    store: Store,
    config: Config,
    throttle: Throttle,
    calls: Vec<CallRecord>,
    /// When everything was brought to the present and nothing had to change, and how often something had changed by then.
    settled: Option<(Timestamp, u64)>,
}

/// How a request ended, before it is logged.
struct End {
    response: Response<Vec<u8>>,
    delivery: Delivery,
    record: CallRecord,
}

impl Cloud {
    /// The durable cloud in a folder that exists.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Store::open(&folder.join("state.redb"))?;
        let mut inner = Inner {
            store,
            config: Config::default(),
            throttle: Throttle::default(),
            calls: Vec::new(),
            settled: None,
        };
        if let Some(disk) = inner.store.disk() {
            if let Some(saved) = disk.setting("config")? {
                inner.config = serde_json::from_slice(&saved)?;
            }
            inner.calls = disk
                .calls()?
                .iter()
                .map(|line| serde_json::from_slice(line))
                .collect::<Result<_, _>>()?;
        }
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// A cloud that dies with the process.
    pub fn in_memory(config: Config) -> Self {
        let store = Store::in_memory();
        Self {
            inner: Mutex::new(Inner {
                store,
                config,
                throttle: Throttle::default(),
                calls: Vec::new(),
                settled: None,
            }),
        }
    }

    /// Answers one request at the time `now`.
    pub fn handle(&self, now: Timestamp, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let (request, cbor) = wire::from_cbor(request);
        let mut inner = self.lock();
        let end = inner.handle(now, request);
        let delivery = end.delivery;
        let mut response = inner.log(end);
        if cbor {
            response = wire::to_cbor(response);
        }
        response.extensions_mut().insert(delivery);
        response
    }

    /// The knobs.
    pub fn config(&self) -> Config {
        self.lock().config.clone()
    }

    /// Sets the knobs.
    pub fn set_config(&self, config: Config) -> Result<(), StoreError> {
        self.lock().set_config(config)
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) -> Result<(), StoreError> {
        let mut inner = self.lock();
        let mut config = inner.config.clone();
        config.faults.push(fault);
        inner.set_config(config)
    }

    /// The call log, oldest first.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.lock().calls.clone()
    }

    /// Every live object at the time `now`, in every account and region.
    pub fn objects(&self, now: Timestamp) -> Result<Vec<Object>, StoreError> {
        let mut inner = self.lock();
        inner.settle(now)?;
        let tx = Tx::new(&inner.store, &inner.config, now);
        let objects = SERVICES
            .iter()
            .flat_map(|service| (service.objects)(&tx))
            .chain(
                crate::gcp::SERVICES
                    .iter()
                    .flat_map(|service| (service.objects)(&tx)),
            )
            .collect();
        tx.finish().map_err(damaged)?;
        Ok(objects)
    }

    /// Plays a cluster's controllers: makes what they make, and leaves it behind. Answers what it made.
    ///
    /// # Errors
    /// When the store fails; the text inside says why nothing could be made.
    pub fn plant(
        &self,
        now: Timestamp,
        plant: &Plant,
    ) -> Result<Result<Vec<String>, String>, StoreError> {
        let mut inner = self.lock();
        inner.settle(now)?;
        let mut tx = Tx::new(&inner.store, &inner.config, now);
        let made = plant.make(&mut tx);
        let changes = tx.finish().map_err(damaged)?;
        if made.is_ok() {
            inner.store.commit(changes)?;
        }
        Ok(made)
    }

    /// Changes the store as another service would, for tests.
    #[cfg(test)]
    pub(crate) fn edit(&self, now: Timestamp, change: impl FnOnce(&mut Tx<'_>)) {
        let mut inner = self.lock();
        let mut tx = Tx::new(&inner.store, &inner.config, now);
        change(&mut tx);
        if let Ok(changes) = tx.finish() {
            inner.store.commit(changes).ok();
        }
    }

    /// Makes the log of calls that read durable, which none of them does by itself. At the end of a process.
    pub fn keep_log(&self) -> Result<(), StoreError> {
        match self.lock().store.disk() {
            Some(disk) => disk.set("kept", b""),
            None => Ok(()),
        }
    }

    /// Forgets every object and every call; the knobs stay.
    pub fn reset(&self) -> Result<(), StoreError> {
        let mut inner = self.lock();
        inner.store.clear()?;
        if let Some(disk) = inner.store.disk() {
            disk.clear_calls()?;
        }
        inner.calls.clear();
        inner.throttle = Throttle::default();
        Ok(())
    }

    /// A copy that lives in memory and goes its own way: same objects and knobs, an empty call log. For tests that
    /// go on from one moment in many ways.
    #[must_use]
    pub fn fork(&self) -> Self {
        let inner = self.lock();
        Self {
            inner: Mutex::new(Inner {
                store: inner.store.copy(),
                config: inner.config.clone(),
                throttle: inner.throttle.clone(),
                calls: Vec::new(),
                settled: None,
            }),
        }
    }

    /// The last call.
    pub fn last_call(&self) -> Option<CallRecord> {
        self.lock().calls.last().cloned()
    }

    // A panic in one request must not stop the cloud: what it had written was never committed.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn damaged(reason: String) -> StoreError {
    StoreError::Damaged(serde::de::Error::custom(reason))
}

impl Inner {
    fn set_config(&mut self, config: Config) -> Result<(), StoreError> {
        if let Some(disk) = self.store.disk() {
            disk.set("config", &serde_json::to_vec(&config)?)?;
        }
        self.config = config;
        self.settled = None;
        Ok(())
    }

    /// Brings the whole cloud to the present: once for a moment at which nothing changes.
    fn settle(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let settled = (now, self.store.commits());
        if self.settled == Some(settled) {
            return Ok(());
        }
        let mut tx = Tx::new(&self.store, &self.config, now);
        for service in SERVICES {
            (service.settle)(&mut tx);
        }
        crate::gcp::operation::settle(&mut tx);
        for service in crate::gcp::SERVICES {
            (service.settle)(&mut tx);
        }
        let changes = tx.finish().map_err(damaged)?;
        self.settled = changes.is_empty().then_some(settled);
        self.store.commit(changes)
    }

    fn handle(&mut self, now: Timestamp, request: Request<Vec<u8>>) -> End {
        let number = self.calls.last().map_or(1, |call| call.number + 1);
        let record = new_record(number, now);
        if gcp::mine(&request) {
            return self.handle_gcp(record, request);
        }
        self.handle_aws(record, request)
    }

    fn promptly(&self) -> Delivery {
        Delivery {
            delay: Duration::from_millis(self.config.latency_ms),
            dropped: false,
        }
    }

    /// The faults that hit this call; the counters are kept.
    fn strike(&mut self, service: &str, operation: &str) -> Vec<FaultAction> {
        if self.config.faults.is_empty() {
            return Vec::new();
        }
        let mut config = self.config.clone();
        let hit = config.faults.iter_mut().filter_map(|fault| {
            let hits = fault.strike(service, operation);
            hits.then(|| fault.action.clone())
        });
        let hit = hit.collect();
        // A counter that cannot be saved only makes a fault come again after a restart.
        if let Err(error) = self.set_config(config) {
            tracing::warn!(%error, "fault counters not saved");
        }
        hit
    }

    fn log(&mut self, end: End) -> Response<Vec<u8>> {
        let End {
            response, record, ..
        } = end;
        if let Some(disk) = self.store.disk() {
            let written = serde_json::to_vec(&record)
                .map_err(StoreError::from)
                .and_then(|line| disk.log(record.number, &line, record.applied));
            if let Err(error) = written {
                tracing::warn!(%error, "call not logged");
            }
        }
        self.calls.push(record);
        response
    }
}

fn new_record(number: u64, at: Timestamp) -> CallRecord {
    CallRecord {
        number,
        at,
        account: String::new(),
        region: String::new(),
        service: String::new(),
        operation: String::new(),
        mutating: false,
        status: 0,
        code: String::new(),
        applied: false,
        dropped: false,
        request_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string(),
    }
}
