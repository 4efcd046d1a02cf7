//! Differences that stay, and why.

use Side::{Missing, More, NotServed};

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
            Side::Status | NotServed => what.contains(self.what),
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
    row("addressid0/setLabels", More, ".operationType", "", "a regional address answers with a fragment of an operation; a global one, which is documented, with a whole one, as we do"),
    row("/subnetworks/", More, ".state", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("/subnetworks/", Missing, ".enableFlowLogs", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("/subnetworks/", Missing, ".allowSubnetCidrRoutesOverlap", "2026-08-22", "two recordings of one week disagree; we do as the later one"),
    row("POST /compute/v1/projects/acme-prod/global/targetTcpProxies", NotServed, "", "", "proxies for balancers are not served"),
];
