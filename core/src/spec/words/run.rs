//! What runs on clusters: `[workload.NAME]`, `[job.NAME]`, `[secret.NAME]`, `[load_balancer.NAME]`.

use super::{
    Block, CPU, EXTENDS, Key, LONG_NAME, PERCENT, PORT, SHORT_NAME, TEXT, TEXTS, Type, key,
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
const ADOPT: Key = key("adopt", Type::Reserved, "Takes an existing object over.");

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

/// A secret.
pub(super) static SECRET: Block = Block {
    name: "secret",
    doc: "A secret, by reference only: its value is never in this file.",
    keys: &[
        key("cluster", SHORT_NAME, "The cluster it is for."),
        key(
            "store",
            Type::Word(&["cloud", "ssm"]),
            "\"cloud\": the cloud's own store, also for a Kubernetes cluster (Secrets Manager on AWS, Secret Manager on Google Cloud); \"ssm\": AWS's Parameter Store.",
        ),
        key("from", Type::Block(&FROM), "Where its value comes from.").required(),
        key(
            "compare",
            Type::Word(&["digest", "read"]),
            "How a change is told: by a digest kept beside it, or by reading it.",
        )
        .or_text("digest"),
        ADOPT,
    ],
    rivals: &[],
};

static FROM: Block = Block {
    name: "from",
    doc: "Where the value of a secret comes from.",
    keys: &[
        key(
            "env",
            Type::Text(Format::EnvName),
            "An environment variable of whoever applies.",
        ),
        key("file", TEXT, "A file, beside this one."),
        key(
            "format",
            Type::Word(&["raw", "dotenv", "json"]),
            "How to read the file.",
        ),
        key("stdin", Type::Bool, "Standard input."),
        key(
            "generate",
            Type::Block(&GENERATE),
            "Made once, and never shown.",
        ),
        key(
            "existing",
            Type::Block(&STORED),
            "One that is already in a store.",
        ),
    ],
    rivals: &[
        &["env"],
        &["file", "format"],
        &["stdin"],
        &["generate"],
        &["existing"],
    ],
};

static GENERATE: Block = Block {
    name: "generate",
    doc: "A value made once.",
    keys: &[
        key("length", Type::Integer(8, 4096), "Characters.").or_integer(32),
        key(
            "alphabet",
            TEXT,
            "The characters to take; absent: letters and digits.",
        ),
    ],
    rivals: &[],
};

static STORED: Block = Block {
    name: "existing secret",
    doc: "A secret that is already in a store.",
    keys: &[
        key(
            "aws",
            TEXT,
            "Name or ARN in AWS Secrets Manager, or in the Parameter Store.",
        ),
        key("gcp", TEXT, "Name in Secret Manager."),
    ],
    rivals: &[],
};

/// A load balancer.
pub(super) static LOAD_BALANCER: Block = Block {
    name: "load_balancer",
    doc: "A load balancer.",
    keys: &[
        key("network", SHORT_NAME, "Its network.").required(),
        key(
            "scheme",
            Type::Word(&["public", "internal"]),
            "Who reaches it.",
        )
        .or_text("public"),
        key(
            "listeners",
            Type::List(&Type::Block(&LISTENER)),
            "Its ports.",
        )
        .required(),
        key(
            "target",
            Type::List(&Type::Block(&TARGET)),
            "Where traffic goes; several share it by weight.",
        ),
        key(
            "routes",
            Type::List(&Type::Block(&ROUTE)),
            "Where traffic of a host or path goes.",
        ),
        key(
            "access_logs",
            Type::Any(&[Type::Word(&["none"]), Type::Block(&ACCESS_LOGS)]),
            "Where it writes what it was asked; \"none\" writes nothing. Absent: as it is.",
        ),
        ADOPT,
    ],
    rivals: &[],
};

static ACCESS_LOGS: Block = Block {
    name: "access_logs",
    doc: "Where a load balancer writes what it was asked. The place is yours, and has to let the balancer write.",
    keys: &[
        key(
            "aws",
            TEXT,
            "The name of an S3 bucket in the balancer's region.",
        )
        .required(),
        key("prefix", TEXT, "What the names of its objects begin with."),
    ],
    rivals: &[],
};

static LISTENER: Block = Block {
    name: "listener",
    doc: "A port of a load balancer.",
    keys: &[
        key("port", PORT, "The port.").required(),
        key(
            "protocol",
            Type::Word(&["http", "https", "tcp", "tls"]),
            "What it speaks.",
        )
        .or_text("http"),
        key(
            "certificates",
            Type::List(&Type::Block(&CERTIFICATE)),
            "Certificates, of which the first is the default.",
        ),
        key("redirect", PORT, "Sends callers to this port instead."),
    ],
    rivals: &[],
};

static CERTIFICATE: Block = Block {
    name: "certificate",
    doc: "A certificate, per cloud.",
    keys: &[
        key("aws", TEXT, "The ARN of an ACM certificate."),
        key("gcp", TEXT, "The name of a certificate."),
    ],
    rivals: &[],
};

static TARGET: Block = Block {
    name: "target",
    doc: "Where traffic goes.",
    keys: &[
        key("workload", LONG_NAME, "The workload.").required(),
        key(
            "cluster",
            SHORT_NAME,
            "Its cluster; absent: the workload's.",
        ),
        key("port", PORT, "The port; absent: the workload's."),
        key("weight", Type::Integer(0, 999), "Its share of the traffic."),
    ],
    rivals: &[],
};

static ROUTE: Block = Block {
    name: "route",
    doc: "Where traffic of a host or path goes.",
    keys: &[
        key("host", TEXT, "The host."),
        key(
            "path",
            Type::Text(Format::Path),
            "The beginning of the path.",
        ),
        key("workload", LONG_NAME, "The workload.").required(),
    ],
    rivals: &[],
};
