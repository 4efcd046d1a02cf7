//! AWS's half of the cloud.

use std::time::Duration;

use http::Request;
use jiff::Timestamp;

use super::{End, Inner, damaged};
use crate::aws::{Call, Incoming, Refused, Routed, Session, route};
use crate::calls::CallRecord;
use crate::fault::FaultAction;
use crate::store::{Place, StoreError, Tx};
use crate::wire::{self, ApiError, Body, Protocol};

impl Inner {
    /// Answers a request of this half.
    pub(super) fn handle_aws(&mut self, mut record: CallRecord, request: Request<Vec<u8>>) -> End {
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
}
