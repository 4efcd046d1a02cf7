//! What listeners and rules do with a request: send it on, redirect it, or answer it.

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum, TargetGroupTuple,
};
use provision_core::contract::Failure;
use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::marks::Tags;

/// One target group's part of the traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The target group, by ARN.
    pub target_group: Field<String>,
    /// Its weight among the others.
    pub weight: i64,
}

/// A redirect for good to another port and protocol, everything else of the address being kept.
pub(crate) fn redirect_to(port: u16, protocol: &str) -> Tags {
    [
        ("code", "HTTP_301"),
        ("host", "#{host}"),
        ("path", "/#{path}"),
        ("port", &port.to_string()),
        ("protocol", protocol),
        ("query", "#{query}"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect()
}

/// Sends it to target groups. One alone is named the old way, which every sort of balancer takes.
pub(super) fn forward(shares: &[Share]) -> Result<Action, Failure> {
    let action = Action::builder().r#type(ActionTypeEnum::Forward);
    if let [share] = shares {
        let group = share.target_group.known("forward")?;
        return Ok(action.target_group_arn(group).build());
    }
    let mut config = ForwardActionConfig::builder();
    for share in shares {
        let tuple = TargetGroupTuple::builder()
            .target_group_arn(share.target_group.known("forward")?)
            .weight(i32::try_from(share.weight).unwrap_or(i32::MAX));
        config = config.target_groups(tuple.build());
    }
    Ok(action.forward_config(config.build()).build())
}

/// Sends the caller elsewhere.
pub(super) fn redirect(to: &Tags) -> Action {
    let word = |key: &str| to.get(key).cloned();
    let config = RedirectActionConfig::builder()
        .set_protocol(word("protocol"))
        .set_port(word("port"))
        .set_host(word("host"))
        .set_path(word("path"))
        .set_query(word("query"))
        .set_status_code(word("code").map(|code| RedirectActionStatusCodeEnum::from(&*code)));
    Action::builder()
        .r#type(ActionTypeEnum::Redirect)
        .redirect_config(config.build())
        .build()
}

/// Answers with a status and nothing else.
pub(super) fn respond(status: &str) -> Action {
    let config = FixedResponseActionConfig::builder()
        .status_code(status)
        .content_type("text/plain");
    Action::builder()
        .r#type(ActionTypeEnum::FixedResponse)
        .fixed_response_config(config.build())
        .build()
}

/// The shares of live actions. A group that is alone has a weight that means nothing.
pub(super) fn shares(actions: &[Action]) -> Vec<Share> {
    let forward = actions
        .iter()
        .find(|action| action.r#type() == Some(&ActionTypeEnum::Forward));
    let Some(forward) = forward else {
        return Vec::new();
    };
    let tuples = forward
        .forward_config()
        .map(ForwardActionConfig::target_groups)
        .unwrap_or_default();
    let only = |arn: &str| Share {
        target_group: arn.into(),
        weight: 1,
    };
    match (tuples, forward.target_group_arn()) {
        ([], arn) => arn.map(only).into_iter().collect(),
        ([one], _) => one.target_group_arn().map(only).into_iter().collect(),
        (tuples, _) => tuples
            .iter()
            .map(|tuple| Share {
                target_group: tuple.target_group_arn().unwrap_or_default().into(),
                weight: i64::from(tuple.weight.unwrap_or(1)),
            })
            .collect(),
    }
}

/// The redirect of live actions.
pub(super) fn redirect_of(actions: &[Action]) -> Option<Tags> {
    let config = actions.iter().find_map(Action::redirect_config)?;
    let code = config
        .status_code()
        .map(RedirectActionStatusCodeEnum::as_str);
    let words = [
        ("code", code),
        ("host", config.host()),
        ("path", config.path()),
        ("port", config.port()),
        ("protocol", config.protocol()),
        ("query", config.query()),
    ];
    let set = words
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
    Some(set.collect())
}

/// The status of live actions that answer by themselves.
pub(super) fn status_of(actions: &[Action]) -> Option<String> {
    let config = actions.iter().find_map(Action::fixed_response_config)?;
    config.status_code().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn share(arn: &str, weight: i64) -> Share {
        Share {
            target_group: arn.into(),
            weight,
        }
    }

    #[test]
    fn shares_come_back_as_they_were_sent() {
        let two = vec![share("tg-1", 9), share("tg-2", 1)];
        assert_eq!(shares(&[forward(&two).unwrap()]), two);
        let one = vec![share("tg-1", 1)];
        let action = forward(&one).unwrap();
        assert!(action.forward_config().is_none());
        assert_eq!(shares(&[action]), one);
    }

    #[test]
    fn redirects_and_answers_come_back_as_they_were_sent() {
        let to = redirect_to(443, "HTTPS");
        let action = [redirect(&to)];
        assert_eq!(redirect_of(&action), Some(to));
        assert_eq!(shares(&action), []);
        assert_eq!(status_of(&[respond("404")]).as_deref(), Some("404"));
    }
}
