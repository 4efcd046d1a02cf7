//! Secret Manager: secrets of no region and their versions. Names in answers hold the project's number. Values are in the
//! store, as they are in the cloud, and nowhere else.
//!
//! For other services: [`Secret`] by its id.

mod change;
mod checksum;
mod secret;
mod timing;
mod value;
mod version;

use super::{Enum, Operation, Service, Style};
use crate::object::Object;
use crate::store::Tx;

pub(crate) use secret::Secret;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "secretmanager",
    api: "secretmanager.googleapis.com",
    title: "Secret Manager API",
    style: Style::Status,
    enums: &[Enum {
        at: &["SecretVersion.state", "versions.state"],
        values: &[
            ("STATE_UNSPECIFIED", 0),
            ("ENABLED", 1),
            ("DISABLED", 2),
            ("DESTROYED", 3),
        ],
    }],
    operations: OPERATIONS,
    settle: timing::settle,
    turned: |_, _, _| {},
    objects,
};

const SECRET: &[&str] = &[
    "name",
    "replication",
    "labels",
    "annotations",
    "versionAliases",
    "expireTime",
    "ttl",
    "rotation",
    "topics",
    "etag",
    "createTime",
];
const LIST: &[&str] = &["pageSize", "pageToken", "filter"];

const OPERATIONS: &[Operation] = &[
    Operation::write(
        "secretmanager.projects.secrets.create",
        "POST /v1/projects/{project}/secrets",
        secret::create,
    )
    .accepts(&[SECRET, &["secretId"]])
    .needs("secretmanager.secrets.create"),
    Operation::read(
        "secretmanager.projects.secrets.get",
        "GET /v1/projects/{project}/secrets/{secret}",
        secret::get,
    )
    .needs("secretmanager.secrets.get"),
    Operation::read(
        "secretmanager.projects.secrets.list",
        "GET /v1/projects/{project}/secrets",
        secret::list,
    )
    .accepts(&[LIST])
    .needs("secretmanager.secrets.list"),
    Operation::write(
        "secretmanager.projects.secrets.patch",
        "PATCH /v1/projects/{project}/secrets/{secret}",
        change::patch,
    )
    .accepts(&[SECRET, &["updateMask"]])
    .needs("secretmanager.secrets.update"),
    Operation::write(
        "secretmanager.projects.secrets.delete",
        "DELETE /v1/projects/{project}/secrets/{secret}",
        change::delete,
    )
    .accepts(&[&["etag"]])
    .needs("secretmanager.secrets.delete"),
    Operation::write(
        "secretmanager.projects.secrets.addVersion",
        "POST /v1/projects/{project}/secrets/{secret}:addVersion",
        value::add,
    )
    .accepts(&[&["payload", "parent"]])
    .speaks("AddSecretVersionRequest", "SecretVersion")
    .needs("secretmanager.versions.add"),
    Operation::read(
        "secretmanager.projects.secrets.getIamPolicy",
        "GET /v1/projects/{project}/secrets/{secret}:getIamPolicy",
        change::policy,
    )
    .accepts(&[&["options"]])
    .needs("secretmanager.secrets.getIamPolicy"),
    Operation::write(
        "secretmanager.projects.secrets.setIamPolicy",
        "POST /v1/projects/{project}/secrets/{secret}:setIamPolicy",
        change::set_policy,
    )
    .accepts(&[&["policy", "updateMask"]])
    .needs("secretmanager.secrets.setIamPolicy"),
    Operation::read(
        "secretmanager.projects.secrets.testIamPermissions",
        "POST /v1/projects/{project}/secrets/{secret}:testIamPermissions",
        change::test,
    )
    .accepts(&[&["permissions"]]),
    Operation::read(
        "secretmanager.projects.secrets.versions.list",
        "GET /v1/projects/{project}/secrets/{secret}/versions",
        version::list,
    )
    .accepts(&[LIST])
    .speaks("", "ListSecretVersionsResponse")
    .needs("secretmanager.versions.list"),
    Operation::read(
        "secretmanager.projects.secrets.versions.get",
        "GET /v1/projects/{project}/secrets/{secret}/versions/{version}",
        version::get,
    )
    .speaks("", "SecretVersion")
    .needs("secretmanager.versions.get"),
    Operation::read(
        "secretmanager.projects.secrets.versions.access",
        "GET /v1/projects/{project}/secrets/{secret}/versions/{version}:access",
        value::access,
    )
    .needs("secretmanager.versions.access"),
    Operation::write(
        "secretmanager.projects.secrets.versions.enable",
        "POST /v1/projects/{project}/secrets/{secret}/versions/{version}:enable",
        version::enable,
    )
    .accepts(&[&["etag", "name"]])
    .speaks("", "SecretVersion")
    .needs("secretmanager.versions.enable"),
    Operation::write(
        "secretmanager.projects.secrets.versions.disable",
        "POST /v1/projects/{project}/secrets/{secret}/versions/{version}:disable",
        version::disable,
    )
    .accepts(&[&["etag", "name"]])
    .speaks("", "SecretVersion")
    .needs("secretmanager.versions.disable"),
    Operation::write(
        "secretmanager.projects.secrets.versions.destroy",
        "POST /v1/projects/{project}/secrets/{secret}/versions/{version}:destroy",
        version::destroy,
    )
    .accepts(&[&["etag", "name"]])
    .speaks("", "SecretVersion")
    .needs("secretmanager.versions.destroy"),
];

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let told = |(place, secret): (crate::store::Place, Secret)| Object {
        account: place.account,
        region: String::new(),
        service: "secretmanager".to_owned(),
        kind: "secrets".to_owned(),
        id: secret.name.clone(),
        marks: secret.labels.clone(),
        billable: true,
        created: secret.created,
        own_of_cloud: false,
    };
    tx.everywhere::<Secret>().into_iter().map(told).collect()
}
