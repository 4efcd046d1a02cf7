//! The kinds of AWS objects, one file each, and what they have in common.

mod address;
pub(crate) mod adopt;
mod claim;
pub(crate) mod ec2;
pub(crate) mod elb;
pub(crate) mod elb_action;
mod elb_ports;
pub(crate) mod elb_region;
#[cfg(test)]
mod elb_tests;
pub(crate) mod elb_words;
mod holders;
mod instance_profile;
mod internet_gateway;
mod launch_data;
mod launch_template;
mod listener;
mod listener_certificates;
mod listener_rule;
pub(crate) mod living;
pub(crate) mod load_balancer;
mod log_group;
mod log_group_reads;
mod nat_gateway;
pub(crate) mod node_usage;
mod oidc_provider;
mod parameter;
mod parameter_calls;
pub(crate) mod referred;
pub(crate) mod retag;
mod role;
mod role_details;
mod role_policies;
mod route_table;
mod route_table_reads;
mod routes;
pub(crate) mod rule_priority;
mod secret;
mod secret_calls;
mod security_group;
mod security_group_rule;
pub(crate) mod serve;
mod subnet;
pub(crate) mod target_group;
#[cfg(test)]
mod tests;
pub(crate) mod uses;
mod vpc;
pub(crate) mod vpc_endpoint;

use std::future::Future;

use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use address::Address;
pub use claim::{CLAIM, Claim};
pub use elb_action::Share;
pub use elb_words::{Front, FrontGroup, FrontPort, FrontRule, block_of, fronts};
pub use instance_profile::InstanceProfile;
pub use internet_gateway::InternetGateway;
pub use launch_template::LaunchTemplate;
pub use listener::Listener;
pub use listener_rule::ListenerRule;
pub use load_balancer::LoadBalancer;
pub use log_group::LogGroup;
pub use nat_gateway::NatGateway;
pub use oidc_provider::{OidcProvider, partition};
pub use parameter::Parameter;
pub use role::{Role, role_path};
pub use route_table::RouteTable;
pub use secret::Secret;
pub use security_group::SecurityGroup;
pub use security_group_rule::SecurityGroupRule;
pub use subnet::Subnet;
pub use target_group::TargetGroup;
pub use vpc::Vpc;
pub use vpc_endpoint::VpcEndpoint;

pub(crate) use ec2::{filter, pages};
pub(crate) use parameter_calls::has_parameter;
pub(crate) use provision_kind::Cloud;
pub use provision_kind::{Ailment, Live, Look, Next, Progress, Seen};
pub(crate) use provision_kind::{gather, live, survey, tables};
pub(crate) use secret_calls::{has_secret, secret_tags};
pub(crate) use security_group_rule::wires as security_group_rules;
pub use serve::Ops;
pub(crate) use uses::Uses;

use crate::client::Aws;
use crate::error::Fault;
use crate::marks::Tags;
use crate::sweep::{Sort, Sweep, Swept};

/// Every kind, in the order in which they are listed.
pub(crate) const ALL: [&dyn Ops; 28] = [
    &serve::Served::<Claim>::NEW,
    &serve::Served::<Vpc>::NEW,
    &serve::Served::<InternetGateway>::NEW,
    &serve::Served::<Subnet>::NEW,
    &serve::Served::<Address>::NEW,
    &serve::Served::<NatGateway>::NEW,
    &serve::Served::<RouteTable>::NEW,
    &serve::Served::<VpcEndpoint>::NEW,
    &serve::Served::<SecurityGroup>::NEW,
    &serve::Served::<SecurityGroupRule>::NEW,
    &serve::Served::<LaunchTemplate>::NEW,
    &serve::Served::<Role>::NEW,
    &serve::Served::<InstanceProfile>::NEW,
    &serve::Served::<OidcProvider>::NEW,
    &serve::Served::<LogGroup>::NEW,
    &serve::Served::<Secret>::NEW,
    &serve::Served::<Parameter>::NEW,
    &serve::Served::<LoadBalancer>::NEW,
    &serve::Served::<TargetGroup>::NEW,
    &serve::Served::<Listener>::NEW,
    &serve::Served::<ListenerRule>::NEW,
    &Swept(Sort::Balancer),
    &Swept(Sort::Classic),
    &Swept(Sort::TargetGroup),
    &Swept(Sort::Interface),
    &Swept(Sort::Group),
    &Swept(Sort::Volume),
    &Sweep,
];

/// What a kind must know to serve: its table and its calls. The type itself is the record of its fields.
///
/// `create` and `change` make at most one mutating call. What the next one does follows from the live object they
/// are given, which carries what earlier ones did, so that nothing depends on reads that lag.
pub trait Served: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind's name.
    const KIND: &'static str;

    /// The provider that serves it.
    const PROVIDER: &'static str = crate::PROVIDER;

    /// The kind's table.
    fn table() -> Table;

    /// What such an object uses in a month. Kinds that cost nothing say so, and why.
    fn usage(of: &Uses<'_>) -> Usage;

    /// Reads the objects that are asked for, and with them all others of the stack when orphans are wanted.
    fn survey(ask: &Ask<'_>) -> impl Future<Output = Seen> + Send;

    /// Makes the object.
    fn create(cx: &Cx<'_>, want: &Self) -> impl Future<Output = Result<Next, Stop>> + Send;

    /// Makes the next change that brings the live object to what is wanted; `None` when it is there.
    fn change(
        cx: &Cx<'_>,
        want: &Self,
        live: &Observed,
    ) -> impl Future<Output = Result<Option<Next>, Stop>> + Send;

    /// Makes the next call that removes the object.
    fn delete(cx: &Cx<'_>, live: &Observed) -> impl Future<Output = Result<Next, Stop>> + Send;

    /// Makes the next call of a run; `None` when it is through. Only kinds whose table says `runs` are asked.
    fn run(
        cx: &Cx<'_>,
        _want: &Self,
        _live: Option<&Observed>,
    ) -> impl Future<Output = Result<Option<Next>, Stop>> + Send {
        let failure = crate::field::internal(format!("a {} is not run ({})", Self::KIND, cx.id()));
        async move { Err(Stop::Failure(failure)) }
    }

    /// Reads one object by its handle; `None` when it is not there, or not visible yet.
    fn read(
        cx: &Cx<'_>,
        physical: &str,
    ) -> impl Future<Output = Result<Option<Live>, Fault>> + Send;

    /// Reads what holds the name or the range that is wanted, whoever it belongs to. Asked after the cloud has
    /// said that it is taken.
    fn holder(
        _cx: &Cx<'_>,
        _want: &Self,
    ) -> impl Future<Output = Result<Option<Live>, Fault>> + Send {
        async { Ok(None) }
    }

    /// Marks an object that somebody else made; all marks in one call.
    fn mark(
        cx: &Cx<'_>,
        _physical: &str,
        _marks: &Tags,
    ) -> impl Future<Output = Result<(), Stop>> + Send {
        let failure =
            crate::field::internal(format!("a {} is never adopted ({})", Self::KIND, cx.id()));
        async move { Err(Stop::Failure(failure)) }
    }

    /// What keeps the object from being deleted, in words. Asked after the cloud has said that something does.
    fn holders(_cx: &Cx<'_>, _live: &Observed) -> impl Future<Output = Vec<String>> + Send {
        async { Vec::new() }
    }

    /// Asks how a change is coming along: the answer to [`Next::Updates`].
    fn progress(
        _cx: &Cx<'_>,
        _physical: &str,
        _update: &str,
    ) -> impl Future<Output = Result<Progress, Fault>> + Send {
        async { Ok(Progress::Through) }
    }
}

/// AWS, to the machinery of kinds.
#[derive(Clone, Copy, Debug)]
pub struct AwsCloud;

/// The clients that every call is given.
#[derive(Clone, Copy, Debug)]
pub struct On<'a> {
    /// The clients.
    pub aws: &'a Aws,
}

impl Cloud for AwsCloud {
    type Client<'a> = On<'a>;
    type Fault = Fault;
}

/// What every call of a step knows.
pub type Cx<'a> = provision_kind::Cx<'a, AwsCloud>;

/// One kind's part of a survey.
pub type Ask<'a> = provision_kind::Ask<'a, AwsCloud>;

/// Why a call could not be made, or failed.
pub type Stop = provision_kind::Stop<Fault>;

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
