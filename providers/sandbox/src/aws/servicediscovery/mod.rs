//! Cloud Map: namespaces, which come and go by operations, services in them, and the instances that others register.
//!
//! For other services: [`Namespace::find`], [`Service::find`], [`Service::ensure`] for what Service Connect makes, and
//! [`Service::register`] and [`Service::deregister`] for tasks.
//!
//! Codes and messages: the Cloud Map API reference, and what users of the API quote in public issues.

mod common;
mod instance;
mod namespace;
mod namespace_create;
mod namespace_read;
mod operation;
mod service;
mod service_create;
mod service_read;
mod tags;

#[cfg(test)]
mod tests;

use super::Operation;
use crate::object::Object;
use crate::store::{Document, Place, Tx};
use crate::wire::Protocol;

pub(crate) use namespace::Namespace;
pub(crate) use service::Service;

/// The service.
pub(crate) const SERVICE: super::Service = super::Service {
    name: "servicediscovery",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle: operation::settle,
    objects,
};

const CREATE: &[&str] = &["Name", "CreatorRequestId", "Description", "Tags"];

const LIST: &[&str] = &["NextToken", "MaxResults", "Filters"];

const OPERATIONS: &[Operation] = &[
    Operation::write("CreateHttpNamespace", namespace_create::http).accepts(&[CREATE]),
    Operation::write("CreatePrivateDnsNamespace", namespace_create::private)
        .accepts(&[CREATE, &["Vpc", "Properties"]]),
    Operation::read("GetNamespace", namespace_read::get).accepts(&[&["Id"]]),
    Operation::read("ListNamespaces", namespace_read::list).accepts(&[LIST]),
    Operation::write("DeleteNamespace", namespace_create::delete).accepts(&[&["Id"]]),
    Operation::read("GetOperation", operation::get).accepts(&[&["OperationId"]]),
    Operation::write("CreateService", service_create::create).accepts(&[
        CREATE,
        &[
            "NamespaceId",
            "DnsConfig",
            "HealthCheckCustomConfig",
            "Type",
        ],
    ]),
    Operation::read("GetService", service_read::get).accepts(&[&["Id"]]),
    Operation::read("ListServices", service_read::list).accepts(&[LIST]),
    Operation::write("UpdateService", service_create::update).accepts(&[&["Id", "Service"]]),
    Operation::write("DeleteService", service_create::delete).accepts(&[&["Id"]]),
    Operation::write("RegisterInstance", instance::register).accepts(&[&[
        "ServiceId",
        "InstanceId",
        "CreatorRequestId",
        "Attributes",
    ]]),
    Operation::write("DeregisterInstance", instance::deregister)
        .accepts(&[&["ServiceId", "InstanceId"]]),
    Operation::read("ListInstances", instance::list).accepts(&[&[
        "ServiceId",
        "NextToken",
        "MaxResults",
    ]]),
    Operation::write("TagResource", tags::tag).accepts(&[&["ResourceARN", "Tags"]]),
    Operation::write("UntagResource", tags::untag).accepts(&[&["ResourceARN", "TagKeys"]]),
    Operation::read("ListTagsForResource", tags::list).accepts(&[&["ResourceARN"]]),
];

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let namespaces = tx.everywhere::<Namespace>().into_iter();
    let namespaces = namespaces.map(|(place, one)| Object {
        marks: one.tags.clone(),
        // A namespace with names in DNS has a hosted zone, which is paid by the month.
        billable: one.zone.is_some(),
        ..object(place, &one)
    });
    let services = tx.everywhere::<Service>().into_iter();
    let services = services.map(|(place, one)| Object {
        marks: one.tags.clone(),
        own_of_cloud: one.own_of_cloud,
        ..object(place, &one)
    });
    namespaces.chain(services).collect()
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
