//! Which platform's provider keeps a secret.

use std::collections::BTreeSet;

use crate::model::Platform;

use super::{Secret, Spec};

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// By what serves this platform. A store of AWS is the same one whatever runs beside it, and said to be ECS's.
    Platform(Platform),
    /// Its cluster is not there, or there is no cloud.
    Nobody,
    /// It could be either cloud.
    Open,
}

impl Spec {
    /// Who keeps a secret: its cluster, or the store of the cloud of whoever uses it.
    #[must_use]
    pub fn keeper(&self, name: &str) -> Keeper {
        let Some(secret) = self.secrets.get(name) else {
            return Keeper::Nobody;
        };
        let on = |cluster: &String| Some(self.clusters.get(cluster)?.platform);
        match (secret.store.as_deref(), &secret.cluster) {
            (None, Some(cluster)) => on(cluster).map_or(Keeper::Nobody, Keeper::Platform),
            (Some("ssm"), _) => self.if_on_aws(),
            _ => self.store(name, secret),
        }
    }

    fn if_on_aws(&self) -> Keeper {
        match self.aws {
            Some(_) => Keeper::Platform(Platform::Ecs),
            None => Keeper::Nobody,
        }
    }

    /// The store of a cloud: of its cluster's, else of that of its users, else of all clusters, else of the only one.
    fn store(&self, name: &str, secret: &Secret) -> Keeper {
        let cluster = secret.cluster.iter().collect();
        let every = || self.clusters.keys().collect();
        let mut clouds = self.clouds(cluster);
        for others in [self.users(name), every()] {
            if clouds.is_empty() {
                clouds = self.clouds(others);
            }
        }
        match (clouds.first(), clouds.len(), &self.aws, &self.gcp) {
            (Some(cloud), 1, _, _) => Keeper::Platform(*cloud),
            (Some(_), _, _, _) => Keeper::Open,
            (None, _, Some(_), Some(_)) => Keeper::Open,
            (None, _, Some(_), None) => Keeper::Platform(Platform::Ecs),
            (None, _, None, Some(_)) => Keeper::Platform(Platform::Gke),
            (None, _, None, None) => Keeper::Nobody,
        }
    }

    /// Clusters of what runs with a secret.
    fn users(&self, name: &str) -> BTreeSet<&String> {
        let uses = |secrets: &std::collections::BTreeMap<String, String>| {
            secrets.values().any(|secret| secret == name)
        };
        let workloads = self.workloads.values().filter(|one| {
            let sidecars = one.sidecars.values();
            sidecars
                .chain([&one.container])
                .any(|container| uses(&container.secrets))
        });
        let jobs = self.jobs.values();
        let jobs = jobs.filter(|one| uses(&one.container.secrets));
        workloads
            .map(|one| &one.cluster)
            .chain(jobs.map(|one| &one.cluster))
            .collect()
    }

    /// The clouds of clusters, each by the platform that stands for its store.
    fn clouds(&self, clusters: BTreeSet<&String>) -> BTreeSet<Platform> {
        let platforms = clusters
            .into_iter()
            .filter_map(|name| Some(self.clusters.get(name)?.platform));
        platforms
            .filter_map(|platform| match platform {
                Platform::Eks | Platform::Ecs => Some(Platform::Ecs),
                Platform::Gke => Some(Platform::Gke),
                // Its nodes may be anywhere.
                Platform::Kubernetes => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::spec::{Input, load};

    const BOTH: &str = "stack = \"s\"\n[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n\
        [cloud.gcp]\nproject = \"acme-prod\"\nregion = \"europe-west1\"\n[secret.db]\nfrom = { env = \"DB\" }\n";

    const GKE: &str = "[cluster.g]\nplatform = \"gke\"\ngke = { autopilot = true }\n";
    const ECS: &str = "[cluster.e]\nplatform = \"ecs\"\n";

    fn keeper(text: &str) -> Keeper {
        let input = Input {
            allow_unbuilt: true,
            ..Input::file("t.toml", text)
        };
        load(&input).unwrap().spec.keeper("db")
    }

    #[test]
    fn a_cluster_says_whose_store_it_is() {
        let of = |more: &str| keeper(&format!("{BOTH}{more}\n{GKE}{ECS}"));
        let gke = Keeper::Platform(Platform::Gke);
        assert_eq!(of("store = \"cloud\"\ncluster = \"g\""), gke);
        assert_eq!(of("cluster = \"g\""), gke);
        let ecs = Keeper::Platform(Platform::Ecs);
        assert_eq!(of("store = \"cloud\"\ncluster = \"e\""), ecs);
        assert_eq!(of("store = \"ssm\""), ecs);
    }

    #[test]
    fn without_one_its_users_say_so_or_all_clusters_do() {
        let store = format!("{BOTH}store = \"cloud\"\n");
        let gke = Keeper::Platform(Platform::Gke);
        assert_eq!(keeper(&format!("{store}{GKE}")), gke);
        let used =
            "[workload.web]\ncluster = \"g\"\nimage = \"a/b:1\"\nsecrets = { DB = \"db\" }\n";
        assert_eq!(keeper(&format!("{store}{GKE}{ECS}{used}")), gke);
        let google = store.replace(
            "[cloud.aws]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n",
            "",
        );
        assert_eq!(keeper(&google), gke);
    }

    #[test]
    fn what_could_be_either_is_refused() {
        let text = format!("{BOTH}store = \"cloud\"\n{GKE}{ECS}");
        let input = Input {
            allow_unbuilt: true,
            ..Input::file("t.toml", text)
        };
        let all = load(&input).unwrap_err();
        assert!(all.iter().any(|one| one.code == "ambiguous"), "{all:?}");
    }
}
