//! The Parameter Store of Systems Manager: parameters of the account, and those that AWS owns and everybody reads.
//!
//! For other services: [`Parameter::find`] takes a name or an ARN, and `public::image` is what the public parameters say.
//!
//! Codes and messages: the Systems Manager API reference, and what users of the API quote in public issues.

mod common;
mod delete;
mod describe;
mod filter;
mod label;
mod name;
mod parameter;
mod path;
mod public;
mod put;
mod read;
mod tags;

#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use parameter::Parameter;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "ssm",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle: |_| {},
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::write("PutParameter", put::put).accepts(&[&[
        "Name",
        "Description",
        "Value",
        "Type",
        "KeyId",
        "Overwrite",
        "Tags",
        "Tier",
        "DataType",
    ]]),
    Operation::read("GetParameter", read::one).accepts(&[&["Name", "WithDecryption"]]),
    Operation::read("GetParameters", read::several).accepts(&[&["Names", "WithDecryption"]]),
    Operation::read("GetParametersByPath", path::list).accepts(&[&[
        "Path",
        "Recursive",
        "ParameterFilters",
        "WithDecryption",
        "MaxResults",
        "NextToken",
    ]]),
    Operation::read("GetParameterHistory", read::history).accepts(&[&[
        "Name",
        "WithDecryption",
        "MaxResults",
        "NextToken",
    ]]),
    Operation::read("DescribeParameters", describe::describe).accepts(&[&[
        "Filters",
        "ParameterFilters",
        "MaxResults",
        "NextToken",
        "Shared",
    ]]),
    Operation::write("DeleteParameter", delete::one).accepts(&[&["Name"]]),
    Operation::write("DeleteParameters", delete::several).accepts(&[&["Names"]]),
    Operation::write("LabelParameterVersion", label::label).accepts(&[&[
        "Name",
        "ParameterVersion",
        "Labels",
    ]]),
    Operation::write("AddTagsToResource", tags::add).accepts(&[&[
        "ResourceType",
        "ResourceId",
        "Tags",
    ]]),
    Operation::write("RemoveTagsFromResource", tags::remove).accepts(&[&[
        "ResourceType",
        "ResourceId",
        "TagKeys",
    ]]),
    Operation::read("ListTagsForResource", tags::list).accepts(&[&["ResourceType", "ResourceId"]]),
];

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    tx.everywhere::<Parameter>()
        .into_iter()
        .map(|(place, parameter)| Object {
            account: place.account,
            region: place.region,
            service: Parameter::SERVICE.to_owned(),
            kind: Parameter::KIND.to_owned(),
            billable: parameter.newest().is_some_and(|one| one.tier == "Advanced"),
            id: parameter.name,
            marks: parameter.tags,
            created: parameter.created,
            own_of_cloud: false,
        })
        .collect()
}
