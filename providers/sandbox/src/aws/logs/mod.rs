//! CloudWatch Logs: log groups, their streams, and what is written into them.
//!
//! For other services: [`LogGroup::ensure`] makes the group that a service logs to, [`LogStream::append`] writes lines.
//!
//! Codes and messages: the CloudWatch Logs API reference, and what users of the API quote in public issues.

mod common;
mod describe;
mod event;
mod filter;
mod log_group;
mod pattern;
mod put;
mod retention;
mod stream;
mod tags;

#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use log_group::LogGroup;
pub(crate) use stream::LogStream;

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "logs",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle,
    objects,
};

const GROUP: &[&str] = &["logGroupName", "logGroupIdentifier"];

const SPAN: &[&str] = &["startTime", "endTime", "nextToken", "limit"];

const OPERATIONS: &[Operation] = &[
    Operation::write("CreateLogGroup", log_group::create).accepts(&[&[
        "logGroupName",
        "tags",
        "logGroupClass",
        "deletionProtectionEnabled",
    ]]),
    Operation::read("DescribeLogGroups", describe::describe).accepts(&[&[
        "logGroupNamePrefix",
        "logGroupNamePattern",
        "logGroupIdentifiers",
        "logGroupClass",
        "nextToken",
        "limit",
    ]]),
    Operation::write("DeleteLogGroup", log_group::delete).accepts(&[&["logGroupName"]]),
    Operation::write("PutLogGroupDeletionProtection", log_group::protect)
        .accepts(&[&["logGroupIdentifier", "deletionProtectionEnabled"]]),
    Operation::write("PutRetentionPolicy", retention::put)
        .accepts(&[&["logGroupName", "retentionInDays"]]),
    Operation::write("DeleteRetentionPolicy", retention::delete).accepts(&[&["logGroupName"]]),
    Operation::write("CreateLogStream", stream::create)
        .accepts(&[&["logGroupName", "logStreamName"]]),
    Operation::read("DescribeLogStreams", stream::describe).accepts(&[
        GROUP,
        &[
            "logStreamNamePrefix",
            "orderBy",
            "descending",
            "nextToken",
            "limit",
        ],
    ]),
    Operation::write("DeleteLogStream", stream::delete)
        .accepts(&[&["logGroupName", "logStreamName"]]),
    Operation::write("PutLogEvents", put::put).accepts(&[&[
        "logGroupName",
        "logStreamName",
        "logEvents",
        "sequenceToken",
    ]]),
    Operation::read("GetLogEvents", event::get).accepts(&[
        GROUP,
        SPAN,
        &["logStreamName", "startFromHead"],
    ]),
    Operation::read("FilterLogEvents", filter::filter).accepts(&[
        GROUP,
        SPAN,
        &[
            "logStreamNames",
            "logStreamNamePrefix",
            "filterPattern",
            "interleaved",
        ],
    ]),
    Operation::write("TagResource", tags::tag).accepts(&[&["resourceArn", "tags"]]),
    Operation::write("UntagResource", tags::untag).accepts(&[&["resourceArn", "tagKeys"]]),
    Operation::read("ListTagsForResource", tags::list).accepts(&[&["resourceArn"]]),
];

fn settle(tx: &mut Tx<'_>) {
    for (place, mut group) in tx.everywhere::<LogGroup>() {
        if group
            .phase
            .advance(log_group::STATES, tx.config(), tx.now())
        {
            if group.phase.is("gone") {
                tx.delete::<LogGroup>(&place, &group.id());
            } else {
                tx.put(&place, &group);
            }
        }
    }
}

fn objects(tx: &Tx<'_>) -> Vec<Object> {
    tx.everywhere::<LogGroup>()
        .into_iter()
        .filter(|(_, group)| group.live())
        .map(|(place, group)| Object {
            account: place.account,
            region: place.region,
            service: LogGroup::SERVICE.to_owned(),
            kind: LogGroup::KIND.to_owned(),
            id: group.name,
            marks: group.tags,
            // What is kept in a group costs money, the group itself does not.
            billable: false,
            created: group.created,
            own_of_cloud: group.own_of_cloud,
        })
        .collect()
}
