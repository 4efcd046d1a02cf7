//! Cloud Billing, as far as its catalogue of list prices goes: services and what they sell. Everybody may read it, and it belongs
//! to no project.

mod catalogue;

use super::{Enum, Operation, Service, Style};

/// The service.
pub(crate) const SERVICE: Service = Service {
    name: "cloudbilling",
    api: "cloudbilling.googleapis.com",
    title: "Cloud Billing API",
    style: Style::Status,
    enums: &[Enum {
        at: &["skus.geoTaxonomy.type"],
        values: &[
            ("TYPE_UNSPECIFIED", 0),
            ("GLOBAL", 1),
            ("REGIONAL", 2),
            ("MULTI_REGIONAL", 3),
        ],
    }],
    operations: OPERATIONS,
    settle: |_| {},
    turned: |_, _, _| {},
    objects: |_| Vec::new(),
};

const OPERATIONS: &[Operation] = &[
    Operation::read(
        "cloudbilling.services.list",
        "GET /v1/services",
        catalogue::services,
    )
    .accepts(&[&["pageSize", "pageToken"]])
    .speaks("", "ListServicesResponse"),
    Operation::read(
        "cloudbilling.services.skus.list",
        "GET /v1/services/{service}/skus",
        catalogue::skus,
    )
    .accepts(&[&["currencyCode", "pageSize", "pageToken"]])
    .speaks("", "ListSkusResponse"),
];
