//! Networks and identities.

use provision_core::model::{Never, Resource};
use provision_gke::{Firewall, Network, ProjectBinding, Router, ServiceAccount, Subnetwork};
use provision_tests::stage::Stage;

use super::{PROJECT, set};

/// A network, its subnetwork and its router, each changed there and back.
pub(crate) async fn made(stage: &Stage) -> Vec<Resource<Never>> {
    let fields = Network {
        auto_subnetworks: false,
        routing: "REGIONAL".to_owned(),
    };
    let network = stage.wanted(
        "network.main/network",
        "gcp.network",
        Some("shop-main"),
        &fields,
    );
    there_and_back(stage, &network, "routing", "GLOBAL").await;
    let fields = Subnetwork {
        network: "global/networks/shop-main".into(),
        cidr: "10.20.128.0/18".to_owned(),
        pods: "10.20.0.0/17".to_owned(),
        private_google_access: true,
    };
    let subnet = stage.wanted(
        "network.main/subnet",
        "gcp.subnetwork",
        Some("shop-main"),
        &fields,
    );
    let live = stage.create(&subnet).await;
    let off = set(&subnet, "private_google_access", false);
    let live = stage.update(&off, &live, &["private_google_access"]).await;
    stage
        .update(&subnet, &live, &["private_google_access"])
        .await;
    let fields = Router {
        network: "global/networks/shop-main".into(),
        nat: "AUTO_ONLY".to_owned(),
        nat_log: "ERRORS_ONLY".to_owned(),
    };
    let router = stage.wanted(
        "network.main/router",
        "gcp.router",
        Some("shop-main"),
        &fields,
    );
    there_and_back(stage, &router, "nat_log", "ALL").await;
    let fields = Firewall {
        network: "global/networks/shop-main".into(),
        source: "172.16.0.0/28".into(),
        ports: vec!["8443".to_owned(), "9443".to_owned()],
        account: format!("nodes@{PROJECT}.iam.gserviceaccount.com"),
    };
    let rule = stage.wanted(
        "network.main/rule",
        "gcp.firewall",
        Some("shop-main-rule"),
        &fields,
    );
    there_and_back(stage, &rule, "source", "172.16.1.0/28").await;
    vec![network, subnet, router, rule]
}

/// The identity of nodes, and its role.
pub(crate) async fn identity(stage: &Stage) -> Vec<Resource<Never>> {
    let fields = ServiceAccount {
        display_name: "nodes of shop-prod".to_owned(),
    };
    let account = stage.wanted(
        "cluster.prod/node-account",
        "gcp.service_account",
        Some("shop-prod-nodes"),
        &fields,
    );
    there_and_back(stage, &account, "display_name", "nodes").await;
    let fields = ProjectBinding {
        role: "roles/container.defaultNodeServiceAccount".to_owned(),
        member: format!("serviceAccount:shop-prod-nodes@{PROJECT}.iam.gserviceaccount.com"),
    };
    let binding = stage.wanted(
        "cluster.prod/node-binding",
        "gcp.project_binding",
        None,
        &fields,
    );
    stage.create(&binding).await;
    vec![account, binding]
}

async fn there_and_back(stage: &Stage, want: &Resource<Never>, field: &str, other: &str) {
    let live = stage.create(want).await;
    let changed = set(want, field, other);
    let live = stage.update(&changed, &live, &[field]).await;
    stage.update(want, &live, &[field]).await;
}
