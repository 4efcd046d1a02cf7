//! Disks: what volumes of a cluster leave. Data.

use serde_json::{Value, json};

use super::change::labels_legal;
use super::kind::{Fields, Kind, PLAIN, default, required};
use super::link::{link, scope};
use crate::gcp::Call;
use crate::store::Place;
use crate::wire::ApiError;

/// The kind.
pub(super) const KIND: Kind = Kind {
    api: "disks",
    collection: "disks",
    kind: "disk",
    noun: "disk",
    seconds: (4, 3, 4),
    insert,
    show: |_, _, item, out| {
        out.insert(
            "labelFingerprint".to_owned(),
            json!(item.label_fingerprint()),
        );
        out.insert("status".to_owned(), json!("READY"));
    },
    ..PLAIN
};

/// Members of its body.
pub(super) const FIELDS: &[&str] = &["name", "description", "sizeGb", "type", "labels"];

fn insert(call: &mut Call<'_>, place: &Place, fields: &mut Fields) -> Result<(), ApiError> {
    labels_legal(fields.get("labels").unwrap_or(&Value::Null))?;
    // Sizes are 64-bit numbers, which are written as text.
    match fields.get("sizeGb").cloned() {
        None => return Err(required("resource.sizeGb")),
        Some(Value::Number(size)) => {
            fields.insert("sizeGb".to_owned(), json!(size.to_string()));
        }
        Some(_) => {}
    }
    let usual = format!("{}/diskTypes/pd-standard", scope(&place.region));
    default(fields, "type", link(&call.project, &usual));
    default(fields, "physicalBlockSizeBytes", "4096");
    Ok(())
}
