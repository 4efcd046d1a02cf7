//! Instance profiles. Node groups make one for their role and delete it with themselves; while it is there, the role
//! cannot be deleted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{arn, page, stamp, unique_id};
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
    /// The name of its role.
    pub(crate) role: String,
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

impl InstanceProfile {
    /// Makes one that holds the role; `name` is unique in the account.
    pub(crate) fn make(tx: &mut Tx<'_>, account: &str, name: &str, role: &str) -> Self {
        let profile = Self {
            name: name.to_owned(),
            unique_id: unique_id("AIPA", &tx.fresh_hex("instance-profile")),
            role: role.to_owned(),
            created: tx.now(),
        };
        tx.put(&Role::place(account), &profile);
        profile
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
            let row = |profile: &InstanceProfile| {
                Fields::new()
                    .text("Path", "/")
                    .text("InstanceProfileName", &profile.name)
                    .text("InstanceProfileId", &profile.unique_id)
                    .text(
                        "Arn",
                        arn(
                            &call.place.account,
                            &format!("instance-profile/{}", profile.name),
                        ),
                    )
                    .text("CreateDate", stamp(profile.created))
                    .list("Roles", "member", [role_words::fields(&role)])
            };
            answer.list("InstanceProfiles", "member", rows.iter().map(row))
        },
    )?;
    Ok(Body::Xml(answer))
}
