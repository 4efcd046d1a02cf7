//! The file itself: `stack`, `[cloud]`, `[labels]`, `[budget]`, `[variables]`, `[env]`.

use super::balancer::LOAD_BALANCER;
use super::cluster::CLUSTER;
use super::network::NETWORK;
use super::run::{JOB, WORKLOAD};
use super::secret::SECRET;
use super::{Block, Key, LONG, SHORT, SHORT_NAME, TEXT, Type, key};
use crate::spec::format::Format;

/// The whole file.
pub(in crate::spec) static ROOT: Block = Block {
    name: "spec",
    doc: "A stack of container clusters, their networks and what runs on them.",
    keys: &[
        key(
            "stack",
            SHORT_NAME,
            "Owner of all that this file declares; written on every object as the mark `provision-stack`. With `--env NAME` it becomes STACK-NAME.",
        )
        .required(),
        key("cloud", Type::Block(&CLOUD), "Accounts and regions, one region per cloud."),
        key(
            "labels",
            Type::Map(Format::Free, &Type::Text(Format::Free)),
            "On every object that can carry them; legal on every platform the file names.",
        ),
        key("budget", Type::Block(&BUDGET), "A limit for the monthly bill."),
        key("prices", Type::Block(&PRICES), "What you pay that differs from the list."),
        key(
            "variables",
            Type::Map(Format::Name(LONG), &Type::Block(&VARIABLE)),
            "Values for \"${name}\" inside strings, given by --var NAME=VALUE or PROVISION_VAR_NAME. Never a secret.",
        ),
        key(
            "network",
            Type::Map(Format::Name(SHORT), &Type::Block(&NETWORK)),
            "Networks. Owned on their own: several clusters may share one.",
        ),
        key(
            "cluster",
            Type::Map(Format::Name(SHORT), &Type::Block(&CLUSTER)),
            "Clusters.",
        ),
        key(
            "secret",
            Type::Map(Format::Name(LONG), &Type::Block(&SECRET)),
            "Secrets, by reference only.",
        ),
        key(
            "load_balancer",
            Type::Map(Format::Name(LONG), &Type::Block(&LOAD_BALANCER)),
            "Load balancers.",
        ),
        key(
            "workload",
            Type::Map(Format::Name(LONG), &Type::Block(&WORKLOAD)),
            "What runs all the time: Deployment and Service on Kubernetes, task definition and service on ECS.",
        ),
        key(
            "job",
            Type::Map(Format::Name(LONG), &Type::Block(&JOB)),
            "What runs to completion.",
        ),
        key(
            "env",
            Type::Map(Format::Name(SHORT), &Type::Overlay),
            "Overlays of the file's own keys, chosen by --env NAME: tables are merged key by key, everything else is replaced.",
        ),
        key("backend", Type::Reserved, "Where locks and history are kept."),
        key("migrate", Type::Reserved, "Decisions of a migration."),
        key("policy", Type::Reserved, "Rules that plans must keep."),
        key("include", Type::Reserved, "Other files."),
        key("moved", Type::Reserved, "New addresses of what exists."),
    ],
    rivals: &[],
};

static CLOUD: Block = Block {
    name: "cloud",
    doc: "Accounts and regions.",
    keys: &[
        key(
            "aws",
            Type::Block(&AWS),
            "Amazon Web Services; needed by clusters on eks and ecs.",
        ),
        key(
            "gcp",
            Type::Block(&GCP),
            "Google Cloud; needed by clusters on gke.",
        ),
    ],
    rivals: &[],
};

static AWS: Block = Block {
    name: "aws",
    doc: "Amazon Web Services. Credentials come from the SDK's default chain.",
    keys: &[
        key(
            "account",
            Type::Text(Format::Account),
            "The account that must be the caller's: any other is an error before any other call.",
        ),
        key("region", Type::Text(Format::AwsRegion), "The region.").required(),
        key(
            "profile",
            TEXT,
            "A profile of the shared AWS configuration.",
        ),
        key("assume_role", Type::Text(Format::Role), "A role to assume."),
    ],
    rivals: &[],
};

static GCP: Block = Block {
    name: "gcp",
    doc: "Google Cloud. Credentials are the application default ones.",
    keys: &[
        key("project", Type::Text(Format::Project), "The project id.").required(),
        key("region", Type::Text(Format::GcpRegion), "The region.").required(),
    ],
    rivals: &[],
};

static BUDGET: Block = Block {
    name: "budget",
    doc: "Stops a plan whose bill is above it and above today's.",
    keys: &[key(
        "monthly_usd",
        Type::Number(0.0, 1e9),
        "US dollars for a month of 730 hours.",
    )
    .required()],
    rivals: &[],
};

static PRICES: Block = Block {
    name: "prices",
    doc: "What you pay that differs from the list. Bills, plans and budgets reckon with it.",
    keys: &[
        key(
            "aws",
            Type::Block(&TERMS),
            "Agreed with Amazon Web Services.",
        ),
        key("gcp", Type::Block(&GOOGLE), "Agreed with Google Cloud."),
        key(
            "items",
            Type::Map(Format::Free, &Type::Decimal(0.0, 1e6, 9)),
            "Prices of single items, by the names that `provision prices show` has; US dollars for the unit it shows there. No discount is taken off them.",
        ),
    ],
    rivals: &[],
};

const DISCOUNT: Key = key(
    "discount",
    Type::Decimal(0.0, 100.0, 1),
    "Per cent off everything, as negotiated.",
);

const COMMITTED: Key = key(
    "committed",
    Type::Decimal(0.0, 100.0, 1),
    "Per cent off machines on demand, before the discount: a savings plan, reserved instances, a committed-use discount (in place of the one for sustained use).",
);

const EGRESS: Key = key(
    "egress_gb",
    Type::Integer(0, 1_000_000_000),
    "GB a month that leave for the Internet, which nothing else tells; at the price of the first tier.",
);

static TERMS: Block = Block {
    name: "terms",
    doc: "What was agreed with a cloud.",
    keys: &[DISCOUNT, COMMITTED, EGRESS],
    rivals: &[],
};

static GOOGLE: Block = Block {
    name: "google terms",
    doc: "What was agreed with Google Cloud.",
    keys: &[
        DISCOUNT,
        COMMITTED,
        EGRESS,
        key(
            "free_cluster",
            Type::Bool,
            "The credit for the fee of one zonal or Autopilot cluster, which each billing account has once, is this stack's.",
        )
        .or_bool(false),
    ],
    rivals: &[],
};

static VARIABLE: Block = Block {
    name: "variable",
    doc: "A value that is given from outside.",
    keys: &[
        key(
            "type",
            Type::Word(&["string", "number", "bool"]),
            "What it holds.",
        )
        .or_text("string"),
        key(
            "default",
            Type::Any(&[
                Type::Text(Format::Free),
                Type::Number(-1e15, 1e15),
                Type::Bool,
            ]),
            "Its value when none is given; without it one must be given.",
        ),
        key("description", TEXT, "What it is for."),
    ],
    rivals: &[],
};
