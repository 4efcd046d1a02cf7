//! VPC endpoints. An interface endpoint has one interface a subnet and takes a minute or two to come and to go; a gateway
//! endpoint is a route to a prefix list in route tables, and is there at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{missing, stamp};
use super::resource::{Resource, Words, find};
use super::tags::{self, Tags};
use super::{NetworkInterface, RouteTable, SecurityGroup, Subnet};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{Body, Fields};

/// States of an interface endpoint: estimates, from what users tell. One that is gone shows for a while.
const STATES: StateTable = &[
    Step {
        from: "pending",
        seconds: 90,
        to: "available",
    },
    Step {
        from: "deleting",
        seconds: 60,
        to: "deleted",
    },
    Step {
        from: "deleted",
        seconds: 120,
        to: "gone",
    },
];

/// Services that have gateway endpoints, with their prefix lists.
const GATEWAYS: &[(&str, &str)] = &[("dynamodb", "pl-6fa54006"), ("s3", "pl-6da54004")];

/// A VPC endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VpcEndpoint {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// The service's short name: `ecr.api`.
    pub(crate) service: String,
    /// Its full name.
    pub(crate) service_name: String,
    /// `Interface` or `Gateway`.
    pub(crate) kind: String,
    /// Where its interfaces are.
    pub(crate) subnets: Vec<String>,
    /// Groups on its interfaces.
    pub(crate) groups: Vec<String>,
    /// Route tables that lead to it.
    pub(crate) route_tables: Vec<String>,
    /// Its interfaces, in the order of its subnets.
    pub(crate) interfaces: Vec<String>,
    /// Whether the service's usual name leads to it.
    pub(crate) private_dns: bool,
    /// Its state.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl VpcEndpoint {
    /// Whether it is there: also while it is being deleted.
    pub(super) fn live(&self) -> bool {
        !self.phase.is("deleted") && !self.phase.is("gone")
    }

    /// Whether it is a route, and no interface.
    pub(super) fn is_gateway(&self) -> bool {
        self.kind == "Gateway"
    }

    /// Brings all of them to the present; those that are gone have given their interfaces back.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut endpoint) in tx.everywhere::<Self>() {
            let was_live = endpoint.live();
            if !endpoint.phase.advance(STATES, tx.config(), tx.now()) {
                continue;
            }
            if was_live && !endpoint.live() {
                for interface in std::mem::take(&mut endpoint.interfaces) {
                    NetworkInterface::remove(tx, &place, &interface);
                }
            }
            match endpoint.phase.is("gone") {
                true => tx.delete::<Self>(&place, &endpoint.id),
                false => tx.put(&place, &endpoint),
            }
        }
    }

    /// Whether what is in the subnet reaches the service through an endpoint.
    pub(crate) fn reaches(tx: &Tx<'_>, place: &Place, subnet: &Subnet, service: &str) -> bool {
        let table = RouteTable::of_subnet(tx, place, subnet).map(|table| table.id);
        tx.list::<Self>(place).iter().any(|endpoint| {
            let serves = endpoint.vpc_id == subnet.vpc_id
                && endpoint.service == service
                && endpoint.phase.is("available");
            let led = table
                .as_ref()
                .is_some_and(|table| endpoint.route_tables.contains(table));
            serves && (endpoint.private_dns || led)
        })
    }

    /// Whether a gateway endpoint has a route in the table.
    pub(super) fn routes(tx: &Tx<'_>, place: &Place, table: &str) -> Vec<Fields> {
        let endpoints = tx.list::<Self>(place);
        let led = endpoints
            .iter()
            .filter(|one| one.live() && one.route_tables.iter().any(|id| id == table));
        led.map(|endpoint| {
            Fields::new()
                .maybe("destinationPrefixListId", prefix_list(&endpoint.service))
                .text("gatewayId", &endpoint.id)
                .text("state", "active")
                .text("origin", "CreateRoute")
        })
        .collect()
    }

    fn dns(&self, place: &Place) -> Vec<Fields> {
        if self.is_gateway() {
            return Vec::new();
        }
        let digits = self.id.trim_start_matches("vpce-");
        let name = format!(
            "vpce-{digits}-{}.{}.{}.vpce.amazonaws.com",
            digits.get(..8).unwrap_or_default(),
            self.service,
            place.region
        );
        vec![
            Fields::new()
                .text("dnsName", name)
                .text("hostedZoneId", "Z38GZ743OKFT7T"),
        ]
    }
}

/// The prefix list of a service that has a gateway endpoint.
pub(super) fn prefix_list(service: &str) -> Option<&'static str> {
    let found = GATEWAYS.iter().find(|(name, _)| *name == service);
    found.map(|(_, list)| *list)
}

impl Document for VpcEndpoint {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "vpc-endpoint";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for VpcEndpoint {
    const WORDS: Words = Words {
        prefix: "vpce",
        noun: "The Vpc Endpoint Id",
        not_found: "InvalidVpcEndpointId.NotFound",
        malformed: "InvalidVpcEndpointId.Malformed",
        filters: &[
            "vpc-endpoint-id",
            "vpc-id",
            "service-name",
            "vpc-endpoint-state",
            "vpc-endpoint-type",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _tx: &Tx<'_>, _place: &Place) -> Vec<String> {
        vec![match filter {
            "vpc-endpoint-id" => self.id.clone(),
            "vpc-id" => self.vpc_id.clone(),
            "service-name" => self.service_name.clone(),
            "vpc-endpoint-type" => self.kind.clone(),
            _ => self.phase.state.clone(),
        }]
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let group = |id: &String| {
            let name = tx.get::<SecurityGroup>(place, id).map(|group| group.name);
            Fields::new().text("groupId", id).maybe("groupName", name)
        };
        let list =
            |fields: Fields, name: &str, ids: &[String]| fields.texts(name, "item", ids.to_vec());
        let fields = Fields::new()
            .text("vpcEndpointId", &self.id)
            .text("vpcEndpointType", &self.kind)
            .text("vpcId", &self.vpc_id)
            .text("serviceName", &self.service_name)
            .text("state", &self.phase.state);
        let fields = list(fields, "routeTableIdSet", &self.route_tables);
        let fields = list(fields, "subnetIdSet", &self.subnets)
            .list("groupSet", "item", self.groups.iter().map(group))
            .text("ipAddressType", "ipv4")
            .text("privateDnsEnabled", self.private_dns)
            .text("requesterManaged", false);
        let fields = list(fields, "networkInterfaceIdSet", &self.interfaces)
            .list("dnsEntrySet", "item", self.dns(place))
            .text("creationTimestamp", stamp(self.created))
            .text("ownerId", &place.account);
        tags::set(fields, &self.tags)
    }
}

/// DeleteVpcEndpoints: answers 200 with what it did not do.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let ids = call.params.list("VpcEndpointId");
    if ids.is_empty() {
        return Err(missing("VpcEndpointId"));
    }
    let mut refused = Vec::new();
    for id in ids {
        match find::<VpcEndpoint>(call, &id) {
            Ok(endpoint) if endpoint.live() => begin_deletion(call, endpoint),
            Ok(_) => {}
            Err(error) => {
                let text = Fields::new()
                    .text("code", &error.code)
                    .text("message", &error.message);
                refused.push(Fields::new().text("resourceId", &id).fields("error", text));
            }
        }
    }
    Ok(Body::Xml(Fields::new().list(
        "unsuccessful",
        "item",
        refused,
    )))
}

fn begin_deletion(call: &mut Call<'_>, mut endpoint: VpcEndpoint) {
    if endpoint.phase.is("deleting") {
        return;
    }
    let state = if endpoint.is_gateway() {
        "deleted"
    } else {
        "deleting"
    };
    endpoint.route_tables.clear();
    endpoint.phase = Phase::new(state, call.now());
    call.tx.put(&call.place, &endpoint);
}
