//! Balancers of services, as controllers of clusters make them.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::common::Place;

pub const COMPUTE: &str = "/compute/v1/projects/acme-prod";
pub const REGION: &str = "europe-west1";

/// Somebody calls Google Cloud.
#[track_caller]
pub fn ask(place: &Place, verb: &str, path: &str, body: &Value) -> Value {
    let bytes = match body.is_null() {
        true => Vec::new(),
        false => body.to_string().into_bytes(),
    };
    let request = Request::builder().method(verb).uri(path).body(bytes);
    let answer = place.cloud().handle(Timestamp::now(), request.unwrap());
    let value = serde_json::from_slice(answer.body()).unwrap_or_default();
    assert_eq!(answer.status(), 200, "{value}");
    value
}

/// Makes something in Compute, at `global`, `regions/R` or `zones/Z`; answers its link.
#[track_caller]
pub fn make(place: &Place, at: &str, collection: &str, body: &Value) -> String {
    let path = format!("{COMPUTE}/{at}/{collection}");
    ask(place, "POST", &path, body);
    let name = body["name"].as_str().unwrap();
    let live = ask(place, "GET", &format!("{path}/{name}"), &Value::Null);
    live["selfLink"].as_str().unwrap().to_owned()
}

/// The link of what the stack has in a collection.
pub fn of_stack(place: &Place, at: &str, collection: &str) -> String {
    let path = format!("{COMPUTE}/{at}/{collection}");
    let all = ask(place, "GET", &path, &Value::Null);
    let mut all = all["items"].as_array().unwrap().iter();
    let own = |one: &&Value| one["name"].as_str().unwrap().starts_with("shop-main");
    all.find(own).unwrap()["selfLink"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Where a service's balancer is made.
pub struct Ground<'a> {
    pub place: &'a Place,
    network: String,
    subnetwork: String,
    region: String,
}

impl<'a> Ground<'a> {
    pub fn of_stack(place: &'a Place) -> Self {
        let region = format!("regions/{REGION}");
        Self {
            place,
            network: of_stack(place, "global", "networks"),
            subnetwork: of_stack(place, &region, "subnetworks"),
            region,
        }
    }

    /// The rule that lets a balancer's traffic in to the nodes of a cluster.
    pub fn lets_in(&self, rule: &str, cluster: &str, description: &Value) {
        let body = json!({
            "name": rule, "network": self.network, "description": description.to_string(),
            "targetTags": [format!("gke-{cluster}-0a1b2c3d-node")],
            "sourceRanges": ["0.0.0.0/0"], "allowed": [{ "IPProtocol": "tcp", "ports": ["80"] }],
        });
        make(self.place, "global", "firewalls", &body);
    }

    /// An external balancer of the older kind, without its firewall rule.
    pub fn pooled(&self, name: &str, about: &str) {
        let pool = json!({ "name": name, "description": about });
        let pool = make(self.place, &self.region, "targetPools", &pool);
        let rule = json!({
            "name": name, "description": about, "target": pool, "portRange": "80", "IPProtocol": "TCP",
        });
        make(self.place, &self.region, "forwardingRules", &rule);
    }

    /// A balancer with a backend service of this name; `rule` is what differs of its forwarding rule.
    pub fn backed(&self, name: &str, groups: &Value, about: &Value, rule: &Value) {
        let scheme = rule["loadBalancingScheme"].clone();
        let service = json!({
            "name": name, "description": about.to_string(), "protocol": "TCP",
            "loadBalancingScheme": scheme, "backends": groups,
        });
        let service = make(self.place, &self.region, "backendServices", &service);
        let mut body = json!({
            "description": about.to_string(), "backendService": service, "ports": ["80"], "IPProtocol": "TCP",
        });
        let all = body.as_object_mut().unwrap();
        all.extend(rule.as_object().unwrap().clone());
        make(self.place, &self.region, "forwardingRules", &body);
    }
}

pub fn older(service: &str) -> Value {
    json!({ "kubernetes.io/service-name": service })
}

pub fn newer(service: &str) -> Value {
    json!({ "networking.gke.io/service-name": service, "networking.gke.io/api-version": "ga" })
}

/// The digits of a service's uid, as names of balancers have them.
pub fn of_uid(sign: char) -> String {
    format!("a92a87ddb5b1c44b08b9f559ce09495{sign}")
}

pub const EXTERNAL: &str = "k8s2-4zbh0xaf-shop-api-cysix1wq";

/// Cluster `shop-a` has a balancer of each kind: by a target pool, external with an endpoint group, internal of the older kind.
pub fn balancers_of_a(ground: &Ground<'_>) {
    let (place, pooled, internal) = (ground.place, of_uid('1'), of_uid('2'));
    ground.lets_in(&format!("k8s-fw-{pooled}"), "shop-a", &older("shop/web"));
    ground.pooled(&pooled, &older("shop/web").to_string());

    ground.lets_in(EXTERNAL, "shop-a", &newer("shop/api"));
    let about =
        json!({ "cluster-uid": "f6eb789c299931e0", "namespace": "shop", "service-name": "api" });
    let group = json!({
        "name": EXTERNAL, "description": about.to_string(), "networkEndpointType": "GCE_VM_IP",
        "network": ground.network, "subnetwork": ground.subnetwork,
    });
    let group = make(
        place,
        "zones/europe-west1-b",
        "networkEndpointGroups",
        &group,
    );
    let rule = json!({ "name": EXTERNAL.replacen("k8s2-", "k8s2-tcp-", 1), "loadBalancingScheme": "EXTERNAL" });
    ground.backed(
        EXTERNAL,
        &json!([{ "group": group }]),
        &newer("shop/api"),
        &rule,
    );

    ground.lets_in(&format!("k8s-fw-{internal}"), "shop-a", &older("shop/db"));
    let rule = json!({
        "name": internal, "loadBalancingScheme": "INTERNAL", "subnetwork": ground.subnetwork,
    });
    ground.backed(&internal, &json!([]), &older("shop/db"), &rule);
}

/// What looks like it and is not: of the other cluster, of somebody who writes such names, of another region.
pub fn others(ground: &Ground<'_>) {
    let theirs = of_uid('b');
    ground.lets_in(&format!("k8s-fw-{theirs}"), "shop-b", &older("shop/web"));
    ground.pooled(&theirs, &older("shop/web").to_string());
    ground.lets_in(
        &format!("k8s-fw-{}", of_uid('c')),
        "shop-a",
        &older("shop/none"),
    );
    ground.pooled(&of_uid('c'), "somebody's own");
    ground.pooled(&of_uid('d'), &older("shop/web").to_string());
    let far = Ground {
        place: ground.place,
        network: String::new(),
        subnetwork: String::new(),
        region: "regions/us-east1".to_owned(),
    };
    far.pooled(&of_uid('1'), &older("shop/web").to_string());
}
