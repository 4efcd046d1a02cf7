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
