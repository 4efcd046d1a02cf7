//! What only GKE knows of a cluster and of a pool.

use super::{Block, PORT, Type, key};
use crate::spec::format::Format;

/// `gke = { … }` of a cluster.
pub(super) static GKE: Block = Block {
    name: "gke",
    doc: "Extras of GKE.",
    keys: &[
        key("autopilot", Type::Bool, "Google runs the nodes: no pools.").or_bool(false),
        key(
            "release_channel",
            Type::Word(&["rapid", "regular", "stable", "extended", "none"]),
            "Which versions upgrades come from.",
        )
        .or_text("regular"),
        key(
            "dns_endpoint",
            Type::Bool,
            "The API can be reached by its DNS name as well, by whoever IAM allows it.",
        )
        .or_bool(false),
        key(
            "webhook_ports",
            Type::List(&PORT),
            "Ports of webhooks that the control plane may reach on nodes, beside 443 and 10250.",
        ),
        key(
            "kms_key",
            Type::Text(Format::GcpKey),
            "A Cloud KMS key of yours for the encryption of Kubernetes secrets: \"projects/…/cryptoKeys/NAME\".",
        ),
        key(
            "logging",
            Type::List(&Type::Word(GKE_LOGS)),
            "What is logged; absent: system components and workloads.",
        ),
        key(
            "prometheus",
            Type::Bool,
            "Google collects metrics for Prometheus.",
        )
        .or_bool(true),
        key(
            "maintenance",
            Type::Block(&MAINTENANCE),
            "When upgrades and repairs may be; absent: at any time.",
        ),
        key(
            "addons",
            Type::Block(&GKE_ADDONS),
            "Add-ons that are on or off: { gcs-fuse-csi = true }.",
        ),
    ],
    rivals: &[],
};

/// Components that GKE logs (projects.locations.clusters, `loggingConfig`).
const GKE_LOGS: &[&str] = &[
    "system-components",
    "workloads",
    "apiserver",
    "scheduler",
    "controller-manager",
];

/// Add-ons that can be declared (projects.locations.clusters, `addonsConfig`).
pub(super) static GKE_ADDONS: Block = Block {
    name: "table of add-ons",
    doc: "Add-ons of GKE, each on or off; what is absent stays as it is.",
    keys: &[
        key("backup-agent", Type::Bool, "The agent of Backup for GKE."),
        key(
            "config-connector",
            Type::Bool,
            "Config Connector: resources of Google Cloud as objects of Kubernetes.",
        ),
        key(
            "dns-cache",
            Type::Bool,
            "A cache of DNS answers on each node; Autopilot always has it.",
        ),
        key("filestore-csi", Type::Bool, "Volumes of Filestore."),
        key(
            "gcs-fuse-csi",
            Type::Bool,
            "Buckets of Cloud Storage as volumes.",
        ),
        key(
            "horizontal-pod-autoscaling",
            Type::Bool,
            "Pods become more and fewer with their load; on by itself.",
        ),
        key(
            "http-load-balancing",
            Type::Bool,
            "Load balancers for Ingress; on by itself.",
        ),
        key("lustre-csi", Type::Bool, "Volumes of Managed Lustre."),
        key(
            "network-policy",
            Type::Bool,
            "Calico's network policies, in clusters that are adopted; Dataplane V2 has its own.",
        ),
        key("parallelstore-csi", Type::Bool, "Volumes of Parallelstore."),
        key(
            "persistent-disk-csi",
            Type::Bool,
            "Disks of Compute Engine as volumes; on by itself, on Autopilot always.",
        ),
        key("ray-operator", Type::Bool, "The operator of Ray."),
        key(
            "stateful-ha",
            Type::Bool,
            "Stateful applications move to another node when theirs fails.",
        ),
    ],
    rivals: &[],
};

static MAINTENANCE: Block = Block {
    name: "maintenance",
    doc: "A window that recurs.",
    keys: &[
        key(
            "start",
            Type::Text(Format::Filled),
            "When it begins, in UTC: \"03:00\".",
        )
        .required(),
        key(
            "hours",
            Type::Integer(4, 24),
            "How long it may last; absent: 4.",
        ),
        key(
            "days",
            Type::List(&Type::Word(&["mo", "tu", "we", "th", "fr", "sa", "su"])),
            "On which days; absent: every day.",
        ),
    ],
    rivals: &[],
};

/// Extras of a pool.
pub(super) static GKE_POOL: Block = Block {
    name: "gke pool",
    doc: "Extras of a node pool on GKE.",
    keys: &[
        key(
            "accelerators",
            Type::Map(Format::Name(63), &Type::Integer(1, 16)),
            "Accelerators of each node: { nvidia-l4 = 1 }.",
        ),
        key(
            "upgrade",
            Type::Word(&["surge", "blue-green"]),
            "How nodes are rolled: a few at a time, or a whole new set beside the old one.",
        )
        .or_text("surge"),
        key(
            "max_surge",
            Type::Integer(0, 20),
            "How many nodes there may be too many during a surge; absent: 1.",
        ),
        key(
            "max_unavailable",
            Type::Integer(0, 20),
            "How many nodes may be missing during a surge; absent: 0.",
        ),
        key(
            "disk_type",
            Type::Word(&["pd-balanced", "pd-standard", "pd-ssd", "hyperdisk-balanced"]),
            "What the boot disk is.",
        )
        .or_text("pd-balanced"),
    ],
    rivals: &[],
};
