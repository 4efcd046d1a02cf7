//! What the service refuses of a cluster, and what Autopilot makes of one.

use super::*;

const CLUSTERS: &str = "/v1/projects/acme-prod/locations/europe-west1/clusters";

/// A cluster with something more said of it.
fn with(path: &str, value: Value) -> Value {
    let mut body = shop();
    body["cluster"][path] = value;
    body
}

fn autopilot() -> Value {
    let mut body = with("autopilot", json!({ "enabled": true }));
    let cluster = body["cluster"].as_object_mut().unwrap();
    cluster.remove("nodePools");
    body
}

fn weekly(days: &str, hours: i64) -> Value {
    let end = format!("2024-01-01T{:02}:00:00Z", 3 + hours);
    json!({ "window": { "recurringWindow": {
        "window": { "startTime": "2024-01-01T03:00:00Z", "endTime": end },
        "recurrence": format!("FREQ=WEEKLY;BYDAY={days}"),
    } } })
}

#[test]
fn windows_leave_48_hours_in_32_days() {
    let world = World::new(Config::default());
    let refused =
        "maintenance policy would go longer than 32d without 48h maintenance availability";
    for (days, hours) in [("SA,SU", 4), ("SA,SU", 5), ("SU", 11)] {
        let body = with("maintenancePolicy", weekly(days, hours));
        let (status, word, why) = world.bad("POST", CLUSTERS, body);
        assert_eq!(
            (status, word.as_str(), why.as_str()),
            (400, "INVALID_ARGUMENT", refused)
        );
    }
    let mut world = up();
    let policy = format!("{CLUSTERS}/shop:setMaintenancePolicy");
    for (days, hours) in [("SA,SU", 6), ("SU", 12), ("FR,SA,SU", 4)] {
        let body = json!({ "maintenancePolicy": weekly(days, hours) });
        world.good("POST", &policy, body);
        world.wait(60);
    }
    let body = json!({ "maintenancePolicy": weekly("SU", 6) });
    assert_eq!(world.bad("POST", &policy, body).2, refused);
}

#[test]
fn calico_does_not_go_with_the_advanced_dataplane() {
    let refused = "Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.";
    let world = World::new(Config::default());
    let network = json!({ "datapathProvider": "ADVANCED_DATAPATH" });
    for (path, value) in [
        ("networkPolicy", json!({ "enabled": true })),
        (
            "addonsConfig",
            json!({ "networkPolicyConfig": { "disabled": false } }),
        ),
    ] {
        let mut body = with(path, value);
        body["cluster"]["networkConfig"] = network.clone();
        assert_eq!(world.bad("POST", CLUSTERS, body).2, refused, "{path}");
    }
    let off = json!({ "networkPolicyConfig": { "disabled": true } });
    let mut body = with("addonsConfig", off);
    body["cluster"]["networkConfig"] = network;
    world.good("POST", CLUSTERS, body);
    // Without it there may be Calico.
    let mut other = with("networkPolicy", json!({ "enabled": true }));
    other["cluster"]["name"] = json!("other");
    other["cluster"]["ipAllocationPolicy"] = json!({ "useIpAliases": true });
    world.good("POST", CLUSTERS, other);
}

#[test]
fn nodes_of_autopilot_are_who_the_cluster_says() {
    let mut world = World::new(Config::default());
    world.good("POST", CLUSTERS, autopilot());
    world.wait(800);
    let usual = world.get(&format!("{CLUSTERS}/shop"));
    assert_eq!(usual["nodeConfig"]["serviceAccount"], "default");
    world.good("DELETE", &format!("{CLUSTERS}/shop"), Value::Null);
    world.wait(300);
    let email = "auto-nodes@acme-prod.iam.gserviceaccount.com";
    let scope = "https://www.googleapis.com/auth/cloud-platform";
    let mut body = autopilot();
    body["cluster"]["autoscaling"]["autoprovisioningNodePoolDefaults"] =
        json!({ "serviceAccount": email, "oauthScopes": [scope] });
    let (_, _, why) = world.bad("POST", CLUSTERS, body.clone());
    assert_eq!(why, format!("Service account \"{email}\" does not exist."));
    let account = json!({ "accountId": "auto-nodes", "serviceAccount": {} });
    world.good("POST", "/v1/projects/acme-prod/serviceAccounts", account);
    world.wait(120);
    world.good("POST", CLUSTERS, body);
    world.wait(800);
    let shown = world.get(&format!("{CLUSTERS}/shop"));
    assert_eq!(shown["nodeConfig"]["serviceAccount"], email);
    assert_eq!(
        shown["nodePools"][0]["config"]["oauthScopes"],
        json!([scope])
    );
}

#[test]
fn autopilot_keeps_its_own_add_ons() {
    let world = World::new(Config::default());
    let mut body = autopilot();
    body["cluster"]["addonsConfig"] = json!({ "dnsCacheConfig": { "enabled": false } });
    let (status, _, why) = world.bad("POST", CLUSTERS, body);
    assert!(status == 400 && why.contains("dnsCacheConfig"), "{why}");
}

#[test]
fn at_most_twenty_nodes_are_upgraded_at_once() {
    let world = up();
    let pool = |surge: u64| {
        json!({ "nodePool": {
        "name": "more", "initialNodeCount": 1, "config": { "machineType": "e2-small" },
        "upgradeSettings": { "maxSurge": surge, "maxUnavailable": 6 },
    } })
    };
    let pools = format!("{CLUSTERS}/shop/nodePools");
    let (status, _, why) = world.bad("POST", &pools, pool(15));
    assert!(status == 400 && why.contains("20"), "{why}");
    world.good("POST", &pools, pool(14));
}
