//! Subnetworks: a range of their own and secondary ones, none of which may overlap another one of the network.

use serde_json::{Value, json};

use super::call::home;
use super::change::{changeable, set};
use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, invalid, one_of, required, text, usable};
use super::route;
use crate::aws::ec2::cidr::Cidr;
use crate::gcp::shape::fingerprint;
use crate::gcp::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "subnetworks",
    collection: "subnetworks",
    kind: "subnetwork",
    noun: "subnetwork",
    seconds: (13, 10, 15),
    quota: Some(("compute:subnetworks", "SUBNETWORKS")),
    insert,
    patch,
    show,
    uses: |item| vec![item.text("network").to_owned()],
    made: route::local_for,
    gone: |tx, place, item| {
        let routes = Place {
            region: String::new(),
            ..place.clone()
        };
        route::forget(tx, &routes, &item.link(place));
    },
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "network",
    "ipCidrRange",
    "region",
    "privateIpGoogleAccess",
    "secondaryIpRanges",
    "enableFlowLogs",
    "logConfig",
    "purpose",
    "role",
    "stackType",
    "fingerprint",
    "allowSubnetCidrRoutesOverlap",
];

fn insert(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    if text(fields, "network").is_empty() {
        return Err(required("resource.network"));
    }
    let (at, network) = usable(&call.tx, &call.project, text(fields, "network"))?;
    fields.insert("network".to_owned(), json!(network.link(&at)));
    fields.remove("fingerprint");
    one_of(
        fields,
        "purpose",
        &[
            "PRIVATE",
            "REGIONAL_MANAGED_PROXY",
            "GLOBAL_MANAGED_PROXY",
            "PRIVATE_SERVICE_CONNECT",
            "PRIVATE_NAT",
        ],
    )?;
    one_of(fields, "stackType", &["IPV4_ONLY", "IPV4_IPV6"])?;
    default(fields, "purpose", "PRIVATE");
    // Ranges from which translations take have no hosts.
    if text(fields, "purpose") != "PRIVATE_NAT" {
        default(fields, "stackType", "IPV4_ONLY");
    }
    default(fields, "privateIpGoogleAccess", false);
    default(fields, "privateIpv6GoogleAccess", "DISABLE_GOOGLE_ACCESS");
    ranges(&call.tx, place, "", fields)
}

/// Checks the ranges of a subnetwork, itself aside.
fn ranges(tx: &Tx<'_>, place: &Place, own: &str, fields: &Fields) -> Result<(), ApiError> {
    let first = range("resource.ipCidrRange", text(fields, "ipCidrRange"))?;
    let mut mine = vec![("resource.ipCidrRange".to_owned(), first)];
    let secondary = fields.get("secondaryIpRanges").and_then(Value::as_array);
    let mut names: Vec<&str> = Vec::new();
    for (n, row) in secondary.into_iter().flatten().enumerate() {
        let of = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = of("rangeName");
        let field = format!("resource.secondaryIpRanges[{n}]");
        if name.is_empty() {
            return Err(required(&format!("{field}.rangeName")));
        }
        if names.contains(&name) {
            let why = "Duplicate secondary range name.";
            return Err(invalid(&format!("{field}.rangeName"), name, why));
        }
        names.push(name);
        let field = format!("{field}.ipCidrRange");
        let range = range(&field, of("ipCidrRange"))?;
        if let Some((_, other)) = mine.iter().find(|(_, other)| other.overlaps(range)) {
            let why = format!(
                "Invalid IPCidrRange: {range} conflicts with {other} of the same subnetwork."
            );
            return Err(invalid(&field, &range.to_string(), &why));
        }
        mine.push((field, range));
    }
    for (at, other) in tx.everywhere::<Item>() {
        let neighbour = at.account == place.account
            && other.api == "subnetworks"
            && other.text("network") == text(fields, "network")
            && other.link(&at) != own;
        if !neighbour {
            continue;
        }
        for taken in taken(&other) {
            if let Some((field, range)) = mine.iter().find(|(_, range)| range.overlaps(taken)) {
                let why = format!(
                    "Invalid IPCidrRange: {range} conflicts with existing subnetwork '{}' in region '{}'.",
                    other.name, at.region
                );
                return Err(invalid(field, &range.to_string(), &why));
            }
        }
    }
    Ok(())
}

fn range(field: &str, text: &str) -> Result<Cidr, ApiError> {
    let read = Cidr::parse(text).filter(|range| range.to_string() == text);
    match read {
        None => Err(invalid(
            field,
            text,
            "Must be a CIDR address range that is contained by private IP ranges.",
        )),
        Some(range) if !(4..=29).contains(&range.bits()) => Err(invalid(
            field,
            text,
            "Range is too large or too small: the prefix is 4 to 29 bits long.",
        )),
        Some(range) => Ok(range),
    }
}

/// All ranges of a subnetwork.
fn taken(item: &Item) -> Vec<Cidr> {
    let of = |row: &Value| Cidr::parse(row.get("ipCidrRange")?.as_str()?);
    let secondary = item.list("secondaryIpRanges").iter().filter_map(of);
    Cidr::parse(item.text("ipCidrRange"))
        .into_iter()
        .chain(secondary)
        .collect()
}

fn print(item: &Item) -> String {
    fingerprint(&Value::Object(item.fields.clone()))
}

/// The fingerprint must be the present one; secondary ranges are replaced as a whole.
fn patch(
    call: &mut Call<'_>,
    place: &Place,
    item: &Item,
    body: &Fields,
) -> Result<Fields, ApiError> {
    match text(body, "fingerprint") {
        "" => return Err(required("resource.fingerprint")),
        given if given != print(item) => {
            return Err(ApiError::new(
                412,
                "conditionNotMet",
                "Invalid fingerprint.",
            ));
        }
        _ => {}
    }
    let mut fields = item.fields.clone();
    for (name, value) in body {
        let same = fields.get(name) == Some(value);
        match name.as_str() {
            "secondaryIpRanges" | "logConfig" | "enableFlowLogs" | "stackType" => {
                fields.insert(name.clone(), value.clone());
            }
            "fingerprint" => {}
            _ if same => {}
            _ => {
                let why = "This field cannot be changed by a patch.";
                return Err(invalid(&format!("resource.{name}"), "", why));
            }
        }
    }
    if fields
        .get("secondaryIpRanges")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        fields.remove("secondaryIpRanges");
    }
    kept(call, place, item, &fields)?;
    ranges(&call.tx, place, &item.link(place), &fields)?;
    Ok(fields)
}

/// A secondary range that a cluster uses cannot be taken away.
fn kept(call: &Call<'_>, place: &Place, item: &Item, fields: &Fields) -> Result<(), ApiError> {
    let rows = fields.get("secondaryIpRanges").and_then(Value::as_array);
    let rows: &[Value] = rows.map_or(&[], Vec::as_slice);
    let gone = item
        .list("secondaryIpRanges")
        .iter()
        .filter(|row| !rows.contains(row));
    for row in gone {
        let name = row
            .get("rangeName")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let me = item.link(place);
        let uses = |(at, other): &&(Place, Item)| {
            at.account == call.project
                && other.text("subnetwork") == me
                && other.list("aliasRangeNames").contains(&json!(name))
        };
        let all = call.tx.everywhere::<Item>();
        if let Some((at, user)) = all.iter().find(uses) {
            let text = format!(
                "The subnetwork resource '{}' is already being used by '{}'",
                item.full_path(place),
                user.full_path(at)
            );
            return Err(ApiError::new(400, "resourceInUseByAnotherResource", text));
        }
    }
    Ok(())
}

/// `expandIpCidrRange`: the new range must hold the old one.
pub(super) fn expand(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let item = changeable(call, &place, &KIND)?;
    let body = call.body();
    let wanted = text(&body, "ipCidrRange");
    let (new, old) = (
        range("ipCidrRange", wanted)?,
        Cidr::parse(item.text("ipCidrRange")),
    );
    if old.is_none_or(|old| new == old || !new.contains(old)) {
        let why = "The new range must contain the old one and be larger.";
        return Err(invalid("ipCidrRange", wanted, why));
    }
    let mut fields = item.fields.clone();
    fields.insert("ipCidrRange".to_owned(), json!(wanted));
    ranges(&call.tx, &place, &item.link(&place), &fields)?;
    set(
        call,
        &place,
        item,
        "expandIpCidrRange",
        KIND.seconds.1,
        fields,
    )
}

/// `setPrivateIpGoogleAccess`.
pub(super) fn set_private_access(call: &mut Call<'_>) -> Outcome {
    let place = home(call)?;
    let item = changeable(call, &place, &KIND)?;
    let wanted = call
        .json
        .get("privateIpGoogleAccess")
        .and_then(Value::as_bool);
    let mut fields = item.fields.clone();
    fields.insert(
        "privateIpGoogleAccess".to_owned(),
        json!(wanted.unwrap_or_default()),
    );
    set(
        call,
        &place,
        item,
        "setPrivateIpGoogleAccess",
        KIND.seconds.1,
        fields,
    )
}

fn show(_tx: &Tx<'_>, _place: &Place, item: &Item, out: &mut Fields) {
    out.insert("fingerprint".to_owned(), json!(print(item)));
    out.insert("state".to_owned(), json!("READY"));
    // The first address; the network keeps it.
    if let Some(range) = Cidr::parse(item.text("ipCidrRange")) {
        let first = range.to_string();
        let base = first
            .split('/')
            .next()
            .and_then(|base| base.parse::<std::net::Ipv4Addr>().ok());
        let gateway = base.map(|base| std::net::Ipv4Addr::from(u32::from(base) + 1).to_string());
        out.insert("gatewayAddress".to_owned(), json!(gateway));
    }
}
