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
pub(crate) mod gather;
mod holders;
mod instance_profile;
mod internet_gateway;
mod launch_data;
mod launch_template;
mod listener;
mod listener_certificates;
mod listener_rule;
pub(crate) mod live;
pub(crate) mod living;
pub(crate) mod load_balancer;
mod log_group;
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
mod routes;
pub(crate) mod rule_priority;
mod secret;
mod secret_calls;
mod security_group;
mod security_group_rule;
pub(crate) mod serve;
mod subnet;
pub(crate) mod survey;
pub(crate) mod tables;
pub(crate) mod target_group;
#[cfg(test)]
mod tests;
pub(crate) mod uses;
mod vpc;
pub(crate) mod vpc_endpoint;

use std::future::Future;

use provision_core::contract::{ActStep, Context, Failure, Parent};
use provision_core::cost::Usage;
use provision_core::model::{Never, Observed, Resource, ResourceId, Table, Values};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use address::Address;
pub use claim::{CLAIM, Claim};
pub use elb_action::Share;
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
pub use live::{Ailment, Live};
pub(crate) use parameter_calls::has_parameter;
pub(crate) use secret_calls::has_secret;
pub(crate) use security_group_rule::wires as security_group_rules;
pub use serve::Ops;
pub use survey::{Ask, Look, Seen};
pub(crate) use uses::Uses;

use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{Tags, marked};
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

/// What a step has come to after a call.
#[derive(Clone, Debug)]
pub enum Next {
    /// A call is done; there may be more to do.
    More {
        /// What was done.
        did: String,
        /// The object, with it done.
        observed: Box<Observed>,
    },
    /// The cloud works on it.
    Waits {
        /// The cloud's word.
        phase: String,
        /// What to ask for.
        physical: String,
    },
    /// The cloud works on a change of it that has a handle of its own.
    Updates {
        /// The cloud's word.
        phase: String,
        /// The object.
        physical: String,
        /// The change.
        update: String,
    },
    /// A call is done that the object is not the result of: the same question again.
    Cleared {
        /// What was done.
        did: String,
    },
    /// It is gone.
    Gone,
}

/// How a change is coming along that the cloud gave a handle to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The cloud works on it.
    Works {
        /// The cloud's word.
        phase: String,
        /// A problem the cloud already knows of.
        trouble: Option<String>,
    },
    /// It is through: the object tells the rest.
    Through,
    /// It failed.
    Failed(Ailment),
}

/// Why a call could not be made, or failed.
#[derive(Clone, Debug)]
pub enum Stop {
    /// The cloud's answer.
    Fault(Fault),
    /// The same, from a call that may refer to objects made a moment ago.
    OfNew(Fault),
    /// A conclusion of ours.
    Failure(Failure),
    /// Something else must happen first.
    Later(String),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What every call of a step knows.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    /// The clients.
    pub aws: &'a Aws,
    /// Stack, account, region.
    pub context: &'a Context,
    /// The step.
    pub step: &'a ActStep,
    /// The object it lives in.
    pub parent: Option<&'a Parent>,
    /// The provider that serves the kind.
    pub provider: &'static str,
    /// What is wanted.
    pub desired: Option<&'a Resource<Never>>,
    /// The idempotency token.
    pub token: &'a str,
    /// The value of the secret that it is about, when it is at hand.
    pub values: &'a Values,
}

impl Cx<'_> {
    /// The resource's id.
    pub fn id(&self) -> &ResourceId {
        &self.step.id
    }

    /// Whether protection is wanted.
    pub fn protect(&self) -> bool {
        self.desired.is_some_and(|desired| desired.protect)
    }

    /// The physical name that is wanted.
    pub fn name(&self) -> Result<&str, Failure> {
        self.desired
            .and_then(|desired| desired.name.as_deref())
            .ok_or_else(|| crate::field::internal(format!("{} has no physical name", self.step.id)))
    }

    /// The tags of a new object.
    pub fn marked(&self, tags: &Tags) -> Tags {
        marked(self.context, self.id(), self.protect(), tags)
    }

    /// Whether this step is to bring this field about.
    pub fn wants(&self, field: &str) -> bool {
        let fields = &self.step.fields;
        fields.is_empty() || fields.iter().any(|name| name == field)
    }

    /// An object as it has just been made.
    pub fn made(&self, live: Live) -> Box<Observed> {
        let mut observed = live.observed(
            self.provider,
            &self.step.kind,
            self.id().clone(),
            Vec::new(),
        );
        if observed.parent.is_none() {
            observed.parent = self.parent.map(|parent| parent.id.clone());
        }
        Box::new(observed)
    }
}

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
