//! VPCs. Made with a default security group, a main route table and a default network ACL, which go with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cidr::Cidr;
use super::common::{dependencies, dhcp_options, done, invalid, required, within};
use super::resource::{Resource, Words, find};
use super::tags::{self, Tags};
use super::{
    InternetGateway, NetworkAcl, RouteTable, SecurityGroup, SecurityGroupRule, Subnet, VpcEndpoint,
};
use crate::aws::{Call, Outcome};
use crate::phase::{Phase, StateTable, Step};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// States of a VPC; AWS answers `pending` and is done within moments.
pub(super) const STATES: StateTable = &[Step {
    from: "pending",
    seconds: 1,
    to: "available",
}];

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vpc {
    /// Its id.
    pub(crate) id: String,
    /// Its range.
    pub(crate) cidr: Cidr,
    /// Its state.
    pub(crate) phase: Phase,
    /// Id of the association of its range.
    pub(crate) cidr_association: String,
    /// `default` or `dedicated`.
    pub(crate) tenancy: String,
    /// Whether the Amazon resolver answers in it.
    pub(crate) dns_support: bool,
    /// Whether instances get public DNS names.
    pub(crate) dns_hostnames: bool,
    /// Whether network address usage is measured.
    pub(crate) address_usage_metrics: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Vpc {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "vpc";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for Vpc {
    const WORDS: Words = Words {
        prefix: "vpc",
        noun: "The vpc ID",
        not_found: "InvalidVpcID.NotFound",
        malformed: "InvalidVpcID.Malformed",
        filters: &[
            "vpc-id",
            "cidr",
            "cidr-block",
            "state",
            "owner-id",
            "is-default",
            "isDefault",
            "dhcp-options-id",
            "cidr-block-association.cidr-block",
            "cidr-block-association.association-id",
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
            "vpc-id" => self.id.clone(),
            "state" => self.phase.state.clone(),
            "owner-id" => place.account.clone(),
            "is-default" | "isDefault" => "false".to_owned(),
            "dhcp-options-id" => dhcp_options(place),
            "cidr-block-association.association-id" => self.cidr_association.clone(),
            _ => self.cidr.to_string(),
        }]
    }

    fn fields(&self, _tx: &Tx<'_>, place: &Place) -> Fields {
        let association = Fields::new()
            .text("associationId", &self.cidr_association)
            .text("cidrBlock", self.cidr)
            .fields("cidrBlockState", Fields::new().text("state", "associated"));
        let fields = Fields::new()
            .text("vpcId", &self.id)
            .text("ownerId", &place.account)
            .text("state", &self.phase.state)
            .text("cidrBlock", self.cidr)
            .list("cidrBlockAssociationSet", "item", [association])
            .text("dhcpOptionsId", dhcp_options(place))
            .text("instanceTenancy", &self.tenancy)
            .text("isDefault", false);
        tags::set(fields, &self.tags)
    }
}

/// CreateVpc.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let text = required(call, "CidrBlock")?;
    let cidr = Cidr::parse(&text).ok_or_else(|| {
        invalid(format!(
            "Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
        ))
    })?;
    if !(16..=28).contains(&cidr.bits()) {
        return Err(ApiError::bad(
            "InvalidVpc.Range",
            format!("The CIDR '{text}' is invalid."),
        ));
    }
    let tenancy = call
        .params
        .get("InstanceTenancy")
        .unwrap_or("default")
        .to_owned();
    if !matches!(tenancy.as_str(), "default" | "dedicated") {
        return Err(invalid(format!(
            "Value ({tenancy}) for parameter instanceTenancy is invalid."
        )));
    }
    let tags = tags::at_create(call, "vpc")?;
    within(
        &call.tx,
        "ec2:vpcs",
        call.tx.list::<Vpc>(&call.place).len(),
        "VpcLimitExceeded",
        "VPCs",
    )?;
    let vpc = Vpc {
        id: call.tx.fresh_id("vpc"),
        cidr,
        phase: Phase::new("pending", call.now()),
        cidr_association: call.tx.fresh_id("vpc-cidr-assoc"),
        tenancy,
        dns_support: true,
        dns_hostnames: false,
        address_usage_metrics: false,
        tags,
        created: call.now(),
    };
    call.tx.put(&call.place, &vpc);
    SecurityGroup::make_default(&mut call.tx, &call.place, &vpc.id);
    RouteTable::make_main(&mut call.tx, &call.place, &vpc);
    NetworkAcl::make_default(&mut call.tx, &call.place, &vpc.id);
    Ok(Body::Xml(
        Fields::new().fields("vpc", vpc.fields(&call.tx, &call.place)),
    ))
}

/// DeleteVpc: refused while anything is in it that the cloud did not make itself.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = required(call, "VpcId")?;
    let vpc = find::<Vpc>(call, &id)?;
    let (tx, place) = (&call.tx, &call.place);
    let groups: Vec<SecurityGroup> = of_vpc(tx, place, &id, |group: &SecurityGroup| &group.vpc_id);
    let tables: Vec<RouteTable> = of_vpc(tx, place, &id, |table: &RouteTable| &table.vpc_id);
    let acls: Vec<NetworkAcl> = of_vpc(tx, place, &id, |acl: &NetworkAcl| &acl.vpc_id);
    let occupied = tx
        .list::<Subnet>(place)
        .iter()
        .any(|subnet| subnet.vpc_id == id)
        || groups.iter().any(|group| !group.is_default())
        || tables.iter().any(|table| !table.is_main())
        || tx
            .list::<InternetGateway>(place)
            .iter()
            .any(|gateway| gateway.vpc_id.as_ref() == Some(&id))
        || tx
            .list::<VpcEndpoint>(place)
            .iter()
            .any(|endpoint| endpoint.vpc_id == id && endpoint.live());
    if occupied {
        return Err(dependencies("vpc", &id));
    }
    let rules = tx.list::<SecurityGroupRule>(place);
    for group in groups {
        for rule in rules.iter().filter(|rule| rule.group_id == group.id) {
            call.tx.delete::<SecurityGroupRule>(&call.place, &rule.id);
        }
        call.tx.delete::<SecurityGroup>(&call.place, &group.id);
    }
    tables
        .iter()
        .for_each(|table| call.tx.delete::<RouteTable>(&call.place, &table.id));
    acls.iter()
        .for_each(|acl| call.tx.delete::<NetworkAcl>(&call.place, &acl.id));
    call.tx.delete::<Vpc>(&call.place, &vpc.id);
    done()
}

fn of_vpc<D: Document>(tx: &Tx<'_>, place: &Place, id: &str, of: impl Fn(&D) -> &String) -> Vec<D> {
    tx.list::<D>(place)
        .into_iter()
        .filter(|document| of(document) == id)
        .collect()
}
