//! The kinds of ECS objects, one file each, and what they have in common.

use provision_aws::kind::Ops;
use provision_core::model::Table;

/// Every kind, in the order in which they are listed.
pub(crate) const ALL: [&dyn Ops; 0] = [];

/// The tables of all kinds, in the order in which they are listed.
#[must_use]
pub fn tables() -> Vec<Table> {
    ALL.iter().map(|ops| ops.table()).collect()
}

/// Finds a kind's operations.
pub(crate) fn ops(kind: &str) -> Option<&'static dyn Ops> {
    ALL.iter().copied().find(|ops| ops.name() == kind)
}
