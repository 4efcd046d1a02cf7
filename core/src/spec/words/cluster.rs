//! `[cluster.NAME]` and its pools.

use super::gke::{GKE, GKE_POOL};
use super::network::NETWORK;
use super::{Block, CPU, SHORT, SHORT_NAME, TEXT, Type, key};
use crate::spec::format::Format;

/// A cluster.
pub(super) static CLUSTER: Block = Block {
    name: "cluster",
    doc: "A container cluster.",
    keys: &[
        key(
            "platform",
            Type::Word(&["gke", "eks", "ecs", "kubernetes"]),
            "The platform; `kubernetes` is any cluster that a kubeconfig context reaches.",
        )
        .required(),
        key(
            "network",
            Type::Any(&[SHORT_NAME, Type::Block(&NETWORK)]),
            "The name of its network; a table here is short for a network of the cluster's own name, and nothing is that with defaults.",
        ),
        key(
            "version",
            Type::Text(Format::Version),
            "The Kubernetes minor. Absent: the platform's default, then kept. On a GKE channel it is a floor.",
        ),
        key(
            "protect",
            Type::Bool,
            "Never deleted or replaced, even when removed from the file: set it to false and apply first.",
        )
        .or_bool(false),
        key("endpoint", Type::Block(&ENDPOINT), "Who reaches its API."),
        key(
            "access",
            Type::List(&Type::Block(&ACCESS)),
            "Who may use it, besides the nodes and whoever applies.",
        ),
        key(
            "pool",
            Type::Map(Format::Name(SHORT), &Type::Block(&POOL)),
            "Node pools; on ecs with capacity ec2 an auto-scaling capacity provider each, with fargate a choice between Fargate (spot = false) and Fargate Spot.",
        ),
        key("eks", Type::Block(&EKS), "Extras of EKS, used when that is the platform."),
        key("gke", Type::Block(&GKE), "Extras of GKE, used when that is the platform."),
        key("ecs", Type::Block(&ECS), "Extras of ECS, used when that is the platform."),
        key(
            "kubernetes",
            Type::Block(&KUBERNETES),
            "Extras of plain Kubernetes, used when that is the platform.",
        ),
        key("addon", Type::Reserved, "Add-ons of the cluster."),
        key(
            "adopt",
            Type::Text(Format::Filled),
            "The name, ARN or path of a cluster that somebody else made and that is taken over; it may go once that is done.",
        ),
    ],
    rivals: &[],
};

static ENDPOINT: Block = Block {
    name: "endpoint",
    doc: "Who reaches the API of a cluster.",
    keys: &[
        key(
            "public",
            Type::Any(&[Type::Bool, Type::List(&Type::Text(Format::PublicRange))]),
            "Ranges that reach it from the internet; true is everybody, false or none is nobody.",
        )
        .or_bool(true),
        key(
            "private",
            Type::Bool,
            "Whether the network reaches it inside.",
        )
        .or_bool(true),
    ],
    rivals: &[],
};

static ACCESS: Block = Block {
    name: "access",
    doc: "Somebody who may use a cluster.",
    keys: &[
        key("aws", Type::Text(Format::Principal), "An IAM role or user."),
        key(
            "gcp",
            Type::Text(Format::Member),
            "A user, group or service account.",
        ),
        key(
            "role",
            Type::Word(&["admin", "edit", "view"]),
            "What they may do.",
        )
        .required(),
        key(
            "namespaces",
            Type::List(&Type::Text(Format::Name(63))),
            "Only in these Kubernetes namespaces; absent: everywhere.",
        ),
    ],
    rivals: &[],
};

/// Control-plane logs of EKS (CreateCluster, `logging.clusterLogging.types`).
const LOGS: &[&str] = &[
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

/// Control planes of EKS (CreateCluster, `controlPlaneScalingConfig.tier`).
const TIERS: &[&str] = &["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"];

static EKS: Block = Block {
    name: "eks",
    doc: "Extras of EKS.",
    keys: &[
        key(
            "logging",
            Type::List(&Type::Word(LOGS)),
            "Control-plane logs that are written.",
        ),
        key(
            "log_retention_days",
            Type::Integer(1, 3653),
            "How long they are kept; the numbers that CloudWatch Logs knows.",
        )
        .or_integer(30),
        key(
            "support",
            Type::Word(&["standard", "extended"]),
            "What happens at the end of a version's standard support: an upgrade, or extended support at six times the price.",
        )
        .or_text("standard"),
        key(
            "control_plane",
            Type::Word(TIERS),
            "Whether the control plane scales by itself (standard) or always has the room of a tier, for which EKS charges extra by the hour.",
        )
        .or_text("standard"),
        key(
            "kms_key",
            Type::Text(Format::Key),
            "A key of yours for the envelope encryption of Kubernetes secrets.",
        ),
        key(
            "force_upgrade",
            Type::Bool,
            "Change the version although readiness insights of status ERROR stand in the way.",
        )
        .or_bool(false),
    ],
    rivals: &[],
};

static ECS: Block = Block {
    name: "ecs",
    doc: "Extras of ECS.",
    keys: &[
        key(
            "capacity",
            Type::Word(&["fargate", "ec2"]),
            "Whether tasks run on Fargate or on the pools.",
        )
        .or_text("fargate"),
        key(
            "insights",
            Type::Word(&["off", "enabled", "enhanced"]),
            "What CloudWatch Container Insights measures: nothing, clusters and services, or every task as well; billed by metric.",
        )
        .or_text("off"),
        key(
            "exec",
            Type::Bool,
            "Commands can be run in its containers (`aws ecs execute-command`), for whoever IAM allows it.",
        )
        .or_bool(false),
    ],
    rivals: &[],
};

static KUBERNETES: Block = Block {
    name: "kubernetes",
    doc: "Extras of plain Kubernetes.",
    keys: &[key(
        "context",
        TEXT,
        "The kubeconfig context; absent: the current one.",
    )],
    rivals: &[],
};

static POOL: Block = Block {
    name: "pool",
    doc: "Nodes of one shape.",
    keys: &[
        key(
            "machine",
            Type::Block(&MACHINE),
            "Which machines; wanted wherever a pool has some, that is not on Fargate.",
        ),
        key(
            "nodes",
            Type::Any(&[COUNT, Type::Block(&NODES)]),
            "How many in the whole pool, on every platform; the count in between is the autoscaler's.",
        )
        .or_integer(1),
        key("disk", Type::Text(Format::Size), "Disk of a node.").or_text("50GiB"),
        key("spot", Type::Bool, "Spot capacity: cheaper, and taken back at short notice.").or_bool(false),
        key(
            "node_labels",
            Type::Map(Format::LabelKey, &Type::Text(Format::LabelValue)),
            "Kubernetes labels of the nodes.",
        ),
        key(
            "taints",
            Type::List(&Type::Text(Format::Taint)),
            "Kubernetes taints of the nodes: \"key=value:Effect\".",
        ),
        key(
            "adopt",
            Type::Text(Format::Filled),
            "The name, ARN or path of a node group or pool that somebody else made and that is taken over; it may go once that is done.",
        ),
        key("gke", Type::Block(&GKE_POOL), "Extras of GKE, used when that is the platform."),
    ],
    rivals: &[],
};

/// Most nodes of a pool: what one GKE cluster can hold.
const COUNT: Type = Type::Integer(0, 15000);

static NODES: Block = Block {
    name: "nodes",
    doc: "Bounds of a pool.",
    keys: &[
        key("min", COUNT, "Least nodes.").required(),
        key("max", COUNT, "Most nodes.").required(),
    ],
    rivals: &[],
};

const NATIVE: Type = Type::Any(&[
    Type::Text(Format::AwsMachine),
    Type::List(&Type::Text(Format::AwsMachine)),
]);

static MACHINE: Block = Block {
    name: "machine",
    doc: "The shape of a node (the cheapest type that fits, then kept), or types by platform.",
    keys: &[
        key("cpu", CPU, "At least this many cores."),
        key(
            "memory",
            Type::Text(Format::Size),
            "At least this much memory.",
        ),
        key(
            "arch",
            Type::Word(&["amd64", "arm64"]),
            "Processor architecture.",
        )
        .or_text("amd64"),
        key(
            "eks",
            NATIVE,
            "EC2 types on EKS, in the order of preference.",
        ),
        key(
            "ecs",
            NATIVE,
            "EC2 types on ECS, in the order of preference.",
        ),
        key(
            "gke",
            Type::Any(&[
                Type::Text(Format::GcpMachine),
                Type::List(&Type::Text(Format::GcpMachine)),
            ]),
            "Compute Engine types on GKE, in the order of preference.",
        ),
    ],
    rivals: &[&["cpu", "memory"], &["eks", "ecs", "gke"]],
};
