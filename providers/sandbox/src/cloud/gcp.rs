//! Google's half of the cloud: the same store, knobs and log.

use http::Request;

use super::{End, Inner, damaged};
use crate::calls::CallRecord;
use crate::fault::FaultAction;
use crate::gcp::operation::Failure;
use crate::gcp::{
    Call, Incoming, Outcome, Refused, Routed, Style, check, is_mine, keep, project, refusal, route,
};
use crate::store::{StoreError, Tx};
use crate::wire::ApiError;

/// Whose calls they are.
const CALLER: &str = "user@example.com";

/// Whether the request is for this half.
pub(super) fn mine(request: &Request<Vec<u8>>) -> bool {
    is_mine(request)
}

impl Inner {
    /// Answers a request of this half.
    pub(super) fn handle_gcp(&mut self, mut record: CallRecord, request: Request<Vec<u8>>) -> End {
        let incoming = Incoming::read(request);
        match route(&incoming) {
            Err(refused) => self.refuse_gcp(record, &refused),
            Ok(routed) => {
                record.service = routed.service.name.to_owned();
                record.operation = routed.operation.name.to_owned();
                record.mutating = routed.operation.mutating;
                record.region = location(&routed);
                self.serve_gcp(record, routed, &incoming)
            }
        }
    }

    fn refuse_gcp(&self, mut record: CallRecord, refused: &Refused) -> End {
        let style = refused
            .service
            .map_or(Style::Status, |service| service.style);
        record.service = refused
            .service
            .map_or_else(String::new, |service| service.name.to_owned());
        record.operation.clone_from(&refused.operation);
        record.status = refused.error.status;
        record.code.clone_from(&refused.error.code);
        End {
            response: refusal::response(
                refused.error.status,
                &refusal::body(style, &refused.error),
            ),
            delivery: self.promptly(),
            record,
        }
    }

    fn serve_gcp(&mut self, mut record: CallRecord, routed: Routed, incoming: &Incoming) -> End {
        let (service, operation) = (routed.service, routed.operation);
        let (mask, ints) = (routed.mask.clone(), routed.numbers);
        let faults = self.strike(service.name, operation.name);
        let mut delivery = self.promptly();
        let outcome = self.admit(&mut record, &routed, incoming, &faults);
        let outcome = outcome.and_then(|()| {
            let done = self.run_gcp(&record, routed, doom(&faults));
            record.applied = done.is_ok() && operation.mutating;
            done
        });
        let outcome = match faults.contains(&FaultAction::FailAfter) {
            true => Err(service.failed()),
            false => outcome,
        };
        for fault in &faults {
            match fault {
                FaultAction::Delay { ms } => {
                    delivery.delay += std::time::Duration::from_millis(*ms);
                }
                FaultAction::DropBefore | FaultAction::DropAfter => delivery.dropped = true,
                _ => {}
            }
        }
        record.dropped = delivery.dropped;
        let response = match outcome {
            Ok(mut answer) => {
                if ints {
                    service.number(operation.answers, &mut answer);
                }
                let answer = mask.map_or(answer.clone(), |mask| keep(&mask, &answer));
                refusal::response(200, &answer)
            }
            Err(error) => {
                record.code.clone_from(&error.code);
                refusal::response(error.status, &refusal::body(service.style, &error))
            }
        };
        record.status = response.status().as_u16();
        End {
            response,
            delivery,
            record,
        }
    }

    /// What stops a call before it reaches the operation. Finds the project on the way.
    fn admit(
        &mut self,
        record: &mut CallRecord,
        routed: &Routed,
        incoming: &Incoming,
        faults: &[FaultAction],
    ) -> Result<(), ApiError> {
        let (service, operation) = (routed.service, routed.operation);
        let named = named_project(routed);
        let tx = Tx::new(&self.store, &self.config, record.at);
        let found = project::find(&tx, &named);
        record.account = found.clone().unwrap_or_default();
        for fault in faults {
            match fault {
                FaultAction::DropBefore => return Err(service.failed()),
                FaultAction::Throttle => return Err(service.throttled(&record.account)),
                FaultAction::Error {
                    code,
                    status,
                    message,
                } => return Err(ApiError::new(*status, code, message)),
                _ => {}
            }
        }
        if self.config.expires(&incoming.token) {
            return Err(service.expired());
        }
        if found.is_none() && !named.is_empty() {
            return Err(service.no_project(&named));
        }
        if !operation.always && service.is_disabled(&tx, &record.account) {
            return Err(service.disabled(&record.account));
        }
        let (account, region) = (record.account.clone(), record.region.clone());
        let (config, at) = (&self.config, record.at);
        if !self
            .throttle
            .take(config, &account, &region, operation.name, at)
        {
            return Err(service.throttled(&account));
        }
        if self.config.forbids(operation.name) || self.config.forbids(operation.needs) {
            return Err(service.denied(operation, &routed.resource));
        }
        Ok(())
    }

    /// Runs the operation; keeps what it wrote when it succeeded and the disk took it.
    fn run_gcp(&mut self, record: &CallRecord, routed: Routed, doom: Option<Failure>) -> Outcome {
        let service = routed.service;
        let broken = |error: StoreError| {
            tracing::error!(%error, "the sandbox's store failed");
            service.failed()
        };
        self.settle(record.at).map_err(broken)?;
        let mut tx = Tx::new(&self.store, &self.config, record.at);
        // Its own change: the way back from a number must also outlive a call that is refused.
        if !record.account.is_empty() && project::remember(&mut tx, &record.account) {
            let changes = tx.finish().map_err(damaged).map_err(broken)?;
            self.store.commit(changes).map_err(broken)?;
        }
        let mut call = Call {
            tx: Tx::new(&self.store, &self.config, record.at),
            project: record.account.clone(),
            operation: routed.operation.name,
            version: routed.version,
            params: routed.params,
            json: routed.json,
            caller: CALLER.to_owned(),
            doom,
        };
        check(service, routed.operation, &call.params, &call.json)?;
        if let Some(name) = call.unknown(routed.operation) {
            return Err(service.unknown_parameter(routed.operation.name, name));
        }
        let outcome = (routed.operation.run)(&mut call);
        let changes = call.tx.finish().map_err(damaged).map_err(broken)?;
        let answer = outcome?;
        self.store.commit(changes).map_err(broken)?;
        Ok(answer)
    }
}

/// The failure in which the call's long-running operation is to end.
fn doom(faults: &[FaultAction]) -> Option<Failure> {
    faults.iter().find_map(|fault| match fault {
        FaultAction::EndInError {
            code,
            status,
            message,
        } => Some(Failure {
            status: *status,
            code: code.clone(),
            message: message.clone(),
        }),
        _ => None,
    })
}

/// The project that the path names; for `-` that of the service account in it.
fn named_project(routed: &Routed) -> String {
    let named = routed.params.get("project").unwrap_or_default();
    if named != "-" {
        return named.to_owned();
    }
    let account = routed.params.get("account").unwrap_or_default();
    let home = account
        .split_once('@')
        .and_then(|(_, domain)| domain.strip_suffix(".iam.gserviceaccount.com"));
    home.unwrap_or_default().to_owned()
}

fn location(routed: &Routed) -> String {
    ["location", "region", "zone"]
        .iter()
        .find_map(|name| routed.params.get(name))
        .unwrap_or_default()
        .to_owned()
}
