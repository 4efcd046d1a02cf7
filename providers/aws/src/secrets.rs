//! What the stores of secrets on AWS share beside what all stores do (`provision_kind::secrets`).

use provision_core::model::SecretValue;

pub(crate) use provision_kind::secrets::{
    ANOTHER, AS_DECLARED, VALUE, digest, hex, is_read, kept_as_it_is, random_id, rows, salt,
    version_id, word,
};
pub use provision_kind::secrets::{Generate, Kept};

use crate::error::Fault;

/// A fault whose words quote no value: some services repeat what they refuse.
pub(crate) fn unquoted(mut fault: Fault, value: &SecretValue) -> Fault {
    fault.message = value.masked(&fault.message);
    fault
}
