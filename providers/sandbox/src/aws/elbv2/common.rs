//! What the operations of balancers share: reading of parameters, refusals, ARNs.

use std::str::FromStr;

use super::{LoadBalancer, TargetGroup};
use crate::aws::Call;
use crate::store::{Place, Tx};
use crate::wire::{ApiError, Params};

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationError", message)
}

/// The refusal of values that do not go together.
pub(super) fn configuration(message: impl Into<String>) -> ApiError {
    ApiError::bad("InvalidConfigurationRequest", message)
}

/// The refusal of what the real service has and the sandbox has not.
pub(super) fn absent(what: &str) -> ApiError {
    let text = format!("the sandbox does not implement {what}");
    ApiError::new(501, "NotImplemented", text)
}

/// The refusal of a value by the front end that all calls pass.
pub(super) fn constraint(member: &str, value: &str, rule: &str) -> ApiError {
    let mut member = member.to_owned();
    if let Some(first) = member.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    invalid(format!(
        "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {rule}"
    ))
}

/// A parameter that must be there.
pub(super) fn required(call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    match call.params.get(name) {
        Some(value) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(constraint(name, "null", "not be null")),
    }
}

/// The values of a list that must have one.
pub(super) fn required_list(call: &Call<'_>, name: &str) -> Result<Vec<String>, ApiError> {
    let values = call.params.list(&format!("{name}.member"));
    match values.is_empty() {
        true => Err(constraint(name, "null", "not be null")),
        false => Ok(values),
    }
}

/// A number within bounds, when it is there.
pub(super) fn number<N>(
    params: &Params,
    name: &str,
    least: N,
    most: N,
) -> Result<Option<N>, ApiError>
where
    N: FromStr + PartialOrd + Copy + std::fmt::Display,
{
    let Some(text) = params.get(name) else {
        return Ok(None);
    };
    let shown = format!("'{text}'");
    let value: N = text
        .parse()
        .map_err(|_| constraint(name, &shown, "be a number"))?;
    if value < least {
        let rule = format!("have value greater than or equal to {least}");
        return Err(constraint(name, &shown, &rule));
    }
    if value > most {
        let rule = format!("have value less than or equal to {most}");
        return Err(constraint(name, &shown, &rule));
    }
    Ok(Some(value))
}

/// A truth, when it is there.
pub(super) fn truth(params: &Params, name: &str) -> Result<Option<bool>, ApiError> {
    let read = |text: &str| {
        let shown = format!("'{text}'");
        text.parse()
            .map_err(|_| constraint(name, &shown, "be a boolean"))
    };
    params.get(name).map(read).transpose()
}

/// Refuses what is not in the list.
pub(super) fn one_of(member: &str, value: &str, legal: &[&str]) -> Result<(), ApiError> {
    match legal.contains(&value) {
        true => Ok(()),
        false => {
            let rule = format!("satisfy enum value set: [{}]", legal.join(", "));
            Err(constraint(member, &format!("'{value}'"), &rule))
        }
    }
}

/// Refuses what cannot be the name of a balancer or target group.
pub(super) fn check_name(noun: &str, name: &str) -> Result<(), ApiError> {
    if name.len() > 32 {
        return Err(invalid(format!(
            "{noun} name '{name}' cannot be longer than '32' characters"
        )));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !name.bytes().all(legal) {
        return Err(invalid(format!(
            "{noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(invalid(format!(
            "{noun} name '{name}' cannot begin or end with a hyphen(-)"
        )));
    }
    Ok(())
}

/// The ARN of `loadbalancer/…` and the like.
pub(super) fn arn(place: &Place, what: &str) -> String {
    let Place { account, region } = place;
    format!("arn:aws:elasticloadbalancing:{region}:{account}:{what}")
}

/// The part of an ARN after its kind: `app/web/50dc6c495c0c9188`.
pub(super) fn path<'a>(arn: &'a str, kind: &str) -> Option<&'a str> {
    arn.split_once(&format!(":{kind}/")).map(|(_, path)| path)
}

/// Sixteen hexadecimal digits that never come again.
pub(crate) fn short_id(tx: &mut Tx<'_>) -> String {
    let hex = tx.fresh_hex("elbv2");
    hex.get(..16).unwrap_or_default().to_owned()
}

/// Refuses one more than the quota.
pub(super) fn within(
    tx: &Tx<'_>,
    quota: &str,
    have: usize,
    code: &str,
    noun: &str,
) -> Result<(), ApiError> {
    let most = tx.config().quota(quota);
    if (have as u64) < most {
        return Ok(());
    }
    Err(ApiError::bad(
        code,
        format!("The maximum number of {noun} has been reached: '{most}'"),
    ))
}

/// The visible balancer that `LoadBalancerArn` names.
pub(super) fn balancer(call: &Call<'_>) -> Result<LoadBalancer, ApiError> {
    let arn = required(call, "LoadBalancerArn")?;
    if path(&arn, "loadbalancer").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid load balancer ARN")));
    }
    let found = call.tx.see::<LoadBalancer>(&call.place, &arn);
    found.ok_or_else(|| super::load_balancer::not_found(&[arn]))
}

/// The visible target group that `TargetGroupArn` names.
pub(super) fn target_group(call: &Call<'_>) -> Result<TargetGroup, ApiError> {
    let arn = required(call, "TargetGroupArn")?;
    if path(&arn, "targetgroup").is_none() {
        return Err(invalid(format!("'{arn}' is not a valid target group ARN")));
    }
    let found = call.tx.see::<TargetGroup>(&call.place, &arn);
    found.ok_or_else(|| super::target_group::not_found(&arn))
}
