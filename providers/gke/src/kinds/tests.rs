//! Tables against structs, and what recorded answers are read as.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use provision_core::model::Status;
use provision_kind::{Serves, Tags, fields_of};
use serde::Serialize;

use super::node_count::Sizes;
use super::*;

mod diff;
mod recorded;

/// The rows of a table are the fields of its struct, no more and no fewer.
fn rows_are_fields<K: Serves>()
where
    K::Want: Default + Serialize,
{
    let fields = fields_of(&K::Want::default()).unwrap();
    let fields: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
    let table = K::table();
    let rows: BTreeSet<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, fields, "{}", K::KIND);
    assert_eq!(rows.len(), table.rows.len(), "{}: a row twice", K::KIND);
}

#[test]
fn tables_fit_their_structs() {
    rows_are_fields::<Network>();
    rows_are_fields::<Subnetwork>();
    rows_are_fields::<Router>();
    rows_are_fields::<ServiceAccount>();
    rows_are_fields::<ProjectBinding>();
    rows_are_fields::<Cluster>();
    rows_are_fields::<NodePool>();
    rows_are_fields::<Secret>();
    rows_are_fields::<Swept<SweptForwardingRule>>();
    rows_are_fields::<Swept<SweptTargetPool>>();
    rows_are_fields::<Swept<SweptBackendService>>();
    rows_are_fields::<Swept<SweptEndpointGroup>>();
    rows_are_fields::<SweptFirewall>();
    rows_are_fields::<SweptDisk>();
}

#[test]
fn a_subnetwork_is_read_with_its_marks_and_ranges() {
    let body = r#"{"name":"shop-main","ipCidrRange":"10.0.128.0/18","privateIpGoogleAccess":true,
        "description":"Made by provision. provision-stack=shop provision-id=network.main/subnet provision-region=europe-west1",
        "network":"https://www.googleapis.com/compute/v1/projects/acme/global/networks/shop-main",
        "secondaryIpRanges":[{"rangeName":"pods","ipCidrRange":"10.0.0.0/17"}],
        "selfLink":"https://www.googleapis.com/compute/v1/projects/acme/regions/europe-west1/subnetworks/shop-main"}"#;
    let live = subnetwork::live(&serde_json::from_str(body).unwrap());
    assert_eq!(
        live.physical,
        "projects/acme/regions/europe-west1/subnetworks/shop-main"
    );
    assert_eq!(live.marks.id.unwrap().to_string(), "network.main/subnet");
    assert_eq!(live.fields["pods"].as_text(), Some("10.0.0.0/17"));
    assert_eq!(
        live.fields["network"].as_text(),
        Some("global/networks/shop-main")
    );
}

/// A pool that had nodes may still have them when an update of it has failed.
#[test]
fn a_pool_in_error_is_made_anew_only_while_it_has_no_machines() {
    let read = |groups: &str| {
        let body = format!(
            r#"{{"name":"web","status":"ERROR","instanceGroupUrls":{groups},
            "selfLink":"https://container.googleapis.com/v1/projects/p/zones/z/clusters/c/nodePools/web"}}"#
        );
        let wire = serde_json::from_str(&body).unwrap();
        node_pool_read::live(&wire, &Tags::new(), &[], &Sizes::new()).status
    };
    assert!(matches!(read("[]"), Status::Failed { .. }));
    let groups =
        r#"["https://www.googleapis.com/compute/v1/projects/p/zones/z/instanceGroupManagers/g"]"#;
    assert!(matches!(read(groups), Status::Degraded { .. }));
}
