//! Instances: nodes that the cloud starts for its own services; nobody starts one by hand here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::stamp;
use super::network_interface::NewInterface;
use super::resource::{Listing, Resource, Words, select};
use super::tags::{self, Tags};
use super::{NetworkInterface, Subnet};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{Body, Fields};

/// States of an instance.
const STATES: StateTable = &[
    Step {
        from: "pending",
        seconds: 15,
        to: "running",
    },
    Step {
        from: "shutting-down",
        seconds: 40,
        to: "terminated",
    },
    Step {
        from: "terminated",
        seconds: 3600,
        to: "gone",
    },
];

/// An instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Instance {
    /// Its id.
    pub(crate) id: String,
    /// Its type: `m7i.large`.
    pub(crate) instance_type: String,
    /// Its image.
    pub(crate) image_id: String,
    /// Whether it is a spot instance.
    pub(crate) spot: bool,
    /// Its subnet.
    pub(crate) subnet_id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its zone.
    pub(crate) zone: String,
    /// Its interface.
    pub(crate) interface_id: String,
    /// Its private address.
    pub(crate) private_ip: String,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// Its state.
    pub(crate) phase: Phase,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was started.
    pub(crate) created: Timestamp,
}

/// An instance to start.
pub(crate) struct Launch<'a> {
    /// Its type.
    pub(crate) instance_type: String,
    /// Its image.
    pub(crate) image_id: String,
    /// Whether it is a spot instance.
    pub(crate) spot: bool,
    /// Its subnet.
    pub(crate) subnet: &'a Subnet,
    /// Its security groups.
    pub(crate) groups: Vec<String>,
    /// Its tags.
    pub(crate) tags: Tags,
}

impl Instance {
    /// Starts an instance with its interface; `None` when the subnet is full.
    pub(crate) fn launch(tx: &mut Tx<'_>, place: &Place, launch: Launch<'_>) -> Option<Self> {
        let id = tx.fresh_id("i");
        let new = NewInterface {
            subnet: launch.subnet,
            groups: launch.groups.clone(),
            interface_type: "interface",
            description: String::new(),
            requester: None,
            instance_id: Some(id.clone()),
        };
        let interface = NetworkInterface::make(tx, place, new)?;
        let instance = Self {
            id,
            instance_type: launch.instance_type,
            image_id: launch.image_id,
            spot: launch.spot,
            subnet_id: interface.subnet_id,
            vpc_id: interface.vpc_id,
            zone: interface.zone,
            interface_id: interface.id,
            private_ip: interface.private_ip.to_string(),
            groups: launch.groups,
            phase: Phase::new("pending", tx.now()),
            tags: launch.tags,
            created: tx.now(),
        };
        tx.put(place, &instance);
        Some(instance)
    }

    /// Begins to end the instance.
    pub(crate) fn terminate(tx: &mut Tx<'_>, place: &Place, id: &str) {
        if let Some(mut instance) = tx.get::<Self>(place, id).filter(Self::live) {
            instance.phase = Phase::new("shutting-down", tx.now());
            tx.put(place, &instance);
        }
    }

    /// Whether it runs or will.
    pub(crate) fn live(&self) -> bool {
        self.phase.is("pending") || self.phase.is("running")
    }

    /// Brings all of them to the present; the interface goes with the instance.
    pub(super) fn settle(tx: &mut Tx<'_>) {
        for (place, mut instance) in tx.everywhere::<Self>() {
            if !instance.phase.advance(STATES, tx.config(), tx.now()) {
                continue;
            }
            if !instance.live() {
                NetworkInterface::remove(tx, &place, &instance.interface_id);
            }
            match instance.phase.is("gone") {
                true => tx.delete::<Self>(&place, &instance.id),
                false => tx.put(&place, &instance),
            }
        }
    }

    fn state(&self) -> Fields {
        let code = match self.phase.state.as_str() {
            "pending" => 0,
            "running" => 16,
            "shutting-down" => 32,
            _ => 48,
        };
        Fields::new()
            .text("code", code)
            .text("name", &self.phase.state)
    }
}

impl Document for Instance {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "instance";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for Instance {
    const WORDS: Words = Words {
        prefix: "i",
        noun: "The instance ID",
        not_found: "InvalidInstanceID.NotFound",
        malformed: "InvalidInstanceID.Malformed",
        filters: &[
            "instance-id",
            "instance-state-name",
            "instance-type",
            "vpc-id",
            "subnet-id",
            "availability-zone",
            "private-ip-address",
            "image-id",
            "instance.group-id",
            "owner-id",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, _tx: &Tx<'_>, place: &Place) -> Vec<String> {
        vec![match filter {
            "instance-id" => self.id.clone(),
            "instance-state-name" => self.phase.state.clone(),
            "instance-type" => self.instance_type.clone(),
            "vpc-id" => self.vpc_id.clone(),
            "subnet-id" => self.subnet_id.clone(),
            "availability-zone" => self.zone.clone(),
            "private-ip-address" => self.private_ip.clone(),
            "image-id" => self.image_id.clone(),
            "owner-id" => place.account.clone(),
            _ => return self.groups.clone(),
        }]
    }

    fn fields(&self, _tx: &Tx<'_>, place: &Place) -> Fields {
        let dns = format!(
            "ip-{}.{}.compute.internal",
            self.private_ip.replace('.', "-"),
            place.region
        );
        let fields = Fields::new()
            .text("instanceId", &self.id)
            .text("imageId", &self.image_id)
            .fields("instanceState", self.state())
            .text("privateDnsName", dns)
            .text("amiLaunchIndex", 0)
            .text("instanceType", &self.instance_type)
            .text("launchTime", stamp(self.created))
            .fields(
                "placement",
                Fields::new()
                    .text("availabilityZone", &self.zone)
                    .text("tenancy", "default"),
            )
            .fields("monitoring", Fields::new().text("state", "disabled"))
            .text("subnetId", &self.subnet_id)
            .text("vpcId", &self.vpc_id)
            .text("privateIpAddress", &self.private_ip)
            .maybe("instanceLifecycle", self.spot.then_some("spot"))
            .list(
                "groupSet",
                "item",
                self.groups
                    .iter()
                    .map(|group| Fields::new().text("groupId", group)),
            );
        tags::set(fields, &self.tags)
    }
}

/// DescribeInstances: every instance in a reservation of its own.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let listing = Listing {
        ids: "InstanceId",
        set: "reservationSet",
        least: 5,
        most: 1000,
    };
    let (rows, next) = select::<Instance>(call, &listing)?;
    let reservation = |instance: &Instance| {
        Fields::new()
            .text(
                "reservationId",
                format!("r-{}", instance.id.trim_start_matches("i-")),
            )
            .text("ownerId", &call.place.account)
            .list("groupSet", "item", [])
            .list(
                "instancesSet",
                "item",
                [instance.fields(&call.tx, &call.place)],
            )
    };
    let items: Vec<Fields> = rows.iter().map(reservation).collect();
    Ok(Body::Xml(
        Fields::new()
            .list(listing.set, "item", items)
            .maybe("nextToken", next),
    ))
}
