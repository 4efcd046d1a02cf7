//! NAT gateways. One takes minutes to come and to go; it keeps its interface and address until it is gone, and is shown
//! as `deleted` for about an hour after that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Association;
use super::common::{invalid, made_before, missing, remember, required, stamp, within};
use super::network_interface::NewInterface;
use super::resource::{Resource, Words, find};
use super::tags::{self, Tags};
use super::{Address, InternetGateway, NetworkInterface, Subnet};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// States of a NAT gateway that comes up: 106 s is the median of eight observed runs.
const STATES: StateTable = &[
    Step {
        from: "pending",
        seconds: 106,
        to: "available",
    },
    Step {
        from: "deleting",
        seconds: 45,
        to: "deleted",
    },
    Step {
        from: "deleted",
        seconds: 3600,
        to: "gone",
    },
    Step {
        from: "failed",
        seconds: 3600,
        to: "gone",
    },
];

/// States of one that cannot come up.
const FAILING: StateTable = &[
    Step {
        from: "pending",
        seconds: 20,
        to: "failed",
    },
    Step {
        from: "failed",
        seconds: 3600,
        to: "gone",
    },
];

/// A NAT gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NatGateway {
    /// Its id.
    pub(crate) id: String,
    /// Its subnet.
    pub(crate) subnet_id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its zone.
    pub(crate) zone: String,
    /// `public` or `private`.
    pub(crate) connectivity: String,
    /// Its address; none when it is private.
    pub(crate) allocation_id: Option<String>,
    /// Its interface.
    pub(crate) interface_id: String,
    /// Its private address.
    pub(crate) private_ip: String,
    /// Its public address.
    pub(crate) public_ip: Option<String>,
    /// The association of its address.
    pub(crate) association_id: Option<String>,
    /// Its state.
    pub(crate) phase: Phase,
    /// Why it cannot come up: code and message.
    pub(crate) failure: Option<(String, String)>,
    /// When its deletion began.
    pub(crate) delete_time: Option<Timestamp>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl NatGateway {
    /// Whether it works or may come to work.
    pub(super) fn usable(&self) -> bool {
        self.phase.is("pending") || self.phase.is("available")
    }

    /// Whether it is there: also while it is being deleted.
    pub(super) fn live(&self) -> bool {
        self.usable() || self.phase.is("deleting")
    }

    /// Brings all of them to the present; those that ended give their interface and address back.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut gateway) in tx.everywhere::<Self>() {
            let was_live = gateway.live();
            let table = if gateway.failure.is_some() {
                FAILING
            } else {
                STATES
            };
            if !gateway.phase.advance(table, tx.config(), tx.now()) {
                continue;
            }
            if was_live && !gateway.live() {
                NetworkInterface::remove(tx, &place, &gateway.interface_id);
            }
            match gateway.phase.is("gone") {
                true => tx.delete::<Self>(&place, &gateway.id),
                false => tx.put(&place, &gateway),
            }
        }
    }

    fn addresses(&self) -> Fields {
        let status = match self.phase.state.as_str() {
            "available" => "succeeded",
            "pending" => "associating",
            "failed" => "failed",
            _ => "disassociating",
        };
        Fields::new()
            .maybe("allocationId", self.allocation_id.as_ref())
            .text("networkInterfaceId", &self.interface_id)
            .text("privateIp", &self.private_ip)
            .maybe("publicIp", self.public_ip.as_ref())
            .maybe("associationId", self.association_id.as_ref())
            .text("isPrimary", true)
            .text("status", status)
    }
}

impl Document for NatGateway {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "nat-gateway";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for NatGateway {
    const WORDS: Words = Words {
        prefix: "nat",
        noun: "The Nat Gateway",
        not_found: "NatGatewayNotFound",
        malformed: "NatGatewayMalformed",
        filters: &["nat-gateway-id", "state", "subnet-id", "vpc-id"],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _tx: &Tx<'_>, _place: &Place) -> Vec<String> {
        vec![match filter {
            "nat-gateway-id" => self.id.clone(),
            "state" => self.phase.state.clone(),
            "subnet-id" => self.subnet_id.clone(),
            _ => self.vpc_id.clone(),
        }]
    }

    fn fields(&self, _tx: &Tx<'_>, _place: &Place) -> Fields {
        let failure = self.failure.as_ref().filter(|_| self.phase.is("failed"));
        let fields = Fields::new()
            .text("natGatewayId", &self.id)
            .text("subnetId", &self.subnet_id)
            .text("vpcId", &self.vpc_id)
            .text("state", &self.phase.state)
            .text("createTime", stamp(self.created))
            .maybe("deleteTime", self.delete_time.map(stamp))
            .maybe("failureCode", failure.map(|(code, _)| code))
            .maybe("failureMessage", failure.map(|(_, message)| message))
            .text("connectivityType", &self.connectivity)
            .text("availabilityMode", "zonal")
            .list("natGatewayAddressSet", "item", [self.addresses()]);
        tags::set(fields, &self.tags)
    }
}

/// CreateNatGateway. What the network does not allow shows later, as state `failed`.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    if let Some(gateway) =
        made_before(call)?.and_then(|id| call.tx.get::<NatGateway>(&call.place, &id))
    {
        return answer(call, &gateway);
    }
    let subnet = find::<Subnet>(call, &required(call, "SubnetId")?)?;
    let connectivity = call
        .params
        .get("ConnectivityType")
        .unwrap_or("public")
        .to_owned();
    let address = match (connectivity.as_str(), call.params.get("AllocationId")) {
        ("public", Some(id)) => Some(find::<Address>(call, id)?),
        ("public", None) => return Err(missing("AllocationId")),
        ("private", None) => None,
        ("private", Some(_)) => {
            let text = "AllocationId is not supported for a private NAT gateway.";
            return Err(ApiError::bad("InvalidParameterCombination", text));
        }
        (other, _) => {
            return Err(invalid(format!(
                "Value ({other}) for parameter connectivityType is invalid."
            )));
        }
    };
    let tags = tags::at_create(call, "natgateway")?;
    let in_zone = call.tx.list::<NatGateway>(&call.place);
    let in_zone = in_zone
        .iter()
        .filter(|one| one.live() && one.zone == subnet.zone)
        .count();
    within(
        &call.tx,
        "ec2:nat-gateways-per-zone",
        in_zone,
        "NatGatewayLimitExceeded",
        "NAT gateways in the zone",
    )?;
    let gateway = make(call, &subnet, address, connectivity, tags)?;
    remember(call, &gateway.id);
    answer(call, &gateway)
}

fn make(
    call: &mut Call<'_>,
    subnet: &Subnet,
    address: Option<Address>,
    connectivity: String,
    tags: Tags,
) -> Result<NatGateway, ApiError> {
    let id = call.tx.fresh_id("nat");
    let new = NewInterface {
        subnet,
        groups: Vec::new(),
        interface_type: "nat_gateway",
        description: format!("Interface for NAT Gateway {id}"),
        requester: Some("amazon-aws"),
        instance_id: None,
    };
    let Some(interface) = NetworkInterface::make(&mut call.tx, &call.place, new) else {
        let text = format!(
            "The subnet '{}' does not have enough free addresses to satisfy the request.",
            subnet.id
        );
        return Err(ApiError::bad("InsufficientFreeAddressesInSubnet", text));
    };
    let mut gateway = NatGateway {
        id,
        subnet_id: subnet.id.clone(),
        vpc_id: subnet.vpc_id.clone(),
        zone: subnet.zone.clone(),
        connectivity,
        allocation_id: address.as_ref().map(|address| address.id.clone()),
        private_ip: interface.private_ip.to_string(),
        interface_id: interface.id,
        public_ip: address
            .as_ref()
            .map(|address| address.public_ip.to_string()),
        association_id: None,
        phase: Phase::new("pending", call.now()),
        failure: None,
        delete_time: None,
        tags,
        created: call.now(),
    };
    if let Some(address) = address {
        gateway.failure = connect(call, &mut gateway, address);
    }
    call.tx.put(&call.place, &gateway);
    Ok(gateway)
}

/// Associates the address; tells why the gateway will fail, when it will.
fn connect(
    call: &mut Call<'_>,
    gateway: &mut NatGateway,
    mut address: Address,
) -> Option<(String, String)> {
    if !InternetGateway::of_vpc(&call.tx, &call.place, &gateway.vpc_id) {
        let text = format!(
            "Network {} has no Internet gateway attached",
            gateway.vpc_id
        );
        return Some(("Gateway.NotAttached".to_owned(), text));
    }
    if address.association.is_some() {
        let text = format!("Elastic IP address [{}] is already associated", address.id);
        return Some(("Resource.AlreadyAssociated".to_owned(), text));
    }
    let association = Association {
        id: call.tx.fresh_id("eipassoc"),
        interface_id: gateway.interface_id.clone(),
    };
    gateway.association_id = Some(association.id.clone());
    address.association = Some(association);
    call.tx.put(&call.place, &address);
    None
}

fn answer(call: &Call<'_>, gateway: &NatGateway) -> Outcome {
    let fields = Fields::new()
        .maybe("clientToken", call.params.get("ClientToken"))
        .fields("natGateway", gateway.fields(&call.tx, &call.place));
    Ok(Body::Xml(fields))
}

/// DeleteNatGateway.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut gateway = find::<NatGateway>(call, &required(call, "NatGatewayId")?)?;
    if gateway.phase.is("deleted") {
        return Err(super::resource::not_found::<NatGateway>(&gateway.id));
    }
    if !gateway.phase.is("deleting") {
        // A failed one has nothing left to give back, but goes the same way.
        gateway.failure = None;
        gateway.phase = Phase::new("deleting", call.now());
        gateway.delete_time = Some(call.now());
        call.tx.put(&call.place, &gateway);
    }
    Ok(Body::Xml(Fields::new().text("natGatewayId", &gateway.id)))
}
