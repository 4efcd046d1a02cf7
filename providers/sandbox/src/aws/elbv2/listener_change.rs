//! CreateListener and ModifyListener.

use super::action::Action;
use super::common::{balancer, invalid, number, one_of, required, within};
use super::listener::NewListener;
use super::rule_change::balancer_of;
use super::{Listener, LoadBalancer, Rule, certificate, forwarding, tags};
use crate::aws::{Call, Outcome};
use crate::wire::ApiError;

/// The policy of a TLS listener that names none.
const USUAL_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// Security policies ("Security policies for your Application Load Balancer").
const POLICIES: &[&str] = &[
    USUAL_POLICY,
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
    "ELBSecurityPolicy-TLS13-1-1-2021-06",
    "ELBSecurityPolicy-TLS13-1-0-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-FS-2018-06",
    "ELBSecurityPolicy-FS-1-1-2019-08",
    "ELBSecurityPolicy-FS-1-2-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    "ELBSecurityPolicy-TLS-1-0-2015-04",
    "ELBSecurityPolicy-2015-05",
];

/// CreateListener. A port has one listener.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let balancer = balancer(call)?;
    let protocol = call.params.get("Protocol").map(str::to_owned);
    let protocol = protocol.ok_or_else(|| invalid("A listener protocol must be specified"))?;
    let port = number::<u16>(&call.params, "Port", 1, 65_535)?;
    let port = port.ok_or_else(|| invalid("A listener port must be specified"))?;
    check_protocol(&balancer, &protocol)?;
    let action = Action::read(&call.params, "DefaultActions")?;
    let tags = tags::at_create(call)?;
    forwarding::check(call, &balancer, &protocol, &action)?;
    free(call, &balancer, port, &protocol, None)?;
    let have = Listener::of_balancer(&call.tx, &call.place, &balancer.arn).len();
    let quota = "elbv2:listeners-per-balancer";
    within(&call.tx, quota, have, "TooManyListeners", "listeners")?;
    let new = NewListener {
        protocol,
        port,
        action,
        tags,
    };
    let mut listener = Listener::make(&mut call.tx, &call.place, &balancer.arn, new);
    secure(call, &mut listener)?;
    call.tx.put(&call.place, &listener);
    listener.answer(call)
}

fn check_protocol(balancer: &LoadBalancer, protocol: &str) -> Result<(), ApiError> {
    let legal: &[&str] = match balancer.is_application() {
        true => &["HTTP", "HTTPS"],
        false => &["TLS", "TCP", "TCP_UDP", "UDP"],
    };
    match legal.contains(&protocol) {
        true => Ok(()),
        false => Err(invalid(format!(
            "Listener protocol '{protocol}' must be one of '{}'",
            legal.join(", ")
        ))),
    }
}

/// Refuses a port that another listener has; TCP and UDP of one port are two.
fn free(
    call: &Call<'_>,
    balancer: &LoadBalancer,
    port: u16,
    protocol: &str,
    but: Option<&str>,
) -> Result<(), ApiError> {
    let wires = |protocol: &str| match protocol {
        "UDP" => (false, true),
        "TCP_UDP" => (true, true),
        _ => (true, false),
    };
    let clash = |other: &Listener| {
        let (a, b) = (wires(&other.protocol), wires(protocol));
        other.port == port && ((a.0 && b.0) || (a.1 && b.1)) && Some(other.arn.as_str()) != but
    };
    let there = Listener::of_balancer(&call.tx, &call.place, &balancer.arn);
    match there.iter().any(clash) {
        true => Err(ApiError::bad(
            "DuplicateListener",
            format!(
                "A listener already exists on this port for this load balancer '{}'",
                balancer.arn
            ),
        )),
        false => Ok(()),
    }
}

/// Certificate, policy and ALPN of a listener, as the call and its protocol want.
fn secure(call: &Call<'_>, listener: &mut Listener) -> Result<(), ApiError> {
    if let Some(arn) = certificate::default_of(call)? {
        listener.certificates.retain(|one| *one != arn);
        match listener.certificates.first_mut() {
            Some(first) => *first = arn,
            None => listener.certificates.push(arn),
        }
    }
    if let Some(policy) = call.params.get("SslPolicy") {
        if !POLICIES.contains(&policy) {
            let text = format!("SSL policy '{policy}' not found");
            return Err(ApiError::bad("SSLPolicyNotFound", text));
        }
        listener.ssl_policy = Some(policy.to_owned());
    }
    alpn(call, listener)?;
    match listener.is_tls() {
        true => complete(listener),
        false => bare(call, listener),
    }
}

/// Refuses a listener that ends TLS without a certificate.
fn complete(listener: &mut Listener) -> Result<(), ApiError> {
    if listener.certificates.is_empty() {
        return Err(invalid(format!(
            "A certificate must be specified for {} listeners",
            listener.protocol
        )));
    }
    let policy = &mut listener.ssl_policy;
    policy.get_or_insert_with(|| USUAL_POLICY.to_owned());
    Ok(())
}

/// Refuses what is of TLS for a listener without it; what it had goes.
fn bare(call: &Call<'_>, listener: &mut Listener) -> Result<(), ApiError> {
    let protocol = &listener.protocol;
    let given = |name: &str| call.params.get(name).is_some() || !call.params.under(name).is_empty();
    if let Some(name) = ["Certificates", "SslPolicy"]
        .into_iter()
        .find(|name| given(name))
    {
        let noun = match name {
            "SslPolicy" => "An SSL policy",
            _ => "A certificate",
        };
        return Err(invalid(format!(
            "{noun} cannot be specified for {protocol} listeners"
        )));
    }
    listener.certificates.clear();
    listener.ssl_policy = None;
    Ok(())
}

fn alpn(call: &Call<'_>, listener: &mut Listener) -> Result<(), ApiError> {
    let wish = call.params.list("AlpnPolicy.member");
    if listener.protocol != "TLS" {
        listener.alpn.clear();
        return match wish.is_empty() {
            true => Ok(()),
            false => Err(invalid(
                "An ALPN policy can be specified only for TLS listeners",
            )),
        };
    }
    let legal = [
        "HTTP1Only",
        "HTTP2Only",
        "HTTP2Optional",
        "HTTP2Preferred",
        "None",
    ];
    for value in &wish {
        one_of("AlpnPolicy", value, &legal)?;
    }
    if !wish.is_empty() {
        listener.alpn = wish;
    }
    Ok(())
}

/// ModifyListener: what the call does not name stays, as far as the protocol allows it.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut listener = super::listener::find(call, &required(call, "ListenerArn")?)?;
    let balancer = balancer_of(call, &listener)?;
    if let Some(protocol) = call.params.get("Protocol") {
        listener.protocol = protocol.to_owned();
    }
    if let Some(port) = number::<u16>(&call.params, "Port", 1, 65_535)? {
        listener.port = port;
    }
    check_protocol(&balancer, &listener.protocol)?;
    let own = Some(listener.arn.as_str());
    free(call, &balancer, listener.port, &listener.protocol, own)?;
    let named = !call.params.under("DefaultActions").is_empty();
    let rule = call.tx.get::<Rule>(&call.place, &listener.default_rule);
    if let Some(mut rule) = rule.filter(|_| named) {
        rule.action = Action::read(&call.params, "DefaultActions")?;
        call.tx.put(&call.place, &rule);
    }
    for rule in Rule::of_listener(&call.tx, &call.place, &listener.arn) {
        forwarding::check(call, &balancer, &listener.protocol, &rule.action)?;
    }
    secure(call, &mut listener)?;
    call.tx.put(&call.place, &listener);
    listener.answer(call)
}
