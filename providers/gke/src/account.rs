//! What is on offer in the project and region: services, zones, versions. All is asked for at once.

use std::collections::BTreeMap;

use futures::future::join3;
use google_cloud_container_v1::model::ServerConfig;
use provision_core::contract::{Account, Class, Facts, Failure};

use crate::client::Gcp;
use crate::error::Fault;

/// Services that a cluster needs.
const NEEDED: [&str; 4] = [
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "iam.googleapis.com",
];

/// Services that only some stacks need.
const SOMETIMES: [&str; 1] = ["secretmanager.googleapis.com"];

/// The key of the fact that names those of them that are not enabled, with a blank between two.
pub(crate) const OFF: &str = "gke.off";

/// Keys of facts that hold the minors of a channel, its default first.
pub(crate) const CHANNEL: &str = "gke.channel.";

/// The facts of the project.
pub(crate) async fn facts(gcp: &Gcp) -> Result<Account, Failure> {
    gcp.reach().check(gcp.project())?;
    let (disabled, zones, config) = join3(disabled(gcp), zones(gcp), versions(gcp)).await;
    // An API that is not enabled refuses its own call as well, and names itself alone.
    let disabled = disabled.map_err(|fault| fault.failure())?;
    let is_needed = |name: &String| NEEDED.contains(&name.as_str());
    let (missing, off): (Vec<_>, Vec<_>) = disabled.into_iter().partition(is_needed);
    if !missing.is_empty() {
        return Err(not_enabled(gcp.project(), &missing));
    }
    let zones = zones.map_err(|fault| fault.failure())?;
    let config = config.map_err(|fault| fault.failure())?;
    Ok(Account {
        facts: Facts {
            account: gcp.project().to_owned(),
            zones,
            versions: minors(
                &config.default_cluster_version,
                &config.valid_master_versions,
            ),
            extra: channels(&config)
                .into_iter()
                .chain((!off.is_empty()).then(|| (OFF.to_owned(), off.join(" "))))
                .collect(),
            ..Facts::default()
        },
        notes: Vec::new(),
    })
}

/// The needed services that are not enabled. Whoever may not ask is told by the calls themselves.
async fn disabled(gcp: &Gcp) -> Result<Vec<String>, Fault> {
    let client = gcp.services().await?;
    let parent = format!("projects/{}", gcp.project());
    let names = NEEDED.iter().chain(&SOMETIMES);
    let names = names.map(|name| format!("{parent}/services/{name}"));
    let request = client
        .batch_get_services()
        .set_parent(&parent)
        .set_names(names);
    let answer = gcp
        .read("serviceusage.services.batchGet", || request.clone().send())
        .await;
    let services = match answer {
        Ok(answer) => answer.services,
        Err(fault) if fault.status == 403 => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let off = services
        .into_iter()
        .filter(|service| service.state.name() != Some("ENABLED"));
    let name = |name: String| name.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(off.map(|service| name(service.name)).collect())
}

fn not_enabled(project: &str, names: &[String]) -> Failure {
    Failure {
        class: Class::Denied,
        code: "SERVICE_DISABLED".to_owned(),
        message: format!("not enabled in project {project}: {}", names.join(", ")),
        call: Some("serviceusage.services.batchGet".to_owned()),
        object: Some(project.to_owned()),
        advice: Some(format!(
            "enable what is missing, wait a minute, then run it again: gcloud services enable {} --project {project}",
            names.join(" ")
        )),
    }
}

/// Names of the region's zones, sorted.
async fn zones(gcp: &Gcp) -> Result<Vec<String>, Fault> {
    let client = gcp.regions().await?;
    let request = client
        .get()
        .set_project(gcp.project())
        .set_region(gcp.region());
    let region = gcp
        .read("compute.regions.get", || request.clone().send())
        .await?;
    Ok(usable(&region.zones))
}

/// The zones that every machine can be in. An AI zone (`us-central1-ai1a`) has accelerators for few and no other machines
/// ("AI zones" in Compute's documentation; openshift/installer#10269).
fn usable(urls: &[String]) -> Vec<String> {
    let last = |url: &String| url.rsplit('/').next().unwrap_or_default().to_owned();
    let plain = |zone: &String| zone.rsplit('-').next().is_some_and(|end| end.len() == 1);
    let mut zones: Vec<String> = urls.iter().map(last).filter(plain).collect();
    zones.sort_unstable();
    zones
}

async fn versions(gcp: &Gcp) -> Result<ServerConfig, Fault> {
    let client = gcp.container().await?;
    let name = format!("projects/{}/locations/{}", gcp.project(), gcp.region());
    let request = client.get_server_config().set_name(name);
    gcp.read("container.projects.locations.getServerConfig", || {
        request.clone().send()
    })
    .await
}

fn channels(config: &ServerConfig) -> BTreeMap<String, String> {
    let of = config.channels.iter().filter_map(|one| {
        let all = minors(&one.default_version, &one.valid_versions);
        Some((format!("{CHANNEL}{}", one.channel.name()?), all.join(" ")))
    });
    of.collect()
}

/// The minors of versions, newest first but for the default, which precedes them.
fn minors(default: &str, versions: &[String]) -> Vec<String> {
    let number = |version: &str| -> Option<(u32, u32)> {
        let mut parts = version.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let mut all: Vec<(u32, u32)> = versions.iter().filter_map(|one| number(one)).collect();
    all.sort_unstable();
    all.dedup();
    all.reverse();
    let first = number(default);
    let rest = all.into_iter().filter(|one| Some(*one) != first);
    let every = first.into_iter().chain(rest);
    every
        .map(|(major, minor)| format!("{major}.{minor}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minors_are_told_once_and_the_default_first() {
        let versions = [
            "1.33.5-gke.1",
            "1.35.0-gke.2",
            "1.34.1-gke.3",
            "1.33.2-gke.4",
        ];
        let versions = versions.map(str::to_owned);
        assert_eq!(minors("1.34.1-gke.3", &versions), ["1.34", "1.35", "1.33"]);
        assert!(minors("", &[]).is_empty());
    }

    #[test]
    fn zones_for_accelerators_alone_are_left_out() {
        let urls = ["us-central1-ai1a", "us-central1-f", "us-central1-a"];
        let urls = urls.map(|zone| {
            format!("https://www.googleapis.com/compute/v1/projects/acme/zones/{zone}")
        });
        assert_eq!(usable(&urls), ["us-central1-a", "us-central1-f"]);
    }

    #[test]
    fn what_is_not_enabled_is_named_with_the_command() {
        let failure = not_enabled("acme", &["container.googleapis.com".to_owned()]);
        assert!(failure.message.contains("container.googleapis.com"));
        assert!(
            failure
                .advice
                .is_some_and(|text| text.contains("gcloud services enable"))
        );
    }
}
