//! Instance profiles. Node groups make one for their role and delete it with themselves; others are made by calls. While one
//! holds a role, the role cannot be deleted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{arn, page, stamp, unique_id};
use super::tags::{Tagged, Tags};
use super::{Role, role, role_words};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{Body, Fields};

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InstanceProfile {
    /// Its name, which is its id: `eks-…`.
    pub(crate) name: String,
    /// `AIPA…`.
    pub(crate) unique_id: String,
    /// Its path.
    #[serde(default = "root")]
    pub(super) path: String,
    /// The name of its role; empty when it has none.
    pub(crate) role: String,
    /// Its tags.
    #[serde(default)]
    pub(super) tags: Tags,
    /// A node group made it for itself.
    #[serde(default = "yes")]
    pub(super) of_cloud: bool,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for InstanceProfile {
    const SERVICE: &'static str = "iam";
    const KIND: &'static str = "instance-profile";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Tagged for InstanceProfile {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

fn root() -> String {
    "/".to_owned()
}

const fn yes() -> bool {
    true
}

impl InstanceProfile {
    /// Makes one that holds the role; `name` is unique in the account.
    pub(crate) fn make(tx: &mut Tx<'_>, account: &str, name: &str, role: &str) -> Self {
        let profile = Self {
            name: name.to_owned(),
            unique_id: unique_id("AIPA", &tx.fresh_hex("instance-profile")),
            path: root(),
            role: role.to_owned(),
            tags: Tags::new(),
            of_cloud: true,
            created: tx.now(),
        };
        tx.put(&Role::place(account), &profile);
        profile
    }

    /// Its ARN.
    fn arn(&self, account: &str) -> String {
        arn(
            account,
            &format!("instance-profile{}{}", self.path, self.name),
        )
    }

    /// It in an answer, with the role in it.
    pub(super) fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let role = tx.get::<Role>(place, &self.role);
        Fields::new()
            .text("Path", &self.path)
            .text("InstanceProfileName", &self.name)
            .text("InstanceProfileId", &self.unique_id)
            .text("Arn", self.arn(&place.account))
            .text("CreateDate", stamp(self.created))
            .list("Roles", "member", role.iter().map(role_words::fields))
    }

    /// Deletes it.
    pub(crate) fn remove(tx: &mut Tx<'_>, account: &str, name: &str) {
        tx.delete::<Self>(&Role::place(account), name);
    }
}

/// Whether one holds the role.
pub(super) fn holds(tx: &Tx<'_>, place: &Place, role: &str) -> bool {
    tx.list::<InstanceProfile>(place)
        .iter()
        .any(|profile| profile.role == role)
}

/// ListInstanceProfilesForRole.
pub(super) fn of_role(call: &mut Call<'_>) -> Outcome {
    let role = role::named(call)?;
    let mut profiles = call.tx.see_all::<InstanceProfile>(&call.place);
    profiles.retain(|profile| profile.role == role.name);
    let answer = page(
        call,
        profiles,
        |profile| profile.name.clone(),
        |answer, rows| {
            let row = |one: &InstanceProfile| one.fields(&call.tx, &call.place);
            answer.list("InstanceProfiles", "member", rows.iter().map(row))
        },
    )?;
    Ok(Body::Xml(answer))
}
