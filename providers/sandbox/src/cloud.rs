//! The cloud: a synchronous value that answers requests. It has no clock and no randomness of its own.

mod gcp;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use jiff::Timestamp;
use uuid::Uuid;

use crate::aws::{Call, Incoming, Refused, Routed, SERVICES, Session, route};
use crate::calls::CallRecord;
use crate::config::Config;
use crate::fault::{Fault, FaultAction};
use crate::object::Object;
use crate::plant::Plant;
use crate::store::{Place, Store, StoreError, Tx};
use crate::throttle::Throttle;
use crate::wire::{self, ApiError, Body, Protocol};

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
        let mut record = new_record(number, now);
        if gcp::mine(&request) {
            return self.handle_gcp(record, request);
        }
        let incoming = match Incoming::read(request) {
            Ok(incoming) => incoming,
            Err(refused) => return self.refuse(record, &refused),
        };
        record.service.clone_from(&incoming.service);
        record.region.clone_from(&incoming.region);
        let (account, caller) = self.identity(&incoming.access_key);
        record.account.clone_from(&account);
        match route(&incoming) {
            Err(refused) => self.refuse(record, &refused),
            Ok(routed) => self.serve(record, routed, &incoming, caller),
        }
    }

    fn refuse(&self, mut record: CallRecord, refused: &Refused) -> End {
        record.operation.clone_from(&refused.operation);
        record.status = refused.error.status;
        record.code.clone_from(&refused.error.code);
        let response = wire::error(refused.protocol, &refused.error, &record.request_id);
        End {
            response,
            delivery: self.promptly(),
            record,
        }
    }

    fn promptly(&self) -> Delivery {
        Delivery {
            delay: Duration::from_millis(self.config.latency_ms),
            dropped: false,
        }
    }

    /// Account and ARN of an access key: a session's own, the twelve digits themselves, or the configured account.
    fn identity(&self, access_key: &str) -> (String, String) {
        let tx = Tx::new(&self.store, &self.config, Timestamp::UNIX_EPOCH);
        if let Some(session) = tx.get::<Session>(&Session::place(), access_key) {
            return (session.account, session.arn);
        }
        let digits = access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
        let account = if digits {
            access_key
        } else {
            &self.config.account
        };
        (
            account.to_owned(),
            format!("arn:aws:iam::{account}:user/sandbox"),
        )
    }

    fn serve(
        &mut self,
        mut record: CallRecord,
        routed: Routed,
        incoming: &Incoming,
        caller: String,
    ) -> End {
        let (service, operation) = (routed.service, routed.operation);
        record.operation = operation.name.to_owned();
        record.mutating = operation.mutating;
        let faults = self.strike(service.name, operation.name);
        let mut delivery = self.promptly();
        let outcome = self
            .guard(&record, &routed, incoming, &caller, &faults)
            .and_then(|()| {
                let done = self.run(&record, routed, incoming, caller);
                record.applied = done.is_ok() && operation.mutating;
                done
            });
        let outcome = if faults.contains(&FaultAction::FailAfter) {
            Err(service.failed())
        } else {
            outcome
        };
        for fault in &faults {
            match fault {
                FaultAction::Delay { ms } => delivery.delay += Duration::from_millis(*ms),
                FaultAction::DropBefore | FaultAction::DropAfter => delivery.dropped = true,
                _ => {}
            }
        }
        record.dropped = delivery.dropped;
        let response = match &outcome {
            Ok(body) => wire::reply(
                service.protocol,
                operation.name,
                200,
                body,
                &record.request_id,
            ),
            Err(error) => {
                record.code.clone_from(&error.code);
                wire::error(service.protocol, error, &record.request_id)
            }
        };
        record.status = response.status().as_u16();
        End {
            response,
            delivery,
            record,
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

    /// What stops a call before it reaches the operation.
    fn guard(
        &mut self,
        record: &CallRecord,
        routed: &Routed,
        incoming: &Incoming,
        caller: &str,
        faults: &[FaultAction],
    ) -> Result<(), ApiError> {
        let (service, name) = (routed.service, routed.operation.name);
        for fault in faults {
            match fault {
                FaultAction::DropBefore => return Err(service.failed()),
                FaultAction::Throttle => return Err(service.throttled()),
                FaultAction::Error {
                    code,
                    status,
                    message,
                } => {
                    return Err(ApiError::new(*status, code, message));
                }
                FaultAction::DropAfter
                | FaultAction::FailAfter
                | FaultAction::EndInError { .. }
                | FaultAction::Delay { .. } => {}
            }
        }
        if self.config.expires(&incoming.access_key)
            || self.session_ended(&incoming.access_key, record.at)
        {
            return Err(service.expired());
        }
        let action = format!("{}:{name}", service.name);
        if !self.throttle.take(
            &self.config,
            &record.account,
            &record.region,
            &action,
            record.at,
        ) {
            return Err(service.throttled());
        }
        if self.config.denies(service.name, name) {
            return Err(service.denied(caller, name));
        }
        Ok(())
    }

    fn session_ended(&self, access_key: &str, now: Timestamp) -> bool {
        let tx = Tx::new(&self.store, &self.config, now);
        tx.get::<Session>(&Session::place(), access_key)
            .is_some_and(|session| session.expires <= now)
    }

    /// Runs the operation; keeps what it wrote when it succeeded and the disk took it.
    fn run(
        &mut self,
        record: &CallRecord,
        routed: Routed,
        incoming: &Incoming,
        caller: String,
    ) -> Result<Body, ApiError> {
        let service = routed.service;
        let broken = |error: StoreError| {
            tracing::error!(%error, "the sandbox's store failed");
            service.failed()
        };
        self.settle(record.at).map_err(broken)?;
        let region = if service.global {
            String::new()
        } else {
            incoming.region.clone()
        };
        let mut call = Call {
            tx: Tx::new(&self.store, &self.config, record.at),
            place: Place {
                account: record.account.clone(),
                region,
            },
            region: incoming.region.clone(),
            access_key: incoming.access_key.clone(),
            caller,
            operation: routed.operation.name,
            params: routed.params,
            json: routed.json,
        };
        if let Some(name) = call.unknown(routed.operation.accepts) {
            return Err(service.unknown_parameter(name));
        }
        if service.protocol == Protocol::Ec2 && call.params.get("DryRun") == Some("true") {
            return Err(service.dry_run());
        }
        let outcome = (routed.operation.run)(&mut call);
        let changes = call.tx.finish().map_err(damaged).map_err(broken)?;
        let body = outcome?;
        self.store.commit(changes).map_err(broken)?;
        Ok(body)
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
