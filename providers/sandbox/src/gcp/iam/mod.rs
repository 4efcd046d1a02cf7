//! Identity and Access Management: service accounts. What was just made is not seen at once, as the visibility lag says.
//!
//! For other services: [`Account`] by its email, in the place of its project.

mod account;
mod change;

use super::{Operation, Service, Style};
use crate::object::Object;
use crate::store::Tx;

pub(crate) use account::Account;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "iam",
    api: "iam.googleapis.com",
    title: "Identity and Access Management (IAM) API",
    style: Style::Both,
    enums: &[],
    operations: OPERATIONS,
    settle: |_| {},
    turned: |_, _, _| {},
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::write(
        "iam.projects.serviceAccounts.create",
        "POST /v1/projects/{project}/serviceAccounts",
        account::create,
    )
    .accepts(&[&["accountId", "serviceAccount"]])
    .needs("iam.serviceAccounts.create"),
    Operation::read(
        "iam.projects.serviceAccounts.get",
        "GET /v1/projects/{project}/serviceAccounts/{account}",
        account::get,
    )
    .needs("iam.serviceAccounts.get"),
    Operation::read(
        "iam.projects.serviceAccounts.list",
        "GET /v1/projects/{project}/serviceAccounts",
        account::list,
    )
    .accepts(&[&["pageSize", "pageToken"]])
    .needs("iam.serviceAccounts.list"),
    Operation::write(
        "iam.projects.serviceAccounts.patch",
        "PATCH /v1/projects/{project}/serviceAccounts/{account}",
        change::patch,
    )
    .accepts(&[&["serviceAccount", "updateMask"]])
    .needs("iam.serviceAccounts.update"),
    Operation::write(
        "iam.projects.serviceAccounts.delete",
        "DELETE /v1/projects/{project}/serviceAccounts/{account}",
        change::delete,
    )
    .needs("iam.serviceAccounts.delete"),
    Operation::write(
        "iam.projects.serviceAccounts.undelete",
        "POST /v1/projects/{project}/serviceAccounts/{account}:undelete",
        change::undelete,
    )
    .needs("iam.serviceAccounts.undelete"),
    Operation::write(
        "iam.projects.serviceAccounts.disable",
        "POST /v1/projects/{project}/serviceAccounts/{account}:disable",
        change::disable,
    )
    .needs("iam.serviceAccounts.disable"),
    Operation::write(
        "iam.projects.serviceAccounts.enable",
        "POST /v1/projects/{project}/serviceAccounts/{account}:enable",
        change::enable,
    )
    .needs("iam.serviceAccounts.enable"),
    Operation::read(
        "iam.projects.serviceAccounts.getIamPolicy",
        "POST /v1/projects/{project}/serviceAccounts/{account}:getIamPolicy",
        change::policy,
    )
    .accepts(&[&["options"]])
    .needs("iam.serviceAccounts.getIamPolicy"),
    Operation::write(
        "iam.projects.serviceAccounts.setIamPolicy",
        "POST /v1/projects/{project}/serviceAccounts/{account}:setIamPolicy",
        change::set_policy,
    )
    .accepts(&[&["policy", "updateMask"]])
    .needs("iam.serviceAccounts.setIamPolicy"),
    Operation::read(
        "iam.projects.serviceAccounts.testIamPermissions",
        "POST /v1/projects/{project}/serviceAccounts/{account}:testIamPermissions",
        change::test,
    )
    .accepts(&[&["permissions"]]),
];

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let alive = tx.everywhere::<Account>().into_iter();
    alive
        .filter(|(_, account)| !account.deleted())
        .map(|(place, account)| Object {
            account: place.account,
            region: String::new(),
            service: "iam".to_owned(),
            kind: "serviceAccounts".to_owned(),
            id: account.email.clone(),
            marks: std::iter::once(("description".to_owned(), account.description.clone()))
                .collect(),
            billable: false,
            created: account.created,
            own_of_cloud: false,
        })
        .collect()
}
