//! A live cluster in the words of a spec, whichever tool made it; and what no word can say.
//!
//! Everything is read and nothing is decided: what is written is what is live, so that its plan adopts and changes
//! nothing. Add-ons, roles, groups and templates are not written: they stay as they are when a cluster is adopted.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{Addon, Cluster as Wire, IpFamily, LogSetup};
use futures::future::{join, join_all};
use provision_aws::kind::pages;
use provision_aws::{Aws, Fault, network_words};
use provision_core::contract::{Class, Failure, Import, Imported, LeftOut, Words};
use serde_json::{Value as Json, json};

use crate::addons::ADDONS;
use crate::advice::addons;
use crate::calendar;
use crate::kinds::{client as eks, is_everybody};

mod access;
mod pool;

/// What is read on the way.
pub(crate) struct Reading<'a> {
    aws: &'a Aws,
    name: &'a str,
    /// The control plane's minor.
    version: &'a str,
    left: Vec<LeftOut>,
}

/// Reads a cluster and what is in it.
///
/// # Errors
/// It is not there, or may not be read.
pub(crate) async fn import(aws: &Aws, wish: &Import) -> Result<Imported, Failure> {
    let name = crate::expand::name_in(&wish.cluster);
    let fault = |fault: Fault| fault.about(&wish.cluster).failure();
    let cluster = describe(aws, name).await.map_err(fault)?;
    let cluster = cluster.ok_or_else(|| not_there(wish))?;
    let mut reading = Reading {
        aws,
        name,
        version: cluster.version().unwrap_or_default(),
        left: Vec::new(),
    };
    let vpc = cluster
        .resources_vpc_config()
        .and_then(|network| network.vpc_id());
    let network = match vpc {
        Some(vpc) => network_words(aws, vpc).await.map_err(fault)?,
        None => (Words::new(), Vec::new()),
    };
    for what in network.1 {
        reading.leave("network", what);
    }
    let mut words = reading.cluster(&cluster);
    let access = reading.access(&cluster).await.map_err(fault)?;
    if !access.is_empty() {
        words.insert("access".to_owned(), Json::Array(access));
    }
    reading.addons().await.map_err(fault)?;
    let pools = reading.pools().await.map_err(fault)?;
    reading.strangers().await;
    Ok(Imported {
        name: name.to_owned(),
        network: network.0,
        cluster: words,
        pools,
        left: reading.left,
        ..Imported::default()
    })
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<Wire>, Fault> {
    let request = eks(aws).describe_cluster().name(name);
    let answer = aws
        .read("eks:DescribeCluster", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => Ok(answer.cluster),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn not_there(wish: &Import) -> Failure {
    Failure {
        class: Class::NotFound,
        code: "cluster".to_owned(),
        message: format!(
            "there is no EKS cluster {} in {}",
            wish.cluster, wish.context.region
        ),
        call: Some("eks:DescribeCluster".to_owned()),
        object: Some(wish.cluster.clone()),
        advice: Some("name a cluster of this account, and its region with --region".to_owned()),
    }
}

impl Reading<'_> {
    fn leave(&mut self, of: &str, what: impl Into<String>) {
        self.left.push(LeftOut {
            of: of.to_owned(),
            what: what.into(),
        });
    }

    fn cluster(&mut self, cluster: &Wire) -> Words {
        let mut words = Words::from([
            ("adopt".to_owned(), Json::from(self.name)),
            ("platform".to_owned(), Json::from("eks")),
            ("endpoint".to_owned(), endpoint(cluster)),
            ("eks".to_owned(), extras(cluster)),
        ]);
        let version = cluster.version().unwrap_or_default();
        if calendar::offered().iter().any(|known| known == version) {
            words.insert("version".to_owned(), Json::from(version));
        } else {
            let what = format!("Kubernetes {version}, which EKS no longer offers: it is kept");
            self.leave("cluster", what);
        }
        if cluster.deletion_protection == Some(true) {
            words.insert("protect".to_owned(), Json::from(true));
        }
        self.leave_of(cluster);
        words
    }

    /// Settings of a control plane that no word says.
    fn leave_of(&mut self, cluster: &Wire) {
        let keys = cluster.encryption_config().iter();
        let keys: Vec<&str> = keys
            .filter_map(|config| config.provider()?.key_arn())
            .collect();
        if !keys.is_empty() {
            let what = format!("secrets are encrypted with {}", keys.join(", "));
            self.leave("cluster", what);
        }
        let network = cluster.kubernetes_network_config();
        if network.and_then(|network| network.ip_family()) == Some(&IpFamily::Ipv6) {
            self.leave("cluster", "pods have IPv6 addresses");
        }
        let auto = cluster.compute_config().and_then(|config| config.enabled);
        if auto == Some(true) {
            self.leave("cluster", "EKS Auto Mode makes nodes of its own");
        }
        if cluster.remote_network_config().is_some() {
            self.leave("cluster", "hybrid nodes of networks elsewhere");
        }
        if let Some(tags) = tags(cluster.tags.as_ref()) {
            self.leave("cluster", tags);
        }
    }

    /// Add-ons: those that every cluster of ours has are adopted; what is special about them stays.
    async fn addons(&mut self) -> Result<(), Fault> {
        let (aws, name) = (self.aws, self.name);
        let names = pages(|token| async {
            let request = eks(aws)
                .list_addons()
                .cluster_name(name)
                .set_next_token(token);
            let answer = aws
                .read("eks:ListAddons", || request.clone().send())
                .await?;
            Ok((answer.addons, answer.next_token))
        })
        .await?;
        let reads = names.iter().map(|addon| {
            let request = eks(aws)
                .describe_addon()
                .cluster_name(name)
                .addon_name(addon);
            async move {
                let read = aws.read("eks:DescribeAddon", || request.clone().send());
                (addon, read.await)
            }
        });
        for (addon, answer) in join_all(reads).await {
            let listed = ADDONS.iter().any(|listed| listed.name == addon);
            match answer?.addon.filter(|_| listed) {
                Some(found) => self.leave_of_addon(addon, &found),
                None => self.leave("cluster", format!("add-on {addon}, which is not adopted")),
            }
        }
        for listed in ADDONS
            .iter()
            .filter(|one| !names.iter().any(|name| name == one.name))
        {
            let what = format!(
                "EKS does not manage an add-on {}: it is not made",
                listed.name
            );
            self.leave("cluster", what);
        }
        Ok(())
    }

    /// What is special about an add-on that is adopted.
    fn leave_of_addon(&mut self, name: &str, addon: &Addon) {
        if addon
            .configuration_values()
            .is_some_and(|text| !text.is_empty())
        {
            self.leave("cluster", format!("settings of add-on {name}"));
        }
        if let Some(role) = addon.service_account_role_arn() {
            let what = format!("add-on {name} takes the role {role}");
            self.leave("cluster", what);
        }
        let version = addon.addon_version().unwrap_or_default();
        if addons::is_behind(name, version, self.version) {
            let what = format!(
                "add-on {name} is {version}: the first plan after the adoption brings it to the control plane's {}",
                self.version
            );
            self.leave("cluster", what);
        }
    }

    /// What runs pods and is no managed node group. That a list cannot be read is said, and stops nothing.
    async fn strangers(&mut self) {
        let (aws, name) = (self.aws, self.name);
        let fargate = pages(|token| async {
            let request = eks(aws)
                .list_fargate_profiles()
                .cluster_name(name)
                .set_next_token(token);
            let answer = aws
                .read("eks:ListFargateProfiles", || request.clone().send())
                .await?;
            Ok((answer.fargate_profile_names, answer.next_token))
        });
        let (fargate, machines) = join(fargate, provision_aws::loose_machines(aws, name)).await;
        match fargate {
            Ok(names) => {
                for name in names {
                    self.leave("cluster", format!("Fargate profile {name}"));
                }
            }
            Err(fault) => self.leave(
                "cluster",
                format!("Fargate profiles could not be listed: {fault}"),
            ),
        }
        match machines {
            Ok(0) => {}
            Ok(number) => self.leave(
                "cluster",
                format!("{number} machines that no managed node group made (self-managed nodes)"),
            ),
            Err(fault) => self.leave(
                "cluster",
                format!("self-managed nodes could not be listed: {fault}"),
            ),
        }
    }
}

fn endpoint(cluster: &Wire) -> Json {
    let network = cluster.resources_vpc_config();
    let public = network.is_some_and(|network| network.endpoint_public_access);
    let private = network.is_some_and(|network| network.endpoint_private_access);
    let ranges = network.map_or(&[][..], |network| network.public_access_cidrs());
    let public = match public && !is_everybody(ranges) {
        true => json!(ranges),
        false => json!(public),
    };
    json!({ "public": public, "private": private })
}

fn extras(cluster: &Wire) -> Json {
    let support = cluster
        .upgrade_policy()
        .and_then(|policy| policy.support_type())
        .map_or("standard".to_owned(), |support| {
            support.as_str().to_lowercase()
        });
    let logging = cluster.logging();
    let setups = logging.map_or(&[][..], |logging| logging.cluster_logging());
    let on = setups.iter().filter(|setup| setup.enabled == Some(true));
    let mut logs: Vec<&str> = on
        .flat_map(LogSetup::types)
        .map(aws_sdk_eks::types::LogType::as_str)
        .collect();
    logs.sort_unstable();
    let mut extras = json!({ "support": support });
    let tier = cluster
        .control_plane_scaling_config()
        .and_then(|config| config.tier())
        .map(aws_sdk_eks::types::ProvisionedControlPlaneTier::as_str);
    if let Some(tier) = tier.filter(|tier| *tier != "standard") {
        extras["control_plane"] = json!(tier);
    }
    if !logs.is_empty() {
        extras["logging"] = json!(logs);
    }
    extras
}

/// Tags of somebody's, in a sentence.
fn tags(all: Option<&std::collections::HashMap<String, String>>) -> Option<String> {
    let all: BTreeMap<&String, &String> = all?.iter().collect();
    let theirs = all.keys().filter(|key| !key.starts_with("aws:"));
    let theirs: Vec<&str> = theirs.map(|key| key.as_str()).collect();
    (!theirs.is_empty()).then(|| format!("tags {}", theirs.join(", ")))
}

#[cfg(test)]
mod tests;
