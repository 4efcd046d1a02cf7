//! Kubernetes Engine: clusters, pools of nodes, and the operations that change them.
//!
//! A [`cluster::Cluster`] and a [`pool::Pool`] are the API's own messages without what is computed. Every change is an operation
//! ([`work`]): what it will make of cluster and pool lies in it, and is applied when it ends. Requests are read and answers
//! written by the descriptors ([`schema`]). What a cluster makes in Compute is put there by [`nodes`].

mod change;
mod cluster;
mod config;
mod create;
mod defaults;
mod done;
mod fields;
mod network;
mod nodes;
mod operations;
mod pool;
mod pool_change;
mod pool_update;
mod rules;
mod schema;
mod settled;
mod taints;
mod update;
mod update_fields;
mod version;
mod words;
mod work;

#[cfg(test)]
mod tests;

use super::{Service, Style};
use crate::object::Object;
use crate::store::{Place, Tx};

pub(crate) use schema::with_numbers;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "container",
    api: "container.googleapis.com",
    title: "Kubernetes Engine API",
    style: Style::Both,
    enums: &[],
    operations: operations::OPERATIONS,
    settle: |_| {},
    turned: done::turned,
    objects,
};

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let of_cluster = |(place, one): (Place, cluster::Cluster)| Object {
        account: place.account,
        region: place.region,
        service: "container".to_owned(),
        kind: "clusters".to_owned(),
        id: one.name.clone(),
        marks: fields::texts(one.fields.get("resourceLabels")),
        billable: true,
        created: one.created,
        own_of_cloud: false,
    };
    let of_pool = |(place, one): (Place, pool::Pool)| Object {
        account: place.account,
        region: place.region,
        service: "container".to_owned(),
        kind: "nodePools".to_owned(),
        id: format!("{}/{}", one.cluster, one.name),
        marks: fields::texts(fields::at(&one.fields, "config.labels")),
        billable: false,
        created: one.created,
        own_of_cloud: one.own,
    };
    let clusters = tx.everywhere().into_iter().map(of_cluster);
    clusters
        .chain(tx.everywhere().into_iter().map(of_pool))
        .collect()
}
