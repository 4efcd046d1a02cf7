//! What a run by hand looks like: as the service runs now, or as the job would.

use provision_aws::{from_fields, internal, read_fields};
use provision_core::contract::{Attend, Class, Failure};
use provision_core::model::{Observed, Value};

use super::refused;
use crate::expand::by_hand;
use crate::kinds::{Run, Service};

/// The shape of a run, and whether commands may be run in it.
pub(super) struct Shape {
    /// Definition, cluster and place.
    pub(super) run: Run,
    /// Commands may be run in its containers.
    pub(super) exec: bool,
}

/// The shape of a workload's service as it runs now, or of a job.
pub(super) fn shape(asked: &Attend) -> Result<Shape, Failure> {
    if is_job(asked) {
        let resource = by_hand(&asked.request, name(asked)).ok_or_else(|| missing(asked))??;
        let run = read_fields(&asked.filled(&resource)?)?;
        return Ok(Shape { run, exec: false });
    }
    let live = part(asked, "ecs.service").ok_or_else(|| missing(asked))?;
    let service: Service = from_fields(&live.fields)?;
    let running = service.task_definition.get();
    if running.is_none_or(String::is_empty) {
        let message = format!(
            "the last deployment of {} failed, so that nothing of it counts as running",
            asked.address
        );
        let advice = "apply again, and run it then";
        return Err(refused(Class::Conflict, "not-deployed", message, advice));
    }
    Ok(Shape {
        run: Run {
            task_definition: service.task_definition,
            family: String::new(),
            cluster: service.cluster,
            capacity: service.capacity.filter(|all| !all.is_empty()),
            subnets: service.subnets,
            security_groups: service.security_groups,
        },
        exec: service.exec,
    })
}

/// Whether it is a job.
pub(super) fn is_job(asked: &Attend) -> bool {
    asked.address.as_str().starts_with("job.")
}

/// Its name in the spec, which its main container has as well.
pub(super) fn name(asked: &Attend) -> &str {
    let address = asked.address.as_str();
    address.split_once('.').map_or(address, |(_, name)| name)
}

/// A live part of it.
pub(super) fn part<'a>(asked: &'a Attend, kind: &str) -> Option<&'a Observed> {
    let of = |live: &&Observed| live.id.address == asked.address && live.kind.as_str() == kind;
    asked.live.values().find(of)
}

/// An output of a live part of it.
pub(super) fn output<'a>(asked: &'a Attend, kind: &str, output: &str) -> Result<&'a str, Failure> {
    let live = part(asked, kind).ok_or_else(|| missing(asked))?;
    let value = live.outputs.get(output).and_then(Value::as_text);
    value.ok_or_else(|| internal(format!("{} has no output `{output}`", live.id)))
}

/// It is declared, and not there.
pub(super) fn missing(asked: &Attend) -> Failure {
    let message = format!("{} is not live", asked.address);
    refused(Class::NotFound, "not-live", message, "apply the spec first")
}
