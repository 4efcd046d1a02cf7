//! What of balancers is live, for the oracle.

use super::{Listener, LoadBalancer, Rule, TargetGroup};
use crate::aws::ec2::Tags;
use crate::object::Object;
use crate::store::{Document, Tx};

/// Every live object. A listener's default rule comes and goes with it.
pub(super) fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let mut all = of::<LoadBalancer>(tx, true, |one| (&one.tags, false));
    all.extend(of::<TargetGroup>(tx, false, |one| (&one.tags, false)));
    all.extend(of::<Listener>(tx, false, |one| (&one.tags, false)));
    all.extend(of::<Rule>(tx, false, |one| {
        (&one.tags, one.priority.is_none())
    }));
    all
}

fn of<D: Document>(tx: &Tx<'_>, billable: bool, see: fn(&D) -> (&Tags, bool)) -> Vec<Object> {
    let object = |(place, one): (crate::store::Place, D)| {
        let (tags, own_of_cloud) = see(&one);
        Object {
            account: place.account,
            region: place.region,
            service: D::SERVICE.to_owned(),
            kind: D::KIND.to_owned(),
            id: one.id(),
            marks: tags.clone(),
            billable,
            created: one.created(),
            own_of_cloud,
        }
    };
    tx.everywhere::<D>().into_iter().map(object).collect()
}
