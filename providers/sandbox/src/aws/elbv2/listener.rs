//! Listeners: what they are, and how they are shown and deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::common::{arn, balancer, invalid, path, required, short_id};
use super::rule_change::arn_of;
use super::{LoadBalancer, Rule, page};
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listener {
    /// Its ARN.
    pub(crate) arn: String,
    /// The ARN of its balancer.
    pub(crate) balancer: String,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP` or `TCP_UDP`.
    pub(crate) protocol: String,
    /// Its port.
    pub(crate) port: u16,
    /// The policy of TLS; none without TLS.
    pub(crate) ssl_policy: Option<String>,
    /// Its certificates, the default one first.
    pub(crate) certificates: Vec<String>,
    /// `HTTP2Preferred` and the like, of TLS listeners.
    pub(crate) alpn: Vec<String>,
    /// The ARN of the rule that holds when no other does.
    pub(crate) default_rule: String,
    /// Its attributes, as far as they are not what they start with.
    pub(crate) attributes: BTreeMap<String, String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Document for Listener {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "listener";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// A listener to make.
pub(crate) struct NewListener {
    /// Its protocol.
    pub(crate) protocol: String,
    /// Its port.
    pub(crate) port: u16,
    /// What it does.
    pub(crate) action: Action,
    /// Its tags.
    pub(crate) tags: Tags,
}

impl Listener {
    /// Makes a listener of a balancer, with its default rule.
    pub(crate) fn make(tx: &mut Tx<'_>, place: &Place, balancer: &str, new: NewListener) -> Self {
        let of = path(balancer, "loadbalancer").unwrap_or_default();
        let arn = arn(place, &format!("listener/{of}/{}", short_id(tx)));
        let rule = Rule {
            arn: arn_of(&arn, &short_id(tx)),
            listener: arn.clone(),
            balancer: balancer.to_owned(),
            priority: None,
            conditions: Vec::new(),
            action: new.action,
            tags: Tags::new(),
            created: tx.now(),
        };
        let listener = Self {
            arn,
            balancer: balancer.to_owned(),
            protocol: new.protocol,
            port: new.port,
            ssl_policy: None,
            certificates: Vec::new(),
            alpn: Vec::new(),
            default_rule: rule.arn.clone(),
            attributes: BTreeMap::new(),
            tags: new.tags,
            created: tx.now(),
        };
        tx.put(place, &rule);
        tx.put(place, &listener);
        listener
    }

    /// All listeners of a balancer.
    pub(super) fn of_balancer(tx: &Tx<'_>, place: &Place, balancer: &str) -> Vec<Self> {
        let mut all = tx.list::<Self>(place);
        all.retain(|one| one.balancer == balancer);
        all
    }

    /// Removes it and its rules.
    pub(super) fn remove(&self, tx: &mut Tx<'_>, place: &Place) {
        for rule in Rule::of_listener(tx, place, &self.arn) {
            tx.delete::<Rule>(place, &rule.arn);
        }
        tx.delete::<Self>(place, &self.arn);
    }

    /// Whether it ends TLS.
    pub(super) fn is_tls(&self) -> bool {
        matches!(self.protocol.as_str(), "HTTPS" | "TLS")
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let rule = tx.get::<Rule>(place, &self.default_rule);
        let actions: Vec<Fields> = rule.iter().map(|rule| rule.action.fields()).collect();
        let fields = Fields::new()
            .text("ListenerArn", &self.arn)
            .text("LoadBalancerArn", &self.balancer)
            .text("Port", self.port)
            .text("Protocol", &self.protocol);
        let first = self.certificates.first();
        let fields = match first {
            Some(arn) => {
                let one = Fields::new().text("CertificateArn", arn);
                fields.list("Certificates", "member", [one])
            }
            None => fields,
        };
        let fields = fields.maybe("SslPolicy", self.ssl_policy.as_ref()).list(
            "DefaultActions",
            "member",
            actions,
        );
        match self.alpn.is_empty() {
            true => fields,
            false => fields.texts("AlpnPolicy", "member", self.alpn.clone()),
        }
    }

    /// The answer of a create or a change.
    pub(super) fn answer(&self, call: &Call<'_>) -> Outcome {
        let fields = self.fields(&call.tx, &call.place);
        Ok(Body::Xml(Fields::new().list(
            "Listeners",
            "member",
            [fields],
        )))
    }
}

/// The visible listener of an ARN.
pub(super) fn find(call: &Call<'_>, arn: &str) -> Result<Listener, ApiError> {
    if path(arn, "listener").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid listener ARN")));
    }
    let text = "One or more listeners not found";
    let found = call.tx.see::<Listener>(&call.place, arn);
    found.ok_or_else(|| ApiError::bad("ListenerNotFound", text))
}

/// DescribeListeners: of a balancer, or by their ARNs.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let arns = call.params.list("ListenerArns.member");
    let rows: Vec<Listener> = match (call.params.get("LoadBalancerArn"), arns.is_empty()) {
        (Some(_), true) => {
            let LoadBalancer { arn, .. } = balancer(call)?;
            let mut all = call.tx.see_all::<Listener>(&call.place);
            all.retain(|one| one.balancer == arn);
            all
        }
        (None, false) => arns
            .iter()
            .map(|arn| find(call, arn))
            .collect::<Result<_, _>>()?,
        _ => {
            return Err(invalid(
                "You must specify either listener ARNs or a load balancer ARN",
            ));
        }
    };
    let (rows, next) = page(call, rows, |one: &Listener| one.arn.clone());
    let rows = rows.iter().map(|one| one.fields(&call.tx, &call.place));
    Ok(Body::Xml(
        Fields::new()
            .list("Listeners", "member", rows.collect::<Vec<_>>())
            .maybe("NextMarker", next),
    ))
}

/// DeleteListener: with its rules.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let listener = find(call, &required(call, "ListenerArn")?)?;
    listener.remove(&mut call.tx, &call.place);
    Ok(Body::Xml(Fields::new()))
}
