//! `cost`, `cost compare` and `cost breakeven`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::SpecArgs;
use super::parse::date;

/// `cost`.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cost {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Reckon with the machines, zones and numbers of nodes that are live
    #[arg(long)]
    pub live: bool,
    /// Prices as of this date (2026-11-24) or time
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
    /// Comma-separated values: a row for each line
    #[arg(long, group = "format", conflicts_with = "json")]
    pub csv: bool,
    /// Markdown, for a comment on a pull request
    #[arg(long, group = "format", conflicts_with = "json")]
    pub markdown: bool,
    /// A page with charts that needs nothing else; `-` is standard output
    #[arg(long, value_name = "FILE", group = "format", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// Other questions.
    #[command(subcommand)]
    pub more: Option<CostMore>,
}

/// What else `cost` answers.
#[derive(Clone, Debug, Subcommand)]
pub enum CostMore {
    /// What the same spec costs on every platform
    Compare(Compare),
    /// How the share of the control plane falls with nodes, and where which platform costs least
    Breakeven(Breakeven),
}

/// `cost compare`.
#[derive(Args, Clone, Debug)]
pub struct Compare {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// Versions of Kubernetes as of this date (2026-11-24) or time: support of them has an end
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
    /// Comma-separated values, with a line of names
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub csv: bool,
    /// A table in Markdown, for a comment on a pull request
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// `cost breakeven`.
#[derive(Args, Clone, Debug)]
pub struct Breakeven {
    /// The spec.
    #[command(flatten)]
    pub spec: SpecArgs,
    /// The cluster whose control plane is held against more and more nodes; that of the largest pool when none is named
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// From one node to so many
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u64).range(2..=1000))]
    pub nodes: u64,
    /// Versions of Kubernetes as of this date (2026-11-24) or time: support of them has an end
    #[arg(long, value_name = "DATE", value_parser = date, env = "PROVISION_AS_OF")]
    pub as_of: Option<jiff::Timestamp>,
    /// Also draw it, as a picture in FILE
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}
