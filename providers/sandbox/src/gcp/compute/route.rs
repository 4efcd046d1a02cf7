//! Routes: those of users, and those that the cloud makes with networks and subnetworks.

use serde_json::{Value, json};

use super::item::{Item, READY};
use super::kind::{Fields, Kind, PLAIN, default, invalid, required, text, usable};
use super::link::link;
use crate::gcp::Call;
use crate::gcp::shape::{digest, number};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "routes",
    collection: "routes",
    kind: "route",
    noun: "route",
    seconds: (8, 6, 8),
    quota: Some(("compute:routes", "ROUTES")),
    insert,
    show: |_, _, _, out| {
        out.remove("subnetwork");
    },
    // What the cloud made goes with its network, and keeps nothing.
    uses: |item| match item.own {
        true => Vec::new(),
        false => vec![item.text("network").to_owned()],
    },
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "network",
    "destRange",
    "priority",
    "tags",
    "nextHopGateway",
    "nextHopIp",
];

fn insert(call: &mut Call<'_>, _place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    let (at, network) = usable(&call.tx, &call.project, text(fields, "network"))?;
    fields.insert("network".to_owned(), json!(network.link(&at)));
    if text(fields, "destRange").is_empty() {
        return Err(required("resource.destRange"));
    }
    let hops = ["nextHopGateway", "nextHopIp"];
    if hops.iter().filter(|hop| fields.contains_key(**hop)).count() != 1 {
        let why = "Exactly one next hop must be given.";
        return Err(invalid("resource.nextHopGateway", "", why));
    }
    default(fields, "priority", 1000);
    default(fields, "routeType", "STATIC");
    default(fields, "routeStatus", "ACTIVE");
    Ok(())
}

fn put(tx: &mut Tx<'_>, place: &Place, name: String, fields: &Value) {
    let item = Item {
        api: KIND.api.to_owned(),
        collection: KIND.collection.to_owned(),
        name,
        number: number(tx),
        fields: fields.as_object().cloned().unwrap_or_default(),
        state: READY.to_owned(),
        own: true,
        created: tx.now(),
    };
    tx.put(place, &item);
}

/// The way to the internet that comes with a network.
pub(super) fn default_for(tx: &mut Tx<'_>, place: &Place, network: &Item) {
    let me = network.link(place);
    let name = format!("default-route-{}", digest(&network.number, 16));
    let gateway = link(&place.account, "global/gateways/default-internet-gateway");
    let fields = json!({
        "description": "Default route to the Internet.",
        "network": me,
        "destRange": "0.0.0.0/0",
        "priority": 1000,
        "nextHopGateway": gateway,
    });
    put(tx, place, name, &fields);
}

/// The way into a subnetwork that comes with it.
pub(super) fn local_for(tx: &mut Tx<'_>, place: &Place, subnetwork: &Item) {
    let routes = Place {
        region: String::new(),
        ..place.clone()
    };
    let range = subnetwork.text("ipCidrRange");
    let name = format!("default-route-r-{}", digest(&subnetwork.number, 16));
    let fields = json!({
        "description": format!("Default local route to the subnetwork {range}."),
        "network": subnetwork.text("network"),
        "subnetwork": subnetwork.link(place),
        "destRange": range,
        "priority": 0,
        "nextHopNetwork": subnetwork.text("network"),
    });
    put(tx, &routes, name, &fields);
}

/// Takes away what the cloud made with a network or subnetwork.
pub(super) fn forget(tx: &mut Tx<'_>, place: &Place, of: &str) {
    for route in tx.list::<Item>(place) {
        let its = route.text("network") == of || route.text("subnetwork") == of;
        if route.api == KIND.api && route.own && its {
            let id = format!("{}/{}", KIND.collection, route.name);
            tx.delete::<Item>(place, &id);
        }
    }
}
