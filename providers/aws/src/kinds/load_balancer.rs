//! `elb.load_balancer`: a balancer of the sort `application` (HTTP) or `network` (TCP and TLS).
//!
//! Its name is unique in the account's region, but a create with the settings of one that stands succeeds for that one,
//! whoever made it: so each create looks first. Its switch against deletion is honoured and never turned, since the
//! spec has no word for it; what else the spec does not say of its attributes is left as it is.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer as Wire, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};
use provision_core::contract::{Class, Failure};
use provision_core::cost::{Meter, Part, Quantity, Range, Usage};
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Status, Table};
use serde::{Deserialize, Serialize};

use super::elb::{self, as_wanted, differs, known, retag, tag_list};
use super::live::changing;
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, elb_region, pages};
use crate::advice::unprotect;
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{Tags, plain};

/// Balancers of HTTP.
pub(crate) const APPLICATION: &str = "application";
/// Balancers of connections.
pub(crate) const NETWORK: &str = "network";
/// Reached from everywhere.
pub(crate) const PUBLIC: &str = "internet-facing";
/// Reached from inside.
pub(crate) const INTERNAL: &str = "internal";

/// AWS's switch against deletion.
const PROTECTION: &str = "deletion_protection.enabled";

/// The fields of a load balancer. Its name is the resource's physical name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    /// `application` or `network`.
    pub r#type: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// Its subnets, one a zone.
    pub subnets: Vec<Field<String>>,
    /// Its security groups.
    pub security_groups: Vec<Field<String>>,
    /// Its attributes, as far as they are ours to set.
    pub attributes: BTreeMap<String, String>,
    /// How to turn off the switch against its deletion, when that is on; what is live, never wanted.
    pub protection: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for LoadBalancer {
    const KIND: &'static str = "elb.load_balancer";

    fn table() -> Table {
        let in_place = |name: &str, kind, doc: &str| Row::new(name, kind, Effect::InPlace, doc);
        let attributes = FieldKind::Map { owned_only: true };
        let rows = vec![
            fixed("type", "application or network"),
            fixed("scheme", "who reaches it"),
            in_place("subnets", FieldKind::Set, "its subnets").in_group("subnets"),
            in_place("security_groups", FieldKind::Set, "its security groups").in_group("groups"),
            in_place("attributes", attributes, "its attributes").in_group("attributes"),
            Row::new(
                "protection",
                FieldKind::Scalar,
                Effect::Computed,
                "AWS's switch against its deletion",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn", "name", "dns_name", "zone_id"]),
            seconds: seconds(150, 2, 15),
            loss: Some("its address is gone: a new balancer has another one".to_owned()),
            ..table(Self::KIND, "load balancer", Identity::Named, rows)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        usage(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        elb_region::survey_of(Self::KIND, ask).await
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let name = cx.name()?;
        let call = "elasticloadbalancingv2:CreateLoadBalancer";
        let there = named(cx.aws, name).await?;
        elb::free(call, "DuplicateLoadBalancerName", there.as_ref())?;
        let request = cx
            .aws
            .elbv2()
            .create_load_balancer()
            .name(name)
            .r#type(LoadBalancerTypeEnum::from(want.r#type.as_str()))
            .scheme(LoadBalancerSchemeEnum::from(want.scheme.as_str()))
            .set_subnets(Some(known(&want.subnets, "subnets")?))
            .set_security_groups(groups(want)?)
            .set_tags(Some(tag_list(&cx.marked(&want.tags))));
        let answer = cx.aws.write(call, || request.clone().send()).await?;
        let made = answer.load_balancers.unwrap_or_default().pop();
        Ok(Next::Waits {
            phase: "provisioning".to_owned(),
            physical: made
                .and_then(|made| made.load_balancer_arn)
                .unwrap_or_default(),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let wanted = elb::wanted(want)?;
        for (field, call) in [("subnets", 0), ("security_groups", 1), ("attributes", 2)] {
            if !differs(cx, &wanted, live, field) {
                continue;
            }
            match call {
                0 => set_subnets(cx, want, live).await?,
                1 => set_groups(cx, want, live).await?,
                _ => set_attributes(cx, want, live).await?,
            }
            return Ok(Some(Next::More {
                did: format!("set {}", field.replace('_', " ")),
                observed: as_wanted(live, &wanted, &[field]),
            }));
        }
        // Not marked by us as protected, so that there is no mark to take away.
        let unmarked = Observed {
            protect: false,
            ..live.clone()
        };
        retag(cx, &want.tags, &unmarked).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !live.foreign.is_empty() {
            return Err(Stop::Failure(held(live)));
        }
        let request = cx.aws.elbv2().delete_load_balancer();
        let request = request.load_balancer_arn(&live.physical);
        cx.aws
            .write("elasticloadbalancingv2:DeleteLoadBalancer", || {
                request.clone().send()
            })
            .await
            .map_err(|fault| Stop::Fault(fault.about(&live.physical)))?;
        Ok(Next::Waits {
            phase: "deleting".to_owned(),
            physical: live.physical.clone(),
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        whole(cx.aws, wires(cx.aws, Some(physical), None).await?.pop()).await
    }

    async fn holder(cx: &Cx<'_>, _want: &Self) -> Result<Option<Live>, Fault> {
        named(cx.aws, cx.name().unwrap_or_default()).await
    }
}

/// Listeners and rules that somebody else put there would go with it.
fn held(live: &Observed) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "foreign".to_owned(),
        message: format!(
            "{} also has what provision did not put there, and what would go with it: {}",
            live.physical,
            live.foreign.join(", ")
        ),
        call: Some("elasticloadbalancingv2:DeleteLoadBalancer".to_owned()),
        object: Some(live.physical.clone()),
        advice: Some("remove those, then run it again".to_owned()),
    }
}

/// So much is assumed of the traffic: one capacity unit on average.
const UNITS: &str = "one capacity unit on average";

fn usage(of: &Uses<'_>) -> Usage {
    let application = of.text("type") == Some(APPLICATION);
    let (title, item) = match application {
        true => ("application load balancer", "elb.alb"),
        false => ("network load balancer", "elb.nlb"),
    };
    let month = Quantity::month();
    let units = format!("{item}.lcu");
    let mut meters = vec![
        Meter::listed(title, Part::Network, item, "hour", month),
        Meter::listed("capacity units", Part::Network, &units, "LCU-hour", month).assuming(UNITS),
    ];
    let zones = u64::try_from(of.length("subnets")).unwrap_or_default();
    if of.text("scheme") == Some(PUBLIC) && zones > 0 {
        let address = Meter::listed("public IPv4", Part::Network, "vpc.ipv4", "hour", month);
        meters.push(
            address
                .count(Range::exactly(zones))
                .assuming("one address in each zone"),
        );
    }
    Usage::Charged { meters }
}

/// A network balancer that is made without a group can never have one; no list is as good as an empty one.
fn groups(want: &LoadBalancer) -> Result<Option<Vec<String>>, Failure> {
    let groups = known(&want.security_groups, "security_groups")?;
    Ok((!groups.is_empty()).then_some(groups))
}

async fn set_subnets(cx: &Cx<'_>, want: &LoadBalancer, live: &Observed) -> Result<(), Stop> {
    let request = cx.aws.elbv2().set_subnets();
    let request = request
        .load_balancer_arn(&live.physical)
        .set_subnets(Some(known(&want.subnets, "subnets")?));
    cx.aws
        .write("elasticloadbalancingv2:SetSubnets", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

async fn set_groups(cx: &Cx<'_>, want: &LoadBalancer, live: &Observed) -> Result<(), Stop> {
    let request = cx.aws.elbv2().set_security_groups();
    let request = request
        .load_balancer_arn(&live.physical)
        .set_security_groups(Some(known(&want.security_groups, "security_groups")?));
    cx.aws
        .write("elasticloadbalancingv2:SetSecurityGroups", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

async fn set_attributes(cx: &Cx<'_>, want: &LoadBalancer, live: &Observed) -> Result<(), Stop> {
    let pair = |(key, value): (&String, &String)| {
        let pair = LoadBalancerAttribute::builder().key(key).value(value);
        pair.build()
    };
    let request = cx.aws.elbv2().modify_load_balancer_attributes();
    let request = request
        .load_balancer_arn(&live.physical)
        .set_attributes(Some(want.attributes.iter().map(pair).collect()));
    cx.aws
        .write(
            "elasticloadbalancingv2:ModifyLoadBalancerAttributes",
            || request.clone().send(),
        )
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(())
}

/// Balancers of the region, or one by handle or name. What is not there is none.
pub(super) async fn wires(
    aws: &Aws,
    arn: Option<&str>,
    name: Option<&str>,
) -> Result<Vec<Wire>, Fault> {
    let only = |one: Option<&str>| one.map(|one| vec![one.to_owned()]);
    let read = pages(|token| async {
        let request = aws
            .elbv2()
            .describe_load_balancers()
            .set_load_balancer_arns(only(arn))
            .set_names(only(name))
            .set_marker(token);
        let answer = aws
            .read("elasticloadbalancingv2:DescribeLoadBalancers", || {
                request.clone().send()
            })
            .await?;
        Ok((answer.load_balancers, answer.next_marker))
    });
    match read.await {
        Err(fault) if fault.is_not_found() => Ok(Vec::new()),
        read => read,
    }
}

/// All attributes; `None` when the balancer has gone.
pub(super) async fn attributes(aws: &Aws, arn: &str) -> Result<Option<Tags>, Fault> {
    let request = aws.elbv2().describe_load_balancer_attributes();
    let request = request.load_balancer_arn(arn);
    let answer = aws
        .read(
            "elasticloadbalancingv2:DescribeLoadBalancerAttributes",
            || request.clone().send(),
        )
        .await;
    match answer {
        Ok(answer) => {
            let pairs = answer.attributes.unwrap_or_default().into_iter();
            let pairs = pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default())));
            Ok(Some(pairs.collect()))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn named(aws: &Aws, name: &str) -> Result<Option<Live>, Fault> {
    whole(aws, wires(aws, None, Some(name)).await?.pop()).await
}

/// With its tags and attributes. While it is being made nobody asks for those.
async fn whole(aws: &Aws, wire: Option<Wire>) -> Result<Option<Live>, Fault> {
    let Some(wire) = wire else {
        return Ok(None);
    };
    let arn = wire.load_balancer_arn().unwrap_or_default();
    let Some(tags) = elb::tags_of_one(aws, arn).await? else {
        return Ok(None);
    };
    let attributes = match status(&wire) {
        Status::Changing { .. } => Some(Tags::new()),
        _ => attributes(aws, arn).await?,
    };
    Ok(attributes.map(|attributes| live(&wire, &tags, &attributes)))
}

/// A balancer as read.
pub(super) fn live(wire: &Wire, all: &Tags, attributes: &Tags) -> Live {
    let arn = wire.load_balancer_arn().unwrap_or_default();
    let zones = wire.availability_zones().iter();
    let subnets: Vec<String> = zones.filter_map(|zone| zone.subnet_id.clone()).collect();
    let fields = |list: &[String]| list.iter().map(|id| id.as_str().into()).collect();
    let protected = attributes.get(PROTECTION).is_some_and(|on| on == "true");
    let record = LoadBalancer {
        r#type: wire.r#type().map_or("", |word| word.as_str()).to_owned(),
        scheme: wire.scheme().map_or("", |word| word.as_str()).to_owned(),
        subnets: fields(&subnets),
        security_groups: fields(wire.security_groups()),
        attributes: attributes.clone(),
        protection: protected.then(|| unprotect(arn)),
        tags: plain(all),
    };
    let mut live = Live::new(arn, all, &record)
        .output("arn", arn)
        .maybe("name", wire.load_balancer_name())
        .maybe("dns_name", wire.dns_name())
        .maybe("zone_id", wire.canonical_hosted_zone_id())
        .status(status(wire))
        .needs(subnets)
        .needs(wire.security_groups().iter().cloned());
    live.marks.protect |= protected;
    live
}

fn status(wire: &Wire) -> Status {
    let state = wire.state();
    let reason = || {
        let told = state.and_then(|state| state.reason());
        told.unwrap_or("AWS gives no reason").to_owned()
    };
    match state.and_then(|state| state.code()) {
        Some(LoadBalancerStateEnum::Provisioning) => changing("provisioning"),
        Some(LoadBalancerStateEnum::Failed) => Status::Failed { reason: reason() },
        Some(LoadBalancerStateEnum::ActiveImpaired) => Status::Degraded { reason: reason() },
        _ => Status::Ready,
    }
}

/// Whether a balancer speaks HTTP, so that its listeners have rules.
pub(super) fn has_rules(wire: &Wire) -> bool {
    wire.r#type() == Some(&LoadBalancerTypeEnum::Application)
}

/// What a live balancer is called.
pub(super) fn name_of(live: &Live) -> Option<&str> {
    live.outputs.get("name").and_then(|name| name.as_text())
}
