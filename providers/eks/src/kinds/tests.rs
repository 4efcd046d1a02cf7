//! Tables against structs; each kind's requests on the wire and what answers come to.
#![allow(clippy::unwrap_used, clippy::panic)]

mod cluster;
mod inner;
mod nodegroup;
mod survey;
mod usage;

use std::collections::BTreeSet;

use provision_aws::fields_of;
use provision_aws::kind::Served;
use provision_core::contract::{Act, Outcome, Provider};
use serde_json::Value as Json;

use super::*;
use crate::testing::{Recorder, Sent};

/// The rows of a table are the fields of its struct, no more and no fewer.
fn rows_are_fields<K: Served + Default>() {
    let fields = fields_of(&K::default()).unwrap();
    let fields: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
    let table = K::table();
    let rows: BTreeSet<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, fields, "{}", K::KIND);
    assert_eq!(rows.len(), table.rows.len(), "{}: a row twice", K::KIND);
    assert_eq!(table.kind.as_str(), K::KIND);
    assert_eq!(K::PROVIDER, crate::PROVIDER);
}

#[test]
fn tables_fit_their_structs() {
    rows_are_fields::<Cluster>();
    rows_are_fields::<NodeGroup>();
    rows_are_fields::<Addon>();
    rows_are_fields::<AccessEntry>();
}

#[test]
fn every_kind_is_found_by_its_name_once() {
    let names: BTreeSet<&str> = ALL.iter().map(|ops| ops.name()).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(names.iter().all(|name| ops(name).is_some()));
    assert_eq!(ALL[0].name(), "eks.cluster");
}

/// The outcome of a step against these answers, and what was sent.
async fn outcome(
    act: &Act,
    answers: impl IntoIterator<Item = (u16, Json)>,
) -> (Outcome, Vec<Sent>) {
    let recorder = Recorder::new(answers);
    let outcome = recorder.provider().act(act).await;
    (outcome, recorder.sent())
}

fn accepted(outcome: &Outcome) -> (&str, Option<&str>) {
    let Outcome::Accepted { handle, .. } = outcome else {
        panic!("{outcome:?}");
    };
    let part = |name: &str| handle.0.get(name).map(String::as_str);
    (part("physical").unwrap(), part("update"))
}
