//! Internet gateways.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{dependencies, done, invalid, required, within};
use super::resource::{Resource, Words, find};
use super::tags::{self, Tags};
use super::{NetworkInterface, Vpc};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// An internet gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InternetGateway {
    /// Its id.
    pub(crate) id: String,
    /// The VPC it is attached to.
    pub(crate) vpc_id: Option<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl InternetGateway {
    /// Whether the VPC has one attached.
    pub(super) fn of_vpc(tx: &Tx<'_>, place: &Place, vpc_id: &str) -> bool {
        tx.list::<Self>(place)
            .iter()
            .any(|gateway| gateway.vpc_id.as_deref() == Some(vpc_id))
    }
}

impl Document for InternetGateway {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "internet-gateway";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for InternetGateway {
    const WORDS: Words = Words {
        prefix: "igw",
        noun: "The internetGateway ID",
        not_found: "InvalidInternetGatewayID.NotFound",
        malformed: "InvalidInternetGatewayId.Malformed",
        filters: &[
            "internet-gateway-id",
            "attachment.vpc-id",
            "attachment.state",
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
        match filter {
            "internet-gateway-id" => vec![self.id.clone()],
            "owner-id" => vec![place.account.clone()],
            "attachment.vpc-id" => self.vpc_id.iter().cloned().collect(),
            _ => self.vpc_id.iter().map(|_| "available".to_owned()).collect(),
        }
    }

    fn fields(&self, _tx: &Tx<'_>, place: &Place) -> Fields {
        let attachments = self
            .vpc_id
            .iter()
            .map(|vpc| Fields::new().text("vpcId", vpc).text("state", "available"));
        let fields = Fields::new()
            .text("internetGatewayId", &self.id)
            .text("ownerId", &place.account)
            .list("attachmentSet", "item", attachments);
        tags::set(fields, &self.tags)
    }
}

/// CreateInternetGateway.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let tags = tags::at_create(call, "internet-gateway")?;
    let have = call.tx.list::<InternetGateway>(&call.place).len();
    within(
        &call.tx,
        "ec2:internet-gateways",
        have,
        "InternetGatewayLimitExceeded",
        "internet gateways",
    )?;
    let gateway = InternetGateway {
        id: call.tx.fresh_id("igw"),
        vpc_id: None,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &gateway);
    Ok(Body::Xml(Fields::new().fields(
        "internetGateway",
        gateway.fields(&call.tx, &call.place),
    )))
}

/// DeleteInternetGateway: refused while it is attached.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let gateway = find::<InternetGateway>(call, &required(call, "InternetGatewayId")?)?;
    if gateway.vpc_id.is_some() {
        return Err(dependencies("internetGateway", &gateway.id));
    }
    call.tx.delete::<InternetGateway>(&call.place, &gateway.id);
    done()
}

/// AttachInternetGateway: one VPC a gateway, one gateway a VPC.
pub(super) fn attach(call: &mut Call<'_>) -> Outcome {
    let mut gateway = find::<InternetGateway>(call, &required(call, "InternetGatewayId")?)?;
    let vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    if let Some(other) = &gateway.vpc_id {
        let text = format!(
            "resource {} is already attached to network {other}",
            gateway.id
        );
        return Err(ApiError::bad("Resource.AlreadyAssociated", text));
    }
    if InternetGateway::of_vpc(&call.tx, &call.place, &vpc.id) {
        return Err(invalid(format!(
            "Network {} already has an internet gateway attached",
            vpc.id
        )));
    }
    gateway.vpc_id = Some(vpc.id);
    call.tx.put(&call.place, &gateway);
    done()
}

/// DetachInternetGateway: refused while public addresses are mapped in the VPC.
pub(super) fn detach(call: &mut Call<'_>) -> Outcome {
    let mut gateway = find::<InternetGateway>(call, &required(call, "InternetGatewayId")?)?;
    let vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    if gateway.vpc_id.as_ref() != Some(&vpc.id) {
        let text = format!(
            "resource {} is not attached to network {}",
            gateway.id, vpc.id
        );
        return Err(ApiError::bad("Gateway.NotAttached", text));
    }
    let interfaces = call.tx.list::<NetworkInterface>(&call.place);
    if interfaces
        .iter()
        .any(|one| one.vpc_id == vpc.id && one.public_ip(&call.tx, &call.place).is_some())
    {
        let text = format!(
            "Network {} has some mapped public address(es). Please unmap those public address(es) before detaching \
             the gateway.",
            vpc.id
        );
        return Err(ApiError::bad("DependencyViolation", text));
    }
    gateway.vpc_id = None;
    call.tx.put(&call.place, &gateway);
    done()
}
