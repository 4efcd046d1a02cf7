//! The typed spec out of a checked tree. Reads with defaults from the tables of words; whatever is broken has been
//! reported before and counts as absent here.

mod blocks;
mod run;
mod view;

use std::collections::BTreeMap;

use super::tree::Node;
use super::types::{AwsCloud, GcpCloud, Network, Spec};
use super::words::{NETWORK, ROOT};
use crate::cost::{CloudTerms, Percent, Rate, Terms};
use crate::model::Platform;
use view::View;

/// Builds the spec. `stack` already has its environment.
pub(super) fn spec(root: &Node, env: Option<&str>, platform: Option<Platform>) -> Spec {
    let file = View::new(root, &ROOT);
    let cloud = file.child("cloud");
    let mut stack = file.text("stack").unwrap_or_default();
    if let Some(env) = env {
        stack = format!("{stack}-{env}");
    }
    let mut networks: BTreeMap<String, Network> = file
        .children("network")
        .map(|(name, view)| (name, blocks::network(&view, false)))
        .collect();
    let mut clusters = BTreeMap::new();
    for (name, view) in file.children("cluster") {
        let mut cluster = blocks::cluster(&name, &view);
        if let Some(platform) = platform {
            cluster.platform = platform;
        }
        if let Some(inline) = view.child("network") {
            networks.insert(name.clone(), blocks::network(&inline, false));
        } else if !view.has("network") && !networks.contains_key(&name) {
            networks.insert(
                name.clone(),
                blocks::network(&View::of_defaults(&NETWORK), true),
            );
        }
        clusters.insert(name, cluster);
    }
    Spec {
        stack,
        aws: cloud
            .as_ref()
            .and_then(|cloud| cloud.child("aws"))
            .map(|aws| aws_cloud(&aws)),
        gcp: cloud
            .as_ref()
            .and_then(|cloud| cloud.child("gcp"))
            .map(|gcp| gcp_cloud(&gcp)),
        labels: file.texts_by_key("labels"),
        budget_micros: file
            .child("budget")
            .and_then(|budget| budget.micros("monthly_usd")),
        prices: file
            .child("prices")
            .map(|prices| terms(&prices))
            .unwrap_or_default(),
        networks,
        clusters,
        secrets: file
            .children("secret")
            .map(|(name, view)| (name, run::secret(&view)))
            .collect(),
        load_balancers: file
            .children("load_balancer")
            .map(|(name, view)| (name, run::load_balancer(&view)))
            .collect(),
        workloads: file
            .children("workload")
            .map(|(name, view)| (name, run::workload(&view)))
            .collect(),
        jobs: file
            .children("job")
            .map(|(name, view)| (name, run::job(&view)))
            .collect(),
    }
}

fn terms(view: &View<'_>) -> Terms {
    let of = |cloud: &str| {
        let agreed = view.child(cloud)?;
        let percent = |key| Percent::of_tenths(agreed.tenths(key).unwrap_or_default());
        let terms = CloudTerms {
            discount: percent("discount"),
            committed: percent("committed"),
            egress_gb: agreed.number("egress_gb").unwrap_or_default(),
            free_cluster: cloud == "gcp" && agreed.flag("free_cluster"),
        };
        Some((cloud.to_owned(), terms))
    };
    let items = view.nanos_by_key("items");
    let items = items
        .into_iter()
        .map(|(item, nanos)| (item, Rate::nanos(nanos)));
    Terms {
        clouds: ["aws", "gcp"].into_iter().filter_map(of).collect(),
        items: items.collect(),
    }
}

fn aws_cloud(view: &View<'_>) -> AwsCloud {
    AwsCloud {
        account: view.text("account"),
        region: view.text("region").unwrap_or_default(),
        profile: view.text("profile"),
        assume_role: view.text("assume_role"),
    }
}

fn gcp_cloud(view: &View<'_>) -> GcpCloud {
    GcpCloud {
        project: view.text("project").unwrap_or_default(),
        region: view.text("region").unwrap_or_default(),
    }
}
