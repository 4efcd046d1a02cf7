//! `elb.listener`: a port of a balancer, and what happens to requests that no rule takes.
//!
//! A balancer has one listener a port. Its first certificate is the default one; the others are children without marks
//! (`listener_certificates`). Actions that somebody put before ours (a log-in) stay until what we declare changes.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{Action, Certificate, Listener as Wire, ProtocolEnum};
use provision_core::contract::{Class, Failure};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Table};
use serde::{Deserialize, Serialize};

use super::elb::{self, as_wanted, differs, retag, tag_list};
use super::elb_action::{Share, forward, redirect, redirect_of, respond, shares, status_of};
use super::listener_certificates::{self as certificates, Extras};
use super::tables::{fixed, outputs, scalar, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, elb_region, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, Marks, Tags, plain};

/// What a listener answers that has nowhere to send a request.
const NOWHERE: &str = "404";

/// The fields of a listener. It sends on, redirects, or answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listener {
    /// Its balancer, by ARN.
    pub load_balancer: Field<String>,
    /// Its port.
    pub port: i32,
    /// What it speaks: `HTTP`, `HTTPS`, `TCP`, `TLS`.
    pub protocol: String,
    /// The policy of ciphers and versions of TLS.
    pub ssl_policy: Option<String>,
    /// Its default certificate, by ARN.
    pub certificate: Option<String>,
    /// Certificates of other hosts, by ARN.
    pub more_certificates: Vec<String>,
    /// Where requests go that no rule takes.
    pub forward: Vec<Share>,
    /// Where callers are sent instead.
    pub redirect: Option<Tags>,
    /// The status that is answered instead.
    pub answer: Option<String>,
    /// Digests of the certificates that its mark lists as ours; what is live, never wanted.
    pub children: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// The fields of the default action.
const ACTION: [&str; 3] = ["forward", "redirect", "answer"];

/// The fields that ModifyListener changes.
const SETTINGS: [&str; 7] = [
    "port",
    "protocol",
    "ssl_policy",
    "certificate",
    "forward",
    "redirect",
    "answer",
];

impl Served for Listener {
    const KIND: &'static str = "elb.listener";

    fn table() -> Table {
        let row = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::InPlace, doc);
        let shares = FieldKind::KeyedList {
            key: "target_group".to_owned(),
        };
        let redirect = FieldKind::Map { owned_only: true };
        let set = |row: Row| row.in_group("listener");
        let rows = vec![
            fixed("load_balancer", "its balancer"),
            set(scalar("port", "its port")),
            set(scalar("protocol", "what it speaks")),
            set(scalar("ssl_policy", "the policy of TLS")),
            set(scalar("certificate", "its default certificate")),
            set(row("forward", shares, "where requests go")),
            set(row("redirect", redirect, "where callers are sent")),
            set(scalar("answer", "the status that is answered")),
            row(
                "more_certificates",
                FieldKind::Set,
                "certificates of other hosts",
            )
            .in_group("certificates"),
            Row::new(
                "children",
                FieldKind::Scalar,
                Effect::Computed,
                "certificates that its mark lists as ours",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn"]),
            dies_with_parent: true,
            seconds: seconds(1, 1, 1),
            ..table(Self::KIND, "listener", Identity::NaturalKey, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("listeners are free of charge: their balancer costs")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        elb_region::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let call = "elasticloadbalancingv2:CreateListener";
        let balancer = want.load_balancer.known("load_balancer")?;
        let there = on_port(cx, balancer, want.port).await?;
        elb::free(call, "DuplicateListener", there.as_ref())?;
        let mut all = cx.marked(&want.tags);
        if !want.more_certificates.is_empty() {
            all.insert(
                CHILDREN.to_owned(),
                certificates::listed(&want.more_certificates),
            );
        }
        let request = cx
            .aws
            .elbv2()
            .create_listener()
            .load_balancer_arn(balancer)
            .port(want.port)
            .protocol(ProtocolEnum::from(want.protocol.as_str()))
            .set_ssl_policy(want.ssl_policy.clone())
            .set_certificates(default(want))
            .default_actions(action(want)?)
            .set_tags(Some(tag_list(&all)));
        let answer = cx.aws.write(call, || request.clone().send()).await?;
        let made = answer.listeners.unwrap_or_default().pop();
        let made = made.unwrap_or_else(|| Wire::builder().build());
        Ok(Next::More {
            did: format!("created the listener on port {}", want.port),
            observed: cx.made(live(&made, &all, &Extras::default())),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let wanted = elb::wanted(want)?;
        let changed = |fields: &[&str]| {
            let mut fields = fields.iter();
            fields.any(|field| differs(cx, &wanted, live, field))
        };
        if changed(&SETTINGS) {
            modify(cx, want, live, changed(&ACTION)).await?;
            return Ok(Some(Next::More {
                did: "set what it does".to_owned(),
                observed: as_wanted(live, &wanted, &SETTINGS),
            }));
        }
        if cx.wants("more_certificates")
            && let Some(next) = certificates::change(cx, &want.more_certificates, live).await?
        {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !live.foreign.is_empty() {
            return Err(Stop::Failure(held(live)));
        }
        let request = cx.aws.elbv2().delete_listener();
        let request = request.listener_arn(&live.physical);
        cx.aws
            .write("elasticloadbalancingv2:DeleteListener", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let wire = wires(cx.aws, None, Some(physical)).await?.pop();
        whole(cx, wire).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        match want.load_balancer.get() {
            Some(balancer) => on_port(cx, balancer, want.port).await,
            None => Ok(None),
        }
    }
}

/// Rules that somebody else put there would go with it.
fn held(live: &Observed) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "foreign".to_owned(),
        message: format!(
            "{} also has what provision did not put there: {}",
            live.physical,
            live.foreign.join(", ")
        ),
        call: Some("elasticloadbalancingv2:DeleteListener".to_owned()),
        object: Some(live.physical.clone()),
        advice: Some("remove that, then run it again".to_owned()),
    }
}

fn action(want: &Listener) -> Result<Action, Failure> {
    if !want.forward.is_empty() {
        return forward(&want.forward);
    }
    Ok(match &want.redirect {
        Some(to) => redirect(to),
        None => respond(want.answer.as_deref().unwrap_or(NOWHERE)),
    })
}

fn default(want: &Listener) -> Option<Vec<Certificate>> {
    let arn = want.certificate.as_ref()?;
    Some(vec![Certificate::builder().certificate_arn(arn).build()])
}

/// Sets the listener as it is wanted; its action only when that is to change.
async fn modify(cx: &Cx<'_>, want: &Listener, live: &Observed, acts: bool) -> Result<(), Stop> {
    let actions = match acts {
        true => Some(vec![action(want)?]),
        false => None,
    };
    let request = cx
        .aws
        .elbv2()
        .modify_listener()
        .listener_arn(&live.physical)
        .port(want.port)
        .protocol(ProtocolEnum::from(want.protocol.as_str()))
        .set_ssl_policy(want.ssl_policy.clone())
        .set_certificates(default(want))
        .set_default_actions(actions);
    cx.aws
        .write("elasticloadbalancingv2:ModifyListener", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

/// Listeners of a balancer, or one by handle. What is not there is none.
pub(super) async fn wires(
    aws: &Aws,
    balancer: Option<&str>,
    arn: Option<&str>,
) -> Result<Vec<Wire>, Fault> {
    let read = pages(|token| async {
        let request = aws
            .elbv2()
            .describe_listeners()
            .set_load_balancer_arn(balancer.map(str::to_owned))
            .set_listener_arns(arn.map(|arn| vec![arn.to_owned()]))
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeListeners", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.listeners, answer.next_marker))
    });
    match read.await {
        Err(fault) if fault.is_not_found() => Ok(Vec::new()),
        read => read,
    }
}

async fn on_port(cx: &Cx<'_>, balancer: &str, port: i32) -> Result<Option<Live>, Fault> {
    let wires = wires(cx.aws, Some(balancer), None).await?.into_iter();
    let mut wires = wires.filter(|wire| wire.port == Some(port));
    whole(cx, wires.next()).await
}

/// With its tags and certificates.
async fn whole(cx: &Cx<'_>, wire: Option<Wire>) -> Result<Option<Live>, Fault> {
    let Some(wire) = wire else {
        return Ok(None);
    };
    let arn = wire.listener_arn().unwrap_or_default();
    let Some(tags) = elb::tags_of_one(cx.aws, arn).await? else {
        return Ok(None);
    };
    let declared = cx.desired.map(|desired| certificates::of(&desired.fields));
    let declared: BTreeSet<String> = declared.unwrap_or_default();
    let extras = certificates::read(cx.aws, &wire, &declared, &Marks::of(&tags)).await?;
    Ok(extras.map(|extras| live(&wire, &tags, &extras)))
}

/// A listener as read.
pub(super) fn live(wire: &Wire, all: &Tags, extras: &Extras) -> Live {
    let actions = wire.default_actions();
    let shares = shares(actions);
    let arn = wire.listener_arn().unwrap_or_default();
    let certificate = wire.certificates().first();
    let groups: Vec<String> = shares
        .iter()
        .filter_map(|share| share.target_group.get().cloned())
        .collect();
    let record = Listener {
        load_balancer: wire.load_balancer_arn().unwrap_or_default().into(),
        port: wire.port.unwrap_or_default(),
        protocol: wire.protocol().map_or("", ProtocolEnum::as_str).to_owned(),
        ssl_policy: wire.ssl_policy.clone(),
        certificate: certificate.and_then(|one| one.certificate_arn.clone()),
        more_certificates: extras.ours.clone(),
        forward: shares,
        redirect: redirect_of(actions),
        answer: status_of(actions),
        children: all.get(CHILDREN).cloned(),
        tags: plain(all),
    };
    let mut live = Live::new(arn, all, &record)
        .output("arn", arn)
        .needs(wire.load_balancer_arn())
        .needs(groups);
    live.foreign.clone_from(&extras.foreign);
    live
}
