//! What tasks use: on Fargate their CPU and memory by the hour, elsewhere the machines of a pool, which are charged for.

use provision_aws::kind::{Served as _, Uses};
use provision_core::cost::{Meter, Part, Quantity, Range, Usage};
use provision_core::model::{Pending, Resource, Value};

use super::task_definition::TaskDefinition;

/// Hours of a month.
const HOURS: i64 = 730;

/// A service's tasks.
pub(super) fn service(of: &Uses<'_>) -> Usage {
    let count = count(of);
    match of.needed(TaskDefinition::KIND) {
        Some(definition) => tasks(definition, is_spot(of), count),
        None => Usage::one(
            Meter::unlisted("tasks", Part::Nodes, "their size is not known yet").count(count),
        ),
    }
}

/// A job that runs by the clock.
pub(super) fn schedule(of: &Uses<'_>) -> Usage {
    let on_machines = of
        .needed(TaskDefinition::KIND)
        .is_some_and(|definition| text(definition, "launch") == Some("EC2"));
    if on_machines {
        return Usage::free("its tasks run on the machines of the pool");
    }
    let why = "it is charged by the second while it runs, and nobody declares how long that is";
    Usage::one(Meter::unlisted("runs by the clock", Part::Nodes, why))
}

fn tasks(definition: &Resource<Pending>, spot: bool, count: Range<u64>) -> Usage {
    if text(definition, "launch") == Some("EC2") {
        return Usage::free("its tasks run on the machines of the pool");
    }
    if spot {
        let why = "prices of Fargate Spot change, so there is no list of them";
        return Usage::one(Meter::unlisted("Fargate Spot tasks", Part::Nodes, why).count(count));
    }
    let arm = text(definition, "architecture") == Some("ARM64");
    let (cpu, memory) = match arm {
        true => ("fargate.arm.vcpu", "fargate.arm.memory"),
        false => ("fargate.vcpu", "fargate.memory"),
    };
    // 1024 units are a core, 1024 MiB a GB; thousandths of either, for all hours of a month.
    let hours = |field| Quantity::thousandths(number(definition, field) * 1000 * HOURS / 1024);
    let meter = |component, item, unit, field| {
        Meter::listed(component, Part::Nodes, item, unit, hours(field)).count(count)
    };
    Usage::Charged {
        meters: vec![
            meter("Fargate vCPU", cpu, "vCPU-hour", "cpu"),
            meter("Fargate memory", memory, "GB-hour", "memory"),
        ],
    }
}

/// How many tasks there are: as many as are live, within the bounds; where there are none yet, as many as it starts with.
fn count(of: &Uses<'_>) -> Range<u64> {
    let whole = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let min = whole(of.number("least")).unwrap_or_default();
    let max = whole(of.number("most")).unwrap_or(min).max(min);
    let now = of.live_number("count").or_else(|| of.number("count"));
    Range {
        min,
        expected: whole(now).unwrap_or(min).clamp(min, max),
        max,
    }
}

/// Whether all of it is on spot capacity.
fn is_spot(of: &Uses<'_>) -> bool {
    let providers = of.names("capacity", "provider");
    !providers.is_empty() && providers.iter().all(|name| *name == "FARGATE_SPOT")
}

fn text<'a>(definition: &'a Resource<Pending>, field: &str) -> Option<&'a str> {
    definition.fields.get(field).and_then(Value::as_text)
}

fn number(definition: &Resource<Pending>, field: &str) -> i64 {
    match definition.fields.get(field) {
        Some(Value::Int(number)) => *number,
        _ => 0,
    }
}
