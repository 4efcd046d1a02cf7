//! Whether EKS can take a role that a request names.

use super::common::invalid;
use crate::aws::iam::{Role, Unusable};
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// Refuses a role that the service (`eks.amazonaws.com`) cannot take now, in EKS's words.
pub(super) fn usable(tx: &Tx<'_>, place: &Place, arn: &str, service: &str) -> Result<(), ApiError> {
    match Role::usable_by(tx, &place.account, arn, service) {
        Ok(_) => Ok(()),
        // EKS does not tell an absent role from one whose trust is not right, or not known yet.
        Err(Unusable::Absent | Unusable::TooNew | Unusable::Untrusting) => Err(invalid(format!(
            "Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not correct"
        ))),
    }
}

/// Refuses a role that the account does not have, or not everywhere yet.
pub(super) fn exists(tx: &Tx<'_>, place: &Place, arn: &str) -> Result<(), ApiError> {
    let known = Role::of_arn(tx, arn)
        .is_some_and(|role| role.account == place.account && role.known_everywhere(tx));
    match known {
        true => Ok(()),
        false => Err(invalid("Role provided in the request does not exist.")),
    }
}

/// Refuses a role that pods cannot have.
pub(super) fn for_pods(tx: &Tx<'_>, place: &Place, arn: &str) -> Result<(), ApiError> {
    match Role::usable_by(tx, &place.account, arn, "pods.eks.amazonaws.com") {
        Ok(_) => Ok(()),
        Err(Unusable::Untrusting) => Err(invalid(format!(
            "The trust policy of the role {arn} does not let pods.eks.amazonaws.com assume it"
        ))),
        Err(Unusable::Absent | Unusable::TooNew) => {
            Err(invalid("Role provided in the request does not exist."))
        }
    }
}

/// The user or role behind a caller: a session's role.
pub(super) fn behind(tx: &Tx<'_>, caller: &str) -> String {
    let session = caller
        .strip_prefix("arn:aws:sts::")
        .and_then(|rest| rest.split_once(":assumed-role/"));
    let role = session.and_then(|(account, session)| {
        let name = session.split('/').next()?;
        tx.get::<Role>(&Role::place(account), name)
    });
    role.map_or_else(|| caller.to_owned(), |role| role.arn())
}

/// Refuses a principal that is no user and no role known everywhere.
pub(super) fn principal(tx: &Tx<'_>, arn: &str) -> Result<(), ApiError> {
    let known = arn.starts_with("arn:aws:iam::")
        && match arn.contains(":role/") {
            true => Role::of_arn(tx, arn).is_some_and(|role| role.known_everywhere(tx)),
            false => arn.contains(":user/"),
        };
    match known {
        true => Ok(()),
        false => Err(invalid(
            "The specified principalArn is invalid: invalid principal.",
        )),
    }
}

/// Whether the role has the AWS-managed policy (`AmazonEKSWorkerNodePolicy`) in force.
pub(super) fn has_policy(tx: &Tx<'_>, arn: &str, policy: &str) -> bool {
    let policy = format!("arn:aws:iam::aws:policy/{policy}");
    Role::of_arn(tx, arn).is_some_and(|role| role.has_policy(tx, &policy))
}
