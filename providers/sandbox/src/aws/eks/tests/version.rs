//! Versions of clusters and node groups: up by one minor, back for a week, and what stands in the way.

use serde_json::{Value, json};

use super::world::World;
use crate::Config;
use crate::config::Planted;

const UPDATES: &str = "/clusters/shop/updates";
const WEB: &str = "/clusters/shop/node-groups/web/update-version";
const DAY: i64 = 24 * 60 * 60;

/// A cluster of 1.34 with nodes.
fn up() -> World {
    let world = World::new(Config::default()).up();
    for policy in ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"] {
        world.attach("node", policy);
    }
    world.post("/clusters/shop/addons", &json!({"addonName": "vpc-cni"}));
    world.post("/clusters/shop/node-groups", &world.group("web"));
    world.wait(600);
    world
}

fn go(world: &World, path: &str, version: &str) {
    world.post(path, &json!({ "version": version }));
    world.wait(1000);
}

fn insights(world: &World, category: &str, status: &str) -> Vec<Value> {
    let body = json!({"filter": {"categories": [category], "statuses": [status]}});
    let answer = world.post("/clusters/shop/insights", &body);
    answer["insights"].as_array().unwrap().clone()
}

#[test]
fn a_cluster_goes_up_by_one_while_no_nodes_are_behind() {
    let world = up();
    let (code, _) = world.refused(UPDATES, &json!({"version": "1.36"}));
    assert_eq!(code, "InvalidParameterException");
    go(&world, UPDATES, "1.35");
    for body in [
        json!({"version": "1.36"}),
        json!({"version": "1.36", "force": true}),
    ] {
        let (code, message) = world.refused(UPDATES, &body);
        assert_eq!(code, "InvalidRequestException");
        assert!(message.contains("web must be updated"), "{message}");
    }
    let (code, _) = world.refused(WEB, &json!({"version": "1.36"}));
    assert_eq!(
        code, "InvalidParameterException",
        "newer than the control plane"
    );
    go(&world, WEB, "1.35");
    // The add-on of 1.34 does not fit 1.36, which is told as an insight.
    let newer = json!({"addonVersion": "v1.21.1-eksbuild.7"});
    world.post("/clusters/shop/addons/vpc-cni/update", &newer);
    world.wait(1000);
    go(&world, UPDATES, "1.36");
    assert_eq!(world.get("/clusters/shop")["cluster"]["version"], "1.36");
}

#[test]
fn an_insight_of_status_error_stands_in_the_way_unless_it_is_forced() {
    let world = up();
    let config = Config {
        insights: vec![Planted {
            cluster: None,
            category: "UPGRADE_READINESS".to_owned(),
            name: "Deprecated APIs".to_owned(),
            status: "ERROR".to_owned(),
            kubernetes_version: Some("1.35".to_owned()),
            reason: "in use".to_owned(),
            recommendation: "stop it".to_owned(),
        }],
        ..world.cloud.config()
    };
    world.cloud.set_config(config).unwrap();
    let (code, message) = world.refused(UPDATES, &json!({"version": "1.35"}));
    assert_eq!(code, "InvalidStateException");
    assert!(message.contains("Deprecated APIs"), "{message}");
    let found = insights(&world, "UPGRADE_READINESS", "ERROR");
    assert_eq!(found.len(), 1);
    let id = found[0]["id"].as_str().unwrap();
    let whole = world.get(&format!("/clusters/shop/insights/{id}"));
    assert_eq!(whole["insight"]["recommendation"], "stop it");
    assert!(insights(&world, "UPGRADE_READINESS", "PASSING").len() > 2);
    assert!(insights(&world, "ROLLBACK_READINESS", "PASSING").is_empty());
    world.post(UPDATES, &json!({"version": "1.35", "force": true}));
}

#[test]
fn a_cluster_goes_back_for_a_week_and_its_nodes_go_first() {
    let world = up();
    let (code, message) = world.refused(UPDATES, &json!({"version": "1.33"}));
    assert_eq!(code, "InvalidRequestException", "{message}");
    let (code, _) = world.refused(WEB, &json!({"version": "1.33"}));
    assert_eq!(code, "InvalidParameterException");
    go(&world, UPDATES, "1.35");
    go(&world, WEB, "1.35");
    let (code, message) = world.refused(UPDATES, &json!({"version": "1.34"}));
    assert_eq!(code, "InvalidStateException");
    assert!(message.contains("Kubelet version skew"), "{message}");
    let short = json!({"version": "1.34", "rollbackConfig": {"timeoutMinutes": 5}});
    assert_eq!(
        world.refused(UPDATES, &short).0,
        "InvalidParameterException"
    );
    go(&world, WEB, "1.34");
    let update = world.post(UPDATES, &json!({"version": "1.34"}));
    assert_eq!(update["update"]["type"], "VersionRollback");
    world.wait(1000);
    let (code, _) = world.refused(UPDATES, &json!({"version": "1.33"}));
    assert_eq!(code, "InvalidRequestException", "once only");
    go(&world, UPDATES, "1.35");
    world.wait(8 * DAY);
    let (_, message) = world.refused(UPDATES, &json!({"version": "1.34"}));
    assert!(message.contains("7 days"), "{message}");
}

#[test]
fn back_into_extended_support_takes_a_policy_that_allows_it() {
    let world = World::new(Config::default());
    let mut wish = world.cluster("shop");
    wish["upgradePolicy"] = json!({"supportType": "STANDARD"});
    world.post("/clusters", &wish);
    world.wait(617);
    // 1.34 is in extended support from 2026-12-02 on.
    world.wait(190 * DAY);
    go(&world, UPDATES, "1.35");
    let (_, message) = world.refused(UPDATES, &json!({"version": "1.34"}));
    assert!(message.contains("EXTENDED"), "{message}");
}
