//! Routers, and the address translations that lie in them.

use serde_json::{Value, json};

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, invalid, one_of, required, text, usable};
use super::link::relative;
use crate::gcp::Call;
use crate::store::Place;
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "routers",
    collection: "routers",
    kind: "router",
    noun: "router",
    seconds: (5, 8, 12),
    quota: Some(("compute:routers", "ROUTERS")),
    insert,
    patch,
    uses,
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "network",
    "region",
    "bgp",
    "nats",
    "encryptedInterconnectRouter",
];

fn insert(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    if text(fields, "network").is_empty() {
        return Err(required("resource.network"));
    }
    let (at, network) = usable(&call.tx, &call.project, text(fields, "network"))?;
    fields.insert("network".to_owned(), json!(network.link(&at)));
    default(fields, "encryptedInterconnectRouter", false);
    nats(call, place, fields)
}

/// What is given replaces what is there: a list of translations as a whole.
fn patch(
    call: &mut Call<'_>,
    place: &Place,
    item: &Item,
    body: &Fields,
) -> Result<Fields, ApiError> {
    let mut fields = item.fields.clone();
    if call.operation.ends_with(".update") {
        fields.retain(|name, _| matches!(name.as_str(), "network" | "encryptedInterconnectRouter"));
    }
    for (name, value) in body {
        let same_network = || {
            let old = relative(&call.project, item.text("network"));
            value
                .as_str()
                .and_then(|link| relative(&call.project, link))
                == old
        };
        match name.as_str() {
            "network" if same_network() => {}
            "network" => {
                return Err(invalid(
                    "resource.network",
                    "",
                    "The network cannot be changed.",
                ));
            }
            _ if value.is_null() => {
                fields.remove(name);
            }
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    nats(call, place, &mut fields)?;
    Ok(fields)
}

/// Checks the translations and fills in what the cloud chooses.
fn nats(call: &Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    let network = text(fields, "network").to_owned();
    let Some(nats) = fields.get_mut("nats").and_then(Value::as_array_mut) else {
        return Ok(());
    };
    let mut names: Vec<String> = Vec::new();
    for (n, nat) in nats.iter_mut().enumerate() {
        let field = format!("resource.nats[{n}]");
        let nat = nat
            .as_object_mut()
            .ok_or_else(|| invalid(&field, "", "Not a message."))?;
        let name = text(nat, "name").to_owned();
        if name.is_empty() {
            return Err(required(&format!("{field}.name")));
        }
        if names.contains(&name) {
            return Err(invalid(
                &format!("{field}.name"),
                &name,
                "Duplicate NAT name.",
            ));
        }
        names.push(name);
        // Translations inside the cloud take from ranges that rules name; that option says so, and is not kept.
        if text(nat, "natIpAllocateOption") == "USE_SHARED_RANGES" && is_private(nat) {
            nat.remove("natIpAllocateOption");
        }
        nat_legal(call, place, &network, &field, nat)?;
        default(nat, "type", "PUBLIC");
        match text(nat, "type") {
            "PRIVATE" => default(nat, "enableDynamicPortAllocation", true),
            _ => default(nat, "autoNetworkTier", "PREMIUM"),
        }
        default(nat, "endpointTypes", json!(["ENDPOINT_TYPE_VM"]));
        default(nat, "effectiveTcpTimeWaitTimeoutSec", 120);
    }
    if nats.is_empty() {
        fields.remove("nats");
    }
    Ok(())
}

fn is_private(nat: &Fields) -> bool {
    text(nat, "type") == "PRIVATE"
}

const ALLOCATION: &[&str] = &["AUTO_ONLY", "MANUAL_ONLY"];
const RANGES: &[&str] = &[
    "ALL_SUBNETWORKS_ALL_IP_RANGES",
    "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
    "LIST_OF_SUBNETWORKS",
];

fn nat_legal(
    call: &Call<'_>,
    place: &Place,
    network: &str,
    field: &str,
    nat: &Fields,
) -> Result<(), ApiError> {
    one_of(nat, "natIpAllocateOption", ALLOCATION)?;
    one_of(nat, "sourceSubnetworkIpRangesToNat", RANGES)?;
    one_of(nat, "type", &["PUBLIC", "PRIVATE"])?;
    let list = |name: &str| {
        nat.get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (addresses, subnetworks) = (list("natIps"), list("subnetworks"));
    let manual = text(nat, "natIpAllocateOption") == "MANUAL_ONLY";
    if is_private(nat) && !text(nat, "natIpAllocateOption").is_empty() {
        let why = "Private NAT has no external addresses.";
        return Err(invalid(&format!("{field}.natIpAllocateOption"), "", why));
    }
    if text(nat, "natIpAllocateOption").is_empty() && !is_private(nat) {
        return Err(required(&format!("{field}.natIpAllocateOption")));
    }
    if manual == addresses.is_empty() {
        let why = match manual {
            true => "At least one IP address is needed when natIpAllocateOption is MANUAL_ONLY.",
            false => "IP addresses cannot be given when natIpAllocateOption is AUTO_ONLY.",
        };
        return Err(invalid(&format!("{field}.natIps"), "", why));
    }
    for address in &addresses {
        let link = address.as_str().unwrap_or_default();
        let (at, address) = usable(&call.tx, &call.project, link)?;
        if at != *place || address.text("addressType") != "EXTERNAL" {
            let why = "The address must be external and of the router's region.";
            return Err(invalid(&format!("{field}.natIps"), link, why));
        }
    }
    let listed = text(nat, "sourceSubnetworkIpRangesToNat") == "LIST_OF_SUBNETWORKS";
    if text(nat, "sourceSubnetworkIpRangesToNat").is_empty() {
        return Err(required(&format!("{field}.sourceSubnetworkIpRangesToNat")));
    }
    if listed == subnetworks.is_empty() {
        let why = "Subnetworks are given exactly when sourceSubnetworkIpRangesToNat is LIST_OF_SUBNETWORKS.";
        return Err(invalid(&format!("{field}.subnetworks"), "", why));
    }
    for row in &subnetworks {
        let link = row.get("name").and_then(Value::as_str).unwrap_or_default();
        let (at, subnetwork) = usable(&call.tx, &call.project, link)?;
        if at != *place || subnetwork.text("network") != network {
            let why = "The subnetwork must be of the router's region and network.";
            return Err(invalid(&format!("{field}.subnetworks"), link, why));
        }
    }
    Ok(())
}

fn uses(item: &Item) -> Vec<String> {
    let mut links = vec![item.text("network").to_owned()];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    for nat in item.list("nats") {
        let list = |name: &str| {
            nat.get(name)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        links.extend(list("natIps").iter().filter_map(text));
        links.extend(
            list("subnetworks")
                .iter()
                .filter_map(|row| text(row.get("name")?)),
        );
    }
    links
}
