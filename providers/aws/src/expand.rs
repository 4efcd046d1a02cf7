//! From `[network.NAME]` and `[secret.NAME]` to resources, and the stack's claim; balancers have a room of their own.

use std::collections::BTreeMap;

use provision_core::contract::{
    Context, ExpandAnswer, ExpandRequest, Facts, Failure, Note, Severity,
};
use provision_core::model::{Choice, Kind, Open, Opt, Resource, ResourceId, Value};
use provision_core::spec::{Endpoints, Nat, Network, Spec};
use serde::Serialize;

mod adopt;
mod balancer;
mod secret;

use crate::PROVIDER;
use crate::field::{Field, fields_of, internal};
use crate::kinds::{Address, CLAIM, Claim, InternetGateway, NatGateway, RouteTable, Subnet, Vpc};
use crate::layout::{Layout, Slot, layout};
use crate::marks::Tags;
use crate::{endpoints, existing};

/// All destinations.
const ANYWHERE: &str = "0.0.0.0/0";

/// The claim's id.
#[must_use]
pub fn claim_id() -> ResourceId {
    let (address, part) = CLAIM.split_once('/').unwrap_or(("stack", "claim.aws"));
    ResourceId::new(address, part)
}

/// The tags of an object of this stack: labels, and the name that consoles show.
#[must_use]
pub fn tags(context: &Context, name: &str) -> Tags {
    let mut tags = context.labels.clone();
    tags.insert("Name".to_owned(), name.to_owned());
    tags
}

/// The object that a block takes over: by its word, or by the mark that an earlier run left on what is live.
#[must_use]
pub fn adopted(request: &ExpandRequest, address: &str, word: Option<&str>) -> Option<String> {
    taken(request.facts.as_ref(), address, word)
}

fn taken(facts: Option<&Facts>, address: &str, word: Option<&str>) -> Option<String> {
    let marked = || facts?.adopted.get(address).cloned();
    word.map(str::to_owned).or_else(marked)
}

/// Whether a network is one that is taken over.
pub(crate) fn is_taken(facts: Option<&Facts>, name: &str, network: &Network) -> bool {
    let address = format!("network.{name}");
    taken(facts, &address, network.adopt.as_deref()).is_some()
}

/// The services that get an endpoint. A network that is taken over gets none that nobody asked for: its nodes have found
/// their way without, or by endpoints that are there, whose names in DNS another one could not take as well.
pub(crate) fn services(spec: &Spec, facts: Option<&Facts>, name: &str) -> Vec<String> {
    let unasked = |network: &Network| {
        network.endpoints == Endpoints::Unsaid && is_taken(facts, name, network)
    };
    match spec.networks.get(name).is_some_and(unasked) {
        true => Vec::new(),
        false => endpoints(spec, name),
    }
}

/// A desired resource of this provider.
///
/// # Errors
/// When the struct is no record of fields.
pub fn resource<S: Serialize>(
    id: ResourceId,
    kind: &str,
    fields: &S,
) -> Result<Resource<Open>, Failure> {
    Ok(Resource {
        id,
        kind: Kind::new(kind),
        provider: PROVIDER.to_owned(),
        platform: None,
        name: None,
        parent: None,
        fields: fields_of(fields).map_err(|error| internal(error.to_string()))?,
        after: Vec::new(),
        outlives: Vec::new(),
        protect: false,
        adopt: None,
    })
}

/// The networks that are ours to make, the load balancers, and the claim.
pub(crate) fn expand(request: &ExpandRequest) -> ExpandAnswer {
    let mut answer = ExpandAnswer::default();
    if request.blocks.is_empty() {
        return answer;
    }
    keep(&mut answer, claim(&request.context));
    for (name, network) in &request.spec.networks {
        let address = format!("network.{name}");
        if !request.blocks.contains(&address) {
            continue;
        }
        let (spec, facts) = (&request.spec, request.facts.as_ref());
        if let Some(found) = existing::found(name, facts) {
            let stands = existing::stands(spec, name, facts);
            let verdict = existing::judge(&request.context, spec, name, network, &found, &stands);
            answer.failures.extend(verdict.failures);
            answer.notes.extend(verdict.notes);
        }
        if network.existing.is_some() {
            continue;
        }
        own(request, name, network, &mut answer);
    }
    secrets(request, &mut answer);
    balancer::expand(request, &mut answer);
    answer
}

/// Secrets that a store of AWS keeps.
fn secrets(request: &ExpandRequest, answer: &mut ExpandAnswer) {
    for (name, wanted) in &request.spec.secrets {
        if request.blocks.contains(&format!("secret.{name}")) {
            let made = secret::expand(request, name, wanted);
            answer.resources.extend(made.resources);
            answer.notes.extend(made.notes);
            answer.failures.extend(made.failures);
        }
    }
}

/// A network of ours.
fn own(request: &ExpandRequest, name: &str, network: &Network, answer: &mut ExpandAnswer) {
    let layout = match layout(name, network, request.facts.as_ref()) {
        Ok(layout) => layout,
        Err(failure) => {
            answer.failures.push(failure);
            return;
        }
    };
    let address = format!("network.{name}");
    let services = services(&request.spec, request.facts.as_ref(), name);
    notes(&mut answer.notes, &address, network, &layout);
    answer.notes.extend(endpoints::note(&address, &services));
    let plan = Plan {
        context: &request.context,
        facts: request.facts.as_ref(),
        name,
        network,
        layout: &layout,
        adopted: adopted(request, &address, network.adopt.as_deref()),
        doors: endpoints::doors(name, &services),
    };
    keep(answer, plan.resources());
    let doors = endpoints::Doors {
        context: &request.context,
        name,
        cidr: &network.cidr,
        layout: &layout,
        services: &services,
    };
    keep(answer, doors.resources());
}

fn keep(answer: &mut ExpandAnswer, made: Result<Vec<Resource<Open>>, Failure>) {
    match made {
        Ok(resources) => answer.resources.extend(resources),
        Err(failure) => answer.failures.push(failure),
    }
}

fn claim(context: &Context) -> Result<Vec<Resource<Open>>, Failure> {
    let mut claim = resource(claim_id(), "aws.claim", &Claim::of(&context.labels))?;
    claim.name = Some(Claim::name(&context.stack));
    Ok(vec![claim])
}

fn notes(notes: &mut Vec<Note>, address: &str, network: &Network, layout: &Layout) {
    let mut note = |severity, code: &str, message: String| {
        notes.push(Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(address.to_owned()),
        });
    };
    if layout.missing_zones > 0 {
        let has = layout.slots.len();
        let message = format!("the region has {has} zones for clusters; the network uses {has}");
        note(Severity::Warning, "zones-clamped", message);
    }
    if network.zones == 1 {
        let message = "nodes run in one zone; EKS puts its control plane in two, so that a second pair of \
                       subnets is made for it";
        note(Severity::Info, "zones-one", message.to_owned());
    }
    match network.nat {
        Nat::Single if network.zones > 1 => {
            let message = "one NAT gateway serves all zones: when its zone fails, private machines \
                           elsewhere cannot reach the internet, and traffic between zones is charged";
            note(Severity::Info, "nat-single", message.to_owned());
        }
        Nat::None => {
            let message = "without NAT, machines in private subnets cannot reach the internet";
            note(Severity::Warning, "nat-none", message.to_owned());
        }
        Nat::Single | Nat::PerZone => {}
    }
}

/// One network on its way to resources.
struct Plan<'a> {
    context: &'a Context,
    facts: Option<&'a Facts>,
    name: &'a str,
    network: &'a Network,
    layout: &'a Layout,
    /// The VPC that is taken over.
    adopted: Option<String>,
    /// Private endpoints, but for those that are routes.
    doors: Vec<ResourceId>,
}

impl Plan<'_> {
    fn resources(&self) -> Result<Vec<Resource<Open>>, Failure> {
        let mut all = self.all()?;
        if let Some(root) = &self.adopted {
            let adopt = |resource| adopt::part(resource, root, &self.context.labels);
            all = all.into_iter().map(adopt).collect();
        }
        Ok(all)
    }

    fn all(&self) -> Result<Vec<Resource<Open>>, Failure> {
        let mut all = vec![self.vpc()?, self.gateway()?];
        for slot in &self.layout.slots {
            all.push(self.private(slot)?);
            all.push(self.public(slot)?);
        }
        for slot in &self.layout.slots {
            all.extend(self.nat(slot)?);
        }
        all.push(self.public_routes()?);
        for slot in &self.layout.slots {
            all.push(self.private_routes(slot)?);
        }
        Ok(all)
    }

    fn tags(&self, part: &str) -> Tags {
        let name = format!("{}-{}{part}", self.context.stack, self.name);
        tags(self.context, &name)
    }

    fn vpc_id(&self) -> Field<String> {
        Field::output(&self.layout.vpc, "id")
    }

    fn vpc(&self) -> Result<Resource<Open>, Failure> {
        let fields = Vpc {
            cidr: self.network.cidr.clone(),
            dns_support: true,
            dns_hostnames: true,
            tags: self.tags(""),
        };
        let mut vpc = resource(self.layout.vpc.clone(), "ec2.vpc", &fields)?;
        vpc.after.push(claim_id());
        Ok(vpc)
    }

    fn gateway(&self) -> Result<Resource<Open>, Failure> {
        let fields = InternetGateway {
            vpc: Some(self.vpc_id()),
            tags: self.tags(""),
        };
        let id = self.layout.gateway.clone();
        let mut gateway = resource(id, "ec2.internet_gateway", &fields)?;
        gateway.after.push(claim_id());
        Ok(gateway)
    }

    fn private(&self, slot: &Slot) -> Result<Resource<Open>, Failure> {
        let mut tags = self.tags(&format!("-private-{}", slot.letter));
        tags.insert("kubernetes.io/role/internal-elb".to_owned(), "1".to_owned());
        let fields = Subnet {
            vpc: self.vpc_id(),
            cidr: slot.private_cidr.clone(),
            zone: Field::Choice(self.zones(slot)),
            map_public_ip: false,
            tags,
        };
        resource(slot.private.clone(), "ec2.subnet", &fields)
    }

    /// In the zone of the private one, whichever that is.
    fn public(&self, slot: &Slot) -> Result<Resource<Open>, Failure> {
        let mut tags = self.tags(&format!("-public-{}", slot.letter));
        tags.insert("kubernetes.io/role/elb".to_owned(), "1".to_owned());
        let fields = Subnet {
            vpc: self.vpc_id(),
            cidr: slot.public_cidr.clone(),
            zone: Field::output(&slot.private, "zone"),
            map_public_ip: true,
            tags,
        };
        resource(slot.public.clone(), "ec2.subnet", &fields)
    }

    /// The zones that a slot may be in: the one of its letter first. Offline, the usual names.
    fn zones(&self, slot: &Slot) -> Choice {
        let nth = usize::from(u8::try_from(slot.letter).unwrap_or(b'a') - b'a');
        let usual = || {
            let letters = 'a'..='f';
            letters
                .map(|letter| format!("{}{letter}", self.context.region))
                .collect()
        };
        let mut zones: Vec<String> = self.facts.map_or_else(usual, |facts| facts.zones.clone());
        let len = zones.len().max(1);
        zones.rotate_left(nth % len);
        let any_of = zones.into_iter().map(|zone| Opt {
            value: Value::Text(zone),
            hourly_micros: None,
        });
        Choice {
            any_of: any_of.collect(),
            keep_any: true,
            distinct: Some(format!("network.{}/zones", self.name)),
            what: "zone".to_owned(),
        }
    }

    /// The address comes after the internet gateway, so that on deletion it goes before: a gateway with mapped
    /// addresses cannot be detached.
    fn nat(&self, slot: &Slot) -> Result<Vec<Resource<Open>>, Failure> {
        let (Some(nat), Some(nat_ip)) = (&slot.nat, &slot.nat_ip) else {
            return Ok(Vec::new());
        };
        let tags = self.tags(&format!("-nat-{}", slot.letter));
        let address = Address { tags: tags.clone() };
        let mut address = resource(nat_ip.clone(), "ec2.address", &address)?;
        address.after = vec![claim_id(), self.layout.gateway.clone()];
        let fields = NatGateway {
            subnet: Field::output(&slot.public, "id"),
            address: Field::output(nat_ip, "allocation_id"),
            tags,
        };
        let mut gateway = resource(nat.clone(), "ec2.nat_gateway", &fields)?;
        gateway.after.push(self.layout.gateway.clone());
        Ok(vec![address, gateway])
    }

    fn public_routes(&self) -> Result<Resource<Open>, Failure> {
        let subnets = self.layout.slots.iter().map(|slot| &slot.public);
        let fields = RouteTable {
            vpc: self.vpc_id(),
            routes: self.default_route(Some(&self.layout.gateway)),
            associations: subnets.map(|subnet| Field::output(subnet, "id")).collect(),
            children: None,
            tags: self.tags("-public"),
        };
        resource(
            self.layout.public_routes.clone(),
            "ec2.route_table",
            &fields,
        )
    }

    fn private_routes(&self, slot: &Slot) -> Result<Resource<Open>, Failure> {
        let fields = RouteTable {
            vpc: self.vpc_id(),
            routes: self.default_route(slot.way_out.as_ref()),
            associations: vec![Field::output(&slot.private, "id")],
            children: None,
            tags: self.tags(&format!("-private-{}", slot.letter)),
        };
        let mut table = resource(slot.routes.clone(), "ec2.route_table", &fields)?;
        if slot.way_out.is_none() {
            // A route out is taken away when the services can be reached otherwise.
            table.after.extend(self.doors.iter().cloned());
        }
        Ok(table)
    }

    fn default_route(&self, through: Option<&ResourceId>) -> BTreeMap<String, Field<String>> {
        through
            .map(|gateway| (ANYWHERE.to_owned(), Field::output(gateway, "id")))
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests;
