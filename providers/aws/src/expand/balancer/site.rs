//! Where a balancer stands: public subnets of a network of ours or of somebody else's, or its private ones.

use provision_core::contract::{Facts, Failure};
use provision_core::model::ResourceId;
use provision_core::spec::Spec;

use super::refused;
use crate::existing;
use crate::field::Field;
use crate::ground::ground;
use crate::layout::{Slot, layout};

/// An application balancer wants two zones (CreateLoadBalancer).
const ZONES: usize = 2;

/// A network as balancers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The VPC.
    pub(super) vpc: Field<String>,
    /// One subnet a zone.
    pub(super) subnets: Vec<Field<String>>,
    /// Whether it is known which subnets there are.
    pub(super) known: bool,
    /// The network's ranges. Empty when they are not known yet.
    pub(super) ranges: Vec<String>,
    /// What must stand before a balancer can.
    pub(super) ready: Vec<ResourceId>,
    public: bool,
}

/// The site of a balancer in a network.
///
/// # Errors
/// When there is no such network, or its range does not do.
pub(super) fn site(
    spec: &Spec,
    name: &str,
    facts: Option<&Facts>,
    public: bool,
) -> Result<Site, Failure> {
    let ground = ground(spec, name, facts, &[])?;
    let site = Site {
        vpc: ground.vpc,
        subnets: Vec::new(),
        known: true,
        ranges: ground.ranges,
        ready: Vec::new(),
        public,
    };
    let Some(network) = spec.networks.get(name) else {
        return Ok(site);
    };
    if network.existing.is_some() {
        let (subnets, known) = existing::balancer_subnets(name, network, facts, public);
        let subnets = subnets.iter().map(|id| id.as_str().into());
        return Ok(Site {
            subnets: subnets.collect(),
            known,
            ..site
        });
    }
    let layout = layout(name, network, facts)?;
    let of = |slot: &Slot| match public {
        true => Field::output(&slot.public, "id"),
        false => Field::output(&slot.private, "id"),
    };
    let ready = match public {
        // AWS refuses a public balancer in a network without a way to the internet.
        true => vec![layout.gateway.clone(), layout.public_routes.clone()],
        false => Vec::new(),
    };
    Ok(Site {
        subnets: layout.slots.iter().map(of).collect(),
        ready,
        ..site
    })
}

impl Site {
    /// # Errors
    /// There are fewer zones, and that is known.
    pub(super) fn in_two_zones(&self, address: &str) -> Result<(), Failure> {
        if !self.known || self.subnets.len() >= ZONES {
            return Ok(());
        }
        let (sort, key) = match self.public {
            true => ("public", "public"),
            false => ("private", "private"),
        };
        let message = format!(
            "a balancer for http needs {sort} subnets in two zones, and its network has {}",
            self.subnets.len()
        );
        let advice = format!(
            "add a {sort} subnet in another zone to that network, or name two of them: subnets = {{ {key} = [\"subnet-…\", \
             \"subnet-…\"] }}"
        );
        Err(refused(address, "balancer-zones", &message, advice))
    }
}
