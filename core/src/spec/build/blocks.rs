//! Networks, clusters and pools.

use std::collections::BTreeMap;

use super::view::View;
use crate::model::Platform;
use crate::spec::format_ids::taint;
use crate::spec::types::{
    Access, AccessRole, Arch, Cluster, EcsExtras, EksExtras, Endpoint, Endpoints, GkeExtras,
    GkePool, KubernetesExtras, Machine, Maintenance, Nat, Network, Nodes, Pool, Subnets, Taint,
    TaintEffect,
};

/// The range that is everybody.
const EVERYBODY: &str = "0.0.0.0/0";

/// What GKE logs where nothing is said.
const LOGGED: [&str; 2] = ["system-components", "workloads"];

pub(super) fn network(view: &View<'_>, implied: bool) -> Network {
    Network {
        cidr: view.text("cidr").unwrap_or_default(),
        zones: view.number("zones").unwrap_or(1),
        nat: match view.text("nat").as_deref() {
            Some("none") => Nat::None,
            Some("per-zone") => Nat::PerZone,
            _ => Nat::Single,
        },
        endpoints: endpoints(view),
        existing: view.child("existing").map(|existing| {
            let clouds = ["aws", "gcp"].into_iter();
            clouds
                .filter_map(|cloud| Some((cloud.to_owned(), existing.text(cloud)?)))
                .collect()
        }),
        subnets: view.child("subnets").map(|subnets| Subnets {
            private: subnets.texts("private").unwrap_or_default(),
            public: subnets.texts("public").unwrap_or_default(),
        }),
        security_groups: view.texts("security_groups").unwrap_or_default(),
        adopt: view.text("adopt"),
        implied,
    }
}

fn endpoints(view: &View<'_>) -> Endpoints {
    match view.texts("endpoints") {
        Some(names) => Endpoints::Named(names),
        None if !view.has("endpoints") => Endpoints::Unsaid,
        None if view.flag("endpoints") => Endpoints::Needed,
        None => Endpoints::None,
    }
}

/// The platform of a word; a broken one counts as EKS, and nothing that follows is shown.
fn platform(word: Option<&str>) -> Platform {
    let known = Platform::ALL.into_iter();
    known
        .into_iter()
        .find(|platform| word == Some(platform.word()))
        .unwrap_or(Platform::Eks)
}

pub(super) fn cluster(name: &str, view: &View<'_>) -> Cluster {
    let eks = view.child_or_default("eks");
    let gke = view.child_or_default("gke");
    let ecs = view.child_or_default("ecs");
    Cluster {
        platform: platform(view.text("platform").as_deref()),
        network: view.text("network").unwrap_or_else(|| name.to_owned()),
        version: view.text("version"),
        protect: view.flag("protect"),
        endpoint: endpoint(&view.child_or_default("endpoint")),
        access: view.items("access").iter().map(access).collect(),
        pools: view
            .children("pool")
            .map(|(name, view)| (name, pool(&view)))
            .collect(),
        adopt: view.text("adopt"),
        eks: EksExtras {
            logging: eks.texts("logging").unwrap_or_default(),
            log_retention_days: eks.number("log_retention_days"),
            support: eks.text("support"),
            control_plane: eks.text("control_plane"),
            kms_key: eks.text("kms_key"),
            force_upgrade: eks.flag("force_upgrade"),
        },
        gke: GkeExtras {
            autopilot: gke.flag("autopilot"),
            release_channel: gke.text("release_channel"),
            dns_endpoint: gke.flag("dns_endpoint"),
            webhook_ports: gke.ports("webhook_ports"),
            kms_key: gke.text("kms_key"),
            logging: gke
                .texts("logging")
                .unwrap_or_else(|| LOGGED.map(str::to_owned).into()),
            prometheus: gke.flag("prometheus"),
            maintenance: gke.child("maintenance").map(|window| Maintenance {
                start: window.text("start").unwrap_or_default(),
                hours: window.number("hours"),
                days: window.texts("days").unwrap_or_default(),
            }),
            addons: gke.flags_by_key("addons"),
        },
        ecs: EcsExtras {
            capacity: ecs.text("capacity"),
            insights: ecs.text("insights"),
            exec: ecs.flag("exec"),
        },
        kubernetes: KubernetesExtras {
            context: view.child_or_default("kubernetes").text("context"),
        },
    }
}

fn endpoint(view: &View<'_>) -> Endpoint {
    let public = match view.texts("public") {
        Some(ranges) => ranges,
        None if view.flag("public") => vec![EVERYBODY.to_owned()],
        None => Vec::new(),
    };
    Endpoint {
        public,
        private: view.flag("private"),
    }
}

fn access(view: &View<'_>) -> Access {
    Access {
        aws: view.text("aws"),
        gcp: view.text("gcp"),
        role: match view.text("role").as_deref() {
            Some("admin") => AccessRole::Admin,
            Some("edit") => AccessRole::Edit,
            _ => AccessRole::View,
        },
        namespaces: view.texts("namespaces").unwrap_or_default(),
    }
}

fn pool(view: &View<'_>) -> Pool {
    Pool {
        machine: machine(&view.child_or_default("machine")),
        nodes: nodes(view),
        disk: view.size("disk").unwrap_or_default(),
        spot: view.flag("spot"),
        node_labels: view.texts_by_key("node_labels"),
        taints: view
            .texts("taints")
            .unwrap_or_default()
            .iter()
            .filter_map(|text| one_taint(text))
            .collect(),
        adopt: view.text("adopt"),
        gke: gke_pool(&view.child_or_default("gke")),
    }
}

fn gke_pool(view: &View<'_>) -> GkePool {
    GkePool {
        accelerators: view.numbers_by_key("accelerators"),
        upgrade: view.text("upgrade"),
        max_surge: view.number("max_surge"),
        max_unavailable: view.number("max_unavailable"),
        disk_type: view.text("disk_type"),
    }
}

fn one_taint(text: &str) -> Option<Taint> {
    let (key, value, effect) = taint(text).ok()?;
    Some(Taint {
        key: key.to_owned(),
        value: value.to_owned(),
        effect: match effect {
            "NoExecute" => TaintEffect::NoExecute,
            "PreferNoSchedule" => TaintEffect::PreferNoSchedule,
            _ => TaintEffect::NoSchedule,
        },
    })
}

fn nodes(view: &View<'_>) -> Nodes {
    if let Some(bounds) = view.child("nodes") {
        return Nodes {
            min: bounds.number("min").unwrap_or(0),
            max: bounds.number("max").unwrap_or(0),
        };
    }
    let count = view.number("nodes").unwrap_or(0);
    Nodes {
        min: count,
        max: count,
    }
}

fn machine(view: &View<'_>) -> Machine {
    let native = [Platform::Gke, Platform::Eks, Platform::Ecs];
    let types: BTreeMap<Platform, Vec<String>> = native
        .into_iter()
        .filter_map(|platform| Some((platform, view.texts(platform.word())?)))
        .collect();
    Machine {
        cpu_milli: view.millicores("cpu"),
        memory: view.size("memory"),
        arch: match view.text("arch").as_deref() {
            Some("arm64") => Arch::Arm64,
            _ => Arch::Amd64,
        },
        types,
    }
}
