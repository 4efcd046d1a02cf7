//! Certificate Manager, as far as balancers need it: certificates are planted (`/_sandbox/plant`), and read here.
//!
//! For other services: [`Certificate::usable`] says whether a listener can have one.
//!
//! Codes and messages: the API reference of version 2015-12-08.

mod certificate;
mod describe;
#[cfg(test)]
mod tests;

use super::{Operation, Service};
use crate::object::Object;
use crate::store::{Document, Tx};
use crate::wire::Protocol;

pub(crate) use certificate::{Certificate, STATUSES, Use};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "acm",
    protocol: Protocol::Json,
    global: false,
    operations: OPERATIONS,
    settle: |_| {},
    objects,
};

const OPERATIONS: &[Operation] = &[
    Operation::read("DescribeCertificate", describe::one).accepts(&[&["CertificateArn"]]),
    Operation::read("ListCertificates", describe::list).accepts(&[&[
        "CertificateStatuses",
        "Includes",
        "MaxItems",
        "NextToken",
    ]]),
];

/// What was planted is somebody else's.
fn objects(tx: &Tx<'_>) -> Vec<Object> {
    let all = tx.everywhere::<Certificate>().into_iter();
    all.map(|(place, one)| Object {
        account: place.account,
        region: place.region,
        service: Certificate::SERVICE.to_owned(),
        kind: Certificate::KIND.to_owned(),
        id: one.arn,
        marks: std::collections::BTreeMap::new(),
        billable: false,
        created: one.created,
        own_of_cloud: true,
    })
    .collect()
}
