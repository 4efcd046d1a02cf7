//! The add-ons that every cluster has, and when each comes.
//!
//! Nodes need the first three before they are ready. The others run on nodes: EKS calls them degraded until there is
//! one, so they come after the node groups.

/// One add-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name in EKS.
    pub(crate) name: &'static str,
    /// Before the nodes, or on them.
    pub(crate) before_nodes: bool,
    /// The service account that gets a role of ours, through EKS Pod Identity.
    pub(crate) account: Option<&'static str>,
}

const fn listed(name: &'static str, before_nodes: bool, account: Option<&'static str>) -> Listed {
    Listed {
        name,
        before_nodes,
        account,
    }
}

/// The agent that hands roles to pods.
pub(crate) const AGENT: &str = "eks-pod-identity-agent";

/// All of them, in the order in which they come.
pub(crate) const ADDONS: [Listed; 5] = [
    listed("vpc-cni", true, None),
    listed("kube-proxy", true, None),
    listed(AGENT, true, None),
    listed("coredns", false, None),
    listed("aws-ebs-csi-driver", false, Some("ebs-csi-controller-sa")),
];

/// The part of an add-on's id.
pub(crate) fn part(name: &str) -> String {
    format!("addon.{name}")
}
