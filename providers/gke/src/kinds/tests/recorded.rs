//! What was recorded from the real service: every cluster and pool in it is read, and nothing is to be done about it. The
//! recordings are no part of this repository: `PROVISION_TEST_RECORDED` names their folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use google_cloud_container_v1::model::{Cluster as WireCluster, NodePool as WirePool};
use provision_core::model::{Observed, ResourceId, Status};
use provision_kind::{Live, from_fields};
use serde_json::Value as Json;

use super::diff::{decided, resource};
use crate::kinds::{Cluster, NodePool, cluster_read, node_pool_body, node_pool_read};
use provision_core::plan::Verdict;
use provision_kind::{Serves, Tags};

/// Where the recordings are.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("PROVISION_TEST_RECORDED")?);
    let folder = folder.join("container");
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// Bodies of answers to reads of one cluster or pool, with their paths.
fn bodies(text: &str) -> Vec<(String, Json)> {
    let mut bodies = Vec::new();
    for exchange in text.split("\n---\n") {
        let first = exchange.trim().lines().next().unwrap_or_default();
        let Some(url) = first.strip_prefix("GET https://container.googleapis.com/") else {
            continue;
        };
        let path = url.split('?').next().unwrap().to_owned();
        let part = exchange
            .split("\n\n")
            .map(str::trim)
            .filter(|part| part.starts_with('{'))
            .last();
        let body = part.and_then(|part| serde_json::from_str::<Json>(part).ok());
        if let Some(body) = body.filter(|body| body.get("error").is_none()) {
            bodies.push((path, body));
        }
    }
    bodies
}

/// With what is live as what is wanted, there is nothing to do.
fn is_at_rest<K: Serves>(live: Live, what: &str) {
    let id: ResourceId = "cluster.prod/cluster".parse().unwrap();
    assert_eq!(live.status, Status::Ready, "{what}");
    let missing: Vec<String> = K::table()
        .outputs
        .iter()
        .map(|output| output.name.clone())
        .filter(|name| !live.outputs.contains_key(name))
        .collect();
    assert!(missing.is_empty(), "{what}: {missing:?}");
    let fields = live.fields.clone();
    let observed: Observed = live.observed("gke", &K::table().kind, id, Vec::new());
    let wanted = resource::<K>(fields);
    let decision = decided(K::table(), wanted, observed);
    assert_eq!(
        decision.verdict,
        Verdict::Nothing,
        "{what}: {:?}",
        decision.fields
    );
}

#[test]
fn every_recorded_cluster_and_pool_is_read_and_at_rest() {
    let Some(folder) = folder() else {
        println!("skipped: PROVISION_TEST_RECORDED names no folder of recordings");
        return;
    };
    let mut all = Vec::new();
    files(&folder, &mut all);
    let (mut clusters, mut pools) = (0, 0);
    for file in all {
        let text = fs::read_to_string(&file).unwrap();
        for (path, body) in bodies(&text) {
            let what = format!("{} {path}", file.display());
            if path.contains("/nodePools/") {
                let wire: WirePool = serde_json::from_value(body).unwrap();
                pool(&wire, &what);
                pools += 1;
            } else if path.contains("/clusters/") {
                let wire: WireCluster = serde_json::from_value(body).unwrap();
                let live = cluster_read::live(&wire, &[]);
                assert!(live.physical.contains("/locations/"), "{what}");
                is_at_rest::<Cluster>(live, &what);
                clusters += 1;
                for inner in &wire.node_pools {
                    pool(inner, &what);
                    pools += 1;
                }
            }
        }
    }
    println!("{clusters} clusters and {pools} pools");
    assert!(clusters > 100 && pools > 100, "{clusters} and {pools}");
}

/// A pool is at rest; and one that is asked for just so is read as just that.
fn pool(wire: &WirePool, what: &str) {
    let live = node_pool_read::live(wire, &Tags::new(), &[]);
    let want: NodePool = from_fields(&live.fields).unwrap();
    let sent = node_pool_body::body(&wire.name, &want, want.tags.clone()).unwrap();
    let back = node_pool_read::live(&sent, &Tags::new(), &[]);
    let back: BTreeMap<_, _> = back.fields.into_iter().collect();
    for (name, value) in &live.fields {
        assert_eq!(back.get(name), Some(value), "{what}: {name}");
    }
    is_at_rest::<NodePool>(live, what);
}
