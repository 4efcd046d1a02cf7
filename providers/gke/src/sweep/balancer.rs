//! What a balancer of a service is made of, and whose it is: a forwarding rule, the target pool or backend service that it
//! leads to, and the endpoint groups of the latter.
//!
//! None of these says of which cluster it is. The firewall rule of the same balancer does, by the nodes that it lets traffic
//! in to, and they go by each other's names, in the same region or none:
//!
//! - `k8s-fw-NAME` stands beside a forwarding rule NAME and a target pool or backend service NAME, where NAME is `a` with 31
//!   of the digits of the service's uid (`MakeFirewallName`, `makeBackendServiceName` and `DefaultLoadBalancerName` of
//!   kubernetes/legacy-cloud-providers, `gce_loadbalancer_naming.go`; internal ones had NAME itself for the rule at first,
//!   `ensureInternalFirewall` says). A backend service that several services share has no description, and stays.
//! - `k8s2-UID-NAMESPACE-SERVICE-HASH` is rule, backend service and endpoint group in each zone; for IPv6 the rule ends with
//!   `-ipv6`. Forwarding rules have the protocol in their names and are cut elsewhere, so they are told by the backend service
//!   that they lead to (`L4Namer` of kubernetes/ingress-gce, `pkg/utils/namer/l4_namer.go`).
//!
//! A name alone could be anybody's: the description of each must tell the same service of Kubernetes as the rule's
//! (`makeServiceDescription` there, `L4LBResourceDescription` and `NegDescription` here), and what tells a network must tell
//! the rule's. GKE deletes balancers with their cluster, and says that it may not get through with it ("Deleting a cluster").

use std::marker::PhantomData;

use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use provision_kind::live::text;
use provision_kind::{Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::firewall::{not_left, only_deleted};
use super::{Found, swept};
use crate::client::Gcp;
use crate::error::Fault;
use crate::kinds::compute::{local, path};
use crate::kinds::operation::{accepted, accepted_in_zone, compute, last};
use crate::kinds::{Ask, Cx, Google, Stop};

/// What names the service in descriptions: of the older controllers, and of those of today.
const SERVICE: [&str; 2] = [
    "kubernetes.io/service-name",
    "networking.gke.io/service-name",
];

/// Letters of a name that is made of a service's uid: `a` and 31 digits.
const FROM_UID: usize = 32;

/// Rows that tables of parts have beside those of everything that was left.
const ROWS: [(&str, &str); 3] = [
    ("network", "the network of the balancer's firewall rule"),
    ("number", "its number, by which it is the same object"),
    ("service", "the service of Kubernetes that it was made for"),
];

/// The service that a description tells: `default/web`. Endpoint groups tell it in two parts.
pub(super) fn service_of(description: Option<&str>) -> Option<String> {
    let told: Value = serde_json::from_str(description?).ok()?;
    let of = |key: &str| told.get(key)?.as_str().filter(|text| !text.is_empty());
    if let Some(service) = SERVICE.into_iter().find_map(of) {
        return Some(service.to_owned());
    }
    Some(format!("{}/{}", of("namespace")?, of("service-name")?))
}

/// A balancer of a service, as its firewall rule tells it.
pub(super) struct Balancer<'a> {
    /// The rule.
    rule: &'a Found,
    /// What its parts are called.
    name: &'a str,
    /// Its network's handle.
    network: &'a str,
}

impl<'a> Balancer<'a> {
    /// The balancer that a firewall rule is of; `None` of a rule that is none's.
    pub(super) fn of(rule: &'a Found) -> Option<Self> {
        rule.service.as_ref()?;
        Some(Self {
            rule,
            name: name_of(&rule.name)?,
            network: rule.network.as_deref()?,
        })
    }

    /// Whether a part is its own.
    fn has(&self, part: &Part) -> bool {
        let leads = part.to.as_deref().map(last) == Some(self.name);
        let named = part.name == self.name || (leads && part.name.starts_with("k8s2-"));
        let network = part.network.as_deref().map(local);
        named
            && self.rule.service.as_ref() == Some(&part.service)
            && network.is_none_or(|network| network == local(self.network))
    }
}

/// The name of the balancer in that of its firewall rule.
fn name_of(rule: &str) -> Option<&str> {
    let bare = rule.strip_prefix("k8s-fw-").unwrap_or(rule);
    let mut signs = bare.bytes();
    let from_uid = bare.len() == FROM_UID
        && signs.next() == Some(b'a')
        && signs.all(|sign| sign.is_ascii_hexdigit());
    match from_uid {
        true => Some(bare),
        false if rule.starts_with("k8s2-") => Some(rule.strip_suffix("-ipv6").unwrap_or(rule)),
        false => None,
    }
}

/// Whether a firewall rule is that of a service's balancer.
pub(super) fn is_of_balancer(rule: &Found) -> bool {
    Balancer::of(rule).is_some()
}

/// One object that some service's balancer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its handle.
    pub physical: String,
    /// Its name.
    pub name: String,
    /// Its number: another one of the same name has another.
    pub number: String,
    /// The service that its description tells.
    pub service: String,
    /// The handle of what it leads to.
    pub to: Option<String>,
    /// The handle of its network, when it tells one.
    pub network: Option<String>,
    /// Handles of what else it uses.
    pub uses: Vec<String>,
}

/// What all parts say of themselves, as answers write it.
pub(super) struct Said<'a> {
    /// Its link.
    pub link: Option<&'a String>,
    /// Its number.
    pub id: Option<u64>,
    /// Its description.
    pub description: Option<&'a String>,
}

impl Part {
    /// A part; `None` of what was made for no service of Kubernetes.
    pub(super) fn of(said: &Said<'_>) -> Option<Self> {
        let physical = path(said.link?);
        Some(Self {
            name: last(&physical).to_owned(),
            number: said.id?.to_string(),
            service: service_of(said.description.map(String::as_str))?,
            to: None,
            network: None,
            uses: Vec::new(),
            physical,
        })
    }

    /// Whether it is what the plan saw, and leads where it did.
    fn is(&self, live: &Observed) -> bool {
        let same = |field: &str, now: &str| text(live, field).unwrap_or_default() == now;
        same("number", &self.number)
            && same("service", &self.service)
            && same("to", self.to.as_deref().unwrap_or_default())
    }
}

/// A kind of part; its values are the fields of one.
pub(crate) trait Piece:
    Serialize + DeserializeOwned + Default + Send + Sync + 'static
{
    /// The kind's name.
    const KIND: &'static str;
    /// The word in ids.
    const WORD: &'static str;
    /// What people call it.
    const TITLE: &'static str;
    /// Rows of its table beside those of all parts.
    const MORE: &'static [(&'static str, &'static str)] = &[];
    /// The API's own value of it.
    type Wire: Send;

    /// What one costs.
    fn usage(of: &Uses<'_>) -> Usage;

    /// A part; `None` of what was made for no service of Kubernetes.
    fn part(wire: &Self::Wire) -> Option<Part>;

    /// Reads one; `None` when it is not there.
    fn get(
        gcp: &Gcp,
        physical: &str,
    ) -> impl Future<Output = Result<Option<Self::Wire>, Fault>> + Send;

    /// Deletes one.
    fn send(cx: &Cx<'_>, physical: &str) -> impl Future<Output = Sent> + Send;
}

/// What a deletion is answered.
pub(crate) type Sent = Result<google_cloud_compute_v1::model::Operation, Fault>;

/// The parts of these rules' balancers, with the cluster that the rule tells. The rule goes last of all, since without it
/// nothing tells any more whose the others are.
pub(super) fn tied<K: Piece>(rules: &[Found], parts: &[Part]) -> Vec<Found> {
    let balancers: Vec<Balancer<'_>> = rules.iter().filter_map(Balancer::of).collect();
    let tie = |part: &Part| {
        let own = balancers.iter().find(|balancer| balancer.has(part))?;
        let mut fields = vec![
            ("network", own.network.to_owned()),
            ("number", part.number.clone()),
            ("service", part.service.clone()),
        ];
        fields.extend(part.to.iter().map(|to| ("to", to.clone())));
        let mut uses = vec![own.rule.physical.clone()];
        uses.extend(part.to.iter().chain(&part.uses).cloned());
        Some(Found {
            kind: K::KIND,
            word: K::WORD,
            physical: part.physical.clone(),
            name: part.name.clone(),
            cluster: own.rule.cluster.clone(),
            fields,
            network: Some(own.network.to_owned()),
            service: Some(part.service.clone()),
            uses,
        })
    };
    parts.iter().filter_map(tie).collect()
}

/// A part as a kind: nothing of it carries a mark, so that it is listed with what goes (see [`super::left`]), and only deleted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swept<P>(PhantomData<P>);

impl<P: Piece> Serves for Swept<P> {
    type Cloud = Google;
    type Want = P;

    const KIND: &'static str = P::KIND;
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        swept(P::KIND, P::TITLE, &[&ROWS[..], P::MORE].concat())
    }

    fn usage(of: &Uses<'_>) -> Usage {
        P::usage(of)
    }

    async fn survey(_ask: &Ask<'_>) -> Seen {
        Seen::default()
    }

    async fn create(cx: &Cx<'_>, _want: &P) -> Result<Next, Stop> {
        Err(Stop::Failure(only_deleted(cx)))
    }

    async fn change(cx: &Cx<'_>, _: &P, _: &Observed) -> Result<Option<Next>, Stop> {
        Err(Stop::Failure(only_deleted(cx)))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        remove::<P>(cx, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = P::get(cx.gcp, physical).await?;
        Ok(wire.map(|_| Live::new(physical, &Tags::new(), &P::default())))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

/// Deletes a part that is still what the plan saw.
async fn remove<K: Piece>(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
    let Some(wire) = K::get(cx.gcp, &live.physical).await? else {
        return Ok(Next::Gone);
    };
    if !K::part(&wire).is_some_and(|now| now.is(live)) {
        return Err(Stop::Failure(not_left(live)));
    }
    let operation = K::send(cx, &live.physical).await?;
    Ok(match operation.zone {
        Some(_) => accepted_in_zone(&operation, &live.physical, "delete"),
        None => accepted(&operation, &live.physical, "delete"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const UID: &str = "a92a87ddb5b1c44b08b9f559ce09495c";
    const NETWORK: &str = "projects/acme/global/networks/shop-main";

    fn rule(name: &str, service: Option<&str>) -> Found {
        Found {
            kind: "swept.firewall",
            word: "firewall",
            physical: format!("projects/acme/global/firewalls/{name}"),
            name: name.to_owned(),
            cluster: "shop-prod".to_owned(),
            fields: Vec::new(),
            network: Some(NETWORK.to_owned()),
            service: service.map(str::to_owned),
            uses: Vec::new(),
        }
    }

    fn part(name: &str, to: Option<&str>) -> Part {
        Part {
            physical: format!("projects/acme/regions/europe-west1/forwardingRules/{name}"),
            name: name.to_owned(),
            number: "7".to_owned(),
            service: "shop/web".to_owned(),
            to: to.map(|to| format!("projects/acme/regions/europe-west1/backendServices/{to}")),
            network: None,
            uses: Vec::new(),
        }
    }

    fn has(rule: &Found, part: &Part) -> bool {
        Balancer::of(rule).is_some_and(|balancer| balancer.has(part))
    }

    #[test]
    fn descriptions_of_both_controllers_tell_the_service() {
        let of = |text: &str| service_of(Some(text));
        let older =
            r#"{"kubernetes.io/service-name":"shop/web","kubernetes.io/service-ip":"1.2.3.4"}"#;
        assert_eq!(of(older).unwrap(), "shop/web");
        let newer =
            r#"{"networking.gke.io/service-name":"shop/web","networking.gke.io/api-version":"ga"}"#;
        assert_eq!(of(newer).unwrap(), "shop/web");
        let group = r#"{"cluster-uid":"f6eb","namespace":"shop","service-name":"web","port":"80"}"#;
        assert_eq!(of(group).unwrap(), "shop/web");
        let shared = r#"{"networking.gke.io/resource-description":"This resource is shared"}"#;
        for other in [
            "",
            "shop/web",
            shared,
            r#"{"kubernetes.io/service-name":""}"#,
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn the_names_of_rules_hold_those_of_balancers() {
        assert_eq!(name_of(&format!("k8s-fw-{UID}")), Some(UID));
        assert_eq!(name_of(UID), Some(UID));
        let newer = "k8s2-4zbh0xaf-shop-web-cysix1wq";
        assert_eq!(name_of(newer), Some(newer));
        assert_eq!(name_of(&format!("{newer}-ipv6")), Some(newer));
        for other in [
            "k8s-fw-l7--f6eb789c299931e0",
            "k8s-fw-web",
            "web",
            "k8s-fw-",
        ] {
            assert_eq!(name_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_part_is_of_the_balancer_by_name_service_and_network() {
        let older = rule(&format!("k8s-fw-{UID}"), Some("shop/web"));
        assert!(has(&older, &part(UID, None)));
        assert!(!has(
            &older,
            &part("a92a87ddb5b1c44b08b9f559ce09495d", None)
        ));
        assert!(!has(&rule(&older.name, None), &part(UID, None)));
        assert!(!has(&rule(&older.name, Some("shop/api")), &part(UID, None)));
        let mut elsewhere = part(UID, None);
        elsewhere.network = Some("projects/acme/global/networks/theirs".to_owned());
        assert!(!has(&older, &elsewhere));
        // Answers write the project now by name and now by number.
        elsewhere.network = Some("projects/123/global/networks/shop-main".to_owned());
        assert!(has(&older, &elsewhere));
    }

    #[test]
    fn a_forwarding_rule_of_today_is_told_by_what_it_leads_to() {
        let service = "k8s2-4zbh0xaf-shop-web-cysix1wq";
        let newer = rule(service, Some("shop/web"));
        assert!(has(&newer, &part(service, None)));
        let leads = part("k8s2-tcp-4zbh0xaf-shop-web-cysix1wq", Some(service));
        assert!(has(&newer, &leads));
        assert!(!has(&newer, &part("mine", Some(service))));
        assert!(!has(&newer, &part(&leads.name, Some("another"))));
    }
}
