//! What an object uses, for kinds of AWS.

use provision_core::cost::{UsageAnswer, UsageRequest};

pub use provision_kind::Uses;

use super::{LaunchTemplate, Ops, Served as _};

/// The kind of launch templates, in which the disks of nodes are described.
pub const LAUNCH_TEMPLATE: &str = LaunchTemplate::KIND;

/// Every resource's usage, by its kind. A kind that is not served gets no answer.
pub fn usages(
    request: &UsageRequest<'_>,
    ops: impl Fn(&str) -> Option<&'static dyn Ops>,
) -> UsageAnswer {
    provision_kind::uses::usages(request, |kind, uses| Some(ops(kind)?.usage(uses)))
}
