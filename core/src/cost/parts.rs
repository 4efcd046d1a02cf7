//! The parts of a bill.

use serde::{Deserialize, Serialize};

use super::Money;

/// What part of a bill something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The master: what a cluster costs before it has a node.
    ControlPlane,
    /// Machines, or capacity that stands for machines.
    Nodes,
    /// Premiums for having nodes managed, and the logs that a cluster's own components write.
    Management,
    /// Ways out and in: gateways, addresses, endpoints, balancers.
    Network,
    /// Disks, those of nodes included.
    Storage,
    /// Secrets and keys.
    Secrets,
}

impl Part {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::ControlPlane,
        Self::Nodes,
        Self::Management,
        Self::Network,
        Self::Storage,
        Self::Secrets,
    ];

    /// The word for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ControlPlane => "control plane",
            Self::Nodes => "nodes",
            Self::Management => "management",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Secrets => "secrets",
        }
    }
}

/// A sum for every part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// [`Part::ControlPlane`].
    pub control_plane: Money,
    /// [`Part::Nodes`].
    pub nodes: Money,
    /// [`Part::Management`].
    pub management: Money,
    /// [`Part::Network`].
    pub network: Money,
    /// [`Part::Storage`].
    pub storage: Money,
    /// [`Part::Secrets`].
    pub secrets: Money,
}

impl Parts {
    /// The sum of a part.
    #[must_use]
    pub const fn of(&self, part: Part) -> Money {
        match part {
            Part::ControlPlane => self.control_plane,
            Part::Nodes => self.nodes,
            Part::Management => self.management,
            Part::Network => self.network,
            Part::Storage => self.storage,
            Part::Secrets => self.secrets,
        }
    }

    /// Adds to a part.
    pub(super) fn add(&mut self, part: Part, amount: Money) {
        let sum = match part {
            Part::ControlPlane => &mut self.control_plane,
            Part::Nodes => &mut self.nodes,
            Part::Management => &mut self.management,
            Part::Network => &mut self.network,
            Part::Storage => &mut self.storage,
            Part::Secrets => &mut self.secrets,
        };
        *sum = *sum + amount;
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Money {
        Part::ALL.iter().map(|part| self.of(*part)).sum()
    }
}
