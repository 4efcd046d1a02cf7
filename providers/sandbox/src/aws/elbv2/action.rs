//! What a rule does with a request: forward, redirect, or answer by itself.

use serde::{Deserialize, Serialize};

use super::common::{absent, constraint, invalid, number, one_of, truth};
use crate::wire::{ApiError, Fields, Params};

/// Most target groups of one action.
const MOST_GROUPS: usize = 5;

/// Parameters of actions below a list's name.
macro_rules! accepts {
    ($list:literal) => {
        &[
            concat!($list, ".member.N.Type"),
            concat!($list, ".member.N.Order"),
            concat!($list, ".member.N.TargetGroupArn"),
            concat!(
                $list,
                ".member.N.ForwardConfig.TargetGroups.member.N.TargetGroupArn"
            ),
            concat!(
                $list,
                ".member.N.ForwardConfig.TargetGroups.member.N.Weight"
            ),
            concat!(
                $list,
                ".member.N.ForwardConfig.TargetGroupStickinessConfig.Enabled"
            ),
            concat!(
                $list,
                ".member.N.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds"
            ),
            concat!($list, ".member.N.RedirectConfig.Protocol"),
            concat!($list, ".member.N.RedirectConfig.Port"),
            concat!($list, ".member.N.RedirectConfig.Host"),
            concat!($list, ".member.N.RedirectConfig.Path"),
            concat!($list, ".member.N.RedirectConfig.Query"),
            concat!($list, ".member.N.RedirectConfig.StatusCode"),
            concat!($list, ".member.N.FixedResponseConfig.MessageBody"),
            concat!($list, ".member.N.FixedResponseConfig.StatusCode"),
            concat!($list, ".member.N.FixedResponseConfig.ContentType"),
        ]
    };
}

/// Parameters of a listener's default action.
pub(super) const DEFAULT: &[&str] = accepts!("DefaultActions");

/// Parameters of a rule's action.
pub(super) const OF_RULE: &[&str] = accepts!("Actions");

/// An action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Action {
    /// Its number, when the request gave one.
    order: Option<u32>,
    /// What it does.
    does: Does,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    Forward {
        groups: Vec<Weighted>,
        /// Seconds for which a client stays with a group.
        sticky: Option<u32>,
    },
    Redirect {
        protocol: String,
        port: String,
        host: String,
        path: String,
        query: String,
        status: String,
    },
    FixedResponse {
        status: String,
        content_type: Option<String>,
        body: Option<String>,
    },
}

/// A target group and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Weighted {
    arn: String,
    weight: u32,
}

impl Action {
    /// One that forwards everything to a group.
    pub(crate) fn forward(arn: &str) -> Self {
        let group = Weighted {
            arn: arn.to_owned(),
            weight: 1,
        };
        let does = Does::Forward {
            groups: vec![group],
            sticky: None,
        };
        Self { order: None, does }
    }

    /// The one action of a list: those that may stand before another are not known here.
    pub(super) fn read(params: &Params, list: &str) -> Result<Self, ApiError> {
        let all = params.structures(&format!("{list}.member"));
        let action = match all.as_slice() {
            [] => return Err(constraint(list, "null", "not be null")),
            [one] => one,
            _ => {
                let text = "A rule can have exactly one action of the type forward, redirect or fixed-response";
                return Err(ApiError::bad("TooManyActions", text));
            }
        };
        let order = number(action, "Order", 1, 50_000)?;
        let does = match action.get("Type") {
            Some("forward") => forward(action)?,
            Some("redirect") => redirect(&action.under("RedirectConfig"))?,
            Some("fixed-response") => fixed(&action.under("FixedResponseConfig"))?,
            Some(known @ ("authenticate-oidc" | "authenticate-cognito" | "jwt-validation")) => {
                return Err(absent(&format!("actions of the type {known}")));
            }
            other => {
                let legal = ["forward", "redirect", "fixed-response"];
                one_of("Type", other.unwrap_or_default(), &legal)?;
                return Err(constraint("Type", "null", "not be null"));
            }
        };
        Ok(Self { order, does })
    }

    /// `forward`, `redirect` or `fixed-response`.
    pub(super) fn kind(&self) -> &'static str {
        match self.does {
            Does::Forward { .. } => "forward",
            Does::Redirect { .. } => "redirect",
            Does::FixedResponse { .. } => "fixed-response",
        }
    }

    /// The target groups it sends to.
    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        let groups = match &self.does {
            Does::Forward { groups, .. } => groups.as_slice(),
            _ => &[],
        };
        groups.iter().map(|one| one.arn.as_str())
    }

    /// It in an answer.
    pub(super) fn fields(&self) -> Fields {
        let fields = Fields::new()
            .text("Type", self.kind())
            .maybe("Order", self.order);
        match &self.does {
            Does::Forward { groups, sticky } => forward_fields(fields, groups, *sticky),
            Does::Redirect {
                protocol,
                port,
                host,
                path,
                query,
                status,
            } => fields.fields(
                "RedirectConfig",
                Fields::new()
                    .text("Protocol", protocol)
                    .text("Port", port)
                    .text("Host", host)
                    .text("Path", path)
                    .text("Query", query)
                    .text("StatusCode", status),
            ),
            Does::FixedResponse {
                status,
                content_type,
                body,
            } => fields.fields(
                "FixedResponseConfig",
                Fields::new()
                    .maybe("MessageBody", body.as_ref())
                    .text("StatusCode", status)
                    .maybe("ContentType", content_type.as_ref()),
            ),
        }
    }
}

fn forward_fields(fields: Fields, groups: &[Weighted], sticky: Option<u32>) -> Fields {
    let only = match groups {
        [one] => Some(&one.arn),
        _ => None,
    };
    let rows = groups.iter().map(|one| {
        Fields::new()
            .text("TargetGroupArn", &one.arn)
            .text("Weight", one.weight)
    });
    let sticky = Fields::new()
        .text("Enabled", sticky.is_some())
        .maybe("DurationSeconds", sticky);
    let config = Fields::new()
        .list("TargetGroups", "member", rows.collect::<Vec<_>>())
        .fields("TargetGroupStickinessConfig", sticky);
    fields
        .maybe("TargetGroupArn", only)
        .fields("ForwardConfig", config)
}

fn forward(params: &Params) -> Result<Does, ApiError> {
    let config = params.under("ForwardConfig");
    let mut groups = Vec::new();
    for one in config.structures("TargetGroups.member") {
        let arn = one.get("TargetGroupArn").unwrap_or_default().to_owned();
        let weight = number(&one, "Weight", 0, 999)?.unwrap_or(1);
        groups.push(Weighted { arn, weight });
    }
    match (params.get("TargetGroupArn"), groups.as_slice()) {
        (None, []) => {
            return Err(invalid(
                "A target group ARN must be specified for actions of the type forward",
            ));
        }
        (Some(arn), []) => return Ok(Action::forward(arn).does),
        (Some(arn), [one]) if one.arn == arn => {}
        (Some(_), _) => {
            return Err(invalid(
                "The target group ARN must be that of the only target group in ForwardConfig",
            ));
        }
        (None, _) => {}
    }
    distinct(&groups)?;
    let sticky = sticky(&config.under("TargetGroupStickinessConfig"))?;
    Ok(Does::Forward { groups, sticky })
}

/// Refuses too many groups, and one that is there twice.
fn distinct(groups: &[Weighted]) -> Result<(), ApiError> {
    if groups.len() > MOST_GROUPS {
        let text = format!("A forward action can have at most '{MOST_GROUPS}' target groups");
        return Err(invalid(text));
    }
    let mut arns: Vec<&str> = groups.iter().map(|one| one.arn.as_str()).collect();
    arns.sort_unstable();
    let twice = arns.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
    match twice {
        true => Err(invalid(
            "A target group can be in a forward action only once",
        )),
        false => Ok(()),
    }
}

/// Seconds for which a client stays with a group, when it does.
fn sticky(config: &Params) -> Result<Option<u32>, ApiError> {
    let seconds = number(config, "DurationSeconds", 1, 604_800)?;
    match (truth(config, "Enabled")?, seconds) {
        (Some(true), None) => Err(invalid(
            "DurationSeconds must be specified when target group stickiness is enabled",
        )),
        (Some(true), seconds) => Ok(seconds),
        _ => Ok(None),
    }
}

fn redirect(config: &Params) -> Result<Does, ApiError> {
    let or = |name: &str, usual: &str| config.get(name).unwrap_or(usual).to_owned();
    let status = or("StatusCode", "");
    one_of("StatusCode", &status, &["HTTP_301", "HTTP_302"])?;
    let protocol = or("Protocol", "#{protocol}");
    one_of("Protocol", &protocol, &["HTTP", "HTTPS", "#{protocol}"])?;
    let port = or("Port", "#{port}");
    if port != "#{port}" {
        number::<u16>(config, "Port", 1, 65_535)?;
    }
    let (host, path) = (or("Host", "#{host}"), or("Path", "/#{path}"));
    if !path.starts_with('/') {
        return Err(invalid(format!("The path '{path}' must begin with '/'")));
    }
    let same =
        protocol == "#{protocol}" && port == "#{port}" && host == "#{host}" && path == "/#{path}";
    if same {
        let text = "A redirect must change at least one of protocol, port, host and path, or it would not end";
        return Err(ApiError::bad("InvalidLoadBalancerAction", text));
    }
    Ok(Does::Redirect {
        protocol,
        port,
        host,
        path,
        query: or("Query", "#{query}"),
        status,
    })
}

fn fixed(config: &Params) -> Result<Does, ApiError> {
    let status = config.get("StatusCode").unwrap_or_default();
    let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !status.starts_with(['2', '4', '5']) {
        let rule = "satisfy regular expression pattern: ^(2|4|5)\\d\\d$";
        return Err(constraint("StatusCode", &format!("'{status}'"), rule));
    }
    let content_type = config.get("ContentType").map(str::to_owned);
    if let Some(value) = &content_type {
        let legal = [
            "text/plain",
            "text/css",
            "text/html",
            "application/javascript",
            "application/json",
        ];
        one_of("ContentType", value, &legal)?;
    }
    let body = config.get("MessageBody").map(str::to_owned);
    if body.as_ref().is_some_and(|body| body.len() > 1024) {
        let rule = "have length less than or equal to 1024";
        return Err(constraint("MessageBody", "'…'", rule));
    }
    Ok(Does::FixedResponse {
        status: status.to_owned(),
        content_type,
        body,
    })
}
