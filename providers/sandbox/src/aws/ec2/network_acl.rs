//! Network ACLs: only the default one that every VPC has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Subnet;
use super::resource::{Resource, Words};
use super::tags::{self, Tags};
use crate::store::{Document, Place, Tx};
use crate::wire::Fields;

/// A network ACL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NetworkAcl {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl NetworkAcl {
    /// The ACL that a new VPC starts with.
    pub(super) fn make_default(tx: &mut Tx<'_>, place: &Place, vpc_id: &str) {
        let acl = Self {
            id: tx.fresh_id("acl"),
            vpc_id: vpc_id.to_owned(),
            tags: Tags::new(),
            created: tx.now(),
        };
        tx.put(place, &acl);
    }

    fn subnets(&self, tx: &Tx<'_>, place: &Place) -> Vec<Subnet> {
        tx.list::<Subnet>(place)
            .into_iter()
            .filter(|subnet| subnet.vpc_id == self.vpc_id)
            .collect()
    }
}

impl Document for NetworkAcl {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "network-acl";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for NetworkAcl {
    const WORDS: Words = Words {
        prefix: "acl",
        noun: "The networkAcl ID",
        not_found: "InvalidNetworkAclID.NotFound",
        malformed: "InvalidNetworkAclId.Malformed",
        filters: &[
            "network-acl-id",
            "vpc-id",
            "default",
            "owner-id",
            "association.subnet-id",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        match filter {
            "network-acl-id" => vec![self.id.clone()],
            "vpc-id" => vec![self.vpc_id.clone()],
            "default" => vec!["true".to_owned()],
            "owner-id" => vec![place.account.clone()],
            _ => self
                .subnets(tx, place)
                .into_iter()
                .map(|subnet| subnet.id)
                .collect(),
        }
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let entry = |number: u32, action: &str, egress: bool| {
            Fields::new()
                .text("ruleNumber", number)
                .text("protocol", "-1")
                .text("ruleAction", action)
                .text("egress", egress)
                .text("cidrBlock", "0.0.0.0/0")
        };
        let entries = [true, false]
            .into_iter()
            .flat_map(|out| [entry(100, "allow", out), entry(32767, "deny", out)]);
        let associations = self.subnets(tx, place).into_iter().map(|subnet| {
            Fields::new()
                .text("networkAclAssociationId", subnet.acl_association)
                .text("networkAclId", &self.id)
                .text("subnetId", subnet.id)
        });
        let fields = Fields::new()
            .text("networkAclId", &self.id)
            .text("vpcId", &self.vpc_id)
            .text("ownerId", &place.account)
            .text("default", true)
            .list("entrySet", "item", entries)
            .list("associationSet", "item", associations);
        tags::set(fields, &self.tags)
    }
}
