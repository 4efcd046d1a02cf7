//! Fargate profiles: none can be made here, so that every cluster has none.

use super::common::{cluster, listing, page};
use crate::aws::{Call, Outcome};

/// ListFargateProfiles.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    cluster(call)?;
    let (names, next) = page::<String>(call, Vec::new(), Clone::clone)?;
    listing("fargateProfileNames", &names, next)
}
