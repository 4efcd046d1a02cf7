//! Compute Engine: networks and what lies in them, as far as clusters need it, and what their controllers leave.
//!
//! All kinds of objects are [`Item`]s: the API's own JSON with a state. A [`Kind`] says what is special about one. An object that is
//! being made, changed or deleted is not ready, for references as for further changes. For other services: [`Item::put_foreign`]
//! places what the cloud makes by itself (instance groups, instances), [`find`] and [`usable`] read.
//!
//! Shapes: the API's discovery document and recorded answers; messages: the same, and what users quote in public issues.

mod address;
mod call;
mod change;
mod disk;
mod firewall;
mod forwarding;
mod group;
mod item;
mod kind;
mod link;
mod machine_type;
mod network;
mod operations;
mod place;
mod route;
mod router;
mod subnetwork;
mod work;

use super::{Service, Style};
use crate::object::Object;
use crate::store::{Place, Tx};

pub(crate) use item::Item;
pub(crate) use kind::{find, usable};
pub(crate) use link::link;
pub(crate) use machine_type::machine_type;
pub(crate) use place::{REGIONS, zones_of};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "compute",
    api: "compute.googleapis.com",
    title: "Compute Engine API",
    style: Style::Reasons,
    enums: &[],
    operations: operations::OPERATIONS,
    settle: |_| {},
    turned: work::turned,
    objects,
};

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let told = |(place, item): (Place, Item)| Object {
        account: place.account,
        region: place.region,
        service: "compute".to_owned(),
        kind: item.api.clone(),
        id: item.name.clone(),
        marks: item.marks(),
        billable: matches!(
            item.api.as_str(),
            "addresses"
                | "globalAddresses"
                | "disks"
                | "forwardingRules"
                | "globalForwardingRules"
                | "instances"
        ) || item.api == "routers" && item.fields.get("nats").is_some(),
        created: item.created,
        own_of_cloud: item.own,
    };
    tx.everywhere::<Item>().into_iter().map(told).collect()
}
