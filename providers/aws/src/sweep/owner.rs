//! Whose an object is, by the tags that controllers give to what they make.
//!
//! Sources (read 2026-11): AWS Load Balancer Controller (`elbv2.k8s.aws/cluster`, `ingress.k8s.aws/stack`,
//! `service.k8s.aws/stack`), the cloud controller manager and Karpenter (`kubernetes.io/cluster/NAME = owned`), the VPC
//! CNI (`cluster.k8s.amazonaws.com/name`, `node.k8s.amazonaws.com/instance_id`), the EBS CSI driver
//! (`ebs.csi.aws.com/cluster`, `kubernetes.io/created-for/pvc/name`, `CSIVolumeName`), EKS itself
//! (`aws:eks:cluster-name`, `eks:cluster-name`) and its Auto Mode (`eks:eks-cluster-name`).
//!
//! Tools that make clusters tag as well: eksctl and Terraform give their groups `kubernetes.io/cluster/NAME = owned`, and
//! CloudFormation signs what it makes.

use std::collections::BTreeSet;

use super::found::{Found, Sort};
use crate::marks::{STACK, Tags};

/// Tags whose value is the name of the cluster.
const NAMED: [&str; 5] = [
    "elbv2.k8s.aws/cluster",
    "cluster.k8s.amazonaws.com/name",
    "eks:eks-cluster-name",
    "eks:cluster-name",
    OF_EKS,
];

/// Tags whose key ends in the name of the cluster; their value says whether it owns the object or shares it.
const KEYED: &str = "kubernetes.io/cluster/";

/// Start of the names of groups that the cloud controller makes, which carry no other tag than the keyed one.
const OF_SERVICE: &str = "k8s-elb-";

/// Start of the tags of what CloudFormation made.
const TEMPLATE: &str = "aws:cloudformation:";

/// The tag of a group that EKS made. Nobody else can set it.
const OF_EKS: &str = "aws:eks:cluster-name";

/// Starts of tags that say that a volume was made for a claim of a pod.
const CLAIMED: [&str; 3] = [
    "kubernetes.io/created-for/pvc/",
    "ebs.csi.aws.com/cluster",
    "CSIVolumeName",
];

/// The tag of an interface that the CNI made for a node.
const NODE: &str = "node.k8s.amazonaws.com/instance_id";

/// The cluster whose controllers made an object. `None` when nothing says so for sure: a group may have the keyed tag from
/// whoever made the cluster, and what a template made is the template's.
pub(super) fn maker(found: &Found) -> Option<&str> {
    let tags = &found.tags;
    let named = NAMED.iter().any(|key| tags.contains_key(*key));
    let signed = found.sort != Sort::Group || named || found.name.starts_with(OF_SERVICE);
    cluster(tags).filter(|_| signed && !is_of_template(tags))
}

fn is_of_template(tags: &Tags) -> bool {
    let of_template = tags.keys().any(|key| key.starts_with(TEMPLATE));
    of_template && !comes_with_cluster(tags)
}

/// The cluster that an object belongs to, whoever made it. `None` when no tag says so, when tags name two, and when the
/// object is marked as somebody's own.
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
    tags.contains_key(NODE) && !tags.contains_key(STACK) && !is_of_template(tags)
}

/// Whether it is a group that EKS made with a cluster, and removes with it.
pub(super) fn comes_with_cluster(tags: &Tags) -> bool {
    tags.contains_key(OF_EKS)
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

    fn group(name: &str, list: &[(&str, &str)]) -> Found {
        Found {
            sort: Sort::Group,
            physical: "sg-1".to_owned(),
            name: name.to_owned(),
            vpc: None,
            tags: tags(list),
            uses: Vec::new(),
            size: None,
            busy: None,
        }
    }

    #[test]
    fn groups_of_whoever_made_the_cluster_are_not_its_controllers() {
        let owned = ("kubernetes.io/cluster/shop-a", "owned");
        assert_eq!(maker(&group("shop-a-node", &[owned])), None);
        let eksctl = group("nodes", &[("alpha.eksctl.io/cluster-name", "shop-a")]);
        assert_eq!(maker(&eksctl), None);
        let of_template = ("aws:cloudformation:stack-name", "eksctl-shop-a");
        assert_eq!(maker(&group("k8s-elb-a1", &[owned, of_template])), None);
        // The cloud controller's, the balancer controller's, and EKS's own.
        assert_eq!(maker(&group("k8s-elb-a1", &[owned])), Some("shop-a"));
        let shared = group("web", &[owned, ("elbv2.k8s.aws/cluster", "shop-a")]);
        assert_eq!(maker(&shared), Some("shop-a"));
        let own = [owned, (OF_EKS, "shop-a"), of_template];
        assert_eq!(maker(&group("eks-cluster-sg-shop-a", &own)), Some("shop-a"));
        // Anything else carries the keyed tag from controllers alone.
        let mut classic = group("a1", &[owned]);
        classic.sort = Sort::Classic;
        assert_eq!(maker(&classic), Some("shop-a"));
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
