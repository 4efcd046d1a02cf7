//! Elastic IP addresses.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::NetworkInterface;
use super::common::{done, invalid, missing, within};
use super::resource::{Filters, Resource, Words, find};
use super::tags::{self, Tags};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// An Elastic IP address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Address {
    /// Its allocation id.
    pub(crate) id: String,
    /// The address.
    pub(crate) public_ip: Ipv4Addr,
    /// What it is associated with.
    pub(crate) association: Option<Association>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was allocated.
    pub(crate) created: Timestamp,
}

/// The association of an address with an interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Association {
    /// Its id.
    pub(crate) id: String,
    /// The interface.
    pub(crate) interface_id: String,
}

impl Document for Address {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "address";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for Address {
    const WORDS: Words = Words {
        prefix: "eipalloc",
        noun: "The allocation ID",
        not_found: "InvalidAllocationID.NotFound",
        malformed: "InvalidAllocationID.Malformed",
        filters: &[
            "allocation-id",
            "association-id",
            "public-ip",
            "domain",
            "network-interface-id",
            "private-ip-address",
            "network-border-group",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        let association = self.association.as_ref();
        let value = match filter {
            "allocation-id" => Some(self.id.clone()),
            "public-ip" => Some(self.public_ip.to_string()),
            "domain" => Some("vpc".to_owned()),
            "association-id" => association.map(|one| one.id.clone()),
            "network-interface-id" => association.map(|one| one.interface_id.clone()),
            "private-ip-address" => association
                .and_then(|one| tx.get::<NetworkInterface>(place, &one.interface_id))
                .map(|interface| interface.private_ip.to_string()),
            _ => Some(place.region.clone()),
        };
        value.into_iter().collect()
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let mut fields = Fields::new()
            .text("publicIp", self.public_ip)
            .text("allocationId", &self.id)
            .text("domain", "vpc")
            .text("publicIpv4Pool", "amazon")
            .text("networkBorderGroup", &place.region);
        if let Some(one) = &self.association {
            let interface = tx.get::<NetworkInterface>(place, &one.interface_id);
            fields = fields
                .text("associationId", &one.id)
                .text("networkInterfaceId", &one.interface_id)
                .text("networkInterfaceOwnerId", &place.account)
                .maybe(
                    "instanceId",
                    interface.as_ref().and_then(|one| one.instance_id.clone()),
                )
                .maybe("privateIpAddress", interface.map(|one| one.private_ip));
        }
        tags::set(fields, &self.tags)
    }
}

/// AllocateAddress.
pub(super) fn allocate(call: &mut Call<'_>) -> Outcome {
    if let Some(domain) = call.params.get("Domain").filter(|domain| *domain != "vpc") {
        return Err(invalid(format!("Invalid value '{domain}' for domain.")));
    }
    let tags = tags::at_create(call, "elastic-ip")?;
    let taken = call.tx.list::<Address>(&call.place);
    within(
        &call.tx,
        "ec2:addresses",
        taken.len(),
        "AddressLimitExceeded",
        "addresses",
    )?;
    let id = call.tx.fresh_id("eipalloc");
    let mut public_ip = fresh_ip(&mut call.tx);
    while call
        .tx
        .everywhere::<Address>()
        .iter()
        .any(|(_, other)| other.public_ip == public_ip)
    {
        public_ip = fresh_ip(&mut call.tx);
    }
    let address = Address {
        id,
        public_ip,
        association: None,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &address);
    let fields = Fields::new()
        .text("publicIp", address.public_ip)
        .text("domain", "vpc")
        .text("allocationId", &address.id)
        .text("publicIpv4Pool", "amazon")
        .text("networkBorderGroup", &call.region);
    Ok(Body::Xml(fields))
}

/// An address of 198.18.0.0/15, which RFC 2544 keeps for tests: it never leads to a stranger.
fn fresh_ip(tx: &mut Tx<'_>) -> Ipv4Addr {
    let hex = tx.fresh_hex("address");
    let drawn = hex
        .get(..5)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0);
    Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) | (drawn & 0x1_ffff))
}

/// ReleaseAddress: refused while it is associated.
pub(super) fn release(call: &mut Call<'_>) -> Outcome {
    let Some(id) = call.params.get("AllocationId").map(str::to_owned) else {
        return Err(match call.params.get("PublicIp") {
            Some(_) => {
                invalid("You must specify an allocation id when releasing a VPC elastic IP address")
            }
            None => missing("AllocationId"),
        });
    };
    let address = find::<Address>(call, &id)?;
    if address.association.is_some() {
        let text = format!("Address {} is in use.", address.public_ip);
        return Err(ApiError::bad("InvalidIPAddress.InUse", text));
    }
    call.tx.delete::<Address>(&call.place, &id);
    done()
}

/// DescribeAddresses: by allocation id, by address, or all; never in pages.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let filters = Filters::read(&call.params, Address::WORDS.filters)?;
    let (ids, ips) = (
        call.params.list("AllocationId"),
        call.params.list("PublicIp"),
    );
    let all = call.tx.see_all::<Address>(&call.place);
    for id in &ids {
        find::<Address>(call, id)?;
    }
    if let Some(ip) = ips.iter().find(|ip| {
        !all.iter()
            .any(|address| address.public_ip.to_string() == **ip)
    }) {
        return Err(ApiError::bad(
            "InvalidAddress.NotFound",
            format!("Address '{ip}' not found."),
        ));
    }
    let asked = |address: &Address| {
        (ids.is_empty() || ids.contains(&address.id))
            && (ips.is_empty() || ips.contains(&address.public_ip.to_string()))
            && filters.admit(&address.tags, |name| {
                address.values(name, &call.tx, &call.place)
            })
    };
    let items: Vec<Fields> = all
        .iter()
        .filter(|address| asked(address))
        .map(|one| one.fields(&call.tx, &call.place))
        .collect();
    Ok(Body::Xml(Fields::new().list("addressesSet", "item", items)))
}
