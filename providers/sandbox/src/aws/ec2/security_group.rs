//! Security groups; their rules are objects of their own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{arn, invalid, required, within};
use super::resource::{Resource, Words, find};
use super::rule::{self, SecurityGroupRule};
use super::tags::{self, Tags};
use super::{NetworkInterface, Vpc};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A security group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecurityGroup {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its name, unique in the VPC.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) description: String,
    /// Whether a cloud service made it.
    #[serde(default)]
    pub(crate) own_of_cloud: bool,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl SecurityGroup {
    /// The group that a new VPC starts with: everything between members, everything out.
    pub(super) fn make_default(tx: &mut Tx<'_>, place: &Place, vpc_id: &str) {
        let mut group = Self::make(
            tx,
            place,
            vpc_id,
            "default",
            "default VPC security group",
            Tags::new(),
        );
        group.own_of_cloud = true;
        tx.put(place, &group);
        rule::allow_members(tx, place, &group);
    }

    /// A group with the rule that lets everything out, as every group starts.
    pub(crate) fn make(
        tx: &mut Tx<'_>,
        place: &Place,
        vpc_id: &str,
        name: &str,
        description: &str,
        tags: Tags,
    ) -> Self {
        let group = Self {
            id: tx.fresh_id("sg"),
            vpc_id: vpc_id.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            own_of_cloud: false,
            tags,
            created: tx.now(),
        };
        tx.put(place, &group);
        rule::allow_out(tx, place, &group);
        group
    }

    /// Removes the group and its rules.
    pub(crate) fn remove(tx: &mut Tx<'_>, place: &Place, id: &str) {
        for rule in rule::of_group(tx, place, id) {
            tx.delete::<SecurityGroupRule>(place, &rule.id);
        }
        tx.delete::<Self>(place, id);
    }

    /// Whether it is its VPC's own.
    pub(super) fn is_default(&self) -> bool {
        self.name == "default"
    }

    /// Whether an interface or another group's rule needs it.
    pub(crate) fn needed(&self, tx: &Tx<'_>, place: &Place) -> bool {
        tx.list::<NetworkInterface>(place)
            .iter()
            .any(|one| one.groups.contains(&self.id))
            || tx
                .list::<SecurityGroupRule>(place)
                .iter()
                .any(|rule| rule.group_id != self.id && rule.names_group(&self.id))
    }
}

impl Document for SecurityGroup {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "security-group";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for SecurityGroup {
    const WORDS: Words = Words {
        prefix: "sg",
        noun: "The security group",
        not_found: "InvalidGroup.NotFound",
        malformed: "InvalidGroupId.Malformed",
        filters: &[
            "group-id",
            "group-name",
            "vpc-id",
            "description",
            "owner-id",
            "ip-permission.group-id",
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
            "group-id" => self.id.clone(),
            "group-name" => self.name.clone(),
            "vpc-id" => self.vpc_id.clone(),
            "description" => self.description.clone(),
            "owner-id" => place.account.clone(),
            _ => return rule::groups_let_in(tx, place, &self.id),
        }]
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let rules = rule::of_group(tx, place, &self.id);
        let permissions = |egress: bool| {
            rule::permissions(rules.iter().filter(|rule| rule.egress == egress), place)
        };
        let fields = Fields::new()
            .text("groupId", &self.id)
            .text("groupName", &self.name)
            .text("groupDescription", &self.description)
            .text("vpcId", &self.vpc_id)
            .text("ownerId", &place.account)
            .text("securityGroupArn", arn(place, "security-group", &self.id))
            .list("ipPermissions", "item", permissions(false))
            .list("ipPermissionsEgress", "item", permissions(true));
        tags::set(fields, &self.tags)
    }
}

/// CreateSecurityGroup.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = required(call, "GroupName")?;
    let description = required(call, "GroupDescription")?;
    let Some(vpc_id) = call.params.get("VpcId").map(str::to_owned) else {
        return Err(ApiError::bad(
            "VPCIdNotSpecified",
            "No default VPC for this user",
        ));
    };
    let vpc = find::<Vpc>(call, &vpc_id)?;
    check_words(&name, &description)?;
    let tags = tags::at_create(call, "security-group")?;
    let same = |group: &SecurityGroup| group.vpc_id == vpc_id && group.name == name;
    if !call.tx.list_where(&call.place, same).is_empty() {
        let text = format!("The security group '{name}' already exists for VPC '{vpc_id}'");
        return Err(ApiError::bad("InvalidGroup.Duplicate", text));
    }
    within(
        &call.tx,
        "ec2:security-groups",
        call.tx.count::<SecurityGroup>(&call.place),
        "SecurityGroupLimitExceeded",
        "security groups",
    )?;
    let group = SecurityGroup::make(
        &mut call.tx,
        &call.place,
        &vpc.id,
        &name,
        &description,
        tags,
    );
    let fields = Fields::new()
        .text("return", true)
        .text("groupId", &group.id)
        .text(
            "securityGroupArn",
            arn(&call.place, "security-group", &group.id),
        );
    Ok(Body::Xml(tags::set(fields, &group.tags)))
}

fn check_words(name: &str, description: &str) -> Result<(), ApiError> {
    if name == "default" {
        return Err(invalid("Cannot use reserved security group name: default"));
    }
    if name.starts_with("sg-") {
        return Err(invalid(format!(
            "Invalid group name '{name}': it must not start with 'sg-'."
        )));
    }
    let legal =
        |sign: char| sign.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(sign);
    for (noun, text) in [("GroupName", name), ("GroupDescription", description)] {
        if text.len() > 255 || !text.chars().all(legal) {
            return Err(invalid(format!(
                "Value ({text}) for parameter {noun} is invalid. Character sets beyond ASCII are not supported."
            )));
        }
    }
    Ok(())
}

/// DeleteSecurityGroup: refused while an interface has it or another group's rule names it.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let group = find::<SecurityGroup>(call, &required(call, "GroupId")?)?;
    if group.is_default() {
        let text = format!(
            "the specified group: \"{}\" name: \"default\" cannot be deleted by a user",
            group.id
        );
        return Err(ApiError::bad("CannotDelete", text));
    }
    if group.needed(&call.tx, &call.place) {
        return Err(ApiError::bad(
            "DependencyViolation",
            format!("resource {} has a dependent object", group.id),
        ));
    }
    SecurityGroup::remove(&mut call.tx, &call.place, &group.id);
    Ok(Body::Xml(
        Fields::new()
            .text("return", true)
            .text("groupId", &group.id),
    ))
}
