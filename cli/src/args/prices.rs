//! `prices`.

use clap::{Args, Subcommand};
use provision_data::Cloud;

use super::parse::cloud;

/// `prices`.
#[derive(Args, Clone, Debug)]
pub struct Prices {
    /// What to do with them.
    #[command(subcommand)]
    pub verb: PricesVerb,
}

/// What can be done with the list prices.
#[derive(Clone, Debug, Subcommand)]
pub enum PricesVerb {
    /// Show those of a region, each with its date and source
    Show(PricesShow),
    /// Read those of a region from its cloud, which are used from then on
    Refresh(PricesRefresh),
}

/// `prices refresh`.
#[derive(Args, Clone, Debug)]
pub struct PricesRefresh {
    /// A region whose prices are read; may be given several times
    #[arg(
        long = "region",
        value_name = "REGION",
        required_unless_present = "forget"
    )]
    pub regions: Vec<String>,
    /// The cloud of the regions, which a new one does not tell: aws, gcp
    #[arg(long, value_name = "CLOUD", value_parser = cloud)]
    pub cloud: Option<Cloud>,
    /// Go back to the built-in prices of these regions, or of all
    #[arg(long)]
    pub forget: bool,
}

/// `prices show`.
#[derive(Args, Clone, Debug)]
pub struct PricesShow {
    /// The region: us-east-1, europe-west1 [default: all that have prices of machines]
    #[arg(value_name = "REGION")]
    pub place: Option<String>,
    /// Only items that begin with this: ebs, ec2.instance.m5
    #[arg(value_name = "ITEM", conflicts_with = "kind")]
    pub item: Option<String>,
    /// The same as REGION
    #[arg(long, value_name = "REGION", conflicts_with = "place")]
    pub region: Option<String>,
    /// Only regions of this cloud: aws, gcp
    #[arg(long, value_name = "CLOUD", value_parser = cloud)]
    pub cloud: Option<Cloud>,
    /// Only items like this: gke, '*.instance.*-4'
    #[arg(long, value_name = "PATTERN")]
    pub kind: Option<String>,
    /// Comma-separated values, with a line of names
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}
