//! What runs on clusters: `[workload.NAME]` and `[job.NAME]`.

use super::{
    ADOPT, Block, CPU, EXTENDS, Key, LONG_NAME, PERCENT, PORT, SHORT_NAME, TEXT, TEXTS, Type, key,
};
use crate::spec::format::Format;

const SIZE: Type = Type::Text(Format::Size);
const DURATION: Type = Type::Text(Format::Duration);
/// Arguments may be empty strings.
const ARGUMENTS: Type = Type::List(&Type::Text(Format::Free));

const ENTRYPOINT: Key = key("entrypoint", ARGUMENTS, "Replaces the image's ENTRYPOINT.");
const COMMAND: Key = key(
    "command",
    ARGUMENTS,
    "Replaces the image's CMD (Kubernetes `args`).",
);
const CPU_KEY: Key = key("cpu", CPU, "Requested CPU; there is no limit.");
const MEMORY: Key = key("memory", SIZE, "Requested memory, and its limit.");
const ENV: Key = key(
    "env",
    Type::Map(Format::EnvName, &Type::Text(Format::Free)),
    "Environment variables.",
);
const SECRETS: Key = key(
    "secrets",
    Type::Map(Format::EnvName, &LONG_NAME),
    "Environment variables from secrets: variable = secret.",
);
const IDENTITY_KEY: Key = key(
    "identity",
    Type::Block(&IDENTITY),
    "What it may do in the cloud.",
);
const STOP_TIMEOUT: Key = key(
    "stop_timeout",
    DURATION,
    "Time between the polite and the hard end.",
);

/// A workload.
pub(super) static WORKLOAD: Block = Block {
    name: "workload",
    doc: "Something that runs all the time.",
    keys: &[
        key(
            EXTENDS,
            LONG_NAME,
            "Shares everything of another workload; \"none\" removes an inherited key.",
        ),
        key("cluster", SHORT_NAME, "Its cluster.").required(),
        key("pool", SHORT_NAME, "Its pool; absent: any."),
        key("image", TEXT, "The image.").required(),
        key(
            "image_managed",
            Type::Word(&["external"]),
            "\"external\": a pipeline sets the image, a change of it is left alone.",
        ),
        ENTRYPOINT,
        COMMAND,
        key(
            "replicas",
            Type::Any(&[Type::Integer(0, 10000), Type::Block(&REPLICAS)]),
            "How many, or bounds and targets of their scaling.",
        )
        .or_integer(1),
        CPU_KEY,
        MEMORY,
        key("port", PORT, "The port it listens on."),
        key("health", Type::Block(&HEALTH), "How its health is told."),
        STOP_TIMEOUT,
        ENV,
        SECRETS,
        IDENTITY_KEY,
        key(
            "volumes",
            Type::Map(Format::Path, &Type::Block(&VOLUME)),
            "Disks by the path where they are mounted.",
        ),
        key(
            "sidecars",
            Type::Map(Format::Name(52), &Type::Block(&SIDECAR)),
            "More containers beside it.",
        ),
        ADOPT,
    ],
    rivals: &[],
};

static REPLICAS: Block = Block {
    name: "replicas",
    doc: "Bounds and targets of scaling.",
    keys: &[
        key("min", Type::Integer(0, 10000), "Least.").required(),
        key("max", Type::Integer(1, 10000), "Most.").required(),
        key(
            "cpu",
            PERCENT,
            "Average CPU to hold, in percent of the request.",
        ),
        key(
            "memory",
            PERCENT,
            "Average memory to hold, in percent of the request.",
        ),
    ],
    rivals: &[],
};

static HEALTH: Block = Block {
    name: "health",
    doc: "How the health of a workload is told.",
    keys: &[
        key(
            "path",
            Type::Text(Format::Path),
            "An HTTP path on its port.",
        ),
        key("command", TEXTS, "A command that ends with 0."),
        key("start", DURATION, "How long it may take to start."),
    ],
    rivals: &[&["path"], &["command"]],
};

static VOLUME: Block = Block {
    name: "volume",
    doc: "A disk.",
    keys: &[key("size", SIZE, "Its size.").required()],
    rivals: &[],
};

static SIDECAR: Block = Block {
    name: "sidecar",
    doc: "A container beside the main one.",
    keys: &[
        key("image", TEXT, "The image.").required(),
        ENTRYPOINT,
        COMMAND,
        CPU_KEY,
        MEMORY,
        ENV,
        SECRETS,
    ],
    rivals: &[],
};

static IDENTITY: Block = Block {
    name: "identity",
    doc: "Permissions in the cloud, without keys.",
    keys: &[
        key("aws", Type::Block(&AWS_IDENTITY), "Permissions on AWS."),
        key(
            "gcp",
            Type::Block(&GCP_IDENTITY),
            "Permissions on Google Cloud.",
        ),
    ],
    rivals: &[],
};

static AWS_IDENTITY: Block = Block {
    name: "aws identity",
    doc: "Permissions on AWS.",
    keys: &[key(
        "policies",
        Type::List(&Type::Text(Format::Policy)),
        "Policies by ARN.",
    )
    .required()],
    rivals: &[],
};

static GCP_IDENTITY: Block = Block {
    name: "gcp identity",
    doc: "Permissions on Google Cloud.",
    keys: &[key(
        "roles",
        Type::List(&Type::Text(Format::GcpRole)),
        "Roles on the project.",
    )
    .required()],
    rivals: &[],
};

/// A job.
pub(super) static JOB: Block = Block {
    name: "job",
    doc: "Something that runs to completion and is cleaned up by itself.",
    keys: &[
        key(
            EXTENDS,
            LONG_NAME,
            "Shares everything of a workload (but port, replicas and health) or of another job.",
        ),
        key("cluster", SHORT_NAME, "Its cluster.").required(),
        key("pool", SHORT_NAME, "Its pool; absent: any."),
        key("image", TEXT, "The image.").required(),
        ENTRYPOINT,
        COMMAND,
        CPU_KEY,
        MEMORY,
        STOP_TIMEOUT,
        ENV,
        SECRETS,
        IDENTITY_KEY,
        key(
            "before",
            Type::List(&LONG_NAME),
            "Runs in apply ahead of the rollouts of these workloads, when it changed.",
        ),
        key("schedule", Type::Block(&SCHEDULE), "Runs by the clock."),
        key("ttl", DURATION, "How long a finished run is kept."),
        ADOPT,
    ],
    rivals: &[&["before"], &["schedule"]],
};

static SCHEDULE: Block = Block {
    name: "schedule",
    doc: "When a job runs.",
    keys: &[
        key(
            "cron",
            Type::Text(Format::Cron),
            "Minute, hour, day of month, month, day of week.",
        )
        .required(),
        key(
            "timezone",
            Type::Text(Format::Timezone),
            "A name of the IANA database; absent: UTC.",
        ),
        key(
            "overlap",
            Type::Word(&["allow", "forbid", "replace"]),
            "What happens when the last run still goes on.",
        )
        .or_text("forbid"),
    ],
    rivals: &[],
};
