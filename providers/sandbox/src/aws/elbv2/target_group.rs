//! Target groups: what they are, and how they are shown and deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::common::{invalid, path, required};
use super::health_check::HealthCheck;
use super::{LoadBalancer, Rule, Target, page};
use crate::aws::ec2::Tags;
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{ApiError, Body, Fields};

/// A target group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TargetGroup {
    /// Its ARN.
    pub(crate) arn: String,
    /// Its name.
    pub(crate) name: String,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP` or `TCP_UDP`.
    pub(crate) protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; none for a network balancer's.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// The port of targets that name none.
    #[serde(default = "usual_port")]
    pub(crate) port: u16,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// `ip` or `instance`.
    #[serde(default = "usual_type")]
    pub(crate) target_type: String,
    /// How its targets are checked.
    #[serde(default)]
    pub(crate) health: HealthCheck,
    /// Its attributes, as far as they are not what they start with.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

fn usual_port() -> u16 {
    80
}

fn usual_type() -> String {
    "ip".to_owned()
}

impl Document for TargetGroup {
    const SERVICE: &'static str = "elasticloadbalancingv2";
    const KIND: &'static str = "target-group";

    fn id(&self) -> String {
        self.arn.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl TargetGroup {
    /// Whether it is one for application balancers.
    pub(super) fn is_http(&self) -> bool {
        is_http(&self.protocol)
    }

    /// The balancers that send to it.
    pub(crate) fn balancers(&self, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        balancers(tx, place, &self.arn)
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let fields = Fields::new()
            .text("TargetGroupArn", &self.arn)
            .text("TargetGroupName", &self.name)
            .text("Protocol", &self.protocol)
            .maybe("ProtocolVersion", self.version.as_ref())
            .text("Port", self.port)
            .text("VpcId", &self.vpc_id);
        self.health
            .fields(fields)
            .text("TargetType", &self.target_type)
            .text("IpAddressType", "ipv4")
            .texts("LoadBalancerArns", "member", self.balancers(tx, place))
    }

    /// The answer of a create or a change.
    pub(super) fn answer(&self, call: &Call<'_>) -> Outcome {
        let fields = self.fields(&call.tx, &call.place);
        Ok(Body::Xml(Fields::new().list(
            "TargetGroups",
            "member",
            [fields],
        )))
    }
}

/// Whether the protocol is one of application balancers.
pub(super) fn is_http(protocol: &str) -> bool {
    matches!(protocol, "HTTP" | "HTTPS")
}

/// The balancers whose listeners send to the group, by their default action or by another rule.
pub(super) fn balancers(tx: &Tx<'_>, place: &Place, group: &str) -> Vec<String> {
    let rules = tx.with_key::<Rule>(place, group).into_iter();
    let mut all: Vec<String> = rules.map(|rule| rule.balancer).collect();
    all.sort();
    all.dedup();
    all
}

/// The refusal of an ARN that names nothing.
pub(super) fn not_found(arn: &str) -> ApiError {
    ApiError::bad(
        "TargetGroupNotFound",
        format!("Target groups '{arn}' not found"),
    )
}

/// DescribeTargetGroups.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let (arns, names) = (
        call.params.list("TargetGroupArns.member"),
        call.params.list("Names.member"),
    );
    let balancer = call.params.get("LoadBalancerArn").map(str::to_owned);
    one_way(&arns, &names, balancer.as_deref())?;
    let mut all = call.tx.see_all::<TargetGroup>(&call.place);
    if !arns.is_empty() || !names.is_empty() {
        all.retain(|one| arns.contains(&one.arn) || names.contains(&one.name));
        if all.len() < arns.len() + names.len() {
            let text = "One or more target groups not found";
            return Err(ApiError::bad("TargetGroupNotFound", text));
        }
    }
    if let Some(balancer) = balancer {
        if call
            .tx
            .see::<LoadBalancer>(&call.place, &balancer)
            .is_none()
        {
            return Err(super::load_balancer::not_found(&[balancer]));
        }
        all.retain(|one| one.balancers(&call.tx, &call.place).contains(&balancer));
    }
    let (rows, next) = page(call, all, |one: &TargetGroup| one.arn.clone());
    let rows = rows.iter().map(|one| one.fields(&call.tx, &call.place));
    Ok(Body::Xml(
        Fields::new()
            .list("TargetGroups", "member", rows.collect::<Vec<_>>())
            .maybe("NextMarker", next),
    ))
}

/// Refuses more than one way to say which groups are meant.
fn one_way(arns: &[String], names: &[String], balancer: Option<&str>) -> Result<(), ApiError> {
    let ways = [!arns.is_empty(), !names.is_empty(), balancer.is_some()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Err(invalid(
            "You can specify only one of the following: load balancer ARN, target group ARNs, target group names",
        ));
    }
    match arns.iter().find(|arn| path(arn, "targetgroup").is_none()) {
        Some(wrong) => Err(invalid(format!(
            "'{wrong}' is not a valid target group ARN"
        ))),
        None => Ok(()),
    }
}

/// DeleteTargetGroup: refused while a listener sends to it; one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "TargetGroupArn")?;
    if path(&arn, "targetgroup").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid target group ARN")));
    }
    let Some(group) = call.tx.see::<TargetGroup>(&call.place, &arn) else {
        return Ok(Body::Xml(Fields::new()));
    };
    if !group.balancers(&call.tx, &call.place).is_empty() {
        let text = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(ApiError::bad("ResourceInUse", text));
    }
    for target in Target::of_group(&call.tx, &call.place, &arn) {
        call.tx.delete::<Target>(&call.place, &target.id());
    }
    call.tx.delete::<TargetGroup>(&call.place, &arn);
    Ok(Body::Xml(Fields::new()))
}
