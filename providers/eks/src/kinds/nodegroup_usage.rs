//! What the nodes of a group use: machines and their disks.

use provision_aws::kind::Uses;
use provision_core::cost::{Meter, Part, Quantity, Range};
use provision_core::model::{Pending, Resource, Value};

const COMPONENT: &str = "root disk";

/// How many nodes there are: as many as are live, within the bounds; where there are none yet, the least.
pub(super) fn count(of: &Uses<'_>) -> Range<u64> {
    let bound = |field| {
        of.number(field)
            .and_then(|number| u64::try_from(number).ok())
    };
    let min = bound("min").unwrap_or_default();
    let max = bound("max").unwrap_or(min).max(min);
    let live = of.live_number("desired");
    let live = live.and_then(|number| u64::try_from(number).ok());
    Range {
        min,
        expected: live.unwrap_or(min).clamp(min, max),
        max,
    }
}

/// The machine of one node. On demand, EKS launches the first of several types that it can get.
pub(super) fn machines(of: &Uses<'_>, template: Option<&Resource<Pending>>) -> Meter {
    let mut types = of.texts("instance_types");
    if types.is_empty() {
        let named = template.and_then(|template| template.fields.get("instance_type"));
        types.extend(named.and_then(Value::as_text));
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

/// The disk of one node, which its launch template describes.
pub(super) fn disks(template: Option<&Resource<Pending>>) -> Meter {
    let size = template.and_then(|template| match template.fields.get("disk_gib") {
        Some(Value::Int(gib)) => u64::try_from(*gib).ok(),
        _ => None,
    });
    match size {
        Some(gib) => {
            let each = Quantity::whole(gib);
            Meter::listed(COMPONENT, Part::Storage, "ebs.gp3", "GB-month", each)
        }
        None => Meter::unlisted(COMPONENT, Part::Storage, "its size is not known"),
    }
}
