//! What of ECS is live, for the oracle.

use super::tags::Tags;
use super::{CapacityProvider, Cluster, Service, Task, TaskDefinition};
use crate::object::Object;
use crate::store::{Document, Place, Tx};

/// What the oracle asks of a document: whether it is live, costs money, was made by the cloud itself; its tags.
struct About<'a> {
    live: bool,
    billable: bool,
    own_of_cloud: bool,
    tags: &'a Tags,
}

/// Every live object. What a delete leaves behind as inactive is not.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let mut all = of::<Cluster>(tx, |one| About {
        live: !one.is("INACTIVE"),
        billable: false,
        own_of_cloud: false,
        tags: &one.tags,
    });
    all.extend(of::<CapacityProvider>(tx, |one| About {
        live: one.active(),
        billable: false,
        own_of_cloud: false,
        tags: &one.tags,
    }));
    all.extend(of::<TaskDefinition>(tx, |one| About {
        live: one.is("ACTIVE"),
        billable: false,
        own_of_cloud: false,
        tags: &one.tags,
    }));
    all.extend(of::<Service>(tx, |one| About {
        live: !one.is("INACTIVE"),
        billable: false,
        own_of_cloud: false,
        tags: &one.tags,
    }));
    all.extend(of::<Task>(tx, |one| About {
        live: !one.is("STOPPED"),
        billable: true,
        own_of_cloud: one.service.is_some(),
        tags: &one.tags,
    }));
    all
}

fn of<D: Document>(tx: &Tx<'_>, about: fn(&D) -> About<'_>) -> Vec<Object> {
    let object = |(place, row): (Place, D)| {
        let of_it = about(&row);
        of_it.live.then(|| Object {
            account: place.account,
            region: place.region,
            service: D::SERVICE.to_owned(),
            kind: D::KIND.to_owned(),
            id: row.id(),
            marks: of_it.tags.clone(),
            billable: of_it.billable,
            created: row.created(),
            own_of_cloud: of_it.own_of_cloud,
        })
    };
    tx.everywhere::<D>()
        .into_iter()
        .filter_map(object)
        .collect()
}
