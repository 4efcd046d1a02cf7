//! What several verbs take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use provision_core::model::Platform;

use super::parse::{date, pair, platform};

/// What makes up a spec beside its file.
#[derive(Args, Clone, Debug, Default)]
pub struct Overrides {
    /// Lay [env.NAME] over the spec; the stack becomes STACK-NAME
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Set a variable (also: PROVISION_VAR_name)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,
    /// Set a key: cluster.prod.pool.web.nodes.max=6
    #[arg(long, value_name = "ADDR.KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

/// A spec as a positional or as `--file`.
#[derive(Args, Clone, Debug, Default)]
pub struct SpecArgs {
    /// The spec [default: provision.toml]
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,
    /// The spec
    #[arg(short, long, value_name = "SPEC", conflicts_with = "spec")]
    pub file: Option<PathBuf>,
    /// Variables, overlays.
    #[command(flatten)]
    pub overrides: Overrides,
}

/// A spec as `--file` only, for verbs whose positional is an address.
#[derive(Args, Clone, Debug, Default)]
pub struct FileArgs {
    /// The spec
    #[arg(short, long, value_name = "SPEC", default_value = "provision.toml")]
    pub file: PathBuf,
    /// Variables, overlays.
    #[command(flatten)]
    pub overrides: Overrides,
}

/// What shapes a plan.
#[derive(Args, Clone, Debug, Default)]
pub struct Shape {
    /// Only this address and what it needs
    #[arg(long, value_name = "ADDR")]
    pub target: Vec<String>,
    /// What if every cluster were on this platform
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<Platform>,
    /// Take better machines, zones and versions than the live ones
    #[arg(long, value_name = "ADDR")]
    pub rechoose: Vec<String>,
    /// Also delete volumes that a cluster's controllers left
    #[arg(long)]
    pub delete_volumes: bool,
    /// Plan as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
}

/// How a run goes.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// With --yes: also consent to these
    #[arg(long, value_name = "delete,replace", value_delimiter = ',')]
    pub allow: Vec<Allow>,
    /// Steps that make calls at once; those that wait for the cloud are not counted
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

/// What `--allow` allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Allow {
    /// Deletions that were not asked for by verb.
    Delete,
    /// Replacements.
    Replace,
}
