//! What of IAM is live, for the oracle.

use super::{InstanceProfile, Provider, Role};
use crate::object::Object;
use crate::store::{Document, Place, Tx};

/// Every live object.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let mut all = Vec::new();
    for (place, role) in tx.everywhere::<Role>() {
        all.push(Object {
            marks: role.tags.clone(),
            own_of_cloud: role.service.is_some(),
            ..object(place, &role)
        });
    }
    for (place, provider) in tx.everywhere::<Provider>() {
        all.push(Object {
            marks: provider.tags.clone(),
            ..object(place, &provider)
        });
    }
    for (place, profile) in tx.everywhere::<InstanceProfile>() {
        all.push(Object {
            marks: profile.tags.clone(),
            own_of_cloud: profile.of_cloud,
            ..object(place, &profile)
        });
    }
    all
}

fn object<D: Document>(place: Place, document: &D) -> Object {
    Object {
        account: place.account,
        region: place.region,
        service: D::SERVICE.to_owned(),
        kind: D::KIND.to_owned(),
        id: document.id(),
        marks: std::collections::BTreeMap::new(),
        billable: false,
        created: document.created(),
        own_of_cloud: false,
    }
}
