//! What the service fills in when a message does not say it. Taken from recorded answers of 2025 and 2026.

use serde_json::{Value, json};

use super::fields::{Fields, at, default, is, number, set, text};
use super::version;

/// What nodes may do when nobody says otherwise.
pub(super) const SCOPES: &[&str] = &[
    "https://www.googleapis.com/auth/devstorage.read_only",
    "https://www.googleapis.com/auth/logging.write",
    "https://www.googleapis.com/auth/monitoring",
    "https://www.googleapis.com/auth/service.management.readonly",
    "https://www.googleapis.com/auth/servicecontrol",
    "https://www.googleapis.com/auth/trace.append",
];

/// What is monitored.
const COMPONENTS: &[&str] = &[
    "SYSTEM_COMPONENTS",
    "STORAGE",
    "HPA",
    "POD",
    "DAEMONSET",
    "DEPLOYMENT",
    "STATEFULSET",
    "JOBSET",
    "CADVISOR",
    "KUBELET",
    "DCGM",
];

/// Fields of a cluster that are there in any case, as far as they do not depend on others.
fn plain() -> Vec<(&'static str, Value)> {
    let kubelet = || json!({ "insecureKubeletReadonlyPortEnabled": false });
    vec![
        (
            "addonsConfig.gcePersistentDiskCsiDriverConfig",
            json!({ "enabled": true }),
        ),
        (
            "addonsConfig.kubernetesDashboard",
            json!({ "disabled": true }),
        ),
        (
            "addonsConfig.networkPolicyConfig",
            json!({ "disabled": true }),
        ),
        ("autopilot", json!({})),
        ("autoscaling.autoscalingProfile", json!("BALANCED")),
        ("binaryAuthorization", json!({})),
        ("databaseEncryption.state", json!("DECRYPTED")),
        ("defaultMaxPodsConstraint.maxPodsPerNode", json!("110")),
        ("enterpriseConfig.clusterTier", json!("STANDARD")),
        ("legacyAbac", json!({})),
        (
            "loggingConfig.componentConfig",
            json!({ "enableComponents": ["SYSTEM_COMPONENTS", "WORKLOADS"] }),
        ),
        (
            "monitoringConfig.advancedDatapathObservabilityConfig",
            json!({}),
        ),
        (
            "monitoringConfig.componentConfig",
            json!({ "enableComponents": COMPONENTS }),
        ),
        (
            "monitoringConfig.managedPrometheusConfig",
            json!({ "enabled": true }),
        ),
        ("networkConfig.defaultSnatStatus", json!({})),
        ("networkConfig.serviceExternalIpsConfig", json!({})),
        ("nodePoolAutoConfig.nodeKubeletConfig", kubelet()),
        (
            "nodePoolDefaults.nodeConfigDefaults.loggingConfig",
            json!({ "variantConfig": { "variant": "DEFAULT" } }),
        ),
        (
            "nodePoolDefaults.nodeConfigDefaults.nodeKubeletConfig",
            kubelet(),
        ),
        ("notificationConfig.pubsub", json!({})),
        ("podAutoscaling.hpaProfile", json!("PERFORMANCE")),
        (
            "rbacBindingConfig.enableInsecureBindingSystemAuthenticated",
            json!(true),
        ),
        (
            "rbacBindingConfig.enableInsecureBindingSystemUnauthenticated",
            json!(true),
        ),
        ("releaseChannel", json!({ "channel": "REGULAR" })),
        ("securityPostureConfig.mode", json!("BASIC")),
        (
            "securityPostureConfig.vulnerabilityMode",
            json!("VULNERABILITY_MODE_UNSPECIFIED"),
        ),
        ("shieldedNodes", json!({ "enabled": true })),
        ("userManagedKeysConfig", json!({})),
    ]
}

/// Fields that came with newer minors.
fn newer(minor: u16) -> Vec<(&'static str, Value)> {
    let mut rows = Vec::new();
    let anonymous = if minor >= 35 { "LIMITED" } else { "ENABLED" };
    rows.push(("anonymousAuthenticationConfig.mode", json!(anonymous)));
    if minor >= 34 {
        rows.push(("addonsConfig.dnsCacheConfig", json!({ "enabled": true })));
        rows.push(("controlPlaneEgress.mode", json!("VIA_CONTROL_PLANE")));
    }
    if minor >= 35 {
        rows.push(("addonsConfig.nodeReadinessConfig", json!({})));
        rows.push(("nodeCreationConfig.nodeCreationMode", json!("VIA_KUBELET")));
    }
    rows
}

/// Fills in a cluster.
pub(super) fn cluster(fields: &mut Fields, version: &str) {
    let minor = version::order(version).map_or(0, |(minor, _, _)| minor);
    for (path, value) in plain().into_iter().chain(newer(minor)) {
        default(fields, path, value);
    }
    // It cannot be left out of a new cluster.
    set(
        fields,
        "addonsConfig.gcePersistentDiskCsiDriverConfig.enabled",
        true,
    );
    super::settled::cluster(fields);
    services(fields);
    encryption(fields);
    maintenance(fields);
    if is(fields, "autopilot.enabled") {
        default(fields, "workloadIdentityConfig", json!({}));
        set(fields, "verticalPodAutoscaling.enabled", true);
        set(fields, "autoscaling.enableNodeAutoprovisioning", true);
        set(
            fields,
            "autoscaling.autoscalingProfile",
            "OPTIMIZE_UTILIZATION",
        );
        default(
            fields,
            "networkConfig.datapathProvider",
            "ADVANCED_DATAPATH",
        );
    }
}

/// The older names of logging and monitoring follow from the newer messages, and the other way round.
pub(super) fn services(fields: &mut Fields) {
    for (path, config, name) in [
        ("loggingService", "loggingConfig", "logging"),
        ("monitoringService", "monitoringConfig", "monitoring"),
    ] {
        if text(fields, path) == "none" {
            set(fields, &format!("{config}.componentConfig"), json!({}));
            continue;
        }
        let list = super::fields::list(
            fields,
            &format!("{config}.componentConfig.enableComponents"),
        );
        let service = match list.is_empty() {
            true => "none".to_owned(),
            false => format!("{name}.googleapis.com/kubernetes"),
        };
        set(fields, path, service);
    }
}

/// What the encryption of the database has come to.
pub(super) fn encryption(fields: &mut Fields) {
    let now = match text(fields, "databaseEncryption.state") {
        "ENCRYPTED" => "CURRENT_STATE_ENCRYPTED",
        "ALL_OBJECTS_ENCRYPTION_ENABLED" => "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ENABLED",
        _ => "CURRENT_STATE_DECRYPTED",
    };
    set(fields, "databaseEncryption.currentState", now);
}

/// The version of the maintenance policy, which follows from what it says; a daily window lasts four hours.
pub(super) fn maintenance(fields: &mut Fields) {
    if !text(
        fields,
        "maintenancePolicy.window.dailyMaintenanceWindow.startTime",
    )
    .is_empty()
    {
        set(
            fields,
            "maintenancePolicy.window.dailyMaintenanceWindow.duration",
            "PT4H0M0S",
        );
    }
    super::fields::unset(fields, "maintenancePolicy.resourceVersion");
    let empty = |value: &&Value| value.as_object().is_none_or(Fields::is_empty);
    if at(fields, "maintenancePolicy.window")
        .as_ref()
        .is_some_and(empty)
    {
        super::fields::unset(fields, "maintenancePolicy.window");
    }
    let said = fields
        .get("maintenancePolicy")
        .filter(|value| !empty(value));
    let of = said.map(Value::to_string).unwrap_or_default();
    set(
        fields,
        "maintenancePolicy.resourceVersion",
        crate::gcp::shape::digest(&of, 8),
    );
}

/// Fills in a pool of a cluster.
pub(super) fn pool(fields: &mut Fields, cluster: &Fields) {
    default(fields, "locations", cluster.get("locations").cloned());
    default(
        fields,
        "version",
        cluster.get("currentMasterVersion").cloned(),
    );
    default(
        fields,
        "management",
        json!({ "autoRepair": true, "autoUpgrade": true }),
    );
    upgrades(fields);
    let pods = at(cluster, "defaultMaxPodsConstraint.maxPodsPerNode").cloned();
    default(fields, "maxPodsConstraint.maxPodsPerNode", pods);
    let pods = number(fields, "maxPodsConstraint.maxPodsPerNode");
    // Twice as many addresses as pods.
    let bits = 32 - (2 * pods.max(8)).next_power_of_two().trailing_zeros();
    set(fields, "podIpv4CidrSize", bits);
    autoscaling(fields);
    for (name, path) in [
        ("podRange", "ipAllocationPolicy.clusterSecondaryRangeName"),
        (
            "podIpv4CidrBlock",
            "ipAllocationPolicy.clusterIpv4CidrBlock",
        ),
        ("subnetwork", "networkConfig.subnetwork"),
        (
            "enablePrivateNodes",
            "networkConfig.defaultEnablePrivateNodes",
        ),
        ("networkTierConfig", "ipAllocationPolicy.networkTierConfig"),
    ] {
        default(
            fields,
            &format!("networkConfig.{name}"),
            at(cluster, path).cloned(),
        );
    }
    let subnetwork = text(fields, "networkConfig.subnetwork").to_owned();
    if let Some((_, path)) = subnetwork.split_once("/projects/") {
        set(
            fields,
            "networkConfig.subnetwork",
            format!("projects/{path}"),
        );
    }
    config(fields, cluster);
}

/// How nodes are replaced.
pub(super) fn upgrades(fields: &mut Fields) {
    default(
        fields,
        "upgradeSettings",
        json!({ "maxSurge": 1, "strategy": "SURGE" }),
    );
    default(fields, "upgradeSettings.strategy", "SURGE");
    if text(fields, "upgradeSettings.strategy") == "BLUE_GREEN" {
        let settings = "upgradeSettings.blueGreenSettings";
        default(fields, &format!("{settings}.nodePoolSoakDuration"), "3600s");
        if at(fields, &format!("{settings}.autoscaledRolloutPolicy")).is_none() {
            let policy = json!({ "batchNodeCount": 1, "batchSoakDuration": "0s" });
            default(fields, &format!("{settings}.standardRolloutPolicy"), policy);
        }
    } else {
        super::fields::unset(fields, "upgradeSettings.blueGreenSettings");
    }
}

/// A pool that scales by itself spreads evenly, unless it says otherwise.
pub(super) fn autoscaling(fields: &mut Fields) {
    match is(fields, "autoscaling.enabled") {
        true => default(fields, "autoscaling.locationPolicy", "BALANCED"),
        false => super::fields::unset(fields, "autoscaling"),
    }
}

fn config(fields: &mut Fields, cluster: &Fields) {
    // Pools that the service makes by itself start from what the cluster says of them.
    if is(cluster, "autopilot.enabled") {
        for name in ["serviceAccount", "oauthScopes", "imageType"] {
            let path = format!("autoscaling.autoprovisioningNodePoolDefaults.{name}");
            default(
                fields,
                &format!("config.{name}"),
                at(cluster, &path).cloned(),
            );
        }
    }
    let rows = [
        ("machineType", json!("e2-medium")),
        ("imageType", json!("COS_CONTAINERD")),
        ("serviceAccount", json!("default")),
        ("oauthScopes", json!(SCOPES)),
        ("metadata.disable-legacy-endpoints", json!("true")),
        (
            "shieldedInstanceConfig",
            json!({ "enableIntegrityMonitoring": true }),
        ),
        ("windowsNodeConfig", json!({})),
        (
            "kubeletConfig.insecureKubeletReadonlyPortEnabled",
            json!(false),
        ),
        ("kubeletConfig.maxParallelImagePulls", json!(2)),
        ("effectiveCgroupMode", json!("EFFECTIVE_CGROUP_MODE_V2")),
    ];
    for (name, value) in rows {
        default(fields, &format!("config.{name}"), value);
    }
    disk(fields);
    let spot = is(fields, "config.spot") || is(fields, "config.preemptible");
    let model = if spot { "spot" } else { "on-demand" };
    let label = "config.resourceLabels.goog-gke-node-pool-provisioning-model";
    default(fields, label, model);
    if !text(cluster, "workloadIdentityConfig.workloadPool").is_empty() {
        default(fields, "config.workloadMetadataConfig.mode", "GKE_METADATA");
    }
    image(fields);
}

/// The disk of nodes is told twice: by fields of its own, and by a message.
pub(super) fn disk(fields: &mut Fields) {
    let size = match number(fields, "config.diskSizeGb") {
        0 => number(fields, "config.bootDisk.sizeGb"),
        size => size,
    };
    let size = if size == 0 { 100 } else { size };
    let kind = match text(fields, "config.diskType") {
        "" => text(fields, "config.bootDisk.diskType"),
        kind => kind,
    };
    let usual = match super::create::newer(text(fields, "config.machineType")) {
        true => "hyperdisk-balanced",
        false => "pd-balanced",
    };
    let kind = if kind.is_empty() { usual } else { kind }.to_owned();
    set(fields, "config.diskSizeGb", size);
    set(fields, "config.bootDisk.sizeGb", size.to_string());
    set(fields, "config.diskType", kind.as_str());
    set(fields, "config.bootDisk.diskType", kind.as_str());
}

/// The image that a version's nodes start from.
pub(super) fn image(fields: &mut Fields) {
    let version = text(fields, "version").to_owned();
    let Some((kubernetes, build)) = version.split_once("-gke.") else {
        return;
    };
    let name = format!(
        "gke-{}-gke{build}-cos-125-19216-395-109-c-pre",
        kubernetes.replace('.', "")
    );
    set(fields, "config.nodeImageConfig.image", name);
    set(
        fields,
        "config.nodeImageConfig.imageProject",
        "gke-node-images",
    );
}
