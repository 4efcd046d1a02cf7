//! Add-ons along the way of a control plane.
//!
//! An add-on is kept while it fits. Before a minor that it does not fit it moves to that minor's default, where that fits
//! the present one as well; else it moves afterwards. kube-proxy follows every minor, and never runs ahead of the API.

use std::collections::BTreeMap;

use aws_sdk_eks::types::AddonInfo;
use futures::future::try_join_all;
use provision_aws::kind::pages;
use provision_aws::{Aws, Fault};
use provision_core::contract::{Advice, Follow};
use provision_core::model::{Fields, Minor, Observed, Value};

use super::Way;
use crate::kinds::client;

/// The add-on whose versions are those of Kubernetes.
const PROXY: &str = "kube-proxy";

/// The add-on that EKS moves by one of its own minors at a time.
const NETWORK: &str = "vpc-cni";

/// kube-proxy goes last at every stop: while it is behind, so may others be.
const LAST: u32 = 99;

/// One version of an add-on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    name: String,
    /// The Kubernetes minors that it fits, and whether it is their default.
    fits: BTreeMap<String, bool>,
}

/// Versions by add-on, newest first.
pub(super) type Offers = BTreeMap<String, Vec<Version>>;

/// Reads what there is of all add-ons on the ways, once for each whatever the number of clusters and minors.
pub(super) async fn offers(aws: &Aws, ways: &[Way<'_>]) -> Result<Offers, Fault> {
    let mut names: Vec<&str> = ways
        .iter()
        .flat_map(|way| way.addons.iter().filter_map(|addon| name(addon)))
        .collect();
    names.sort_unstable();
    names.dedup();
    let reads = names.into_iter().map(|name| async move {
        let infos = pages(|token| async {
            let request = client(aws)
                .describe_addon_versions()
                .addon_name(name)
                .set_next_token(token);
            let answer = aws
                .read("eks:DescribeAddonVersions", || request.clone().send())
                .await?;
            Ok((answer.addons, answer.next_token))
        })
        .await?;
        Ok::<_, Fault>((name.to_owned(), versions(&infos)))
    });
    Ok(try_join_all(reads).await?.into_iter().collect())
}

fn versions(infos: &[AddonInfo]) -> Vec<Version> {
    let rows = infos.iter().flat_map(AddonInfo::addon_versions);
    rows.map(|row| Version {
        name: row.addon_version().unwrap_or_default().to_owned(),
        fits: row
            .compatibilities()
            .iter()
            .filter_map(|fit| Some((fit.cluster_version()?.to_owned(), fit.default_version)))
            .collect(),
    })
    .collect()
}

fn name(addon: &Observed) -> Option<&str> {
    addon.fields.get("name")?.as_text()
}

fn version(addon: &Observed) -> Option<&str> {
    addon.fields.get("version")?.as_text()
}

/// Whether add-ons of the cluster may have been left behind by an upgrade.
pub(super) fn left_behind(way: &Way<'_>) -> bool {
    proxy_is_behind(way, way.from)
}

/// Whether kube-proxy is of an older minor than this one.
pub(super) fn proxy_is_behind(way: &Way<'_>, kubernetes: &str) -> bool {
    let mut addons = way.addons.iter();
    addons.any(|addon| match (name(addon), version(addon)) {
        (Some(name), Some(version)) => is_behind(name, version, kubernetes),
        _ => false,
    })
}

/// Whether an add-on follows the minors of Kubernetes and is behind this one.
pub(crate) fn is_behind(name: &str, version: &str, kubernetes: &str) -> bool {
    let at = Minor::of(version);
    name == PROXY && at.is_some() && at < Minor::of(kubernetes)
}

/// What each add-on of the cluster takes on the way.
pub(super) fn follow(way: &Way<'_>, offers: &Offers, advice: &mut Advice) {
    for addon in &way.addons {
        if let (Some(name), Some(now)) = (name(addon), version(addon))
            && let Some(versions) = offers.get(name)
        {
            let moves = Moves {
                versions,
                proxy: name == PROXY,
                network: name == NETWORK,
            };
            let rank = |nth: u32| if moves.proxy { LAST } else { nth };
            let mut last = "";
            let mut nth = 0;
            for (stop, version) in &moves.along(now, way.from, way.stops) {
                nth = if *stop == last { nth + 1 } else { 1 };
                last = stop;
                advice.follow.push(Follow {
                    walker: way.id.clone(),
                    stop: stop.clone(),
                    id: addon.id.clone(),
                    rank: rank(nth),
                    set: Fields::from([("version".to_owned(), Value::text(version))]),
                });
            }
        }
    }
}

/// One add-on on its way.
struct Moves<'a> {
    versions: &'a [Version],
    proxy: bool,
    network: bool,
}

impl Moves<'_> {
    /// The versions that it takes, each with the stop at which it does.
    fn along(&self, now: &str, from: &str, stops: &[String]) -> Vec<(String, String)> {
        let mut moves = Vec::new();
        let mut now = now.to_owned();
        let mut go = |now: &mut String, here: &str, to: Option<&str>| {
            for version in to.map(|to| self.hops(now, to, here)).unwrap_or_default() {
                moves.push((here.to_owned(), version.clone()));
                *now = version;
            }
        };
        if !self.stays(&now, from) {
            go(&mut now, from, self.default(from));
        }
        let mut here = from;
        for next in stops {
            if !self.stays(&now, next) {
                match self.bridge(here, next) {
                    Some(version) => go(&mut now, here, Some(version)),
                    None => go(&mut now, next, self.default(next)),
                }
            }
            here = next;
        }
        moves
    }

    fn fits(&self, version: &str, kubernetes: &str) -> bool {
        let mut rows = self.versions.iter();
        rows.any(|row| row.name == version && row.fits.contains_key(kubernetes))
    }

    /// Whether it can be kept. What EKS does not list is not ours to judge.
    fn stays(&self, version: &str, kubernetes: &str) -> bool {
        if self.proxy {
            return Minor::of(version) == Minor::of(kubernetes);
        }
        let known = self
            .versions
            .iter()
            .any(|row| row.fits.contains_key(kubernetes));
        !known || self.fits(version, kubernetes)
    }

    fn default(&self, kubernetes: &str) -> Option<&str> {
        let fits = |row: &&Version| row.fits.contains_key(kubernetes);
        let default = |row: &&Version| row.fits.get(kubernetes) == Some(&true);
        let mut rows = self.versions.iter().filter(fits);
        let chosen = self.versions.iter().find(default).or_else(|| rows.next());
        chosen.map(|row| row.name.as_str())
    }

    /// A version for the next minor that the present one takes as well: it goes ahead of the control plane.
    fn bridge(&self, here: &str, next: &str) -> Option<&str> {
        let up = Minor::of(next) > Minor::of(here);
        if self.proxy && up {
            return None;
        }
        let default = self.default(next).filter(|one| self.fits(one, here));
        let both = |row: &&Version| row.fits.contains_key(here) && row.fits.contains_key(next);
        let any = self.versions.iter().filter(|_| !self.proxy).find(both);
        default.or_else(|| any.map(|row| row.name.as_str()))
    }

    /// The way to a version: at once, or by every minor of the network plug-in between.
    fn hops(&self, now: &str, to: &str, kubernetes: &str) -> Vec<String> {
        let mut hops = Vec::new();
        if self.network
            && let (Some(from), Some(goal)) = (Minor::of(now), Minor::of(to))
        {
            let between: Vec<u32> = match from.minor < goal.minor {
                true => (from.minor + 1..goal.minor).collect(),
                false => (goal.minor + 1..from.minor).rev().collect(),
            };
            for step in between {
                let fits = |row: &&Version| {
                    Minor::of(&row.name) == Some(goal.at(step)) && row.fits.contains_key(kubernetes)
                };
                hops.extend(self.versions.iter().find(fits).map(|row| row.name.clone()));
            }
        }
        hops.push(to.to_owned());
        hops
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, fits: &[&str], default: &[&str]) -> Version {
        let fit = |minor: &&str| ((*minor).to_owned(), default.contains(minor));
        Version {
            name: name.to_owned(),
            fits: fits.iter().map(fit).collect(),
        }
    }

    fn along(
        name: &str,
        versions: &[Version],
        now: &str,
        from: &str,
        stops: &[&str],
    ) -> Vec<String> {
        let stops: Vec<String> = stops.iter().map(|stop| (*stop).to_owned()).collect();
        let moves = Moves {
            versions,
            proxy: name == PROXY,
            network: name == NETWORK,
        };
        let moves = moves.along(now, from, &stops);
        moves
            .into_iter()
            .map(|(stop, to)| format!("{stop} {to}"))
            .collect()
    }

    #[test]
    fn an_add_on_is_kept_while_it_fits_and_then_goes_ahead_where_it_can() {
        let versions = [
            row("v3", &["1.35", "1.36"], &["1.36"]),
            row("v2", &["1.34", "1.35"], &["1.35"]),
            row("v1", &["1.33", "1.34"], &["1.33", "1.34"]),
        ];
        let way = ["1.34", "1.35", "1.36"];
        assert_eq!(along("dns", &versions, "v1", "1.33", &way[..1]), [""; 0]);
        assert_eq!(
            along("dns", &versions, "v1", "1.33", &way),
            ["1.34 v2", "1.35 v3"]
        );
        // Nothing fits both: it follows.
        let apart = [row("v3", &["1.35"], &["1.35"]), row("v1", &["1.34"], &[])];
        assert_eq!(along("dns", &apart, "v1", "1.34", &["1.35"]), ["1.35 v3"]);
        // On the way back it goes ahead as well, and what was left behind is brought along.
        assert_eq!(
            along("dns", &versions, "v3", "1.35", &["1.34"]),
            ["1.35 v2"]
        );
        assert_eq!(along("dns", &versions, "v1", "1.35", &[]), ["1.35 v2"]);
        // A version of somebody's own, of a minor that EKS says nothing of.
        assert_eq!(along("dns", &[], "v9", "1.33", &way), [""; 0]);
    }

    #[test]
    fn the_proxy_follows_every_minor_and_goes_ahead_only_on_the_way_back() {
        let versions = [
            row("v1.35.0", &["1.35"], &["1.35"]),
            row("v1.34.1", &["1.34", "1.35"], &["1.34"]),
            row("v1.33.9", &["1.33", "1.34"], &["1.33"]),
        ];
        let up = along(PROXY, &versions, "v1.33.9", "1.33", &["1.34", "1.35"]);
        assert_eq!(up, ["1.34 v1.34.1", "1.35 v1.35.0"]);
        let back = along(PROXY, &versions, "v1.35.0", "1.35", &["1.34"]);
        assert_eq!(back, ["1.35 v1.34.1"]);
    }

    #[test]
    fn the_network_plug_in_goes_by_its_own_minors() {
        let all = ["1.34", "1.35"];
        let versions = [
            row("v1.22.1", &all, &["1.35"]),
            row("v1.21.1", &all, &[]),
            row("v1.20.5", &all, &[]),
            row("v1.19.6", &["1.34"], &["1.34"]),
        ];
        assert_eq!(
            along(NETWORK, &versions, "v1.19.6", "1.34", &["1.35"]),
            ["1.34 v1.20.5", "1.34 v1.21.1", "1.34 v1.22.1"]
        );
    }
}
