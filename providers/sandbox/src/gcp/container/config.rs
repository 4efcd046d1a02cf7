//! What the service offers at a place: versions, channels, images.

use serde_json::{Value, json};

use super::cluster::{home, written};
use super::version;
use crate::gcp::{Call, Outcome};

const IMAGES: &[&str] = &[
    "COS_CONTAINERD",
    "UBUNTU_CONTAINERD",
    "WINDOWS_LTSC_CONTAINERD",
];

/// `getServerConfig`.
pub(super) fn get(call: &mut Call<'_>) -> Outcome {
    home(call)?;
    let now = call.now();
    let of = |name: &str| version::channel(name, now);
    let row = |name: &&str| {
        let channel = of(name);
        json!({
            "channel": channel.name,
            "defaultVersion": channel.default,
            "validVersions": channel.valid,
            "upgradeTargetVersion": channel.default,
        })
    };
    let rows: Vec<Value> = ["RAPID", "REGULAR", "STABLE", "EXTENDED"]
        .iter()
        .map(row)
        .collect();
    let all = of("EXTENDED").valid;
    Ok(written(
        "ServerConfig",
        json!({
            "channels": rows,
            "defaultClusterVersion": of("REGULAR").default,
            "defaultImageType": "COS_CONTAINERD",
            "validImageTypes": IMAGES,
            "validMasterVersions": of("REGULAR").valid,
            "validNodeVersions": all,
        }),
    ))
}
