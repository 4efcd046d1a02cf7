//! What the nodes of a pool use: machines and their disks. The pool's record has `instance_types`, `capacity`, `min`, `max`
//! and `desired`, whatever keeps it.

use provision_core::cost::{Meter, Part, Quantity, Range, Usage};
use provision_core::model::{Pending, Resource, Value};

use super::{LaunchTemplate, Served as _, Uses};

const COMPONENT: &str = "root disk";

/// Machines and disks of all nodes of a pool.
#[must_use]
pub fn nodes(of: &Uses<'_>) -> Usage {
    let template = of.needed(LaunchTemplate::KIND);
    let count = count(of);
    Usage::Charged {
        meters: vec![
            machines(of, template).count(count),
            disks(of, template).count(count),
        ],
    }
}

/// How many nodes there are: as many as are live, within the bounds; where there are none yet, as many as it starts with.
fn count(of: &Uses<'_>) -> Range<u64> {
    let bound = |field| {
        of.number(field)
            .and_then(|number| u64::try_from(number).ok())
    };
    let min = bound("min").unwrap_or_default();
    let max = bound("max").unwrap_or(min).max(min);
    let desired = of.live_number("desired").or_else(|| of.number("desired"));
    let desired = desired.and_then(|number| u64::try_from(number).ok());
    Range {
        min,
        expected: desired.unwrap_or(min).clamp(min, max),
        max,
    }
}

/// The machine of one node. On demand, the first of several types that can be had is launched.
fn machines(of: &Uses<'_>, template: Option<&Resource<Pending>>) -> Meter {
    let mut types = of.texts("instance_types");
    if types.is_empty() {
        let named = template.and_then(|template| template.fields.get("instance_type"));
        let named = named.and_then(Value::as_text);
        types.extend(named.filter(|name| !name.is_empty()));
    }
    let unlisted = |component: &str, why: &str| Meter::unlisted(component, Part::Nodes, why);
    let Some(first) = types.first() else {
        return unlisted("machines", "their type is not known yet");
    };
    if of.text("capacity") == Some("SPOT") {
        let component = format!("spot {}", types.join(" or "));
        return unlisted(
            &component,
            "spot prices change by the hour and zone, so there is no list of them",
        );
    }
    let item = format!("ec2.instance.{first}");
    let meter = Meter::listed(first, Part::Nodes, &item, "hour", Quantity::month());
    match types.len() {
        1 => meter,
        number => meter.assuming(format!("the first of {number} types that the pool allows")),
    }
}

/// The disk of one node, which its launch template describes; where that is somebody else's, as EKS tells it.
fn disks(of: &Uses<'_>, template: Option<&Resource<Pending>>) -> Meter {
    let gib = |gib: i64| u64::try_from(gib).ok().map(Quantity::whole);
    let listed = |each| Meter::listed(COMPONENT, Part::Storage, "ebs.gp3", "GB-month", each);
    let described = template.and_then(|template| match template.fields.get("disk_gib") {
        Some(Value::Int(size)) => gib(*size),
        _ => None,
    });
    // What is live may be asked about as such.
    let told = of.live_number("disk_gib").or_else(|| of.number("disk_gib"));
    match (described, told.and_then(gib)) {
        (Some(each), _) => listed(each),
        (None, Some(each)) => listed(each).assuming("of type gp3: EKS tells the size alone"),
        (None, None) => Meter::unlisted(COMPONENT, Part::Storage, "its size is not known"),
    }
}
