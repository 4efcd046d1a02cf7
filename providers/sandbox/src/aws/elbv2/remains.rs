//! Interfaces of balancers: made with them, and gone some time after them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::ec2::{NetworkInterface, NewInterface, Subnet};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};

/// How long interfaces outlive their balancer: minutes are seen.
const STATES: StateTable = &[Step {
    from: "draining",
    seconds: 90,
    to: "gone",
}];

/// What is still there of a balancer that was deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Remains {
    of: String,
    interfaces: Vec<String>,
    phase: Phase,
    created: Timestamp,
}

impl Document for Remains {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "remains";

    fn id(&self) -> String {
        self.of.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Remains {
    /// Leaves the interfaces of a balancer to go by themselves.
    pub(crate) fn of(tx: &mut Tx<'_>, place: &Place, of: &str, interfaces: Vec<String>) {
        let now = tx.now();
        let remains = Self {
            of: of.to_owned(),
            interfaces,
            phase: Phase::new("draining", now),
            created: now,
        };
        tx.put(place, &remains);
    }

    /// Removes what has had its time.
    pub(crate) fn settle(tx: &mut Tx<'_>) {
        for (place, mut remains) in tx.everywhere::<Self>() {
            if remains.phase.advance(STATES, tx.config(), tx.now()) && remains.phase.is("gone") {
                for id in &remains.interfaces {
                    NetworkInterface::remove(tx, &place, id);
                }
                tx.delete::<Self>(&place, &remains.of);
            }
        }
    }
}

/// Makes one interface in each subnet, of the service's own.
pub(crate) fn interfaces(
    tx: &mut Tx<'_>,
    place: &Place,
    subnets: &[Subnet],
    groups: &[String],
    description: &str,
) -> Vec<String> {
    let mut made = Vec::new();
    for subnet in subnets {
        let new = NewInterface {
            subnet,
            groups: groups.to_vec(),
            interface_type: "interface",
            description: description.to_owned(),
            requester: Some("amazon-elb"),
            instance_id: None,
        };
        made.extend(NetworkInterface::make(tx, place, new).map(|interface| interface.id));
    }
    made
}
