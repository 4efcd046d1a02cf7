//! Service Usage: which APIs a project has enabled.

mod api;
mod work;

use super::{Operation, Service, Style};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "serviceusage",
    api: "serviceusage.googleapis.com",
    title: "Service Usage API",
    style: Style::Both,
    enums: &[],
    operations: OPERATIONS,
    settle: |_| {},
    turned: work::turned,
    objects: api::objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::read(
        "serviceusage.services.get",
        "GET /v1/projects/{project}/services/{service}",
        api::get,
    )
    .always()
    .needs("serviceusage.services.get"),
    Operation::read(
        "serviceusage.services.list",
        "GET /v1/projects/{project}/services",
        api::list,
    )
    .accepts(&[&["filter", "pageSize", "pageToken"]])
    .always()
    .needs("serviceusage.services.list"),
    Operation::read(
        "serviceusage.services.batchGet",
        "GET /v1/projects/{project}/services:batchGet",
        api::batch,
    )
    .accepts(&[&["names"]])
    .always()
    .needs("serviceusage.services.get"),
    Operation::write(
        "serviceusage.services.enable",
        "POST /v1/projects/{project}/services/{service}:enable",
        work::enable,
    )
    .always()
    .needs("serviceusage.services.enable"),
    Operation::write(
        "serviceusage.services.disable",
        "POST /v1/projects/{project}/services/{service}:disable",
        work::disable,
    )
    .accepts(&[&["disableDependentServices", "checkIfServiceHasUsage"]])
    .always()
    .needs("serviceusage.services.disable"),
    Operation::write(
        "serviceusage.services.batchEnable",
        "POST /v1/projects/{project}/services:batchEnable",
        work::batch,
    )
    .accepts(&[&["serviceIds"]])
    .always()
    .needs("serviceusage.services.enable"),
    Operation::read(
        "serviceusage.operations.get",
        "GET /v1/operations/{operation}",
        work::get,
    )
    .always(),
];
