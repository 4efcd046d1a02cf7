//! Whose an object is, by the tags that controllers give to what they make.
//!
//! Sources (read 2026-11): AWS Load Balancer Controller (`elbv2.k8s.aws/cluster`, `ingress.k8s.aws/stack`,
//! `service.k8s.aws/stack`), the cloud controller manager and Karpenter (`kubernetes.io/cluster/NAME = owned`), the VPC
//! CNI (`cluster.k8s.amazonaws.com/name`, `node.k8s.amazonaws.com/instance_id`), the EBS CSI driver
//! (`ebs.csi.aws.com/cluster`, `kubernetes.io/created-for/pvc/name`, `CSIVolumeName`), EKS itself
//! (`aws:eks:cluster-name`, `eks:cluster-name`) and its Auto Mode (`eks:eks-cluster-name`).

use std::collections::BTreeSet;

use crate::marks::{STACK, Tags};

/// Tags whose value is the name of the cluster.
const NAMED: [&str; 6] = [
    "elbv2.k8s.aws/cluster",
    "cluster.k8s.amazonaws.com/name",
    "eks:eks-cluster-name",
    "eks:cluster-name",
    "aws:eks:cluster-name",
    "alpha.eksctl.io/cluster-name",
];

/// Tags whose key ends in the name of the cluster; their value says whether it owns the object or shares it.
const KEYED: &str = "kubernetes.io/cluster/";

/// Starts of tags that say that a volume was made for a claim of a pod.
const CLAIMED: [&str; 3] = [
    "kubernetes.io/created-for/pvc/",
    "ebs.csi.aws.com/cluster",
    "CSIVolumeName",
];

/// The tag of an interface that the CNI made for a node.
const NODE: &str = "node.k8s.amazonaws.com/instance_id";

/// The cluster whose controllers made an object. `None` when no tag says so, when tags name two, and when the object
/// is marked as somebody's own.
pub(super) fn cluster(tags: &Tags) -> Option<&str> {
    if tags.contains_key(STACK) {
        return None;
    }
    let named = NAMED.iter().filter_map(|key| tags.get(*key));
    let keyed = tags
        .iter()
        .filter(|(_, value)| *value == "owned")
        .filter_map(|(key, _)| key.strip_prefix(KEYED));
    let names: BTreeSet<&str> = named.map(String::as_str).chain(keyed).collect();
    match names.len() {
        1 => names.first().copied().filter(|name| !name.is_empty()),
        _ => None,
    }
}

/// Whether a volume was made for a claim of a pod: a node's own disk carries the cluster's tag as well.
pub(super) fn is_claimed(tags: &Tags) -> bool {
    let claimed = |key: &String| CLAIMED.iter().any(|start| key.starts_with(start));
    tags.keys().any(claimed)
}

/// Whether the CNI made an interface for a node, of whatever cluster.
pub(super) fn is_of_node(tags: &Tags) -> bool {
    tags.contains_key(NODE) && !tags.contains_key(STACK)
}

/// Whether it is a group that EKS made with a cluster, and removes with it.
pub(super) fn comes_with_cluster(tags: &Tags) -> bool {
    tags.contains_key("aws:eks:cluster-name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(list: &[(&str, &str)]) -> Tags {
        let owned = list.iter();
        owned
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_tags_of_every_controller_tell_its_cluster() {
        for (key, value) in [
            ("elbv2.k8s.aws/cluster", "shop-a"),
            ("kubernetes.io/cluster/shop-a", "owned"),
            ("cluster.k8s.amazonaws.com/name", "shop-a"),
            ("aws:eks:cluster-name", "shop-a"),
            ("eks:eks-cluster-name", "shop-a"),
        ] {
            let all = tags(&[(key, value), ("ingress.k8s.aws/stack", "default/web")]);
            assert_eq!(cluster(&all), Some("shop-a"), "{key}");
        }
    }

    #[test]
    fn what_is_shared_marked_or_of_two_clusters_is_nobodys_leftover() {
        let shared = tags(&[("kubernetes.io/cluster/shop-a", "shared")]);
        assert_eq!(cluster(&shared), None);
        let ours = tags(&[("elbv2.k8s.aws/cluster", "shop-a"), (STACK, "shop")]);
        assert_eq!(cluster(&ours), None);
        let two = tags(&[
            ("elbv2.k8s.aws/cluster", "shop-a"),
            ("kubernetes.io/cluster/shop-b", "owned"),
        ]);
        assert_eq!(cluster(&two), None);
        assert_eq!(cluster(&tags(&[("Name", "shop-a")])), None);
    }
}
