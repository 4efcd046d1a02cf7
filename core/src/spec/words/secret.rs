//! `[secret.NAME]`.

use super::{ADOPT, Block, SHORT_NAME, TEXT, Type, key};
use crate::spec::format::Format;

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
