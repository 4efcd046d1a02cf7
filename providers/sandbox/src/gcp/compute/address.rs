//! Reserved addresses, of a region or of none. Labels come by `setLabels` alone; those in an insert are dropped, as the
//! real service does.

use serde_json::json;

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, invalid, one_of, required, text, usable, user_of};
use super::link::link;
use crate::aws::ec2::cidr::Cidr;
use crate::gcp::Call;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Addresses of a region.
pub(super) const REGIONAL: Kind = Kind {
    api: "addresses",
    collection: "addresses",
    kind: "address",
    noun: "address",
    seconds: (3, 2, 3),
    quota: Some(("compute:addresses", "STATIC_ADDRESSES")),
    insert,
    show,
    uses: |item| {
        vec![
            item.text("subnetwork").to_owned(),
            item.text("network").to_owned(),
        ]
    },
    ..PLAIN
};

/// Addresses of no region.
pub(super) const GLOBAL: Kind = Kind {
    api: "globalAddresses",
    quota: Some(("compute:global-addresses", "STATIC_ADDRESSES")),
    ..REGIONAL
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "region",
    "address",
    "addressType",
    "networkTier",
    "purpose",
    "ipVersion",
    "subnetwork",
    "network",
    "prefixLength",
    "labels",
];

fn insert(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    fields.remove("labels");
    one_of(fields, "addressType", &["EXTERNAL", "INTERNAL"])?;
    one_of(fields, "networkTier", &["PREMIUM", "STANDARD"])?;
    one_of(fields, "ipVersion", &["IPV4", "IPV6"])?;
    default(fields, "addressType", "EXTERNAL");
    default(fields, "description", "");
    if text(fields, "addressType") == "INTERNAL" {
        return internal(call, place, fields);
    }
    if !text(fields, "address").is_empty() {
        let why = "Specified external IP address is not reserved for this project.";
        return Err(invalid("resource.address", text(fields, "address"), why));
    }
    default(fields, "networkTier", "PREMIUM");
    let hex = call.tx.fresh_hex("address");
    let byte =
        |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("0"), 16).unwrap_or_default();
    let first = if place.region.is_empty() { 34 } else { 35 };
    let address = format!("{first}.{}.{}.{}", byte(0), byte(2), byte(4).max(1));
    fields.insert("address".to_owned(), json!(address));
    Ok(())
}

fn internal(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    if place.region.is_empty() {
        let (at, network) = usable(&call.tx, &call.project, text(fields, "network"))?;
        fields.insert("network".to_owned(), json!(network.link(&at)));
        if text(fields, "address").is_empty() {
            return Err(required("resource.address"));
        }
        return Ok(());
    }
    if text(fields, "subnetwork").is_empty() {
        return Err(required("resource.subnetwork"));
    }
    let (at, subnetwork) = usable(&call.tx, &call.project, text(fields, "subnetwork"))?;
    let me = subnetwork.link(&at);
    fields.insert("subnetwork".to_owned(), json!(me));
    default(fields, "purpose", "GCE_ENDPOINT");
    default(fields, "networkTier", "PREMIUM");
    let Some(range) = Cidr::parse(subnetwork.text("ipCidrRange")) else {
        return Ok(());
    };
    let taken: Vec<String> = call
        .tx
        .list::<Item>(place)
        .iter()
        .filter(|other| other.text("subnetwork") == me)
        .map(|other| other.text("address").to_owned())
        .collect();
    let given = text(fields, "address").to_owned();
    if given.is_empty() {
        let free = (0..range.usable()).map(|n| range.address(n).to_string());
        let free = free.into_iter().find(|address| !taken.contains(address));
        fields.insert("address".to_owned(), json!(free));
        return Ok(());
    }
    let inside = given.parse().is_ok_and(|address| range.has(address));
    if !inside || taken.contains(&given) {
        let text = format!(
            "IP address '{given}' is already being used or not in the range of the subnetwork."
        );
        return Err(ApiError::new(400, "invalid", text));
    }
    Ok(())
}

fn show(tx: &Tx<'_>, place: &Place, item: &Item, out: &mut Fields) {
    out.insert(
        "labelFingerprint".to_owned(),
        json!(item.label_fingerprint()),
    );
    let user = user_of(tx, place, item);
    let status = if user.is_some() { "IN_USE" } else { "RESERVED" };
    out.insert("status".to_owned(), json!(status));
    if let Some(user) = user {
        let path = user
            .split_once('/')
            .and_then(|(_, rest)| rest.split_once('/'));
        let path = path.map_or(user.as_str(), |(_, path)| path);
        out.insert("users".to_owned(), json!([link(&place.account, path)]));
    }
}
