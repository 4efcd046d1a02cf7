//! Subnets.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cidr::Cidr;
use super::common::{arn, boolean, dependencies, done, invalid, required, within};
use super::resource::{Resource, Words, find};
use super::route::Target;
use super::tags::{self, Tags};
use super::zone::{Zone, zones};
use super::{NetworkInterface, RouteTable, Vpc};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// States of a subnet.
pub(super) const STATES: StateTable = &[Step {
    from: "pending",
    seconds: 1,
    to: "available",
}];

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subnet {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its range.
    pub(crate) cidr: Cidr,
    /// Its zone: `eu-west-1a`.
    pub(crate) zone: String,
    /// Its zone's id: `euw1-az1`.
    pub(crate) zone_id: String,
    /// Its state.
    pub(crate) phase: Phase,
    /// Whether instances get a public address.
    pub(crate) public_addresses: bool,
    /// Id of the association with the VPC's network ACL.
    pub(crate) acl_association: String,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Subnet {
    fn interfaces(&self, tx: &Tx<'_>, place: &Place) -> Vec<NetworkInterface> {
        tx.list::<NetworkInterface>(place)
            .into_iter()
            .filter(|one| one.subnet_id == self.id)
            .collect()
    }

    /// Whether what is in it can reach the internet, through whatever.
    pub(crate) fn has_way_out(&self, tx: &Tx<'_>, place: &Place) -> bool {
        RouteTable::of_subnet(tx, place, self)
            .is_some_and(|table| table.way_out(tx, place).is_some())
    }

    /// Whether it reaches the internet through an internet gateway.
    pub(crate) fn is_public(&self, tx: &Tx<'_>, place: &Place) -> bool {
        RouteTable::of_subnet(tx, place, self)
            .is_some_and(|table| matches!(table.way_out(tx, place), Some(Target::Gateway(_))))
    }

    /// Addresses that nothing has.
    pub(crate) fn free(&self, tx: &Tx<'_>, place: &Place) -> u32 {
        let used = u32::try_from(self.interfaces(tx, place).len()).unwrap_or(u32::MAX);
        self.cidr.usable().saturating_sub(used)
    }

    /// The lowest address that nothing has.
    pub(crate) fn free_address(&self, tx: &Tx<'_>, place: &Place) -> Option<Ipv4Addr> {
        let used: std::collections::BTreeSet<Ipv4Addr> = self
            .interfaces(tx, place)
            .into_iter()
            .map(|one| one.private_ip)
            .collect();
        (0..self.cidr.usable())
            .map(|n| self.cidr.address(n))
            .find(|address| !used.contains(address))
    }
}

impl Document for Subnet {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "subnet";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for Subnet {
    const WORDS: Words = Words {
        prefix: "subnet",
        noun: "The subnet ID",
        not_found: "InvalidSubnetID.NotFound",
        malformed: "InvalidSubnetID.Malformed",
        filters: &[
            "subnet-id",
            "vpc-id",
            "state",
            "cidr",
            "cidr-block",
            "cidrBlock",
            "availability-zone",
            "availabilityZone",
            "availability-zone-id",
            "availabilityZoneId",
            "default-for-az",
            "defaultForAz",
            "map-public-ip-on-launch",
            "owner-id",
            "available-ip-address-count",
            "subnet-arn",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        vec![match filter {
            "subnet-id" => self.id.clone(),
            "vpc-id" => self.vpc_id.clone(),
            "state" => self.phase.state.clone(),
            "availability-zone" | "availabilityZone" => self.zone.clone(),
            "availability-zone-id" | "availabilityZoneId" => self.zone_id.clone(),
            "default-for-az" | "defaultForAz" => "false".to_owned(),
            "map-public-ip-on-launch" => self.public_addresses.to_string(),
            "owner-id" => place.account.clone(),
            "available-ip-address-count" => self.free(tx, place).to_string(),
            "subnet-arn" => arn(place, "subnet", &self.id),
            _ => self.cidr.to_string(),
        }]
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let names = Fields::new()
            .text("hostnameType", "ip-name")
            .text("enableResourceNameDnsARecord", false)
            .text("enableResourceNameDnsAAAARecord", false);
        let fields = Fields::new()
            .text("subnetId", &self.id)
            .text("subnetArn", arn(place, "subnet", &self.id))
            .text("state", &self.phase.state)
            .text("ownerId", &place.account)
            .text("vpcId", &self.vpc_id)
            .text("cidrBlock", self.cidr)
            .list("ipv6CidrBlockAssociationSet", "item", [])
            .text("availableIpAddressCount", self.free(tx, place))
            .text("availabilityZone", &self.zone)
            .text("availabilityZoneId", &self.zone_id)
            .text("defaultForAz", false)
            .text("mapPublicIpOnLaunch", self.public_addresses)
            .text("mapCustomerOwnedIpOnLaunch", false)
            .text("assignIpv6AddressOnCreation", false)
            .text("enableDns64", false)
            .text("ipv6Native", false)
            .fields("privateDnsNameOptionsOnLaunch", names);
        tags::set(fields, &self.tags)
    }
}

/// CreateSubnet.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let vpc_id = required(call, "VpcId")?;
    let text = required(call, "CidrBlock")?;
    let vpc = find::<Vpc>(call, &vpc_id)?;
    let cidr = Cidr::parse(&text).ok_or_else(|| {
        invalid(format!(
            "Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        ))
    })?;
    if !(16..=28).contains(&cidr.bits()) || !vpc.cidr.contains(cidr) {
        return Err(ApiError::bad(
            "InvalidSubnet.Range",
            format!("The CIDR '{text}' is invalid."),
        ));
    }
    let zone = chosen_zone(call)?;
    let tags = tags::at_create(call, "subnet")?;
    let mut siblings = call.tx.list::<Subnet>(&call.place);
    siblings.retain(|subnet| subnet.vpc_id == vpc_id);
    if siblings.iter().any(|subnet| subnet.cidr.overlaps(cidr)) {
        let message = format!("The CIDR '{text}' conflicts with another subnet");
        return Err(ApiError::bad("InvalidSubnet.Conflict", message));
    }
    within(
        &call.tx,
        "ec2:subnets-per-vpc",
        siblings.len(),
        "SubnetLimitExceeded",
        "subnets",
    )?;
    let subnet = Subnet {
        id: call.tx.fresh_id("subnet"),
        vpc_id,
        cidr,
        zone: zone.name,
        zone_id: zone.id,
        phase: Phase::new("pending", call.now()),
        public_addresses: false,
        acl_association: call.tx.fresh_id("aclassoc"),
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &subnet);
    Ok(Body::Xml(
        Fields::new().fields("subnet", subnet.fields(&call.tx, &call.place)),
    ))
}

/// The zone asked for; without a wish the first one.
fn chosen_zone(call: &Call<'_>) -> Result<Zone, ApiError> {
    let zones = zones(&call.region);
    let (name, id) = (
        call.params.get("AvailabilityZone"),
        call.params.get("AvailabilityZoneId"),
    );
    let found = zones.iter().find(|zone| {
        name.is_none_or(|name| name == zone.name) && id.is_none_or(|id| id == zone.id)
    });
    found.cloned().ok_or_else(|| {
        let asked = name.or(id).unwrap_or_default();
        let known: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
        invalid(format!(
            "Value ({asked}) for parameter availabilityZone is invalid. Subnets can currently only be created in the \
             following availability zones: {}.",
            known.join(", ")
        ))
    })
}

/// DeleteSubnet: refused while an interface is in it; its route table association goes with it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let subnet = find::<Subnet>(call, &required(call, "SubnetId")?)?;
    if !subnet.interfaces(&call.tx, &call.place).is_empty() {
        return Err(dependencies("subnet", &subnet.id));
    }
    for mut table in call.tx.list::<RouteTable>(&call.place) {
        let before = table.associations.len();
        table
            .associations
            .retain(|one| one.subnet_id.as_ref() != Some(&subnet.id));
        if table.associations.len() != before {
            call.tx.put(&call.place, &table);
        }
    }
    call.tx.delete::<Subnet>(&call.place, &subnet.id);
    done()
}

/// ModifySubnetAttribute: one attribute a call.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut subnet = find::<Subnet>(call, &required(call, "SubnetId")?)?;
    let public = boolean(call, "MapPublicIpOnLaunch.Value")?;
    subnet.public_addresses = public.ok_or_else(|| super::common::missing("attribute"))?;
    call.tx.put(&call.place, &subnet);
    done()
}
