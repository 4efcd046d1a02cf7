//! What the service makes of messages that it was given, whenever they are given: parts that are filled in, and parts that say
//! nothing and are not kept. Taken from recorded answers of 2025 and 2026.

use serde_json::{Value, json};

use super::defaults::SCOPES;
use super::fields::{Fields, at, default, is, set, text, unset};

/// Settles the messages of a cluster.
pub(super) fn cluster(fields: &mut Fields) {
    autoprovisioning(fields);
    if at(fields, "addonsConfig.cloudRunConfig").is_some() {
        let path = "addonsConfig.cloudRunConfig.loadBalancerType";
        default(fields, path, "LOAD_BALANCER_TYPE_EXTERNAL");
    }
    // One that is off is not kept.
    if at(fields, "networkPolicy") == Some(&json!({})) {
        unset(fields, "networkPolicy");
    }
}

/// What pools that the service makes by itself start from.
fn autoprovisioning(fields: &mut Fields) {
    let of = |name: &str| format!("autoscaling.autoprovisioningNodePoolDefaults.{name}");
    let usual = [
        ("imageType", json!("COS_CONTAINERD")),
        (
            "management",
            json!({ "autoRepair": true, "autoUpgrade": true }),
        ),
        ("oauthScopes", json!(SCOPES)),
        ("serviceAccount", json!("default")),
    ];
    for (name, value) in usual {
        default(fields, &of(name), value);
    }
    // The platform that means none in particular.
    if text(fields, &of("minCpuPlatform")) == "automatic" {
        unset(fields, &of("minCpuPlatform"));
    }
    if at(fields, &of("upgradeSettings")).is_some() {
        default(fields, &of("upgradeSettings.strategy"), "SURGE");
        if text(fields, &of("upgradeSettings.strategy")) == "SURGE" {
            unset(fields, &of("upgradeSettings.blueGreenSettings"));
        }
    }
}

/// The database is no longer encrypted by a key, which old entries still need.
pub(super) fn decrypted(fields: &mut Fields, key: &str) {
    let off = text(fields, "databaseEncryption.state") == "DECRYPTED";
    if off && !key.is_empty() {
        unset(fields, "databaseEncryption.keyName");
        set(fields, "databaseEncryption.decryptionKeys", json!([key]));
    }
}

/// What is not shown of the control plane's addresses: those through which it cannot be reached. They are kept.
pub(super) fn endpoints(out: &mut Fields) {
    let ip = "controlPlaneEndpointsConfig.ipEndpointsConfig";
    if !is(out, &format!("{ip}.enabled")) {
        set(out, ip, json!({ "enabled": false }));
        unset(out, "masterAuthorizedNetworksConfig");
        unset(out, "privateClusterConfig.privateEndpoint");
        return;
    }
    if !is(out, &format!("{ip}.enablePublicEndpoint")) {
        unset(out, &format!("{ip}.publicEndpoint"));
    }
    let global = format!("{ip}.globalAccess");
    match at(out, &global) {
        Some(Value::Bool(true)) => {
            set(
                out,
                "privateClusterConfig.masterGlobalAccessConfig.enabled",
                true,
            );
        }
        _ => unset(out, &global),
    }
}
