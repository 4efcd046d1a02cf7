//! Networks: ranges that overlap, and what goes with `existing`.

use std::collections::BTreeMap;

use super::Check;
use crate::contract::Severity;
use crate::model::Platform;
use crate::spec::cidr::{self, Range};
use crate::spec::format::Format;
use crate::spec::overlay::repeated;
use crate::spec::types::{Endpoints, Network};

pub(super) fn check(check: &mut Check<'_>) {
    let spec = check.spec;
    let mut users: BTreeMap<&str, Vec<(&str, Platform)>> = BTreeMap::new();
    for (name, cluster) in &spec.clusters {
        let of_network = users.entry(cluster.network.as_str()).or_default();
        of_network.push((name, cluster.platform));
    }
    for (name, network) in &spec.networks {
        let users = users.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        existing(check, name, network, users);
        groups(check, name, network);
        endpoints(check, name, network);
        let used = !users.is_empty();
        let clouds = usize::from(spec.aws.is_some()) + usize::from(spec.gcp.is_some());
        if !used && clouds == 0 {
            let message = format!("network `{name}` belongs to no cloud");
            let help = "add [cloud.aws] or [cloud.gcp]";
            check.wrong("missing-cloud", &format!("network.{name}"), message, help);
        }
        if !used && clouds > 1 {
            let message =
                format!("network `{name}` is used by no cluster, so that its cloud is open");
            let help = "name it in a cluster, or remove it";
            check.wrong("ambiguous", &format!("network.{name}"), message, help);
        }
    }
    inline_and_own(check);
    overlaps(check);
}

/// Where a network is written: its block, or the table inside its cluster.
fn path(check: &Check<'_>, name: &str, key: &str) -> String {
    let inline = format!("cluster.{name}.network.{key}");
    if check.places.get(&inline).is_some() {
        return inline;
    }
    let own = format!("network.{name}");
    if check.places.get(&own).is_none() {
        return format!("cluster.{name}");
    }
    format!("{own}.{key}")
}

fn existing(check: &mut Check<'_>, name: &str, network: &Network, users: &[(&str, Platform)]) {
    let Some(existing) = &network.existing else {
        if network.subnets.is_some() {
            let message =
                "`subnets` needs `existing`: the subnets of an own network are made by provision";
            let path = path(check, name, "subnets");
            check.wrong(
                "contradiction",
                &path,
                message,
                "add `existing`, or remove `subnets`",
            );
        }
        return;
    };
    let base = path(check, name, "existing");
    if existing.is_empty() {
        let help = "write { aws = \"vpc-…\" } or { gcp = \"NAME\" }";
        check.wrong("missing-key", &base, "`existing` names no network", help);
    }
    for (cluster, platform) in users {
        let cloud = match platform {
            Platform::Eks | Platform::Ecs => "aws",
            Platform::Gke => "gcp",
            Platform::Kubernetes => continue,
        };
        if !existing.is_empty() && !existing.contains_key(cloud) {
            let message = format!(
                "cluster `{cluster}` on {platform} uses network `{name}`, which exists elsewhere only"
            );
            let help = format!("add {cloud} to its `existing`");
            check.wrong("contradiction", &base, message, help);
        }
    }
    let subnets = network.subnets.iter();
    if existing.contains_key("aws") && !existing.contains_key("gcp") {
        for (role, ids) in
            subnets.flat_map(|subnets| [("private", &subnets.private), ("public", &subnets.public)])
        {
            for (index, id) in ids.iter().enumerate() {
                if let Err(fault) = Format::Id("subnet-").check(id) {
                    let path = path(check, name, &format!("subnets.{role}.{index}"));
                    let help = fault.help.unwrap_or_default();
                    check.wrong("bad-value", &path, format!("`{id}` {}", fault.what), help);
                }
            }
        }
    }
}

fn groups(check: &mut Check<'_>, name: &str, network: &Network) {
    for index in repeated(&network.security_groups) {
        let path = path(check, name, &format!("security_groups.{index}"));
        check.wrong(
            "duplicate",
            &path,
            "this security group is named twice",
            "remove one",
        );
    }
}

/// Names of AWS's services as its endpoints have them: `ecr.api`.
fn endpoints(check: &mut Check<'_>, name: &str, network: &Network) {
    let Endpoints::Named(names) = &network.endpoints else {
        return;
    };
    let sign =
        |sign: u8| sign.is_ascii_lowercase() || sign.is_ascii_digit() || b".-_".contains(&sign);
    for (index, service) in names.iter().enumerate() {
        if service.bytes().all(sign) && !service.starts_with("com.") {
            continue;
        }
        let short = service
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let message = format!("`{service}` is not the short name of a service");
        let help = format!("write it without its region, such as \"{short}\" or \"ecr.api\"");
        let path = path(check, name, &format!("endpoints.{index}"));
        check.wrong("bad-value", &path, message, help);
    }
    for index in repeated(names) {
        let path = path(check, name, &format!("endpoints.{index}"));
        check.wrong(
            "duplicate",
            &path,
            "this service is named twice",
            "remove one",
        );
    }
}

/// A cluster with an inline network of the same name as a block.
fn inline_and_own(check: &mut Check<'_>) {
    for name in check.spec.clusters.keys() {
        let inline = format!("cluster.{name}.network.");
        let own = format!("network.{name}");
        let is_table = check
            .places
            .iter_from(&inline)
            .next()
            .is_some_and(|(path, _)| path.starts_with(&inline));
        if is_table && check.places.is_written(&own) {
            let message = format!("network `{name}` is declared here and as [network.{name}]");
            let path = format!("cluster.{name}.network");
            check.clash("duplicate", &path, &own, message, "keep one of them");
        }
    }
}

/// Networks whose ranges overlap: sorted by their first address, each is compared with the furthest-reaching
/// before it, so that this is linear after sorting.
fn overlaps(check: &mut Check<'_>) {
    let mut ranges: Vec<(Range, &String, bool)> = Vec::new();
    for (name, network) in &check.spec.networks {
        let at = path(check, name, "cidr");
        let written = check.places.get(&at).is_some();
        if let (None, Some(range), false) = (
            &network.existing,
            cidr::range(&network.cidr),
            check.places.broken(&at),
        ) {
            ranges.push((range, name, written));
        }
    }
    ranges.sort();
    let free = free_range(check);
    let mut furthest: Option<(Range, &String, bool)> = None;
    for now in ranges {
        if let Some(before) = furthest.filter(|before| before.0.last >= now.0.first) {
            overlap(check, before, now, free.as_deref());
        }
        if furthest.is_none_or(|before| now.0.last > before.0.last) {
            furthest = Some(now);
        }
    }
}

fn overlap(
    check: &mut Check<'_>,
    a: (Range, &String, bool),
    b: (Range, &String, bool),
    free: Option<&str>,
) {
    let cidr = |name: &String| {
        check
            .spec
            .networks
            .get(name)
            .map_or("", |network| network.cidr.as_str())
    };
    // The one with a written range is to be changed; of two, the later one by name.
    let (one, other) = match (a.2, b.2) {
        (true, false) => (b.1, a.1),
        (false, true) => (a.1, b.1),
        _ => (a.1.min(b.1), a.1.max(b.1)),
    };
    let message = format!(
        "the range {} of network `{other}` overlaps {} of network `{one}`",
        cidr(other),
        cidr(one)
    );
    if !a.2 && !b.2 {
        let note = format!(
            "{message}: both have the default, so they can never be connected to each other"
        );
        check.note(Severity::Info, "overlap", &format!("network.{other}"), note);
        return;
    }
    let (here, there) = (path(check, other, "cidr"), path(check, one, "cidr"));
    let help = free.map_or_else(
        || "take a range that is free".to_owned(),
        |free| format!("\"{free}\" is free"),
    );
    check.clash("overlap", &here, &there, message, &help);
}

/// The first /16 of 10.0.0.0/8 that no network of the spec touches.
fn free_range(check: &Check<'_>) -> Option<String> {
    let mut taken = [false; 256];
    let networks = check.spec.networks.values();
    for range in networks.filter_map(|network| cidr::range(&network.cidr)) {
        for (index, taken) in (0_u32..).zip(taken.iter_mut()) {
            let first = 0x0a00_0000 | index << 16;
            *taken |= range.first <= (first | 0xffff) && first <= range.last;
        }
    }
    let free = taken.iter().position(|taken| !taken)?;
    Some(format!("10.{free}.0.0/16"))
}
