//! What the controllers of a cluster make for its services and ingresses, as far as a sweep has to find and remove it.

use serde_json::{Value, json};

use super::item::Item;
use super::kind::{Fields, Kind, PLAIN, default, text, usable};
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

/// Backend services.
pub(super) const BACKEND_SERVICE: Kind = Kind {
    api: "backendServices",
    collection: "backendServices",
    kind: "backendService",
    noun: "backend_service",
    seconds: (5, 5, 8),
    insert: |_, _, fields| {
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
        groups.chain(members(item, "healthChecks")).collect()
    },
    ..PLAIN
};

/// Groups of network endpoints.
pub(super) const ENDPOINT_GROUP: Kind = Kind {
    api: "networkEndpointGroups",
    collection: "networkEndpointGroups",
    kind: "networkEndpointGroup",
    noun: "network_endpoint_group",
    seconds: (4, 4, 5),
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

/// Its target must be there. Labels come by a call of their own.
fn rule(call: &mut Call<'_>, _place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    fields.remove("labels");
    for name in ["target", "backendService"] {
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
    if text(fields, "IPAddress").is_empty() {
        let hex = call.tx.fresh_hex("address");
        let byte = |at: usize| {
            u8::from_str_radix(hex.get(at..at + 2).unwrap_or("0"), 16).unwrap_or_default()
        };
        let address = format!("35.{}.{}.{}", byte(0), byte(2), byte(4).max(1));
        fields.insert("IPAddress".to_owned(), json!(address));
    }
    Ok(())
}
