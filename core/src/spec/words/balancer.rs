//! `[load_balancer.NAME]`.

use super::{ADOPT, Block, LONG_NAME, PORT, SHORT_NAME, TEXT, Type, key};
use crate::spec::format::Format;

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
