//! How requests are read, and what Autopilot refuses.

use super::*;

#[test]
fn requests_are_read_as_the_front_end_does() {
    let world = World::new(Config {
        unreachable: vec!["europe-west4".into()],
        ..Config::default()
    });
    let path = format!("{HOME}/clusters");
    let (status, answer) = world.ask(
        "POST",
        &path,
        json!({ "cluster": { "name": "a", "colour": "red" } }),
    );
    assert_eq!(status, 400);
    assert_eq!(
        answer["error"]["message"],
        "Invalid JSON payload received. Unknown name \"colour\" at 'cluster': Cannot find field."
    );
    assert_eq!(answer["error"]["errors"][0].get("domain"), None);
    let with = |name: &str, value: Value| {
        let mut body = shop();
        body["cluster"][name] = value;
        world.bad("POST", &path, body)
    };
    assert!(
        with("name", json!("Shop"))
            .2
            .starts_with("Invalid value for field \"cluster.name\"")
    );
    assert_eq!(
        with("network", json!("other")).2,
        "Project \"acme-prod\" has no network named \"other\"."
    );
    assert!(
        with("initialClusterVersion", json!("1.20"))
            .2
            .contains("\"REGULAR\" channel supported versions")
    );
    assert_eq!(
        with("autopilot", json!({ "enabled": true })).2,
        "Autopilot node pools cannot be accessed or modified."
    );
    let policy = json!({ "clusterSecondaryRangeName": "none" });
    assert!(
        with("ipAllocationPolicy", policy)
            .2
            .starts_with("Pod secondary range \"none\" not found in network")
    );
    let account = json!([{ "name": "a", "initialNodeCount": 1, "config": { "serviceAccount": "x@acme-prod.iam.gserviceaccount.com" } }]);
    assert!(with("nodePools", account).2.contains("does not exist"));
    let listed = world.get("/v1/projects/acme-prod/locations/-/clusters");
    assert_eq!(listed["missingZones"].as_array().unwrap().len(), 3);
    let config = world.get(&format!(
        "{HOME}/serverConfig?%24alt=json%3Benum-encoding%3Dint"
    ));
    assert_eq!(config["channels"][1]["channel"], 2);
}

#[test]
fn autopilot_keeps_its_pools_to_itself() {
    let mut world = World::new(Config::default());
    let mut body = shop();
    body["cluster"]["autopilot"] = json!({ "enabled": true });
    body["cluster"].as_object_mut().unwrap().remove("nodePools");
    world.good("POST", &format!("{HOME}/clusters"), body);
    world.wait(760);
    let cluster = world.get(&format!("{HOME}/clusters/shop"));
    assert_eq!(
        (&cluster["status"], &cluster["autopilot"]["enabled"]),
        (&json!("RUNNING"), &json!(true))
    );
    let pools = format!("{HOME}/clusters/shop/nodePools");
    let (_, _, why) = world.bad(
        "POST",
        &pools,
        json!({ "nodePool": { "name": "a", "initialNodeCount": 1 } }),
    );
    assert_eq!(why, "Autopilot node pools cannot be accessed or modified.");
}
