//! Roles: what they are, and who can take them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{arn, none};
use super::document::{self, Asked};
use super::principal;
use super::tags::{Tagged, Tags};
use crate::aws::Call;
use crate::store::{Document, Place, Tx};
use crate::wire::ApiError;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Role {
    /// Its name, which is its id.
    pub(crate) name: String,
    /// Its path: `/`, or `/provision/shop/`.
    pub(crate) path: String,
    /// `AROA…`: another one for another role of the same name.
    pub(crate) unique_id: String,
    /// The account it lies in.
    pub(crate) account: String,
    /// Who may take it: a policy document, as it was given.
    pub(crate) trust: String,
    /// When that was last set.
    pub(crate) trusted_since: Timestamp,
    /// What it is for.
    pub(crate) description: Option<String>,
    /// How long its sessions last at most, in seconds.
    pub(crate) max_session: i64,
    /// The ARN of the policy that bounds it.
    pub(crate) boundary: Option<String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// Managed policies that are attached, by ARN, and since when.
    pub(crate) attached: BTreeMap<String, Timestamp>,
    /// Policies that are written into it, by name.
    pub(crate) inline: BTreeMap<String, Inline>,
    /// The service that it belongs to, of a service-linked role.
    pub(crate) service: Option<String>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A policy that is written into a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inline {
    /// The document, as it was given.
    pub(crate) document: String,
    /// When it was first written.
    pub(crate) created: Timestamp,
}

/// Why a service cannot take a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// The account has no role with that ARN.
    Absent,
    /// It has, but the services do not know it yet, or not its present trust policy.
    TooNew,
    /// Its trust policy does not let the service in.
    Untrusting,
}

impl Document for Role {
    const SERVICE: &'static str = "iam";
    const KIND: &'static str = "role";

    fn id(&self) -> String {
        self.name.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Tagged for Role {
    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl Role {
    /// The place of the roles of an account.
    pub(crate) fn place(account: &str) -> Place {
        Place {
            account: account.to_owned(),
            region: String::new(),
        }
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        arn(&self.account, &format!("role{}{}", self.path, self.name))
    }

    /// The visible role with an ARN, in any account.
    pub(crate) fn of_arn(tx: &Tx<'_>, text: &str) -> Option<Self> {
        let (account, path) = text.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
        let name = path.rsplit('/').next()?;
        tx.see::<Self>(&Self::place(account), name)
            .filter(|role| role.arn() == text)
    }

    /// The role of the account when the service (`eks.amazonaws.com`) can take it now.
    pub(crate) fn usable_by(
        tx: &Tx<'_>,
        account: &str,
        arn: &str,
        service: &str,
    ) -> Result<Self, Unusable> {
        let role = Self::of_arn(tx, arn)
            .filter(|role| role.account == account)
            .ok_or(Unusable::Absent)?;
        let asked = Asked {
            action: "sts:AssumeRole",
            is: &|of| principal::names_service(of, service),
            external_id: None,
        };
        if !role.known_everywhere(tx) {
            return Err(Unusable::TooNew);
        }
        if !document::lets(&role.trust, &asked) {
            return Err(Unusable::Untrusting);
        }
        if !propagated(tx, role.trusted_since) {
            return Err(Unusable::TooNew);
        }
        Ok(role)
    }

    /// Whether the managed policy is attached and in force.
    pub(crate) fn has_policy(&self, tx: &Tx<'_>, policy: &str) -> bool {
        self.attached
            .get(policy)
            .is_some_and(|since| propagated(tx, *since))
    }

    /// Whether the role itself, whatever it says by now, is known to every service.
    pub(crate) fn known_everywhere(&self, tx: &Tx<'_>) -> bool {
        propagated(tx, self.created)
    }

    /// Whether a caller can take it now.
    pub(crate) fn lets_in(
        &self,
        tx: &Tx<'_>,
        caller: &str,
        account: &str,
        external_id: Option<&str>,
    ) -> bool {
        let asked = Asked {
            action: "sts:AssumeRole",
            is: &|of| principal::names_caller(of, caller, account),
            external_id,
        };
        propagated(tx, self.trusted_since) && document::lets(&self.trust, &asked)
    }
}

/// Whether a change is older than the propagation takes.
fn propagated(tx: &Tx<'_>, since: Timestamp) -> bool {
    since
        .checked_add(tx.config().propagation())
        .is_ok_and(|from| from <= tx.now())
}

/// The visible role that `RoleName` names.
pub(super) fn named(call: &Call<'_>) -> Result<Role, ApiError> {
    let name = super::common::name(call, "RoleName", 64)?;
    call.tx
        .see::<Role>(&call.place, &name)
        .ok_or_else(|| none(format!("The role with name {name} cannot be found.")))
}

/// The same to change; a service-linked role is its service's alone.
pub(super) fn to_change(call: &Call<'_>) -> Result<Role, ApiError> {
    let role = named(call)?;
    match &role.service {
        None => Ok(role),
        Some(service) => Err(ApiError::bad(
            "UnmodifiableEntity",
            format!(
                "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS ({service})",
                role.name
            ),
        )),
    }
}
