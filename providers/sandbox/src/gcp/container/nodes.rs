//! What a cluster makes in Compute: groups of machines and machines for each pool and zone, and firewall rules. They
//! go with it.

use serde_json::{Value, json};

use super::cluster::{Cluster, region_of};
use super::fields::{Fields, members, text};
use super::pool::{self, Pool};
use super::words;
use crate::gcp::Call;
use crate::gcp::compute::{self, Item, link};
use crate::gcp::operation::Failure;
use crate::gcp::shape::digest;
use crate::store::{Place, Tx};
use crate::wire::ApiError;

/// The start of the names of what a pool has in a zone: `gke-shop-web-0a1b2c3d`.
fn stem(cluster: &Cluster, pool: &str, zone: &str) -> String {
    let cut = |name: &str| name.get(..20).unwrap_or(name).to_owned();
    let hash = digest(&format!("{}/{pool}/{zone}", cluster.uid), 8);
    format!("gke-{}-{}-{hash}", cut(&cluster.name), cut(pool))
}

/// The name of a pool's group in a zone.
pub(super) fn group(cluster: &Cluster, pool: &Pool, zone: &str) -> String {
    format!("{}-grp", stem(cluster, &pool.name, zone))
}

fn zone_place(place: &Place, zone: &str) -> Place {
    Place {
        account: place.account.clone(),
        region: zone.to_owned(),
    }
}

/// Network and subnetwork of a cluster, as links of Compute.
fn links(cluster: &Cluster) -> (String, String) {
    let of = |path: &str| {
        format!(
            "https://www.googleapis.com/compute/v1/{}",
            text(&cluster.fields, path)
        )
    };
    (of("networkConfig.network"), of("networkConfig.subnetwork"))
}

/// Writes groups and machines of a pool as the pool is now.
pub(super) fn place_pool(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster, pool: &Pool) {
    let (network, subnetwork) = links(cluster);
    let pods = text(&pool.fields, "networkConfig.podRange");
    for zone in pool.zones() {
        let at = zone_place(place, &zone);
        let stem = stem(cluster, &pool.name, &zone);
        let name = format!("{stem}-grp");
        let here = |path: String| link(&place.account, &format!("zones/{zone}/{path}"));
        let group = json!({
            "description": format!("This instance group is controlled by Instance Group Manager '{name}'."),
            "network": network,
            "subnetwork": subnetwork,
            "size": pool.nodes,
            "aliasRangeNames": [pods],
        });
        let manager = json!({
            "baseInstanceName": stem,
            "instanceGroup": here(format!("instanceGroups/{name}")),
            "instanceTemplate": link(&place.account, &format!("global/instanceTemplates/{stem}")),
            "targetSize": pool.nodes,
            "status": { "isStable": true },
        });
        put(tx, &at, "instanceGroups", &name, group);
        put(tx, &at, "instanceGroupManagers", &name, manager);
        let account = account(place, &pool.fields);
        let machines = machines(tx, &at, &stem);
        let wanted: Vec<String> = (0..pool.nodes)
            .map(|n| format!("{stem}-{}", digest(&format!("{stem}{n}"), 4)))
            .collect();
        for gone in machines.iter().filter(|name| !wanted.contains(name)) {
            tx.delete::<Item>(&at, &format!("instances/{gone}"));
        }
        for name in wanted {
            let machine = json!({
                "machineType": here(format!("machineTypes/{}", text(&pool.fields, "config.machineType"))),
                "status": "RUNNING",
                "networkInterfaces": [{ "name": "nic0", "network": network, "subnetwork": subnetwork }],
                "serviceAccounts": [{ "email": account, "scopes": super::fields::list(&pool.fields, "config.oauthScopes") }],
                "labels": { "goog-k8s-cluster-name": cluster.name, "goog-k8s-node-pool-name": pool.name },
            });
            put(tx, &at, "instances", &name, machine);
        }
    }
}

/// Who a pool's nodes are: the project's default account unless it names one.
fn account(place: &Place, fields: &Fields) -> String {
    match text(fields, "config.serviceAccount") {
        "" | "default" => {
            let number = crate::gcp::project::number(&place.account);
            format!("{number}-compute@developer.gserviceaccount.com")
        }
        named => named.to_owned(),
    }
}

fn put(tx: &mut Tx<'_>, at: &Place, api: &str, name: &str, fields: Value) {
    // What is there keeps its number and its age.
    if let Some(mut old) = tx.get::<Item>(at, &format!("{api}/{name}")) {
        old.fields = members(fields);
        tx.put(at, &old);
        return;
    }
    Item::put_foreign(tx, at, api, name, members(fields));
}

fn machines(tx: &Tx<'_>, at: &Place, stem: &str) -> Vec<String> {
    let all = tx.list::<Item>(at).into_iter();
    let start = format!("{stem}-");
    all.filter(|one| one.api == "instances" && one.name.starts_with(&start))
        .map(|one| one.name)
        .collect()
}

/// Takes away what a pool has.
pub(super) fn forget_pool(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster, name: &str) {
    let zones = tx.get::<Pool>(place, &pool::key(&cluster.name, name));
    for zone in zones.map(|pool| pool.zones()).unwrap_or_default() {
        let (at, stem) = (zone_place(place, &zone), stem(cluster, name, &zone));
        for machine in machines(tx, &at, &stem) {
            tx.delete::<Item>(&at, &format!("instances/{machine}"));
        }
        for api in ["instanceGroups", "instanceGroupManagers"] {
            tx.delete::<Item>(&at, &format!("{api}/{stem}-grp"));
        }
    }
}

/// The firewall rules of a cluster: ends of their names, and what they let in from where.
fn rules(cluster: &Cluster) -> Vec<(String, Value)> {
    let pods = text(&cluster.fields, "clusterIpv4Cidr");
    let hash = cluster.uid.get(..8).unwrap_or_default();
    let allowed = |protocols: &[&str]| -> Vec<Value> {
        protocols
            .iter()
            .map(|one| json!({ "IPProtocol": one }))
            .collect()
    };
    let tag = format!("gke-{}-{hash}-node", cluster.name);
    let name = |end: &str| format!("gke-{}-{hash}-{end}", cluster.name);
    vec![
        (
            name("all"),
            json!({ "sourceRanges": [pods], "targetTags": [tag], "allowed": allowed(&["esp", "ah", "sctp", "tcp", "udp", "icmp"]) }),
        ),
        (
            name("vms"),
            json!({ "sourceRanges": ["10.128.0.0/9"], "targetTags": [tag], "allowed": allowed(&["icmp", "tcp", "udp"]) }),
        ),
        (
            name("exkubelet"),
            json!({ "sourceRanges": ["0.0.0.0/0"], "targetTags": [tag], "denied": [{ "IPProtocol": "tcp", "ports": ["10255"] }] }),
        ),
        (
            name("inkubelet"),
            json!({ "sourceRanges": [pods], "targetTags": [tag], "allowed": [{ "IPProtocol": "tcp", "ports": ["10255"] }] }),
        ),
    ]
}

/// Writes the firewall rules of a cluster.
pub(super) fn open_firewall(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster) {
    let at = zone_place(place, "");
    let (network, _) = links(cluster);
    for (name, rule) in rules(cluster) {
        let mut fields: Fields = members(rule);
        for (key, value) in [
            ("network", json!(network)),
            ("direction", json!("INGRESS")),
            (
                "priority",
                json!(if name.ends_with("inkubelet") {
                    999
                } else {
                    1000
                }),
            ),
            ("disabled", json!(false)),
            ("logConfig", json!({ "enable": false })),
        ] {
            fields.insert(key.to_owned(), value);
        }
        put(tx, &at, "firewalls", &name, Value::Object(fields));
    }
}

/// Takes away what a cluster has beside its pools.
pub(super) fn forget_cluster(tx: &mut Tx<'_>, place: &Place, cluster: &Cluster) {
    for (name, _) in rules(cluster) {
        tx.delete::<Item>(&zone_place(place, ""), &format!("firewalls/{name}"));
    }
}

/// Whether the zones have a pool's machines, and the project enough of them left. `more` is the number of nodes that come.
pub(super) fn affordable(
    call: &Call<'_>,
    place: &Place,
    wanted: &[(&Fields, u64)],
) -> Result<(), ApiError> {
    let cpus = |fields: &Fields, nodes: u64| -> Result<u64, ApiError> {
        let name = text(fields, "config.machineType");
        let mut sum = 0;
        for zone in super::fields::list(fields, "locations") {
            match compute::machine_type(&zone, name) {
                Some(found) => sum += found.cpus * nodes,
                None => return Err(words::no_machine(name, &zone).into()),
            }
        }
        Ok(sum)
    };
    let mut more = 0;
    for (fields, nodes) in wanted {
        more += cpus(fields, *nodes)?;
    }
    let region = region_of(&place.region);
    let mut used = 0;
    for (at, pool) in call.tx.everywhere::<Pool>() {
        let here = at.account == place.account && region_of(&at.region) == region;
        if here && !pool.own {
            let nodes = if pool.status == super::cluster::PROVISIONING {
                pool.first_size()
            } else {
                pool.nodes
            };
            used += cpus(&pool.fields, nodes).unwrap_or_default();
        }
    }
    let limit = call.tx.config().quota("compute:cpus");
    let free = limit.saturating_sub(used);
    match more <= free {
        true => Ok(()),
        false => Err(words::over_quota(&call.project, "CPUS", more, limit, free).into()),
    }
}

/// The conditions that a failure leaves: stockout and quota have codes of their own.
pub(super) fn conditions(failure: &Failure) -> Vec<Value> {
    let has = |word: &str| failure.code.contains(word) || failure.message.contains(word);
    let code = match () {
        () if has("RESOURCE_POOL_EXHAUSTED") || has("GCE_STOCKOUT") => "GCE_STOCKOUT",
        () if has("QUOTA_EXCEEDED") => "GCE_QUOTA_EXCEEDED",
        () => return Vec::new(),
    };
    vec![json!({ "code": code, "message": failure.message, "canonicalCode": "RESOURCE_EXHAUSTED" })]
}

/// Gives a stockout without words the cloud's own.
pub(super) fn worded(failure: &mut Failure, place: &Place, cluster: &Cluster, pool: Option<&str>) {
    if !failure.message.is_empty() || conditions(failure).is_empty() {
        return;
    }
    let zone = cluster.locations().first().cloned().unwrap_or_default();
    let stem = stem(cluster, pool.unwrap_or("default-pool"), &zone);
    failure.message = format!(
        "Google Compute Engine: Not all instances running in IGM after 35.2s. Expected 1, running 0, transitioning 1. \
         Current errors: [{}]: Instance '{stem}-{}' creation failed: The zone 'projects/{}/zones/{zone}' does not have enough \
         resources available to fulfill the request. '(resource type:compute)'.",
        failure.code,
        digest(&stem, 4),
        place.account
    );
}
