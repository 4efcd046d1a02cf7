//! Where live clusters are, when their network is somebody else's: they stay there.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_aws::kind::Live;
use provision_aws::{Aws, adopted, stand_key};
use provision_core::contract::{ExpandRequest, Facts, Failure};
use provision_core::model::{Platform, Value};
use provision_core::spec::{Cluster, Spec};
use serde::{Deserialize, Serialize};

use crate::expand::{cluster_name, name_in};
use crate::kinds::read_cluster;

/// Where a live cluster is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stand {
    /// Its VPC; empty where that was not told.
    pub(crate) vpc: String,
    /// Its subnets.
    pub(crate) subnets: Vec<String>,
}

/// Where live clusters are, as facts by address. Nothing is called for clusters in networks of ours.
pub(crate) async fn read(
    aws: &Aws,
    request: &ExpandRequest,
) -> Result<BTreeMap<String, String>, Failure> {
    let guests = request.spec.clusters.iter().filter(|(name, cluster)| {
        let lowered = request.blocks.contains(&address(name));
        lowered && cluster.platform == Platform::Eks && is_guest(&request.spec, cluster)
    });
    let reads = guests.map(|(name, cluster)| async move {
        let live = read_cluster(aws, &live_name(request, name, cluster)).await;
        let live = live.map_err(|fault| fault.about(address(name)).failure())?;
        Ok(live.map(|live| (stand_key(name), stand(&live))))
    });
    let answers: Result<Vec<_>, Failure> = join_all(reads).await.into_iter().collect();
    let found = answers?.into_iter().flatten();
    let text = |stand: &Stand| serde_json::to_string(stand).unwrap_or_default();
    Ok(found.map(|(key, stand)| (key, text(&stand))).collect())
}

/// The name of the live cluster: ours, or that of the one which was taken over, now or by an earlier run.
fn live_name(request: &ExpandRequest, name: &str, cluster: &Cluster) -> String {
    let adopted = adopted(request, &address(name), cluster.adopt.as_deref());
    let of_ours = || cluster_name(&request.context, name);
    adopted.map_or_else(of_ours, |id| name_in(&id).to_owned())
}

fn stand(live: &Live) -> Stand {
    let vpc = live.fields.get("vpc").and_then(Value::as_text);
    let subnets = match live.fields.get("subnets") {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    Stand {
        vpc: vpc.unwrap_or_default().to_owned(),
        subnets: subnets
            .iter()
            .filter_map(|item| item.as_text().map(str::to_owned))
            .collect(),
    }
}

/// Where the live cluster of this name is, if that was asked and there is one.
pub(crate) fn found(name: &str, facts: Option<&Facts>) -> Stand {
    let text = facts.and_then(|facts| facts.extra.get(&stand_key(name)));
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// Whether its network is somebody else's.
fn is_guest(spec: &Spec, cluster: &Cluster) -> bool {
    let network = spec.networks.get(&cluster.network);
    network.is_some_and(|network| network.existing.is_some())
}

fn address(name: &str) -> String {
    format!("cluster.{name}")
}

#[cfg(test)]
mod tests {
    use provision_core::contract::Context;
    use provision_core::spec::{Input, load};

    use super::*;

    fn request(facts: Option<Facts>) -> ExpandRequest {
        let text = "stack = \"s\"\n[cloud.aws]\nregion = \"eu-west-1\"\n[network.n]\nexisting = { aws = \
                    \"vpc-0123456789abcdef0\" }\n[cluster.main]\nplatform = \"eks\"\nnetwork = \"n\"\n";
        let loaded = load(&Input::file("t.toml", text));
        ExpandRequest {
            context: Context {
                stack: "s".to_owned(),
                account: None,
                region: "eu-west-1".to_owned(),
                labels: BTreeMap::new(),
            },
            blocks: Vec::new(),
            spec: loaded.unwrap_or_else(|all| panic!("{all:?}")).spec,
            facts,
            not_at_hand: BTreeMap::new(),
        }
    }

    #[test]
    fn what_was_taken_over_is_found_when_the_word_is_gone() {
        let name = |request: &ExpandRequest| {
            let cluster = &request.spec.clusters["main"];
            live_name(request, "main", cluster)
        };
        assert_eq!(name(&request(None)), "s-main");
        let arn = "arn:aws:eks:eu-west-1:123456789012:cluster/billing";
        let facts = Facts {
            adopted: [("cluster.main".to_owned(), arn.to_owned())].into(),
            ..Facts::default()
        };
        assert_eq!(name(&request(Some(facts))), "billing");
    }
}
