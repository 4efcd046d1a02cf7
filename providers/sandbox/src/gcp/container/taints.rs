//! Taints of nodes: those that the service sets by itself, and what it wants of all of them.

use serde_json::{Value, json};

use super::fields::{Fields, at, list, set, text};
use super::words;
use crate::gcp::compute;
use crate::wire::ApiError;

const PATH: &str = "config.taints";

/// Whether the nodes have accelerators.
pub(super) fn has_gpus(fields: &Fields) -> bool {
    let all = at(fields, "config.accelerators").and_then(Value::as_array);
    all.is_some_and(|all| !all.is_empty())
}

/// Sets the taints of a new pool's nodes that nobody asked for. Nodes with accelerators get theirs where other nodes have none:
/// not "if a GPU node pool is added to a cluster where all the existing node pools are GPU node pools, or if you are creating a
/// new cluster with a GPU attached default pool" ("Run GPUs in Standard node pools"). All nodes of Arm get theirs, unless the
/// pool says otherwise ("Prepare an Arm workload for deployment"). The API shows both (terraform-provider-google#7928, #13308).
pub(super) fn add(fields: &mut Fields, beside_others: bool) {
    if has_gpus(fields) && beside_others {
        put(fields, "nvidia.com/gpu", "present");
    }
    let name = text(fields, "config.machineType");
    let zones = list(fields, "locations");
    let of_arm = |zone: &String| compute::machine_type(zone, name).is_some_and(|one| one.arm);
    let spared = text(fields, "config.taintConfig.architectureTaintBehavior") == "NONE";
    if zones.iter().any(of_arm) && !spared {
        put(fields, "kubernetes.io/arch", "arm64");
    }
}

fn put(fields: &mut Fields, key: &str, value: &str) {
    let mut all = taints(fields);
    let new = json!({ "key": key, "value": value, "effect": "NO_SCHEDULE" });
    if !all.iter().any(|one| pair(one) == pair(&new)) {
        all.push(new);
        set(fields, PATH, all);
    }
}

fn taints(fields: &Fields) -> Vec<Value> {
    let all = at(fields, PATH).and_then(Value::as_array);
    all.cloned().unwrap_or_default()
}

fn pair(taint: &Value) -> (Option<&Value>, Option<&Value>) {
    (taint.get("key"), taint.get("effect"))
}

/// Nodes that are tainted twice cannot register: "taints must be unique by key and effect pair" (Kubernetes' validation).
pub(super) fn legal(fields: &Fields) -> Result<(), ApiError> {
    let all = taints(fields);
    let mut rest = all.iter();
    while let Some(one) = rest.next() {
        if rest.clone().any(|other| pair(other) == pair(one)) {
            let key = one.get("key").and_then(Value::as_str).unwrap_or_default();
            return Err(words::twice_tainted(key).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fields::members;
    use super::*;

    fn keys(config: &Value, beside_others: bool) -> Vec<String> {
        let mut fields = members(json!({ "locations": ["us-central1-a"], "config": config }));
        add(&mut fields, beside_others);
        add(&mut fields, beside_others);
        legal(&fields).unwrap();
        let key = |one: &Value| one["key"].as_str().unwrap().to_owned();
        taints(&fields).iter().map(key).collect()
    }

    #[test]
    fn nodes_that_not_everything_can_run_on_are_tainted_once() {
        let gpu = json!({ "machineType": "n1-standard-4", "accelerators": [{ "acceleratorCount": "1" }] });
        assert_eq!(keys(&gpu, true), ["nvidia.com/gpu"]);
        assert_eq!(keys(&gpu, false), Vec::<String>::new());
        let arm = json!({ "machineType": "c4a-standard-4" });
        assert_eq!(keys(&arm, false), ["kubernetes.io/arch"]);
        let spared = json!({ "machineType": "c4a-standard-4", "taintConfig": { "architectureTaintBehavior": "NONE" } });
        assert_eq!(keys(&spared, false), Vec::<String>::new());
        assert_eq!(
            keys(&json!({ "machineType": "n2-standard-4" }), true),
            Vec::<String>::new()
        );
    }

    #[test]
    fn one_key_and_effect_is_taken_once() {
        let taint =
            |value: &str, effect: &str| json!({ "key": "a", "value": value, "effect": effect });
        let of =
            |taints: &Value| legal(&members(json!({ "config": { "taints": taints } }))).is_ok();
        assert!(of(&json!([
            taint("b", "NO_SCHEDULE"),
            taint("b", "NO_EXECUTE")
        ])));
        assert!(!of(&json!([
            taint("b", "NO_SCHEDULE"),
            taint("c", "NO_SCHEDULE")
        ])));
    }
}
