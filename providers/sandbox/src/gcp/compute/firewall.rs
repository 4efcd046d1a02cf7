//! Firewall rules.

use serde_json::{Value, json};

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, find, invalid, not_ready, one_of, text};
use crate::gcp::Call;
use crate::store::Place;
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "firewalls",
    collection: "firewalls",
    kind: "firewall",
    noun: "firewall",
    seconds: (8, 6, 8),
    quota: Some(("compute:firewalls", "FIREWALLS")),
    insert,
    patch,
    uses: |item| vec![item.text("network").to_owned()],
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "description",
    "network",
    "priority",
    "direction",
    "sourceRanges",
    "destinationRanges",
    "sourceTags",
    "targetTags",
    "sourceServiceAccounts",
    "targetServiceAccounts",
    "allowed",
    "denied",
    "disabled",
    "logConfig",
];

fn insert(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    let given = text(fields, "network").to_owned();
    let Some((at, network)) = find(&call.tx, &call.project, &given) else {
        let why = "The referenced network resource cannot be found.";
        return Err(invalid("resource.network", &given, why));
    };
    if network.state == super::item::CREATING || network.state == super::item::DELETING {
        return Err(not_ready(&network.full_path(&at)));
    }
    fields.insert("network".to_owned(), json!(network.link(&at)));
    let _ = place;
    default(fields, "direction", "INGRESS");
    default(fields, "priority", 1000);
    default(fields, "disabled", false);
    default(fields, "logConfig", json!({ "enable": false }));
    let sources = ["sourceRanges", "sourceTags", "sourceServiceAccounts"];
    let ingress = text(fields, "direction") == "INGRESS";
    if ingress && !sources.iter().any(|name| fields.contains_key(*name)) {
        default(fields, "sourceRanges", json!(["0.0.0.0/0"]));
    }
    if !ingress {
        default(fields, "destinationRanges", json!(["0.0.0.0/0"]));
    }
    legal(fields)
}

fn legal(fields: &Fields) -> Result<(), ApiError> {
    one_of(fields, "direction", &["INGRESS", "EGRESS"])?;
    let list = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
    };
    let (allowed, denied) = (
        list("allowed").unwrap_or_default(),
        list("denied").unwrap_or_default(),
    );
    if allowed.is_empty() == denied.is_empty() {
        let why = "Exactly one of allowed and denied must be given.";
        return Err(invalid("resource.allowed", "", why));
    }
    let ingress = text(fields, "direction") == "INGRESS";
    let strange = match ingress {
        true => "destinationRanges",
        false => "sourceTags",
    };
    if !ingress && list(strange).is_some_and(|list| !list.is_empty()) {
        let why = "The field does not go with this direction.";
        return Err(invalid(&format!("resource.{strange}"), "", why));
    }
    let priority = fields
        .get("priority")
        .and_then(Value::as_i64)
        .unwrap_or(1000);
    if !(0..=65_535).contains(&priority) {
        let why = "Must be between 0 and 65535, inclusive.";
        return Err(invalid("resource.priority", &priority.to_string(), why));
    }
    for (n, row) in allowed.iter().chain(denied).enumerate() {
        if row
            .get("IPProtocol")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
        {
            let field = format!("resource.allowed[{n}].IPProtocol");
            return Err(super::kind::required(&field));
        }
    }
    Ok(())
}

fn patch(
    call: &mut Call<'_>,
    _place: &Place,
    item: &Item,
    body: &Fields,
) -> Result<Fields, ApiError> {
    let mut fields = item.fields.clone();
    for (name, value) in body {
        let same = match name.as_str() {
            "network" => {
                let of = |link: &str| super::link::relative(&call.project, link).map(str::to_owned);
                value.as_str().and_then(of) == of(item.text("network"))
            }
            "direction" => fields.get(name) == Some(value),
            _ => {
                let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                match empty {
                    true => fields.remove(name),
                    false => fields.insert(name.clone(), value.clone()),
                };
                continue;
            }
        };
        if !same {
            let why = "This field cannot be changed.";
            return Err(invalid(&format!("resource.{name}"), "", why));
        }
    }
    legal(&fields)?;
    Ok(fields)
}
