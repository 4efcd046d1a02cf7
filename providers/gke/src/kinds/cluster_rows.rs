//! The table of a cluster's fields.

use provision_core::model::{Condition, Effect, FieldKind, Row};
use provision_kind::tables::{fixed, tags as tags_row};

/// What stays as it was made: everything that runs would have to move.
fn stays(name: &str, what: &str, doc: &str) -> Row {
    let advice = format!(
        "a cluster stays in its {what}: keep it, or declare a second cluster, move what runs, then remove this one"
    );
    Row::new(name, FieldKind::Scalar, Effect::Refused { advice }, doc)
}

/// Up by any number of minors, each of them a step. What is lower than the live one is a floor that is reached: channels go
/// on by themselves, and GKE never goes back by more than a patch.
fn version() -> Effect {
    Effect::When {
        condition: Condition::NewerMinor,
        then: Box::new(Effect::Stepwise),
        otherwise: Box::new(Effect::CreateOnly),
    }
}

/// The fields of a cluster, and what a change of each comes to.
pub(super) fn rows() -> Vec<Row> {
    use FieldKind::{Scalar, Set};
    let row = |name: &str, kind, group: &str, doc: &str| {
        Row::new(name, kind, Effect::InPlace, doc).in_group(group)
    };
    let owned = || FieldKind::Map { owned_only: true };
    let whole = || FieldKind::Map { owned_only: false };
    vec![
        stays("location", "region or zone", "its region or zone"),
        fixed("autopilot", "Google runs the nodes"),
        stays("network", "network", "its network"),
        stays("subnetwork", "subnetwork", "its subnetwork"),
        fixed("pods_range", "the secondary range of pods"),
        fixed("datapath", "how packets go"),
        fixed("max_pods_per_node", "the most pods of a node"),
        row(
            "channel",
            Scalar,
            "channel",
            "which versions upgrades come from",
        ),
        Row::new("version", Scalar, version(), "the Kubernetes minor")
            .in_group("version")
            .shared_with("GKE, which upgrades along the channel"),
        // A change of it would move all pools (ClusterUpdate.desiredLocations); each has zones of its own.
        Row::new(
            "zones",
            Set,
            Effect::CreateOnly,
            "zones of nodes whose pool says none",
        ),
        row(
            "private_nodes",
            Scalar,
            "private_nodes",
            "nodes have no public addresses",
        ),
        row(
            "public_endpoint",
            Scalar,
            "endpoint",
            "the API has an address on the internet",
        ),
        row(
            "restricted",
            Scalar,
            "endpoint",
            "only the ranges that are listed reach the API",
        ),
        row(
            "authorized_networks",
            Set,
            "endpoint",
            "ranges that reach the API",
        ),
        row(
            "dns_endpoint",
            Scalar,
            "endpoint",
            "the API can be reached by its DNS name",
        ),
        row(
            "workload_pool",
            Scalar,
            "workload_pool",
            "the pool of workload identities",
        ),
        row(
            "shielded_nodes",
            Scalar,
            "shielded_nodes",
            "nodes prove what they have booted",
        ),
        row(
            "kms_key",
            Scalar,
            "kms_key",
            "the key of yours that encrypts Kubernetes secrets",
        ),
        row("logging", Set, "logging", "what is logged"),
        row("monitoring", Set, "monitoring", "what is measured"),
        row(
            "managed_prometheus",
            Scalar,
            "monitoring",
            "Google collects metrics for Prometheus",
        ),
        row("addons", owned(), "addons", "add-ons that are on or off"),
        row(
            "vertical_pod_autoscaling",
            Scalar,
            "vertical_pod_autoscaling",
            "requests of pods are adapted to what they use",
        ),
        row(
            "gateway_api",
            Scalar,
            "gateway_api",
            "the Gateway API can be used",
        ),
        row(
            "maintenance_start",
            Scalar,
            "maintenance",
            "when maintenance may begin, in UTC",
        ),
        row(
            "maintenance_hours",
            Scalar,
            "maintenance",
            "how long it may last, in hours",
        ),
        row(
            "maintenance_days",
            Set,
            "maintenance",
            "on which days; none is every day",
        ),
        row(
            "maintenance_exclusions",
            whole(),
            "maintenance",
            "when there is none",
        ),
        tags_row().in_group("tags"),
        // A later change would be one of pools that Autopilot makes from then on: nodes that run stay who they are.
        Row::new(
            "node_account",
            Scalar,
            Effect::CreateOnly,
            "who the nodes of Autopilot are",
        ),
        Row::new(
            "node_scopes",
            Set,
            Effect::CreateOnly,
            "what the nodes of Autopilot may ask for",
        ),
        Row::new(
            "pools",
            FieldKind::List,
            Effect::CreateOnly,
            "the pools that are made with it",
        ),
    ]
}
