//! Auto Scaling: groups of instances that are made of launch templates, and kept as many as they should be.
//!
//! A group looks some seconds after a request whether it has to start or end instances; those are rows of EC2 like any
//! other, with the tag `aws:autoscaling:groupName`.
//!
//! For other services: [`Group`] is read by `call.tx`, its id is its name; `managed` is what they may do with it.
//!
//! Codes and messages: the API reference of version 2011-01-01, and what users of the API quote in public issues.

mod activity;
mod common;
mod describe;
mod fleet;
mod group;
mod group_change;
mod managed;
mod operations;
mod refresh;
mod refresh_call;
mod request;
mod source;
mod tags;
mod template;
#[cfg(test)]
mod tests;

use super::Service;
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use group::Group;
pub(crate) use managed::Size;
use refresh::Refresh;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "autoscaling",
    protocol: Protocol::Query("http://autoscaling.amazonaws.com/doc/2011-01-01/"),
    global: false,
    operations: operations::OPERATIONS,
    settle: fleet::settle,
    objects,
};

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let groups = tx.everywhere::<Group>().into_iter();
    groups
        .map(|(place, group)| Object {
            account: place.account,
            region: place.region,
            service: Group::SERVICE.to_owned(),
            kind: Group::KIND.to_owned(),
            id: group.name,
            marks: group
                .tags
                .into_iter()
                .map(|(key, tag)| (key, tag.value))
                .collect(),
            // Its instances cost money, the group itself does not.
            billable: false,
            created: group.created,
            own_of_cloud: false,
        })
        .collect()
}
