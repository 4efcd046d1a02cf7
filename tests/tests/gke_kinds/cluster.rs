//! Clusters and node pools.

use std::collections::BTreeMap;

use provision_core::contract::Parent;
use provision_core::model::{Never, Resource, ResourceId, Sight, Value};
use provision_gke::{Cluster, NewPool, NodePool};
use provision_tests::stage::Stage;

use super::{PROJECT, REGION, map, set};

const NAME: &str = "shop-prod";

fn web() -> NodePool {
    NodePool {
        arch: "amd64".to_owned(),
        machine_type: "e2-standard-2".into(),
        disk_gib: 100,
        disk_type: "pd-balanced".to_owned(),
        image_type: "COS_CONTAINERD".to_owned(),
        service_account: format!("shop-prod-nodes@{PROJECT}.iam.gserviceaccount.com").into(),
        scopes: vec!["https://www.googleapis.com/auth/cloud-platform".to_owned()],
        min: 3,
        max: 6,
        initial: 1,
        labels: BTreeMap::from([("tier".to_owned(), "web".to_owned())]),
        auto_repair: true,
        auto_upgrade: true,
        strategy: "SURGE".to_owned(),
        max_surge: 1,
        workload_metadata: "GKE_METADATA".to_owned(),
        ..NodePool::default()
    }
}

fn pool(stage: &Stage, name: &str, fields: &NodePool) -> Resource<Never> {
    let id = format!("cluster.prod.pool.{name}/nodepool");
    let mut want = stage.wanted(&id, "gke.node_pool", Some(name), fields);
    want.parent = Some(ResourceId::new("cluster.prod", "cluster"));
    want
}

/// A cluster with one pool, which is made in its call.
pub(crate) async fn made(stage: &mut Stage) -> Resource<Never> {
    let seed = NewPool {
        id: "cluster.prod.pool.web/nodepool".to_owned(),
        name: "web".to_owned(),
        protect: false,
        pool: web(),
    };
    let fields = Cluster {
        location: REGION.to_owned(),
        network: "global/networks/shop-main".into(),
        subnetwork: format!("regions/{REGION}/subnetworks/shop-main").into(),
        pods_range: "pods".into(),
        datapath: "ADVANCED_DATAPATH".to_owned(),
        channel: "REGULAR".to_owned(),
        private_nodes: true,
        public_endpoint: true,
        restricted: Some(false),
        dns_endpoint: true,
        workload_pool: format!("{PROJECT}.svc.id.goog"),
        shielded_nodes: true,
        logging: vec!["SYSTEM_COMPONENTS".to_owned(), "WORKLOADS".to_owned()],
        managed_prometheus: true,
        tags: BTreeMap::from([("team".to_owned(), "web".to_owned())]),
        pools: vec![seed],
        ..Cluster::default()
    };
    let want = stage.wanted("cluster.prod/cluster", "gke.cluster", Some(NAME), &fields);
    let live = stage.create(&want).await;
    let parent = Parent {
        id: want.id.clone(),
        name: Some(NAME.to_owned()),
        outputs: live.outputs,
    };
    stage.parents.insert(want.id.clone(), parent);
    let pool = stage.present(&pool(stage, "web", &web())).await;
    assert_eq!(pool.parent, Some(want.id.clone()));
    want
}

/// Fields one after another, and back; marks; protection.
pub(crate) async fn changes(stage: &Stage, cluster: &Resource<Never>) {
    let days = |days: &[&str]| Value::List(days.iter().map(|day| (*day).into()).collect());
    let ranges = set(cluster, "restricted", true);
    let hours = set(cluster, "maintenance_hours", Value::Int(6));
    let hours = set(&hours, "maintenance_start", "03:00");
    let ways = [
        (set(cluster, "channel", "RAPID"), vec!["channel"]),
        (set(cluster, "dns_endpoint", false), vec!["dns_endpoint"]),
        (
            set(&ranges, "authorized_networks", days(&["192.0.2.0/24"])),
            vec!["restricted", "authorized_networks"],
        ),
        (
            set(cluster, "logging", days(&["SYSTEM_COMPONENTS"])),
            vec!["logging"],
        ),
        (
            set(cluster, "managed_prometheus", false),
            vec!["managed_prometheus"],
        ),
        (
            set(&hours, "maintenance_days", days(&["SA", "SU"])),
            vec!["maintenance_start", "maintenance_hours", "maintenance_days"],
        ),
        (set(cluster, "tags", map(&[("team", "ops")])), vec!["tags"]),
    ];
    let mut live = stage.present(cluster).await;
    for (changed, fields) in ways {
        live = stage.update(&changed, &live, &fields).await;
        live = stage.update(cluster, &live, &fields).await;
    }
    let mut protected = cluster.clone();
    protected.protect = true;
    let live = stage.update(&protected, &live, &[]).await;
    stage.update(cluster, &live, &[]).await;
}

/// One more pool, in a cluster that stands: changed in every way, and removed. Answers the one that stays.
pub(crate) async fn pools(stage: &Stage) -> Resource<Never> {
    let fields = NodePool {
        min: 0,
        max: 4,
        taints: BTreeMap::from([("dedicated:NoSchedule".to_owned(), "batch".to_owned())]),
        ..web()
    };
    let want = pool(stage, "batch", &fields);
    let mut live = stage.create(&want).await;
    let two = |number| Value::Int(number);
    let blue = set(&want, "strategy", "BLUE_GREEN");
    let blue = set(&blue, "max_surge", two(0));
    let blue = set(&blue, "batch_percent", two(20));
    let blue = set(&blue, "batch_soak_seconds", two(60));
    let blue = set(&blue, "soak_seconds", two(900));
    let way = |field: &'static str, value: Value<Never>| (set(&want, field, value), vec![field]);
    let ways = [
        way("max", two(8)),
        // No autoscaler has anything to do there: a fixed number of nodes.
        way("max", two(0)),
        way("labels", map(&[("tier", "batch")])),
        way("taints", map(&[("dedicated:NoExecute", "")])),
        way("machine_type", "n2-standard-4".into()),
        way("disk_gib", two(200)),
        way("network_tags", Value::List(vec!["web".into()])),
        way("tags", map(&[("team", "ops")])),
        (
            blue,
            vec![
                "strategy",
                "max_surge",
                "batch_percent",
                "batch_soak_seconds",
                "soak_seconds",
            ],
        ),
    ];
    for (changed, fields) in ways {
        live = stage.update(&changed, &live, &fields).await;
        live = stage.update(&want, &live, &fields).await;
    }
    stage.delete(&want).await;
    pool(stage, "web", &web())
}

/// What lies in a cluster goes with it.
pub(crate) async fn gone(stage: &Stage, cluster: &Resource<Never>, pool: &Resource<Never>) {
    stage.delete(cluster).await;
    assert_eq!(stage.look(pool).await, Sight::Absent);
}
