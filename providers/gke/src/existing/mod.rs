//! What the spec refers to and others own: read, judged, used, and never changed.

pub(crate) mod judge;
pub(crate) mod network;
pub(crate) mod secret;

use std::collections::BTreeMap;

use provision_core::contract::{ExpandRequest, Failure};

use crate::client::Gcp;

/// All that the spec refers to, as facts.
///
/// # Errors
/// When something could not be read.
pub(crate) async fn read(
    gcp: &Gcp,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Failure> {
    let networks = network::read(gcp, request);
    let (mut facts, networks) = futures::future::join(secret::read(gcp, request), networks).await;
    if let Ok(facts) = &mut facts {
        facts.extend(networks.map_err(|fault| fault.failure())?);
    }
    facts
}
