//! What the controllers of a cluster make for its services and ingresses, as far as a sweep has to find and remove it.

use serde_json::{Value, json};

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, find, invalid, text, usable};
use super::link::{relative, split};
use crate::gcp::Call;
use crate::gcp::shape::{digest, fingerprint};
use crate::store::Place;
use crate::wire::ApiError;

/// Forwarding rules of a region.
pub(super) const REGIONAL_RULE: Kind = Kind {
    api: "forwardingRules",
    collection: "forwardingRules",
    kind: "forwardingRule",
    noun: "forwarding_rule",
    seconds: (8, 5, 10),
    insert: rule,
    show: |_, _, item, out| {
        out.insert(
            "labelFingerprint".to_owned(),
            json!(item.label_fingerprint()),
        );
    },
    uses: |item| {
        links(
            item,
            &[
                "target",
                "backendService",
                "network",
                "subnetwork",
                "IPAddress",
            ],
        )
    },
    ..PLAIN
};

/// Forwarding rules of no region.
pub(super) const GLOBAL_RULE: Kind = Kind {
    api: "globalForwardingRules",
    ..REGIONAL_RULE
};

/// Target pools.
pub(super) const TARGET_POOL: Kind = Kind {
    api: "targetPools",
    collection: "targetPools",
    kind: "targetPool",
    noun: "target_pool",
    seconds: (4, 4, 5),
    insert: |_, _, fields| {
        default(fields, "sessionAffinity", "NONE");
        Ok(())
    },
    uses: |item| {
        [
            links(item, &[]),
            members(item, "instances"),
            members(item, "healthChecks"),
        ]
        .concat()
    },
    ..PLAIN
};

/// Health checks.
pub(super) const HEALTH_CHECK: Kind = Kind {
    api: "healthChecks",
    collection: "healthChecks",
    kind: "healthCheck",
    noun: "health_check",
    seconds: (3, 3, 4),
    insert: |_, _, fields| {
        for (name, usual) in [
            ("checkIntervalSec", 5),
            ("timeoutSec", 5),
            ("healthyThreshold", 2),
            ("unhealthyThreshold", 2),
        ] {
            default(fields, name, usual);
        }
        Ok(())
    },
    ..PLAIN
};

/// Backend services of no region.
pub(super) const BACKEND_SERVICE: Kind = Kind {
    api: "backendServices",
    collection: "backendServices",
    kind: "backendService",
    noun: "backend_service",
    seconds: (5, 5, 8),
    insert: |call, _, fields| {
        served(call, fields)?;
        backend(fields);
        Ok(())
    },
    show: |_, _, item, out| {
        let of = Value::Object(item.fields.clone());
        out.insert("fingerprint".to_owned(), json!(fingerprint(&of)));
    },
    uses: |item| {
        let groups = item.list("backends").iter();
        let groups = groups.filter_map(|row| Some(row.get("group")?.as_str()?.to_owned()));
        let groups = groups.chain(links(item, &["network"]));
        groups.chain(members(item, "healthChecks")).collect()
    },
    ..PLAIN
};

/// Backend services of a region.
pub(super) const REGIONAL_SERVICE: Kind = Kind {
    api: "regionBackendServices",
    insert: regional,
    ..BACKEND_SERVICE
};

/// Groups of network endpoints.
pub(super) const ENDPOINT_GROUP: Kind = Kind {
    api: "networkEndpointGroups",
    collection: "networkEndpointGroups",
    kind: "networkEndpointGroup",
    noun: "network_endpoint_group",
    seconds: (4, 4, 5),
    insert: group,
    uses: |item| links(item, &["network", "subnetwork"]),
    ..PLAIN
};

/// Members of a forwarding rule.
pub(super) const RULE: &[&str] = &[
    "name",
    "description",
    "region",
    "IPAddress",
    "IPProtocol",
    "portRange",
    "ports",
    "target",
    "backendService",
    "loadBalancingScheme",
    "network",
    "subnetwork",
    "networkTier",
    "labels",
];
/// Members of a target pool.
pub(super) const POOL: &[&str] = &[
    "name",
    "description",
    "region",
    "instances",
    "healthChecks",
    "sessionAffinity",
];
/// Members of a health check.
pub(super) const CHECK: &[&str] = &[
    "name",
    "description",
    "type",
    "checkIntervalSec",
    "timeoutSec",
    "healthyThreshold",
    "unhealthyThreshold",
    "tcpHealthCheck",
    "httpHealthCheck",
];
/// Members of a backend service.
pub(super) const SERVICE: &[&str] = &[
    "name",
    "description",
    "backends",
    "healthChecks",
    "loadBalancingScheme",
    "network",
    "protocol",
    "portName",
    "timeoutSec",
    "port",
    "sessionAffinity",
    "affinityCookieTtlSec",
    "connectionDraining",
    "enableCDN",
    "iap",
];

/// Members of a group of network endpoints.
pub(super) const GROUP: &[&str] = &[
    "name",
    "description",
    "networkEndpointType",
    "network",
    "subnetwork",
    "defaultPort",
    "annotations",
];

/// A group of a zone: of addresses of a network, or of machines in it.
fn group(call: &mut Call<'_>, _place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    default(fields, "networkEndpointType", "GCE_VM_IP_PORT");
    for name in ["network", "subnetwork"] {
        let link = text(fields, name).to_owned();
        if !link.is_empty() {
            let (at, found) = usable(&call.tx, &call.project, &link)?;
            fields.insert(name.to_owned(), json!(found.link(&at)));
        }
    }
    default(fields, "size", 0);
    Ok(())
}

/// What is not said of a backend service. Of the secret that it shows to the identity proxy it keeps the hash.
fn backend(fields: &mut Fields) {
    for (name, usual) in [
        ("affinityCookieTtlSec", json!(0)),
        ("connectionDraining", json!({ "drainingTimeoutSec": 0 })),
        ("description", json!("")),
        ("loadBalancingScheme", json!("EXTERNAL")),
        ("port", json!(80)),
        ("portName", json!("http")),
        ("protocol", json!("HTTP")),
        ("sessionAffinity", json!("NONE")),
        ("timeoutSec", json!(30)),
    ] {
        default(fields, name, usual);
    }
    // Only what faces the internet can be cached for it.
    if text(fields, "loadBalancingScheme").starts_with("EXTERNAL") {
        default(fields, "enableCDN", false);
    }
    if let Some(Value::Object(iap)) = fields.get_mut("iap") {
        let secret = iap.remove("oauth2ClientSecret");
        let secret = secret.as_ref().and_then(Value::as_str).unwrap_or_default();
        iap.insert(
            "oauth2ClientSecretSha256".to_owned(),
            json!(digest(secret, 64)),
        );
    }
}

/// What it serves by must be there.
fn served(call: &Call<'_>, fields: &Fields) -> Result<(), ApiError> {
    let list = |name: &str| {
        let list = fields.get(name).and_then(Value::as_array);
        list.into_iter().flatten()
    };
    let groups = list("backends").filter_map(|row| row.get("group"));
    for link in groups.chain(list("healthChecks")) {
        usable(&call.tx, &call.project, link.as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// What passes packets through, internal or external, speaks TCP or UDP, and knows nothing of ports, cookies and caches. What
/// is internal speaks TCP when nothing is said (the field `protocol` of the reference), and its machines are in its region.
fn regional(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    served(call, fields)?;
    let network = text(fields, "network").to_owned();
    if !network.is_empty() {
        let (at, found) = usable(&call.tx, &call.project, &network)?;
        fields.insert("network".to_owned(), json!(found.link(&at)));
    }
    let internal = text(fields, "loadBalancingScheme") == "INTERNAL";
    let protocol = text(fields, "protocol").to_owned();
    let packets = ["TCP", "UDP", "UNSPECIFIED"].contains(&protocol.as_str());
    if !internal && !packets {
        backend(fields);
        return Ok(());
    }
    if !packets && !protocol.is_empty() {
        let why = "Protocol must be TCP, UDP or UNSPECIFIED for the load balancing scheme.";
        return Err(invalid("resource.protocol", &protocol, why));
    }
    let given = |name: &&&str| fields.contains_key(**name);
    if let Some(name) = ["port", "portName"].iter().find(given).filter(|_| internal) {
        let why = "The field cannot be used when the load balancing scheme is INTERNAL.";
        return Err(invalid(&format!("resource.{name}"), "", why));
    }
    let groups = fields.get("backends").and_then(Value::as_array);
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|row| row.get("group"));
    let here = |link: &str| {
        let path = relative(&call.project, link).and_then(split);
        path.is_some_and(|(at, _, _)| {
            at == place.region || at.starts_with(&format!("{}-", place.region))
        })
    };
    let link = |group: &Value| group.as_str().unwrap_or_default().to_owned();
    if let Some(group) = groups.map(link).find(|group| !here(group)) {
        let why = "The group must be in the region of the backend service.";
        return Err(invalid("resource.backends[0].group", &group, why));
    }
    for (name, usual) in [
        ("affinityCookieTtlSec", json!(0)),
        ("connectionDraining", json!({ "drainingTimeoutSec": 0 })),
        ("description", json!("")),
        ("loadBalancingScheme", json!("EXTERNAL")),
        ("protocol", json!("TCP")),
        ("sessionAffinity", json!("NONE")),
        ("timeoutSec", json!(30)),
    ] {
        default(fields, name, usual);
    }
    Ok(())
}

fn links(item: &Item, fields: &[&str]) -> Vec<String> {
    fields
        .iter()
        .map(|field| item.text(field).to_owned())
        .collect()
}

fn members(item: &Item, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    item.list(field).iter().filter_map(text).collect()
}

/// What it refers to must be there. Labels come by a call of their own.
fn rule(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    fields.remove("labels");
    for name in ["target", "backendService", "network", "subnetwork"] {
        let link = text(fields, name).to_owned();
        if !link.is_empty() {
            let (at, found) = usable(&call.tx, &call.project, &link)?;
            fields.insert(name.to_owned(), json!(found.link(&at)));
        }
    }
    default(fields, "loadBalancingScheme", "EXTERNAL");
    default(fields, "networkTier", "PREMIUM");
    let range = text(fields, "portRange").to_owned();
    if !range.is_empty() && !range.contains('-') {
        fields.insert("portRange".to_owned(), json!(format!("{range}-{range}")));
    }
    let inside = inside(call, place, fields)?;
    if text(fields, "IPAddress").is_empty() {
        let hex = call.tx.fresh_hex("address");
        let byte = |at: usize| {
            u8::from_str_radix(hex.get(at..at + 2).unwrap_or("0"), 16).unwrap_or_default()
        };
        let address = match inside {
            Some(start) => format!("{start}.{}", byte(0).clamp(2, 250)),
            None => format!("35.{}.{}.{}", byte(0), byte(2), byte(4).max(1)),
        };
        fields.insert("IPAddress".to_owned(), json!(address));
    }
    Ok(())
}

/// An internal rule has its address in a subnetwork of the region, which tells its network: the first three parts of such an
/// address. Networks that are cut by hand have no subnetwork to fall back on.
fn inside(call: &Call<'_>, place: &Place, fields: &mut Fields) -> Result<Option<String>, ApiError> {
    if text(fields, "loadBalancingScheme") != "INTERNAL" {
        return Ok(None);
    }
    let link = text(fields, "subnetwork").to_owned();
    let Some((at, subnetwork)) = find(&call.tx, &call.project, &link) else {
        let why = "A subnetwork must be specified for an internal forwarding rule.";
        return Err(invalid("resource.subnetwork", &link, why));
    };
    if at.region != place.region {
        let why = "The subnetwork must be in the region of the forwarding rule.";
        return Err(invalid("resource.subnetwork", &link, why));
    }
    let network = subnetwork.text("network");
    let given = text(fields, "network");
    if !given.is_empty() && given != network {
        let why = "The subnetwork must be in the network of the forwarding rule.";
        return Err(invalid("resource.network", given, why));
    }
    fields.insert("network".to_owned(), json!(network));
    let range = subnetwork.text("ipCidrRange");
    Ok(range.rsplit_once('.').map(|(start, _)| start.to_owned()))
}
