//! What GKE takes of a cluster and of a pool.

use std::collections::BTreeSet;

use super::Check;
use crate::spec::types::{Cluster, Maintenance, Pool};

/// How long a window is where the spec does not say it: the least that GKE takes.
const WINDOW_HOURS: u32 = 4;

pub(super) fn check(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    endpoint(check, base, cluster);
    kms_key(check, base, cluster);
    addons(check, base, cluster);
    if let Some(window) = &cluster.gke.maintenance {
        window_start(check, base, window);
        window_room(check, base, window);
    }
    if !cluster.gke.autopilot {
        if cluster.pools.is_empty() {
            let message = "a Standard cluster on gke has at least one pool";
            let help = format!("add [{base}.pool.default], or set gke = {{ autopilot = true }}");
            check.wrong("missing-pool", &format!("{base}.platform"), message, help);
        }
        return;
    }
    if cluster.gke.release_channel.as_deref() == Some("none") {
        let at = format!("{base}.gke.release_channel");
        let message = "an Autopilot cluster is always in a release channel";
        check.wrong(
            "contradiction",
            &at,
            message,
            "name a channel, such as \"regular\"",
        );
    }
    for name in cluster.pools.keys() {
        let message = "an Autopilot cluster has no pools: Google runs its nodes";
        let help = "remove the pool, or set `autopilot = false`";
        check.wrong(
            "contradiction",
            &format!("{base}.pool.{name}"),
            message,
            help,
        );
    }
}

/// The network reaches the API of GKE always.
fn endpoint(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    if !cluster.endpoint.private {
        let at = format!("{base}.endpoint.private");
        let message = "on gke the network reaches the API always";
        check.wrong("unsupported", &at, message, "remove it");
    }
}

/// GKE takes a key of the cluster's own region ("Encrypt secrets at the application layer").
fn kms_key(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    let region = check.spec.gcp.as_ref().map(|cloud| cloud.region.as_str());
    let key = cluster.gke.kms_key.as_deref();
    if let (Some(region), Some(of_key)) = (region, key.and_then(|key| key.split('/').nth(3)))
        && region != of_key
    {
        let message = format!("the key is in {of_key}, and the cluster in {region}");
        let path = format!("{base}.gke.kms_key");
        check.wrong("contradiction", &path, message, "name a key of that region");
    }
}

fn window_start(check: &mut Check<'_>, base: &str, window: &Maintenance) {
    let at = format!("{base}.gke.maintenance.start");
    let is_time = match window.start.split_once(':') {
        Some((hour, minute)) => {
            let below = |text: &str, most: u8| {
                text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number < most)
            };
            below(hour, 24) && below(minute, 60)
        }
        None => false,
    };
    if !is_time && check.places.get(&at).is_some() {
        let message = format!("`{}` is no time of day", window.start);
        check.wrong(
            "bad-value",
            &at,
            message,
            "write hours and minutes in UTC: \"03:00\"",
        );
    }
}

/// GKE wants 48 hours of maintenance in any 32 days (GKE, "Configure maintenance windows"). Four weeks have each day four
/// times; the four days that are left may have none of one or two days, and what they may have of more is not needed: three
/// days of the shortest window are enough.
fn window_room(check: &mut Check<'_>, base: &str, window: &Maintenance) {
    const ROOM: usize = 48;
    const WEEKS: usize = 4;
    let days: BTreeSet<&String> = window.days.iter().collect();
    if days.is_empty() {
        return;
    }
    let hours = window.hours.unwrap_or(WINDOW_HOURS);
    let least = ROOM.div_ceil(WEEKS * days.len());
    let least = u32::try_from(least).unwrap_or(u32::MAX);
    if hours >= least {
        return;
    }
    let of = match days.len() {
        1 => "one day",
        _ => "two days",
    };
    let message = format!(
        "{hours} hours on {of} of the week are too few: GKE wants 48 hours of maintenance in any 32 days"
    );
    let help = format!("write hours = {least}, or name more days");
    let hours = format!("{base}.gke.maintenance.hours");
    let at = match check.places.get(&hours) {
        Some(_) => hours,
        None => format!("{base}.gke.maintenance.days"),
    };
    check.wrong("too-few", &at, message, help);
}

/// Add-ons that other settings exclude, or that Autopilot does not leave to anybody.
fn addons(check: &mut Check<'_>, base: &str, cluster: &Cluster) {
    const CALICO: &str = "network-policy";
    const AUTOPILOTS: [&str; 2] = ["dns-cache", "persistent-disk-csi"];
    let said = |name: &str| cluster.gke.addons.get(name).copied();
    let at = |name: &str| format!("{base}.gke.addons.{name}");
    if said(CALICO) == Some(true) && (cluster.adopt.is_none() || cluster.gke.autopilot) {
        // Google answers: "Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed".
        let message = "`network-policy` is Calico, which does not go with Dataplane V2: that enforces policies by itself";
        let help = "remove it; for a cluster of before, which was adopted, keep `adopt`";
        check.wrong("contradiction", &at(CALICO), message, help);
    }
    for name in AUTOPILOTS {
        if cluster.gke.autopilot && said(name) == Some(false) {
            let message = format!("Autopilot always has `{name}`");
            check.wrong("contradiction", &at(name), message, "remove it");
        }
    }
}

/// What an upgrade of a pool by surge may add and take away at once (GKE, "Node upgrade strategies").
pub(super) fn surge(check: &mut Check<'_>, base: &str, pool: &Pool) {
    const MOST: u32 = 20;
    let gke = &pool.gke;
    if gke.upgrade.as_deref() == Some("blue-green") {
        let said = [
            ("max_surge", gke.max_surge),
            ("max_unavailable", gke.max_unavailable),
        ];
        for (word, _) in said.iter().filter(|(_, said)| said.is_some()) {
            let at = format!("{base}.gke.{word}");
            let message = format!("`{word}` is of a surge, and `upgrade` is \"blue-green\"");
            let help = "remove it, or write upgrade = \"surge\"";
            check.wrong("contradiction", &at, message, help);
        }
        return;
    }
    let (more, fewer) = (gke.max_surge.unwrap_or(1), gke.max_unavailable.unwrap_or(0));
    let at = format!("{base}.gke.max_surge");
    let at = match check.places.get(&at) {
        Some(_) => at,
        None => format!("{base}.gke.max_unavailable"),
    };
    if more + fewer == 0 {
        let message = "no node may be added and none be missing: nothing could be upgraded";
        let help = "write max_surge = 1, or max_unavailable = 1";
        check.wrong("contradiction", &at, message, help);
    } else if more + fewer > MOST {
        let message = format!(
            "GKE upgrades at most {MOST} nodes at once, and `max_surge` with `max_unavailable` are {}",
            more + fewer
        );
        check.wrong("out-of-range", &at, message, "lower one of the two");
    }
}
