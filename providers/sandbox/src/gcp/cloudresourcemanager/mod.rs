//! Resource Manager, version 3, and version 1 for gcloud: projects and their policies.

mod project;

use super::{Operation, Service, Style};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "cloudresourcemanager",
    api: "cloudresourcemanager.googleapis.com",
    title: "Cloud Resource Manager API",
    style: Style::Both,
    enums: &[],
    operations: OPERATIONS,
    settle: |_| {},
    turned: |_, _, _| {},
    objects: crate::gcp::policy::objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::read(
        "cloudresourcemanager.projects.get",
        "GET /v3/projects/{project}",
        project::get,
    )
    .also("GET /v1/projects/{project}")
    .needs("resourcemanager.projects.get"),
    Operation::read(
        "cloudresourcemanager.projects.getIamPolicy",
        "POST /v3/projects/{project}:getIamPolicy",
        project::policy,
    )
    .also("POST /v1/projects/{project}:getIamPolicy")
    .accepts(&[&["options"]])
    .needs("resourcemanager.projects.getIamPolicy"),
    Operation::write(
        "cloudresourcemanager.projects.setIamPolicy",
        "POST /v3/projects/{project}:setIamPolicy",
        project::set_policy,
    )
    .also("POST /v1/projects/{project}:setIamPolicy")
    .accepts(&[&["policy", "updateMask"]])
    .needs("resourcemanager.projects.setIamPolicy"),
    Operation::read(
        "cloudresourcemanager.projects.testIamPermissions",
        "POST /v3/projects/{project}:testIamPermissions",
        project::test,
    )
    .also("POST /v1/projects/{project}:testIamPermissions")
    .accepts(&[&["permissions"]]),
];
