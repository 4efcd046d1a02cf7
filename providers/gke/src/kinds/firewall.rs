//! `gcp.firewall`: what a control plane may reach on the nodes of its cluster, beside what GKE's own rules let in.
//!
//! GKE lets its control plane reach kubelets (10250) and 443; webhooks of other ports wait until somebody lets them in
//! ("Automatically created firewall rules" in GKE's documentation). The rule's marks stand in the description.

use google_cloud_compute_v1::model::Firewall as Wire;
use google_cloud_compute_v1::model::firewall::{Allowed, Direction};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Table};
use provision_kind::tables::{fixed, outputs, scalar, seconds, table};
use provision_kind::{Field, Live, Next, Progress, Seen, Serves, Tags, Uses};
use serde::{Deserialize, Serialize};

use super::compute::{found, global, local, pages, path};
use super::operation::{accepted, compute, last};
use super::seen::{Listed, look_over};
use super::{Ask, Cx, Google, Stop};
use crate::client::Gcp;
use crate::error::Fault;
use crate::marks::{described, of_description};

const LIST: &str = "compute.firewalls.list";

/// The fields of a rule. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Firewall {
    /// Its network: `global/networks/NAME`.
    pub network: Field<String>,
    /// From where: a range of addresses.
    pub source: Field<String>,
    /// Ports of TCP, in order: `8443`.
    pub ports: Vec<String>,
    /// Into machines that are this service account.
    pub account: String,
}

impl Serves for Firewall {
    type Cloud = Google;
    type Want = Self;

    const KIND: &'static str = "gcp.firewall";
    const PROVIDER: &'static str = crate::PROVIDER;

    fn table() -> Table {
        let ports = "ports of TCP that it lets in";
        let rows = vec![
            fixed("network", "its network"),
            scalar("source", "from where it lets in"),
            Row::new("ports", FieldKind::Set, Effect::InPlace, ports),
            scalar("account", "the account of the machines that it lets in to"),
        ];
        Table {
            outputs: outputs(&["name", "id"]),
            seconds: seconds(8, 6, 8),
            ..table(Self::KIND, "firewall rule", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("firewall rules are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let listed = list(ask.gcp).await;
        look_over(
            ask,
            LIST,
            listed,
            |live| live.marks.region.clone(),
            |resource, live| resource.name.as_deref() == Some(last(&live.physical)),
        )
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let physical = global(cx, "firewalls")?;
        let network = want.network.known("network")?;
        let body = body(want)?
            .set_name(cx.name()?)
            .set_description(described(cx.context, cx.id()))
            .set_network(format!("projects/{}/{network}", cx.gcp.project()))
            .set_direction(Direction::Ingress);
        let client = cx.gcp.firewalls().await?;
        let request = client
            .insert()
            .set_project(cx.gcp.project())
            .set_request_id(cx.token)
            .set_body(body);
        let call = "compute.firewalls.insert";
        let operation = cx.gcp.write_once(call, || request.clone().send()).await?;
        Ok(accepted(&operation, &physical, "insert"))
    }

    /// One call changes all that can be changed.
    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let name = last(&live.physical);
        let now = get(cx.gcp, name).await?.map(|wire| fields(&wire));
        if now.as_ref() == Some(want) {
            return Ok(None);
        }
        let client = cx.gcp.firewalls().await?;
        let request = client
            .patch()
            .set_project(cx.gcp.project())
            .set_firewall(name)
            .set_request_id(cx.token)
            .set_body(body(want)?);
        let call = "compute.firewalls.patch";
        let operation = cx.gcp.write_once(call, || request.clone().send()).await?;
        Ok(Some(accepted(&operation, &live.physical, "patch")))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let client = cx.gcp.firewalls().await?;
        let request = client
            .delete()
            .set_project(cx.gcp.project())
            .set_firewall(last(&live.physical))
            .set_request_id(cx.token);
        let call = "compute.firewalls.delete";
        let operation = cx.gcp.write_once(call, || request.clone().send()).await?;
        Ok(accepted(&operation, &live.physical, "delete"))
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        Ok(get(cx.gcp, last(physical)).await?.map(|wire| live(&wire)))
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        let name = cx.name().unwrap_or_default();
        Ok(get(cx.gcp, name).await?.map(|wire| live(&wire)))
    }

    async fn progress(cx: &Cx<'_>, _: &str, update: &str) -> Result<Progress, Fault> {
        compute(cx, update).await
    }
}

/// What can be changed of a rule.
fn body(want: &Firewall) -> Result<Wire, Stop> {
    let ports = Allowed::new()
        .set_ip_protocol("tcp")
        .set_ports(want.ports.iter().map(String::as_str));
    Ok(Wire::new()
        .set_source_ranges([want.source.known("source")?.as_str()])
        .set_target_service_accounts([want.account.as_str()])
        .set_allowed([ports]))
}

/// A rule by name; `None` when it is not there.
pub(crate) async fn get(gcp: &Gcp, name: &str) -> Result<Option<Wire>, Fault> {
    let client = gcp.firewalls().await?;
    let request = client.get().set_project(gcp.project()).set_firewall(name);
    let call = "compute.firewalls.get";
    found(gcp.read(call, || request.clone().send()).await)
}

/// All rules of the project.
pub(crate) async fn all(gcp: &Gcp) -> Result<Vec<Wire>, Fault> {
    let client = gcp.firewalls().await?;
    let pages = pages(|token| async move {
        let request = client
            .list()
            .set_project(gcp.project())
            .set_or_clear_page_token(token);
        let page = gcp.read(LIST, || request.clone().send()).await?;
        Ok((page.items, page.next_page_token))
    });
    Ok(pages.await?.into_iter().flatten().collect())
}

async fn list(gcp: &Gcp) -> Result<Listed, Fault> {
    Ok(Listed {
        lives: all(gcp).await?.iter().map(live).collect(),
        missing: Vec::new(),
    })
}

/// What is declared of a rule. One that lets in more than this kind does shows no ports, and so differs.
fn fields(wire: &Wire) -> Firewall {
    let only = |all: &[String]| match all {
        [one] => one.clone(),
        _ => String::new(),
    };
    let mut ports = match wire.allowed.as_slice() {
        [one] if one.ip_protocol.as_deref() == Some("tcp") => one.ports.clone(),
        _ => Vec::new(),
    };
    ports.sort();
    Firewall {
        network: local(wire.network.as_deref().unwrap_or_default()).into(),
        source: only(&wire.source_ranges).into(),
        ports,
        account: only(&wire.target_service_accounts),
    }
}

/// A rule as read.
fn live(wire: &Wire) -> Live {
    let fields = fields(wire);
    let physical = path(wire.self_link.as_deref().unwrap_or_default());
    let network = fields.network.get().cloned();
    let mut live = Live::new(&physical, &Tags::new(), &fields)
        .output("name", last(&physical))
        .output("id", local(&physical))
        .needs(network);
    live.marks = of_description(wire.description.as_deref().unwrap_or_default());
    live.names = vec![local(&physical)];
    live
}
