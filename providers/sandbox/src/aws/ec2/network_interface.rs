//! Network interfaces: made by the cloud for NAT gateways, control planes and instances.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{done, invalid, required, stamp};
use super::resource::{Resource, Words, find};
use super::tags::{self, Tags};
use super::{Address, SecurityGroup, Subnet};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Indexed, Place, Tx, hex};
use crate::wire::Fields;

/// A network interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NetworkInterface {
    /// Its id.
    pub(crate) id: String,
    /// Its subnet.
    pub(crate) subnet_id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its zone.
    pub(crate) zone: String,
    /// Its private address.
    pub(crate) private_ip: Ipv4Addr,
    /// A public address that is not an Elastic IP.
    pub(crate) own_public_ip: Option<Ipv4Addr>,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// `interface` or `nat_gateway`.
    pub(crate) interface_type: String,
    /// What it is for.
    pub(crate) description: String,
    /// The service that manages it; `None` for those of instances.
    pub(crate) requester: Option<String>,
    /// The instance it is attached to.
    pub(crate) instance_id: Option<String>,
    /// Id of the attachment.
    pub(crate) attachment_id: String,
    /// Whether nothing is attached to it: the state `available`.
    #[serde(default)]
    pub(crate) free: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// What a new interface is for.
pub(crate) struct NewInterface<'a> {
    /// Its subnet.
    pub(crate) subnet: &'a Subnet,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// `interface` or `nat_gateway`.
    pub(crate) interface_type: &'a str,
    /// What it is for.
    pub(crate) description: String,
    /// The service that manages it.
    pub(crate) requester: Option<&'a str>,
    /// The instance it belongs to.
    pub(crate) instance_id: Option<String>,
}

impl NetworkInterface {
    /// Makes an interface in its subnet; `None` when the subnet has no free address.
    pub(crate) fn make(tx: &mut Tx<'_>, place: &Place, new: NewInterface<'_>) -> Option<Self> {
        let private_ip = new.subnet.free_address(tx, place)?;
        let interface = Self {
            id: tx.fresh_id("eni"),
            subnet_id: new.subnet.id.clone(),
            vpc_id: new.subnet.vpc_id.clone(),
            zone: new.subnet.zone.clone(),
            private_ip,
            own_public_ip: None,
            groups: new.groups,
            interface_type: new.interface_type.to_owned(),
            description: new.description,
            requester: new.requester.map(str::to_owned),
            instance_id: new.instance_id,
            attachment_id: tx.fresh_id("eni-attach"),
            free: false,
            tags: Tags::new(),
            created: tx.now(),
        };
        tx.put(place, &interface);
        Some(interface)
    }

    /// Removes the interface and the association of an Elastic IP with it.
    pub(crate) fn remove(tx: &mut Tx<'_>, place: &Place, id: &str) {
        for mut address in tx.list::<Address>(place) {
            if address
                .association
                .as_ref()
                .is_some_and(|one| one.interface_id == id)
            {
                address.association = None;
                tx.put(place, &address);
            }
        }
        tx.delete::<Self>(place, id);
    }

    /// The public address that is mapped to it.
    pub(crate) fn public_ip(&self, tx: &Tx<'_>, place: &Place) -> Option<Ipv4Addr> {
        self.elastic(tx, place)
            .map(|address| address.public_ip)
            .or(self.own_public_ip)
    }

    fn elastic(&self, tx: &Tx<'_>, place: &Place) -> Option<Address> {
        let mine = |address: &Address| {
            address
                .association
                .as_ref()
                .is_some_and(|one| one.interface_id == self.id)
        };
        tx.list::<Address>(place).into_iter().find(mine)
    }

    fn private_name(&self, place: &Place) -> String {
        format!(
            "ip-{}.{}.compute.internal",
            self.private_ip.to_string().replace('.', "-"),
            place.region
        )
    }

    /// `02:` and ten digits of the id's hash: locally administered, unique enough.
    pub(crate) fn mac(&self) -> String {
        use sha2::{Digest, Sha256};
        let hex = hex(&Sha256::digest(&self.id));
        let pairs = (0..5).filter_map(|n| hex.get(2 * n..2 * n + 2));
        std::iter::once("02")
            .chain(pairs)
            .collect::<Vec<_>>()
            .join(":")
    }

    fn group_set(&self, tx: &Tx<'_>, place: &Place) -> Vec<Fields> {
        let named = |id: &String| {
            let name = tx.get::<SecurityGroup>(place, id).map(|group| group.name);
            Fields::new().text("groupId", id).maybe("groupName", name)
        };
        self.groups.iter().map(named).collect()
    }

    /// Whether a service manages it: EKS makes a control plane's by a role, which does not count as one.
    fn is_managed(&self) -> bool {
        let requester = self.requester.as_deref();
        requester.is_some_and(|requester| requester != "amazon-eks")
    }

    fn status(&self) -> &'static str {
        if self.free { "available" } else { "in-use" }
    }

    fn attachment(&self, place: &Place) -> Fields {
        Fields::new()
            .text("attachmentId", &self.attachment_id)
            .maybe("instanceId", self.instance_id.as_ref())
            .text(
                "instanceOwnerId",
                self.requester.as_deref().unwrap_or(&place.account),
            )
            .text("deviceIndex", u8::from(self.instance_id.is_none()))
            .text("status", "attached")
            .text("attachTime", stamp(self.created))
            .text("deleteOnTermination", self.instance_id.is_some())
    }
}

impl Document for NetworkInterface {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "network-interface";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Indexed for NetworkInterface {
    /// Its private address.
    fn keys(&self) -> Vec<String> {
        vec![self.private_ip.to_string()]
    }
}

impl Resource for NetworkInterface {
    const WORDS: Words = Words {
        prefix: "eni",
        noun: "The networkInterface ID",
        not_found: "InvalidNetworkInterfaceID.NotFound",
        malformed: "InvalidNetworkInterfaceId.Malformed",
        filters: &[
            "network-interface-id",
            "subnet-id",
            "vpc-id",
            "availability-zone",
            "status",
            "group-id",
            "description",
            "interface-type",
            "owner-id",
            "private-ip-address",
            "addresses.private-ip-address",
            "requester-managed",
            "requester-id",
            "attachment.instance-id",
            "attachment.status",
            "association.allocation-id",
            "association.public-ip",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        let one = |value: &String| vec![value.clone()];
        match filter {
            "network-interface-id" => one(&self.id),
            "subnet-id" => one(&self.subnet_id),
            "vpc-id" => one(&self.vpc_id),
            "availability-zone" => one(&self.zone),
            "status" => vec![self.status().to_owned()],
            "group-id" => self.groups.clone(),
            "description" => one(&self.description),
            "interface-type" => one(&self.interface_type),
            "owner-id" => one(&place.account),
            "requester-managed" => vec![self.is_managed().to_string()],
            "requester-id" => self.requester.iter().cloned().collect(),
            "attachment.instance-id" => self.instance_id.iter().cloned().collect(),
            "attachment.status" if self.free => Vec::new(),
            "attachment.status" => vec!["attached".to_owned()],
            "association.allocation-id" => self
                .elastic(tx, place)
                .into_iter()
                .map(|address| address.id)
                .collect(),
            "association.public-ip" => self
                .public_ip(tx, place)
                .iter()
                .map(ToString::to_string)
                .collect(),
            _ => vec![self.private_ip.to_string()],
        }
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let association = self.public_ip(tx, place).map(|ip| {
            let elastic = self.elastic(tx, place);
            let owner = if elastic.is_some() {
                place.account.as_str()
            } else {
                "amazon"
            };
            Fields::new()
                .text("publicIp", ip)
                .text("publicDnsName", "")
                .text("ipOwnerId", owner)
                .maybe("allocationId", elastic.as_ref().map(|address| &address.id))
                .maybe(
                    "associationId",
                    elastic.and_then(|address| Some(address.association?.id)),
                )
        });
        let mut address = Fields::new()
            .text("privateIpAddress", self.private_ip)
            .text("privateDnsName", self.private_name(place))
            .text("primary", true);
        let mut fields = Fields::new();
        if let Some(association) = association {
            address = address.fields("association", association.clone());
            fields = fields.fields("association", association);
        }
        let fields = fields
            .text("networkInterfaceId", &self.id)
            .text("subnetId", &self.subnet_id)
            .text("vpcId", &self.vpc_id)
            .text("availabilityZone", &self.zone)
            .text("description", &self.description)
            .text("ownerId", &place.account)
            .maybe("requesterId", self.requester.as_ref())
            .text("requesterManaged", self.is_managed())
            .text("status", self.status())
            .text("macAddress", self.mac())
            .text("privateIpAddress", self.private_ip)
            .text("privateDnsName", self.private_name(place))
            .text("sourceDestCheck", self.interface_type != "nat_gateway")
            .text("interfaceType", &self.interface_type)
            .list("groupSet", "item", self.group_set(tx, place))
            .list("privateIpAddressesSet", "item", [address])
            .list("ipv6AddressesSet", "item", []);
        let fields = match self.free {
            true => fields,
            false => fields.fields("attachment", self.attachment(place)),
        };
        tags::set(fields, &self.tags)
    }
}

/// DeleteNetworkInterface: refused while something is attached to it; a service's own is always in use.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let interface = find::<NetworkInterface>(call, &required(call, "NetworkInterfaceId")?)?;
    if !interface.free {
        return Err(invalid(format!(
            "Network interface '{}' is currently in use.",
            interface.id
        )));
    }
    NetworkInterface::remove(&mut call.tx, &call.place, &interface.id);
    done()
}
