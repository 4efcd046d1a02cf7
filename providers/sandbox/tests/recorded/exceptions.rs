//! Differences that stay, and why.

use Side::{Missing, More, NotServed, Status};

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The recording has a field that the sandbox does not give.
    Missing,
    /// The sandbox gives a field that the recording has not.
    More,
    /// The status is another one.
    Status,
    /// The sandbox says that it does not do that; the rest of the recording is left.
    NotServed,
}

/// A difference that is right, or is not worth its end.
#[derive(Debug)]
pub(super) struct Exception {
    /// A part of verb and path.
    call: &'static str,
    side: Side,
    /// The path of the field, which stands for those below it; or a part of what differs else.
    what: &'static str,
    /// The first day from which on there is none; empty = there is always one.
    until: &'static str,
    /// Why.
    #[allow(dead_code, reason = "for readers of the table, and of its print")]
    why: &'static str,
}

impl Exception {
    /// Whether it is this one.
    pub(super) fn lets(&self, day: &str, call: &str, side: Side, what: &str) -> bool {
        let of_field = || {
            what.strip_prefix(self.what)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let fits = match side {
            Missing | More => of_field(),
            Status | NotServed => what.contains(self.what),
        };
        let in_time = self.until.is_empty() || day < self.until;
        self.side == side && fits && in_time && call.contains(self.call)
    }
}

const fn row(
    call: &'static str,
    side: Side,
    what: &'static str,
    until: &'static str,
    why: &'static str,
) -> Exception {
    Exception {
        call,
        side,
        what,
        until,
        why,
    }
}

/// All of them.
#[rustfmt::skip]
pub(super) const EXCEPTIONS: &[Exception] = &[
    row("/clusters/", More, ".nodePools.config.nodeImageConfig", "2026-06-04", "came to answers by then"),
    row("/clusters/", More, ".nodeConfig.nodeImageConfig", "2026-06-04", "came to answers by then"),
    row("/clusters/", More, ".config.nodeImageConfig", "2026-06-04", "came to answers by then"),
    row("/clusters/", More, ".nodeCreationConfig", "2026-06-04", "came to answers by then"),
    row("/clusters/", More, ".addonsConfig.nodeReadinessConfig", "2026-06-04", "came to answers by then"),
    row("/clusters/", More, ".controlPlaneEgress", "2026-04-11", "came to answers by then"),
    row("/clusters/", More, ".addonsConfig.dnsCacheConfig", "2026-02-10", "came to answers by then"),
    row("/clusters/", More, ".nodePools.networkConfig.networkTierConfig", "2026-01-30", "came to answers by then"),
    row("/clusters/", More, ".ipAllocationPolicy.networkTierConfig", "2026-01-30", "came to answers by then"),
    row("/clusters/", More, ".controlPlaneEndpointsConfig.dnsEndpointConfig.enableK8sCertsViaDns", "2026-01-30", "came to answers by then"),
    row("/clusters/", More, ".controlPlaneEndpointsConfig.dnsEndpointConfig.enableK8sTokensViaDns", "2026-01-30", "came to answers by then"),
    row("/clusters/", More, ".autoscaling.autoprovisioningNodePoolDefaults", "2026-01-30", "was shown only where it was asked for"),
    row("/clusters/", More, ".nodePools.config.kubeletConfig.maxParallelImagePulls", "2025-08-12", "came to answers by then"),
    row("/clusters/", More, ".nodeConfig.kubeletConfig.maxParallelImagePulls", "2025-08-12", "came to answers by then"),
    row("/clusters/", More, ".nodePools.config.bootDisk", "2025-08-05", "came to answers by then"),
    row("/clusters/", More, ".nodeConfig.bootDisk", "2025-08-05", "came to answers by then"),
    row("/clusters/", More, ".nodePools.networkConfig.subnetwork", "2025-08-05", "came to answers by then"),
    row("/clusters/", More, ".anonymousAuthenticationConfig", "2025-07-11", "came to answers by then"),
    row("/clusters/", Missing, ".nodePools.networkConfig.podIpv4RangeUtilization", "", "computed some time later; recordings of equal clusters have it or not"),
    row("/clusters/", Missing, ".ipAllocationPolicy.defaultPodIpv4RangeUtilization", "", "computed some time later; recordings of equal clusters have it or not"),
    row("/clusters/", Missing, ".nodePools.kubeletCertInfo", "", "comes when nodes have got their certificates; the sandbox has no nodes that boot"),
    row("/clusters/", Missing, ".kubeletCertInfo", "", "comes when nodes have got their certificates; the sandbox has no nodes that boot"),
    row("regions/us-central1/addresses/", More, ".operationType", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("regions/us-central1/addresses/", More, ".endTime", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("regions/us-central1/addresses/", More, ".region", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("regions/us-central1/addresses/", More, ".targetId", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("regions/us-central1/addresses/", More, ".targetLink", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("regions/us-central1/addresses/", More, ".user", "", "a regional address answers setLabels with a fragment of an operation; a global one, which is documented, with all of it, as we do"),
    row("GET /compute/v1/projects/acme-prod/regions/us-central1/addresses/", Missing, ".labels", "", "labels of an insert are taken here and were not of a global address; we never take them, which is stricter"),
    row("/operations/", Missing, ".progress", "2026-05-05", "an update of a cluster counted the nodes that it did not touch: one recording does, no other"),
    row("/subnetworks/", More, ".state", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("/subnetworks/", Missing, ".enableFlowLogs", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("/subnetworks/", Missing, ".allowSubnetCidrRoutesOverlap", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("DELETE /compute/v1/projects/acme-prod/global/networks/", Status, "", "", "a firewall rule of a connectivity hub, which the sandbox has not, held the network for a while"),
    row("global/operations/", Missing, ".error", "", "a firewall rule of a connectivity hub, which the sandbox has not, held the network for a while"),
    row("global/operations/", Missing, ".httpErrorMessage", "", "a firewall rule of a connectivity hub, which the sandbox has not, held the network for a while"),
    row("global/operations/", Missing, ".httpErrorStatusCode", "", "a firewall rule of a connectivity hub, which the sandbox has not, held the network for a while"),
    row("/clusters/", Missing, ".controlPlaneEndpointsConfig.ipEndpointsConfig.privateEndpointSubnetwork", "", "for a block of addresses of its own the cloud makes a subnetwork, and does not tell it in the older message; the sandbox makes none"),
    row("/clusters/", More, ".privateClusterConfig.privateEndpointSubnetwork", "", "for a block of addresses of its own the cloud makes a subnetwork, and does not tell it in the older message; the sandbox makes none"),
    row("POST /compute/v1/projects/acme-prod/global/healthChecks", More, ".status", "", "taken out of that recording, with every other status"),
    row("global/targetTcpProxies/", NotServed, "", "", "parts of balancers that no cluster leaves are not served"),
    row("global/urlMaps/", NotServed, "", "", "parts of balancers that no cluster leaves are not served"),
    row("global/backendBuckets/", NotServed, "", "", "parts of balancers that no cluster leaves are not served"),
    row("POST /compute/v1/projects/acme-prod/global/networks", NotServed, "autoCreateSubnetworks", "", "networks of the auto mode are not served"),
];
