//! Secrets Manager: secrets, their versions and stages. Values are in the store, as they are in the cloud, and nowhere else.
//!
//! For other services: [`Secret::find`] takes a name or an ARN, and [`Secret::version`] what a task would read.
//!
//! Codes and messages: the Secrets Manager API reference, recorded answers, and what users of the API quote in public
//! issues.

mod common;
mod deletion;
mod describe;
mod list;
mod secret;
mod shadow;
mod stage;
mod tags;
mod value;

#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use secret::Secret;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "secretsmanager",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const VALUE: &[&str] = &["ClientRequestToken", "SecretBinary", "SecretString"];

const OPERATIONS: &[Operation] = &[
    Operation::write("CreateSecret", secret::create)
        .accepts(&[VALUE, &["Name", "Description", "KmsKeyId", "Tags"]]),
    Operation::read("DescribeSecret", describe::describe).accepts(&[&["SecretId"]]),
    Operation::read("ListSecrets", list::list).accepts(&[&[
        "IncludePlannedDeletion",
        "MaxResults",
        "NextToken",
        "Filters",
        "SortOrder",
        "SortBy",
    ]]),
    Operation::read("GetSecretValue", value::get).accepts(&[&[
        "SecretId",
        "VersionId",
        "VersionStage",
    ]]),
    Operation::write("PutSecretValue", value::put)
        .accepts(&[VALUE, &["SecretId", "VersionStages"]]),
    Operation::write("UpdateSecret", value::update)
        .accepts(&[VALUE, &["SecretId", "Description", "KmsKeyId"]]),
    Operation::write("UpdateSecretVersionStage", stage::update).accepts(&[&[
        "SecretId",
        "VersionStage",
        "RemoveFromVersionId",
        "MoveToVersionId",
    ]]),
    Operation::read("ListSecretVersionIds", describe::versions).accepts(&[&[
        "SecretId",
        "MaxResults",
        "NextToken",
        "IncludeDeprecated",
    ]]),
    Operation::write("DeleteSecret", deletion::delete).accepts(&[&[
        "SecretId",
        "RecoveryWindowInDays",
        "ForceDeleteWithoutRecovery",
    ]]),
    Operation::write("RestoreSecret", deletion::restore).accepts(&[&["SecretId"]]),
    Operation::write("TagResource", tags::tag).accepts(&[&["SecretId", "Tags"]]),
    Operation::write("UntagResource", tags::untag).accepts(&[&["SecretId", "TagKeys"]]),
    Operation::read("GetResourcePolicy", describe::policy).accepts(&[&["SecretId"]]),
];

fn settle(tx: &mut Tx<'_>) {
    deletion::settle(tx);
    shadow::settle(tx);
}

/// A secret that waits for its deletion costs nothing and is not told.
fn objects(tx: &Tx<'_>) -> Vec<Object> {
    tx.everywhere::<Secret>()
        .into_iter()
        .filter(|(_, secret)| secret.live())
        .map(|(place, secret)| Object {
            account: place.account,
            region: place.region,
            service: Secret::SERVICE.to_owned(),
            kind: Secret::KIND.to_owned(),
            id: secret.name,
            marks: secret.tags,
            billable: true,
            created: secret.created,
            own_of_cloud: false,
        })
        .collect()
}
