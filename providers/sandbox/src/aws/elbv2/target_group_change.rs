//! CreateTargetGroup and ModifyTargetGroup.

use std::collections::BTreeMap;

use super::common::{
    absent, arn, check_name, configuration, invalid, number, one_of, required, short_id,
    target_group, within,
};
use super::health_check::HealthCheck;
use super::target_group::is_http;
use super::{TargetGroup, tags};
use crate::aws::ec2::Vpc;
use crate::aws::{Call, Outcome};
use crate::wire::ApiError;

const PROTOCOLS: &[&str] = &["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"];

/// CreateTargetGroup. The same again answers what there is, whosever it is.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let name = required(call, "Name")?;
    check_name("Target group", &name)?;
    let target_type = target_type(call)?;
    let missing = |what: &str| invalid(format!("{what} must be specified"));
    let protocol = call.params.get("Protocol").map(str::to_owned);
    let protocol = protocol.ok_or_else(|| missing("A protocol"))?;
    one_of("Protocol", &protocol, PROTOCOLS)?;
    let port = number::<u16>(&call.params, "Port", 1, 65_535)?;
    let vpc_id = call.params.get("VpcId").map(str::to_owned);
    let wish = TargetGroup {
        arn: String::new(),
        name,
        version: version(call, &protocol)?,
        port: port.ok_or_else(|| missing("A port"))?,
        vpc_id: vpc_id.ok_or_else(|| missing("A VPC ID"))?,
        target_type,
        health: HealthCheck::default(),
        attributes: BTreeMap::new(),
        tags: tags::at_create(call)?,
        created: call.now(),
        protocol,
    };
    let usual = HealthCheck::usual(call, &wish.protocol, wish.version.as_deref());
    let wish = TargetGroup {
        health: usual.changed(call, &wish.protocol)?,
        ..wish
    };
    if call.tx.see::<Vpc>(&call.place, &wish.vpc_id).is_none() {
        return Err(invalid(format!(
            "The VPC ID '{}' is not found",
            wish.vpc_id
        )));
    }
    match same(call, &wish)? {
        Some(there) => there.answer(call),
        None => make(call, wish),
    }
}

fn make(call: &mut Call<'_>, mut group: TargetGroup) -> Outcome {
    let have = call.tx.list::<TargetGroup>(&call.place).len();
    within(
        &call.tx,
        "elbv2:target-groups",
        have,
        "TooManyTargetGroups",
        "target groups",
    )?;
    let id = short_id(&mut call.tx);
    group.arn = arn(&call.place, &format!("targetgroup/{}/{id}", group.name));
    call.tx.put(&call.place, &group);
    group.answer(call)
}

fn target_type(call: &Call<'_>) -> Result<String, ApiError> {
    let value = call.params.get("TargetType").unwrap_or("instance");
    one_of("TargetType", value, &["instance", "ip", "lambda", "alb"])?;
    match value {
        "lambda" | "alb" => Err(absent(&format!("target groups of type {value}"))),
        value => Ok(value.to_owned()),
    }
}

fn version(call: &Call<'_>, protocol: &str) -> Result<Option<String>, ApiError> {
    match (call.params.get("ProtocolVersion"), is_http(protocol)) {
        (None, true) => Ok(Some("HTTP1".to_owned())),
        (None, false) => Ok(None),
        (Some(version), true) => {
            one_of("ProtocolVersion", version, &["HTTP1", "HTTP2", "GRPC"])?;
            Ok(Some(version.to_owned()))
        }
        (Some(_), false) => Err(invalid(format!(
            "A protocol version cannot be specified for target groups with the protocol '{protocol}'"
        ))),
    }
}

/// The group of that name when it has these settings; another one of the name is refused. Tags and attributes are no
/// settings.
fn same(call: &Call<'_>, wish: &TargetGroup) -> Result<Option<TargetGroup>, ApiError> {
    let all = call.tx.list::<TargetGroup>(&call.place);
    let Some(there) = all.into_iter().find(|one| one.name == wish.name) else {
        return Ok(None);
    };
    let equal = (there.port, &there.protocol, &there.version)
        == (wish.port, &wish.protocol, &wish.version)
        && there.vpc_id == wish.vpc_id
        && there.target_type == wish.target_type
        && there.health == wish.health;
    match equal {
        true => Ok(Some(there)),
        false => {
            let text = format!(
                "A target group with the same name '{}' exists, but with different settings",
                wish.name
            );
            Err(ApiError::bad("DuplicateTargetGroupName", text))
        }
    }
}

/// ModifyTargetGroup: its health check.
pub(super) fn modify(call: &mut Call<'_>) -> Outcome {
    let mut group = target_group(call)?;
    if !group.is_http() && call.params.get("HealthCheckEnabled") == Some("false") {
        return Err(configuration(
            "Health check enabled must be true for target groups with target type 'ip' and 'instance'",
        ));
    }
    group.health = group.health.changed(call, &group.protocol)?;
    call.tx.put(&call.place, &group);
    group.answer(call)
}
