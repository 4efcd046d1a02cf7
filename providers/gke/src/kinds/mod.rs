//! The kinds of Google Cloud's objects, one file each, and what they have in common.

mod cluster;
mod cluster_addons;
mod cluster_body;
mod cluster_change;
mod cluster_read;
mod cluster_rows;
pub(crate) mod compute;
pub(crate) mod container;
mod differs;
pub(crate) mod firewall;
mod maintenance;
mod network;
mod node_cost;
mod node_count;
mod node_pool;
mod node_pool_body;
mod node_pool_change;
mod node_pool_read;
pub(crate) mod operation;
pub(crate) mod project_binding;
pub(crate) mod reading;
mod router;
mod secret;
mod secret_calls;
mod secret_change;
mod secret_state;
pub(crate) mod seen;
pub(crate) mod service_account;
mod subnetwork;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use provision_core::contract::{Act, Answer, Outcome, Poll, PollOutcome};
use provision_core::cost::Usage;
use provision_core::model::Table;
use provision_kind::serve::{ask, serve};
use provision_kind::{Cloud, Seen, Serves, Uses};

pub use cluster::{Cluster, NewPool, control_plane};
pub use cluster_addons::NAMES as ADDONS;
pub(crate) use cluster_read::fields as cluster_fields;
pub use firewall::Firewall;
pub use network::Network;
pub(crate) use network::{get as get_network, of_stack as stack_networks};
pub use node_pool::NodePool;
pub(crate) use node_pool_read::fields as pool_fields;
pub use project_binding::ProjectBinding;
pub(crate) use reading::names as cluster_names;
pub use router::Router;
pub use secret::Secret;
pub(crate) use secret_calls::has_secret;
pub use service_account::ServiceAccount;
pub(crate) use service_account::email;
pub(crate) use subnetwork::PODS;
pub use subnetwork::Subnetwork;

use crate::client::Gcp;
use crate::error::Fault;
use crate::sweep::{
    Swept, SweptBackendService, SweptDisk, SweptEndpointGroup, SweptFirewall, SweptForwardingRule,
    SweptTargetPool,
};

/// Google Cloud, to the machinery of kinds.
#[derive(Clone, Copy, Debug)]
pub struct Google;

/// The clients that every call is given.
#[derive(Clone, Copy, Debug)]
pub struct On<'a> {
    /// The clients.
    pub gcp: &'a Gcp,
}

impl Cloud for Google {
    type Client<'a> = On<'a>;
    type Fault = Fault;
}

/// What every call of a step knows.
pub(crate) type Cx<'a> = provision_kind::Cx<'a, Google>;

/// One kind's part of a survey.
pub(crate) type Ask<'a> = provision_kind::Ask<'a, Google>;

/// Why a call could not be made, or failed.
pub(crate) type Stop = provision_kind::Stop<Fault>;

/// A kind behind an object-safe face.
pub(crate) trait Ops: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its table.
    fn table(&self) -> Table;
    /// What one of it uses in a month.
    fn usage(&self, of: &Uses<'_>) -> Usage;
    /// Reads.
    fn survey<'a>(&self, ask: &'a Ask<'a>) -> Answer<'a, Seen>;
    /// Makes the next call of a step.
    fn act<'a>(&self, gcp: &'a Gcp, act: &'a Act) -> Answer<'a, Outcome>;
    /// Asks whether something has come to rest.
    fn poll<'a>(&self, gcp: &'a Gcp, poll: &'a Poll) -> Answer<'a, PollOutcome>;
}

/// The face of one kind.
struct Face<K>(PhantomData<fn() -> K>);

impl<K: Serves<Cloud = Google>> Ops for Face<K> {
    fn name(&self) -> &'static str {
        K::KIND
    }

    fn table(&self) -> Table {
        K::table()
    }

    fn usage(&self, of: &Uses<'_>) -> Usage {
        K::usage(of)
    }

    fn survey<'a>(&self, ask: &'a Ask<'a>) -> Answer<'a, Seen> {
        Box::pin(K::survey(ask))
    }

    fn act<'a>(&self, gcp: &'a Gcp, act: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(serve::<K>(On { gcp }, act))
    }

    fn poll<'a>(&self, gcp: &'a Gcp, poll: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(ask::<K>(On { gcp }, poll))
    }
}

/// Every kind, in the order in which they are listed.
pub(crate) const ALL: [&dyn Ops; 15] = [
    &Face::<Network>(PhantomData),
    &Face::<Subnetwork>(PhantomData),
    &Face::<Router>(PhantomData),
    &Face::<ServiceAccount>(PhantomData),
    &Face::<ProjectBinding>(PhantomData),
    &Face::<Cluster>(PhantomData),
    &Face::<NodePool>(PhantomData),
    &Face::<Firewall>(PhantomData),
    &Face::<Secret>(PhantomData),
    &Face::<Swept<SweptForwardingRule>>(PhantomData),
    &Face::<Swept<SweptTargetPool>>(PhantomData),
    &Face::<Swept<SweptBackendService>>(PhantomData),
    &Face::<Swept<SweptEndpointGroup>>(PhantomData),
    &Face::<SweptFirewall>(PhantomData),
    &Face::<SweptDisk>(PhantomData),
];

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
