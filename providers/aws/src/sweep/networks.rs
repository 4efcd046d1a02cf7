//! What lies in networks: interfaces and groups, which controllers leave, and the ground that goes after them.

use aws_sdk_ec2::types::{Filter, NetworkInterface, NetworkInterfaceStatus, SecurityGroup};
use futures::try_join;

use super::found::{Busy, Found, Sort, World};
use crate::client::Aws;
use crate::error::Fault;
use crate::kinds::ec2::tags;
use crate::kinds::{filter, pages};
use crate::marks::{Marks, Tags};

/// Start of the description of a control plane's interfaces; the cluster's name follows.
pub(super) const CONTROL_PLANE: &str = "Amazon EKS ";

/// Start of the description of a balancer's interfaces; `app/NAME/…`, `net/NAME/…` or a classic one's name follows.
const BALANCER: &str = "ELB ";

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Ground {
    vpcs: Vec<(String, Tags)>,
    groups: Vec<SecurityGroup>,
    interfaces: Vec<NetworkInterface>,
    /// Subnets by network, and whether they are marked.
    subnets: Vec<(String, String, bool)>,
    /// Internet gateways by network.
    gateways: Vec<(String, String)>,
}

/// Reads it all at once.
pub(super) async fn read(aws: &Aws, vpcs: &[String]) -> Result<Ground, Fault> {
    if vpcs.is_empty() {
        return Ok(Ground::default());
    }
    let within = filter("vpc-id", vpcs);
    let attached = filter("attachment.vpc-id", vpcs);
    let (vpcs, groups, interfaces, subnets, gateways) = try_join!(
        marks(aws, &within),
        groups(aws, &within),
        interfaces(aws, &within),
        subnets(aws, &within),
        gateways(aws, &attached)
    )?;
    Ok(Ground {
        vpcs,
        groups,
        interfaces,
        subnets,
        gateways,
    })
}

/// Adds it to what was found, after the balancers.
pub(super) fn add(world: &mut World, ground: Result<Ground, Fault>) {
    let ground = match ground {
        Ok(ground) => ground,
        Err(fault) => {
            world.unread.push(fault);
            return;
        }
    };
    for (vpc, tags) in ground.vpcs {
        world.marks.insert(vpc, Marks::of(&tags).stack);
    }
    for (vpc, subnet, marked) in ground.subnets {
        if !marked {
            world
                .strange
                .push((vpc.clone(), format!("subnet {subnet}")));
        }
        world.ground.entry(vpc).or_default().push(subnet);
    }
    let alive = ground.interfaces.iter().filter_map(control_plane);
    world.alive = alive.map(str::to_owned).collect();
    let balancers = Balancers::of(world);
    let mut interfaces: Vec<Found> = ground
        .interfaces
        .iter()
        .map(|wire| interface(wire, &balancers))
        .collect();
    let mut groups: Vec<Found> = ground.groups.iter().filter_map(group).collect();
    for (vpc, handle) in ground.gateways {
        world.ground.entry(vpc).or_default().push(handle);
    }
    for one in ground.groups {
        if let (Some(vpc), Some(id)) = (one.vpc_id, one.group_id) {
            world.ground.entry(vpc).or_default().push(id);
        }
    }
    interfaces.sort_by(|a, b| a.physical.cmp(&b.physical));
    groups.sort_by(|a, b| a.physical.cmp(&b.physical));
    world.found.extend(interfaces);
    world.found.extend(groups);
}

/// The tags of networks, by id.
async fn marks(aws: &Aws, filters: &[Filter]) -> Result<Vec<(String, Tags)>, Fault> {
    let all = pages(|token| async {
        let request = aws
            .ec2
            .describe_vpcs()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeVpcs", || request.clone().send())
            .await?;
        Ok((answer.vpcs, answer.next_token))
    });
    let id = |vpc: aws_sdk_ec2::types::Vpc| Some((vpc.vpc_id.clone()?, tags(vpc.tags.as_ref())));
    Ok(all.await?.into_iter().filter_map(id).collect())
}

/// Groups, with their rules in short.
pub(crate) async fn groups(aws: &Aws, filters: &[Filter]) -> Result<Vec<SecurityGroup>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_security_groups()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSecurityGroups", || request.clone().send())
            .await?;
        Ok((answer.security_groups, answer.next_token))
    })
    .await
}

/// Interfaces.
pub(crate) async fn interfaces(
    aws: &Aws,
    filters: &[Filter],
) -> Result<Vec<NetworkInterface>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_network_interfaces()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeNetworkInterfaces", || request.clone().send())
            .await?;
        Ok((answer.network_interfaces, answer.next_token))
    })
    .await
}

async fn subnets(aws: &Aws, filters: &[Filter]) -> Result<Vec<(String, String, bool)>, Fault> {
    let all = pages(|token| async {
        let request = aws
            .ec2
            .describe_subnets()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeSubnets", || request.clone().send())
            .await?;
        Ok((answer.subnets, answer.next_token))
    });
    let of = |subnet: aws_sdk_ec2::types::Subnet| {
        let marked = Marks::of(&tags(subnet.tags.as_ref())).stack.is_some();
        Some((subnet.vpc_id?, subnet.subnet_id?, marked))
    };
    Ok(all.await?.into_iter().filter_map(of).collect())
}

async fn gateways(aws: &Aws, filters: &[Filter]) -> Result<Vec<(String, String)>, Fault> {
    let all = pages(|token| async {
        let request = aws
            .ec2
            .describe_internet_gateways()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeInternetGateways", || request.clone().send())
            .await?;
        Ok((answer.internet_gateways, answer.next_token))
    });
    let of = |gateway: aws_sdk_ec2::types::InternetGateway| {
        let attached = gateway.attachments?.into_iter().next()?;
        Some((attached.vpc_id?, gateway.internet_gateway_id?))
    };
    Ok(all.await?.into_iter().filter_map(of).collect())
}

/// The cluster whose control plane has this interface, when it is in use. The description alone tells: EKS makes these
/// by a role of its own, so that they are not managed by a requester; and a wrong guess spares what might have gone.
pub(super) fn control_plane(wire: &NetworkInterface) -> Option<&str> {
    let in_use = wire.status() != Some(&NetworkInterfaceStatus::Available);
    let name = wire.description()?.strip_prefix(CONTROL_PLANE)?;
    in_use.then_some(name)
}

/// A group as it was found; the one that every network starts with cannot be deleted.
pub(super) fn group(wire: &SecurityGroup) -> Option<Found> {
    if wire.group_name() == Some("default") {
        return None;
    }
    let id = wire.group_id().unwrap_or_default();
    Some(Found {
        sort: Sort::Group,
        physical: id.to_owned(),
        name: wire.group_name().unwrap_or(id).to_owned(),
        vpc: wire.vpc_id.clone(),
        tags: tags(wire.tags.as_ref()),
        uses: Vec::new(),
        size: None,
        busy: None,
    })
}

/// The balancers that are there.
#[derive(Debug, Default)]
pub(super) struct Balancers {
    names: Vec<String>,
    /// There may be others.
    more: bool,
}

impl Balancers {
    /// Target groups have names of their own, which may be those of balancers that are gone.
    fn of(world: &World) -> Self {
        let balancers = world
            .found
            .iter()
            .filter(|one| matches!(one.sort, Sort::Balancer | Sort::Classic));
        Self {
            names: balancers.map(|one| one.name.clone()).collect(),
            more: world.blind,
        }
    }

    fn may_have(&self, name: &str) -> bool {
        self.more || self.names.iter().any(|known| known == name)
    }
}

/// An interface as it was found, beside the balancers that are there.
pub(super) fn interface(wire: &NetworkInterface, balancers: &Balancers) -> Found {
    let id = wire.network_interface_id().unwrap_or_default();
    let groups = wire.groups().iter().filter_map(|group| group.group_id());
    let subnet = wire.subnet_id();
    Found {
        size: None,
        sort: Sort::Interface,
        physical: id.to_owned(),
        name: wire.description().unwrap_or(id).to_owned(),
        vpc: wire.vpc_id.clone(),
        tags: tags(wire.tag_set.as_ref()),
        uses: groups.chain(subnet).map(str::to_owned).collect(),
        busy: busy(wire, balancers),
    }
}

/// Why an interface cannot be deleted now.
fn busy(wire: &NetworkInterface, balancers: &Balancers) -> Option<Busy> {
    if wire.status() == Some(&NetworkInterfaceStatus::Available) {
        return None;
    }
    let what = wire.description().unwrap_or_default();
    if let Some(rest) = what.strip_prefix(BALANCER)
        && wire.requester_managed == Some(true)
    {
        let name = rest.split('/').nth(1).unwrap_or(rest);
        return Some(match balancers.may_have(name) {
            true => Busy::Held(format!("balancer {name}")),
            false => Busy::Going(format!("balancer {name}")),
        });
    }
    if let Some(name) = control_plane(wire) {
        return Some(Busy::Held(format!("control plane {name}")));
    }
    let attachment = wire.attachment();
    let instance = attachment.and_then(|one| one.instance_id());
    let owner = attachment.and_then(|one| one.instance_owner_id());
    Some(Busy::Held(match (instance, owner) {
        (Some(instance), _) => format!("instance {instance}"),
        (None, Some(owner)) if !what.is_empty() => format!("{owner} for \"{what}\""),
        (None, Some(owner)) => owner.to_owned(),
        (None, None) => "something".to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(description: &str) -> NetworkInterface {
        NetworkInterface::builder()
            .network_interface_id("eni-1")
            .description(description)
            .status(NetworkInterfaceStatus::InUse)
            .requester_id("AROAEXAMPLE:AmazonEKS")
            .requester_managed(false)
            .build()
    }

    fn world(interfaces: Vec<NetworkInterface>) -> World {
        beside(World::default(), interfaces)
    }

    fn beside(mut world: World, interfaces: Vec<NetworkInterface>) -> World {
        let ground = Ground {
            interfaces,
            ..Ground::default()
        };
        add(&mut world, Ok(ground));
        world
    }

    #[test]
    fn a_cluster_lives_whose_control_plane_has_an_interface() {
        let lives = world(vec![wire("Amazon EKS shop-eu-main"), wire("mine")]);
        assert_eq!(lives.alive, ["shop-eu-main"]);
        let held = Some(Busy::Held("control plane shop-eu-main".to_owned()));
        assert_eq!(lives.found[0].busy, held);
        let mut free = wire("Amazon EKS shop-eu-main");
        free.status = Some(NetworkInterfaceStatus::Available);
        assert!(world(vec![free]).alive.is_empty());
    }

    fn of_balancer() -> NetworkInterface {
        let mut wire = wire("ELB app/web/0123456789abcdef");
        wire.requester_managed = Some(true);
        wire
    }

    fn target_group(name: &str) -> Found {
        Found {
            sort: Sort::TargetGroup,
            physical: "arn:tg".to_owned(),
            name: name.to_owned(),
            vpc: None,
            tags: Tags::new(),
            uses: Vec::new(),
            size: None,
            busy: None,
        }
    }

    #[test]
    fn an_interface_goes_whose_balancer_is_gone_though_a_target_group_has_its_name() {
        let mut before = World::default();
        before.found.push(target_group("web"));
        let after = beside(before, vec![of_balancer()]);
        let going = Some(Busy::Going("balancer web".to_owned()));
        assert_eq!(after.found[1].busy, going);
    }

    #[test]
    fn where_balancers_cannot_be_listed_none_is_known_to_be_gone() {
        let blind = World {
            blind: true,
            ..World::default()
        };
        let held = Some(Busy::Held("balancer web".to_owned()));
        assert_eq!(beside(blind, vec![of_balancer()]).found[0].busy, held);
    }
}
