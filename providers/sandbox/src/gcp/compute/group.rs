//! Groups of machines and machines, as far as pools of clusters show them. Container makes and removes them.

use super::kind::{Kind, PLAIN};

/// Managers of groups.
pub(super) const MANAGER: Kind = Kind {
    api: "instanceGroupManagers",
    collection: "instanceGroupManagers",
    kind: "instanceGroupManager",
    noun: "instance_group_manager",
    ..PLAIN
};

/// Groups.
pub(super) const GROUP: Kind = Kind {
    api: "instanceGroups",
    collection: "instanceGroups",
    kind: "instanceGroup",
    noun: "instance_group",
    // Which ranges its machines take addresses from is kept here, not told.
    show: |_, _, _, out| {
        out.remove("aliasRangeNames");
    },
    uses: |item| {
        vec![
            item.text("network").to_owned(),
            item.text("subnetwork").to_owned(),
        ]
    },
    ..PLAIN
};

/// Machines.
pub(super) const INSTANCE: Kind = Kind {
    api: "instances",
    collection: "instances",
    kind: "instance",
    noun: "instance",
    uses: |item| {
        let link = |row: &serde_json::Value, name: &str| Some(row.get(name)?.as_str()?.to_owned());
        let interfaces = item.list("networkInterfaces").iter();
        interfaces
            .flat_map(|row| [link(row, "network"), link(row, "subnetwork")])
            .flatten()
            .collect()
    },
    ..PLAIN
};
