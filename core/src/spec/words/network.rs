//! `[network.NAME]`.

use super::{Block, Type, key};
use crate::spec::format::Format;

/// A network, also as an inline table of a cluster.
pub(in crate::spec) static NETWORK: Block = Block {
    name: "network",
    doc: "A network: one VPC with private and public subnets in each zone. Deleted only when nothing uses it.",
    keys: &[
        key(
            "cidr",
            Type::Text(Format::NetworkRange),
            "Its private range, /16 to /24, split over the zones.",
        )
        .or_text("10.0.0.0/16"),
        key("zones", Type::Integer(1, 6), "Over how many zones it reaches.").or_integer(3),
        key(
            "nat",
            Type::Word(&["none", "single", "per-zone"]),
            "How private addresses reach the internet: not at all, through one gateway, or through one in each zone.",
        )
        .or_text("single"),
        key(
            "endpoints",
            Type::Any(&[Type::Bool, Type::List(&Type::Text(Format::Filled))]),
            "On AWS, private endpoints of its services inside the network: true, those that nodes need without a way to the internet; a list, these (\"secretsmanager\"), and without NAT those that nodes need as well; false, none. Absent: true where nodes run without NAT, unless the network is adopted.",
        ),
        key(
            "existing",
            Type::Block(&EXISTING),
            "A network that somebody else owns: never changed, its tags included.",
        ),
        key(
            "subnets",
            Type::Block(&SUBNETS),
            "Which of its subnets to use; only with `existing`.",
        ),
        key(
            "security_groups",
            Type::List(&Type::Text(Format::Id("sg-"))),
            "Existing security groups that nodes join, such as those that reach a database.",
        ),
        key(
            "adopt",
            Type::Text(Format::Id("vpc-")),
            "The id of a VPC that somebody else made and that is taken over, with its parts; it may go once that is done.",
        ),
    ],
    rivals: &[
        &["cidr", "zones", "nat", "endpoints", "adopt"],
        &["existing", "subnets"],
    ],
};

static EXISTING: Block = Block {
    name: "existing network",
    doc: "A network that exists, per cloud.",
    keys: &[
        key("aws", Type::Text(Format::Id("vpc-")), "The id of a VPC."),
        key(
            "gcp",
            Type::Text(Format::Filled),
            "The name of a VPC network.",
        ),
    ],
    rivals: &[],
};

static SUBNETS: Block = Block {
    name: "subnets",
    doc: "Subnets that exist: ids on AWS, names on Google Cloud.",
    keys: &[
        key(
            "private",
            Type::List(&Type::Text(Format::Filled)),
            "For nodes.",
        ),
        key(
            "public",
            Type::List(&Type::Text(Format::Filled)),
            "For public balancers.",
        ),
    ],
    rivals: &[],
};
