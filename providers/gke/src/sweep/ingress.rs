//! What an ingress or a gateway left: its firewall rule tells that there was one, and nothing tells what else is its own.
//!
//! The firewall rule is one for all ingresses of a cluster, `k8s-fw-l7--UID`, where older proxies, maps and backend services
//! end with `--UID` and endpoint groups begin with `k8s1-` and the first eight signs of it (`Namer` of kubernetes/ingress-gce,
//! `pkg/utils/namer/namer.go`); today's begin with `k8s2-` and another digest of the cluster. Gateways have
//! `gkegw1-l7-NETWORK-REGION`, one for a network, and all of theirs begins with `gkegw1-` ("Automatically created firewall
//! rules" of GKE's documentation).

use provision_core::contract::{Leaver, Note, Severity};

use super::Found;

/// Signs of a cluster's uid in the names of endpoint groups.
const SHORT: usize = 8;

/// What to look for, when the rule is that of an ingress or a gateway.
fn names(rule: &str) -> Option<String> {
    if rule.starts_with("gkegw1-l7-") {
        return Some("`gkegw1-`".to_owned());
    }
    let uid = rule.strip_prefix("k8s-fw-l7--")?;
    let short = uid.get(..SHORT).unwrap_or(uid);
    Some(format!("`--{uid}`, `k8s1-{short}` and `k8s2-`"))
}

/// What is said where a rule of an ingress goes.
pub(super) fn note(found: &Found, by: &Leaver) -> Option<Note> {
    let names = names(&found.name)?;
    Some(Note {
        severity: Severity::Warning,
        code: "left-ingress".to_owned(),
        message: format!(
            "cluster {} has, or had, an ingress or a gateway ({}): what is left of its balancers does not tell of which \
             cluster it is, and stays. It costs money, and its endpoint groups keep the network from going. Delete ingresses \
             and gateways before the cluster; afterwards look for {names} in the names of forwarding rules, target proxies, \
             URL maps, backend services and network endpoint groups, and delete them in this order",
            found.cluster, found.name
        ),
        address: Some(by.id.address.to_string()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rules_of_ingresses_and_gateways_tell_what_to_look_for() {
        let ingress = names("k8s-fw-l7--f6eb789c299931e0").unwrap();
        assert_eq!(ingress, "`--f6eb789c299931e0`, `k8s1-f6eb789c` and `k8s2-`");
        assert_eq!(names("gkegw1-l7-shop-main-global").unwrap(), "`gkegw1-`");
        assert_eq!(names("k8s-fw-a92a87ddb5b1c44b08b9f559ce09495c"), None);
    }
}
