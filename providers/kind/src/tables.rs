//! Short words for tables.

use provision_core::model::{
    Effect, FieldKind, Identity, Kind, Output, ReplaceOrder, Row, Seconds, Table,
};

/// A table with the usual: deleted before its replacement, in no lane, no sentence of loss.
pub fn table(kind: &str, title: &str, identity: Identity, rows: Vec<Row>) -> Table {
    Table {
        kind: Kind::new(kind),
        title: title.to_owned(),
        rows,
        outputs: Vec::new(),
        identity,
        replace: ReplaceOrder::DeleteFirst,
        dies_with_parent: false,
        leaves: false,
        lingers: false,
        kept_days: 0,
        runs: false,
        loss: None,
        downtime: None,
        rolls: "nodes".to_owned(),
        seconds: Seconds {
            create: 1,
            update: 1,
            rolling: 0,
            delete: 1,
        },
        lane: None,
    }
}

/// Outputs that hold for the object's life.
pub fn outputs(names: &[&str]) -> Vec<Output> {
    names
        .iter()
        .map(|name| Output {
            name: (*name).to_owned(),
            volatile: false,
            moved_by: Vec::new(),
        })
        .collect()
}

/// Durations.
pub const fn seconds(create: u32, update: u32, delete: u32) -> Seconds {
    Seconds {
        create,
        update,
        rolling: 0,
        delete,
    }
}

/// A scalar that only a new object can have.
pub fn fixed(name: &str, doc: &str) -> Row {
    Row::new(name, FieldKind::Scalar, Effect::Replace, doc)
}

/// A scalar that a call changes.
pub fn scalar(name: &str, doc: &str) -> Row {
    Row::new(name, FieldKind::Scalar, Effect::InPlace, doc)
}

/// The tags: only the keys we declare.
pub fn tags() -> Row {
    let kind = FieldKind::Map { owned_only: true };
    Row::new(
        "tags",
        kind,
        Effect::InPlace,
        "labels of the stack, and the name shown in consoles",
    )
}
