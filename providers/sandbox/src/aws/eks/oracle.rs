//! What of EKS is live, for the oracle.

use std::collections::BTreeMap;

use super::{AccessEntry, Addon, Cluster, NodeGroup, PodIdentity};
use crate::object::Object;
use crate::store::{Document, Tx};

/// Every live object.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let mut all = Vec::new();
    all.extend(of::<Cluster>(tx, true, |one| (&one.tags, false)));
    all.extend(of::<NodeGroup>(tx, false, |one| (&one.tags, false)));
    all.extend(of::<Addon>(tx, false, |one| (&one.tags, false)));
    all.extend(of::<AccessEntry>(tx, false, |one| {
        (&one.tags, one.own_of_cloud)
    }));
    all.extend(of::<PodIdentity>(tx, false, |one| {
        (&one.tags, one.owner.is_some())
    }));
    all
}

type About<D> = fn(&D) -> (&BTreeMap<String, String>, bool);

/// Tags, and whether the cloud made it by itself, are told by `about`.
fn of<D: Document>(tx: &Tx<'_>, billable: bool, about: About<D>) -> Vec<Object> {
    let object = |(place, row): (crate::store::Place, D)| {
        let (tags, own_of_cloud) = about(&row);
        Object {
            account: place.account,
            region: place.region,
            service: D::SERVICE.to_owned(),
            kind: D::KIND.to_owned(),
            id: row.id(),
            marks: tags.clone(),
            billable,
            created: row.created(),
            own_of_cloud,
        }
    };
    tx.everywhere::<D>().into_iter().map(object).collect()
}
