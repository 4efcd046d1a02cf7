//! Arguments of `sandbox`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::parse::duration;

/// `sandbox`.
#[derive(Args, Clone, Debug)]
pub struct Sandbox {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: SandboxVerb,
}

/// What can be done with the embedded cloud.
#[derive(Clone, Debug, Subcommand)]
pub enum SandboxVerb {
    /// Serve it to any client until interrupted
    Start(SandboxStart),
    /// Forget every object
    Reset(SandboxDir),
    /// Show whether it is served, and what it holds
    Status(SandboxDir),
    /// Set knobs, also while it is served
    Tune(SandboxTune),
    /// Make what a cluster's controllers make, and leave it behind
    Plant(SandboxPlant),
    /// Print the exports that point clients at it
    Env(SandboxEnv),
}

/// Where a sandbox lies.
#[derive(Args, Clone, Debug)]
pub struct SandboxDir {
    /// Its folder [default: .provision/sandbox]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// `sandbox start`.
#[derive(Args, Clone, Debug)]
pub struct SandboxStart {
    /// Its folder.
    #[command(flatten)]
    pub dir: SandboxDir,
    /// Its port; 0 = any free one
    #[arg(long, value_name = "PORT", default_value_t = 4566)]
    pub port: u16,
    /// Its knobs.
    #[command(flatten)]
    pub knobs: Knobs,
}

/// `sandbox tune`.
#[derive(Args, Clone, Debug)]
pub struct SandboxTune {
    /// Its folder.
    #[command(flatten)]
    pub dir: SandboxDir,
    /// Its knobs.
    #[command(flatten)]
    pub knobs: Knobs,
}

/// `sandbox plant`.
#[derive(Args, Clone, Debug)]
pub struct SandboxPlant {
    /// The cluster's name in the cloud: STACK-NAME
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,
    /// Also what is nobody's and stands in the way
    #[arg(long)]
    pub foreign: bool,
    /// Balancers with deletion protection
    #[arg(long)]
    pub protected: bool,
    /// Its folder.
    #[command(flatten)]
    pub dir: SandboxDir,
}

/// `sandbox env`.
#[derive(Args, Clone, Debug)]
pub struct SandboxEnv {
    /// Its folder.
    #[command(flatten)]
    pub dir: SandboxDir,
    /// Its port, when no server runs over the folder
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
}

/// Knobs of the embedded cloud; those not given stay as they were.
#[derive(Args, Clone, Debug, Default)]
pub struct Knobs {
    /// Factor on real durations: 1 = real time, 0 = at once
    #[arg(long, value_name = "FACTOR")]
    pub scale: Option<f64>,
    /// Objects younger than this are not visible: 30s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub lag: Option<std::time::Duration>,
    /// What every call takes: 50ms
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub latency: Option<std::time::Duration>,
    /// Throttle as the real cloud does
    #[arg(long, value_name = "BOOL")]
    pub throttle: Option<bool>,
    /// The account of access keys that are not one themselves
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// An action that nobody may call: ec2:CreateVpc
    #[arg(long, value_name = "ACTION")]
    pub deny: Vec<String>,
    /// What EKS complains of: nodegroup:create:InsufficientFreeAddresses; none = of nothing any more
    #[arg(long, value_name = "ON:WHEN:CODE")]
    pub issue: Vec<String>,
    /// Any knob as JSON: '{"quotas":{"ec2:vpcs":0}}'
    #[arg(long, value_name = "JSON")]
    pub config: Option<String>,
}
