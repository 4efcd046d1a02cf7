//! Whether a network of somebody else does for the clusters that are to lie in it.

use provision_core::contract::{Class, ExpandRequest, Facts, Failure, Note, Severity};
use provision_core::spec::Network;

use super::network::{Found, FoundSubnet, addresses, found, named, usable};

/// Addresses of the pods of a node: a /24, with the 110 pods that GKE gives a node at most by default.
const OF_A_NODE: u64 = 256;

/// Addresses of a subnetwork that Google keeps.
const KEPT: u64 = 4;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What is wrong.
    pub(crate) failures: Vec<Failure>,
    /// What is to be known.
    pub(crate) notes: Vec<Note>,
}

struct Judge<'a> {
    request: &'a ExpandRequest,
    address: String,
    network: &'a str,
    block: &'a Network,
    nodes: u64,
    verdict: Verdict,
}

/// Judges a network for as many nodes as its clusters may have. Offline nothing is known of it.
/// A network in which all clusters are adopted does for them.
pub(crate) fn judge(request: &ExpandRequest, name: &str, block: &Network, nodes: u64) -> Verdict {
    let Some(network) = named(block) else {
        return Verdict::default();
    };
    let mut judge = Judge {
        request,
        address: format!("network.{name}"),
        network,
        block,
        nodes,
        verdict: Verdict::default(),
    };
    judge.words();
    if let Some(found) = found(name, request.facts.as_ref()) {
        judge.all(&found);
    }
    judge.verdict
}

impl Judge<'_> {
    fn fail(&mut self, code: &str, message: &str, advice: impl Into<String>) {
        self.verdict.failures.push(Failure {
            class: Class::Invalid,
            code: code.to_owned(),
            message: format!("{}: {message}", self.address),
            call: None,
            object: Some(self.address.clone()),
            advice: Some(advice.into()),
        });
    }

    fn note(&mut self, severity: Severity, code: &str, message: String) {
        self.verdict.notes.push(Note {
            severity,
            code: code.to_owned(),
            message,
            address: Some(self.address.clone()),
        });
    }

    /// What can be said without looking.
    fn words(&mut self) {
        if self.network.contains('/') {
            let message = format!("`{}` is no name of a network", self.network);
            let advice = "write the name alone: networks of other projects cannot be used yet";
            self.fail("network-name", &message, advice);
        }
        let asked = self.block.subnets.as_ref();
        if asked.is_some_and(|all| all.private.len() > 1) {
            let message = "a cluster on GKE lies in one subnetwork".to_owned();
            self.fail("subnets-many", &message, "name one in `subnets.private`");
        }
        if asked.is_some_and(|all| !all.public.is_empty()) {
            let message = "Google's balancers need no subnetwork: `subnets.public` is set aside";
            self.note(Severity::Info, "subnets-public", message.to_owned());
        }
    }

    fn all(&mut self, found: &Found) {
        let (project, region) = self.place();
        if !found.is_there {
            let message = format!("there is no network {} in project {project}", self.network);
            let advice = format!("`gcloud compute networks list --project {project}` lists them");
            self.fail("network-missing", &message, advice);
            return;
        }
        self.named(found);
        if self.only_adopted() {
            return;
        }
        let usable = usable(found, self.network, self.block);
        let Some(subnet) = usable.first() else {
            if self.asked().is_none() {
                let message = format!(
                    "{} has no subnetwork in {region} with a secondary range for pods",
                    self.network
                );
                let advice = "add one: gcloud compute networks subnets create NAME --secondary-range pods=RANGE";
                self.fail("subnets-missing", &message, advice);
            }
            return;
        };
        self.room(subnet);
        if !subnet.private_access {
            let message = format!(
                "nodes in {} have no public address and would not reach Google's services",
                subnet.name
            );
            let advice = format!(
                "gcloud compute networks subnets update {} --region {region} --enable-private-ip-google-access",
                subnet.name
            );
            self.fail("private-access", &message, advice);
        }
        if !found.nat {
            let message = "no router of it in the region has a NAT: nodes cannot reach the internet, only Google's services";
            self.note(Severity::Warning, "nat-none", message.to_owned());
        }
    }

    fn only_adopted(&self) -> bool {
        let facts = self.request.facts.as_ref();
        let clusters = self.request.spec.clusters.iter();
        let here = clusters.filter(|(_, one)| format!("network.{}", one.network) == self.address);
        let mut taken = here.map(|(name, one)| {
            let marked = |facts: &Facts| facts.adopted.contains_key(&format!("cluster.{name}"));
            one.adopt.is_some() || facts.is_some_and(marked)
        });
        taken
            .next()
            .is_some_and(|first| first && taken.all(|one| one))
    }

    fn place(&self) -> (String, String) {
        let context = &self.request.context;
        let project = context.account.clone().unwrap_or_default();
        (project, context.region.clone())
    }

    /// The subnetwork that the spec names.
    fn asked(&self) -> Option<&String> {
        self.block.subnets.as_ref()?.private.first()
    }

    /// Whether the named subnetwork is there.
    fn named(&mut self, found: &Found) {
        let (_, region) = self.place();
        let Some(asked) = self.asked().cloned() else {
            return;
        };
        let there: Vec<&FoundSubnet> = found
            .subnets
            .iter()
            .filter(|one| one.name == asked)
            .collect();
        if there.iter().any(|one| one.network == self.network) {
            return;
        }
        let message = match there.first() {
            Some(one) => format!("subnetwork {asked} is of network {}", one.network),
            None => format!("there is no subnetwork {asked} in {region}"),
        };
        let own = found
            .subnets
            .iter()
            .filter(|one| one.network == self.network);
        let own: Vec<&str> = own.map(|one| one.name.as_str()).collect();
        let advice = match own.is_empty() {
            true => "add one, or take another network".to_owned(),
            false => format!("name one of {}", own.join(", ")),
        };
        self.fail("subnet-missing", &message, advice);
    }

    /// Whether all nodes and their pods find addresses.
    fn room(&mut self, subnet: &FoundSubnet) {
        let has = addresses(&subnet.cidr).saturating_sub(KEPT);
        if has < self.nodes {
            let message = format!(
                "its clusters may have {} nodes, and {} of {} has addresses for {has}",
                self.nodes, subnet.cidr, subnet.name
            );
            let advice = "take a larger subnetwork, or lower `max` of the pools";
            self.fail("subnet-small", &message, advice);
        }
        let Some((range, size)) = subnet.for_pods().first().copied() else {
            let message = format!("{} has no secondary range for pods", subnet.name);
            let (_, region) = self.place();
            let advice = format!(
                "gcloud compute networks subnets update {} --region {region} --add-secondary-ranges pods=RANGE",
                subnet.name
            );
            self.fail("pods-missing", &message, advice);
            return;
        };
        let most = size / OF_A_NODE;
        if most < self.nodes {
            let message = format!(
                "its clusters may have {} nodes, and range {range} of {} has pods for {most}",
                self.nodes, subnet.name
            );
            let advice = "add a larger secondary range called `pods`, or lower `max` of the pools";
            self.fail("pods-too-few", &message, advice);
        }
        let message = format!(
            "a new cluster lies in subnetwork {}, with its pods in range {range} (a /24 for each of at most {most} nodes)",
            subnet.name
        );
        self.note(Severity::Info, "subnets-found", message);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use provision_core::contract::Context;
    use provision_core::spec::{Input, load};

    use super::*;

    fn subnet(name: &str, cidr: &str, pods: &[(&str, &str)]) -> FoundSubnet {
        let owned = |(name, cidr): &(&str, &str)| ((*name).to_owned(), (*cidr).to_owned());
        FoundSubnet {
            name: name.to_owned(),
            network: "theirs".to_owned(),
            cidr: cidr.to_owned(),
            ranges: pods.iter().map(owned).collect(),
            private_access: true,
        }
    }

    fn codes(more: &str, found: &Found, nodes: u64) -> Vec<String> {
        let text = format!(
            "stack = \"s\"\n[cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n\
             [network.main]\nexisting = {{ gcp = \"theirs\" }}\n{more}\n"
        );
        let input = Input {
            allow_unbuilt: true,
            ..Input::file("t.toml", text)
        };
        let spec = load(&input).unwrap().spec;
        let fact = serde_json::to_string(found).unwrap();
        let request = ExpandRequest {
            context: Context {
                stack: "s".to_owned(),
                account: Some("acme-prod".to_owned()),
                region: "europe-west1".to_owned(),
                labels: BTreeMap::new(),
            },
            blocks: vec!["network.main".to_owned()],
            facts: Some(Facts {
                extra: BTreeMap::from([("gke.network.main".to_owned(), fact)]),
                ..Facts::default()
            }),
            not_at_hand: BTreeMap::new(),
            spec,
        };
        let block = request.spec.networks["main"].clone();
        let verdict = judge(&request, "main", &block, nodes);
        let failures = verdict.failures.into_iter().map(|one| one.code);
        failures
            .chain(verdict.notes.into_iter().map(|one| one.code))
            .collect()
    }

    #[test]
    fn a_network_that_does_is_used_and_all_that_is_wrong_with_another_is_told() {
        let good = Found {
            is_there: true,
            subnets: vec![subnet("a", "10.0.0.0/24", &[("pods", "10.8.0.0/16")])],
            nat: true,
        };
        assert_eq!(codes("", &good, 200), ["subnets-found"]);
        assert_eq!(codes("", &Found::default(), 1), ["network-missing"]);
        let mut bad = good.clone();
        bad.nat = false;
        bad.subnets = vec![subnet("a", "10.0.0.0/28", &[("x", "10.8.0.0/22")])];
        bad.subnets[0].private_access = false;
        let wanted = [
            "subnet-small",
            "pods-too-few",
            "private-access",
            "subnets-found",
            "nat-none",
        ];
        assert_eq!(codes("", &bad, 20), wanted);
        let named = "subnets = { private = [\"b\"] }";
        assert_eq!(codes(named, &good, 1), ["subnet-missing"]);
        let many = "subnets = { private = [\"a\", \"b\"] }";
        assert_eq!(codes(many, &good, 1)[0], "subnets-many");
        let none = Found {
            subnets: vec![subnet("a", "10.0.0.0/24", &[])],
            ..good
        };
        assert_eq!(codes("", &none, 1), ["subnets-missing"]);
    }

    #[test]
    fn the_range_called_pods_comes_first_and_then_the_largest() {
        let ranges = [
            ("a", "10.8.0.0/16"),
            ("pods", "10.9.0.0/20"),
            ("b", "10.10.0.0/14"),
        ];
        let subnet = subnet("a", "10.0.0.0/24", &ranges);
        let names: Vec<&str> = subnet
            .for_pods()
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["pods", "b", "a"]);
    }
}
