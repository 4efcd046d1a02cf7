//! What a cluster stands on: a network of ours, or one that somebody else owns.

use provision_core::contract::{Class, Facts, Failure};
use provision_core::model::ResourceId;
use provision_core::spec::Spec;

use crate::endpoints;
use crate::existing;
use crate::expand;
use crate::field::Field;
use crate::layout::layout;

/// A network as clusters see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The VPC.
    pub vpc: Field<String>,
    /// Its ranges, the first one first of all. Empty when they are not known yet.
    pub ranges: Vec<String>,
    /// Subnets of control planes.
    pub control: Vec<Field<String>>,
    /// In how many zones those are; `None` when that is not known yet.
    pub zones: Option<usize>,
    /// Subnets of nodes.
    pub nodes: Vec<Field<String>>,
    /// What must stand before nodes get anywhere.
    pub ready: Vec<ResourceId>,
    /// Whether nodes reach their images, by NAT or by endpoints. Of a network of somebody else its judge tells, and
    /// that of one that is taken over is as it is.
    pub way_out: bool,
}

/// The ground of a network. `keep` are subnets that a live cluster is in: where the spec leaves the choice, they stay.
///
/// # Errors
/// When there is no such network, or its range does not do.
pub fn ground(
    spec: &Spec,
    name: &str,
    facts: Option<&Facts>,
    keep: &[String],
) -> Result<Ground, Failure> {
    let network = spec.networks.get(name).ok_or_else(|| missing(name))?;
    if network.existing.is_some() {
        return Ok(existing::ground(name, network, facts, keep));
    }
    let layout = layout(name, network, facts)?;
    let services = expand::services(spec, facts, name);
    let taken = expand::is_taken(facts, name, network);
    let subnet = |id: &ResourceId| Field::output(id, "id");
    let mut ready = layout.reachable();
    ready.extend(endpoints::ready(name, &services));
    let nats = layout.slots.iter().any(|slot| slot.way_out.is_some());
    let vital = endpoints::vital(spec, name);
    let slots = layout.slots.iter();
    Ok(Ground {
        vpc: subnet(&layout.vpc),
        ranges: vec![network.cidr.clone()],
        zones: Some(layout.slots.len()),
        control: slots.clone().map(|slot| subnet(&slot.private)).collect(),
        nodes: slots
            .filter(|slot| slot.nodes)
            .map(|slot| subnet(&slot.private))
            .collect(),
        ready,
        way_out: taken || nats || vital.iter().all(|one| services.contains(one)),
    })
}

fn missing(name: &str) -> Failure {
    Failure {
        class: Class::Invalid,
        code: "network-missing".to_owned(),
        message: format!("the spec has no network `{name}`"),
        call: None,
        object: Some(format!("network.{name}")),
        advice: Some("name a network block".to_owned()),
    }
}
