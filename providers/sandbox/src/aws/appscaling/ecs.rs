//! The seam to ECS: a service is read by its key as that service keeps it, and only as far as it matters here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::Which;
use crate::store::{Document, Place, Tx};

/// A service of ECS.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EcsService {
    /// Its cluster's name.
    pub(super) cluster: String,
    /// Its name.
    pub(super) name: String,
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub(super) status: String,
    /// When it was made.
    pub(super) created: Timestamp,
}

impl Document for EcsService {
    const SERVICE: &'static str = "ecs";
    const KIND: &'static str = "service";

    fn id(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// Whether the service is there and active.
pub(super) fn exists(tx: &Tx<'_>, place: &Place, which: &Which) -> bool {
    let Some((cluster, service)) = which.parts() else {
        return false;
    };
    let found = tx.see::<EcsService>(place, &format!("{cluster}/{service}"));
    found.is_some_and(|one| one.status == "ACTIVE")
}
