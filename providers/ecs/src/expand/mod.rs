//! From blocks on ECS to resources.

use provision_core::contract::{ExpandAnswer, ExpandRequest};

/// The clusters, workloads and jobs on ECS among the blocks.
#[must_use]
pub fn expand(_request: &ExpandRequest) -> ExpandAnswer {
    ExpandAnswer::default()
}
