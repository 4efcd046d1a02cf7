//! CreateLoadBalancer.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::common::{absent, arn, check_name, invalid, one_of, required, short_id, within};
use super::{LoadBalancer, ground, interfaces, tags};
use crate::aws::ec2::{NetworkInterface, Subnet};
use crate::aws::iam::Role;
use crate::aws::{Call, Outcome};
use crate::phase::Phase;
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// CreateLoadBalancer. The name is tested and set at once, whatever reads show; the same again answers what there is,
/// whosever it is.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = name(call)?;
    let kind = word(call, "Type", "application", &["application", "network"])?;
    let scheme = word(
        call,
        "Scheme",
        "internet-facing",
        &["internet-facing", "internal"],
    )?;
    address_type(call)?;
    let tags = tags::at_create(call)?;
    let subnets = ground::subnets(call, &kind)?;
    let vpc_id = subnets.first().map(|one| one.vpc_id.clone());
    let vpc_id = vpc_id.unwrap_or_default();
    let mut groups = ground::groups(call, &vpc_id)?;
    if groups.is_empty() && kind == "application" {
        groups = ground::default_group(call, &vpc_id);
    }
    let mut balancer = LoadBalancer {
        arn: String::new(),
        name,
        kind,
        scheme,
        vpc_id,
        subnet_ids: subnets.iter().map(Document::id).collect(),
        groups,
        interfaces: Vec::new(),
        protected: false,
        attributes: BTreeMap::new(),
        phase: Phase::new("provisioning", call.now()),
        tags,
        created: call.now(),
    };
    if let Some(there) = same(call, &balancer)? {
        return answer(call, &there);
    }
    allowed(call, &balancer, &subnets)?;
    build(&mut call.tx, &call.place, &mut balancer, &subnets);
    answer(call, &balancer)
}

fn name(call: &Call<'_>) -> Result<String, ApiError> {
    let name = required(call, "Name")?;
    check_name("Load balancer", &name)?;
    match name.starts_with("internal-") {
        true => Err(invalid(format!(
            "Load balancer name '{name}' cannot begin with 'internal-'"
        ))),
        false => Ok(name),
    }
}

/// The word of a parameter, or the usual one.
fn word(call: &Call<'_>, name: &str, usual: &str, legal: &[&str]) -> Result<String, ApiError> {
    match call.params.get(name) {
        None => Ok(usual.to_owned()),
        Some("gateway") => Err(absent("gateway load balancers")),
        Some(value) => one_of(name, value, legal).map(|()| value.to_owned()),
    }
}

/// Refuses address types other than IPv4: no subnet here has IPv6 ranges.
pub(super) fn address_type(call: &Call<'_>) -> Result<(), ApiError> {
    let legal = ["ipv4", "dualstack", "dualstack-without-public-ipv4"];
    match call.params.get("IpAddressType") {
        None | Some("ipv4") => Ok(()),
        Some(value) => {
            one_of("IpAddressType", value, &legal)?;
            let text = "You must specify subnets with an associated IPv6 CIDR block.";
            Err(ApiError::bad("InvalidSubnet", text))
        }
    }
}

/// The balancer of that name when it has these settings; another one of the name is refused. Tags are no setting.
fn same(call: &Call<'_>, wish: &LoadBalancer) -> Result<Option<LoadBalancer>, ApiError> {
    let all = call.tx.list::<LoadBalancer>(&call.place);
    let Some(there) = all.into_iter().find(|one| one.name == wish.name) else {
        return Ok(None);
    };
    let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
    let equal = there.kind == wish.kind
        && there.scheme == wish.scheme
        && set(&there.subnet_ids) == set(&wish.subnet_ids)
        && set(&there.groups) == set(&wish.groups);
    match equal {
        true => Ok(Some(there)),
        false => {
            let text = format!(
                "A load balancer with the same name '{}' exists, but with different settings",
                wish.name
            );
            Err(ApiError::bad("DuplicateLoadBalancerName", text))
        }
    }
}

fn allowed(call: &Call<'_>, wish: &LoadBalancer, subnets: &[Subnet]) -> Result<(), ApiError> {
    if wish.scheme == "internet-facing" {
        ground::faces_internet(call, &wish.vpc_id)?;
    }
    ground::has_room(call, subnets)?;
    let all = call.tx.list::<LoadBalancer>(&call.place);
    let have = all.iter().filter(|one| one.kind == wish.kind).count();
    let quota = format!("elbv2:{}-balancers", wish.kind);
    within(
        &call.tx,
        &quota,
        have,
        "TooManyLoadBalancers",
        "load balancers",
    )
}

fn build(tx: &mut Tx<'_>, place: &Place, balancer: &mut LoadBalancer, subnets: &[Subnet]) {
    Role::service_linked(tx, &place.account, "elasticloadbalancing.amazonaws.com");
    let short = match balancer.is_application() {
        true => "app",
        false => "net",
    };
    let path = format!("{short}/{}/{}", balancer.name, short_id(tx));
    balancer.arn = arn(place, &format!("loadbalancer/{path}"));
    balancer.interfaces = stand(tx, place, balancer, subnets);
    tx.put(place, balancer);
}

/// Makes the balancer's interfaces in the subnets, with public addresses when it faces the internet.
pub(super) fn stand(
    tx: &mut Tx<'_>,
    place: &Place,
    balancer: &LoadBalancer,
    subnets: &[Subnet],
) -> Vec<String> {
    let path = super::common::path(&balancer.arn, "loadbalancer").unwrap_or_default();
    let words = format!("ELB {path}");
    let made = interfaces(tx, place, subnets, &balancer.groups, &words);
    if balancer.scheme == "internet-facing" {
        for id in &made {
            let address = public_address(tx);
            if let Some(mut interface) = tx.get::<NetworkInterface>(place, id) {
                interface.own_public_ip = Some(address);
                tx.put(place, &interface);
            }
        }
    }
    made
}

/// An address of Amazon's.
fn public_address(tx: &mut Tx<'_>) -> Ipv4Addr {
    let hex = tx.fresh_hex("public-address");
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("1"), 16).unwrap_or(1);
    Ipv4Addr::new(52, byte(0), byte(2), byte(4))
}

fn answer(call: &Call<'_>, balancer: &LoadBalancer) -> Outcome {
    let fields = balancer.fields(&call.tx, &call.place);
    Ok(Body::Xml(Fields::new().list(
        "LoadBalancers",
        "member",
        [fields],
    )))
}
