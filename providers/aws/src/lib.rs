//! What the AWS platforms share: clients, errors, network, roles, logs, launch templates, the claim.
//!
//! Rooms: [`Aws`] is the one place that sends; [`Fault`] sorts what comes back; `kinds` has one file for each kind of
//! object; [`layout`] and `expand` turn networks into resources; [`machines`] chooses machine types; [`AwsProvider`]
//! puts them behind the contract.

mod account;
mod advice;
mod budget;
mod client;
mod codes;
mod endpoints;
mod error;
mod existing;
mod expand;
mod ground;
pub mod hint;
mod import;
pub mod kind;
mod kinds;
mod layout;
mod machine;
mod pool;
mod pricing;
mod provider;
mod secrets;
mod shelf;
mod sweep;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod testing;

use provision_kind::{field, marks};

/// This provider's name.
pub const PROVIDER: &str = "aws";

pub use client::{Aws, direct, https};
pub use endpoints::{billed_endpoints, endpoints};
pub use error::{Fault, How};
pub use existing::{stand_key, whole_secret};
pub use expand::{adopted, claim_id, resource, tags};
pub use field::{Field, fields_of, from_fields, internal, live_fields, read_fields};
pub use ground::{Ground, ground};
pub use import::{
    Home, TemplateWords, home, loose_machines, network_words, secret_block, template_words,
};
pub use kinds::{
    Address, CLAIM, Claim, Front, FrontGroup, FrontPort, FrontRule, InstanceProfile,
    InternetGateway, LaunchTemplate, Listener, ListenerRule, LoadBalancer, LogGroup, NatGateway,
    OidcProvider, Parameter, Role, RouteTable, Secret, SecurityGroup, SecurityGroupRule, Share,
    Subnet, TargetGroup, Vpc, VpcEndpoint, block_of, fronts, partition, role_path,
};
pub use layout::{Layout, Slot, layout};
pub use machine::{Market, Wish, machines, named};
pub use marks::{ADOPTED, CHILDREN, ID, Marks, PROTECT, REGION, STACK, Tags, marked, plain};
pub use pool::{PoolWish, choosable, market, one_type, unfit};
pub use pricing::{PRICING_REGION, price_list};
pub use provider::AwsProvider;
pub use secrets::{Generate, Kept};
pub use shelf::Shelf;
