//! Clusters as a caller sees them: made, changed, listed, gone; what may run beside what; refusals.
#![allow(clippy::needless_pass_by_value, clippy::unwrap_used)] // `json!(…)` reads better at the calls

mod requests;
mod rules;

use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Cloud, Config, Fault, FaultAction};

const HOME: &str = "/v1/projects/acme-prod/locations/europe-west1";

/// A cloud with a clock, in real time.
struct World {
    cloud: Cloud,
    clock: i64,
}

impl World {
    /// With a network of one subnetwork, which has ranges for pods and services.
    fn new(config: Config) -> Self {
        let config = Config {
            duration_scale: 1.0,
            ..config
        };
        let mut world = Self {
            cloud: Cloud::in_memory(config),
            clock: 1_790_000_000,
        };
        let home = "/compute/v1/projects/acme-prod";
        let network = json!({ "name": "net", "autoCreateSubnetworks": false });
        world.good("POST", &format!("{home}/global/networks"), network);
        world.wait(60);
        let range = |name: &str, cidr: &str| json!({ "rangeName": name, "ipCidrRange": cidr });
        let subnetwork = json!({
            "name": "sub", "network": format!("projects/acme-prod/global/networks/net"), "ipCidrRange": "10.0.0.0/20",
            "secondaryIpRanges": [range("pods", "10.4.0.0/14"), range("services", "10.8.0.0/20")],
        });
        world.good(
            "POST",
            &format!("{home}/regions/europe-west1/subnetworks"),
            subnetwork,
        );
        world.wait(60);
        world
    }

    fn wait(&mut self, seconds: i64) {
        self.clock += seconds;
    }

    fn ask(&self, verb: &str, path: &str, body: Value) -> (u16, Value) {
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let request = Request::builder()
            .method(verb)
            .uri(path)
            .body(bytes)
            .unwrap();
        let answer = self
            .cloud
            .handle(Timestamp::from_second(self.clock).unwrap(), request);
        (
            answer.status().as_u16(),
            serde_json::from_slice(answer.body()).unwrap(),
        )
    }

    fn good(&self, verb: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(verb, path, body);
        assert_eq!(status, 200, "{verb} {path}: {answer}");
        answer
    }

    fn get(&self, path: &str) -> Value {
        self.good("GET", path, Value::Null)
    }

    /// What a refused call says.
    fn bad(&self, verb: &str, path: &str, body: Value) -> (u16, String, String) {
        let (status, answer) = self.ask(verb, path, body);
        let of = |name: &str| {
            answer["error"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (status, of("status"), of("message"))
    }

    fn status(&self, operation: &Value) -> String {
        let name = operation["name"].as_str().unwrap();
        let shown = self.get(&format!("{HOME}/operations/{name}"));
        shown["status"].as_str().unwrap().to_owned()
    }

    fn put(&self, body: Value) -> Value {
        self.good(
            "PUT",
            &format!("{HOME}/clusters/shop"),
            json!({ "update": body }),
        )
    }

    fn left(&self) -> Vec<String> {
        let at = Timestamp::from_second(self.clock).unwrap();
        let objects = self.cloud.objects(at).unwrap();
        let mut names: Vec<String> = objects
            .iter()
            .map(|one| format!("{} {}", one.kind, one.id))
            .collect();
        names.sort();
        names
    }
}

fn shop() -> Value {
    json!({ "cluster": {
        "name": "shop",
        "network": "projects/acme-prod/global/networks/net",
        "subnetwork": "projects/acme-prod/regions/europe-west1/subnetworks/sub",
        "ipAllocationPolicy": { "useIpAliases": true, "clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services" },
        "resourceLabels": { "owner": "web" },
        "nodePools": [
            { "name": "web", "initialNodeCount": 1, "config": { "machineType": "e2-standard-2" } },
            { "name": "batch", "initialNodeCount": 0, "config": { "machineType": "e2-standard-4", "spot": true },
              "autoscaling": { "enabled": true, "totalMinNodeCount": 0, "totalMaxNodeCount": 6 } },
        ],
    } })
}

/// A world in which the cluster is up.
fn up() -> World {
    let mut world = World::new(Config::default());
    world.good("POST", &format!("{HOME}/clusters"), shop());
    world.wait(220);
    world
}

#[test]
fn a_cluster_comes_up_with_its_pools_and_goes_with_all_it_had() {
    let mut world = World::new(Config::default());
    let work = world.good("POST", &format!("{HOME}/clusters"), shop());
    assert_eq!(
        (&work["operationType"], &work["status"]),
        (&json!("CREATE_CLUSTER"), &json!("RUNNING"))
    );
    let cluster = world.get(&format!("{HOME}/clusters/shop"));
    assert_eq!(
        (&cluster["status"], &cluster["currentNodeCount"]),
        (&json!("PROVISIONING"), &Value::Null)
    );
    world.wait(212);
    assert_eq!(world.status(&work), "RUNNING");
    world.wait(1);
    assert_eq!(world.status(&work), "DONE");
    let cluster = world.get(&format!("{HOME}/clusters/shop"));
    assert_eq!(
        (&cluster["status"], &cluster["currentNodeCount"]),
        (&json!("RUNNING"), &json!(3))
    );
    assert_eq!(
        cluster["nodePools"][1]["autoscaling"]["locationPolicy"],
        "BALANCED"
    );
    assert_eq!(
        cluster["nodePools"][0]["networkConfig"]["podIpv4CidrBlock"],
        "10.4.0.0/14"
    );
    assert_eq!(cluster["servicesIpv4Cidr"], "10.8.0.0/20");
    let listed = world.get("/v1/projects/acme-prod/locations/-/clusters");
    assert_eq!(listed["clusters"][0], cluster);
    let groups = world.get("/compute/v1/projects/acme-prod/aggregated/instanceGroupManagers");
    assert!(groups.to_string().contains("gke-shop-web-"), "{groups}");
    // What is in use stays.
    let network = "/compute/v1/projects/acme-prod";
    let (status, _, why) = world.bad(
        "DELETE",
        &format!("{network}/regions/europe-west1/subnetworks/sub"),
        Value::Null,
    );
    assert!(
        status == 400 && why.contains("already being used by"),
        "{why}"
    );
    let work = world.good("DELETE", &format!("{HOME}/clusters/shop"), Value::Null);
    assert_eq!(
        world.get(&format!("{HOME}/clusters/shop"))["status"],
        "STOPPING"
    );
    world.wait(200);
    assert_eq!(world.status(&work), "DONE");
    let (status, word, why) = world.bad("GET", &format!("{HOME}/clusters/shop"), Value::Null);
    assert_eq!((status, word.as_str()), (404, "NOT_FOUND"));
    assert_eq!(
        why,
        "Not found: projects/acme-prod/locations/europe-west1/clusters/shop."
    );
    let left = world.left();
    assert!(!left.iter().any(|name| name.contains("shop")), "{left:?}");
    world.good(
        "DELETE",
        &format!("{network}/regions/europe-west1/subnetworks/sub"),
        Value::Null,
    );
}

#[test]
fn operations_of_pools_run_beside_each_other_and_those_of_the_cluster_alone() {
    let mut world = up();
    let pools = format!("{HOME}/clusters/shop/nodePools");
    let make = |name: &str| json!({ "nodePool": { "name": name, "initialNodeCount": 1, "config": { "machineType": "e2-small" } } });
    let first = world.good("POST", &pools, make("a"));
    assert_eq!(first["status"], "PENDING");
    assert_eq!(
        world.get(&format!("{HOME}/clusters/shop"))["status"],
        "RECONCILING"
    );
    for name in ["b", "c", "d", "e"] {
        world.good("POST", &pools, make(name));
    }
    let (status, word, _) = world.bad("POST", &pools, make("f"));
    assert_eq!((status, word.as_str()), (429, "RESOURCE_EXHAUSTED"));
    let update = json!({ "update": { "desiredShieldedNodes": { "enabled": false } } });
    let (status, word, why) = world.bad("PUT", &format!("{HOME}/clusters/shop"), update);
    assert_eq!((status, word.as_str()), (400, "FAILED_PRECONDITION"));
    assert_eq!(
        why,
        format!(
            "Cluster is running incompatible operation {}.",
            first["name"].as_str().unwrap()
        )
    );
    let (_, word, _) = world.bad("DELETE", &format!("{pools}/a"), Value::Null);
    assert_eq!(word, "FAILED_PRECONDITION");
    world.wait(106);
    assert_eq!(world.status(&first), "DONE");
    let gone = world.good("DELETE", &format!("{pools}/a"), Value::Null);
    world.wait(12);
    assert_eq!(world.status(&gone), "DONE");
    let (_, _, why) = world.bad("GET", &format!("{pools}/a"), Value::Null);
    assert_eq!(why, "Not found: node pool \"a\" not found.");
    let (status, _, why) = world.bad("POST", &pools, make("b"));
    assert_eq!(status, 409);
    assert!(why.ends_with("/clusters/shop/nodePools/b."), "{why}");
}

#[test]
fn a_cluster_is_changed_one_field_a_call() {
    let mut world = up();
    let path = format!("{HOME}/clusters/shop");
    let two = json!({ "update": { "desiredShieldedNodes": {}, "desiredVerticalPodAutoscaling": { "enabled": true } } });
    assert_eq!(world.bad("PUT", &path, two).1, "INVALID_ARGUMENT");
    assert_eq!(
        world.bad("PUT", &path, json!({ "update": {} })).2,
        "Must specify a field to update."
    );
    let etag = world.get(&path)["etag"].clone();
    world.put(json!({ "desiredReleaseChannel": { "channel": 1 }, "etag": etag }));
    world.wait(60);
    assert_eq!(world.get(&path)["releaseChannel"]["channel"], "RAPID");
    let stale = json!({ "update": { "desiredShieldedNodes": {}, "etag": etag } });
    assert_eq!(world.bad("PUT", &path, stale).1, "FAILED_PRECONDITION");
    let labels = json!({ "resourceLabels": { "owner": "shop" }, "labelFingerprint": "0" });
    let (_, word, why) = world.bad("POST", &format!("{path}:setResourceLabels"), labels);
    assert!(
        word == "FAILED_PRECONDITION" && why.contains("fingerprint mismatch"),
        "{why}"
    );
    let print = world.get(&path)["labelFingerprint"].clone();
    let labels = json!({ "resourceLabels": { "owner": "shop" }, "labelFingerprint": print });
    world.good("POST", &format!("{path}:setResourceLabels"), labels);
    world.wait(60);
    assert_eq!(
        world.get(&path)["resourceLabels"],
        json!({ "owner": "shop" })
    );
    let policy = json!({ "maintenancePolicy": { "window": { "dailyMaintenanceWindow": { "startTime": "03:00" } } } });
    world.good("POST", &format!("{path}:setMaintenancePolicy"), policy);
    world.wait(60);
    let shown = world.get(&path)["maintenancePolicy"].clone();
    assert_eq!(
        shown["window"]["dailyMaintenanceWindow"]["duration"],
        "PT4H0M0S"
    );
    world.put(json!({ "desiredLocations": ["europe-west1-b", "europe-west1-c"] }));
    world.wait(60);
    assert_eq!(world.get(&path)["currentNodeCount"], 2);
}

#[test]
fn pools_get_other_machines_labels_and_sizes() {
    let mut world = up();
    let pool = format!("{HOME}/clusters/shop/nodePools/web");
    let before = world.get(&pool);
    let body = json!({ "machineType": "e2-standard-4", "labels": { "labels": { "tier": "web" } }, "etag": before["etag"] });
    let work = world.good("PUT", &pool, body.clone());
    assert_eq!(
        (&work["operationType"], &work["status"]),
        (&json!("UPGRADE_NODES"), &json!("PENDING"))
    );
    world.wait(3);
    assert_eq!(world.get(&pool)["status"], "RECONCILING");
    world.wait(90);
    let after = world.get(&pool);
    assert_eq!(after["config"]["machineType"], "e2-standard-4");
    assert_eq!(after["config"]["labels"], json!({ "tier": "web" }));
    assert_ne!(after["etag"], before["etag"]);
    assert_eq!(world.bad("PUT", &pool, body).1, "FAILED_PRECONDITION");
    let (_, _, why) = world.bad("PUT", &pool, json!({ "machineType": "e2-large" }));
    assert_eq!(
        why,
        "Invalid machine type \"e2-large\" in zone \"europe-west1-b\": GCE_NOT_FOUND"
    );
    world.good(
        "POST",
        &format!("{pool}:setSize"),
        json!({ "nodeCount": 2 }),
    );
    world.wait(60);
    assert_eq!(
        world.get(&format!("{HOME}/clusters/shop"))["currentNodeCount"],
        6
    );
    let (status, _, why) = world.bad(
        "POST",
        &format!("{pool}:setSize"),
        json!({ "nodeCount": 20 }),
    );
    assert!(
        status == 403 && why.starts_with("Insufficient regional quota"),
        "{why}"
    );
    world.good("POST", &format!("{pool}:setSize"), json!({}));
    world.wait(60);
    assert_eq!(
        world.get(&format!("{HOME}/clusters/shop"))["currentNodeCount"],
        Value::Null
    );
}

#[test]
fn control_planes_are_upgraded_first_and_a_minor_at_a_time() {
    let mut world = World::new(Config::default());
    let mut body = shop();
    body["cluster"]["initialClusterVersion"] = json!("1.34");
    world.good("POST", &format!("{HOME}/clusters"), body);
    world.wait(220);
    let path = format!("{HOME}/clusters/shop");
    let far = json!({ "update": { "desiredMasterVersion": "1.36" } });
    assert_eq!(world.bad("PUT", &path, far).1, "INVALID_ARGUMENT");
    let pool = format!("{path}/nodePools/web");
    let (_, _, why) = world.bad("PUT", &pool, json!({ "nodeVersion": "1.35" }));
    assert!(
        why.contains("cannot be greater than current master version"),
        "{why}"
    );
    let work = world.put(json!({ "desiredMasterVersion": "1.35" }));
    assert_eq!(work["operationType"], "UPGRADE_MASTER");
    world.wait(430);
    let cluster = world.get(&path);
    assert_eq!(cluster["currentMasterVersion"], "1.35.6-gke.1250000");
    assert_eq!(cluster["currentNodeVersion"], "1.34.9-gke.1131000");
    world.good("PUT", &pool, json!({ "nodeVersion": "1.35" }));
    world.wait(100);
    assert_eq!(world.get(&pool)["version"], "1.35.6-gke.1250000");
}

#[test]
fn what_fails_on_the_way_stays_and_says_why() {
    let mut world = up();
    let action = FaultAction::EndInError {
        code: "ZONE_RESOURCE_POOL_EXHAUSTED".into(),
        status: 429,
        message: String::new(),
    };
    let fault = Fault {
        operation: "container.projects.locations.clusters.nodePools.create".into(),
        skip: 0,
        times: 1,
        seen: 0,
        action,
    };
    world.cloud.add_fault(fault).unwrap();
    let pools = format!("{HOME}/clusters/shop/nodePools");
    let work = world.good(
        "POST",
        &pools,
        json!({ "nodePool": { "name": "a", "initialNodeCount": 1 } }),
    );
    world.wait(110);
    let name = work["name"].as_str().unwrap();
    let done = world.get(&format!("{HOME}/operations/{name}"));
    assert_eq!(
        (&done["status"], &done["error"]["code"]),
        (&json!("DONE"), &json!(8))
    );
    let pool = world.get(&format!("{pools}/a"));
    assert_eq!(
        (&pool["status"], &pool["conditions"][0]["code"]),
        (&json!("RUNNING_WITH_ERROR"), &json!("GCE_STOCKOUT"))
    );
    assert!(
        pool["statusMessage"]
            .as_str()
            .unwrap()
            .contains("does not have enough resources"),
        "{pool}"
    );
}
