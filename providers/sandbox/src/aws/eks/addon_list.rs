//! Add-ons that EKS offers, with a few versions of each.

use serde_json::{Value, json};

use super::common::{listing, not_found, page};
use super::version::{self, Version};
use crate::aws::{Call, Outcome};

/// An add-on on offer.
pub(super) struct Offer {
    /// Its name.
    pub(super) name: &'static str,
    kind: &'static str,
    publisher: &'static str,
    /// Where it is installed.
    pub(super) namespace: &'static str,
    /// Newest first, each with the oldest and the newest minor that it fits; of those that fit, the second one is the
    /// default. None for one whose versions are those of Kubernetes. Which fits which is made up: upgrades must find
    /// versions that end.
    versions: &'static [Fit],
    /// Whether it asks AWS for things.
    iam: bool,
    /// Whether its pods need a node to be healthy. A DaemonSet is healthy on no nodes.
    pub(super) needs_nodes: bool,
}

/// A version, and the minors that it fits.
type Fit = (&'static str, u16, u16);

const fn offer(
    name: &'static str,
    kind: &'static str,
    versions: &'static [Fit],
    iam: bool,
    needs_nodes: bool,
) -> Offer {
    Offer {
        name,
        kind,
        publisher: "eks",
        namespace: "kube-system",
        versions,
        iam,
        needs_nodes,
    }
}

const OFFERS: &[Offer] = &[
    Offer {
        namespace: "amazon-cloudwatch",
        ..offer(
            "amazon-cloudwatch-observability",
            "observability",
            &[
                ("v4.10.3-eksbuild.1", 31, 36),
                ("v4.9.0-eksbuild.1", 31, 36),
            ],
            true,
            true,
        )
    },
    offer(
        "aws-ebs-csi-driver",
        "storage",
        &[
            ("v1.60.0-eksbuild.1", 31, 36),
            ("v1.59.0-eksbuild.1", 31, 36),
            ("v1.58.0-eksbuild.1", 31, 36),
        ],
        true,
        true,
    ),
    offer(
        "aws-efs-csi-driver",
        "storage",
        &[("v2.3.0-eksbuild.2", 31, 36), ("v2.3.0-eksbuild.1", 31, 36)],
        true,
        true,
    ),
    offer(
        "coredns",
        "networking",
        &[
            ("v1.13.2-eksbuild.3", 34, 36),
            ("v1.13.2-eksbuild.1", 34, 36),
            ("v1.12.4-eksbuild.10", 31, 34),
            ("v1.12.4-eksbuild.6", 31, 34),
        ],
        false,
        true,
    ),
    offer(
        "eks-pod-identity-agent",
        "security",
        &[
            ("v1.3.10-eksbuild.3", 31, 36),
            ("v1.3.10-eksbuild.2", 31, 36),
            ("v1.3.9-eksbuild.5", 31, 36),
        ],
        false,
        false,
    ),
    offer("kube-proxy", "networking", &[], false, false),
    Offer {
        publisher: "kubernetes-sigs",
        ..offer(
            "metrics-server",
            "observability",
            &[("v0.8.1-eksbuild.6", 31, 36), ("v0.8.1-eksbuild.1", 31, 36)],
            false,
            true,
        )
    },
    offer(
        "snapshot-controller",
        "storage",
        &[("v8.5.0-eksbuild.2", 31, 36), ("v8.4.0-eksbuild.1", 31, 36)],
        false,
        true,
    ),
    offer(
        "vpc-cni",
        "networking",
        &[
            ("v1.22.1-eksbuild.1", 35, 36),
            ("v1.21.1-eksbuild.7", 33, 36),
            ("v1.20.5-eksbuild.1", 31, 35),
            ("v1.19.6-eksbuild.7", 31, 33),
        ],
        true,
        false,
    ),
];

/// The offer of a name.
pub(super) fn find(name: &str) -> Option<&'static Offer> {
    OFFERS.iter().find(|offer| offer.name == name)
}

impl Offer {
    /// Its versions for a Kubernetes minor, newest first.
    pub(super) fn versions(&self, kubernetes: &str) -> Vec<String> {
        let minor = version::minor(kubernetes).unwrap_or_default();
        if !self.versions.is_empty() {
            let fits = |fit: &&Fit| (fit.1..=fit.2).contains(&minor);
            let rows = self.versions.iter().filter(fits);
            return rows.map(|(version, ..)| (*version).to_owned()).collect();
        }
        // A proxy may be older than its API server: by one minor here.
        let older = format!("1.{}", minor.saturating_sub(1));
        [kubernetes, &older]
            .into_iter()
            .filter(|name| version::is_known(name))
            .map(version::patch)
            .flat_map(|patch| [5, 2].map(|build| format!("v{patch}-eksbuild.{build}")))
            .collect()
    }

    /// The version that is taken for a Kubernetes minor without a wish.
    pub(super) fn default(&self, kubernetes: &str) -> String {
        self.versions(kubernetes)
            .into_iter()
            .nth(1)
            .unwrap_or_default()
    }

    fn owner(&self) -> &'static str {
        if self.publisher == "eks" {
            "aws"
        } else {
            "community"
        }
    }

    /// Every version with the minors that it fits, of those asked for.
    fn json(&self, minors: &[&Version]) -> Value {
        let mut names: Vec<String> = Vec::new();
        for minor in minors {
            let more = self.versions(&minor.name()).into_iter();
            names.extend(
                more.filter(|name| !names.contains(name))
                    .collect::<Vec<_>>(),
            );
        }
        let rows: Vec<Value> = names.iter().map(|name| self.row(name, minors)).collect();
        json!({
            "addonName": self.name,
            "type": self.kind,
            "addonVersions": rows,
            "publisher": self.publisher,
            "owner": self.owner(),
            "defaultNamespace": self.namespace,
        })
    }

    fn row(&self, name: &String, minors: &[&Version]) -> Value {
        let fits: Vec<Value> = minors
            .iter()
            .map(|minor| minor.name())
            .filter(|minor| self.versions(minor).contains(name))
            .map(|minor| {
                json!({
                    "clusterVersion": minor,
                    "platformVersions": ["*"],
                    "defaultVersion": self.default(&minor) == *name,
                })
            })
            .collect();
        json!({
            "addonVersion": name,
            "architecture": ["amd64", "arm64"],
            "computeTypes": ["ec2", "auto", "hybrid"],
            "compatibilities": fits,
            "requiresConfiguration": false,
            "requiresIamPermissions": self.iam,
        })
    }
}

/// DescribeAddonVersions.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let minors: Vec<&Version> = version::all_supported(call.now())
        .into_iter()
        .filter(|minor| {
            call.params
                .get("kubernetesVersion")
                .is_none_or(|wish| wish == minor.name())
        })
        .collect();
    let wish = call.params.get("addonName");
    if let Some(name) = wish.filter(|name| find(name).is_none()) {
        return Err(
            not_found(format!("Addon {name} specified is not supported")).with("addonName", name),
        );
    }
    let (types, publishers, owners) = (
        call.params.all("types"),
        call.params.all("publishers"),
        call.params.all("owners"),
    );
    let any =
        |wishes: &[String], value: &str| wishes.is_empty() || wishes.iter().any(|one| one == value);
    let fits = |offer: &&Offer| {
        wish.is_none_or(|name| name == offer.name)
            && any(&types, offer.kind)
            && any(&publishers, offer.publisher)
            && any(&owners, offer.owner())
            && !minors.is_empty()
    };
    let rows: Vec<&Offer> = OFFERS.iter().filter(fits).collect();
    let (rows, next) = page(call, rows, |offer| offer.name.to_owned())?;
    let rows: Vec<Value> = rows.iter().map(|offer| offer.json(&minors)).collect();
    listing("addons", &rows, next)
}

#[cfg(test)]
mod tests {
    use super::OFFERS;

    #[test]
    fn offers_are_in_order_and_have_a_default_for_every_minor() {
        assert!(
            OFFERS
                .windows(2)
                .all(|pair| matches!(pair, [a, b] if a.name < b.name))
        );
        for offer in OFFERS {
            for minor in 31..=36 {
                let minor = format!("1.{minor}");
                let (all, default) = (offer.versions(&minor), offer.default(&minor));
                assert!(all.contains(&default), "{} at {minor}", offer.name);
            }
        }
    }
}
