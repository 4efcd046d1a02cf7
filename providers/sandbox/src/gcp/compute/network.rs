//! Networks, of custom mode. Made with a default route, which goes with them.

use serde_json::{Value, json};

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, invalid, one_of, text};
use super::link::{link, relative};
use super::route;
use crate::gcp::Call;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "networks",
    collection: "networks",
    kind: "network",
    noun: "network",
    seconds: (12, 8, 20),
    quota: Some(("compute:networks", "NETWORKS")),
    late: true,
    insert,
    patch,
    show,
    made: |tx, place, item| route::default_for(tx, place, item),
    gone: |tx, place, item| route::forget(tx, place, &item.link(place)),
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "autoCreateSubnetworks",
    "routingConfig",
    "mtu",
    "networkFirewallPolicyEnforcementOrder",
    "enableUlaInternalIpv6",
    "internalIpv6Range",
    "networkProfile",
];

fn insert(call: &mut Call<'_>, _place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    if fields.get("autoCreateSubnetworks") != Some(&Value::Bool(false)) {
        let text =
            "the sandbox makes custom mode networks alone: set autoCreateSubnetworks to false";
        return Err(ApiError::new(501, "notImplemented", text));
    }
    mtu(fields)?;
    one_of(
        fields,
        "networkFirewallPolicyEnforcementOrder",
        &["AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL"],
    )?;
    default(
        fields,
        "networkFirewallPolicyEnforcementOrder",
        "AFTER_CLASSIC_FIREWALL",
    );
    default(fields, "routingConfig", json!({}));
    inner_range(call, fields);
    if let Some(path) = relative(&call.project, text(fields, "networkProfile")) {
        let profile = link(&call.project, path);
        fields.insert("networkProfile".to_owned(), json!(profile));
    }
    routing(fields)
}

/// A network with addresses of version 6 inside gets a range of its own; one without does not speak of them.
fn inner_range(call: &mut Call<'_>, fields: &mut Fields) {
    if fields.get("enableUlaInternalIpv6") != Some(&Value::Bool(true)) {
        fields.remove("enableUlaInternalIpv6");
        fields.remove("internalIpv6Range");
        return;
    }
    let hex = call.tx.fresh_hex("range");
    let part = |from: usize, to: usize| {
        let digits = hex.get(from..to).unwrap_or("0");
        u16::from_str_radix(digits, 16).unwrap_or_default()
    };
    let range = format!("fd20:{:x}:{:x}:0:0:0:0:0/48", part(0, 4), part(4, 8));
    default(fields, "internalIpv6Range", range);
}

fn mtu(fields: &Fields) -> Result<(), ApiError> {
    match fields
        .get("mtu")
        .map(|mtu| mtu.as_i64().unwrap_or_default())
    {
        None | Some(1300..=8896) => Ok(()),
        Some(mtu) => {
            let why = "Must be in range [1300, 8896].";
            Err(invalid("resource.mtu", &mtu.to_string(), why))
        }
    }
}

fn routing(fields: &mut Fields) -> Result<(), ApiError> {
    let Some(routing) = fields
        .get_mut("routingConfig")
        .and_then(Value::as_object_mut)
    else {
        return Ok(());
    };
    one_of(routing, "routingMode", &["REGIONAL", "GLOBAL"])?;
    default(routing, "routingMode", "REGIONAL");
    default(routing, "bgpBestPathSelectionMode", "LEGACY");
    Ok(())
}

/// Only `routingConfig`, the MTU, the order of policies and addresses of version 6 can be changed.
fn patch(
    call: &mut Call<'_>,
    _place: &Place,
    item: &Item,
    body: &Fields,
) -> Result<Fields, ApiError> {
    let mut fields = item.fields.clone();
    for (name, value) in body {
        let same = fields.get(name) == Some(value);
        match name.as_str() {
            "routingConfig"
            | "mtu"
            | "networkFirewallPolicyEnforcementOrder"
            | "enableUlaInternalIpv6" => {
                fields.insert(name.clone(), value.clone());
            }
            _ if same => {}
            _ => {
                let field = format!("resource.{name}");
                return Err(invalid(&field, "", "Only routingConfig can be modified."));
            }
        }
    }
    mtu(&fields)?;
    inner_range(call, &mut fields);
    routing(&mut fields)?;
    Ok(fields)
}

fn show(tx: &Tx<'_>, place: &Place, item: &Item, out: &mut Fields) {
    let me = item.link(place);
    out.insert(
        "selfLinkWithId".to_owned(),
        json!(me.replace(&item.name, &item.number)),
    );
    let mut subnetworks: Vec<String> = Vec::new();
    for (at, other) in tx.everywhere::<Item>() {
        if at.account == place.account && other.api == "subnetworks" && other.text("network") == me
        {
            subnetworks.push(other.link(&at));
        }
    }
    if !subnetworks.is_empty() {
        out.insert("subnetworks".to_owned(), json!(subnetworks));
    }
}
